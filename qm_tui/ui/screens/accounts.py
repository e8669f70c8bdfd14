"""Every account and what it is worth; the first screen there is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import UNKNOWN, age
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.widgets.account_panel import AccountPanel
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from qm_tui.queries.views import AccountView
    from qm_tui.store.reader import Reader

WELCOME = (
    "There is nothing in the store yet. Import a Flex statement (IBKR):",
    "",
    "  1  Client Portal → Performance & Reports → Flex Queries: create an",
    "     Activity Flex Query with all sections, as XML, dates yyyyMMdd.",
    "  2  Run it for the longest period there is, and save the file.",
    "  3  Press I here and name the file, or run  qm-tui import FILE",
    "",
    "Just looking?  qm-tui --demo  opens a portfolio that is made up.",
)


class AccountsScreen(TableScreen["AccountView"]):
    """Accounts, the cash of the one under the cursor, and totals by base currency."""

    noun = ("account", "accounts")

    @override
    def columns(self) -> "Sequence[Column[AccountView]]":
        kinds = Kinds["AccountView"](self.session.format)
        return (
            kinds.text("account", "Account", 12, lambda a: a.account, letter="a", flexible=True),
            kinds.text("nickname", "Name", 12, lambda a: a.nickname, drop_order=4, letter="n"),
            kinds.text("broker", "Broker", 10, lambda a: a.broker, drop_order=8, letter="b"),
            kinds.text("type", "Type", 12, account_type, drop_order=12),
            kinds.text("currency", "Base", 4, lambda a: a.base_currency, drop_order=3),
            kinds.money("net_liquidation", "Net liq.", lambda a: a.net_liquidation, 14, letter="l"),
            kinds.gain("daily_pnl", "Day P&L", lambda a: a.daily_pnl, letter="d", drop_order=2),
            kinds.gain("unrealized_pnl", "Unrealized", lambda a: a.unrealized_pnl, letter="u"),
            kinds.gain("realized_pnl", "Realized", lambda a: a.realized_pnl, drop_order=11),
            kinds.money("total_cash", "Cash", lambda a: a.total_cash, letter="c"),
            kinds.money(
                "margin_used", "Margin used", lambda a: a.margin_used, drop_order=6, letter="m"
            ),
            kinds.money(
                "margin_available", "Available", lambda a: a.margin_available, drop_order=9
            ),
            kinds.money(
                "buying_power", "Buying power", lambda a: a.buying_power, drop_order=7, letter="p"
            ),
            kinds.number("positions", "Pos.", 5, lambda a: a.positions, drop_order=10),
            Column(
                key="as_of",
                title="Age",
                cell=self._age,
                width=6,
                align="right",
                sort_key=lambda a: a.as_of,
                drop_order=1,
                letter="t",
            ),
        )

    @override
    def make_feed(self) -> "Feed[AccountView]":
        return ListFeed(self._fetch, lambda account: (account.broker, account.account))

    async def _fetch(self, reader: "Reader") -> "Sequence[AccountView]":
        # Queries bring SQLAlchemy: not before the first frame.
        from qm_tui.queries.accounts import account_totals, accounts  # noqa: PLC0415

        views = await accounts(reader, self.scope)
        panel = self.query_one(AccountPanel)
        panel.totals = tuple(account_totals(views))
        panel.baseless = sum(view.base_currency is None for view in views)
        return views

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield AccountPanel(self.session.format)

    @override
    def below(self, row: "AccountView") -> Page:
        from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when asked for

        name = row.nickname or row.account
        return PositionsScreen(
            self.session, (*self.trail, name), Scope(account=row.account, broker=row.broker)
        )

    @override
    def redraw(self) -> None:
        super().redraw()
        self.query_one(AccountPanel).refresh(layout=True)

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        empty = not self.feed.total and (await self.session.read_status()).empty
        self.query_one(AccountPanel).display = not empty
        if empty:
            self.show_notice(Notice("Welcome to qm-tui", WELCOME))

    @on(RecordTable.Highlighted)
    def _show_account(self, event: RecordTable.Highlighted) -> None:
        self.query_one(AccountPanel).account = event.row

    def _age(self, account: "AccountView") -> Cell:
        if account.as_of is None:
            return UNKNOWN
        return Cell(age(self.session.context.now(), account.as_of), Tone.MUTED)


def account_type(account: "AccountView") -> str | None:
    """Type and tax treatment, as far as they are known."""
    return " ".join(filter(None, (account.tax_treatment, account.account_type))) or None

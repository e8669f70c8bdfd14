"""Every account and what it is worth."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.account_sums import account_sums
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import UNKNOWN, age
from qm_tui.ui.greeting import greeting, is_due
from qm_tui.ui.screens.charted import Charted
from qm_tui.ui.screens.narrowed import NarrowedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.summed import Summed
from qm_tui.ui.session import Session
from qm_tui.ui.steadily import Steadily
from qm_tui.ui.widgets.account_panel import AccountPanel
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.live_source import LiveSource
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveChange
    from qm_tui.queries.account_views import AccountView
    from qm_tui.queries.accounts import AccountBasis
    from qm_tui.store.reader import Reader

CHANGES = 0.3
"""Seconds between two times that accounts are reckoned anew."""


class AccountsScreen(Charted, Summed, NarrowedScreen["AccountView"]):
    """Accounts, the cash of the one under the cursor, and totals by base currency."""

    observed = None
    noun = ("account", "accounts")

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail, scope)
        self._bases: dict[Hashable, AccountBasis] = {}
        self._pushed: set[str] = set()
        self._greeted: Sequence[str] | None = None
        """What stands in the place of accounts."""
        self._change = Steadily(self, CHANGES, self._show_pushed)

    @override
    def columns(self) -> "Sequence[Column[AccountView]]":
        kinds = Kinds["AccountView"](self.session.format)
        return (
            Column(
                key="account",
                title="Account",
                cell=_account,
                width=16,
                min_width=15,  # "5WX00001 closed"
                sort_key=lambda a: a.account.casefold(),
                letter="a",
                flexible=True,
            ),
            kinds.text("nickname", "Name", 12, lambda a: a.nickname, drop_order=4, letter="n"),
            kinds.text("broker", "Broker", 10, lambda a: a.broker, drop_order=8, letter="b"),
            kinds.text(
                "connections", "Through", 14, lambda a: ", ".join(a.connections), drop_order=15
            ),
            kinds.text("account_type", "Type", 12, account_type, drop_order=13),
            kinds.text("tax_treatment", "Tax", 7, lambda a: a.tax_treatment, drop_order=12),
            kinds.text("currency", "Base", 4, lambda a: a.base_currency, drop_order=3),
            kinds.money(
                "net_liquidation",
                "Net liq.",
                lambda a: a.net_liquidation,
                14,
                min_width=12,
                letter="l",
            ),
            kinds.gain(
                "daily_pnl",
                "Day P&L",
                lambda a: a.daily_pnl,
                min_width=10,
                letter="d",
                drop_order=2,
            ),
            kinds.gain(
                "unrealized_pnl", "Unrealized", lambda a: a.unrealized_pnl, min_width=11, letter="u"
            ),
            kinds.gain("realized_pnl", "Realized", lambda a: a.realized_pnl, drop_order=11),
            kinds.money("total_cash", "Cash", lambda a: a.total_cash, min_width=11, letter="c"),
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
            self.broken_column(),
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
        self.source = LiveSource["AccountView"]([], _key, self._latest)
        return ListFeed(self._fetch, _key, self.source)

    async def _fetch(self, reader: "Reader") -> "Sequence[AccountView]":
        # Queries bring SQLAlchemy: not before the first frame.
        from qm_tui.queries.accounts import account_bases, account_view  # noqa: PLC0415

        await self.read_broken(reader)
        bases = await account_bases(reader, self.scope)
        self._bases = {(basis.row.broker, basis.row.account): basis for basis in bases}
        views = [account_view(basis) for basis in bases]
        return self.wanted([(view, view) for view in views])[0]

    @override
    def put(self, rows: "Sequence[AccountView]", now: "Sequence[AccountView]") -> None:
        self.source.replace(rows)

    @override
    def severity(self, row: "AccountView") -> str | None:
        found = {how for (account, _), how in self.broken.items() if account == row.account}
        return next((how for how in ("major", "minor") if how in found), None)

    def _latest(self, account: "AccountView") -> "AccountView":
        live, basis = self.live, self._bases.get(_key(account))
        if live is None or basis is None:
            return account
        from qm_tui.queries.accounts import account_view  # noqa: PLC0415 - see above

        return account_view(basis, live)

    @override
    def on_live(self, change: "LiveChange") -> None:
        self._pushed |= change.accounts
        self._pushed.update(account for account, _ in change.holdings)
        self._change.soon()

    def _show_pushed(self) -> Iterable[None]:
        keys = [key for key, basis in self._bases.items() if basis.row.account in self._pushed]
        self._pushed.clear()
        self.source.forget(keys)
        self.table.update_rows(keys)
        self._sum_up()
        return ()

    def _sum_up(self) -> None:
        from qm_tui.queries.accounts import account_totals  # noqa: PLC0415 - see above

        views = self.source.current()
        baseless = sum(view.base_currency is None for view in views)
        self.query_one(AccountPanel).account = self.table.cursor_row
        self.say_sums(account_sums(account_totals(views), baseless, self.session.format))

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield AccountPanel(self.session.format)

    @override
    def more_about(self, row: "AccountView", width: int) -> Sequence[Content]:
        from qm_tui.ui.margin_lines import margin_lines  # noqa: PLC0415 - where there is room

        return margin_lines(row, self.session.format, width)

    @override
    def below(self, row: "AccountView") -> Page:
        from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when asked for

        name = row.nickname or row.account
        return PositionsScreen(
            self.session,
            (*self.trail, name),
            Scope(account=row.account, broker=row.broker, as_of=self.scope.as_of),
        )

    @override
    def redraw(self) -> None:
        self.source.forget()
        super().redraw()
        self.query_one(AccountPanel).refresh(layout=True)
        if self.loaded is not None:
            self._sum_up()

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        self._sum_up()
        self._greeted = None
        empty = not self.feed.total and (
            (await self.session.read_status()).empty or is_due(self.session.health)
        )
        self.query_one(AccountPanel).display = not empty
        if empty:
            self._greet()

    @override
    def on_health(self) -> None:
        super().on_health()
        if self._greeted is not None:
            self._greet()

    def _greet(self) -> None:
        """Say in the place of accounts why there are none."""
        syncs = self.session.context.open_syncs is not None
        lines = greeting(self.session.health, syncs=syncs, width=self.size.width)
        if lines != self._greeted:
            self._greeted = lines
            self.query_one(AccountPanel).display = False
            self.show_notice(Notice("Welcome to qm-tui", lines))

    @on(RecordTable.Highlighted)
    def _show_account(self, event: RecordTable.Highlighted) -> None:
        self.query_one(AccountPanel).account = event.row

    def _age(self, account: "AccountView") -> Cell:
        if account.as_of is None:
            return UNKNOWN
        return Cell(age(self.session.context.now(), account.as_of), Tone.MUTED)


def _key(account: "AccountView") -> Hashable:
    return account.broker, account.account


def _account(account: "AccountView") -> Cell:
    """The number, with a sign where something holds the account back or it is play money."""
    grave = any(notice.kind != "information" for notice in account.notices)
    text = f"{account.account}{' !' if grave else ''}{' paper' if account.paper else ''}"
    if account.closed is not None:
        return Cell(f"{text} closed", Tone.MUTED)
    if grave:
        return Cell(text, Tone.WARNING)
    return Cell(text, Tone.ACCENT if account.paper else Tone.PLAIN)


def account_type(account: "AccountView") -> str | None:
    """The broker's word for the kind of account; that it is play money."""
    paper = "paper" if account.paper else None
    return " ".join(filter(None, (paper, account.account_type))) or None

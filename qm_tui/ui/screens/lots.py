"""Open tax lots, as the broker reported them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.views import LotView
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader


class LotsScreen(TableScreen[LotView]):
    """Lots of all accounts, or of one position."""

    noun = ("broker lot", "broker lots")
    EMPTY: ClassVar[str] = "No broker reported open lots. 6 shows all trades."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="lots.trades"),
    ]

    @override
    def columns(self) -> Sequence[Column[LotView]]:
        kinds = Kinds[LotView](self.session.format)
        account = kinds.text(
            "account", "Account", 10, lambda lot: lot.account, drop_order=3, letter="a"
        )
        return (
            kinds.text("symbol", "Symbol", 21, lambda lot: lot.symbol, letter="s", flexible=True),
            *(() if self.scope.account else (account,)),
            kinds.date(
                "acquisition_date", "Acquired", lambda lot: lot.acquisition_date, letter="d"
            ),
            kinds.date(
                "holding_start",
                "Held since",
                lambda lot: lot.holding_start,
                drop_order=6,
                letter="h",
            ),
            kinds.text(
                "term", "Term", 12, lambda lot: lot.term, drop_order=4, min_width=5, letter="t"
            ),
            kinds.quantity("quantity", "Quantity", lambda lot: lot.quantity, letter="q"),
            kinds.text("currency", "Ccy", 3, lambda lot: lot.currency, drop_order=5),
            kinds.money("cost_basis", "Cost basis", lambda lot: lot.cost_basis, letter="b"),
            kinds.text("basis_status", "Basis", 8, lambda lot: lot.basis_status, drop_order=8),
            kinds.money(
                "wash_adjustment", "Wash adj.", lambda lot: lot.wash_adjustment, 11, drop_order=9
            ),
            kinds.price("market_price", "Price", lambda lot: lot.market_price, drop_order=7),
            kinds.money(
                "market_value", "Value", lambda lot: lot.market_value, drop_order=2, letter="v"
            ),
            kinds.gain(
                "unrealized_pnl",
                "Unrealized",
                lambda lot: lot.unrealized_pnl,
                drop_order=1,
                letter="u",
            ),
            kinds.text("source", "Source", 8, lambda lot: lot.source, drop_order=10),
        )

    @override
    def make_feed(self) -> Feed[LotView]:
        return ListFeed(self._fetch, lambda lot: lot.id)

    async def _fetch(self, reader: "Reader") -> Sequence[LotView]:
        from qm_tui.queries.lots import broker_lots  # noqa: PLC0415 - brings SQLAlchemy

        return await broker_lots(reader, self.scope)

    @override
    def below(self, row: LotView) -> Page:
        scope = Scope(
            account=row.account, broker=self.scope.broker, instrument_id=row.instrument_id
        )
        names = () if self.scope.account else (row.account, row.symbol)
        return trades_page(self.session, (*self.trail, *names), scope)

    @override
    def beyond(self) -> Page | None:
        return trades_page(self.session, self.trail, self.scope) if self._is_narrowed else None

    @override
    def empty_text(self) -> str:
        if not self._is_narrowed:
            return self.EMPTY
        return "The broker reported no open lots here. t shows the trades."

    @property
    def _is_narrowed(self) -> bool:
        return self.scope.account is not None or self.scope.instrument_id is not None

    def action_trades(self) -> None:
        """Show the trades of the lot's instrument, also where the broker reported no lots."""
        if (row := self.table.cursor_row) is not None:
            self.app.push_screen(self.below(row))
        else:
            self.go_beyond()


def trades_page(session: Session, trail: Sequence[str], scope: Scope) -> Page:
    """The screen with the trades of an instrument or of an account."""
    from qm_tui.ui.screens.activity import ActivityScreen  # noqa: PLC0415 - when asked for

    return ActivityScreen(session, (*trail, "trades"), scope)

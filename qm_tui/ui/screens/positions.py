"""What is held."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.views import PositionView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import age
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.sums import PositionSum, position_sums
from qm_tui.ui.tones import labeled
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader


class PositionsScreen(TableScreen[PositionView]):
    """Positions of all accounts, or of one."""

    noun = ("position", "positions")
    EMPTY: ClassVar[str] = "No positions. Press I to import a statement."
    sorted_by = ("symbol", False)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="positions.trades"),
    ]

    @override
    def columns(self) -> Sequence[Column[PositionView]]:
        kinds = Kinds[PositionView](self.session.format)
        account = kinds.text(
            "account", "Account", 10, lambda p: p.account, drop_order=3, letter="a"
        )
        return (
            kinds.text("symbol", "Symbol", 21, lambda p: p.symbol, letter="s"),
            *(() if self.scope.account else (account,)),
            kinds.text(
                "description",
                "Description",
                24,
                lambda p: p.description,
                drop_order=8,
                min_width=12,
                flexible=True,
            ),
            kinds.text(
                "instrument_type", "Type", 8, lambda p: p.instrument_type, drop_order=10, letter="t"
            ),
            kinds.quantity("quantity", "Quantity", lambda p: p.quantity, letter="q"),
            kinds.text("currency", "Ccy", 3, lambda p: p.currency, drop_order=4, letter="c"),
            kinds.price("average_cost", "Avg. cost", lambda p: p.average_cost, drop_order=7),
            kinds.price(
                "market_price", "Price", lambda p: p.market_price, drop_order=2, letter="p"
            ),
            kinds.money(
                "cost_basis", "Cost basis", lambda p: p.cost_basis, drop_order=6, letter="b"
            ),
            kinds.money("market_value", "Value", lambda p: p.market_value, letter="v"),
            kinds.gain("unrealized_pnl", "Unrealized", lambda p: p.unrealized_pnl, letter="u"),
            kinds.gain("daily_pnl", "Day P&L", lambda p: p.daily_pnl, drop_order=5, letter="d"),
            kinds.gain("realized_pnl", "Realized", lambda p: p.realized_pnl, drop_order=9),
            Column(
                key="as_of",
                title="Age",
                cell=self._age,
                width=7,
                align="right",
                sort_key=lambda p: p.as_of,
                drop_order=1,
            ),
        )

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield Bar(id="foot")

    @override
    def show_frame(self) -> None:
        super().show_frame()
        source = self.table.source
        shown = (row for row in map(source.row, range(len(source))) if row is not None)
        parts = [self._sum(each) for each in position_sums(shown)]
        self.query_one("#foot", Bar).say(Content("   ").join(parts))

    def _sum(self, each: PositionSum) -> Content:
        form = self.session.format
        without = f" ({each.without_value} without a value)" if each.without_value else ""
        return Content.assemble(
            words(f"Σ {each.currency or 'no currency'}  ", "bold $accent"),
            labeled("value", form.money(each.market_value)),
            words(without, "$text-warning"),
            "  ",
            labeled("unrealized", form.gain(each.unrealized_pnl)),
        )

    @override
    def make_feed(self) -> Feed[PositionView]:
        return ListFeed(self._fetch, lambda position: position.id)

    async def _fetch(self, reader: "Reader") -> Sequence[PositionView]:
        from qm_tui.queries.positions import positions  # noqa: PLC0415 - brings SQLAlchemy

        return await positions(reader, self.scope)

    @override
    def below(self, row: PositionView) -> Page:
        from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when asked for

        return LotsScreen(self.session, *self._narrowed(row))

    @override
    def beyond(self) -> Page | None:
        from qm_tui.ui.screens.lots_ways import trades_page  # noqa: PLC0415 - when asked for

        # An account may be flat and still have a history.
        return trades_page(self.session, self.trail, self.scope) if self.scope.account else None

    @override
    def empty_text(self) -> str:
        if self.scope.account is None:
            return self.EMPTY
        return "No open positions are stored for this account. t shows its trades and cash."

    def action_trades(self) -> None:
        """Show the trades that led to the position; without positions, those of the account."""
        from qm_tui.ui.screens.lots_ways import trades_page  # noqa: PLC0415 - when asked for

        if (row := self.table.cursor_row) is not None:
            self.app.push_screen(trades_page(self.session, *self._narrowed(row)))
        else:
            self.go_beyond()

    def _narrowed(self, row: PositionView) -> tuple[tuple[str, ...], Scope]:
        scope = Scope(account=row.account, broker=row.broker, instrument_id=row.instrument_id)
        # An account that is not in the trail yet must be, or the lots seem to be of all accounts.
        names = (row.symbol,) if self.scope.account else (row.account, row.symbol)
        return (*self.trail, *names), scope

    def _age(self, position: PositionView) -> Cell:
        text = age(self.session.context.now(), position.as_of)
        # A position that the newest answer did not confirm may be gone.
        return Cell(f"? {text}", Tone.WARNING) if position.stale else Cell(text, Tone.MUTED)

"""What is held of each instrument in all accounts together."""

from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.position_views import MergedView, PositionView
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.screens.netted import NettedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.widgets.columns import Column


class MergedScreen(NettedScreen[MergedView]):
    """One row an instrument; Enter takes it apart into the accounts."""

    noun = ("instrument", "instruments")
    EMPTY: ClassVar[str] = "No positions. Press I to import a statement."
    sorted_by = ("symbol", False)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "back", "Apart", id="positions.apart"),
    ]

    @override
    def columns(self) -> Sequence[Column[MergedView]]:
        kinds = Kinds[MergedView](self.session.format)
        return (
            kinds.text("symbol", "Symbol", 21, lambda m: m.symbol, letter="s"),
            kinds.text(
                "accounts", "Held in", 11, self.accounts_of, min_width=10, drop_order=2, letter="a"
            ),
            kinds.text(
                "description", "Description", 24, lambda m: m.description,
                drop_order=8, min_width=12, flexible=True,
            ),
            kinds.word(
                "instrument_type", "Type", 13, lambda m: m.instrument_type,
                drop_order=11, letter="t",
            ),
            kinds.quantity("quantity", "Quantity", lambda m: m.quantity, min_width=9, letter="q"),
            kinds.quantity("long_quantity", "Long", lambda m: m.long_quantity, 9, drop_order=12),
            kinds.quantity("short_quantity", "Short", lambda m: m.short_quantity, 9, drop_order=10),
            kinds.text("currency", "Ccy", 3, lambda m: m.currency, drop_order=4, letter="c"),
            kinds.price("average_cost", "Avg. cost", lambda m: m.average_cost, drop_order=7),
            kinds.price(
                "market_price", "Price", lambda m: m.market_price, drop_order=3, letter="p"
            ),
            kinds.money(
                "cost_basis", "Cost basis", lambda m: m.cost_basis, drop_order=6, letter="b"
            ),
            kinds.money(
                "market_value", "Value", lambda m: m.market_value, min_width=11, letter="v"
            ),
            kinds.gain(
                "unrealized_pnl", "Unrealized", lambda m: m.unrealized_pnl, min_width=11, letter="u"
            ),
            kinds.gain("daily_pnl", "Day P&L", lambda m: m.daily_pnl, drop_order=5, letter="d"),
            self.age_column(),
        )  # fmt: skip

    @override
    def together(self, held: Iterable[PositionView]) -> Sequence[MergedView]:
        from qm_tui.queries.netting import merged  # noqa: PLC0415 - brings SQLAlchemy

        return merged(held)

    @override
    def key(self, row: MergedView) -> Hashable:
        return row.instrument_id, row.currency

    @override
    def row_of(self, view: PositionView) -> Hashable:
        return view.instrument_id, view.currency

    @override
    def below(self, row: MergedView) -> Page:
        from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when asked for

        scope = Scope(
            account=self.scope.account, as_of=self.scope.as_of, instrument_id=row.instrument_id
        )
        return PositionsScreen(self.session, (*self.trail, row.symbol), scope)

"""What is held."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from typing_extensions import override

from qm_tui.queries.views import PositionView
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.screens.holdings import HoldingsScreen
from qm_tui.ui.sums import PositionSum, Worth, position_sums, worth_stored
from qm_tui.ui.tones import labeled
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook
    from qm_tui.store.reader import Reader


class PositionsScreen(HoldingsScreen[PositionView]):
    """Positions of all accounts, or of one."""

    noun = ("position", "positions")
    EMPTY: ClassVar[str] = "No positions. Press I to import a statement."
    sorted_by = ("symbol", False)

    @override
    def columns(self) -> Sequence[Column[PositionView]]:
        kinds = Kinds[PositionView](self.session.format)
        account = kinds.text(
            "account", "Account", 10, lambda p: p.account, min_width=9, drop_order=2, letter="a"
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
                "instrument_type",
                "Type",
                13,
                lambda p: p.instrument_type,
                drop_order=10,
                letter="t",
            ),
            kinds.quantity("quantity", "Quantity", lambda p: p.quantity, min_width=9, letter="q"),
            kinds.text("currency", "Ccy", 3, lambda p: p.currency, drop_order=4, letter="c"),
            kinds.price("average_cost", "Avg. cost", lambda p: p.average_cost, drop_order=7),
            kinds.price(
                "market_price", "Price", lambda p: p.market_price, drop_order=3, letter="p"
            ),
            kinds.money(
                "cost_basis", "Cost basis", lambda p: p.cost_basis, drop_order=6, letter="b"
            ),
            kinds.money(
                "market_value", "Value", lambda p: p.market_value, min_width=11, letter="v"
            ),
            kinds.gain(
                "unrealized_pnl", "Unrealized", lambda p: p.unrealized_pnl, min_width=11, letter="u"
            ),
            kinds.gain("daily_pnl", "Day P&L", lambda p: p.daily_pnl, drop_order=5, letter="d"),
            kinds.gain("realized_pnl", "Realized", lambda p: p.realized_pnl, drop_order=9),
            self.age_column(),
        )

    @override
    async def stored(self, reader: "Reader") -> Sequence[PositionView]:
        from qm_tui.queries.positions import positions  # noqa: PLC0415 - brings SQLAlchemy

        rows = await positions(reader, self.scope)
        if (live := self.live) is None:
            return rows
        from qm_tui.queries.arrivals import arrivals  # noqa: PLC0415 - when something is live

        return [*rows, *await arrivals(rows, live, self.scope)]

    @override
    def now(self, row: PositionView, live: "LiveBook") -> PositionView:
        from qm_tui.queries.live import position_now  # noqa: PLC0415 - when something is live

        return position_now(row, live)

    @override
    def weigh(self) -> Iterable[Worth]:
        if (live := self.live) is None:
            return map(worth_stored, self.source.shown)
        from qm_tui.queries.live import worth_now  # noqa: PLC0415 - when something is live

        return ((row.currency, *worth_now(live, row)) for row in self.source.shown)

    @override
    def sums(self, weighed: Sequence[Worth]) -> Sequence[Sum]:
        return [self._sum(each) for each in position_sums(weighed)]

    def _sum(self, each: PositionSum) -> Sum:
        form = self.session.format
        without = f" ({each.without_value} without a value)" if each.without_value else ""
        gain = form.gain(each.unrealized_pnl)
        value = Content.assemble(
            labeled("value", form.money(each.market_value)), words(without, "$text-warning")
        )
        return Sum(
            name=words(f"Σ {each.currency or 'no currency'}  ", "bold $accent"),
            parts=[value, labeled("unrealized", gain, unknown=each.without_gain)],
        )

    @override
    def empty_text(self) -> str:
        if self.scope.account is None:
            return self.nothing(self.EMPTY)
        return self.nothing(
            "No open positions are stored for this account. t shows its trades and cash."
        )

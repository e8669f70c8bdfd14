"""What is held, lot by lot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.lot_views import LotView
from qm_tui.ui import lot_cells
from qm_tui.ui.cell import Cell
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import UNKNOWN, Format
from qm_tui.ui.lot_sums import LotSum, lot_sums
from qm_tui.ui.screens.lots_pages.kind import Asked, LotsPage
from qm_tui.ui.sum_words import figure
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader


class OpenLots(LotsPage[LotView]):
    """Open lots; the broker's own where they were asked for."""

    key = "p"
    name = "Open"
    noun = ("open lot", "open lots")
    EMPTY = "No open lots."
    REPORTED = True
    SUPPOSES: ClassVar[bool] = True

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[LotView]]:
        kinds = Kinds[LotView](form)
        return (
            self.symbol(kinds, scope),
            *self.account(kinds, scope, 1),
            kinds.date(
                "acquisition_date", "Acquired", lambda lot: lot.acquisition_date, letter="d"
            ),
            kinds.date(
                "holding_start",
                "Held since",
                lambda lot: lot.holding_start,
                drop_order=9,
                letter="h",
            ),
            Column(
                key="days_held",
                title="Days",
                width=6,
                align="right",
                cell=lambda lot: _days(lot.days_held, form),
                sort_key=lambda lot: lot.days_held,
                drop_order=7,
            ),
            Column(
                key="term",
                title="Long term",
                width=9,
                cell=lot_cells.term,
                sort_key=lot_cells.term_order,
                drop_order=2,
                letter="t",
            ),
            kinds.quantity("quantity", "Quantity", lambda lot: lot.quantity, 10, letter="q"),
            kinds.text("currency", "Ccy", 3, lambda lot: lot.currency, drop_order=6),
            kinds.price("unit_cost", "Unit cost", lambda lot: lot.unit_cost, drop_order=12),
            Column(
                key="cost_basis",
                title="Basis",
                width=11,
                align="right",
                cell=lambda lot: lot_cells.basis(form, lot.cost_basis),
                sort_key=lambda lot: lot.cost_basis,
                letter="b",
            ),
            kinds.price("market_price", "Price", lambda lot: lot.market_price, drop_order=8),
            kinds.money(
                "market_value", "Value", lambda lot: lot.market_value, drop_order=3, letter="v"
            ),
            kinds.gain("unrealized_pnl", "Gain", lambda lot: lot.unrealized_pnl, 11, letter="u"),
            Column(
                key="wash_adjustment",
                title="Wash adj.",
                width=10,
                align="right",
                cell=lambda lot: lot_cells.adjustment(form, lot.wash_adjustment),
                sort_key=lambda lot: lot.wash_adjustment,
                drop_order=5,
                letter="w",
            ),
            kinds.text("notes", "Notes", 18, lot_cells.lot_notes, drop_order=10, min_width=10),
            kinds.text("source", "Source", 8, lambda lot: lot.source, drop_order=11),
        )

    @override
    async def fetch(self, reader: "Reader", asked: Asked) -> Sequence[LotView]:
        # Queries bring SQLAlchemy: not before the first frame.
        from qm_tui.queries import lots  # noqa: PLC0415

        choice = asked.choice
        if not choice.derived:
            return await lots.broker_lots(reader, asked.scope)
        if choice.method is None:
            return await lots.lots(reader, asked.scope, view=choice.view, today=asked.today)
        # The engine is loaded by those who suppose something.
        from qm_tui.queries import hypothetical  # noqa: PLC0415

        return await hypothetical.lots_if(
            reader, asked.scope, view=choice.view, today=asked.today, method=choice.method
        )

    @override
    def foot(self, rows: Sequence[LotView], total: Any, form: Format) -> Sequence[Sum]:
        del total
        return [_sum(each, form) for each in lot_sums(rows)]


def _days(days: int | None, form: Format) -> Cell:
    return UNKNOWN if days is None else Cell(form.number(days))


def _sum(each: LotSum, form: Format) -> Sum:
    return Sum(
        name=words(f"Σ {each.currency or 'no currency'}  ", "bold $accent"),
        parts=(
            figure(
                "cost_basis", "basis", form.money(each.cost_basis), form.unknown(each.without_basis)
            ),
            figure(
                "unrealized_pnl",
                "gain",
                form.gain(each.unrealized_pnl),
                form.unknown(each.without_gain),
            ),
            figure(
                "market_value",
                "value",
                form.money(each.market_value),
                form.unknown(each.without_value),
            ),
        ),
    )

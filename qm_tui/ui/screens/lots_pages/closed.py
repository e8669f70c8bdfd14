"""What was realized, part of a lot by part of a lot."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.lot_views import GainView
from qm_tui.queries.paging import Pages
from qm_tui.ui import lot_cells
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format
from qm_tui.ui.lot_sums import GainSum, gain_sums, sums_of_years
from qm_tui.ui.screens.lots_pages.gain_foot import gain_foot
from qm_tui.ui.screens.lots_pages.kind import Asked, LotsPage
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_REPORTED = frozenset(
    {
        "disposition_date", "symbol", "account", "acquisition_date", "quantity", "cost_basis",
        "gain", "term",
    }
)  # fmt: skip
"""Columns of what brokers report; the others are reckoned."""


class ClosedLots(LotsPage[GainView]):
    """Realized gains, the newest first; as many as were ever sold."""

    key = "c"
    name = "Closed"
    noun = ("realized gain", "realized gains")
    sorted_by = ("disposition_date", True)
    EMPTY = "Nothing was realized."
    REPORTED = True
    SUPPOSES: ClassVar[bool] = True
    BY_YEAR: ClassVar[bool] = True

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[GainView]]:
        kinds = Kinds[GainView](form)
        return (
            kinds.date("disposition_date", "Closed", lambda g: g.disposition_date, letter="d"),
            self.symbol(kinds, scope),
            *self.account(kinds, scope, 1),
            kinds.date(
                "acquisition_date", "Acquired", lambda g: g.acquisition_date, drop_order=3,
                letter="h",
            ),
            kinds.quantity("quantity", "Quantity", lambda g: g.quantity, 10, letter="q"),
            kinds.text("currency", "Ccy", 3, lambda g: g.currency, drop_order=8),
            kinds.amount("proceeds", "Proceeds", lambda g: g.proceeds, drop_order=5, letter="p"),
            Column(
                key="cost_basis",
                title="Basis",
                width=13,
                align="right",
                cell=lambda g: lot_cells.basis(form, g.cost_basis),
                sort_key=lambda g: g.cost_basis,
                drop_order=6,
                letter="b",
            ),
            kinds.gain("gain", "Gain", lambda g: g.gain, 11, letter="u"),
            Column(
                key="wash_disallowed",
                title="Washed",
                width=10,
                align="right",
                cell=lambda g: lot_cells.adjustment(form, g.wash_disallowed),
                sort_key=lambda g: g.wash_disallowed,
                drop_order=2,
                letter="w",
            ),
            kinds.gain("net_gain", "Net", lambda g: g.net_gain, 11, drop_order=7, letter="n"),
            Column(
                key="term",
                title="Term",
                width=5,
                cell=lambda g: lot_cells.term_word(g.term),
                sort_key=lambda g: g.term,
                letter="t",
            ),
            Column(
                key="marks", title="Marks", width=10, min_width=6, cell=lot_cells.gain_marks
            ),
            kinds.text(
                "closing", "How", 15, lambda g: lot_cells.closing_word(g.closing), drop_order=9
            ),
            kinds.text("method", "Method", 8, lambda g: g.method, drop_order=10),
            kinds.text("tax_treatment", "Taxed as", 8, lambda g: g.tax_treatment, drop_order=11),
            kinds.text("form_8949_box", "8949", 4, lambda g: g.form_8949_box, drop_order=12),
            kinds.text("form_8949_code", "Code", 4, lambda g: g.form_8949_code, drop_order=12),
        )  # fmt: skip

    @override
    def is_paged(self, asked: Asked) -> bool:
        return asked.choice.method is None

    @override
    def ask(self, reader: "Reader", asked: Asked, order: Order) -> Pages[GainView]:
        from qm_tui.queries import lots  # noqa: PLC0415 - brings SQLAlchemy

        if not asked.choice.derived:
            return lots.broker_gains(reader, asked.scope, _as_reported(order))
        return lots.gains(reader, asked.scope, order, view=asked.choice.view, today=asked.today)

    @override
    async def fetch(self, reader: "Reader", asked: Asked) -> Sequence[GainView]:
        from qm_tui.queries import hypothetical  # noqa: PLC0415 - brings SQLAlchemy

        choice = asked.choice
        return await hypothetical.gains_if(
            reader, asked.scope, view=choice.view, today=asked.today, method=choice.method
        )

    @override
    async def total(self, reader: "Reader", asked: Asked) -> Sequence[GainSum] | None:
        """Sums of all rows, where they are read by the page."""
        from qm_tui.queries import lots  # noqa: PLC0415 - brings SQLAlchemy

        if not asked.choice.derived or not self.is_paged(asked):
            return None
        years = await lots.gain_years(reader, asked.scope, view=asked.choice.view)
        return sums_of_years(years)

    @override
    def foot(self, rows: Sequence[GainView], total: Any, form: Format) -> Sequence[Sum]:
        sums = gain_sums(rows) if total is None else total
        return gain_foot(sums, form)


def _as_reported(order: Order) -> Order:
    """The nearest order that the brokers' columns can give."""
    first, *then = (_one_as_reported(each) for each in (order, *order.then))
    return replace(first, then=tuple(then))


def _one_as_reported(order: Order) -> Order:
    if order.field in _REPORTED:
        return replace(order, then=())
    field = "gain" if order.field == "net_gain" else "disposition_date"
    return Order(field=field, descending=order.descending)

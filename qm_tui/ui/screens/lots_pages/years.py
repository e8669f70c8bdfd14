"""What was realized in each tax year."""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format
from qm_tui.ui.lot_sums import sums_of_years
from qm_tui.ui.screens.lots_pages.gain_foot import gain_foot
from qm_tui.ui.screens.lots_pages.kind import Asked, LotsPage
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import GainYear
    from qm_tui.store.reader import Reader


class Years(LotsPage["GainYear"]):
    """Net gains in the tax currency by year and by how the accounts are taxed."""

    key = "n"
    name = "Net by year"
    noun = ("year", "years")
    EMPTY = "Nothing was realized."

    @override
    def columns(self, form: Format, scope: Scope) -> "Sequence[Column[GainYear]]":
        del scope
        kinds = Kinds["GainYear"](form)
        return (
            Column(
                key="year",
                title="Year",
                width=4,
                cell=lambda y: Cell(str(y.year)),
                sort_key=lambda y: y.year,
                letter="d",
            ),
            kinds.text(
                "tax_treatment", "Taxed as", 8, lambda y: y.tax_treatment, letter="a",
                min_width=7,
            ),
            kinds.gain("short", "Short", lambda y: y.short, 11, letter="h"),
            kinds.gain("long", "Long", lambda y: y.long, 11, letter="l"),
            kinds.gain(
                "section_1256", "60/40", lambda y: y.section_1256, 10, drop_order=2, letter="x"
            ),
            kinds.gain(
                "section_1256_short", "of it short", lambda y: y.section_1256_short,
                drop_order=6,
            ),
            kinds.gain(
                "section_1256_long", "of it long", lambda y: y.section_1256_long, drop_order=5
            ),
            kinds.amount("disallowed", "Washed", lambda y: y.disallowed, 9, letter="w",
                         drop_order=1),
            kinds.amount("permanent", "For good", lambda y: y.permanent, 10, drop_order=4),
            kinds.gain("total", "Net", lambda y: y.total, 11, letter="n"),
            kinds.number("count", "Gains", 7, lambda y: y.count, drop_order=3),
            kinds.number("unknown", "Unkn.", 5, lambda y: y.unknown, tone=Tone.WARNING),
        )  # fmt: skip

    @override
    def row_key(self, row: Any) -> Hashable:
        return row.year, row.tax_treatment

    @override
    def year_of(self, row: "GainYear") -> int | None:
        return row.year

    @override
    async def fetch(self, reader: "Reader", asked: Asked) -> "Sequence[GainYear]":
        from qm_tui.queries import lots  # noqa: PLC0415 - brings SQLAlchemy

        return await lots.gain_years(reader, asked.scope, view=asked.choice.view)

    @override
    def foot(self, rows: "Sequence[GainYear]", total: Any, form: Format) -> Sequence[Sum]:
        del total
        return gain_foot(sums_of_years(rows), form)

"""Screens with sums below their table, each number below its column."""

from collections.abc import Iterable
from typing import Any

from textual import on
from textual.app import ComposeResult
from typing_extensions import override

from qm_tui.ui.screens.page import Page
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.sum_lines import Sum, SumLines


class Summed(Page):
    """Stands before the page's other kind, which has a table, among its bases."""

    table: RecordTable[Any]

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield SumLines(id="foot", edges=lambda: self.table.edges)

    def say_sums(self, sums: Iterable[Sum]) -> None:
        """Say these sums from now on."""
        self.query_one("#foot", SumLines).say(sums)

    @on(RecordTable.LaidOut)
    def _follow_columns(self) -> None:
        for foot in self.query(SumLines):
            foot.place_again()

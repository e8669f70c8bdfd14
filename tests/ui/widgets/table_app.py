"""An app with one table over small rows, for the tests of the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from textual import on
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from typing_extensions import override

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource, RowSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    id: int
    symbol: str
    gain: Decimal | None = None
    note: str = ""


def a_holding(number: int, **fields: object) -> Holding:
    values: dict[str, object] = {"symbol": f"SYM{number:03}", "gain": Decimal(number)}
    return Holding(id=number, **(values | fields))  # type: ignore[arg-type]


def holdings(count: int) -> list[Holding]:
    return [a_holding(number) for number in range(count)]


def gain_cell(holding: Holding) -> Cell:
    if holding.gain is None:
        return Cell("—", Tone.MUTED)
    return Cell(f"{holding.gain:+,}", Tone.NEGATIVE if holding.gain < 0 else Tone.POSITIVE)


COLUMNS: list[Column[Holding]] = [
    Column(
        key="symbol",
        title="Symbol",
        cell=lambda holding: Cell(holding.symbol),
        width=10,
        sort_key=lambda holding: holding.symbol,
        letter="s",
    ),
    Column(
        key="gain",
        title="Gain",
        cell=gain_cell,
        width=10,
        align="right",
        sort_key=lambda holding: holding.gain,
        letter="g",
    ),
    Column(
        key="note",
        title="Note",
        cell=lambda holding: Cell(holding.note),
        width=12,
        min_width=6,
        drop_order=2,
        flexible=True,
    ),
    Column(
        key="number",
        title="Number",
        cell=lambda holding: Cell(str(holding.id), Tone.MUTED),
        width=8,
        align="right",
        drop_order=1,
    ),
]


class WatchedTable(RecordTable[Holding]):
    """Notes which regions it is asked to repaint."""

    def __init__(
        self, columns: Sequence[Column[Holding]], source: RowSource[Holding] | None = None
    ) -> None:
        self.repainted: list[Region] = []
        super().__init__(columns, source)

    @override
    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        self.repainted.extend(regions or [self.size.region])
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class TableApp(App[None]):
    """Keeps what the table says, in order."""

    def __init__(
        self,
        source: RowSource[Holding] | None = None,
        columns: Sequence[Column[Holding]] = COLUMNS,
    ) -> None:
        super().__init__()
        self.table = WatchedTable(columns, source)
        self.said: list[Message] = []

    @override
    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    @on(RecordTable.Chosen)
    @on(RecordTable.Highlighted)
    @on(RecordTable.Marked)
    @on(RecordTable.SortRequested)
    @on(RecordTable.ArrangementChanged)
    @on(RecordTable.Folded)
    @on(RecordTable.LeaveRequested)
    def keep(self, message: Message) -> None:
        self.said.append(message)

    def lines(self) -> list[Strip]:
        return [self.table.render_line(y) for y in range(self.table.size.height)]

    def texts(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.lines()]


def app_over(rows: Sequence[Holding]) -> TableApp:
    return TableApp(ListSource[Holding](rows, key=lambda holding: holding.id))

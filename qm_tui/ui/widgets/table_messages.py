"""What a table says: what the user did with its rows."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from textual.message import Message
from typing_extensions import override

if TYPE_CHECKING:
    from qm_tui.ui.widgets.record_table import RecordTable


class TableMessage(Message):
    """From a table; `control` lets `@on(…, "#id")` tell tables apart."""

    def __init__(self, table: "RecordTable[Any]") -> None:
        super().__init__()
        self.table = table

    @property
    @override
    def control(self) -> "RecordTable[Any]":
        return self.table


class RowMessage(TableMessage):
    """About one row, of the type the table shows."""

    def __init__(self, table: "RecordTable[Any]", row: Any, index: int) -> None:
        super().__init__(table)
        self.row: Any = row
        self.index = index


class MarksMessage(TableMessage):
    """About the rows that are marked."""

    def __init__(self, table: "RecordTable[Any]", keys: frozenset[Hashable]) -> None:
        super().__init__(table)
        self.keys = keys


class SortMessage(TableMessage):
    """About the order of the rows."""

    def __init__(self, table: "RecordTable[Any]", column_key: str, *, reverse: bool) -> None:
        super().__init__(table)
        self.column_key = column_key
        self.reverse = reverse

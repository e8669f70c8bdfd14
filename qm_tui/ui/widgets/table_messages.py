"""What a table says: what the user did with its rows."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from textual.message import Message
from typing_extensions import override

from qm_tui.ui.widgets.arrangement import Arrangement
from qm_tui.ui.widgets.headings import Heading
from qm_tui.ui.widgets.table_orders import Order

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

    def __init__(self, table: "RecordTable[Any]", orders: tuple[Order, ...]) -> None:
        super().__init__(table)
        self.orders = orders
        """Columns by key, and whether from the largest; the first counts most."""
        self.column_key, self.reverse = orders[0]


class ArrangementMessage(TableMessage):
    """About the columns."""

    def __init__(self, table: "RecordTable[Any]", arrangement: Arrangement) -> None:
        super().__init__(table)
        self.arrangement = arrangement


class HeadingMessage(TableMessage):
    """About the group below a heading."""

    def __init__(self, table: "RecordTable[Any]", heading: Heading) -> None:
        super().__init__(table)
        self.heading = heading

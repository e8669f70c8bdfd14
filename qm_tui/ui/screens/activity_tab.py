"""What each tab of activity says of itself."""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.paging import Pages
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

V = TypeVar("V")


class Tab(Generic[V]):
    """One kind; there is a key for each."""

    key: ClassVar[str]
    name: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    sorted_by: ClassVar[tuple[str, bool]]

    def columns(self, form: Format, scope: Scope) -> Sequence[Column[V]]:
        """The columns, in the order shown."""
        raise NotImplementedError

    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[V]:
        """The rows."""
        raise NotImplementedError

    def row_key(self, row: Any) -> Hashable:
        """What identifies a row."""
        number: int = row.id
        return number


def account_column(kinds: Kinds[Any], scope: Scope, drop_order: int = 2) -> tuple[Column[Any], ...]:
    """The account, unless all rows are of one."""
    if scope.account:
        return ()
    return (
        kinds.text(
            "account", "Account", 10, lambda row: row.account, min_width=9,
            drop_order=drop_order, letter="a",
        ),
    )  # fmt: skip

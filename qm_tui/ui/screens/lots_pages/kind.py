"""What a page of the lots screen is: its columns, how its rows are asked for, and its foot."""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.paging import Pages
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format
from qm_tui.ui.screens.lots_pages.choice import Choice
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for."""

    scope: Scope
    choice: Choice
    today: dt.date
    """In New York, where the tax year is."""


class LotsPage(Generic[V]):
    """One kind of rows; there is a key for each."""

    key: ClassVar[str]
    name: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    sorted_by: ClassVar[tuple[str, bool]] = ("", False)
    EMPTY: ClassVar[str] = "Nothing here."
    REPORTED: ClassVar[bool] = False
    """Whether brokers report such rows too."""
    SUPPOSES: ClassVar[bool] = False
    """Whether the rows are lots or gains: a hypothetical method makes a difference."""
    BY_YEAR: ClassVar[bool] = False
    """Whether one year can be shown alone."""
    TELLS: ClassVar[bool] = False
    """Whether there is more to say of a row than sums to say of all."""
    ENDS_AT_SOURCE: ClassVar[bool] = False
    """Whether Enter leads straight to the broker's row."""

    def columns(self, form: Format, scope: Scope) -> Sequence[Column[V]]:
        """The columns, in the order shown."""
        raise NotImplementedError

    def row_key(self, row: Any) -> Hashable:
        """What identifies a row across reloads, also when it is derived anew."""
        number: int | None = getattr(row, "number", None)
        key: Hashable = row.id if number is None else (row.account, row.instrument_id, number)
        return key

    def is_paged(self, asked: Asked) -> bool:
        """Whether the rows may be too many to hold."""
        del asked
        return False

    def ask(self, reader: "Reader", asked: Asked, order: Order) -> Pages[V]:
        """The rows by the page."""
        raise NotImplementedError

    async def fetch(self, reader: "Reader", asked: Asked) -> Sequence[V]:
        """All rows."""
        raise NotImplementedError

    async def total(self, reader: "Reader", asked: Asked) -> Any:
        """What the foot needs beyond the rows."""
        del reader, asked

    def foot(self, rows: Sequence[V], total: Any, form: Format) -> Sequence[Sum]:
        """The sums of the rows that are shown."""
        del rows, total, form
        return ()

    def about(self, row: V) -> str:
        """What there is to say of the row under the cursor; more than fits into its line."""
        del row
        return ""

    def year_of(self, row: V) -> int | None:
        """The year whose gains the row sums; None for anything that is no year."""
        del row
        return None

    def symbol(self, kinds: Kinds[V], scope: Scope) -> Column[V]:
        """The symbol; of one position all rows have the same."""
        drop_order = 0 if scope.instrument_id is None else 20
        return kinds.text(
            "symbol", "Symbol", 21, _symbol, letter="s", flexible=True, drop_order=drop_order
        )

    def account(self, kinds: Kinds[V], scope: Scope, drop_order: int) -> tuple[Column[V], ...]:
        """The account, unless all rows are of one."""
        if scope.account:
            return ()
        return (
            kinds.text(
                "account", "Account", 10, _account, min_width=9, drop_order=drop_order, letter="a"
            ),
        )


def _symbol(row: Any) -> str | None:
    symbol: str | None = row.symbol
    return symbol


def _account(row: Any) -> str | None:
    account: str | None = row.account
    return account

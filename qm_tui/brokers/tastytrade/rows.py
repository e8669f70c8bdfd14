"""Reads a list row by row: one that cannot be read is named and costs no other."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.answers import BadRow, Item, Row
from qm_tui.brokers.tastytrade.values import as_json, text
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.words import Section

T = TypeVar("T")

_LONGEST = 2_000
_ACCOUNT = "account-number"


class Read(NamedTuple, Generic[T]):
    """What could be read of a list, and what could not."""

    records: tuple[T, ...]
    refused: tuple[RefusedRow, ...]


def read(
    section: Section,
    items: Sequence[Item],
    make: Callable[[Row, int], T],
    *,
    account: str | None = None,
    first_row: int = 0,
) -> Read[T]:
    """Make something of every row of a list.

    Args:
        section: what the rows are part of.
        items: the rows, as they came.
        make: makes something of a row and of its number in the document; raises BadRow.
        account: the account that was asked for: rows that name another one are refused.
        first_row: the number of the first row in its document.
    """
    records: list[T] = []
    refused: list[RefusedRow] = []
    for place, item in enumerate(items, first_row):
        try:
            records.append(make(row_of(item.value, account), place))
        except BadRow as error:
            refused.append(refusal(section, place, item.value, error))
    return Read(tuple(records), tuple(refused))


def row_of(value: Any, account: str | None = None) -> Row:
    """Return a row that is one, and of the account that was asked for.

    Raises:
        BadRow: it is no object, or speaks of another account.
    """
    if not isinstance(value, dict):
        raise BadRow("", quoted(str(value)[:1_000]), "the row is no object")
    if account is not None and value.get(_ACCOUNT) != account:
        named = text(value, _ACCOUNT)
        if named is not None and named != account:
            raise BadRow(_ACCOUNT, quoted(named), "another account than the one asked for")
    return value


def refusal(section: Section, place: int, value: Any, error: BadRow) -> RefusedRow:
    """Tell of a row that could not be read: why, and the row itself."""
    said = f" ({quoted(error.text)})" if error.text else ""
    return RefusedRow(
        section=section,
        document_row=place,
        field=error.field,
        text=as_json(value, _LONGEST),
        reason=f"{error.reason}{said}",
    )

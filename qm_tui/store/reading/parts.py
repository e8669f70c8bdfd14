"""Many in pieces: ids that a statement can hold, rows that the memory can."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

AT_ONCE = 500
_ROWS = 5_000


def parts(values: Iterable[Any], size: int = AT_ONCE) -> Iterator[Sequence[Any]]:
    """Yield values in order, some at a time."""
    ordered = sorted(values)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def streamed(
    connection: Connection, statement: str, values: Sequence[Any] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield rows as they are stored, some at a time: there may be a million."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, tuple(values))
        while rows := cursor.fetchmany(_ROWS):
            yield from rows
    finally:
        cursor.close()

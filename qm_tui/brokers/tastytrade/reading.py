"""Rows to records, some at a time, so that no key waits for a long list."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

from qm_tui.brokers.tastytrade.answers import BadRow, Item, Row
from qm_tui.brokers.tastytrade.rows import Read, refusal, row_of
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.words import Section

T = TypeVar("T")

_AT_ONCE = 100
"""Rows read before the event loop turns."""


async def read_in_turns(
    section: Section,
    items: Iterable[tuple[int, Item]],
    make: Callable[[Row, int], T],
    *,
    account: str | None = None,
) -> Read[T]:
    """Make something of each of some rows of a document; one that cannot be read costs no other.

    Args:
        section: what the rows are part of.
        items: the rows, each with its number in the document.
        make: makes something of a row and its number; raises BadRow.
        account: the account that was asked for: rows that name another one are refused.
    """
    records: list[T] = []
    refused: list[RefusedRow] = []
    for count, (place, item) in enumerate(items, start=1):
        try:
            records.append(make(row_of(item.value, account), place))
        except BadRow as error:
            refused.append(refusal(section, place, item.value, error))
        if not count % _AT_ONCE:
            await asyncio.sleep(0)
    return Read(tuple(records), tuple(refused))

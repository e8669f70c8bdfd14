"""Facts that sources without a common id tell alike: each row of one is one row of the other.

A file without ids numbers the rows that are alike, so that two files hold a fact as often as the
one that has it more often. With a source that knows ids it shares no key, only what rows are like:
there, too, each row takes one stored row at most, and what finds none is another fact.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.incoming import Existing, Incoming
from qm_tui.store.reading.parts import parts

Place = tuple[int, str]
"""The id of an account, and a key in it."""


@dataclass(slots=True)
class _Candidate:
    existing: Existing
    kind: str


class Likenesses:
    """Finds such facts of one table, for one transaction: that is, for one source."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self._table = table
        self._column = columns.index("likeness")
        self._taken: dict[int, Place] = {}
        """Stored row → the row of this source that it is."""

    async def find(
        self,
        connection: AsyncConnection,
        pending: Mapping[Place, Incoming],
        found: dict[Place, Existing],
    ) -> None:
        """Add to what was found under its key what is stored under a key of another kind."""
        wanted: dict[int, dict[str, list[Incoming]]] = defaultdict(lambda: defaultdict(list))
        for place, row in pending.items():
            likeness = row.values[self._column]
            if likeness is not None and place not in found:
                wanted[row.account_id][likeness].append(row)
        for account_id, by_likeness in wanted.items():
            stored = await self._stored(connection, account_id, by_likeness)
            for likeness, candidates in stored.items():
                self._match(by_likeness[likeness], candidates, found)

    async def _stored(
        self, connection: AsyncConnection, account_id: int, wanted: Mapping[str, Any]
    ) -> dict[str, list[_Candidate]]:
        c = self._table.c
        stored: dict[str, list[_Candidate]] = defaultdict(list)
        for part in parts(wanted):
            rows = await connection.execute(
                select(
                    c.likeness, c.id, c.key, c.content_hash, c.authority, c.source_at, c.restated
                ).where(c.account_id == account_id, c.likeness.in_(part))
            )
            for likeness, id_, key, digest, authority, source_at, restated in rows:
                one = Existing(id_, digest, authority, source_at, bool(restated), key)
                stored[likeness].append(_Candidate(one, _kind(key)))
        return stored

    def _match(
        self,
        rows: list[Incoming],
        candidates: list[_Candidate],
        found: dict[Place, Existing],
    ) -> None:
        candidates.sort(key=lambda one: _order(one.existing.key))
        for row in sorted(rows, key=lambda row: _order(row.key)):
            place, kind = (row.account_id, row.key), _kind(row.key)
            for candidate in candidates:
                taken_by = self._taken.get(candidate.existing.id, place)
                if candidate.kind != kind and taken_by == place:
                    self._taken[candidate.existing.id] = place
                    found[place] = candidate.existing
                    break


def _kind(key: str) -> str:
    """Return which kind of key it is: of one kind, other keys are other facts."""
    return key.partition(":")[0]


def _order(key: str) -> tuple[int, str]:
    """Order keys as the numbers at their ends do."""
    return len(key), key

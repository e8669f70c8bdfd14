"""The latest quotes and Greeks: one row an instrument and source, replaced by what is newer."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Dialect, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.records import Greeks, Quote
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.market import greeks, quotes
from qm_tui.store.upsert import upsert

_ELSEWHERE = {"account", "document_row", "instrument", "as_of", "source"}
_KEY = ("instrument_id", "source")
Place = tuple[int, str]


class LatestTable:
    """Saves the latest of one kind: quotes, or Greeks."""

    def __init__(self, kind: type[Quote | Greeks], dialect: Dialect) -> None:
        self._table: Table = quotes if kind is Quote else greeks
        self._names = [field.name for field in fields(kind) if field.name not in _ELSEWHERE]
        self._upsert = upsert(self._table, dialect, key=_KEY, replace=("as_of", *self._names))

    async def save(
        self, connection: AsyncConnection, records: Iterable[tuple[Any, int]], broker: str
    ) -> SectionCounts:
        """Save (record, instrument id); what is older than what is known changes nothing.

        Args:
            connection: of the transaction.
            records: with the ids of their instruments.
            broker: who quotes, where a record does not say its source.
        """
        rows = [self._row(record, instrument_id, broker) for record, instrument_id in records]
        known = await self._known(connection, sorted({row["instrument_id"] for row in rows}))
        latest: dict[Place, dict[str, Any]] = {}
        for row in rows:
            place = (row["instrument_id"], row["source"])
            newest = latest.get(place) or known.get(place)
            if newest is None or row["as_of"] >= newest["as_of"]:
                latest[place] = row
        if latest:
            await connection.execute(self._upsert, list(latest.values()))
        return self._counted(latest, known, len(rows))

    def _row(self, record: Any, instrument_id: int, broker: str) -> dict[str, Any]:
        row = {name: getattr(record, name) for name in self._names}
        row["delayed"] = int(record.delayed)
        return row | {
            "instrument_id": instrument_id,
            "source": getattr(record, "source", broker),
            "as_of": record.as_of.astimezone(dt.UTC),
        }

    async def _known(
        self, connection: AsyncConnection, named: Sequence[int]
    ) -> dict[Place, Mapping[Any, Any]]:
        known: dict[Place, Mapping[Any, Any]] = {}
        for part in parts(named):
            rows = await connection.execute(
                select(self._table).where(self._table.c.instrument_id.in_(part))
            )
            known |= {(row.instrument_id, row.source): row._mapping for row in rows}
        return known

    def _counted(
        self,
        latest: Mapping[Place, Mapping[str, Any]],
        known: Mapping[Place, Mapping[Any, Any]],
        received: int,
    ) -> SectionCounts:
        added = len(latest.keys() - known.keys())
        changed = sum(
            any(known[place][name] != row[name] for name in self._names)
            for place, row in latest.items()
            if place in known
        )
        return SectionCounts(added=added, changed=changed, unchanged=received - added - changed)

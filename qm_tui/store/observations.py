"""Observations in sets: what one source saw of a section of an account at one moment."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.records import Observation
from qm_tui.domain.words import Section
from qm_tui.store.binding import Bound, columns
from qm_tui.store.incoming import Origin, content_hash, driver_insert
from qm_tui.store.schema.holdings import observation_sets

_PLACE = ("set_id", "account_id", "as_of", "document_id", "document_row", "content_hash")
"""The columns behind those that say what was seen."""


@dataclass(slots=True)
class _Set:
    id: int
    known: dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]]
    """Natural key → row id and values, of what another document of the same second said."""
    told: dict[tuple[Any, ...], set[bytes]] = field(default_factory=dict)
    """Natural key → digests, of what sources of other times said of the same moment."""
    seen: set[tuple[Any, ...]] = field(default_factory=set)


class ObservationTable:
    """Saves observations of one kind. `identity` names what tells the rows of a set apart."""

    def __init__(
        self,
        table: Table,
        record_type: type[Observation],
        section: Section,
        identity: tuple[str, ...],
        dialect: Dialect,
    ) -> None:
        self.table = table
        self.section = section
        self._identity = identity
        self._with_instrument = "instrument_id" in table.c
        self._with_key = "key" in table.c
        self._columns = [
            *columns(record_type),
            *(("instrument_id",) if self._with_instrument else ()),
            *(("key",) if self._with_key else ()),
            "broker_specific",
            *_PLACE,
        ]
        self._places = [self._columns.index(name) for name in identity]
        self._insert = driver_insert(table, self._columns, dialect)
        self._sets: dict[tuple[int, str], _Set] = {}

    async def save(
        self,
        connection: AsyncConnection,
        rows: Sequence[tuple[Bound, int, int | None]],
        connection_id: int,
        origin: Origin,
    ) -> SectionCounts:
        """Save (bound record, account id, instrument id)."""
        added: list[tuple[Any, ...]] = []
        replaced: list[int] = []
        counts = SectionCounts()
        for bound, account_id, instrument_id in rows:
            where = await self.open_set(
                connection, account_id, bound.as_of or "", connection_id, origin
            )
            own = self._own(bound, instrument_id)
            natural = self._natural(own)
            known_id, known = where.known.get(natural, (None, own))
            if natural in where.seen or (known_id is not None and _joined(known, own) == known):
                counts += SectionCounts(unchanged=1)
                where.seen.add(natural)
                continue
            where.seen.add(natural)
            if known_id is not None:
                own = _joined(known, own)
                replaced.append(known_id)
            digest = content_hash(own)
            values = [
                *own, where.id, account_id, bound.as_of, origin.document_id, bound.document_row,
                digest,
            ]  # fmt: skip
            added.append(tuple(values))
            told = where.told.get(natural, ())
            if digest in told:
                counts += SectionCounts(unchanged=1)
                continue
            is_new = known_id is None and not told
            counts += SectionCounts(added=1) if is_new else SectionCounts(changed=1)
        await self._delete(connection, replaced)
        if added:
            await connection.exec_driver_sql(self._insert, added)
        return counts

    def _own(self, bound: Bound, instrument_id: int | None) -> tuple[Any, ...]:
        """Return what the source says: the values of all columns but those of its place."""
        instrument = (instrument_id,) if self._with_instrument else ()
        key = (bound.key,) if self._with_key else ()
        return (*bound.values, *instrument, *key, bound.specifics)

    def _natural(self, own: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(own[place] for place in self._places)

    async def open_set(
        self,
        connection: AsyncConnection,
        account_id: int,
        as_of: str,
        connection_id: int,
        origin: Origin,
    ) -> _Set:
        """Return the set of what a source saw at a moment, made when it is not there."""
        where = self._sets.get((account_id, as_of))
        if where is None:
            where = await self._find_set(connection, account_id, as_of, connection_id, origin)
            self._sets[account_id, as_of] = where
        return where

    async def _find_set(
        self,
        connection: AsyncConnection,
        account_id: int,
        as_of: str,
        connection_id: int,
        origin: Origin,
    ) -> _Set:
        c = observation_sets.c
        moment = dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC)
        sets = await connection.execute(
            select(c.id, c.generated_at).where(
                c.account_id == account_id,
                c.section == self.section.value,
                c.connection_id == connection_id,
                c.as_of == moment,
            )
        )
        ids = {row.generated_at: row.id for row in sets}
        stored = ids.pop(origin.source_at, None)
        told = await self._told(connection, list(ids.values()))
        if stored is None:
            made = await connection.execute(
                insert(observation_sets).values(
                    account_id=account_id, section=self.section.value,
                    connection_id=connection_id, as_of=moment, generated_at=origin.source_at,
                    document_id=origin.document_id, run_id=origin.run_id, complete=0,
                )
            )  # fmt: skip
            assert made.inserted_primary_key is not None
            return _Set(int(made.inserted_primary_key[0]), known={}, told=told)
        names = ", ".join(f'"{name}"' for name in self._columns[: -len(_PLACE)])
        rows: Iterable[Any] = await connection.exec_driver_sql(
            f'SELECT id, {names} FROM "{self.table.name}" '  # noqa: S608 - our names
            "WHERE set_id = ?",
            (stored,),
        )
        known = {self._natural(tuple(row[1:])): (row[0], tuple(row[1:])) for row in rows}
        return _Set(stored, known=known, told=told)

    async def _told(
        self, connection: AsyncConnection, sets: Sequence[int]
    ) -> dict[tuple[Any, ...], set[bytes]]:
        told: dict[tuple[Any, ...], set[bytes]] = defaultdict(set)
        if sets:
            names = (self.table.c[name] for name in (*self._identity, "content_hash"))
            found = await connection.execute(select(*names).where(self.table.c.set_id.in_(sets)))
            for *natural, digest in found:
                told[tuple(natural)].add(digest)
        return told

    async def complete(
        self,
        connection: AsyncConnection,
        account_id: int,
        as_of: str,
        connection_id: int,
        origin: Origin,
    ) -> None:
        """Declare that a set names everything: what it does not name is closed."""
        where = await self.open_set(connection, account_id, as_of, connection_id, origin)
        await connection.execute(
            update(observation_sets).where(observation_sets.c.id == where.id).values(complete=1)
        )

    async def _delete(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        if ids:
            await connection.execute(
                delete(self.table).where(self.table.c.id == bindparam("b_id")),
                [{"b_id": row_id} for row_id in ids],
            )


def _joined(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Join what two documents of the same second say: the same, whichever came first."""
    return tuple(
        max((value for value in values if value is not None), default=None, key=str)
        for values in zip(one, other, strict=True)
    )

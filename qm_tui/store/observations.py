"""Observations in sets: what one source saw of a section of an account at one moment."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.records import Observation, Section
from qm_tui.store.binding import Bound, columns
from qm_tui.store.facts import Origin, content_hash, driver_insert
from qm_tui.store.schema.holdings import observation_sets


@dataclass(slots=True)
class _Set:
    id: int
    ours: bool
    """False when a newer source has already spoken of this moment: ours changes nothing."""
    known: dict[tuple[Any, ...], tuple[int, bytes]]
    """Natural key → (row id, digest) of what an older source said."""
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
            "broker_specific", "set_id", "account_id", "as_of", "document_id", "document_row",
            "content_hash",
        ]  # fmt: skip
        self._places = [self._columns.index(name) for name in identity]
        self._insert = driver_insert(table, self._columns, dialect)
        self._sets: dict[tuple[int, str], _Set] = {}

    async def save(
        self,
        connection: AsyncConnection,
        rows: Sequence[tuple[Bound, int, int | None]],
        connection_id: int,
        origin: Origin,
    ) -> tuple[SectionCounts, set[tuple[int, int]]]:
        """Save (bound record, account id, instrument id); return counts and what was touched."""
        added: list[tuple[Any, ...]] = []
        replaced: list[int] = []
        touched: set[tuple[int, int]] = set()
        counts = SectionCounts()
        for bound, account_id, instrument_id in rows:
            where = await self.open_set(
                connection, account_id, bound.as_of or "", connection_id, origin
            )
            values = self._values(bound, account_id, instrument_id, where.id, origin)
            natural = tuple(values[place] for place in self._places)
            known = where.known.get(natural)
            if not where.ours or natural in where.seen or (known and known[1] == values[-1]):
                counts += SectionCounts(unchanged=1)
                where.seen.add(natural)
                continue
            where.seen.add(natural)
            if known:
                replaced.append(known[0])
                counts += SectionCounts(changed=1)
            else:
                counts += SectionCounts(added=1)
            added.append(tuple(values))
            if instrument_id is not None:
                touched.add((account_id, instrument_id))
        await self._delete(connection, replaced)
        if added:
            await connection.exec_driver_sql(self._insert, added)
        return counts, touched

    def _values(
        self,
        bound: Bound,
        account_id: int,
        instrument_id: int | None,
        set_id: int,
        origin: Origin,
    ) -> list[Any]:
        values = list(bound.values)
        if self._with_instrument:
            values.append(instrument_id)
        if self._with_key:
            values.append(bound.key)
        values.append(bound.specifics)
        digest = content_hash(values)
        values += [
            set_id, account_id, bound.as_of, origin.document_id, bound.document_row, digest,
        ]  # fmt: skip
        return values

    async def open_set(
        self,
        connection: AsyncConnection,
        account_id: int,
        as_of: str,
        connection_id: int,
        origin: Origin,
    ) -> _Set:
        """Return the set of a moment, made when it is not there."""
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
        stored = (
            await connection.execute(
                select(c.id, c.generated_at, c.document_id).where(
                    c.account_id == account_id,
                    c.section == self.section.value,
                    c.connection_id == connection_id,
                    c.as_of == moment,
                )
            )
        ).one_or_none()
        if stored is None:
            made = await connection.execute(
                insert(observation_sets).values(
                    account_id=account_id, section=self.section.value,
                    connection_id=connection_id, as_of=moment, generated_at=origin.source_at,
                    document_id=origin.document_id, run_id=origin.run_id, complete=0,
                )
            )  # fmt: skip
            assert made.inserted_primary_key is not None
            return _Set(int(made.inserted_primary_key[0]), ours=True, known={})
        if stored.generated_at is not None and stored.generated_at > origin.source_at:
            return _Set(stored.id, ours=False, known={})
        names = ", ".join(f'"{name}"' for name in self._identity)
        rows: Iterable[Any] = await connection.exec_driver_sql(
            f'SELECT id, content_hash, {names} FROM "{self.table.name}" '  # noqa: S608 - our names
            "WHERE set_id = ?",
            (stored.id,),
        )
        known = {tuple(row[2:]): (row[0], row[1]) for row in rows}
        await connection.execute(
            update(observation_sets)
            .where(c.id == stored.id)
            .values(
                generated_at=origin.source_at, document_id=origin.document_id,
                complete=0,
            )
        )  # fmt: skip
        return _Set(stored.id, ours=True, known=known)

    async def complete(
        self,
        connection: AsyncConnection,
        account_id: int,
        as_of: str,
        connection_id: int,
        origin: Origin,
    ) -> None:
        """Declare that a set names everything: what an older source said beyond it was wrong."""
        where = await self.open_set(connection, account_id, as_of, connection_id, origin)
        if not where.ours:
            return
        gone = [row_id for natural, (row_id, _) in where.known.items() if natural not in where.seen]
        await self._delete(connection, gone)
        await connection.execute(
            update(observation_sets).where(observation_sets.c.id == where.id).values(complete=1)
        )

    async def _delete(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        if ids:
            await connection.execute(
                delete(self.table).where(self.table.c.id == bindparam("b_id")),
                [{"b_id": row_id} for row_id in ids],
            )

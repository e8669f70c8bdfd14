"""Observations in sets: what one source saw of a section of an account at one moment."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.records import Observation
from qm_tui.domain.words import Section
from qm_tui.store.binding import Bound, columns
from qm_tui.store.incoming import Origin, content_hash, driver_insert
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.holdings import observation_sets

_PLACE = ("set_id", "account_id", "as_of", "document_id", "document_row", "content_hash")
"""The columns behind those that say what was seen."""


Seen = tuple[Bound, int, int | None]
"""What was seen, with the ids of its account and instrument."""


class _Place(NamedTuple):
    """Which set of observations is meant, of those of one section."""

    account_id: int
    as_of: str
    connection_id: int
    amends: bool


@dataclass(slots=True)
class _Set:
    id: int
    known: dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]]
    """Natural key → row id and values, of what another document of the same second said."""
    told: dict[tuple[Any, ...], tuple[bytes, ...]] = field(default_factory=dict)
    """Natural key → digests, of what sources of other times said of the same moment; of what a
    live source says, its word before."""
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
        self._sets: dict[tuple[int, str, bool], _Set] = {}

    async def save(
        self,
        connection: AsyncConnection,
        rows: Sequence[Seen],
        connection_id: int,
        origin: Origin,
        *,
        amends: bool = False,
    ) -> SectionCounts:
        """Save (bound record, account id, instrument id).

        Args:
            connection: of the transaction.
            rows: what was seen; of two words of one answer on the same thing the first holds.
            connection_id: through which it was seen.
            origin: of the rows.
            amends: whether they say only what changed; then of two words the last holds.
        """
        added: list[tuple[Any, ...]] = []
        replaced: list[int] = []
        tallied = Counter[str]()
        for bound, account_id, instrument_id in self._last(rows) if amends else rows:
            where = await self.open_set(
                connection, account_id, bound.as_of or "", connection_id, origin, amends=amends
            )
            own = self._own(bound, instrument_id)
            natural = self._natural(own)
            known = where.known.get(natural)
            if known is not None and not amends:
                own = _joined(known[1], own)
            if natural in where.seen or (known is not None and own == known[1]):
                tallied["unchanged"] += 1
                where.seen.add(natural)
                continue
            where.seen.add(natural)
            if known is not None:
                replaced.append(known[0])
            digest = content_hash(own)
            values = [
                *own, where.id, account_id, bound.as_of, origin.document_id, bound.document_row,
                digest,
            ]  # fmt: skip
            added.append(tuple(values))
            told = where.told.get(natural, ())
            is_new = known is None and not told
            tallied["unchanged" if digest in told else "added" if is_new else "changed"] += 1
        await self._delete(connection, replaced)
        if added:
            await connection.exec_driver_sql(self._insert, added)
        return SectionCounts(**tallied)

    def _last(self, rows: Sequence[Seen]) -> list[Seen]:
        """Return of several words on the same thing the last."""
        last: dict[Any, Seen] = {}
        for row in rows:
            bound, account_id, instrument_id = row
            own = self._own(bound, instrument_id)
            last[account_id, bound.as_of, self._natural(own)] = row
        return list(last.values())

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
        *,
        amends: bool = False,
    ) -> _Set:
        """Return the set of what a source saw at a moment, made when it is not there."""
        where = self._sets.get((account_id, as_of, amends))
        if where is None:
            place = _Place(account_id, as_of, connection_id, amends)
            where = await self._find_set(connection, place, origin)
            self._sets[account_id, as_of, amends] = where
        return where

    async def _find_set(self, connection: AsyncConnection, place: _Place, origin: Origin) -> _Set:
        c = observation_sets.c
        moment = dt.datetime.fromisoformat(place.as_of).replace(tzinfo=dt.UTC)
        sets = await connection.execute(
            select(c.id, c.generated_at).where(
                c.account_id == place.account_id,
                c.section == self.section.value,
                c.connection_id == place.connection_id,
                c.as_of == moment,
                c.amends == int(place.amends),
            )
        )
        ids = {row.generated_at: row.id for row in sets}
        stored = ids.pop(origin.source_at, None)
        others = list(ids.values())
        if origin.live:
            others = await self._former(connection, place, moment)
        told = await self._told(connection, others, last=origin.live)
        if stored is None:
            made = await connection.execute(
                insert(observation_sets).values(
                    account_id=place.account_id, section=self.section.value,
                    connection_id=place.connection_id, as_of=moment,
                    generated_at=origin.source_at, document_id=origin.document_id,
                    run_id=origin.run_id, complete=0, amends=int(place.amends),
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

    async def _former(
        self, connection: AsyncConnection, place: _Place, moment: dt.datetime
    ) -> list[int]:
        """Return what the source said last before a moment: a whole answer, and what amended it."""
        c = observation_sets.c
        before = (
            c.account_id == place.account_id,
            c.section == self.section.value,
            c.connection_id == place.connection_id,
            c.as_of < moment,
        )
        whole = select(func.max(c.as_of)).where(*before, c.complete == 1).scalar_subquery()
        since = dt.datetime.min.replace(tzinfo=dt.UTC)
        found = await connection.scalars(
            select(c.id).where(*before, c.as_of >= func.coalesce(whole, since)).order_by(c.as_of)
        )
        return list(found)

    async def _told(
        self, connection: AsyncConnection, sets: Sequence[int], *, last: bool
    ) -> dict[tuple[Any, ...], tuple[bytes, ...]]:
        """Return the digests of what sets say: of all their words, or of the last on each thing."""
        told: dict[tuple[Any, ...], tuple[bytes, ...]] = {}
        for part in parts(sets):
            names = (self.table.c[name] for name in (*self._identity, "content_hash"))
            found = await connection.execute(
                select(*names)
                .where(self.table.c.set_id.in_(part))
                .order_by(self.table.c.as_of, self.table.c.set_id)
            )
            for row in found.all():
                natural, digest = tuple(row[:-1]), row[-1]
                told[natural] = (digest,) if last else (*told.get(natural, ()), digest)
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

"""Facts under their keys: new ones added, known ones left alone, restated ones in all versions."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, column, insert, select, update
from sqlalchemy import table as table_clause
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.records import Record
from qm_tui.store.binding import Bound, columns
from qm_tui.store.schema.activity import fact_versions
from qm_tui.store.texts import json_text, utc_text

_META = (
    "account_id", "key", "content_hash", "document_row", "authority", "source_at", "document_id",
    "run_id",
)  # fmt: skip


def content_hash(values: Sequence[Any]) -> bytes:
    """Digest bound values: equal content is equal bytes, in any process."""
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def driver_insert(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    """Compile an INSERT for the driver that binds values in the order of `names`."""
    compiled = (
        insert(table_clause(table.name, *(column(name) for name in names)))
        .values({name: bindparam(name) for name in names})
        .compile(dialect=dialect)
    )
    return str(compiled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From where the rows of one transaction come."""

    run_id: int
    document_id: int | None
    authority: int
    source_at: dt.datetime
    """When the source was made."""
    recorded_at: dt.datetime


@dataclass(slots=True)
class Incoming:
    """A record on its way into its table."""

    account_id: int
    key: str
    values: tuple[Any, ...]
    """Bound values of `FactTable.columns`."""
    digest: bytes
    document_row: int | None
    instrument_id: int | None


@dataclass(slots=True)
class Existing:
    """What is stored of a fact, as far as needed to compare it."""

    id: int
    digest: bytes
    authority: int
    source_at: dt.datetime
    restated: bool
    key: str


@dataclass(slots=True)
class Outcome:
    """What a batch of facts did."""

    counts: SectionCounts = field(default_factory=SectionCounts)
    touched: set[tuple[int, int]] = field(default_factory=set)
    """(account id, instrument id) of what was added or changed."""


class FactTable:
    """Saves records of one kind. `columns`: the record's own, the instrument, the leftovers."""

    def __init__(self, table: Table, kind: type[Record], dialect: Dialect) -> None:
        self.table = table
        self.has_instrument = "instrument_id" in table.c
        self.columns = [
            *columns(kind),
            *(("instrument_id",) if self.has_instrument else ()),
            "broker_specific",
        ]
        self._insert = driver_insert(table, [*self.columns, *_META], dialect)

    def incoming(self, bound: Bound, account_id: int, instrument_id: int | None) -> Incoming:
        """Complete a bound record with the ids of this store."""
        values = (
            (*bound.values, instrument_id, bound.specifics)
            if self.has_instrument
            else (*bound.values, bound.specifics)
        )
        return Incoming(
            account_id, bound.key, values, content_hash(values), bound.document_row, instrument_id
        )

    async def save(
        self, connection: AsyncConnection, rows: Iterable[Incoming], origin: Origin
    ) -> Outcome:
        """Save rows of any accounts; the same key twice in `rows` is the same fact told twice."""
        outcome = Outcome()
        pending: dict[tuple[int, str], Incoming] = {}
        for row in rows:
            place = (row.account_id, row.key)
            twin = pending.get(place)
            if twin is None:
                pending[place] = row
            elif twin.digest == row.digest:
                outcome.counts += SectionCounts(unchanged=1)
            else:
                await self._save_distinct(connection, pending, origin, outcome)
                pending = {place: row}
        await self._save_distinct(connection, pending, origin, outcome)
        return outcome

    async def _save_distinct(
        self,
        connection: AsyncConnection,
        pending: dict[tuple[int, str], Incoming],
        origin: Origin,
        outcome: Outcome,
    ) -> None:
        if not pending:
            return
        known = await self.find(connection, pending)
        fresh = [row for place, row in pending.items() if place not in known]
        same: list[tuple[Incoming, Existing]] = []
        told_differently: list[tuple[Incoming, Existing]] = []
        for place, existing in known.items():
            row = pending[place]
            if row.digest == existing.digest and row.key == existing.key and not existing.restated:
                same.append((row, existing))
            else:
                told_differently.append((row, existing))
        await self._add(connection, fresh, origin)
        await self._renew(connection, same, origin)
        changed = await self._restate(connection, told_differently, origin)
        outcome.counts += SectionCounts(
            added=len(fresh), changed=len(changed), unchanged=len(known) - len(changed)
        )
        outcome.touched.update(
            (row.account_id, row.instrument_id)
            for row in (*fresh, *changed)
            if row.instrument_id is not None
        )

    async def find(
        self, connection: AsyncConnection, pending: Mapping[tuple[int, str], Incoming]
    ) -> dict[tuple[int, str], Existing]:
        """Return what is stored under the same keys (a subclass: under other ids of a fact)."""
        by_account: dict[int, list[str]] = defaultdict(list)
        for account_id, key in pending:
            by_account[account_id].append(key)
        c = self.table.c
        found: dict[tuple[int, str], Existing] = {}
        for account_id, keys in by_account.items():
            rows = await connection.execute(
                select(c.id, c.key, c.content_hash, c.authority, c.source_at, c.restated).where(
                    c.account_id == account_id, c.key.in_(keys)
                )
            )
            for id_, key, digest, authority, source_at, restated in rows:
                found[account_id, key] = Existing(
                    id_, digest, authority, source_at, bool(restated), key
                )
        return found

    async def _add(
        self, connection: AsyncConnection, rows: Sequence[Incoming], origin: Origin
    ) -> None:
        if not rows:
            return
        tail = (origin.authority, utc_text(origin.source_at), origin.document_id, origin.run_id)
        bound = [
            (*row.values, row.account_id, row.key, row.digest, row.document_row, *tail)
            for row in rows
        ]
        await connection.exec_driver_sql(self._insert, bound)

    async def _renew(
        self,
        connection: AsyncConnection,
        pairs: Sequence[tuple[Incoming, Existing]],
        origin: Origin,
    ) -> None:
        """Note that a newer source says the same, so that one made in between cannot undo it."""
        newer = [
            {"b_id": existing.id}
            for _, existing in pairs
            if (origin.authority, origin.source_at) > (existing.authority, existing.source_at)
        ]
        if newer:
            await connection.execute(
                update(self.table)
                .where(self.table.c.id == bindparam("b_id"))
                .values(authority=origin.authority, source_at=origin.source_at),
                newer,
            )

    async def _restate(
        self,
        connection: AsyncConnection,
        pairs: Sequence[tuple[Incoming, Existing]],
        origin: Origin,
    ) -> list[Incoming]:
        """Keep every version and let the row follow from all of them; return what changed."""
        if not pairs:
            return []
        versions = Versions(self.table, self.columns)
        await versions.load(connection, [existing for _, existing in pairs])
        for row, existing in pairs:
            versions.add(existing.id, row, origin)
        await versions.store(connection)
        changed = []
        for row, existing in pairs:
            merged = versions.merged(existing.id)
            key = strongest(existing.key, row.key)
            if merged == versions.current(existing.id) and key == existing.key:
                continue
            changed.append(row)
            values: dict[str, Any] = dict(zip(self.columns, merged, strict=True))
            await self._rewrite(connection, existing.id, key, values, origin)
        newest: list[dict[str, Any]] = [
            {
                "b_id": existing.id, "b_authority": versions.newest(existing.id)[0],
                "b_source_at": versions.newest(existing.id)[1],
            }
            for _, existing in pairs
        ]  # fmt: skip
        await connection.execute(
            update(self.table)
            .where(self.table.c.id == bindparam("b_id"))
            .values(
                restated=1, authority=bindparam("b_authority"), source_at=bindparam("b_source_at")
            ),
            newest,
        )
        return changed

    async def _rewrite(
        self,
        connection: AsyncConnection,
        fact_id: int,
        key: str,
        values: dict[str, Any],
        origin: Origin,
    ) -> None:
        names = [*values, "key", "content_hash", "changed_run_id"]
        assigned = ", ".join(f'"{name}" = ?' for name in names)
        # The values are bound already, as they came from the codec or from a stored version.
        await connection.exec_driver_sql(
            f'UPDATE "{self.table.name}" SET {assigned} WHERE id = ?',  # noqa: S608 - our own names
            (*values.values(), key, content_hash(tuple(values.values())), origin.run_id, fact_id),
        )


_RUNGS = ("ID:", "TX:", "EX:", "TR:", "OR:")


def strongest(one: str, other: str) -> str:
    """Return the stronger of two keys of one fact: the broker's booking id before all others."""

    def rung(key: str) -> tuple[int, str]:
        prefix = key[:3]
        return (_RUNGS.index(prefix) if prefix in _RUNGS else len(_RUNGS), key)

    return min(one, other, key=rung)


@dataclass(slots=True)
class _Version:
    digest: bytes
    values: tuple[Any, ...]
    authority: int
    source_at: dt.datetime
    document_id: int | None
    document_row: int | None
    run_id: int
    recorded_at: dt.datetime
    stored: bool
    renewed: bool = False


class Versions:
    """All versions of some facts of one table, and what follows from them together."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self._table = table
        self._columns = columns
        self._versions: dict[int, list[_Version]] = defaultdict(list)
        self._current: dict[int, tuple[Any, ...]] = {}

    async def load(self, connection: AsyncConnection, facts: Sequence[Existing]) -> None:
        """Read the rows as they are and the versions there are; a lone row is its own version."""
        ids = [fact.id for fact in facts]
        names = ", ".join(f'"{name}"' for name in self._columns)
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            await self._load_rows(connection, names, part)
            rows = await connection.execute(
                select(fact_versions).where(
                    fact_versions.c.fact_table == self._table.name,
                    fact_versions.c.fact_id.in_(part),
                )
            )
            for row in rows:
                self._versions[row.fact_id].append(
                    _Version(
                        row.content_hash,
                        tuple(row.content.get(name) for name in self._columns),
                        row.authority,
                        row.source_at,
                        row.document_id,
                        row.document_row,
                        row.run_id,
                        row.recorded_at,
                        stored=True,
                    )
                )

    async def _load_rows(self, connection: AsyncConnection, names: str, ids: Sequence[int]) -> None:
        c = self._table.c
        meta = await connection.execute(
            select(
                c.id, c.content_hash, c.authority, c.source_at, c.document_id, c.document_row,
                c.run_id, c.restated,
            ).where(c.id.in_(ids))
        )  # fmt: skip
        about = {row.id: row for row in meta}
        places = ", ".join("?" * len(ids))
        # Through the driver, so that values come as they are stored and compare as such.
        raw: Iterable[Any] = await connection.exec_driver_sql(
            f'SELECT id, {names} FROM "{self._table.name}" WHERE id IN ({places})',  # noqa: S608
            tuple(ids),
        )
        for stored in raw:
            values: tuple[Any, ...] = tuple(stored)[1:]
            fact_id: int = stored[0]
            row = about[fact_id]
            self._current[fact_id] = values
            if not row.restated:
                self._versions[fact_id].append(
                    _Version(
                        row.content_hash,
                        values,
                        row.authority,
                        row.source_at,
                        row.document_id,
                        row.document_row,
                        row.run_id,
                        row.source_at,
                        stored=False,
                    )
                )

    def add(self, fact_id: int, row: Incoming, origin: Origin) -> None:
        """Add what a source says; one that repeats an older version word for word renews it."""
        said = (origin.authority, origin.source_at)
        for version in self._versions[fact_id]:
            if version.digest == row.digest:
                if said > (version.authority, version.source_at):
                    version.authority, version.source_at = said
                    version.renewed = True
                return
        self._versions[fact_id].append(
            _Version(
                row.digest,
                row.values,
                origin.authority,
                origin.source_at,
                origin.document_id,
                row.document_row,
                origin.run_id,
                origin.recorded_at,
                stored=False,
            )
        )

    async def store(self, connection: AsyncConnection) -> None:
        """Write what is not stored yet, and the renewed ones."""
        new, renewed = [], []
        for fact_id, versions in self._versions.items():
            for version in versions:
                row = {
                    "fact_table": self._table.name, "fact_id": fact_id,
                    "content_hash": version.digest, "authority": version.authority,
                    "source_at": version.source_at,
                }  # fmt: skip
                if not version.stored:
                    content = dict(zip(self._columns, version.values, strict=True))
                    new.append(
                        row
                        | {
                            "content": content,
                            "document_id": version.document_id,
                            "document_row": version.document_row,
                            "run_id": version.run_id,
                            "recorded_at": version.recorded_at,
                        }
                    )
                elif version.renewed:
                    renewed.append({f"b_{name}": value for name, value in row.items()})
        if new:
            await connection.execute(insert(fact_versions), new)
        if renewed:
            c = fact_versions.c
            await connection.execute(
                update(fact_versions)
                .where(
                    c.fact_table == bindparam("b_fact_table"),
                    c.fact_id == bindparam("b_fact_id"),
                    c.content_hash == bindparam("b_content_hash"),
                )
                .values(authority=bindparam("b_authority"), source_at=bindparam("b_source_at")),
                renewed,
            )

    def current(self, fact_id: int) -> tuple[Any, ...]:
        """Return the row's values as they were before."""
        return self._current[fact_id]

    def newest(self, fact_id: int) -> tuple[int, dt.datetime]:
        """Return the highest authority and time of all versions."""
        return max((version.authority, version.source_at) for version in self._versions[fact_id])

    def _said(self, version: _Version) -> str:
        """Write what a version says without the numbers of this store, which differ in another."""
        pairs = zip(self._columns, version.values, strict=True)
        return repr([value for name, value in pairs if name != "instrument_id"])

    def merged(self, fact_id: int) -> tuple[Any, ...]:
        """Lay the versions over each other, the weakest and oldest first.

        A value that a version leaves out stays as another one said it. The order is that of the
        sources, not of their arrival, so any order of imports ends the same.
        """
        ordered = sorted(
            self._versions[fact_id],
            key=lambda version: (version.authority, version.source_at, self._said(version)),
        )
        merged: list[Any] = [None] * len(self._columns)
        leftovers: dict[str, Any] = {}
        for version in ordered:
            for place, value in enumerate(version.values):
                if value is not None:
                    merged[place] = value
            if version.values[-1] is not None:
                leftovers |= json.loads(version.values[-1])
        merged[-1] = json_text(leftovers) if leftovers else None
        return tuple(merged)

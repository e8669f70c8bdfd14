"""Facts under their keys: new ones added, known ones left alone, restated ones in all versions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.exact import utc_text
from qm_tui.domain.records import Record
from qm_tui.store.binding import Bound, columns
from qm_tui.store.incoming import Existing, Incoming, Origin, Outcome, content_hash, driver_insert
from qm_tui.store.likenesses import Likenesses
from qm_tui.store.schema.activity import fact_versions
from qm_tui.store.versions import Versions

_META = (
    "account_id", "key", "content_hash", "document_row", "authority", "source_at", "document_id",
    "run_id",
)  # fmt: skip
_SAID_BY_FEW = ("reverses", "likeness")
"""Columns that were not always there: where they are empty, content is as it was without them."""


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
        few = [self.columns.index(name) for name in _SAID_BY_FEW if name in self.columns]
        self._few = slice(few[0], few[-1] + 1) if few else slice(0, 0)
        self._likenesses = Likenesses(table, self.columns) if "likeness" in table.c else None

    def incoming(self, bound: Bound, account_id: int, instrument_id: int | None) -> Incoming:
        """Complete a bound record with the ids of this store."""
        values = (
            (*bound.values, instrument_id, bound.specifics)
            if self.has_instrument
            else (*bound.values, bound.specifics)
        )
        return Incoming(
            account_id, bound.key, values, self._digest(values), bound.document_row, instrument_id
        )

    def _digest(self, values: tuple[Any, ...]) -> bytes:
        few = self._few
        if any(values[few]):
            return content_hash(values)
        return content_hash(values[: few.start] + values[few.stop :])

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
            is_same = row.digest == existing.digest and row.key == existing.key
            if is_same and not existing.restated and not existing.others:
                same.append((row, existing))
            else:
                told_differently.append((row, existing))
        await self._add(connection, fresh, origin)
        await self._renew(connection, same, origin)
        changed = await self._restate(connection, told_differently, origin, outcome)
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
        """Return what is stored of the same facts, by their keys, else by what they are like.

        A subclass looks for other ids, too.
        """
        found = await self._under_keys(connection, pending)
        if self._likenesses is not None:
            await self._likenesses.find(connection, pending, found)
        return found

    async def _under_keys(
        self, connection: AsyncConnection, pending: Mapping[tuple[int, str], Incoming]
    ) -> dict[tuple[int, str], Existing]:
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
        outcome: Outcome,
    ) -> list[Incoming]:
        """Keep every version and let the row follow from all of them; return what changed."""
        if not pairs:
            return []
        versions = Versions(self.table, self.columns)
        others = [other for _, existing in pairs for other in existing.others]
        await versions.load(connection, [*(existing for _, existing in pairs), *others])
        for row, existing in pairs:
            for other in existing.others:
                versions.absorb(existing.id, other.id)
                named = versions.instrument(other.id)
                if named is not None:
                    outcome.touched.add((row.account_id, named))
            versions.add(existing.id, row, origin)
        await self._remove(connection, others)
        await versions.store(connection)
        changed = []
        rewritten: list[tuple[Any, ...]] = []
        for row, existing in pairs:
            merged = versions.merged(existing.id)
            key = strongest(existing.key, row.key, *(other.key for other in existing.others))
            if merged == versions.current(existing.id) and key == existing.key:
                continue
            changed.append(row)
            meant = {versions.instrument(existing.id)}
            if self.has_instrument:
                meant.add(merged[self.columns.index("instrument_id")])
            outcome.touched |= {(row.account_id, one) for one in meant if one is not None}
            rewritten.append((*merged, key, self._digest(merged), origin.run_id, existing.id))
        await self._rewrite(connection, rewritten)
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

    async def _remove(self, connection: AsyncConnection, rows: Sequence[Existing]) -> None:
        """Remove rows that are told of elsewhere by now, with what was said of them."""
        if not rows:
            return
        ids = [{"b_id": row.id} for row in rows]
        c = fact_versions.c
        await connection.execute(
            delete(fact_versions).where(
                c.fact_table == self.table.name, c.fact_id == bindparam("b_id")
            ),
            ids,
        )
        await connection.execute(
            delete(self.table).where(self.table.c.id == bindparam("b_id")), ids
        )

    async def _rewrite(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write (values, key, digest, run, id) over rows."""
        if not rows:
            return
        names = [*self.columns, "key", "content_hash", "changed_run_id"]
        assigned = ", ".join(f'"{name}" = ?' for name in names)
        # The values are bound already, as they came from the codec or from a stored version.
        await connection.exec_driver_sql(
            f'UPDATE "{self.table.name}" SET {assigned} WHERE id = ?',  # noqa: S608 - our own names
            list(rows),
        )


_RUNGS = ("TX:", "ID:", "EX:", "TR:", "OR:")


def strongest(*keys: str) -> str:
    """Return the strongest of the keys of one fact: the broker's booking id before all others."""

    def rung(key: str) -> tuple[int, str]:
        prefix = key[:3]
        return (_RUNGS.index(prefix) if prefix in _RUNGS else len(_RUNGS), key)

    return min(keys, key=rung)

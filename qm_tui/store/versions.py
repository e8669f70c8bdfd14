"""All that sources have said of one fact, and what follows from it."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.identities import STRONG, rank
from qm_tui.store.incoming import Existing, Incoming, Origin, execution
from qm_tui.store.schema.activity import fact_versions
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.sync import raw_documents
from qm_tui.store.texts import json_text


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
        self._ranks: dict[int, int] = {}
        """How weakly instruments are known that versions of one fact name differently."""
        self._documents: dict[int, tuple[str, dt.datetime | None]] = {}
        """Digest and time of the documents that versions come from."""

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

    def absorb(self, fact_id: int, other_id: int) -> None:
        """Take over what was said of a row that turned out to be the same fact."""
        known = {version.digest: version for version in self._versions[fact_id]}
        for version in self._versions.pop(other_id, ()):
            twin = known.get(version.digest)
            if twin is None:
                version.stored = False
                self._versions[fact_id].append(version)
            elif (version.authority, version.source_at) > (twin.authority, twin.source_at):
                twin.authority, twin.source_at = version.authority, version.source_at
                twin.renewed = True

    def instrument(self, fact_id: int) -> int | None:
        """Return the instrument that a row named before."""
        if "instrument_id" not in self._columns:
            return None
        named: int | None = self._current[fact_id][self._columns.index("instrument_id")]
        return named

    async def store(self, connection: AsyncConnection) -> None:
        """Write what is not stored yet, and the renewed ones."""
        await self._look_up(connection)
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

    async def _look_up(self, connection: AsyncConnection) -> None:
        """Read what is needed to lay versions over each other."""
        documents = {
            version.document_id
            for versions in self._versions.values()
            for version in versions
            if version.document_id is not None
        }
        for part in _parts(documents):
            c = raw_documents.c
            rows = await connection.execute(
                select(c.id, c.sha256, c.generated_at).where(c.id.in_(part))
            )
            self._documents |= {row.id: (row.sha256, row.generated_at) for row in rows}
        named: set[int] = set()
        for versions in self._versions.values():
            differing = {self._value(version, "instrument_id") for version in versions} - {None}
            if len(differing) > 1:
                named |= differing
        names = (*STRONG, "currency")
        for part in _parts(named):
            of = instruments.c
            found = await connection.execute(
                select(of.id, *(of[name] for name in names)).where(of.id.in_(part))
            )
            self._ranks |= {row.id: rank(dict(row._mapping)) for row in found}

    def _value(self, version: _Version, name: str) -> Any:
        return version.values[self._columns.index(name)] if name in self._columns else None

    def _said(self, version: _Version) -> str:
        """Write what a version says without the numbers of this store, which differ in another."""
        pairs = zip(self._columns, version.values, strict=True)
        return repr([value for name, value in pairs if name != "instrument_id"])

    def merged(self, fact_id: int) -> tuple[Any, ...]:
        """Lay the versions over each other, the weakest and oldest first.

        A value that a version leaves out stays as another one said it. The order is that of the
        sources, not of their arrival, so any order of imports ends the same.
        """
        ordered = self._in_order(self._versions[fact_id])
        merged: list[Any] = [None] * len(self._columns)
        leftovers: dict[str, Any] = {}
        for version in ordered:
            for place, value in enumerate(version.values):
                if value is not None:
                    merged[place] = value
            if version.values[-1] is not None:
                leftovers |= json.loads(version.values[-1])
        merged[-1] = json_text(leftovers) if leftovers else None
        if "instrument_id" in self._columns:
            merged[self._columns.index("instrument_id")] = self._best_known(ordered)
        return tuple(merged)

    def _in_order(self, versions: Sequence[_Version]) -> list[_Version]:
        corrections = [self._correction(version) for version in versions]
        latest = max(corrections, default=-1)
        last_word: dict[Any, _Version] = {}
        for version in sorted(versions, key=lambda one: one.run_id):
            last_word[self._source(version)] = version

        def place(version: _Version) -> tuple[Any, ...]:
            correction = self._correction(version)
            last = last_word[self._source(version)]
            return (
                # What was corrected yields to its correction, whoever tells of it.
                not 0 <= correction < latest,
                version.authority,
                correction,
                # Who reads a document again, otherwise, does so on purpose; in another time zone
                # the document itself is of another time.
                version.source_at if self._is_repeated(version) else last.source_at,
                self._said(last),
                version.run_id,
                self._said(version),
            )

        return sorted(versions, key=place)

    def _correction(self, version: _Version) -> int:
        written = self._value(version, "broker_execution_id")
        return execution(written)[1] if written else -1

    def _source(self, version: _Version) -> Any:
        """Tell documents apart by their bytes: one that is read twice is one source."""
        if version.document_id is None:
            return version.digest
        return self._documents[version.document_id][0]

    def _is_repeated(self, version: _Version) -> bool:
        """Tell whether another source said the same at another time."""
        if version.document_id is None:
            return False
        made = self._documents[version.document_id][1]
        return made is not None and made != version.source_at

    def _best_known(self, ordered: Sequence[_Version]) -> int | None:
        """Return the instrument that is known best, of those that versions name."""
        named = [
            value
            for version in ordered
            if (value := self._value(version, "instrument_id")) is not None
        ]
        best: int | None = None
        for value in named:
            if best is None or self._ranks.get(value, 0) <= self._ranks.get(best, 0):
                best = value
        return best


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + 500] for start in range(0, len(ordered), 500))

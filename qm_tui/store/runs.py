"""The record of a sync or an import: when, from where, what it brought, what was wrong with it."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import Authority, Batch, Document, Novelty, RefusedRow
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.words import Section
from qm_tui.store.schema.accounts import connections
from qm_tui.store.schema.people import audit_log
from qm_tui.store.schema.sync import (
    novelties,
    raw_documents,
    refused_rows,
    sync_runs,
    sync_sections,
)
from qm_tui.store.upsert import upsert

_KEPT_EXAMPLES = 1000
"""Kinds of novelty kept for a run: a hostile file could have millions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a run gets its rows."""

    connection: str
    broker: str
    """Whose accounts they are."""
    kind: str
    """`import`, `sync`, or `live` for what changed between two syncs."""
    live: bool = False
    document: Document | None = None
    options: str = ""
    """What the reading depended on beside the document's bytes."""
    authority: Authority | None = None
    """Whose word its facts are; None for what the document says, without one the broker's books."""


@dataclass(slots=True)
class Tally:
    """What a run has brought so far."""

    sections: dict[Section, SectionCounts] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    novelties: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    rows: int = 0

    def count(self, section: Section, counts: SectionCounts) -> None:
        """Add to a section's counts."""
        self.sections[section] = self.sections.get(section, SectionCounts()) + counts

    def note(self, batch: Batch) -> None:
        """Take over what a batch says beside its records."""
        self.refused.extend(batch.refused)
        if batch.refused:
            self.count(batch.section, SectionCounts(refused=len(batch.refused)))
        for novelty in batch.novelties:
            key = (novelty.what, novelty.where, novelty.example)
            if key in self.novelties or len(self.novelties) < _KEPT_EXAMPLES:
                self.novelties[key] += novelty.count
        self.warn(*batch.warnings)

    def join(self, section: Section, other: "Tally") -> None:
        """Add what a batch of a section brought."""
        self.count(section, other.total)
        self.refused.extend(other.refused)
        for key, count in other.novelties.items():
            if key in self.novelties or len(self.novelties) < _KEPT_EXAMPLES:
                self.novelties[key] += count
        self.warn(*other.warnings)
        self.rows += other.rows

    @property
    def total(self) -> SectionCounts:
        """The counts of all sections together."""
        return sum(self.sections.values(), SectionCounts())

    def warn(self, *sentences: str) -> None:
        """Add warnings, each once."""
        self.warnings.extend(text for text in sentences if text not in self.warnings)

    def news(self) -> list[Novelty]:
        """Return what the statement had that this program did not know."""
        return [
            Novelty(what=what, where=where, example=example, count=count)
            for (what, where, example), count in sorted(self.novelties.items())
        ]


async def connection_id(connection: AsyncConnection, source: Source) -> int:
    """Return the id of a connection, new or known; one that is live now may not have been."""
    c = connections.c
    found = (
        await connection.execute(select(c.id, c.live).where(c.name == source.connection))
    ).one_or_none()
    if found is not None:
        if source.live and not found.live:
            await connection.execute(update(connections).where(c.id == found.id).values(live=1))
        return int(found.id)
    made = await connection.execute(
        insert(connections).values(
            name=source.connection, broker=source.broker, live=int(source.live)
        )
    )
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


async def known_document(
    connection: AsyncConnection, document: Document, options: str
) -> list[RefusedRow] | None:
    """Return what was refused of a document that was read before, in the same way; else None."""
    found = await document_id(connection, document, options)
    if found is None:
        return None
    rows = await connection.execute(
        select(refused_rows).where(refused_rows.c.document_id == found).order_by(refused_rows.c.id)
    )
    return [
        RefusedRow(
            section=row.section, document_row=row.document_row, field=row.field, text=row.text,
            reason=row.reason,
        )
        for row in rows
    ]  # fmt: skip


async def document_id(connection: AsyncConnection, document: Document, options: str) -> int | None:
    """Return the id of a document that was read before, in the same way; None for a new one."""
    c = raw_documents.c
    return await connection.scalar(
        select(c.id).where(
            c.sha256 == document.sha256, c.reader == document.reader, c.options == options
        )
    )


async def add_document(
    connection: AsyncConnection, document: Document, options: str, now: dt.datetime
) -> int:
    """Store a document's description; its bytes follow in blocks."""
    made = await connection.execute(
        insert(raw_documents).values(
            name=document.name, kind=document.kind, sha256=document.sha256, size=document.size,
            generated_at=document.generated_at, reader=document.reader, options=options,
            received_at=now,
        )
    )  # fmt: skip
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


async def begin(
    connection: AsyncConnection,
    source: Source,
    connected: int,
    document: int | None,
    now: dt.datetime,
) -> int:
    """Begin a run and return its number."""
    made = await connection.execute(
        insert(sync_runs).values(
            connection_id=connected, kind=source.kind, state="running", started_at=now,
            document_id=document,
        )
    )  # fmt: skip
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


async def finish(
    connection: AsyncConnection,
    run_id: int,
    source: Source,
    document: int | None,
    tally: Tally,
    accounts: list[str],
    started: dt.datetime,
    now: dt.datetime,
) -> None:
    """Write what a run brought."""
    state = "partial" if tally.refused else "done"
    details: dict[str, Any] = {"accounts": accounts, "warnings": tally.warnings}
    await connection.execute(
        update(sync_runs)
        .where(sync_runs.c.id == run_id)
        .values(state=state, finished_at=now, details=details)
    )
    if tally.sections:
        await connection.execute(
            insert(sync_sections),
            [
                {
                    "run_id": run_id, "section": section.value,
                    "state": "partial" if counts.refused else "done",
                    "started_at": started, "finished_at": now, "received": counts.received,
                    "added": counts.added, "changed": counts.changed,
                    "unchanged": counts.unchanged, "refused": counts.refused,
                }
                for section, counts in tally.sections.items()
            ],
        )  # fmt: skip
    await add_refused(connection, run_id, document, tally.refused)
    await add_novelties(connection, run_id, tally.news())
    await _note(connection, run_id, source, tally, now)


async def end(
    connection: AsyncConnection,
    run_id: int,
    source: Source,
    state: str,
    error: str | None,
    tally: Tally,
    accounts: list[str],
    now: dt.datetime,
) -> None:
    """Write how a run ended whose sections are written already."""
    details: dict[str, Any] = {"accounts": accounts, "warnings": tally.warnings}
    await connection.execute(
        update(sync_runs)
        .where(sync_runs.c.id == run_id)
        .values(state=state, finished_at=now, error=error, details=details)
    )
    await _note(connection, run_id, source, tally, now)


async def add_failed(
    connection: AsyncConnection,
    source: Source,
    reason: str,
    started: dt.datetime,
    state: str,
    now: dt.datetime,
) -> int:
    """Write down a run that failed before anything came; return its number."""
    connected = await connection_id(connection, source)
    run_id = await begin(connection, source, connected, None, started)
    await end(connection, run_id, source, state, reason, Tally(), [], now)
    return run_id


async def add_refused(
    connection: AsyncConnection, run_id: int, document: int | None, rows: Sequence[RefusedRow]
) -> None:
    """Write which rows could not be read."""
    if rows:
        await connection.execute(
            insert(refused_rows),
            [
                {
                    "run_id": run_id, "document_id": document, "section": row.section,
                    "document_row": row.document_row, "field": row.field, "text": row.text,
                    "reason": row.reason,
                }
                for row in rows
            ],
        )  # fmt: skip


async def add_novelties(connection: AsyncConnection, run_id: int, news: Sequence[Novelty]) -> None:
    """Write what was not known to this program, and how often it came in the run so far."""
    if news:
        await connection.execute(
            upsert(
                novelties,
                connection.dialect,
                key=("run_id", "what", "where", "example"),
                replace=("count",),
            ),
            [
                {"run_id": run_id, "what": one.what, "where": one.where,
                 "example": one.example, "count": one.count}
                for one in news
            ],
        )  # fmt: skip


async def _note(
    connection: AsyncConnection, run_id: int, source: Source, tally: Tally, now: dt.datetime
) -> None:
    """Write into the audit log that a run ended."""
    totals = sum(tally.sections.values(), SectionCounts())
    await connection.execute(
        insert(audit_log).values(
            at=now, user_id=1, action=source.kind,
            subject=source.document.name if source.document else source.connection,
            after={
                "run": run_id, "added": totals.added, "changed": totals.changed,
                "unchanged": totals.unchanged, "refused": totals.refused,
            },
        )
    )  # fmt: skip

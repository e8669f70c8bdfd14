"""What a run that is under way has brought of each section so far."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import Novelty, RefusedRow
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.words import Section
from qm_tui.store import runs
from qm_tui.store.schema.booking import booking_state
from qm_tui.store.schema.sync import sync_sections
from qm_tui.store.upsert import upsert

_TOLD = (
    "state", "finished_at", "received", "added", "changed", "unchanged", "refused", "error",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A section, as far as it is stored."""

    started_at: dt.datetime
    finished_at: dt.datetime
    counts: SectionCounts = field(default_factory=SectionCounts)
    errors: tuple[str, ...] = ()

    @classmethod
    def first(cls, now: dt.datetime) -> "Saved":
        """Begin a section."""
        return cls(started_at=now, finished_at=now)

    def with_batch(
        self, counts: SectionCounts, incomplete: str | None, now: dt.datetime
    ) -> "Saved":
        """Add what one more batch brought."""
        errors = self.errors
        if incomplete and incomplete not in errors:
            errors = (*errors, incomplete)
        return replace(self, counts=self.counts + counts, errors=errors, finished_at=now)

    @property
    def error(self) -> str | None:
        """Why it is not whole, None for one that is."""
        return " ".join(self.errors) or None

    @property
    def state(self) -> str:
        """How the section came."""
        if self.errors and not self.counts.received:
            return "failed"
        return "partial" if self.errors or self.counts.refused else "done"


async def write(
    connection: AsyncConnection,
    run: int,
    section: Section,
    saved: Saved,
    document: int | None,
    refused: Sequence[RefusedRow],
    news: Sequence[Novelty],
) -> None:
    """Write how a section stands.

    Args:
        connection: of the transaction.
        run: its number.
        section: which one.
        saved: how it stands.
        document: of its last batch.
        refused: rows of its last batch that could not be read.
        news: what was not known to this program, in the run so far.
    """
    counts = saved.counts
    await connection.execute(
        upsert(sync_sections, connection.dialect, key=("run_id", "section"), replace=_TOLD),
        {
            "run_id": run, "section": section.value, "state": saved.state,
            "started_at": saved.started_at, "finished_at": saved.finished_at,
            "received": counts.received, "added": counts.added, "changed": counts.changed,
            "unchanged": counts.unchanged, "refused": counts.refused, "error": saved.error,
        },
    )  # fmt: skip
    await runs.add_refused(connection, run, document, refused)
    await runs.add_novelties(connection, run, news)
    # Whoever looks whether there is something new cannot tell it by the run, which goes on.
    await connection.execute(update(booking_state).values(saves=booking_state.c.saves + 1))

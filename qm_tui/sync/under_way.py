"""A sync that goes on, for whoever watches."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from qm_tui.domain.events import SectionCounts, SectionDone, SyncEvent, SyncProgress, SyncWaits
from qm_tui.domain.words import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncUnderWay:
    """How far one sync is."""

    connection: str
    started_at: dt.datetime
    run: int | None = None
    """Its number in the store; None before it has one."""
    sections: Mapping[Section, SectionCounts] = field(default_factory=dict)
    """What is stored so far."""
    says: str = ""
    """What it is at: a section, or a sentence about what it waits for."""
    until: dt.datetime | None = None
    """When it goes on at the latest, while it waits."""
    done_bytes: int = 0
    total_bytes: int = 0
    """0 while nobody knows."""

    def after(self, event: SyncEvent) -> "SyncUnderWay":
        """Return how far it is now that something happened."""
        match event:
            case SectionDone():
                before = self.sections.get(event.section, SectionCounts())
                sections = {**self.sections, event.section: before + event.counts}
                says = f"{event.section.value} stored"
                return replace(self, run=event.run, sections=sections, says=says, until=None)
            case SyncWaits():
                return replace(self, says=event.says, until=event.until)
            case SyncProgress():
                says = f"{event.rows:,} rows stored" if event.rows else "fetching"
                return replace(
                    self, says=says, until=None, done_bytes=event.done_bytes,
                    total_bytes=event.total_bytes,
                )  # fmt: skip
            case _:
                return self

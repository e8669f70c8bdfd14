"""How an import goes: what its events add up to."""

from dataclasses import dataclass, field
from pathlib import Path

from qm_tui.domain.events import (
    Derived,
    Deriving,
    DerivingFailed,
    Reconciled,
    SectionDone,
    SyncEvent,
    SyncFailed,
    SyncFinished,
    SyncProgress,
    SyncStarted,
    SyncWaits,
)
from qm_tui.ui.format import Format


@dataclass(slots=True, kw_only=True)
class ImportJob:
    """The files of one import, and what has become of them so far."""

    paths: tuple[Path, ...]
    account: str | None = None
    current: str | None = None
    """The file under way."""
    done_bytes: int = 0
    total_bytes: int = 0
    rows: int = 0
    """Of the file under way."""
    outcomes: list[SyncFinished | SyncFailed] = field(default_factory=list)
    cancelled: str | None = None
    """The file during which the user ended it; nothing of it was stored."""
    too_late: bool = False
    """That file was being committed when the user ended it, and is stored as a whole."""
    over: bool = False
    deriving: Deriving | None = None
    """How far it is to derive lots and gains, once all files are stored."""
    not_derived: str | None = None
    """Why that failed."""

    def take(self, event: SyncEvent) -> None:
        """Take note of an event."""
        match event:
            case SyncStarted():
                self.current, self.rows, self.done_bytes = event.source, 0, 0
                self.total_bytes = event.total_bytes
            case SyncProgress():
                self.done_bytes, self.rows = event.done_bytes, event.rows
                self.total_bytes = event.total_bytes or self.total_bytes
            case SyncFinished() | SyncFailed():
                self.outcomes.append(event)
                self.current = None
            case Deriving():
                self.deriving = event
            case Derived():
                self.deriving = None
            case DerivingFailed():
                self.deriving, self.not_derived = None, event.reason
            case SectionDone() | SyncWaits() | Reconciled():
                # A file is stored as a whole; what does not add up has a screen of its own.
                pass

    def cancel(self, last_stored: str | None) -> None:
        """The user wants no more; whatever is stored by now stays."""
        self.over = True
        if len(self.outcomes) < len(self.paths):
            self.cancelled = self.current or self.paths[len(self.outcomes)].name
            self.too_late = self.current is not None and self.current == last_stored

    def fail(self, reason: str) -> None:
        """The importer itself broke."""
        self.over = True
        self.outcomes.append(SyncFailed(source=self.current or "import", reason=reason))

    @property
    def finished(self) -> list[SyncFinished]:
        """The files that are stored."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, SyncFinished)]

    @property
    def failed(self) -> list[SyncFailed]:
        """The files of which nothing is stored."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, SyncFailed)]

    @property
    def share(self) -> float | None:
        """How much of the file under way is read, 0…1."""
        return self.done_bytes / self.total_bytes if self.total_bytes else None

    def in_short(self, form: Format) -> str:
        """For the status bar, while it runs."""
        if self.deriving is not None:
            done, total = self.deriving.done, self.deriving.total
            return f"deriving lots and gains {form.number(done)} of {form.number(total)}"
        share = "" if self.share is None else f" {self.share:.0%}"
        which = f" ({len(self.outcomes) + 1} of {len(self.paths)})" if len(self.paths) > 1 else ""
        return f"importing {self.current or '…'}{which}{share}"

    def result(self, form: Format) -> str:
        """One sentence, when it is over."""
        if self.cancelled is not None:
            stored = (
                f" {form.count(len(self.finished), 'file')} before it stayed."
                if self.finished
                else ""
            )
            if self.too_late:
                return f"Cancelled too late: all of {self.cancelled} is stored.{stored}"
            return f"Cancelled. Nothing of {self.cancelled} was stored.{stored}"
        if self.failed and not self.finished:
            return f"Nothing was stored. {self.failed[0].reason}"
        added = sum(outcome.totals.added for outcome in self.finished)
        changed = sum(outcome.totals.changed for outcome in self.finished)
        refused = sum(outcome.totals.refused for outcome in self.finished)
        parts = [f"{form.count(added, 'row')} added", f"{form.number(changed)} changed"]
        if refused:
            parts.append(f"{form.number(refused)} refused")
        if self.failed:
            parts.append(f"{form.count(len(self.failed), 'file')} failed")
        if self.not_derived:
            parts.append(f"lots and gains not derived: {self.not_derived}")
        if self.finished and all(outcome.already_known for outcome in self.finished):
            return "Read before: nothing new."
        return ", ".join(parts) + "."

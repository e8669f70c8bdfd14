"""`qm-tui import`: files into the store, progress while it lasts, and what came of it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TextIO

from qm_tui.cli.environment import Environment
from qm_tui.cli.parts import opened_store
from qm_tui.cli.progress import Progress
from qm_tui.cli.telling import counts_line, refusals, remarks, summary, tell_deriving
from qm_tui.domain.events import (
    Derived,
    Deriving,
    DerivingFailed,
    Reconciled,
    SectionDone,
    SyncFailed,
    SyncFinished,
    SyncProgress,
    SyncStarted,
    SyncWaits,
)
from qm_tui.ui.cell import plain

_log = logging.getLogger(__name__)


async def import_files(here: Environment, files: Sequence[Path], account: str | None) -> int:
    """Import files one after the other and return the exit status."""
    done, failed, partial = 0, 0, 0
    progress = Progress(here.err)
    async with (
        opened_store(here) as parts,
        aclosing(parts.importer.import_files(files, account)) as events,
    ):
        async for event in events:
            match event:
                case SyncStarted():
                    _log.info("import of %s begins", event.source)
                case SyncProgress():
                    progress.show(event)
                case SyncFailed():
                    progress.clear()
                    failed += 1
                    _log.warning("import of %s failed: %s", event.source, event.reason)
                    here.err.write(f"qm-tui: {plain(event.reason)}\n")
                case SyncFinished():
                    progress.clear()
                    done += 1
                    partial += bool(event.refused)
                    _report(here.err, event)
                case Deriving() | Derived() | DerivingFailed() | Reconciled():
                    partial += tell_deriving(here.err, progress, event)
                case SyncWaits() | SectionDone():
                    pass  # no file waits for anybody, and it is stored as a whole
    if not done:
        return 1
    return 3 if failed or partial else 0


def _report(err: TextIO, event: SyncFinished) -> None:
    name = plain(event.source)
    if event.already_known:
        err.write(f"{name}: imported before; nothing changed.\n")
        err.writelines(f"{line}\n" for line in refusals(event))
        return
    _log.info("import of %s for %s: %s", name, ", ".join(event.accounts), event.totals)
    err.writelines(f"{line}\n" for line in _lines(event))


def _lines(event: SyncFinished) -> Iterator[str]:
    yield summary(event)
    for section, counts in event.sections.items():
        yield f"  {counts_line(section.value, counts)}"
    yield from remarks(event)

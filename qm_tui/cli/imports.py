"""`qm-tui import`: files into the store, progress while it lasts, and what came of it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TextIO

from qm_tui.cli.environment import Environment
from qm_tui.cli.parts import opened_store
from qm_tui.cli.progress import Progress
from qm_tui.domain.events import (
    Derived,
    Deriving,
    DerivingFailed,
    SyncFailed,
    SyncFinished,
    SyncProgress,
    SyncStarted,
)
from qm_tui.ui.cell import plain

_SHOWN = 20
"""Refused rows and novelties printed one by one; the rest is counted."""

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
                case Deriving():
                    progress.derive(event.done, event.total)
                case DerivingFailed():
                    progress.clear()
                    partial += 1
                    here.err.write(f"qm-tui: {plain(event.reason)}\n")
                case Derived():
                    progress.clear()
                    _tell_findings(here.err, event)
    if not done:
        return 1
    return 3 if failed or partial else 0


def _report(err: TextIO, event: SyncFinished) -> None:
    name = plain(event.source)
    if event.already_known:
        err.write(f"{name}: imported before; nothing changed.\n")
        err.writelines(f"{line}\n" for line in _refusals(event))
        return
    _log.info("import of %s for %s: %s", name, ", ".join(event.accounts), event.totals)
    err.writelines(f"{line}\n" for line in _lines(name, event))


def _tell_findings(err: TextIO, event: Derived) -> None:
    """Say what could not be settled; that all is well need not be said."""
    _log.info("derived %d groups in %.1f s", event.groups, event.seconds)
    if event.findings:
        kinds = sorted(event.kinds.items(), key=lambda kind: (-kind[1], kind[0]))
        listed = ", ".join(f"{kind.replace('_', ' ')} {count:,}" for kind, count in kinds)
        err.write(f"lots and gains: {event.findings:,} to look at ({listed}).\n")


def _lines(name: str, event: SyncFinished) -> Iterator[str]:
    totals = event.totals
    refused = f", {totals.refused:,} refused" if totals.refused else ""
    yield (
        f"{name}: {totals.received:,} rows for {', '.join(event.accounts) or 'no account'}: "
        f"{totals.added:,} added, {totals.changed:,} changed, {totals.unchanged:,} unchanged"
        f"{refused}."
    )
    for section, counts in event.sections.items():
        yield (
            f"  {section.value:<18} {counts.received:>8,} received {counts.added:>8,} added "
            f"{counts.changed:>7,} changed {counts.unchanged:>8,} unchanged"
        )
    for warning in event.warnings:
        yield f"  note: {plain(warning)}"
    if event.novelties:
        yield "  this statement has something new (all of it is kept):"
    for news in event.novelties[:_SHOWN]:
        yield f"    {news.what} {plain(news.where)}: {plain(news.example)[:60]}"
    yield from _more(len(event.novelties))
    yield from _refusals(event)


def _refusals(event: SyncFinished) -> Iterator[str]:
    for row in event.refused[:_SHOWN]:
        yield (
            f"  refused: row {row.document_row} of {plain(row.section)}, {plain(row.field)} = "
            f"{plain(row.text)[:60]!r}: {plain(row.reason)}"
        )
    yield from _more(len(event.refused))


def _more(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"    … and {count - _SHOWN:,} more"

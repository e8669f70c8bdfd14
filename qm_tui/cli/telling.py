"""What came of a sync or an import, line by line."""

import logging
from collections.abc import Iterator
from typing import TextIO

from qm_tui.cli.progress import Progress
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.events import (
    Derived,
    Deriving,
    DerivingEvent,
    DerivingFailed,
    Reconciled,
    SectionCounts,
    SyncFinished,
)
from qm_tui.ui.cell import plain
from qm_tui.ui.format import count

_SHOWN = 20
"""Refused rows and novelties printed one by one; the rest is counted."""
_SENTENCE = 1000
"""Characters of what a broker says; more of it is no sentence."""

_log = logging.getLogger(__name__)


def summary(event: SyncFinished) -> str:
    """Say in one line what a run brought."""
    totals = event.totals
    refused = f", {totals.refused:,} refused" if totals.refused else ""
    return (
        f"{plain(event.source)}: {count(totals.received, 'row')} for "
        f"{', '.join(map(plain, event.accounts)) or 'no account'}: {totals.added:,} added, "
        f"{totals.changed:,} changed, {totals.unchanged:,} unchanged{refused}."
    )


def counts_line(section: str, counts: SectionCounts) -> str:
    """Write the counts of a section below those of the others."""
    return (
        f"{section:<18} {counts.received:>8,} received {counts.added:>8,} added "
        f"{counts.changed:>7,} changed {counts.unchanged:>8,} unchanged"
    )


def remarks(event: SyncFinished) -> Iterator[str]:
    """Say what is to be known of a run beside its counts."""
    for warning in event.warnings:
        yield f"  note: {sentence(warning)}"
    if event.novelties:
        yield "  there is something new in it (all of it is kept):"
    for news in event.novelties[:_SHOWN]:
        yield f"    {news.what} {plain(news.where)}: {plain(news.example)[:60]}"
    yield from _more(len(event.novelties))
    yield from refusals(event)


def refusals(event: SyncFinished) -> Iterator[str]:
    """Name the rows that could not be read."""
    for row in event.refused[:_SHOWN]:
        yield f"  refused: row {row.document_row} of {plain(row.section)}{_fault(row)}"
    yield from _more(len(event.refused))


def _fault(row: RefusedRow) -> str:
    field, text, reason = plain(row.field), plain(row.text)[:60], plain(row.reason)
    if field and not text.startswith("{"):
        return f", {field} = {text!r}: {reason}"
    # The text is all of the row.
    return f"{f', {field}' if field else ''}: {reason}, in {text!r}"


def _more(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"    … and {count - _SHOWN:,} more"


def sentence(text: str) -> str:
    """Make what somebody else may have worded fit for a terminal."""
    cut = plain(text)
    return cut if len(cut) <= _SENTENCE else f"{cut[: _SENTENCE - 1]}…"


def plain_lines(text: str) -> str:
    """Write text of several lines so that a terminal obeys none of it."""
    return "\n".join(plain(line) for line in text.rstrip().splitlines())


def tell_deriving(err: TextIO, progress: Progress, event: DerivingEvent) -> bool:
    """Say how it goes to derive what follows from facts; tells whether that failed."""
    match event:
        case Deriving():
            progress.derive(event.done, event.total)
        case Derived():
            progress.clear()
            _tell_findings(err, event)
        case DerivingFailed():
            progress.clear()
            err.write(f"qm-tui: {sentence(event.reason)}\n")
            return True
        case Reconciled():
            progress.clear()
            err.write(f"{reconciled(event.holdings, event.open_breaks, event.major)}\n")
    return False


def reconciled(holdings: int, breaks: int, major: int) -> str:
    """Say what came of comparing what brokers say with what follows from facts."""
    graver = f" ({major:,} major)" if breaks else ""
    return f"reconciled: {count(holdings, 'holding')}, {count(breaks, 'break')}{graver}"


def _tell_findings(err: TextIO, event: Derived) -> None:
    """Say what could not be settled; that all is well need not be said."""
    _log.info("derived %d groups in %.1f s", event.groups, event.seconds)
    if event.findings:
        kinds = sorted(event.kinds.items(), key=lambda kind: (-kind[1], kind[0]))
        listed = ", ".join(f"{kind.replace('_', ' ')} {count:,}" for kind, count in kinds)
        err.write(f"lots and gains: {event.findings:,} to look at ({listed}).\n")

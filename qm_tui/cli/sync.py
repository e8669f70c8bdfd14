"""`qm-tui sync`: every connection, or those that are named, once and without the monitor."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from qm_tui.cli.environment import Environment
from qm_tui.cli.links import holder, links, unknown
from qm_tui.cli.parts import opened_store
from qm_tui.cli.progress import Progress, seconds_of
from qm_tui.cli.telling import counts_line, plain_lines, remarks, sentence, summary, tell_deriving
from qm_tui.domain.events import (
    Derived,
    Deriving,
    DerivingFailed,
    Reconciled,
    SectionCounts,
    SectionDone,
    SyncEvent,
    SyncFailed,
    SyncFinished,
    SyncProgress,
    SyncStarted,
    SyncWaits,
)
from qm_tui.domain.words import Section
from qm_tui.queries.discrepancies import reconciliation
from qm_tui.ui.cell import plain

_SECOND = 1.0

_log = logging.getLogger(__name__)


_DOES_NOT_ADD_UP = 4


async def sync(here: Environment, names: Sequence[str], *, strict: bool = False) -> int:
    """Sync once and return the exit status.

    Args:
        here: the environment.
        names: of the connections; of all where there are none.
        strict: whether an open major break is a failure. What could not be synced is the graver
            one: then nobody knows whether it adds up.
    """
    if (says := unknown(here, names)) is not None:
        here.err.write(f"qm-tui: {plain_lines(says)}\n")
        return 2
    chosen = [each for each in here.config.connections if not names or each.name in names]
    told = Told(here)
    # Late: what is said of a name that is not configured needs none of it.
    from qm_tui.sync.once import sync_once  # noqa: PLC0415

    async with opened_store(here) as parts, told.counting_down():
        events = sync_once(
            parts.store, parts.importer, parts.deriver, links(here, chosen), here.now,
            holder("sync"),
        )  # fmt: skip
        async with aclosing(events):
            async for event in events:
                told.hear(event)
        breaks = await reconciliation(parts.store.reader)
    status = told.status()
    return _DOES_NOT_ADD_UP if strict and breaks.major and not status else status


@dataclass(slots=True)
class _Came:
    """What came of one connection so far."""

    something: bool = False
    whole: bool = True
    leased: bool = False


@dataclass(slots=True)
class _Pages:
    """A section whose pages are still coming."""

    section: Section
    counts: SectionCounts = field(default_factory=SectionCounts)
    errors: list[str] = field(default_factory=list)


class Told:
    """Prints what is told of syncs that run side by side, and keeps what it comes to."""

    def __init__(self, here: Environment) -> None:
        self._err = here.err
        self._now = here.now
        self._progress = Progress(here.err)
        self._came: dict[str, _Came] = {}
        self._pages: dict[str, _Pages] = {}
        self._sectioned: dict[str, set[Section]] = {}
        self._waits: dict[str, SyncWaits] = {}
        self._underived = False

    def status(self) -> int:
        """Return the exit status that goes with all that was heard."""
        came = self._came.values()
        if all(each.whole for each in came) and not self._underived:
            return 0
        # A connection that somebody else syncs is looked after.
        return 3 if any(each.something or each.leased for each in came) else 1

    def hear(self, event: SyncEvent) -> None:
        """Print an event, and reckon with it."""
        if isinstance(event, Deriving | Derived | DerivingFailed | Reconciled):
            self._underived |= tell_deriving(self._err, self._progress, event)
            return
        came = self._came.setdefault(event.source, _Came())
        if not isinstance(event, SyncWaits):
            self._waits.pop(event.source, None)
        match event:
            case SyncStarted():
                _log.info("sync of %s begins", event.source)
                self._progress.say(f"{plain(event.source)}: begins")
            case SyncProgress():
                self._progress.show(event)
            case SyncWaits():
                self._wait(event)
            case SectionDone():
                self._section(event, came)
            case SyncFinished():
                self._finished(event, came)
            case SyncFailed():
                self._failed(event, came)

    def _wait(self, event: SyncWaits) -> None:
        before = self._waits.get(event.source)
        self._waits[event.source] = event
        if self._progress.on:
            self._count_down()
        elif before is None or before.says != event.says:
            left = "" if event.until is None else f" {seconds_of(event.until - self._now())} s"
            self._err.write(f"{plain(event.source)}: {sentence(event.says)}{left}\n")

    def _section(self, event: SectionDone, came: _Came) -> None:
        if event.error is None or event.counts.received:
            came.something = True
        pages = self._pages.get(event.source)
        if pages is None or pages.section is not event.section:
            self._turn(event.source)
            pages = self._pages[event.source] = _Pages(event.section)
        pages.counts += event.counts
        if event.error is not None and event.error not in pages.errors:
            pages.errors.append(event.error)
        self._progress.say(
            f"{plain(event.source)}: {event.section.value}, {pages.counts.received:,} rows"
        )

    def _turn(self, source: str) -> None:
        """Print the section that is complete now that another one begins."""
        pages = self._pages.pop(source, None)
        if pages is None:
            return
        told = self._sectioned.setdefault(source, set())
        # What comes late comes by itself: profit and loss after the other balances.
        name = f"{pages.section.value}, more" if pages.section in told else pages.section.value
        told.add(pages.section)
        self._say(f"{plain(source)}: {counts_line(name, pages.counts)}")
        for error in pages.errors:
            self._say(f"{plain(source)}: {pages.section.value} is not whole: {sentence(error)}")

    def _finished(self, event: SyncFinished, came: _Came) -> None:
        self._turn(event.source)
        if event.already_known:
            came.something = True
            self._say(f"{plain(event.source)}: nothing new; nothing changed.")
            return
        _log.info(
            "sync of %s, run %s, for %s: %s",
            event.source, event.run, ", ".join(event.accounts), event.totals,
        )  # fmt: skip
        if event.incomplete or event.refused:
            came.whole = False
        failed = set(event.incomplete)
        if event.totals.received or set(event.sections) - failed:
            came.something = True
        self._say(summary(event))
        if event.source not in self._sectioned:
            for section, counts in event.sections.items():
                self._say(f"  {counts_line(section.value, counts)}")
            for section, reason in event.incomplete.items():
                self._say(f"  {section.value} is not whole: {sentence(reason)}")
        for line in remarks(event):
            self._say(line)

    def _failed(self, event: SyncFailed, came: _Came) -> None:
        self._turn(event.source)
        _log.warning("sync of %s, run %s, failed: %s", event.source, event.run, event.reason)
        came.whole = False
        came.leased = event.leased
        self._say(f"qm-tui: {plain(event.source)}: {sentence(event.reason)}")

    def _say(self, line: str) -> None:
        self._progress.clear()
        self._err.write(f"{line}\n")

    @asynccontextmanager
    async def counting_down(self) -> AsyncIterator[None]:
        """Show every second for how long something is waited for, where somebody can see it."""
        ticking = asyncio.create_task(self._tick()) if self._progress.on else None
        try:
            yield
        finally:
            self._progress.clear()
            if ticking is not None:
                ticking.cancel()
                await asyncio.wait([ticking])

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_SECOND)
            self._count_down()

    def _count_down(self) -> None:
        if not self._waits:
            return
        # The one that is over first; the others show when it is.
        last = dt.datetime.max.replace(tzinfo=dt.UTC)
        event = min(self._waits.values(), key=lambda waits: waits.until or last)
        left = None if event.until is None else event.until - self._now()
        self._progress.wait(event.source, event.says, left)

"""One fetch of statements: each is stored as it comes, like a file that is imported."""

import datetime as dt
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from qm_tui.brokers.client import (
    BrokerUnavailable,
    Fetched,
    Progress,
    ReadOptions,
    StatementService,
    Waits,
)
from qm_tui.domain.batches import Coverage
from qm_tui.domain.events import SectionDone, SyncFinished, SyncProgress, SyncWaits
from qm_tui.store.live_runs import LiveRun
from qm_tui.store.reading.known import covered
from qm_tui.store.reading.links import link_history
from qm_tui.store.runs import Source, Tally
from qm_tui.store.store import Store
from qm_tui.sync.courses import Course
from qm_tui.sync.documents import Intake
from qm_tui.sync.links import Link
from qm_tui.sync.run import reasons
from qm_tui.sync.service import Importer
from qm_tui.sync.waiting import closing

_log = logging.getLogger(__name__)

_ENDED_WELL = frozenset({"done", "partial"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetches:
    """What is on record of a connection's statements."""

    covered: Sequence[Coverage]
    asked: dt.datetime | None
    """When they were last fetched with success."""
    unfinished: bool
    """The fetch before ended early, so there may be holes."""


async def fetches(store: Store, connection: str) -> Fetches:
    """Read what is on record; raises `StoreRefused`."""
    days = await store.reader.read(covered, connection)
    histories = await store.reader.read(link_history, [connection])
    if not histories or not histories[0].states:
        return Fetches(covered=days, asked=None, unfinished=False)
    history = histories[0]
    well = history.states[0] in _ENDED_WELL
    return Fetches(
        covered=days,
        asked=history.last_run_at if well else history.last_success,
        unfinished=not well,
    )


@dataclass(slots=True)
class _Came:
    """What the documents of a fetch brought."""

    tally: Tally = field(default_factory=Tally)
    accounts: set[str] = field(default_factory=set)
    documents: int = 0
    known: int = 0

    def add(self, finished: SyncFinished) -> None:
        self.documents += 1
        self.known += finished.already_known
        self.accounts.update(finished.accounts)
        for section, counts in finished.sections.items():
            self.tally.count(section, counts)
        self.tally.refused.extend(finished.refused)
        self.tally.warn(*finished.warnings)
        for novelty in finished.novelties:
            self.tally.novelties[novelty.what, novelty.where, novelty.example] += novelty.count


async def fetch_once(
    store: Store, importer: Importer, link: Link, service: StatementService, course: Course
) -> SyncFinished:
    """Fetch what is not known yet.

    The fetch is a run of its own, without rows, that says from its first moment on that it goes on:
    so one that was killed is known to be unfinished. Each document is a run beside it.

    Raises:
        BrokerUnavailable: it may be tried again later.
        BrokerRefused, RowRefused: the user has to act.
        StoreRefused, ReadingDied: nothing of the document under way is stored.
    """
    before = await fetches(store, link.name)
    source = Source(connection=link.name, broker=link.broker, kind="sync")
    came = _Came()
    async with store.writer.run(source) as run:
        with reasons(run, course), _private_folder(store, link) as folder:
            course.begin(run.number)
            steps = service.fetch(before.covered, folder, unfinished=before.unfinished)
            try:
                async with closing(steps):
                    async for step in steps:
                        match step:
                            case Waits():
                                _tell_wait(course, step)
                            case Progress():
                                _tell_progress(course, step, came)
                            case Fetched():
                                told = service.warnings
                                await _take_in(importer, link, step, told, course, came)
            finally:
                came.tally.warn(*service.warnings)
                _note(run, came)
    return _finished(run, came, link.name)


def _tell_wait(course: Course, step: Waits) -> None:
    course.tell(SyncWaits(source=course.connection, says=step.says, until=step.until))


def _tell_progress(course: Course, step: Progress, came: _Came) -> None:
    course.tell(
        SyncProgress(
            source=course.connection, done_bytes=step.done_bytes, total_bytes=step.total_bytes,
            rows=sum(counts.received for counts in came.tally.sections.values()),
        )
    )  # fmt: skip


async def _take_in(
    importer: Importer,
    link: Link,
    fetched: Fetched,
    warnings: Sequence[str],
    course: Course,
    came: _Came,
) -> None:
    intake = Intake(
        path=fetched.path,
        name=fetched.name,
        source=link.name,
        connection=link.name,
        options=ReadOptions(timezone=link.timezone or importer.timezone),
        warnings=warnings,
    )
    try:
        async with aclosing(importer.documents.take_in(intake)) as events:
            async for event in events:
                match event:
                    case SyncProgress():
                        course.tell(event)
                    case SyncFinished():
                        came.add(event)
                        _tell_sections(course, event)
                    case _:
                        pass  # the fetch has begun before
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise BrokerUnavailable(
            f"The statement {fetched.name} was fetched but cannot be read: {why}."
        ) from error
    finally:
        fetched.path.unlink(missing_ok=True)


def _tell_sections(course: Course, finished: SyncFinished) -> None:
    if finished.run is None:
        return
    for section, counts in finished.sections.items():
        course.tell(
            SectionDone(source=course.connection, run=finished.run, section=section, counts=counts)
        )


def _note(run: LiveRun, came: _Came) -> None:
    """Have the run of the fetch say what its documents said; their rows are counted with them."""
    run.tally.warn(*came.tally.warnings)
    run.tally.refused.extend(came.tally.refused)


def _finished(run: LiveRun, came: _Came, connection: str) -> SyncFinished:
    return SyncFinished(
        source=connection,
        run=run.number,
        sections=came.tally.sections,
        refused=came.tally.refused,
        novelties=came.tally.news(),
        warnings=came.tally.warnings,
        accounts=sorted(came.accounts),
        already_known=came.known == came.documents,
    )


@contextmanager
def _private_folder(store: Store, link: Link) -> Iterator[Path]:
    """Make a folder that nobody else can read, and remove it with all that is in it.

    Its name is always the same: who has the lease finds what a program that was killed left.
    """
    folder = store.path.parent / f"incoming-{quote(link.name, safe='')}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise BrokerUnavailable(f"{folder} cannot be made: {why}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

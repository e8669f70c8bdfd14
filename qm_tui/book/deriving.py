"""Derives what follows from facts, and writes it: groups with marks, or all there are.

A crash at any moment leaves every group either as it was, with its marks, or derived anew.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter

from qm_tui.book.bookkeeper import Bookkeeper, a_bookkeeper
from qm_tui.book.child import BookingDied
from qm_tui.domain.booking.apart import Task
from qm_tui.domain.booking.rows import GroupRows
from qm_tui.store.derived import Difference
from qm_tui.store.reader import Reader
from qm_tui.store.reading.booking_marks import (
    Portion,
    all_portions,
    snapshot,
    waiting_portions,
)
from qm_tui.store.writer import Writer

__all__ = ["BookingDied", "Difference", "Outcome", "Rebuilt", "derive_waiting", "rebuild"]

Clock = Callable[[], dt.datetime]
Tell = Callable[[int, int], None]
"""Is told how many groups are done, and how many there are."""
_PATIENCE = 10
"""Rounds in which all that was booked had changed before it could be written."""
_BREATH = 0.1
"""Seconds between two words about how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was derived; lots, gains and findings as the taxpayer sees them."""

    groups: int = 0
    lots: int = 0
    gains: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    """Kind of finding → how many."""
    seconds: float = 0.0

    @property
    def findings(self) -> int:
        """How many things could not be settled."""
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of deriving everything again."""

    outcome: Outcome
    differences: Sequence[Difference]
    """What was stored and did not follow from the facts; it is corrected by now."""


async def derive_waiting(
    reader: Reader, writer: Writer, now: Clock, *, tell: Tell | None = None
) -> Outcome:
    """Derive whatever is marked, until nothing is.

    Raises:
        BookingDied: the process that books ended early; what was written until then holds.
        StoreRefused: the store cannot be read or written.
    """
    async with a_bookkeeper() as bookkeeper:
        run = _Run(reader, writer, now, bookkeeper, tell)
        await run.waiting()
        return run.outcome()


async def rebuild(
    reader: Reader, writer: Writer, now: Clock, *, tell: Tell | None = None
) -> Rebuilt:
    """Derive everything again, and say what was not as it should have been.

    What waits is derived before, so that it is no difference. Raises like `derive_waiting`.
    """
    async with a_bookkeeper() as bookkeeper:
        await _Run(reader, writer, now, bookkeeper, None).waiting()
        run = _Run(reader, writer, now, bookkeeper, tell)
        await run.everything()
        # Somebody may have stored facts meanwhile.
        await run.waiting()
        return Rebuilt(outcome=run.outcome(), differences=run.differences)


class _Run:
    """One round of deriving, or several."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        now: Clock,
        bookkeeper: Bookkeeper,
        tell: Tell | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._now = now
        self._bookkeeper = bookkeeper
        self._tell = tell
        self._begun = perf_counter()
        self._told = float("-inf")
        self._written = 0
        self._groups = self._lots = self._gains = 0
        self._kinds = Counter[str]()
        self.differences: list[Difference] = []

    async def waiting(self) -> None:
        """Derive what is marked, again and again until nothing is."""
        fruitless = 0
        while portions := await self._reader.read(waiting_portions):
            before = self._written
            await self._derive(portions, compare=False)
            fruitless = fruitless + 1 if self._written == before else 0
            if fruitless == _PATIENCE:
                # Somebody else writes without end; the marks are there for the next time.
                return

    async def everything(self) -> None:
        """Derive all there is."""
        await self._derive(await self._reader.read(all_portions), compare=True)

    async def _derive(self, portions: Sequence[Portion], *, compare: bool) -> None:
        total = sum(portion.groups for portion in portions)
        done = 0
        for portion in portions:
            self._say(done, total)
            await self._derive_portion(portion, done, total, compare=compare)
            done += portion.groups
        if portions:
            self._say(done, total)

    def _say(self, done: int, total: int) -> None:
        if self._tell is not None:
            self._told = perf_counter()
            self._tell(done, total)

    async def _derive_portion(
        self, portion: Portion, done: int, total: int, *, compare: bool
    ) -> None:
        seen = await self._reader.read(snapshot, portion)
        tasks = [Task(group=group) for group in seen.groups]
        groups: list[GroupRows] = []
        async with aclosing(self._bookkeeper.answers(tasks)) as answers:
            async for answer in answers:
                groups.append(answer)
                if perf_counter() - self._told > _BREATH:
                    self._say(min(done + len(groups), total), total)
        saved = await self._writer.save_groups(
            groups, seen.generation, self._now(), compare=compare
        )
        for group in saved.groups:
            self._count(group)
        self.differences += saved.differences

    def _count(self, group: GroupRows) -> None:
        self._written += 1
        if not group.facts:
            return
        self._groups += 1
        self._lots += group.lots
        self._gains += group.gains
        self._kinds.update(group.findings)

    def outcome(self) -> Outcome:
        """Return what was derived so far."""
        return Outcome(
            groups=self._groups,
            lots=self._lots,
            gains=self._gains,
            kinds=dict(self._kinds),
            seconds=perf_counter() - self._begun,
        )

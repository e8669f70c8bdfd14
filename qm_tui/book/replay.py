"""Books groups again without writing: under another method, up to a day, with every step told."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from qm_tui.book.bookkeeper import a_bookkeeper
from qm_tui.domain.booking.apart import How, Task
from qm_tui.domain.booking.facts import GroupFacts
from qm_tui.domain.booking.plain import PlainGroup, facts_of
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.selection import Scope
from qm_tui.store.reader import Reader
from qm_tui.store.reading.booking_marks import groups_of, portions_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A group that was booked again, as a whole: also what the scope does not name."""

    taxpayer: str
    facts: GroupFacts
    booked: Booked
    policy: Policy
    """The user's switches."""


async def replayed(
    reader: Reader,
    scope: Scope,
    *,
    view: View,
    method: LotMethod | None = None,
    until: dt.date | None = None,
    explain: bool = False,
) -> list[Replay]:
    """Book the groups that hold anything of a scope's instruments and accounts.

    Args:
        reader: of the store.
        scope: Its instruments and accounts count, nothing else of it.
        view: Whose wash sales are reckoned.
        method: Instead of every account's own, and of the lots that were named: what if.
        until: The last day that is booked.
        explain: Whether to keep a journal of every step.

    Raises:
        BookingDied: the process that books ended early.
        StoreRefused: the store cannot be read.
    """
    portions = replayed_in_portions(
        reader, scope, view=view, method=method, until=until, explain=explain
    )
    async with aclosing(portions):
        return [replay async for portion in portions for replay in portion]


async def replayed_in_portions(
    reader: Reader,
    scope: Scope,
    *,
    view: View,
    method: LotMethod | None = None,
    until: dt.date | None = None,
    explain: bool = False,
) -> AsyncGenerator[list[Replay], None]:
    """Book the same a portion at a time, for whoever need not have all of them at once."""
    how = How(view=view, method=method, until=until, explain=explain)
    async with a_bookkeeper() as bookkeeper:
        for portion in await reader.read(portions_of, scope):
            for groups in _few(await reader.read(groups_of, portion), explain=explain):
                tasks = [Task(group=group, how=how) for group in groups]
                async with aclosing(bookkeeper.answers(tasks)) as answers:
                    booked: list[Booked] = [answer async for answer in answers]
                found: list[Replay] = []
                for group, one in zip(groups, booked, strict=True):
                    found.append(
                        Replay(
                            taxpayer=portion.taxpayer, facts=facts_of(group), booked=one,
                            policy=group.policy,
                        )
                    )  # fmt: skip
                    await asyncio.sleep(0)
                yield found


_EXPLAINED_AT_ONCE = 2_000
"""Facts whose journals are kept at once; a group is never parted."""


def _few(groups: Sequence[PlainGroup], *, explain: bool) -> Iterator[Sequence[PlainGroup]]:
    """Part groups, where each comes with a journal that is many times its size."""
    if not explain:
        yield groups
        return
    few: list[PlainGroup] = []
    for group in groups:
        if few and sum(one.size for one in few) + group.size > _EXPLAINED_AT_ONCE:
            yield few
            few = []
        few.append(group)
    yield few

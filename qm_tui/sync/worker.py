"""One connection's life: whose it is, when it is tried again, and until when it waits."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from random import Random

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.domain.events import SyncEvent, SyncFailed, SyncFinished, SyncStarted
from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.live import LiveBook
from qm_tui.store.reading.links import link_history
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.sync.condition import Condition
from qm_tui.sync.links import Link
from qm_tui.sync.news import News
from qm_tui.sync.once import in_words, noted
from qm_tui.sync.run import is_whole
from qm_tui.sync.schedule import BackOff, Intervals, until
from qm_tui.sync.service import Importer
from qm_tui.sync.under_way import SyncUnderWay

_log = logging.getLogger(__name__)

_FAILURES = (BrokerUnavailable, BrokerRefused, StoreRefused)


class LeaseLost(Exception):  # noqa: N818 - it is taken note of
    """Another program has the connection by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all workers share."""

    store: Store
    importer: Importer
    live: LiveBook
    tell: Callable[[News], None]
    derive: Callable[[], None]
    now: Callable[[], dt.datetime]
    holder: str
    intervals: Intervals
    chance: Random


class Worker:
    """Keeps one connection synced until it is cancelled. Subclasses say what a session is."""

    def __init__(self, link: Link, around: Surroundings) -> None:
        self.link = link
        self.around = around
        self.condition = Condition(link.name, link.broker, around.now, around.tell)
        self.under_way: SyncUnderWay | None = None
        self.wanted = asyncio.Event()
        """Somebody asked for a sync."""
        self._syncing: asyncio.Task[None] | None = None
        self._cancelled = False
        self._back_off = BackOff(
            around.intervals.back_off_first, around.intervals.back_off_most, around.chance
        )

    @property
    def health(self) -> Health:
        """How the connection is doing."""
        return self.condition.health

    def request(self) -> None:
        """Sync now, whatever was waited for."""
        self.wanted.set()

    def cancel(self) -> None:
        """End the sync under way; what it stored stays."""
        if self._syncing is not None and not self._syncing.done():
            self._cancelled = True
            self._syncing.cancel()

    async def session(self) -> None:
        """Use the connection until it ends.

        Raises:
            BrokerUnavailable, BrokerRefused, StoreRefused, LeaseLost: why it ended.
        """
        raise NotImplementedError

    # Life

    async def run(self) -> None:
        """Live until cancelled."""
        history = await self.around.store.reader.read(link_history, [self.link.name])
        for known in history:
            self.condition.remember(known)
        try:
            while True:
                await self._have_lease()
                await self._session_and_after()
        finally:
            with suppress(StoreRefused):
                await self.around.store.writer.release(self.link.name, self.around.holder)

    async def _have_lease(self) -> None:
        while True:
            leased = None
            try:
                leased = await self.around.store.writer.lease(
                    self.link.name, self.link.broker, self.around.holder
                )
            except StoreRefused as error:
                await self._wait_a_while(str(error))
                continue
            if leased is None:
                return
            self.condition.is_(
                LinkState.LEASED,
                f"{in_words(leased)} What it stores is shown here; this monitor takes over when "
                "it ends.",
            )
            # A wish changes nothing here; it is granted when the lease is ours.
            await asyncio.sleep(self.around.intervals.lease_again)

    async def _session_and_after(self) -> None:
        begun = self.around.now()
        try:
            await self._held_session()
        except LeaseLost:
            return
        except BrokerRefused as error:
            await self._note(str(error), begun)
            self.wanted.clear()
            self.condition.is_(LinkState.REFUSED, str(error))
            await self.wanted.wait()
        except (BrokerUnavailable, StoreRefused) as error:
            healthy = dt.timedelta(seconds=self.around.intervals.healthy_after)
            if self.around.now() - begun > healthy:
                self._back_off.reset()
            await self._note(str(error), begun)
            await self._wait_a_while(str(error))

    async def _held_session(self) -> None:
        """Run a session with the lease renewed; raise why it ended, one reason of several."""
        try:
            async with asyncio.TaskGroup() as group:
                session = group.create_task(self.session())
                renewing = group.create_task(self._renew())
                session.add_done_callback(lambda _: renewing.cancel())
        except* LeaseLost as lost:
            raise lost.exceptions[0] from None
        except* _FAILURES as failed:
            raise _first(failed) from None

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self.around.intervals.lease_every)
            with suppress(StoreRefused):
                held = await self.around.store.writer.renew(self.link.name, self.around.holder)
                if not held:
                    raise LeaseLost

    async def _wait_a_while(self, reason: str) -> None:
        self.wanted.clear()
        next_try = self.around.now() + self._back_off.next()
        self.condition.is_(LinkState.WAITING, reason, next_try=next_try)
        await until(next_try, self.around.now, self.wanted)

    async def _note(self, reason: str, begun: dt.datetime) -> None:
        """Put a failure on record and tell it; the same one again and again is one."""
        state = self.health.state
        again = state in {LinkState.WAITING, LinkState.REFUSED} and self.health.says == reason
        _log.warning("%s: %s", self.link.name, reason)
        if again or self._last_reason == reason:
            return
        self._last_reason = reason
        with suppress(StoreRefused):
            run = await noted(self.around.store, self.link, reason, begun)
            if run is not None:
                self.condition.ended(whole=False)
                self.around.tell(SyncFailed(source=self.link.name, reason=reason, run=run))

    _last_reason: str | None = None

    # One sync

    async def sync(self, events: AsyncGenerator[SyncEvent, None]) -> None:
        """Let one sync run, which may be cancelled by itself.

        Raises:
            BrokerUnavailable, BrokerRefused, StoreRefused: why it ended early.
        """
        name = self.link.name
        self.under_way = SyncUnderWay(connection=name, started_at=self.around.now())
        self._cancelled = False
        self._syncing = asyncio.create_task(self._follow(events))
        try:
            await self._syncing
        except asyncio.CancelledError:
            if not self._cancelled:
                self._syncing.cancel()
                await asyncio.wait([self._syncing])
                raise
            run = self.under_way.run
            reason = "You ended this sync. What had been stored stays."
            self.around.tell(SyncFailed(source=name, reason=reason, run=run, cancelled=True))
        except _FAILURES as error:
            self.condition.ended(whole=False)
            self._last_reason = str(error)
            self.around.tell(SyncFailed(source=name, reason=str(error), run=self.under_way.run))
            raise
        finally:
            self.under_way = None
            self._syncing = None

    async def _follow(self, events: AsyncGenerator[SyncEvent, None]) -> None:
        whole = True
        async with aclosing(events):
            async for event in events:
                assert self.under_way is not None
                self.under_way = self.under_way.after(event)
                if isinstance(event, SyncFinished):
                    whole = whole and is_whole(event)
                    self.condition.notes(data_as_of=self.around.now())
                    _log.info("%s: run %s: %s", self.link.name, event.run, event.totals)
                elif isinstance(event, SyncStarted):
                    _log.info("%s: a sync begins", self.link.name)
                self.around.tell(event)
        self._last_reason = None
        self.condition.ended(whole=whole)
        self.around.derive()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the weightiest of several reasons: a refusal goes before being away."""
    leaves: list[BaseException] = []
    rest: list[BaseException] = [group]
    while rest:
        one = rest.pop()
        if isinstance(one, BaseExceptionGroup):
            rest.extend(one.exceptions)
        else:
            leaves.append(one)
    refused = [one for one in leaves if isinstance(one, BrokerRefused)]
    return (refused or leaves)[0]

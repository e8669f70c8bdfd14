"""Looks after one connection: its lease, its attempts, its waits; it never gives up for good."""

import asyncio
import datetime as dt
import logging
from contextlib import suppress
from typing import Never

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.domain.events import SectionDone, SyncFailed
from qm_tui.domain.health import Health, LinkState
from qm_tui.store.leases import Leased
from qm_tui.store.reading.links import link_history
from qm_tui.store.runs import Source
from qm_tui.store.troubles import RowRefused, StoreRefused
from qm_tui.sync.changes import Changes
from qm_tui.sync.courses import TROUBLES, SyncUnderWay
from qm_tui.sync.desk import Desk
from qm_tui.sync.lease import Lease, LeaseLost
from qm_tui.sync.links import Client, Link, makes_statements
from qm_tui.sync.post import Post
from qm_tui.sync.schedule import BackOff
from qm_tui.sync.session import Session
from qm_tui.sync.statement_life import StatementLife
from qm_tui.sync.waiting import outcome, together, within
from qm_tui.sync.words import WAITS_FOR_STORE, leased_elsewhere, unforeseen

_log = logging.getLogger(__name__)


class Worker:
    """Keeps one connection synced for as long as it runs."""

    def __init__(self, link: Link, desk: Desk) -> None:
        self.link = link
        self._desk = desk
        self._post = Post(link, desk)
        self._lease = Lease(desk.store.writer, link, desk.holder)
        self._changes = Changes(
            desk.store, desk.intervals.store_after, self._tell_stored, self._post.miss
        )
        self._waits = self._waits_of_link = _waits_of_links(desk)
        self._waits_of_statements = _waits_of_statements(desk)
        self._failed = False
        """Whether the attempt before did."""
        self._fetches = False
        """Whether it is a service that makes statements."""
        self._noted = False
        """Whether it is on record already that the broker cannot be reached."""

    @property
    def health(self) -> Health:
        """How the connection is doing."""
        return self._post.condition.health

    @property
    def under_way(self) -> SyncUnderWay | None:
        """The sync that goes on."""
        return None if self._post.course is None else self._post.course.under_way

    def request(self) -> None:
        """Sync now; while a sync goes on, once more when it has ended.

        Statements that are being fetched are those that are wanted.
        """
        if self._post.course is None or not self._fetches:
            self._post.ask()

    def cancel(self) -> None:
        """End the sync that goes on."""
        if self._post.course is not None:
            self._post.asked = False
            self._post.course.cancel()

    async def run(self) -> Never:
        """Look after the connection until this is cancelled; then everything is let go of."""
        try:
            while True:
                error = await outcome(self._hold())
                _log.error("the worker of %s broke down", self.link.name, exc_info=error)
                # It may have been one of these; the sync that follows brings all of it.
                self._changes.forget()
                await self._wait(unforeseen(self.link.name))
        finally:
            self._post.condition.turn(LinkState.OFF)

    async def _hold(self) -> None:
        intervals = self._desk.intervals
        while True:
            try:
                await self._take_lease()
                with suppress(LeaseLost):
                    await together(
                        self._lease.keep(intervals.lease_every),
                        self._changes.keep_storing(intervals.close_within),
                        self._attempts(),
                        expected=(LeaseLost,),
                    )
            finally:
                await self._lease.give_back(intervals.close_within)

    async def _take_lease(self) -> None:
        intervals, condition = self._desk.intervals, self._post.condition
        while True:
            try:
                leased = await self._lease_of_store()
                histories = await self._desk.store.reader.read(link_history, [self.link.name])
            except StoreRefused as error:
                await self._wait(str(error))
                continue
            for history in histories:
                condition.recall(history)
            if leased is None:
                return
            condition.turn(LinkState.LEASED, leased_elsewhere(self.link.name, leased))
            self._post.asked = False
            again = self._desk.now() + dt.timedelta(seconds=intervals.lease_again)
            await self._post.until(lambda: again)  # noqa: B023 - awaited before the next round

    async def _lease_of_store(self) -> Leased | None:
        """Take the lease; where the store cannot be written for long, say what it waits for."""
        condition, patience = self._post.condition, self._desk.intervals.store_within
        telling = asyncio.get_running_loop().call_later(
            patience, condition.turn, LinkState.CONNECTING, WAITS_FOR_STORE
        )
        try:
            return await self._lease.take()
        finally:
            telling.cancel()
            if condition.health.says == WAITS_FOR_STORE:
                condition.note(says="")

    # --- attempts --------------------------------------------------------------------------------

    async def _attempts(self) -> None:
        while True:
            asked, self._post.asked = self._post.asked, False
            try:
                await self._attempt(asked=asked)
            except (BrokerRefused, RowRefused) as error:
                self._failed = True
                self._post.condition.turn(LinkState.REFUSED, str(error))
                self._post.asked = False
                await self._post.until(lambda: None)
            except TROUBLES as error:
                self._failed = True
                wished = error.not_before if isinstance(error, BrokerUnavailable) else None
                await self._wait(str(error), wished)

    async def _attempt(self, *, asked: bool) -> Never:
        """Make a client and live with it until that ends; raises what it ends by."""
        began, started = False, self._desk.now()
        try:
            client = self.link.make()
            life = self._life(client, at_once=asked or self._failed)
            self._failed = False
            try:
                await life.live()
            finally:
                began = life.began
                if life.went_well:
                    self._waits.reset()
                await self._close(client)
        except TROUBLES as error:
            if began:
                self._noted = False
            elif asked or not self._noted or isinstance(error, BrokerRefused):
                await self._note(str(error), started)
            raise

    def _life(self, client: Client, *, at_once: bool) -> Session | StatementLife:
        self._fetches = makes_statements(client)
        if makes_statements(client):
            self._waits = self._waits_of_statements
            return StatementLife(self._post, client, at_once=at_once)
        self._waits = self._waits_of_link
        return Session(self._post, client, self._changes)

    async def _close(self, client: Client) -> None:
        if not await within(self._desk.intervals.close_within, client.close()):
            _log.warning("the connection of %s did not close in time", self.link.name)

    async def _wait(self, says: str, not_before: dt.datetime | None = None) -> None:
        """Wait until it is time to try again, longer each time, and for as long as is wished."""
        # What was asked for until now is what has failed.
        self._post.asked = False
        again = self._desk.now() + self._waits.next()
        again = again if not_before is None else max(again, not_before)
        _log.warning("%s: %s Tried again at %s", self.link.name, says, again)
        self._post.condition.turn(LinkState.WAITING, says, next_try=again)
        await self._post.until(lambda: again)

    async def _note(self, reason: str, started: dt.datetime) -> None:
        """Write down that nothing could be begun: once, not at every attempt of a long night."""
        source = Source(connection=self.link.name, broker=self.link.broker, kind="sync")
        try:
            run = await self._desk.store.writer.note_failure(source, reason, started)
        except StoreRefused as error:
            _log.warning("that %s failed was not written down: %s", self.link.name, error)
            return
        self._noted = True
        self._post.condition.ended(whole=False)
        self._desk.hub.tell(SyncFailed(source=self.link.name, reason=reason, run=run))

    def _tell_stored(self, section: SectionDone) -> None:
        self._desk.hub.tell(section)
        self._desk.derivation.soon()


def _waits_of_links(desk: Desk) -> BackOff:
    return BackOff(desk.intervals.back_off_first, desk.intervals.back_off_most, desk.chance)


def _waits_of_statements(desk: Desk) -> BackOff:
    """Statements are made for a day: a service that is out of order is asked less often."""
    intervals = desk.intervals
    return BackOff(intervals.statements_first, intervals.statements_most, desk.chance)

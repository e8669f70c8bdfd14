"""One connection to TWS or IB Gateway: whether it is there, whether it lives, what it says."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from qm_tui.brokers.client import BrokerUnavailable
from qm_tui.brokers.ibkr import gateway_words as words
from qm_tui.brokers.ibkr.gateway_condition import Condition
from qm_tui.brokers.ibkr.gateway_handshake import Address, ClientIdTakenError, Connected, Handshake
from qm_tui.brokers.ibkr.gateway_library import (
    IB,
    Losses,
    hang_up,
    library,
    messages_received,
    read_little,
)
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings

_log = logging.getLogger(__name__)

T = TypeVar("T")

_LOOKS = 20
"""How often it is looked whether something came, while the patience lasts."""


class SectionFailed(Exception):  # noqa: N818 - it is a state of the world
    """An answer is not whole; says why, in words for the user."""


class Link:
    """One connection; after it ended another one is made."""

    def __init__(
        self,
        address: Address,
        *,
        now: Callable[[], dt.datetime],
        settings: GatewaySettings,
    ) -> None:
        self._address = address
        self._settings = settings
        self._connected: Connected | None = None
        self._pulse: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[str] | None = None
        self._asking = asyncio.Lock()
        self.free = asyncio.Event()
        """Set while no question waits for its turn: only so many a second may be put."""
        self.free.set()
        self.latency: dt.timedelta | None = None
        self.other_id: str | None = None
        """What to say when the client id that is configured was in use."""
        self.condition = Condition(now)
        """What its messages say of it."""

    # --- what it is ----------------------------------------------------------------------------

    @property
    def ib(self) -> IB:
        """The library's connection."""
        assert self._connected is not None, "connect first"
        return self._connected.ib

    @property
    def losses(self) -> Losses:
        """The rows that could not be decoded."""
        assert self._connected is not None, "connect first"
        return self._connected.losses

    @property
    def accounts(self) -> tuple[str, ...]:
        """All accounts of the login."""
        return self._connected.accounts if self._connected else ()

    @property
    def client_id(self) -> int | None:
        """Under which it is connected."""
        return self._connected.client_id if self._connected else None

    @property
    def fresh(self) -> bool:
        """Whether what is pushed can be trusted to be of now."""
        return self.condition.fresh and self.ended is None

    @property
    def ended(self) -> str | None:
        """Why the connection ended, in words; None while it lives."""
        if self._ended is None or not self._ended.done():
            return None
        return self._ended.result()

    # --- its life ------------------------------------------------------------------------------

    async def open(self, client_id: int, zone: str) -> None:
        """Connect, under the first client id from this one on that is free.

        Raises:
            BrokerUnavailable: with what to do.
        """
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(library)  # importing it takes a quarter of a second
        begun = loop.time()
        ids = range(client_id, client_id + self._settings.client_ids)
        for tried in ids:
            started = loop.time()
            left = self._settings.handshake_timeout - (started - begun)
            try:
                found = await Handshake(self._address, tried, zone, self._hear).connect(
                    max(left, 0.01), self._settings.handshake_timeout
                )
            except ClientIdTakenError:
                continue
            self.latency = dt.timedelta(seconds=loop.time() - started) / 2  # two questions
            self.other_id = words.id_changed(client_id, tried) if tried != client_id else None
            self._begin(found)
            return
        raise BrokerUnavailable(words.ids_in_use(ids[0], ids[-1]))

    def _begin(self, found: Connected) -> None:
        self._connected = found
        self._ended = asyncio.get_running_loop().create_future()
        found.ib.client.conn.disconnected.connect(self._disconnected, keep_ref=True)
        found.ib.client.throttleStart.connect(self._begin_queue, keep_ref=True)
        found.ib.client.throttleEnd.connect(self._end_queue, keep_ref=True)
        read_little(found.ib, self._settings.read_size)
        self._pulse = asyncio.create_task(self._beat(), name="gateway heartbeat")
        self._pulse.add_done_callback(self._stopped)

    async def close(self) -> None:
        """Let go of it; may be called twice."""
        pulse, self._pulse = self._pulse, None
        if pulse is not None:
            pulse.cancel()
            await asyncio.wait([pulse])
        self._end("The connection was closed by this program.")
        if self._connected is not None:
            hang_up(self._connected.ib)

    def check(self) -> None:
        """Raise when the connection has ended.

        Raises:
            BrokerUnavailable: it has; why, and what to do.
        """
        if self.ended is not None:
            raise BrokerUnavailable(self.ended)

    def _disconnected(self, _said: str) -> None:
        self._end(words.lost(self._address.host, self._address.port, self.condition.last_words))

    def _stopped(self, pulse: "asyncio.Task[None]") -> None:
        """A heart that stops by a mistake of ours is no sign of life: it is seen, and it ends."""
        if not pulse.cancelled() and (error := pulse.exception()) is not None:
            _log.error("the heartbeat broke down", exc_info=error)
            self._end(words.lost(self._address.host, self._address.port, None))

    def _end(self, why: str) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(why)
        self.free.set()

    def _hear(self, request: int, code: int, message: str) -> None:
        self.condition.take(request, code, message)

    def _begin_queue(self) -> None:
        self.free.clear()

    def _end_queue(self) -> None:
        self.free.set()

    # --- whether it lives ----------------------------------------------------------------------

    async def _beat(self) -> None:
        while self.ended is None:
            if not await self.lives():
                return
            await asyncio.sleep(self._settings.heartbeat_every)

    async def lives(self) -> bool:
        """Put a question that is answered at once; without an answer the connection has ended."""
        async with self._asking:
            # Two questions: one answer may have been lost, and this computer may have slept.
            for question in (self._ask_time, self._ask_time_and_accounts):
                if self.ended is not None:
                    return False
                if await self._answered(question):
                    return True
        seconds = 2 * self._settings.heartbeat_timeout
        self._end(words.hung(self._address.host, self._address.port, seconds))
        return False

    async def _answered(self, question: Callable[[], "asyncio.Future[Any]"]) -> bool:
        loop = asyncio.get_running_loop()
        heard_before = self._heard_rows()
        asked = loop.time()
        try:
            async with asyncio.timeout(self._settings.heartbeat_timeout):
                await question()
        except TimeoutError:
            # Whatever came meanwhile is a sign of life as well; and a question that is not put yet
            # cannot be answered.
            return not self.free.is_set() or self._heard_rows() > heard_before
        except ConnectionError:
            return False
        self.latency = dt.timedelta(seconds=loop.time() - asked)
        return True

    def _heard_rows(self) -> int:
        return messages_received(self.ib) - self.losses.count

    def _ask_time(self) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = self.ib.reqCurrentTimeAsync()
        return future

    def _ask_time_and_accounts(self) -> "asyncio.Future[Any]":
        self.ib.client.reqManagedAccts()
        return self._ask_time()

    # --- asking --------------------------------------------------------------------------------

    def tell(self, statement: Callable[[], None]) -> None:
        """Say something that is not answered.

        Raises:
            BrokerUnavailable: the connection is lost.
        """
        self.check()
        try:
            statement()
        except ConnectionError:
            self._disconnected("")
            raise BrokerUnavailable(self.ended or "") from None

    def ask(self, question: Callable[[], "asyncio.Future[T]"]) -> "asyncio.Future[T]":
        """Put a question.

        Raises:
            BrokerUnavailable: the connection is lost.
        """
        self.check()
        try:
            return question()
        except ConnectionError:
            self._disconnected("")
            raise BrokerUnavailable(self.ended or "") from None

    async def answer(
        self,
        what: str,
        answer: "asyncio.Future[T]",
        *,
        seconds: float | None = None,
        progress: Callable[[], int] = lambda: 0,
    ) -> T:
        """Wait for an answer, for as long as something of it still comes.

        Args:
            what: is asked for, as the subject of a sentence in the plural: `The positions`.
            answer: the library's future.
            seconds: until it is given up when nothing comes; `section_timeout` when not said.
            progress: how much has come of it.

        Raises:
            SectionFailed: it did not come, or was refused.
            BrokerUnavailable: the connection is lost.
        """
        try:
            await self.settle([answer], seconds=seconds, progress=progress)
            return self.result(what, answer, seconds=seconds)
        finally:
            drop([answer])

    async def settle(
        self,
        answers: Collection["asyncio.Future[Any]"],
        *,
        seconds: float | None = None,
        progress: Callable[[], int] = lambda: 0,
    ) -> None:
        """Wait until all answers are there, or until nothing of them comes any more.

        Raises:
            BrokerUnavailable: the connection is lost.
        """
        assert self._ended is not None, "connect first"
        loop = asyncio.get_running_loop()
        patience = self._settings.section_timeout if seconds is None else seconds
        latest = loop.time() + max(patience, self._settings.section_limit)
        silent_from, come = loop.time(), progress()
        while waited := {answer for answer in answers if not answer.done()}:
            left = min(silent_from + patience, latest) - loop.time()
            if self.ended is not None or left <= 0:
                break
            # Looked at often: what came at the beginning of a long silence is no news at its end.
            await asyncio.wait(
                {*waited, self._ended},
                timeout=min(left, patience / _LOOKS),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if come != (come := progress()) or not self.free.is_set():
                silent_from = loop.time()
        self.check()
        if not all(answer.done() for answer in answers):
            await self._doubt()

    def result(
        self, what: str, answer: "asyncio.Future[T]", *, seconds: float | None = None
    ) -> T:  # fmt: skip
        """Return what was answered.

        Raises:
            SectionFailed: it did not come, or was refused.
            BrokerUnavailable: the connection is lost.
        """
        if not answer.done() or answer.cancelled():
            patience = self._settings.section_timeout if seconds is None else seconds
            raise SectionFailed(words.unanswered(what, patience))
        error = answer.exception()
        match error:
            case None:
                return answer.result()
            case ConnectionError():
                self._disconnected("")
                raise BrokerUnavailable(self.ended or "") from None
            case _ if hasattr(error, "code") and hasattr(error, "message"):  # its RequestError
                raise SectionFailed(words.refused(what, error.code, error.message)) from None
            case _:
                raise error

    async def _doubt(self) -> None:
        """Find out, after a silence, whether to go on asking.

        Raises:
            BrokerUnavailable: nobody would answer.
        """
        if self.condition.away is not None:
            raise BrokerUnavailable(self.condition.away)
        await self.lives()
        self.check()


def drop(answers: Iterable["asyncio.Future[Any]"]) -> None:
    """Let go of answers that nobody waits for any more."""
    for answer in answers:
        answer.cancel()
        if answer.done() and not answer.cancelled():
            answer.exception()  # an error that was told already

"""One connection to the account streamer: positions, balances and orders as they change."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Never

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.answers import Row
from qm_tui.brokers.tastytrade.download import USER_AGENT
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.sockets import Socket
from qm_tui.brokers.tastytrade.streaming import (
    StreamLost,
    StreamRefused,
    first_failure,
)

_log = logging.getLogger(__name__)

_CONNECT, _HEARTBEAT = "connect", "heartbeat"
POSITION, BALANCE, ORDER = "CurrentPosition", "AccountBalance", "Order"
_TOLD = frozenset({POSITION, BALANCE, ORDER})
"""Types of notification that matter here; of others (quote alerts, watchlists …) nobody is told."""

Notice = Callable[[str, Row], None]
"""Takes a notification: its type (POSITION, BALANCE or ORDER) and its data."""


class AccountStream:
    """A connection of which nothing is known but its socket: `greet`, then `run`."""

    def __init__(
        self,
        socket: Socket,
        access: Access,
        settings: Streaming,
        notice: Notice,
        missed: Callable[[], None],
    ) -> None:
        """Make it ready.

        Args:
            socket: open.
            access: has the tokens.
            settings: how long to wait for what.
            notice: takes what is pushed.
            missed: is called when something was pushed that cannot be read.
        """
        self._socket = socket
        self._access = access
        self._settings = settings
        self._notice = notice
        self._missed = missed
        self._requests = 0
        self._answers_heartbeats = False
        self._early: list[object] = []
        """What was pushed before the greeting was answered."""
        self._said_bad = False

    async def greet(self, accounts: Sequence[str]) -> None:
        """Ask for all that happens in these accounts.

        Raises:
            StreamLost: the server does not answer in time.
            StreamRefused: it says no.
            SocketClosed: the connection is lost.
            BrokerRefused, BrokerUnavailable: there is no access any more.
        """
        try:
            async with asyncio.timeout(self._settings.greet):
                number = await self._ask(_CONNECT, value=list(accounts))
                while not self._is_answer(message := await self._socket.receive(), number):
                    self._early.append(message)
        except TimeoutError:
            raise StreamLost("the greeting was not answered in time") from None

    def _is_answer(self, message: object, number: int) -> bool:
        """Tell whether this is the server's yes.

        Raises:
            StreamRefused: it is its no.
        """
        if not isinstance(message, dict):
            return False
        _check(message)
        return message.get("action") == _CONNECT and str(message.get("request-id", number)) == str(
            number
        )

    async def _ask(self, action: str, **more: object) -> int:
        self._requests += 1
        await self._socket.send(
            {
                "action": action,
                # A new one where the former is about to run out: it lives for minutes.
                "auth-token": f"Bearer {await self._access.token()}",
                "request-id": self._requests,
                "source": USER_AGENT,
                **more,
            }
        )
        return self._requests

    async def run(self) -> Never:
        """Hand on what is pushed and keep the connection, until it is lost.

        Raises:
            StreamLost: it is of no use any more.
            SocketClosed: it was closed.
            BrokerRefused, BrokerUnavailable: there is no access any more.
        """
        early, self._early = self._early, []
        for message in early:
            self._take(message)
        await first_failure(self._listen(), self._keep(), self._watch())

    async def _listen(self) -> Never:
        while True:
            self._take(await self._socket.receive())
            await asyncio.sleep(0)

    async def _keep(self) -> Never:
        while True:
            await asyncio.sleep(self._settings.keepalive)
            await self._ask(_HEARTBEAT)

    async def _watch(self) -> Never:
        """Give the connection up when nothing comes any more."""
        loop, silent = asyncio.get_running_loop(), self._settings.silent
        while True:
            # A server that never answered a heartbeat is alive as long as its socket is.
            socket, answers = self._socket, self._answers_heartbeats
            left = (socket.last_message if answers else socket.last_heard) + silent - loop.time()
            if left <= 0:
                raise StreamLost(f"nothing came for {silent:g} seconds")
            await asyncio.sleep(left)

    # --- what comes ----------------------------------------------------------------------------

    def _take(self, message: object) -> None:
        if not isinstance(message, dict):
            self._bad("a message is not an object")
            return
        _check(message)
        if "action" in message or "status" in message:
            self._answers_heartbeats |= message.get("action") == _HEARTBEAT
            return
        for kind, data in _notifications(message):
            if not isinstance(kind, str):
                self._bad("a notification has no type")
            elif kind in _TOLD and isinstance(data, dict):
                self._notice(kind, data)
            elif kind in _TOLD:
                self._bad(f"{kind} has no data")

    def _bad(self, why: str) -> None:
        if not self._said_bad:
            self._said_bad = True
            _log.warning("a message of the stream of account news is left out: %s", quoted(why))
        self._missed()


def _check(message: Mapping[str, Any]) -> None:
    if message.get("status") == "error":
        says = quoted(str(message.get("message") or "an error, without a word"))
        raise StreamRefused(f"the server of account news says: {says}")


def _notifications(message: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    """Go through what one message tells: one thing, or several in a list."""
    several = message.get("results")
    if not isinstance(several, list):
        yield message.get("type"), message.get("data")
        return
    for one in several:
        if isinstance(one, dict) and "data" in one:
            yield one.get("type", message.get("type")), one["data"]
        else:
            yield message.get("type"), one

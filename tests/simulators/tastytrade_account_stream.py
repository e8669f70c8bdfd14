"""The account streamer: one session over a websocket, told of changes to accounts."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from tests.simulators.tastytrade_stream_faults import AccountStreamFaults
from tests.simulators.tastytrade_stream_session import Session
from tests.simulators.tastytrade_wire import WebSocket

_ACTIONS = (
    "heartbeat",
    "public-watchlists-subscribe",
    "quote-alerts-subscribe",
    "user-message-subscribe",
)


class AccountStream(Session[AccountStreamFaults]):
    """One connection.

    Args:
        accepts: Whether an access token is good.
        timeout: Seconds; who is silent for longer is thrown out.
    """

    def __init__(
        self,
        websocket: WebSocket,
        faults: AccountStreamFaults,
        accepts: Callable[[str], bool],
        accounts: Callable[[], set[str]],
        *,
        timeout: float = 60.0,
    ) -> None:
        super().__init__(websocket, faults)
        self.connected: list[str] = []
        """The accounts it is told of."""
        self._accepts = accepts
        self._accounts = accounts
        self._timeout = timeout
        self._sequence = 0

    async def run(self) -> None:
        """Serve until it is over."""
        while not self.websocket.over:
            try:
                async with asyncio.timeout(self._timeout):
                    text = await self.websocket.receive()
            except TimeoutError:
                self.websocket.close(1001, "no heartbeat")
                return
            if text is not None:
                self.heard.append(json.loads(text))
                self._heard(self.heard[-1])

    def _heard(self, message: dict[str, Any]) -> None:
        action = message.get("action")
        if self.faults.no_answer:
            return
        token = str(message.get("auth-token", "")).removeprefix("Bearer ")
        if not self._accepts(token):
            self._refuse(message, "not-authorized")
        elif action == "connect":
            self._connect(message)
        elif action == "heartbeat" and self.faults.heartbeat_error:
            self._refuse(message, "heartbeat-failed")
        elif action not in _ACTIONS:
            self._refuse(message, "unknown-action")
        elif action != "heartbeat" and not self.connected:
            self._refuse(message, "connect-not-completed")
        else:
            self._answer(message)

    def _connect(self, message: dict[str, Any]) -> None:
        asked = message.get("value") or []
        accounts = [asked] if isinstance(asked, str) else list(asked)
        if self.faults.status_error:
            self._refuse(message, self.faults.status_error)
        elif not accounts or not set(accounts) <= self._accounts():
            self._refuse(message, "failed")
        else:
            self.connected = accounts
            self._answer(message, value=accounts)

    def _answer(self, message: dict[str, Any], **more: Any) -> None:
        self.say(self._reply(message, "ok") | more)

    def _refuse(self, message: dict[str, Any], words: str) -> None:
        self.say(self._reply(message, "error") | {"message": words})

    def _reply(self, message: dict[str, Any], status: str) -> dict[str, Any]:
        said = {
            "status": status,
            "action": message.get("action"),
            "web-socket-session-id": f"{id(self):x}",
        }
        return said | ({"request-id": message["request-id"]} if "request-id" in message else {})

    def push(self, kind: str, data: dict[str, Any]) -> None:
        """Tell of a change, if it is of an account they asked for."""
        if data.get("account-number") not in self.connected or self.faults.loses_pushes:
            return
        self._sequence += 1
        if self.faults.unknown_types:
            self.say({"type": "Weather", "data": {"rain": True}, "timestamp": _STAMP})
        told: Any = data
        if self.faults.malformed:
            told = {"account-number": data["account-number"], "quantity": {"a": []}}
        if self.faults.data_is_text:
            told = "quite different"
        self.say({"type": kind, "data": told, "timestamp": _STAMP, "ws-sequence": self._sequence})

    @override
    def error(self) -> dict[str, Any]:
        return {
            "status": "error",
            "action": "connect",
            "web-socket-session-id": "x",
            "message": "failed",
        }


_STAMP = 1_795_190_400_000
"""Milliseconds: what is told is of the book's day."""

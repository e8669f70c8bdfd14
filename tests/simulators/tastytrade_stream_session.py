"""What the sessions of both streams have in common: what was heard, and how they break off."""

import json
from typing import Any, Generic, TypeVar

from tests.simulators.tastytrade_stream_faults import Ending, StreamFaults
from tests.simulators.tastytrade_wire import WebSocket

F = TypeVar("F", bound=StreamFaults)


class Session(Generic[F]):
    """One connection of a stream."""

    def __init__(self, websocket: WebSocket, faults: F) -> None:
        self.websocket = websocket
        self.faults = faults
        self.heard: list[dict[str, Any]] = []
        """Every message of theirs."""
        self.said = 0
        """How many messages were said."""

    def say(self, message: Any) -> None:
        """Say something as JSON."""
        self.say_text(json.dumps(message))

    def say_text(self, text: str) -> None:
        """Say words; the connection may end before them."""
        cut = self.faults.cut
        if cut is not None and self.said == cut.after:
            self.said += 1  # once
            self.end(cut.how, cut.code, cut.reason)
        self.said += 1
        self.websocket.send_text(text)

    def end(self, how: Ending, code: int = 1012, reason: str = "Reconnection is required") -> None:
        """End, or say what nobody can read."""
        match how:
            case Ending.CLOSE:
                self.websocket.close(code, reason)
            case Ending.FIN:
                self.websocket.hang_up()
            case Ending.RST:
                self.websocket.reset()
            case Ending.SILENCE:
                self.websocket.silent = True
            case Ending.BAD_JSON:
                self.websocket.send_text('{"type": "FEED_DA')
            case Ending.NOT_AN_OBJECT:
                self.websocket.send_text('[null, 7, "x"]')
            case Ending.BINARY:
                self.websocket.send_bytes(bytes(range(256)))
            case Ending.GARBAGE:
                self.websocket.write(b"\xff\xff\xff\xff no frame at all")
            case Ending.ERROR:
                self.websocket.send_text(json.dumps(self.error()))

    def error(self) -> dict[str, Any]:
        """The stream's own message of an error."""
        return {"type": "ERROR", "channel": 0, "error": "UNKNOWN", "message": "told to say so"}

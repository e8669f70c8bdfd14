"""A port that is ours all the time, whether we listen on it or refuse."""

import asyncio
import socket
from collections.abc import Callable

_HOST = "127.0.0.1"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]


class Port:
    """A port on 127.0.0.1.

    While nobody listens its socket stays bound: connections are refused, and no other program is
    given the number, not even for an outgoing connection.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None

    def hold(self) -> None:
        """Bind without listening; of 0 the system makes a number."""
        if self._held is None:
            held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((_HOST, self.number))
            self._held = held
            self.number = held.getsockname()[1]

    async def listen(self, serve: Serve) -> None:
        """Accept connections."""
        if self._server is None:
            self.hold()
            held, self._held = self._held, None
            self._server = await asyncio.start_server(serve, sock=held)

    def refuse(self) -> None:
        """Accept no more connections."""
        if self._server:
            self._server.close()
            self._server = None
            self.hold()

    def free(self) -> None:
        """Give the port back."""
        if self._server:
            self._server.close()
            self._server = None
        if self._held:
            self._held.close()
            self._held = None

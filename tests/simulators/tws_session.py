"""One client at the double: its greeting, its requests in their order, what it is sent."""

import asyncio
import socket
import struct
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.simulators.tws_answers import ANSWERS
from tests.simulators.tws_damage import damaged
from tests.simulators.tws_desk import Desk
from tests.simulators.tws_faults import Ending, Greeting, words_of
from tests.simulators.tws_wire import SERVER_VERSION, Ask, Message, Say, error, frame

_SERVER_TIME = "20260302 10:31:00 EST"
_LONGEST_REQUEST = 1 << 20
_PIECE = 1 << 16
_GREETINGS: dict[Greeting, bytes] = {
    Greeting.GOOD: frame((SERVER_VERSION, _SERVER_TIME)),
    Greeting.GARBAGE: b"\xff\xfe\xfd\x00garbage\x00\x01",
    Greeting.THREE_FIELDS: frame((SERVER_VERSION, _SERVER_TIME, "more")),
    Greeting.OLD_VERSION: frame((150, _SERVER_TIME)),
    Greeting.HTTP: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
}
_WITHOUT_IB = frozenset({Ask.START_API, Ask.CURRENT_TIME, Ask.MANAGED_ACCOUNTS, Ask.IDS})
"""What a gateway answers that has lost its own connection."""
_REQUEST_AT = {Ask.PNL: 1, Ask.PNL_SINGLE: 1}
"""Where the number of the request stands; elsewhere it is the third field, if there is one."""
_ASKS = {int(ask): ask for ask in Ask}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One message of a client."""

    session: int
    """0 for the first connection."""
    client_id: int | None
    number: int
    fields: tuple[str, ...]
    """With the number as the first of them."""
    at: float
    """By the loop's clock."""

    @property
    def ask(self) -> Ask | None:
        """What it is; None when TWS has no such message here."""
        return _ASKS.get(self.number)


class Session:
    """A connection from the greeting to its end.

    Args:
        number: How many came before.
        reader: What the client sends.
        writer: What goes to it.
        desk: The book, what is wrong, and what this client subscribed to.
        heard: Told of every message.
        taken: Whether another client has that id.
    """

    def __init__(
        self,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        desk: Desk,
        heard: Callable[[Asked], None],
        taken: Callable[[int], bool],
    ) -> None:
        self.number = number
        self.desk = desk
        self.client_id: int | None = None
        self.over = False
        """Nothing leaves any more."""
        self.late_requests = 0
        """Requests above 50 a second."""
        self.said: Counter[int] = Counter()
        self._reader, self._writer = reader, writer
        self._heard, self._taken = heard, taken
        self._times: deque[float] = deque(maxlen=51)
        self._held: list[bytes] | None = None
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self._dribbling: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve the client until it goes or a fault ends it."""
        try:
            await self._greet()
            while True:
                await self._take(await self._next())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.over = True
            if self._dribbling:
                self._dribbling.cancel()
            self._writer.close()

    async def _greet(self) -> None:
        faults = self.desk.faults
        if faults.greeting in {Greeting.FIN, Greeting.RST}:
            self.end(Ending(faults.greeting))
        await self._reader.readexactly(4)
        await self._reader.readexactly(*struct.unpack(">I", await self._reader.readexactly(4)))
        await asyncio.sleep(faults.greeting_after)
        self._write(_GREETINGS.get(faults.greeting, b""))
        if faults.greeting is Greeting.HTTP:
            self.end(Ending.FIN)

    async def _next(self) -> tuple[str, ...]:
        (length,) = struct.unpack(">I", await self._reader.readexactly(4))
        if length > _LONGEST_REQUEST:
            raise ConnectionError
        content = await self._reader.readexactly(length)
        return tuple(content.decode(errors="backslashreplace").split("\0")[:-1])

    async def _take(self, fields: tuple[str, ...]) -> None:
        """Note a message, and answer it now, later or not at all."""
        number = int(fields[0]) if fields and fields[0].isdigit() else -1
        now = asyncio.get_running_loop().time()
        if number == Ask.START_API:
            self._begin(int(fields[2] or 0))
        asked = Asked(
            session=self.number, client_id=self.client_id, number=number, fields=fields, at=now
        )
        self._heard(asked)
        self._pace(now)
        faults, ask = self.desk.faults, asked.ask
        if self.over or ask is None or ask in faults.silent:
            return
        if (faults.offline or self.desk.without_ib) and ask not in _WITHOUT_IB:
            return
        if delay := faults.late.get(ask, 0.0):
            asyncio.get_running_loop().call_later(delay, self._answer_late, ask, fields)
        else:
            await self._answer(ask, fields)

    def _begin(self, client_id: int) -> None:
        """Let the client in, unless its id is taken or the gateway wants nobody."""
        code = self.desk.faults.close_with
        if client_id in self.desk.faults.used_client_ids or self._taken(client_id):
            code = 326
        if code:
            self.send([error(code, words_of(code))])
            self.end(Ending.FIN)
        self.client_id = client_id

    def _pace(self, now: float) -> None:
        self._times.append(now)
        if len(self._times) > 50 and now - self._times[0] < 1:
            self.late_requests += 1
            self.send([error(100, words_of(100))])
            if self.desk.faults.pacing_drops:
                self.end(Ending.FIN)

    def _messages(self, ask: Ask, fields: tuple[str, ...]) -> Iterable[Message]:
        if code := self.desk.faults.error_on.get(ask):
            at = _REQUEST_AT.get(ask, 2)
            return [error(code, words_of(code), fields[at] if len(fields) > at else -1)]
        return ANSWERS[ask](self.desk, fields)

    async def _answer(self, ask: Ask, fields: tuple[str, ...]) -> None:
        """Send what is answered in pieces, no faster than the client takes them."""
        ready: list[bytes] = []
        size = 0
        for message in self._messages(ask, fields):
            piece = self._outgoing(message, ready)
            size += len(piece)
            ready.append(piece)
            if size > _PIECE:
                self._write(b"".join(ready))
                ready, size = [], 0
                await self._drain()
        self._write(b"".join(ready))
        await self._drain()

    def _answer_late(self, ask: Ask, fields: tuple[str, ...]) -> None:
        self.send(self._messages(ask, fields))

    def send(self, messages: Iterable[Message]) -> None:
        """Say something, after what was said before."""
        ready: list[bytes] = []
        for message in messages:
            ready.append(self._outgoing(message, ready))
        self._write(b"".join(ready))

    def _outgoing(self, message: Message, before: list[bytes]) -> bytes:
        """The bytes of a message with what is wrong with it.

        Where this one ends it all, what is ready `before` it leaves first.
        """
        say, faults = int(message[0] or 0), self.desk.faults
        if self.over or say in faults.omitted:
            return b""
        nth = self.said[say]
        if faults.cut and faults.cut.say == say and faults.cut.after <= nth:
            self._write(b"".join(before))
            before.clear()
            self.end(faults.cut.how)
            return b""
        self.said[say] += 1
        for spoil in faults.spoil:
            if spoil.say == say and spoil.nth in (None, nth):
                return damaged(message, spoil)
        return frame(message)

    def write(self, content: bytes) -> None:
        """Put bytes on the wire as they are."""
        self._write(content)

    def _write(self, content: bytes) -> None:
        if not content or self.over or self._writer.transport.is_closing():
            return
        if self._held is not None:
            self._held.append(content)
        elif self.desk.faults.bytes_at_a_time:
            self._pieces.put_nowait(content)
            self._dribbling = self._dribbling or asyncio.create_task(self._dribble())
        else:
            self._writer.write(content)

    async def _dribble(self) -> None:
        """Let frames leave a few bytes at a time."""
        while True:
            content = await self._pieces.get()
            step = self.desk.faults.bytes_at_a_time or len(content)
            for start in range(0, len(content), step):
                self._writer.write(content[start : start + step])
                await asyncio.sleep(0)

    async def _drain(self) -> None:
        if not self.over:
            await self._writer.drain()

    async def drained(self) -> None:
        """Wait until the client has taken enough of what was written for more to fit."""
        await self._drain()
        await asyncio.sleep(0)

    @property
    def frozen(self) -> bool:
        """Whether what is said is kept back."""
        return self._held is not None

    def freeze(self) -> None:
        """Keep back everything from here on; the connection stays up."""
        self._held = self._held or []

    def thaw(self) -> None:
        """Say what was kept back, and go on."""
        held, self._held = self._held or [], None
        self._write(b"".join(held))

    def end(self, how: Ending) -> None:
        """Break off."""
        if self.over or self._writer.transport.is_closing():
            return
        match how:
            case Ending.SILENCE:
                self.freeze()
            case Ending.TRUNCATED:
                self._write(frame((Say.POSITION, 3, "U0000000", 1))[:-6])
                self._hang_up()
            case Ending.FIN:
                self._hang_up()
            case Ending.RST:
                self.over = True
                sock: socket.socket = self._writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._writer.transport.abort()

    def _hang_up(self) -> None:
        self.over = True
        self._held = None
        self._writer.write_eof()

    def abort(self) -> None:
        """Be gone at once, however the client may be."""
        self.over = True
        self._writer.transport.abort()

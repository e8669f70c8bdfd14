"""A websocket that carries JSON, and every way it can end."""

import asyncio
import base64
import hashlib
import re
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from decimal import Decimal

import pytest

from qm_tui.brokers.tastytrade.address import addresses
from qm_tui.brokers.tastytrade.sockets import Socket, SocketClosed, socket
from tests.brokers.tastytrade.opened import access_to
from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_stream_faults import AccountStreamFaults
from tests.simulators.tastytrade_wire import Line, WebSocket

Serve = Callable[[WebSocket], Awaitable[None]]
HERE = access_to(addresses("tasty", "http://127.0.0.1:9", None))


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    """Serve websockets, and return their address."""
    tasks: set[asyncio.Task[None]] = set()

    async def attend(line: Line) -> None:
        await line.asked()
        peer = line.websocket()
        peer.accept()
        try:
            await serve(peer)
        finally:
            line.writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(attend(Line(reader, writer))))

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def echo(peer: WebSocket) -> None:
    while (text := await peer.receive()) is not None:
        peer.send_text(text)


async def ended(opened: Socket) -> SocketClosed:
    async with asyncio.timeout(20):
        while True:
            try:
                await opened.receive()
            except SocketClosed as error:
                return error


async def test_what_is_sent_comes_as_json_and_so_does_what_is_received() -> None:
    async with server(echo) as url, socket(HERE, url) as opened:
        await opened.send({"type": "AUTH", "value": [1, "ä€😀"]})
        assert await opened.receive() == {"type": "AUTH", "value": [1, "ä€😀"]}
        await opened.send({"price": 0.1})
        assert await opened.receive() == {"price": Decimal("0.1")}
        # No store takes half a character.
        await opened.send(["😀 \ud83d"])
        assert await opened.receive() == ["😀 \ufffd"]


async def test_a_message_may_be_a_megabyte_and_more() -> None:
    async with server(echo) as url, socket(HERE, url) as opened:
        await opened.send(["x" * 3_000_000])
        assert len((await opened.receive())[0]) == 3_000_000


async def test_a_message_may_come_in_pieces_with_a_ping_between_them() -> None:
    async def pieces(peer: WebSocket) -> None:
        peer.write(b'\x01\x03{"a' + b"\x89\x01p" + b'\x00\x04":\xe2\x82' + b"\x80\x03\xac" + b"1}")
        await peer.receive()

    async def in_halves(peer: WebSocket) -> None:
        peer.write(b"\x01\x06" + b'{"a":"')
        peer.write(b"\x89\x01p")
        peer.write(b"\x00\x02\xe2\x82")
        peer.write(b'\x80\x03\xac"}')
        await peer.receive()

    async with server(in_halves) as url, socket(HERE, url) as opened:
        assert await opened.receive() == {"a": "€"}
    async with server(pieces) as url, socket(HERE, url) as opened:
        assert (await ended(opened)).code is not None


async def test_waiting_for_a_message_may_be_given_up_and_nothing_is_lost() -> None:
    async with server(echo) as url, socket(HERE, url) as opened:
        got = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await opened.receive()
        for number in range(50):
            await opened.send(number)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.0002):
                    got.append(await opened.receive())
        while len(got) < 50:
            got.append(await opened.receive())
        assert got == list(range(50))


async def test_signs_of_life_are_heard_and_told_from_messages() -> None:
    async with server(echo) as url, socket(HERE, url, ping_every=0.01) as opened:
        begin, message = opened.last_heard, opened.last_message
        receiving = asyncio.create_task(opened.receive())
        async with asyncio.timeout(20):
            while opened.last_heard - begin < 0.05:  # noqa: ASYNC110 - nobody tells of a pong
                await asyncio.sleep(0.005)
        assert opened.last_message == message
        await opened.send(1)
        assert await receiving == 1
        assert opened.last_message > message


@pytest.mark.parametrize(
    ("end", "code", "says"),
    [
        (lambda peer: peer.close(1000), 1000, "127.0.0.1 ended the stream .1000."),
        (lambda peer: peer.close(1011, "boom"), 1011, "is out of order .1011; boom"),
        (lambda peer: peer.close(1012, "[b]\x1b" + "x" * 100), 1012, "starts anew"),
        (lambda peer: peer.close(4321), 4321, "closed the stream .4321."),
        (lambda peer: peer.write(b"\x88\x00"), None, "closed the stream"),
        (lambda peer: peer.hang_up(), 1006, "broke off"),
        (lambda peer: peer.reset(), 1006, "broke off"),
        (lambda peer: peer.send_bytes(b"x"), 1003, "no text"),
        (lambda peer: peer.send_text("{'a': 1}"), 1007, "no JSON"),
        (lambda peer: peer.send_text("[" * 50_000), 1007, "no JSON"),
        (lambda peer: peer.send_text("[1e99999999999999999999]"), 1007, "no JSON"),
        (lambda peer: peer.write(b"\x81\x02\xff\xfe"), 1007, ""),
        (lambda peer: peer.write(b"HTTP/1.1 500 Whatever\r\n\r\n"), 1002, ""),
        (lambda peer: peer.write(b"\xff" * 500), 1002, ""),
        (lambda peer: peer.send_text('"' + "x" * 70_000 + '"'), 1009, "too long"),
        (lambda peer: peer.write(b"\x81\x7f" + struct.pack("!Q", 2**62) + b"x" * 70_000), 1009, ""),
    ],
)
async def test_every_end_is_told_in_words_and_stays_the_end(
    end: Callable[[WebSocket], None], code: int | None, says: str
) -> None:
    async def serve(peer: WebSocket) -> None:
        peer.send(1)
        await peer.receive()
        end(peer)
        while await peer.receive() is not None:
            pass

    async with server(serve) as url, socket(HERE, url, limit_bytes=65_536) as opened:
        assert await opened.receive() == 1
        await opened.send("go")
        error = await ended(opened)
        assert code in {error.code, None}
        assert re.search(says, str(error))
        assert "\x1b" not in str(error)
        assert len(str(error)) < 200
        assert str(await ended(opened)) == str(error)
        with pytest.raises(SocketClosed):
            await opened.send(2)
        with pytest.raises(SocketClosed):
            await opened.ping()


async def test_what_came_before_the_end_is_received() -> None:
    async def serve(peer: WebSocket) -> None:
        for number in range(3):
            peer.send(number)
        peer.close(1001)

    async with server(serve) as url, socket(HERE, url) as opened:
        assert [await opened.receive() for _ in range(3)] == [0, 1, 2]
        assert (await ended(opened)).code == 1001


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
async def test_a_stream_that_is_not_opened_says_with_which_status(status: int) -> None:
    async with TastytradeDouble(account_stream=AccountStreamFaults(refuse=status)) as double:
        with pytest.raises(SocketClosed, match=f"HTTP status {status}") as raised:
            async with socket(HERE, double.account_streamer_url):
                pytest.fail("it is open")
        assert raised.value.status == status


async def test_a_server_that_never_answers_is_given_up() -> None:
    async with TastytradeDouble(account_stream=AccountStreamFaults(upgrade_never=True)) as double:
        with pytest.raises(SocketClosed, match="does not answer"):
            async with socket(HERE, double.account_streamer_url):
                pytest.fail("it is open")


async def test_nobody_there_is_told_in_words() -> None:
    with pytest.raises(SocketClosed, match=r"127\.0\.0\.1 cannot be reached"):
        async with socket(HERE, "ws://127.0.0.1:9/"):
            pytest.fail("it is open")


async def test_who_waits_for_a_message_hears_that_it_was_closed_here() -> None:
    async with server(echo) as url, socket(HERE, url) as opened:
        waiting = asyncio.create_task(ended(opened))
        await opened.send(1)
        await asyncio.gather(opened.close(), opened.close())
        assert "was closed" in str(await waiting)


async def test_what_goes_wrong_inside_comes_out_as_it_is() -> None:
    async with server(echo) as url:
        with pytest.raises(ZeroDivisionError):
            async with socket(HERE, url):
                raise ZeroDivisionError


async def _next(generator: AsyncGenerator[int, None]) -> int:
    return await anext(generator)


async def test_a_socket_may_live_in_a_generator_of_another_task() -> None:
    async def told(url: str) -> AsyncGenerator[int, None]:
        async with socket(HERE, url) as opened:
            for number in range(3):
                await opened.send(number)
                yield await opened.receive()

    async with server(echo) as url:
        generator = told(url)
        got = [await asyncio.create_task(_next(generator)) for _ in range(2)]
        assert got == [0, 1]
        await generator.aclose()


async def test_the_handshake_is_one_of_websockets_and_carries_no_token() -> None:
    heads: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        (key,) = re.findall(rb"(?i)sec-websocket-key: (\S+)", heads[0])
        magic = key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(magic, usedforsecurity=False).digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b'\r\n\r\n\x81\x0b{"first":1}'
        )
        await writer.drain()
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with socket(HERE, f"ws://127.0.0.1:{port}/a?b=c") as opened:
        # It came in one piece with the answer to the handshake.
        assert await opened.receive() == {"first": 1}
    listening.close()
    assert heads[0].startswith(b"GET /a?b=c HTTP/1.1")
    assert b"authorization" not in heads[0].lower()
    assert b"user-agent: qm-tui/" in heads[0].lower()

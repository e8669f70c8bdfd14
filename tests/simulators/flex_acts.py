"""What the Flex double can answer, right or wrong: one act a request."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

BASE_PATH = "/AccountManagement/FlexWebService"

_STATEMENT = (
    b'<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement '
    b'accountId="U1" fromDate="20260202" toDate="20260227" period="" '
    b'whenGenerated="20260228;043000"><Trades/></FlexStatement></FlexStatements>'
    b"</FlexQueryResponse>"
)
_HTML = (
    b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Sign in to continue</body>"
    b"</html>"
)


class Exchange:
    """One connection on which a request came."""

    def __init__(self, writer: asyncio.StreamWriter, url: str) -> None:
        self.writer = writer
        self.url = url

    async def head(
        self, status: int, *, length: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Write the head of an answer."""
        said = {"Content-Type": "text/xml;charset=UTF-8", "Connection": "close"}
        said |= headers or {}
        if length is not None:
            said["Content-Length"] = str(length)
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        await self.write(f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1"))

    async def write(self, piece: bytes) -> None:
        self.writer.write(piece)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection as a machine does that was switched off."""
        own: socket.socket = self.writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Act = Callable[[Exchange], Awaitable[None]]


def serve(
    body: bytes,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> Act:
    """Answer with a body; `length` is what is said of it, when that is not so."""

    async def act(exchange: Exchange) -> None:
        said = len(body) if length is None else length
        await exchange.head(status, length=said, headers=headers)
        await exchange.write(body)

    return act


def serve_file(path: Path) -> Act:
    """Answer with a file, piece by piece."""

    async def act(exchange: Exchange) -> None:
        with path.open("rb") as file:
            await exchange.head(200, length=file.seek(0, 2))
            file.seek(0)
            while piece := file.read(64 * 1024):
                await exchange.write(piece)

    return act


def envelope(**texts: str) -> bytes:
    """An answer that is no statement."""
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
    return (
        '<FlexStatementResponse timestamp="02 March, 2026 10:30 AM EST">'
        f"{inside}</FlexStatementResponse>"
    ).encode()


def says_no(code: int | str, message: str = "", *, status: str = "Fail", http: int = 200) -> Act:
    """Answer with an error of the service."""
    return serve(envelope(Status=status, ErrorCode=str(code), ErrorMessage=message), status=http)


def accept(reference: str, url: str | None = None) -> Act:
    """Answer that a statement is being made."""

    async def act(exchange: Exchange) -> None:
        where = f"{exchange.url}/GetStatement" if url is None else url
        body = envelope(Status="Success", ReferenceCode=reference, Url=where)
        await serve(body)(exchange)

    return act


def redirect(to: str, status: int = 302) -> Act:
    """Send elsewhere."""
    return serve(b"", status=status, headers={"Location": to})


async def _reset_at_once(exchange: Exchange) -> None:
    exchange.reset()


async def _reset_in_the_middle(exchange: Exchange) -> None:
    await exchange.head(200, length=len(_STATEMENT))
    await exchange.write(_STATEMENT[:150])
    # What was written must have left before the line is cut, or nothing of it arrives.
    await asyncio.sleep(0.02)
    exchange.reset()


async def _silent(_: Exchange) -> None:
    await asyncio.Event().wait()


async def _silent_in_the_middle(exchange: Exchange) -> None:
    await exchange.head(200, length=len(_STATEMENT))
    await exchange.write(_STATEMENT[:150])
    await asyncio.Event().wait()


async def _drips(exchange: Exchange) -> None:
    await exchange.head(200, length=10_000_000)
    await exchange.write(_STATEMENT.removesuffix(b"</FlexQueryResponse>") + b" " * 4096)
    while True:
        await exchange.write(b" ")
        await asyncio.sleep(0.01)


async def _ends_without_length(exchange: Exchange) -> None:
    await exchange.head(200)
    await exchange.write(_STATEMENT[:-30])


async def _ends_within_a_chunk(exchange: Exchange) -> None:
    await exchange.head(200, headers={"Transfer-Encoding": "chunked"})
    await exchange.write(b"fff\r\n" + _STATEMENT[:200])


_DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE FlexQueryResponse [<!ENTITY a "b">]>'

ACTS: Mapping[str, Act] = {
    "refused": _reset_at_once,
    "reset": _reset_in_the_middle,
    "silent": _silent,
    "stalled": _silent_in_the_middle,
    "drips": _drips,
    "short": serve(_STATEMENT[:-30], length=len(_STATEMENT)),
    "truncated": _ends_without_length,
    "half_a_chunk": _ends_within_a_chunk,
    "cut": serve(_STATEMENT[:-30]),
    "html": serve(_HTML, headers={"Content-Type": "text/html"}),
    "json": serve(b'{"error": "no"}', headers={"Content-Type": "application/json"}),
    "empty": serve(b""),
    "text": serve(b"Service temporarily unavailable", headers={"Content-Type": "text/plain"}),
    "csv": serve(
        b'"ClientAccountID","Symbol"\n"U1","AAPL"\n', headers={"Content-Type": "text/csv"}
    ),
    "binary": serve(bytes(range(256)), headers={"Content-Type": "application/octet-stream"}),
    "zipped": serve(gzip.compress(_STATEMENT)),
    "not_zipped": serve(_STATEMENT, headers={"Content-Encoding": "gzip"}),
    "half_zipped": serve(gzip.compress(_STATEMENT)[:-40], headers={"Content-Encoding": "gzip"}),
    "doctype": serve(_DOCTYPE + _STATEMENT),
    "doctype_envelope": serve(_DOCTYPE + envelope(Status="Success", ReferenceCode="1")),
    "damaged_envelope": serve(b"<FlexStatementResponse><Status>Success</Stat"),
    "nothing_said": serve(envelope(Status="Success")),
    "strange_reference": serve(envelope(Status="Success", ReferenceCode="1&t=2")),
    "endless_envelope": serve(b"<FlexStatementResponse><Status>" + b"x" * 100_000),
    "nested_envelope": serve(b"<FlexStatementResponse>" + b"<a>" * 5000),
    "unauthorized": serve(b"", status=401),
    "forbidden": serve(_HTML, status=403),
    "not_found": serve(b"", status=404),
    "proxy_login": serve(b"", status=407),
    "crowded": serve(b"", status=429),
    "crowded_for_an_hour": serve(b"", status=429, headers={"Retry-After": "3600"}),
    "crowded_until": serve(
        b"", status=429, headers={"Retry-After": "Mon, 02 Mar 2026 15:30:00 GMT"}
    ),
    "error": serve(_HTML, status=500),
    "bad_gateway": serve(b"", status=502),
    "maintenance": serve(_HTML, status=503, headers={"Retry-After": "0"}),
    "no_content": serve(b"", status=204),
    "round_in_circles": redirect("SendRequest"),
    "nowhere": serve(b"", status=302),
    "foreign": redirect("https://example.com/AccountManagement/FlexWebService/GetStatement"),
    "right_zipped": serve(gzip.compress(_STATEMENT), headers={"Content-Encoding": "gzip"}),
    "right_as_text": serve(_STATEMENT, headers={"Content-Type": "text/plain"}),
}
"""Wrong answers, and some that are right in another way."""


def act_named(name: str) -> Act:
    """Return an act by its name, or the answer with an error code."""
    return says_no(name) if name.isdecimal() else ACTS[name]

"""What the double of Tastytrade can answer a request with, right or wrong: one act a request."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from typing import Any

from tests.simulators.tastytrade_book import Change
from tests.simulators.tastytrade_wire import Exchange, Reply, refused, told

Act = Callable[[Exchange], Awaitable[None]]

HTML = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body><h1>nginx</h1></body></html>"
)
_AS_HTML = {"Content-Type": "text/html"}


async def right(exchange: Exchange) -> None:
    """Answer as it should be: for the requests before the one that is meant."""
    await exchange.reply(exchange.right)


def answers(reply: Reply) -> Act:
    """Answer this, whatever was asked."""

    async def act(exchange: Exchange) -> None:
        await exchange.reply(reply)

    return act


def status(code: int, word: str = "internal_server_error", **headers: str) -> Act:
    """Answer with an error in the broker's own form; header names have _ for -."""
    said = {name.replace("_", "-"): text for name, text in headers.items()}
    reply = refused(code, word, "It is said to be so")
    return answers(Reply(status=code, body=reply.body, headers=said))


def html(code: int = 200) -> Act:
    """Answer with a page, as something that stands before the broker does."""
    return answers(Reply(status=code, body=HTML, headers=_AS_HTML))


def crowded(retry_after: str | None = None) -> Act:
    """Answer that there were too many requests."""
    if retry_after is None:
        return status(429, "too_many_requests")
    return status(429, "too_many_requests", retry_after=retry_after)


def crowded_until(seconds: float) -> Act:
    """The same with the moment as a date."""

    async def act(exchange: Exchange) -> None:
        await crowded(formatdate(exchange.clock + seconds, usegmt=True))(exchange)

    return act


def json_of(payload: Any, code: int = 200) -> Act:
    """Answer with any JSON."""
    return answers(told(payload, code))


def body(content: bytes, code: int = 200, content_type: str = "application/json") -> Act:
    """Answer with any bytes."""
    return answers(Reply(status=code, body=content, headers={"Content-Type": content_type}))


def changed(change: Callable[[Any], Any]) -> Act:
    """Answer what is right, with its JSON changed: in place, or to what is returned.

    Who has no token is refused as ever: in that there is nothing of what is to be changed.
    """

    async def act(exchange: Exchange) -> None:
        if exchange.right.status >= 400:
            await exchange.reply(exchange.right)
            return
        payload = exchange.right.data
        other = change(payload)
        await exchange.reply(told(payload if other is None else other, exchange.right.status))

    return act


def row_changed(change: Callable[[dict[str, Any]], Any], number: int = 0) -> Act:
    """Answer what is right, with one row of its list changed in place, or put in its place."""

    def apply(payload: Any) -> None:
        items = payload["data"]["items"]
        if len(items) > number:
            other = change(items[number])
            items[number] = items[number] if other is None else other

    return changed(apply)


def then(change: Change) -> Act:
    """Answer what is right; afterwards something happens to the book."""

    async def act(exchange: Exchange) -> None:
        await exchange.reply(exchange.right)
        change(exchange.book)

    return act


def first(change: Change) -> Act:
    """Something happens to the book; then answer what is right."""

    async def act(exchange: Exchange) -> None:
        change(exchange.book)
        await exchange.reply(exchange.right)

    return act


def late(seconds: float) -> Act:
    """Answer what is right, after a while."""

    async def act(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await exchange.reply(exchange.right)

    return act


def cut(share: float = 0.6) -> Act:
    """A good answer of the right length that is only the first part of what is right."""

    async def act(exchange: Exchange) -> None:
        content = exchange.right.body
        await exchange.reply(Reply(body=content[: int(len(content) * share)]))

    return act


def redirect(to: str, code: int = 302) -> Act:
    """Send elsewhere."""
    return answers(Reply(status=code, headers={"Location": to}))


def without(*names: str) -> Act:
    """Answer what is right without some parts of it, e.g. `pagination` or `data`."""

    def drop(payload: Any) -> None:
        for name in names:
            payload.pop(name, None)

    return changed(drop)


def ignoring(*names: str) -> Act:
    """Answer as if some parameters had not been said."""

    async def act(exchange: Exchange) -> None:
        await exchange.reply(exchange.answer_without(*names))

    return act


def as_if(change: Change | None = None, **said: str) -> Act:
    """Answer as if other parameters had been said, e.g. `per_page="3"`; then change the book."""

    async def act(exchange: Exchange) -> None:
        await exchange.reply(exchange.answer_as_if(**said))
        if change:
            change(exchange.book)

    return act


async def no_lists(exchange: Exchange) -> None:
    """Refuse lists of instruments, as some programs are that a user grants access."""
    if "symbol[]" in exchange.asked.lists:
        await status(403, "not_permitted")(exchange)
    else:
        await exchange.reply(exchange.right)


async def reset(exchange: Exchange) -> None:
    """Reset the connection instead of answering."""
    exchange.reset()


async def hang_up(exchange: Exchange) -> None:
    """Close the connection instead of answering."""
    exchange.raw = True


async def _half(exchange: Exchange) -> None:
    content = exchange.right.body
    await exchange.head(200, content_length=str(len(content)))
    await exchange.write(content[: len(content) // 2])


async def reset_inside(exchange: Exchange) -> None:
    """Reset the connection in the middle of the body."""
    await _half(exchange)
    await asyncio.sleep(0.02)  # what was written must have left, or nothing of it arrives
    exchange.reset()


async def short(exchange: Exchange) -> None:
    """Say a length and close before it is reached."""
    await _half(exchange)


async def half_a_chunk(exchange: Exchange) -> None:
    """Close within a chunk."""
    await exchange.head(200, transfer_encoding="chunked")
    await exchange.write(b"ffff\r\n" + exchange.right.body[:200])


async def silent(exchange: Exchange) -> None:
    """Never answer."""
    exchange.raw = True
    await asyncio.Event().wait()


async def stalled(exchange: Exchange) -> None:
    """Fall silent in the middle of the body."""
    await _half(exchange)
    await asyncio.Event().wait()


def trickle(seconds: float = 0.02, piece: int = 1) -> Act:
    """Say what is right a few bytes at a time, and so for ever."""

    async def act(exchange: Exchange) -> None:
        content = exchange.right.body
        await exchange.head(200, content_length=str(len(content)))
        for begin in range(0, len(content), piece):
            await exchange.write(content[begin : begin + piece])
            await asyncio.sleep(seconds)

    return act


async def endless(exchange: Exchange) -> None:
    """A body without an end, as fast as it goes."""
    await exchange.head(200)
    await exchange.write(b'{"data":{"items":[')
    while True:
        await exchange.write(b'{"id":1},' * 7000)
        await asyncio.sleep(0)


async def slow_headers(exchange: Exchange) -> None:
    """The head of the answer comes byte by byte and does not end."""
    await exchange.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.write(b"X-Padding: x\r\n")
        await asyncio.sleep(0.05)


# --- the token -----------------------------------------------------------------------------------


def grant(**changes: Any) -> Act:
    """A token as it should be, with some fields changed; None takes one away."""

    def apply(payload: Any) -> None:
        for name, value in changes.items():
            if value is None:
                payload.pop(name, None)
            else:
                payload[name] = value

    return changed(apply)


GRANT_REFUSED: Mapping[str, Act] = {
    "own-form": json_of({"error_code": "invalid_grant", "error_description": "Grant revoked"}, 400),
    "rfc-form": json_of({"error": "invalid_grant", "error_description": "Grant revoked"}, 400),
    "rest-form": status(401, "invalid_credentials"),
    "invalid-client": json_of({"error": "invalid_client"}, 401),
    "unauthorized-client": json_of({"error_code": "unauthorized_client"}, 400),
    "html": html(403),
    "empty": answers(Reply(status=400)),
}
"""Every form in which a grant is refused for good."""


def _set(path: str, value: Any) -> Act:
    """Answer what is right with something else at a place, e.g. `data.items`."""
    names = path.split(".")

    def apply(payload: Any) -> None:
        inner = payload
        for name in names[:-1]:
            inner = inner[name]
        inner[names[-1]] = value

    return changed(apply)


def _drop(payload: Any) -> None:
    payload["data"].pop("items", None)


ACTS: Mapping[str, Act] = {
    "right": right,
    "unauthorized": status(401, "token_expired"),
    "unauthorized-html": html(401),
    "forbidden": status(403, "not_permitted"),
    "forbidden-html": html(403),
    "not-found": status(404, "not_found"),
    "not-found-html": html(404),
    "unprocessable": status(422, "unprocessable_entity"),
    "crowded": crowded(),
    "crowded-at-once": crowded("0"),
    "crowded-a-second": crowded("1"),
    "crowded-an-hour": crowded("3600"),
    "crowded-until": crowded_until(3600),
    "crowded-until-soon": crowded_until(1),
    "crowded-nonsense": crowded("soon"),
    "crowded-html": html(429),
    "error": status(500),
    "error-html": html(500),
    "bad-gateway": html(502),
    "unavailable": status(503, "service_unavailable"),
    "unavailable-html": html(503),
    "gateway-timeout": html(504),
    "html": html(),
    "empty": answers(Reply()),
    "no-content": answers(Reply(status=204, headers={"Content-Length": "0"})),
    "null": json_of(None),
    "list": json_of([]),
    "number": json_of(7),
    "text": json_of("ok"),
    "nothing": json_of({}),
    "data-null": json_of({"data": None}),
    "data-empty": json_of({"data": {}}),
    "data-list": json_of({"data": []}),
    "items-missing": changed(_drop),
    "items-null": _set("data.items", None),
    "items-object": _set("data.items", {"0": {}}),
    "items-of-nothing": _set("data.items", [None, 7, "x", []]),
    "cut": cut(),
    "not-json": body(b"{'data': {}}"),
    "not-utf8": body(b'{"data": {"items": ["\xff\xfe"]}}'),
    "binary": body(bytes(range(256)), content_type="application/octet-stream"),
    "not-zipped": answers(
        Reply(body=b'{"data": {"items": []}}', headers={"Content-Encoding": "gzip"})
    ),
    "deep": body(b'{"data":' + b"[" * 100_000),
    "redirect": redirect("https://example.invalid/elsewhere"),
    "reset": reset,
    "hang-up": hang_up,
    "reset-inside": reset_inside,
    "short": short,
    "half-a-chunk": half_a_chunk,
    "silent": silent,
    "stalled": stalled,
    "trickle": trickle(),
    "endless": endless,
    "slow-headers": slow_headers,
}
"""By name: for tests that try them all, and for the double as a process."""


def nan_inside(name: str, number: int = 0) -> Act:
    """Answer what is right with the bare word NaN as a number of one row."""

    async def act(exchange: Exchange) -> None:
        payload = exchange.right.data
        payload["data"]["items"][number][name] = float("nan")
        await exchange.reply(Reply(body=json.dumps(payload).encode()))

    return act

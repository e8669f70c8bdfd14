"""One request to Tastytrade over HTTP: its answer with limits, its failures in words."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from qm_tui import __version__
from qm_tui.brokers.tastytrade.settings import Asking

if TYPE_CHECKING:
    import httpx2

USER_AGENT = f"qm-tui/{__version__}"
"""The documentation asks for a product and its version."""

_COMPLAINT = 64 * 1024
"""Bytes that are read of an answer that is an error."""
_LONGEST_WISH = 24 * 3600.0


class BrokenError(Exception):
    """No answer, or half of one: a clause, without what to do.

    Args:
        says: the clause.
        unreachable: there was nobody to ask.
        passing: whether it may go well the next time.
    """

    def __init__(self, says: str, *, unreachable: bool = False, passing: bool = True) -> None:
        super().__init__(says)
        self.unreachable = unreachable
        self.passing = passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, whole; of an error only the beginning."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    """Of an answer to the login, with the token."""
    latency: dt.timedelta
    """From the question to the first byte."""

    @property
    def sent_at(self) -> dt.datetime | None:
        """The time on the server's clock; None where it does not say."""
        return _date(self.headers.get("date") or "")

    @property
    def is_success(self) -> bool:
        """Tell whether it is what was asked for."""
        return 200 <= self.status < 300


async def fetched(
    client: "httpx2.AsyncClient", request: "httpx2.Request", settings: Asking
) -> Reply:
    """Ask and read the answer to its end.

    Raises:
        BrokenError: no answer came, or not all of it, or too much.
    """
    loop = asyncio.get_running_loop()
    host = request.url.host
    with in_words(host):
        async with asyncio.timeout(settings.whole):
            asked = loop.time()
            response = await client.send(request, stream=True, follow_redirects=False)
            latency = dt.timedelta(seconds=loop.time() - asked)
            try:
                most = settings.largest if response.is_success else _COMPLAINT
                body = await _body(response, most)
            finally:
                await response.aclose()
    if body is None and response.is_success:
        raise BrokenError(f"{host} sends more than anybody can read", passing=False)
    return Reply(
        status=response.status_code, headers=response.headers, body=body or b"", latency=latency
    )


async def _body(response: "httpx2.Response", most: int) -> bytes | None:
    pieces: list[bytes] = []
    left = most
    async for piece in response.aiter_bytes():
        left -= len(piece)
        if left < 0:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Read for how many seconds a server wants to be left alone, as far as it says so.

    A date is reckoned from the server's own clock where it tells that: ours may be off.
    """
    text = (headers.get("retry-after") or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), _LONGEST_WISH)
    until = _date(text)
    if until is None:
        return None
    since = _date(headers.get("date") or "") or now
    return min(max(0.0, (until - since).total_seconds()), _LONGEST_WISH)


def _date(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


@contextmanager
def in_words(host: str) -> Iterator[None]:
    """Say of what went wrong on the way what the user can understand.

    Raises:
        BrokenError: instead of the library's errors.
    """
    import httpx2  # noqa: PLC0415 - loaded by now

    try:
        yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        connecting = isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout)
        what = "cannot be reached" if connecting else "does not answer"
        raise BrokenError(f"{host} {what} (timeout)", unreachable=connecting) from None
    except httpx2.ConnectError as error:
        untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
        what = (
            "has a certificate this computer does not trust" if untrusted else "cannot be reached"
        )
        raise BrokenError(f"{host} {what}", unreachable=True) from None
    except httpx2.DecodingError:
        raise BrokenError(f"what {host} sends cannot be unpacked") from None
    except UnicodeError:
        raise BrokenError(f"{host} cannot be reached", unreachable=True) from None
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ssl.SSLError):
        raise BrokenError(f"{host} broke off the connection") from None

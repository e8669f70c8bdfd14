"""One request for an access token through the client library, and what came back.

The library asks for it as it should, but tells nothing of a failure: no status, no wish to be left
alone, and what it does not expect makes it stumble. So its answer is looked at before it sees it.
"""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from typing_extensions import override

from qm_tui.brokers.tastytrade.download import USER_AGENT, BrokenError, Reply, in_words
from qm_tui.brokers.tastytrade.library import certificates, library
from qm_tui.brokers.tastytrade.settings import Asking

if TYPE_CHECKING:
    import httpx2
    from tastytrade import Session

    from qm_tui.brokers.tastytrade.address import Addresses

_PATH = "/oauth/token"
_LARGEST = 256 * 1024
_LONGEST_TOKEN = 16 * 1024
_USUAL_LIFE = 900.0
_LONGEST_LIFE = 24 * 3600.0


class Grant(NamedTuple):
    """A token that was given."""

    token: str
    life: float
    """Seconds, from when it came."""

    @override
    def __repr__(self) -> str:
        return f"Grant(…, life={self.life:g})"


class _NotForTheLibraryError(Exception):
    """The library would stumble over this answer."""


class Login:
    """The client library's session of one connection. Neither says nor shows a secret."""

    def __init__(
        self, where: "Addresses", client_secret: str, refresh_token: str, settings: Asking
    ) -> None:
        self._settings = settings
        self._where = where
        self._heard: tuple[Reply, Grant | None] | None = None
        self._asked = 0.0
        self._session: Session = library().Session(
            client_secret,
            refresh_token,
            is_test=where.is_sandbox,
            timeout=_timeout(settings),
            trust_env=False,
            verify=certificates(),
            event_hooks={"response": [self._listen]},
        )
        client = self.client
        client.base_url = where.base_url
        client.headers["User-Agent"] = USER_AGENT

    @property
    def client(self) -> "httpx2.AsyncClient":
        """With which the broker is asked: its address, its headers, its limits."""
        # The library's own methods read an answer without limit, and decode it without its numbers.
        return self._session._client  # noqa: SLF001

    @property
    def where(self) -> "Addresses":
        """Whom it asks."""
        return self._where

    async def grant(self) -> tuple[Reply, Grant | None]:
        """Ask for a token, once; return the answer and the token in it.

        Raises:
            BrokenError: no answer came.
        """
        self._heard = None
        self._asked = asyncio.get_running_loop().time()
        with in_words(self._where.host):
            async with asyncio.timeout(self._settings.token):
                with suppress(_NotForTheLibraryError):
                    # Always: whether a token is still good it would tell from the wall clock.
                    await self._session.refresh(force=True)
        return self._heard_last()

    def _heard_last(self) -> tuple[Reply, Grant | None]:
        if self._heard is None:
            raise BrokenError(f"{self._where.host} does not answer")
        return self._heard

    async def _listen(self, response: "httpx2.Response") -> None:
        request = response.request
        if request.method != "POST" or not request.url.path.endswith(_PATH):
            return
        latency = asyncio.get_running_loop().time() - self._asked
        response.stream = _limited()(response.stream)
        body = await response.aread()
        reply = Reply(
            status=response.status_code,
            headers=response.headers,
            body=body,
            latency=dt.timedelta(seconds=latency),
        )
        grant, is_usual = _grant(body) if reply.is_success else (None, False)
        self._heard = reply, grant
        if not is_usual:
            raise _NotForTheLibraryError


def _timeout(settings: Asking) -> "httpx2.Timeout":
    import httpx2  # noqa: PLC0415 - loaded by now

    return httpx2.Timeout(settings.silence, connect=settings.connect)


def _grant(body: bytes) -> tuple[Grant | None, bool]:
    """Return the token in an answer, and whether the answer is as the library expects it."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None, False
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(token, str) or not _fits(token):
        return None, False
    life = said.get("expires_in", _USUAL_LIFE)
    is_number = isinstance(life, int | float) and not isinstance(life, bool)
    # Zero, less, or years: nobody means that. A token that ends earlier is renewed when it does.
    is_life = is_number and 0 < life <= _LONGEST_LIFE
    return Grant(token, float(life) if is_life else _USUAL_LIFE), is_life


def _fits(token: str) -> bool:
    """Tell whether a token can stand in the header of a request."""
    plain = token.isascii() and token.isprintable() and " " not in token
    return plain and 0 < len(token) <= _LONGEST_TOKEN


@cache
def _limited() -> Any:
    import httpx2  # noqa: PLC0415 - loaded by now

    class Limited(httpx2.AsyncByteStream):
        """A body of which not more is read than a token needs."""

        def __init__(self, stream: httpx2.AsyncByteStream) -> None:
            self._stream = stream

        @override
        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = _LARGEST
            async for piece in self._stream:
                left -= len(piece)
                if left < 0:
                    raise httpx2.DecodingError("too long for a token")
                yield piece

        @override
        async def aclose(self) -> None:
            await self._stream.aclose()

    return Limited

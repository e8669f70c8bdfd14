"""One question to the Flex web service over HTTP, and its answer piece by piece.

The token rides in the query string: that is how the service wants it. So the address that the HTTP
library knows, logs and names in its errors is without the query; what stands in the request's
first line is handed over beside it.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING

from qm_tui import __version__
from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr.flex_address import Address
from qm_tui.brokers.ibkr.flex_settings import FlexSettings

if TYPE_CHECKING:
    import httpx2

USER_AGENT = f"qm-tui/{__version__}"
"""The documentation asks for the technology and its version."""

_HEAD = 4 * 1024
_TALKATIVE = ("httpcore2.http11", "httpcore2.http2")
"""They log the headers of answers, where a server may repeat what it was sent."""


class BrokenError(Exception):
    """No answer, half of one, or one that makes no sense: a sentence, without what to do."""

    def __init__(self, says: str, *, retry_after: float | None = None) -> None:
        super().__init__(says)
        self.retry_after = retry_after
        """Seconds for which the server wants to be left alone, as far as it says so."""


class Reply:
    """An answer that has begun to arrive."""

    def __init__(
        self, response: "httpx2.Response", address: Address, settings: FlexSettings
    ) -> None:
        self.status = response.status_code
        self.head = b""
        """Its beginning; all of it where it is shorter than a few kilobytes."""
        self._response = response
        self._pieces = response.aiter_bytes()
        self._host = address.host
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + settings.answer_limit

    def header(self, name: str) -> str | None:
        """Return what a header says."""
        found = self._response.headers.get(name)
        return None if found is None else str(found)

    @property
    def length(self) -> int:
        """Bytes that will come; 0 while nobody knows."""
        if self.header("content-encoding") is not None:
            return 0
        said = (self.header("content-length") or "").strip()
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else 0

    async def begin(self) -> None:
        """Read enough to tell what it is."""
        while len(self.head) < _HEAD:
            piece = await self._piece()
            if not piece:
                return
            self.head += piece

    async def whole(self, most: int) -> bytes | None:
        """Read it to its end; None where it is longer than `most` bytes."""
        body = self.head
        while len(body) <= most:
            piece = await self._piece()
            if not piece:
                return body
            body += piece
        return None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Read it to its end, in as much time as a statement may take.

        Raises:
            BrokenError: the connection broke, or too little comes.
        """
        settings = self._settings
        self._deadline = self._loop.time() + settings.download_limit
        since, heard = self._loop.time(), 0
        piece = self.head
        while piece:
            yield piece
            heard += len(piece)
            now = self._loop.time()
            if now - since >= settings.stall_window:
                if heard < settings.stall_bytes:
                    raise BrokenError(f"{self._host} sends the statement too slowly")
                since, heard = now, 0
            piece = await self._piece()

    async def _piece(self) -> bytes:
        with _in_words(self._host):
            async with asyncio.timeout_at(self._deadline):
                async for piece in self._pieces:
                    if piece:
                        return piece
        return b""


class FlexHttp:
    """Asks; made when first used, because the library takes its time to load."""

    def __init__(self, settings: FlexSettings) -> None:
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None

    @asynccontextmanager
    async def get(self, address: Address, parameters: Mapping[str, str]) -> AsyncIterator[Reply]:
        """Ask, and hand over the answer while it arrives.

        Raises:
            BrokenError: no answer came.
            BrokerRefused: this computer's settings are in the way.
        """
        await self.open()
        client = self._client
        assert client is not None, "it was opened"
        with _in_words(address.host):
            request = client.build_request(
                "GET",
                f"{address.origin}{address.path}",
                extensions={"target": address.target(parameters)},
            )
            async with asyncio.timeout(self._settings.answer_limit):
                response = await client.send(request, stream=True)
        try:
            reply = Reply(response, address, self._settings)
            await reply.begin()
            yield reply
        finally:
            await response.aclose()

    async def open(self) -> None:
        """Make ready to ask; does nothing when it is.

        Raises:
            BrokerRefused: this computer's settings are in the way.
        """
        if self._client is None:
            # Half a second of loading and reading certificates, during which keys are answered.
            self._client = await asyncio.to_thread(_client, self._settings)

    async def close(self) -> None:
        """Let go of everything; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _client(settings: FlexSettings) -> "httpx2.AsyncClient":
    import httpx2  # noqa: PLC0415 - only when asked

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = httpx2.Timeout(settings.chunk_timeout, connect=settings.connect_timeout)
    try:
        return httpx2.AsyncClient(
            verify=_certificates(),
            headers={"User-Agent": USER_AGENT, "Accept": "application/xml, text/xml, */*;q=0.5"},
            timeout=timeout,
            follow_redirects=False,
            # The environment's proxy, as a tunnel; what is not encrypted stays on this machine.
            trust_env=True,
            mounts={"http://": None},
            # Between two requests there are seconds: a kept connection is one that may be dead.
            limits=httpx2.Limits(max_connections=4, max_keepalive_connections=0),
        )
    except (ImportError, ValueError, OSError, httpx2.InvalidURL):
        raise BrokerRefused(
            "The proxy or the certificates that this computer's environment names (HTTPS_PROXY, "
            "ALL_PROXY, SSL_CERT_FILE) cannot be used for the Flex service. Correct or unset them."
        ) from None


@cache
def _certificates() -> ssl.SSLContext:
    """Read which certificates are trusted, once: it takes longer than all the rest."""
    import httpx2  # noqa: PLC0415 - only when asked

    return httpx2.create_ssl_context()


@contextmanager
def _in_words(host: str) -> Iterator[None]:
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
        raise BrokenError(f"{host} {what} (timeout)") from None
    except httpx2.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise BrokenError(
                f"the certificate of {host} is not trusted by this computer"
            ) from None
        raise BrokenError(f"{host} cannot be reached") from None
    except httpx2.ProxyError:
        raise BrokenError(f"the proxy does not let us through to {host}") from None
    except httpx2.DecodingError:
        raise BrokenError(f"the answer of {host} cannot be unpacked") from None
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL):
        raise BrokenError(f"{host} broke off the connection") from None

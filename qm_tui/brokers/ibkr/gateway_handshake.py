"""Connecting to TWS or IB Gateway: one attempt under one client id, and what became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from qm_tui.brokers.client import BrokerUnavailable
from qm_tui.brokers.ibkr import gateway_words as words
from qm_tui.brokers.ibkr.gateway_library import IB, Losses, hang_up, library, new_ib, use_loop

OnError = Callable[[int, int, str], None]
"""Called with the request a message answers (-1: none), its code, and its words."""


class ClientIdTakenError(Exception):
    """Another program is connected under this client id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the gateway listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A connection that is ready for questions."""

    ib: IB
    client_id: int
    accounts: tuple[str, ...]
    losses: Losses


class Handshake:
    """One attempt. Nothing is asked of the gateway but who it is and which accounts there are."""

    def __init__(self, address: Address, client_id: int, zone: str, on_error: OnError) -> None:
        """Make an attempt.

        Args:
            address: where.
            client_id: under which.
            zone: in which the gateway's times without zone are meant.
            on_error: hears of every message, also after the handshake.
        """
        self._address = address
        self._client_id = client_id
        self._zone = zone
        self._on_error = on_error
        self._said: str | None = None
        self._named_none = False
        self._heard = False
        """Anything came, be it what it may."""
        self._met = False
        """It was a gateway's greeting."""

    async def connect(self, seconds: float, of: float) -> Connected:
        """Connect.

        Args:
            seconds: for this attempt.
            of: for all of them.

        Raises:
            ClientIdTakenError: as the gateway says.
            BrokerUnavailable: in all other cases, with what to do.
        """
        module = library()
        use_loop()
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        losses = Losses()
        ib = new_ib(module, self._zone, losses, self._no_message)
        self._listen(ib)
        # With a timeout of its own the library would wait on after everything is lost.
        greeting = asyncio.ensure_future(
            ib.client.connectAsync(self._address.host, self._address.port, self._client_id, None)
        )
        connected = False
        try:
            await asyncio.wait(
                {greeting, self._ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            self._judge(ib, greeting, of)
            connected = True
        finally:
            self._ended.cancel()
            if not connected:
                await _give_up(ib, greeting)
        return Connected(
            ib=ib,
            client_id=self._client_id,
            accounts=tuple(dict.fromkeys(n.strip() for n in ib.client.getAccounts() if n.strip())),
            losses=losses,
        )

    def _listen(self, ib: IB) -> None:
        ib.wrapper.clientId = self._client_id
        ib.errorEvent.connect(self._error, keep_ref=True)
        ib.client.apiError.connect(self._api_error, keep_ref=True)
        ib.client.conn.disconnected.connect(self._disconnected, keep_ref=True)
        heard = ib.wrapper.managedAccounts

        def managed_accounts(names: str) -> None:
            self._named_none = not names.strip(", ")
            heard(names)

        def met() -> None:
            self._met = True

        ib.wrapper.managedAccounts = managed_accounts
        ib.wrapper.connectAck = met
        ib.client.conn.hasData.connect(self._has_data, keep_ref=True)

    def _has_data(self, _data: bytes) -> None:
        self._heard = True

    def _judge(self, ib: IB, greeting: "asyncio.Future[None]", seconds: float) -> None:
        host, port = self._address.host, self._address.port
        if self._ended.done():
            raise BrokerUnavailable(self._ended.result())
        if not greeting.done():
            if self._heard and not self._met:
                raise BrokerUnavailable(words.no_gateway(host, port))
            if self._named_none:
                raise BrokerUnavailable(words.no_accounts(host, port))
            raise BrokerUnavailable(words.no_answer(host, port, seconds))
        error = greeting.exception()
        match error:
            case None if ib.client.isReady():
                return
            case ConnectionRefusedError():
                raise BrokerUnavailable(words.not_listening(host, port)) from None
            case None | ConnectionError():
                raise BrokerUnavailable(words.closed_at_once(host, port)) from None
            case OSError() if error.errno is None and "Multiple" in str(error):
                # A name with several addresses, and nobody listens on any of them.
                raise BrokerUnavailable(words.not_listening(host, port)) from None
            case OSError():
                reason = error.strerror or str(error)
                raise BrokerUnavailable(words.not_reached(host, port, reason)) from None
            case _:
                raise error

    def _error(self, request: int, code: int, message: str, _contract: object) -> None:
        found = words.meaning(code, message, request)
        if found.effect is words.Effect.TAKEN:
            self._end_with(ClientIdTakenError())
        if found.tells is words.Tells.LINK:
            self._said = found.says
        self._on_error(request, code, message)

    def _api_error(self, said: str) -> None:
        if "version must be" in said:
            self._end(words.too_old(self._address.host, self._address.port))

    def _disconnected(self, _said: str) -> None:
        host, port = self._address.host, self._address.port
        if self._heard and not self._met:
            self._end(words.no_gateway(host, port))
        else:
            self._end(self._said or words.closed_at_once(host, port))

    def _no_message(self, *_: object) -> None:
        self._end(words.no_gateway(self._address.host, self._address.port))

    def _end(self, why: str) -> None:
        if not self._ended.done():
            self._ended.set_result(why)

    def _end_with(self, error: Exception) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)


async def _give_up(ib: IB, greeting: "asyncio.Future[None]") -> None:
    greeting.cancel()
    await asyncio.wait({greeting})
    if not greeting.cancelled():
        greeting.exception()  # was judged, or is of no interest any more
    hang_up(ib)

"""TWS or IB Gateway as a broker: what is held and owned now, and every change of it."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from typing_extensions import override

from qm_tui.brokers.client import (
    BrokerClient,
    BrokerRefused,
    BrokerUnavailable,
    Greeting,
    Known,
    Update,
)
from qm_tui.brokers.ibkr import gateway_words as words
from qm_tui.brokers.ibkr.gateway_handshake import Address
from qm_tui.brokers.ibkr.gateway_holdings import Holdings
from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_library import library
from qm_tui.brokers.ibkr.gateway_link import Link
from qm_tui.brokers.ibkr.gateway_market import MarketData
from qm_tui.brokers.ibkr.gateway_portfolios import Portfolios
from qm_tui.brokers.ibkr.gateway_pull import pulled
from qm_tui.brokers.ibkr.gateway_records import is_paper
from qm_tui.brokers.ibkr.gateway_session import Session
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.brokers.ibkr.gateway_stream import Stream
from qm_tui.brokers.ibkr.gateway_updates import PushedUpdates
from qm_tui.domain.batches import Batch

_USUAL = GatewaySettings()
_LARGEST_CLIENT_ID = 2**31 - 1


class GatewayClient(BrokerClient):
    """One connection. Nothing in it can place, change or cancel an order.

    Args:
        name: of the connection, in the configuration.
        host: where the gateway listens.
        port: where the gateway listens.
        client_id: under which it is connected; when it is in use the ones after it are tried. Not
            0: that one would take over orders that are placed by hand.
        now: the time.
        timezone: in which times without zone are meant.
        settings: timeouts and intervals.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str = "127.0.0.1",
        port: int = 4001,
        client_id: int = 17,
        now: Callable[[], dt.datetime],
        timezone: ZoneInfo,
        settings: GatewaySettings = _USUAL,
    ) -> None:
        self._name = name
        self._address = Address(host=host, port=port)
        self._client_id = client_id
        self._now = now
        self._timezone = timezone
        self._settings = settings
        self._link = Link(self._address, now=now, settings=settings)
        self._session: Session | None = None
        self._stream: Stream | None = None

    @property
    @override
    def broker(self) -> str:
        return "ibkr"

    @override
    async def connect(self) -> Greeting:
        if not 0 < self._client_id <= _LARGEST_CLIENT_ID - self._settings.client_ids:
            raise BrokerRefused(
                f"client_id {self._client_id} of {self._name} cannot be used: 0 would take over "
                "orders that are placed by hand in TWS. Set it to another number, for example 17."
            )
        # Loading it takes a quarter of a second: no key waits for that.
        await asyncio.to_thread(library)
        await self._link.open(self._client_id, self._timezone.key)
        self._session = self._made()
        return Greeting(
            accounts=self._link.accounts,
            latency=self._link.latency or dt.timedelta(0),
            says=self._says(),
        )

    def _made(self) -> Session:
        settings, ib = self._settings, self._link.ib
        instruments = GatewayInstruments()
        pushed = PushedUpdates(ib, instruments, settings.updates)
        pushed.start()
        return Session(
            link=self._link,
            ib=ib,
            instruments=instruments,
            holdings=Holdings(ib, instruments),
            pushed=pushed,
            portfolios=Portfolios(
                ib, dwell=settings.portfolio_dwell, timeout=settings.section_limit
            ),
            market=MarketData(
                ib,
                instruments,
                self._now,
                replace(
                    settings.market, enabled=settings.market_data and settings.market.enabled
                ),
            ),
            settings=settings,
            now=self._now,
        )  # fmt: skip

    def _says(self) -> str:
        link, address = self._link, self._address
        accounts = len(link.accounts)
        papers = sum(map(is_paper, link.accounts))
        which = "paper " if papers == accounts else "live " if not papers else "live and paper "
        said = [
            f"Connected to TWS or IB Gateway on {address.host}:{address.port}: "
            f"{accounts} {which}account{'s' if accounts != 1 else ''}."
        ]
        if link.other_id is not None:
            said.append(link.other_id)
        if link.condition.away is not None:
            said.append(link.condition.away)
        return " ".join(said)

    @override
    async def pull(self, known: Known) -> AsyncIterator[Batch]:
        session = self._connected()
        async with contextlib.aclosing(pulled(session, known)) as batches:
            async for batch in batches:
                yield batch

    @override
    def snapshot(self) -> Sequence[Batch]:
        session, link = self._session, self._link
        if session is None or link.ended is not None or link.condition.interrupted:
            return ()
        as_of = self._now()
        found = (
            session.holdings.snapshot_balances(as_of),
            session.holdings.snapshot_positions(link.accounts, as_of),
        )
        return tuple(batch for batch in found if batch is not None)

    @override
    async def updates(self) -> AsyncIterator[Update]:
        async with contextlib.aclosing(Stream(self._connected()).updates()) as updates:
            async for update in updates:
                yield update

    @override
    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.pushed.stop()
            session.market.close()
        await self._link.close()

    def _connected(self) -> Session:
        self._link.check()
        if self._session is None:
            raise BrokerUnavailable(words.not_listening(self._address.host, self._address.port))
        return self._session

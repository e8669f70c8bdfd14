"""A gateway client with short timeouts against a double, for tests of connection and pull."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import Known, Update
from qm_tui.brokers.ibkr.gateway import GatewayClient
from qm_tui.brokers.ibkr.gateway_market import MarketSettings
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Balance, Position
from qm_tui.domain.words import Section
from tests.simulators.tws import TwsDouble

NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)
NEW_YORK = ZoneInfo("America/New_York")
SHORT: dict[str, Any] = {
    "handshake_timeout": 0.5,
    "section_timeout": 0.3,
    "section_limit": 2.0,
    "pnl_timeout": 0.3,
    "heartbeat_every": 0.2,
    "heartbeat_timeout": 0.2,
    "details_rate": 400.0,
    "details_timeout": 0.3,
    "market_data": False,
    "market": MarketSettings(dwell=0.3, shortest_dwell=0.05, idle=0.02),
}


def client_of(
    tws: TwsDouble, *, host: str = "127.0.0.1", client_id: int = 17, **settings: Any
) -> GatewayClient:
    return GatewayClient(
        name="ib",
        host=host,
        port=tws.port,
        client_id=client_id,
        now=lambda: NOW,
        timezone=NEW_YORK,
        settings=GatewaySettings(**SHORT | settings),
    )


@asynccontextmanager
async def connected(tws: TwsDouble, **settings: Any) -> AsyncIterator[GatewayClient]:
    """Connect, and close at the end; whatever was done, no order was sent."""
    client = client_of(tws, **settings)
    try:
        await client.connect()
        yield client
    finally:
        await client.close()
        assert tws.orders_seen == []


async def pulled(
    client: GatewayClient, known: Known | None = None, *, until: Section | None = None
) -> list[Batch]:
    """Pull everything, or up to the first batch of a section."""
    batches: list[Batch] = []
    async with aclosing(client.pull(known or Known())) as pull:  # type: ignore[type-var] # it is one
        async for batch in pull:
            batches.append(batch)
            if batch.section is until:
                break
    return batches


def first(batches: list[Batch], section: Section) -> Batch:
    return next(batch for batch in batches if batch.section is section)


def positions(batches: list[Batch]) -> dict[str, Position]:
    """The positions by account and symbol: `U1 AAPL`."""
    return {
        f"{one.account} {one.instrument.symbol}": one
        for one in first(batches, Section.POSITIONS).records
        if isinstance(one, Position)
    }


def balances(batch: Batch) -> dict[tuple[str, str, str], Balance]:
    return {
        (one.account, one.tag, one.currency): one
        for one in batch.records
        if isinstance(one, Balance)
    }


async def until_update(
    client: GatewayClient, holds: Callable[[Update], Any], within: float = 30.0
) -> Update:
    """Consume updates until one is as wanted."""
    async with asyncio.timeout(within), aclosing(client.updates()) as updates:  # type: ignore[type-var] # it is one
        async for update in updates:
            if holds(update):
                return update
    raise AssertionError("updates ended")

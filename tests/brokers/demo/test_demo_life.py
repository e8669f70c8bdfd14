"""The demo lives: prices move, options with what they are on, a broker leaves and returns."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from decimal import Decimal

import pytest

from qm_tui.brokers.client import BrokerUnavailable, Known, Update
from qm_tui.brokers.demo.client import Demo, DemoClient
from qm_tui.brokers.demo.pricing import Terms, price, sensitivities
from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.domain.instruments import EquityOption, Future, Right
from qm_tui.domain.records import Balance, Greeks, Position, Quote
from qm_tui.domain.words import Section

BEGAN = dt.datetime(2026, 3, 11, 14, 30, tzinfo=dt.UTC)


class Clock:
    """Time that passes when somebody sleeps, and then at once."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> dt.datetime:
        return BEGAN + dt.timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


def a_demo(clock: Clock, seed: int = 7) -> Demo:
    return Demo(DemoSettings(seed=seed), clock.now, clock.sleep)


async def some(client: DemoClient, count: int) -> Sequence[Update]:
    pushed, updates = client.updates(), list[Update]()
    assert isinstance(pushed, AsyncGenerator)
    async with aclosing(pushed):
        while len(updates) < count:
            updates.append(await anext(pushed))
    return updates


async def test_prices_move_several_times_a_second() -> None:
    clock = Clock()
    client = a_demo(clock).client("ibkr")
    await client.connect()
    updates = await some(client, 50)
    assert clock.seconds <= 11
    told = [one for each in updates for one in each.records if isinstance(one, Quote)]
    assert len({one.instrument.symbol for one in told}) > 30


async def test_an_option_follows_what_it_is_on() -> None:
    client = a_demo(Clock()).client("ibkr")
    await client.connect()
    for update in await some(client, 30):
        for told in (one for one in update.records if isinstance(one, Greeks)):
            assert isinstance(told.instrument, EquityOption) or told.rho is not None
            assert told.delta is not None
            right = getattr(told.instrument, "right", None)
            assert 0 <= told.delta <= 1 if right is Right.CALL else -1 <= told.delta <= 0
            quotes = [one for one in update.records if isinstance(one, Quote)]
            (quote,) = [one for one in quotes if one.instrument == told.instrument]
            assert quote.last is not None
            assert told.option_price is not None
            assert abs(quote.last - max(told.option_price, Decimal("0.01"))) <= Decimal("0.01")


async def test_what_an_account_is_worth_follows_its_positions() -> None:
    client = a_demo(Clock()).client("tastytrade")
    await client.connect()
    positions: dict[str, Position] = {}
    worth: dict[str, Decimal] = {}
    cash = Decimal(0)
    for batch in client.snapshot():
        positions |= held_of(batch.records)
        values = [one for one in batch.records if isinstance(one, Balance)]
        cash += sum((one.value for one in values if one.tag == "cash-balance"), Decimal(0))
    for update in await some(client, 20):
        positions |= held_of(update.records)
        for one in update.records:
            if isinstance(one, Balance):
                worth[one.tag] = one.value
        held = [one for one in positions.values() if not isinstance(one.instrument, Future)]
        value = sum((one.market_value or Decimal(0) for one in held), Decimal(0))
        assert worth["net-liquidating-value"] == cash + value
        today = sum((one.daily_pnl or Decimal(0) for one in positions.values()), Decimal(0))
        assert worth["DailyPnL"] == today


def held_of(records: Iterable[object]) -> dict[str, Position]:
    return {one.instrument.symbol: one for one in records if isinstance(one, Position)}


async def test_a_broker_leaves_after_forty_seconds_and_is_back_after_fifteen() -> None:
    clock = Clock()
    demo = a_demo(clock)
    client = demo.client("tastytrade")
    await client.connect()
    with pytest.raises(BrokerUnavailable, match="closed the connection") as lost:
        await some(client, 10_000)
    assert 40 <= clock.seconds < 41
    assert lost.value.not_before == BEGAN + dt.timedelta(seconds=55)
    with pytest.raises(BrokerUnavailable):
        await demo.client("tastytrade").connect()
    await demo.client("ibkr").connect()

    clock.seconds = 55
    again = demo.client("tastytrade")
    await again.connect()
    with pytest.raises(BrokerUnavailable):
        await some(again, 10_000)
    assert 55 + 150 <= clock.seconds <= 55 + 261


async def test_the_same_seed_leaves_at_the_same_times_and_at_the_same_prices() -> None:
    async def lived(seed: int) -> tuple[float, tuple[Update, ...]]:
        clock = Clock()
        client = a_demo(clock, seed).client("tastytrade")
        await client.connect()
        updates = await some(client, 100)
        clock.seconds = 56
        with pytest.raises(BrokerUnavailable):
            await some(client, 10_000)
        return clock.seconds, tuple(updates)

    assert await lived(3) == await lived(3)
    assert await lived(3) != await lived(4)


async def test_one_section_is_later_than_all_others() -> None:
    clock = Clock()
    pulled = a_demo(clock).client("ibkr").pull(Known())
    arrived = [(clock.seconds, batch) async for batch in pulled]
    late = {batch.section for seconds, batch in arrived if seconds}
    assert late == {Section.MARGIN}
    assert arrived[-1][0] == pytest.approx(6)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("carry", [0.0, 0.04])
def test_the_greeks_are_what_the_price_changes_by(right: Right, carry: float) -> None:
    step = 1e-4

    def at(spot: float = 100.0, years: float = 0.5, volatility: float = 0.3) -> Terms:
        return Terms(right, spot, 105.0, years, volatility, 0.04, carry)

    def slope(less: Terms, more: Terms) -> float:
        return (price(more) - price(less)) / (2 * step)

    known = sensitivities(at())
    by_volatility = slope(at(volatility=0.3 - step), at(volatility=0.3 + step))
    by_time = slope(at(years=0.5 - step), at(years=0.5 + step))
    assert known.price == pytest.approx(price(at()))
    assert known.delta == pytest.approx(slope(at(spot=100 - step), at(spot=100 + step)), abs=1e-5)
    assert known.vega == pytest.approx(by_volatility / 100, abs=1e-5)
    assert known.theta == pytest.approx(-by_time / 365, abs=1e-5)

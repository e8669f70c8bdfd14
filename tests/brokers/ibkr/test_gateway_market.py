"""Quotes and Greeks of what is held: in turns, within the lines there are, and never for ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_market import MarketData, MarketSettings
from qm_tui.domain.live import names_of
from qm_tui.domain.records import Greeks, Quote
from tests.brokers.ibkr.connected import NOW, connected, fresh_ib, until
from tests.simulators.tws import Ask, Book, Faults, Ticker, TwsDouble
from tests.simulators.tws import Greeks as Computed
from tests.simulators.tws_examples import AAPL, ES, SPY_CALL

QUICK = MarketSettings(
    dwell=0.2, shortest_dwell=0.02, idle=0.01, linger=0.05, requests_per_second=400
)


@dataclass
class Watcher:
    """A connection, its market data, and all that came of them."""

    ib: Any
    market: MarketData
    instruments: GatewayInstruments
    quotes: dict[str, Quote] = field(default_factory=dict)
    greeks: dict[str, Greeks] = field(default_factory=dict)

    def look(self) -> "Watcher":
        for record in self.market.drain(NOW):
            if isinstance(record, Quote):
                self.quotes[record.instrument.symbol] = record
            else:
                self.greeks[record.instrument.symbol] = record
        return self

    def hold(self) -> None:
        self.market.hold(position.contract for position in self.ib.positions())

    async def learn(self) -> None:
        for position in self.ib.positions():
            for details in await self.ib.reqContractDetailsAsync(position.contract):
                self.instruments.learn(details, "now")


@asynccontextmanager
async def watching(
    tws: TwsDouble, settings: MarketSettings = QUICK, *, rotate: bool = False, learned: bool = True
) -> AsyncIterator[Watcher]:
    """Watch a connection; with `rotate` the prices stream."""
    ib = fresh_ib()
    ib.client.MaxRequests = 0
    instruments = GatewayInstruments()
    watcher = Watcher(ib, MarketData(ib, instruments, lambda: NOW, settings), instruments)
    async with connected(tws, ib):
        if learned:
            await watcher.learn()
        watcher.hold()
        rotation = asyncio.create_task(watcher.market.rotate()) if rotate else None
        yield watcher
        if rotation is not None:
            rotation.cancel()
            with suppress(asyncio.CancelledError):
                await rotation
        watcher.market.close()
        assert tws.orders_seen == []


def subscribed(tws: TwsDouble) -> dict[int, int]:
    return tws.sessions[0].desk.tickers


def bare(book: Book, *instruments: Any) -> Book:
    """Only these positions of a book."""
    kept = {instrument.con_id for instrument in instruments}
    book.holdings = {key: held for key, held in book.holdings.items() if key[1] in kept}
    return book


# --- one round ----------------------------------------------------------------------------------


async def test_one_round_brings_quotes_of_everything_and_greeks_of_options() -> None:
    async with TwsDouble() as tws, watching(tws) as here:
        found = await here.market.one_round(budget=5)
        assert len(found.quotes) == 7
        assert {one.instrument.symbol: one.delta for one in found.greeks} == {
            "SPY   261218C00600000": Decimal("0.55"),
            "AAPL  260918P00177500": Decimal("-0.32"),
        }
        assert found.unanswered == ()
        (apple,) = [one for one in found.quotes if one.instrument.symbol == "AAPL"]
        assert (apple.bid, apple.ask, apple.last, apple.close) == (
            Decimal("190.49"), Decimal("190.51"), Decimal("190.5"), Decimal("188.2"),
        )  # fmt: skip
        assert [a.fields[2] for a in tws.asked(Ask.MARKET_DATA_TYPE)] == ["4"]


async def test_what_is_only_had_delayed_says_so_and_the_rest_does_not() -> None:
    async with TwsDouble() as tws, watching(tws) as here:
        found = await here.market.one_round(budget=5)
        assert {one.instrument.symbol for one in found.quotes if one.delayed} == {"SAP"}
        assert here.market.delayed
        assert found.says == (
            "The live market data of SAP are not subscribed to: delayed prices are shown.",
        )
        assert (await here.market.one_round(budget=1)).says == ()


async def test_more_than_there_are_lines_are_asked_in_turns() -> None:
    async with (
        TwsDouble(Book.large(60)) as tws,
        watching(tws, replace(QUICK, lines=10), learned=False) as here,
    ):
        found = await here.market.one_round(budget=5)
        assert len(found.quotes) == 60
        assert len(subscribed(tws)) <= 10


async def test_options_come_first() -> None:
    async with TwsDouble() as tws, watching(tws, replace(QUICK, lines=2)) as here:
        await here.market.one_round(budget=5)
        kinds = [a.fields[5] for a in tws.asked(Ask.MARKET_DATA)]
        assert kinds[:2] == ["OPT", "OPT"]


async def test_a_round_ends_when_its_time_is_over_and_says_who_did_not_answer() -> None:
    async with TwsDouble(faults=Faults(no_ticks=True)) as tws, watching(tws) as here:
        begun = time.monotonic()
        found = await here.market.one_round(budget=0.1)
        assert time.monotonic() - begun < 1
        assert found.quotes == ()
        assert len(found.unanswered) == 7


async def test_a_round_does_not_wait_longer_than_its_dwell_for_who_never_answers() -> None:
    async with TwsDouble(faults=Faults(no_ticks=True)) as tws, watching(tws) as here:
        begun = time.monotonic()
        assert len((await here.market.one_round(budget=30)).unanswered) == 7
        assert time.monotonic() - begun < 2


async def test_an_option_without_greeks_still_has_its_prices() -> None:
    async with TwsDouble(faults=Faults(no_greeks=True)) as tws, watching(tws) as here:
        found = await here.market.one_round(budget=5)
        assert found.greeks == ()
        assert len(found.quotes) == 7


async def test_greeks_that_were_not_computed_are_none() -> None:
    book = Book.example()
    book.tickers[SPY_CALL.con_id] = Ticker(bid=1, ask=2, greeks=Computed.unknown())
    async with TwsDouble(book) as tws, watching(tws) as here:
        found = await here.market.one_round(budget=5)
        assert [one.instrument.symbol for one in found.greeks] == ["AAPL  260918P00177500"]


@pytest.mark.parametrize("code", [354, 10197, 200, 321, 101, 10168, 99999])
async def test_a_refusal_ends_the_round_at_once_and_is_told_once(code: int) -> None:
    async with TwsDouble(faults=Faults(market_data_error=code)) as tws, watching(tws) as here:
        begun = time.monotonic()
        found = await here.market.one_round(budget=30)
        assert time.monotonic() - begun < 3
        assert len(found.says) == 1
        assert found.quotes == ()
        assert found.greeks == ()
        assert (await here.market.one_round(budget=30)).says == ()
        assert len(tws.asked(Ask.MARKET_DATA)) == 7


async def test_what_was_given_up_is_tried_again_after_a_while() -> None:
    settings = replace(QUICK, give_up=0.05)
    async with (
        TwsDouble(faults=Faults(market_data_error=354)) as tws,
        watching(tws, settings, rotate=True) as here,
    ):
        await tws.until_asked(Ask.MARKET_DATA, times=7)
        tws.heal()
        await until(lambda: len(here.look().quotes) == 7)


async def test_with_fewer_lines_than_thought_everybody_still_has_a_turn() -> None:
    async with TwsDouble(faults=Faults(market_data_lines=3)) as tws, watching(tws) as here:
        found = await here.market.one_round(budget=5)
        assert len(found.quotes) == 7
        assert len(found.says) == 2


async def test_a_future_is_asked_for_where_it_is_listed() -> None:
    async with TwsDouble(bare(Book.example(), ES)) as tws, watching(tws, learned=False) as here:
        assert (await here.market.one_round(budget=0.05)).unanswered == ("ESZ6",)
        assert tws.asked(Ask.MARKET_DATA) == []
        await here.learn()
        assert len((await here.market.one_round(budget=5)).quotes) == 1
        assert [a.fields[10] for a in tws.asked(Ask.MARKET_DATA)] == ["CME"]


# --- streaming ----------------------------------------------------------------------------------


async def test_prices_stream_while_there_are_lines_for_all() -> None:
    async with TwsDouble() as tws, watching(tws, rotate=True) as here:
        await until(lambda: len(here.look().quotes) == 7)
        tws.set_ticker(AAPL.con_id, Ticker(bid="200.0", ask="200.5", last="200.25", close="188.2"))
        await until(lambda: here.look().quotes["AAPL"].last == Decimal("200.25"))
        assert len(tws.asked(Ask.MARKET_DATA)) == 7
        assert tws.asked(Ask.CANCEL_MARKET_DATA) == []


async def test_everybody_has_a_turn_again_and_again_and_the_library_forgets_the_former() -> None:
    async with (
        TwsDouble(Book.large(30)) as tws,
        watching(tws, replace(QUICK, lines=10), rotate=True, learned=False) as here,
    ):
        await tws.until_asked(Ask.MARKET_DATA, times=150)
        asked = [a.fields[3] for a in tws.asked(Ask.MARKET_DATA)]
        assert set(asked[:30]) == set(asked[30:60]) == set(asked)
        assert {asked.count(one) for one in asked} <= {5, 6}
        assert len(subscribed(tws)) <= 10
        await until(lambda: len(here.ib.wrapper.tickers) < 60)
        assert len(here.ib.wrapper.reqId2Ticker) < 60


async def test_positions_come_and_go_and_their_lines_with_them() -> None:
    async with TwsDouble() as tws, watching(tws, rotate=True) as here:
        await until(lambda: len(subscribed(tws)) == 7)
        tws.close(tws.book.holding("AAPL", kind="STK"))
        await until(lambda: len(here.ib.positions()) == 6)
        here.hold()
        await until(lambda: len(subscribed(tws)) == 6)
        assert AAPL.con_id not in subscribed(tws).values()


async def test_after_data_were_lost_everything_is_subscribed_to_anew() -> None:
    async with TwsDouble() as tws, watching(tws, rotate=True) as here:
        await until(lambda: len(here.look().quotes) == 7)
        tws.lose_ib()
        tws.regain_ib(data_lost=True)
        await until(lambda: len(subscribed(tws)) == 7)
        assert len(tws.asked(Ask.MARKET_DATA)) == 14
        assert len(tws.asked(Ask.MARKET_DATA_TYPE)) == 2
        tws.set_ticker(AAPL.con_id, Ticker(bid="200.0", ask="200.5", last="200.25", close="188.2"))
        await until(lambda: here.look().quotes["AAPL"].last == Decimal("200.25"))


async def test_what_is_on_screen_keeps_its_line() -> None:
    async with (
        TwsDouble(Book.large(30)) as tws,
        watching(tws, replace(QUICK, lines=4), rotate=True, learned=False) as here,
    ):
        await until(lambda: len(here.look().quotes) > 20)
        shown = here.quotes["S00003"].instrument
        here.market.prefer(names_of(shown))
        conid = int(shown.identifiers.conid or 0)
        await until(lambda: conid in subscribed(tws).values())
        before = len(tws.asked(Ask.MARKET_DATA))
        await tws.until_asked(Ask.MARKET_DATA, times=before + 40)
        assert conid in subscribed(tws).values()
        later = [int(a.fields[3]) for a in tws.asked(Ask.MARKET_DATA)[before:]]
        assert conid not in later


async def test_requests_keep_within_their_rate() -> None:
    settings = replace(QUICK, requests_per_second=20, lines=5)
    async with (
        TwsDouble(Book.large(200)) as tws,
        watching(tws, settings, rotate=True, learned=False),
    ):
        await tws.until_asked(Ask.MARKET_DATA, times=15)
        begun = tws.asked(Ask.MARKET_DATA)[0].at
        kinds = (Ask.MARKET_DATA, Ask.CANCEL_MARKET_DATA)
        first = [a for a in tws.seen if a.ask in kinds and a.at < begun + 0.5]
        assert len(first) <= 20 + 10 + 1


async def test_closing_lets_go_of_all_lines_and_twice_is_once() -> None:
    async with TwsDouble() as tws, watching(tws, rotate=False) as here:
        await here.market.one_round(budget=5)
        here.market.close()
        here.market.close()
        await until(lambda: subscribed(tws) == {})


async def test_switched_off_nothing_is_asked() -> None:
    async with TwsDouble() as tws:
        async with watching(tws, replace(QUICK, enabled=False), rotate=True) as here:
            assert (await here.market.one_round(budget=5)).quotes == ()
            here.look()
        assert tws.asked(Ask.MARKET_DATA) == tws.asked(Ask.MARKET_DATA_TYPE) == []


async def test_a_connection_that_is_lost_ends_the_rotation() -> None:
    async with (
        TwsDouble(Book.large(200)) as tws,
        watching(tws, replace(QUICK, lines=5), learned=False) as here,
    ):
        rotation = asyncio.create_task(here.market.rotate())
        await tws.until_asked(Ask.MARKET_DATA, times=10)
        tws.reset()
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(rotation, 30)

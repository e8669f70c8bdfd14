"""What a connected gateway tells by itself: changes, its own condition, and its end."""

import asyncio
import datetime as dt
from decimal import Decimal

import pytest

from qm_tui.brokers.client import BrokerUnavailable, Update
from qm_tui.domain.records import Balance, Position, Trade
from qm_tui.domain.words import Section
from tests.brokers.ibkr.gateways import connected, first, pulled, until_update
from tests.simulators.tws import Ask, Book, Damage, Execution, Faults, Pnl, Say, Spoil, TwsDouble

U = "U1234567"


def changed(update: Update, section: Section) -> list[object]:
    return [row for batch in update.changed if batch.section is section for row in batch.records]


async def test_a_value_that_is_pushed_is_told() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.set_value(U, "NetLiquidation", "123456.78", "USD")

        def told(update: Update) -> bool:
            return any(
                isinstance(one, Balance)
                and one.tag == "NetLiquidation"
                and one.value == Decimal("123456.78")
                for one in update.records
            )

        update = await until_update(client, told)
        assert update.fresh


async def test_a_position_that_is_closed_or_opened_is_to_be_stored_at_once() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.close(tws.book.holding("AAPL", kind="STK"))
        update = await until_update(client, lambda update: update.changed)
        (batch,) = update.changed
        (closed,) = batch.records
        assert isinstance(closed, Position)
        assert closed.instrument.symbol == "AAPL"
        assert closed.quantity == 0
        assert batch.amends
        (snapshot,) = (b for b in client.snapshot() if b.section is Section.POSITIONS)
        assert len(snapshot.records) == 6


async def test_a_fill_by_hand_is_to_be_stored_at_once() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.TRADES)
        tws.fill(
            Execution(
                exec_id="0000ffff.01.01", account=U, shares="5", price="191",
                instrument=tws.book.holding("AAPL", kind="STK").instrument,
            )
        )  # fmt: skip
        update = await until_update(client, lambda one: changed(one, Section.TRADES))
        (trade,) = changed(update, Section.TRADES)
        assert isinstance(trade, Trade)
        assert trade.key == "EX:0000ffff.01.01"


async def test_profit_and_loss_streams() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.set_pnl(U, Pnl(daily="77.5"))
        await until_update(
            client,
            lambda update: any(
                isinstance(one, Balance) and one.value == Decimal("77.5") for one in update.records
            ),
        )


async def test_latency_is_measured_by_the_heartbeat() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await tws.until_asked(Ask.CURRENT_TIME)
        update = await until_update(client, lambda update: update.latency is not None)
        assert update.latency is not None
        assert dt.timedelta(0) < update.latency < dt.timedelta(seconds=1)


@pytest.mark.parametrize("data_lost", [True, False])
async def test_a_lost_connection_to_the_broker_makes_stale_and_its_return_asks_for_a_pull(
    data_lost: bool,
) -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        assert client.snapshot()
        tws.lose_ib()
        away = await until_update(client, lambda update: not update.fresh)
        assert "lost its connection to Interactive Brokers" in (away.says or "")
        assert client.snapshot() == ()
        tws.regain_ib(data_lost=data_lost)
        back = await until_update(client, lambda update: update.resync)
        assert back.fresh
        assert "again" in (back.says or "")
        assert client.snapshot() == (), "what was missed is not known before the next pull"
        asked = len(tws.asked(Ask.PNL))
        assert first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS).holds
        assert len(client.snapshot()) == 2
        assert len(tws.asked(Ask.PNL)) - asked == data_lost
        assert tws.asked(Ask.ACCOUNT_SUMMARY) == []


async def test_an_answer_during_which_the_gateway_was_cut_off_closes_nothing() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        tws.set_faults(late={Ask.POSITIONS: 0.1})
        pull = asyncio.create_task(pulled(client, until=Section.POSITIONS))
        await tws.until_asked(Ask.POSITIONS)
        tws.notify(1100)
        tws.notify(1102)
        told = first(await pull, Section.POSITIONS)
        assert told.holds == ()
        assert "lost its connection to Interactive Brokers while" in (told.incomplete or "")
        await until_update(client, lambda update: update.resync)


async def test_2110_is_over_when_a_farm_is_reached_again() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.notify(2110)
        await until_update(client, lambda update: not update.fresh)
        tws.notify(2104)
        back = await until_update(client, lambda update: update.resync)
        assert back.fresh


async def test_a_market_data_farm_that_is_away_makes_prices_stale_until_it_is_back() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.notify(2103)
        away = await until_update(client, lambda update: not update.fresh)
        assert away.says == (
            "Market data are away (usfarm); the gateway reconnects by itself. Prices may be old."
        )
        assert client.snapshot(), "what is held is known all the same"
        tws.notify(2104)
        back = await until_update(client, lambda update: update.fresh)
        assert back.says == "Market data are there again (usfarm)."


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_the_end_of_the_connection_is_told_in_words_and_nothing_is_shown_as_empty(
    how: str,
) -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        told: list[Update] = []

        def ends(update: Update) -> bool:
            if not told:
                getattr(tws, how)()
            told.append(update)
            return False

        with pytest.raises(BrokerUnavailable, match="closed the connection"):
            await until_update(client, ends)
        assert not any(changed(update, Section.POSITIONS) for update in told)
        assert client.snapshot() == ()


async def test_a_port_that_moves_is_named_as_the_reason() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        tws.notify(1300)
        tws.drop()
        with pytest.raises(BrokerUnavailable, match="listens on another port"):
            await until_update(client, lambda _: False)


async def test_a_gateway_that_hangs_is_noticed_by_its_heartbeat() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.freeze()
        with pytest.raises(BrokerUnavailable, match=r"did not answer any more for 0\.4 seconds"):
            await until_update(client, lambda _: False)


async def test_a_gateway_that_does_not_tell_the_time_lives_as_long_as_it_says_anything() -> None:
    faults = Faults(silent=frozenset({Ask.CURRENT_TIME}))
    async with TwsDouble(faults=faults) as tws, connected(tws) as client:
        await tws.until_asked(Ask.CURRENT_TIME, times=5)
        assert first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS).holds


async def test_a_pushed_position_that_cannot_be_read_asks_for_a_pull_once() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.set_faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.FIELD_MISSING, nth=0),))
        tws.say(61, 3, U, 1)
        tws.say(61, 3, U, 1)
        await until_update(client, lambda update: update.resync)
        assert Section.POSITIONS not in {batch.section for batch in client.snapshot()}
        tws.heal()
        assert first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS).holds
        assert Section.POSITIONS in {batch.section for batch in client.snapshot()}


async def test_an_account_that_becomes_ready_is_asked_again() -> None:
    book = Book.example(U)
    book.set_value(U, "AccountReady", "false")
    async with TwsDouble(book) as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        tws.set_value(U, "AccountReady", "true")
        await until_update(client, lambda update: update.resync)
        assert first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS).holds


async def test_a_pull_while_updates_are_consumed_leaves_both_whole() -> None:
    async with TwsDouble(Book.example("U111", "U222")) as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        listening = asyncio.create_task(until_update(client, lambda one: bool(one.changed)))
        for _ in range(3):
            assert len(first(await pulled(client), Section.POSITIONS).holds) == 2
        tws.close(tws.book.holding("TSLA", account="U222"))
        (batch,) = (await listening).changed
        assert [one.account for one in batch.records] == ["U222"]

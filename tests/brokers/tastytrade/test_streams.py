"""Both streams of a connection against the double: what is told, stored, and said."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.domain.batches import Batch, Holds
from qm_tui.domain.records import Greeks, Position, Quote
from qm_tui.domain.words import Section
from tests.brokers.tastytrade.live_parts import BOTH, live
from tests.brokers.tastytrade.streaming_parts import SETTINGS, now
from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_acts import status
from tests.simulators.tastytrade_example import MARGIN, ROTH, SPY_CALL
from tests.simulators.tastytrade_stream_faults import AccountStreamFaults, Cut, DxlinkFaults, Ending

CALL = ".SPY261218C600"
QUOTE_TOKENS = "/api-quote-tokens"


# --- prices --------------------------------------------------------------------------------------


async def test_everything_held_is_quoted_and_options_have_greeks() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.until(lambda: desk.book.greeks([f"osi:{SPY_CALL}"]) is not None)
        await desk.until(lambda: desk.book.quote(["symbol:VTI"]) is not None)
        await desk.until(
            lambda: (
                (quote := desk.book.quote(["symbol:SPY"])) is not None
                and None not in {quote.bid, quote.last, quote.close}
            )
        )
        quote = desk.book.quote(["symbol:SPY"])
        assert quote is not None
        assert (quote.bid, quote.ask, quote.last) == (
            Decimal("599.99"), Decimal("600.01"), Decimal(600),
        )  # fmt: skip
        assert quote.close == Decimal(594)


async def test_what_the_options_are_on_is_quoted_too() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        await desk.live.market_round(5)
        symbols = {quote.instrument.symbol for quote in desk.live.prices()[0]}
        assert {"UNG", "SPY", "ESZ6"} <= symbols
        assert ("Greeks", "SPY") not in double.subscribed()


async def test_a_holding_is_marked_at_each_new_price() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.tick(CALL, "Quote", bid=14.0, ask=14.5)
        await desk.until(
            lambda: (
                (held := desk.position(MARGIN, SPY_CALL)) is not None
                and held.market_price == Decimal("14.25")
            )
        )
        held = desk.position(MARGIN, SPY_CALL)
        assert held is not None
        assert held.quantity == -1
        assert held.market_value == Decimal(-1425)
        assert held.unrealized_pnl == Decimal(-175)


async def test_of_many_ticks_the_last_one_is_told_and_few_updates_are_made() -> None:
    settings = replace(SETTINGS, look_every=0.05)
    async with TastytradeDouble() as double, live(double, settings) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        before = len(desk.seen)
        for cents in range(1, 1001):
            double.tick("SPY", "Quote", bid=cents / 100, ask=cents / 100)
        await desk.until(
            lambda: (quote := desk.book.quote(["symbol:SPY"])) is not None and quote.bid == 10
        )
        assert len(desk.seen) - before < 100
        held = desk.position(MARGIN, "SPY")
        assert held is not None
        assert held.market_price == 10


async def test_prices_that_come_late_are_told_as_late() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        double.book.quote_level = "delayed"
        await desk.take()
        desk.follow()
        await desk.until(lambda: desk.book.quote(["symbol:SPY"]) is not None)
        quote = desk.book.quote(["symbol:SPY"])
        assert quote is not None
        assert quote.delayed
        assert desk.seen[-1].delayed


async def test_an_instrument_that_is_sold_is_let_go() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_position(ROTH, "VTI", quantity=0, quantity_direction="Zero")
        await desk.until(lambda: ("Quote", "VTI") not in double.subscribed())
        assert ("Quote", "SPY") in double.subscribed()


async def test_an_instrument_that_is_bought_is_quoted() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.desk.fill(ROTH, "TSLA", "Buy to Open", "3", "390.0")
        await desk.until(
            lambda: (
                (held := desk.position(ROTH, "TSLA")) is not None
                and held.market_price == Decimal(390)
            )
        )
        held = desk.position(ROTH, "TSLA")
        assert held is not None
        assert held.quantity == 3


# --- accounts ------------------------------------------------------------------------------------


async def test_a_position_that_changes_is_shown_and_stored() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_position(MARGIN, "SPY", quantity=70)
        await desk.until(lambda: bool(desk.changed()))
        [batch] = desk.changed()
        assert (batch.section, batch.amends, batch.holds) == (Section.POSITIONS, True, ())
        [stored] = batch.records
        assert isinstance(stored, Position)
        assert (stored.account, stored.instrument.symbol) == (MARGIN, "SPY")
        assert stored.quantity == 70
        assert stored.market_price == 600, "not at yesterday's close"
        assert desk.position(MARGIN, "SPY") is not None


async def test_a_position_that_is_closed_is_told_with_a_quantity_of_0() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_position(ROTH, "VTI", quantity=0, quantity_direction="Zero")
        await desk.until(lambda: bool(desk.changed()))
        [stored] = desk.changed()[0].records
        assert isinstance(stored, Position)
        assert stored.quantity == 0
        assert all(one.instrument.symbol != "VTI" for one in desk.book.held())


async def test_a_push_without_another_quantity_is_shown_and_not_stored() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_position(MARGIN, "SPY", average_open_price="500.0")
        await desk.until(
            lambda: (
                (held := desk.position(MARGIN, "SPY")) is not None
                and held.average_cost == Decimal(500)
            )
        )
        assert not desk.changed()


async def test_account_values_that_are_pushed_are_shown() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_balance(ROTH, cash_balance="12.34")
        await desk.until(lambda: bool(desk.book.balances(ROTH)))
        values = {one.tag: one.value for one in desk.book.balances(ROTH)}
        assert values["cash-balance"] == Decimal("12.34")


async def test_a_fill_is_followed_until_its_transaction_came() -> None:
    booked = Batch(section=Section.TRANSACTIONS, cursor="after the fill")
    asked: list[str] = []

    async def recent(account: str) -> Sequence[Batch]:
        asked.append(account)
        return (booked,)

    async with TastytradeDouble() as double, live(double, recent=recent) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.desk.fill(MARGIN, "SPY", "Buy to Open", "10", "600.0")
        await desk.until(lambda: booked in desk.changed())
        assert set(asked) == {MARGIN}


@pytest.mark.parametrize(
    "faults", [AccountStreamFaults(malformed=True), AccountStreamFaults(data_is_text=True)]
)
async def test_a_push_that_cannot_be_read_has_everything_pulled_again(
    faults: AccountStreamFaults,
) -> None:
    async with TastytradeDouble(account_stream=faults) as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_position(MARGIN, "SPY", quantity=70)
        await desk.until(lambda: any(update.resync for update in desk.seen))
        double.tick("SPY", "Quote", bid=1.0, ask=1.0)
        await desk.until(
            lambda: (quote := desk.book.quote(["symbol:SPY"])) is not None and quote.bid == 1
        )
        assert desk.seen[-1].fresh


# --- a snapshot ----------------------------------------------------------------------------------


async def test_a_snapshot_holds_all_of_each_account() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        assert desk.live.snapshot(now()) == ()
        desk.follow()
        await desk.connected(double)
        as_of = now()
        batches = desk.live.snapshot(as_of)
        assert [batch.holds for batch in batches] == [
            (Holds(account=account, section=section, as_of=as_of),)
            for account in BOTH
            for section in (Section.POSITIONS, Section.BALANCES)
        ]
        for batch in batches:
            assert batch.records
            assert {getattr(record, "as_of", None) for record in batch.records} == {as_of}


async def test_there_is_no_snapshot_of_what_may_have_changed_unseen() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.drop_account_streams()
        await desk.until(lambda: len(double.streams_begun) == 2 and bool(double.streams))
        await desk.until(lambda: any(update.resync for update in desk.seen))
        assert not desk.live.snapshot(now())
        await desk.take()
        assert desk.live.snapshot(now())


async def test_an_account_that_was_not_told_whole_is_in_no_snapshot() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take(MARGIN)
        desk.follow()
        await desk.connected(double)
        double.push_position(ROTH, "VTI", quantity=7)
        double.push_balance(MARGIN, cash_balance="1.0")
        await desk.until(lambda: bool(desk.book.balances(MARGIN)))
        accounts = {holds.account for one in desk.live.snapshot(now()) for holds in one.holds}
        assert accounts == {MARGIN}


# --- streams that fail ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", [Ending.CLOSE, Ending.RST])
async def test_streams_that_break_off_are_connected_again(how: Ending) -> None:
    settings = replace(SETTINGS, first_pause=0.1)  # longer than between two looks
    async with TastytradeDouble() as double, live(double, settings) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.drop_streams(how)
        await desk.until(lambda: len(double.feeds_begun) == len(double.streams_begun) == 2)
        await desk.until(lambda: desk.fresh and any(update.resync for update in desk.seen))
        away = [update for update in desk.seen if not update.fresh]
        assert away
        assert "from Tastytrade stopped: 127.0.0.1" in str(away[0].says)
        await desk.until(lambda: desk.seen[-1].says in {None, ""})
        await desk.until(lambda: ("Quote", "SPY") in double.subscribed())
        double.tick("SPY", "Quote", bid=1.0, ask=1.0)
        await desk.until(
            lambda: (quote := desk.book.quote(["symbol:SPY"])) is not None and quote.bid == 1
        )


async def test_silent_streams_are_connected_again() -> None:
    settings = replace(SETTINGS, silent=0.3, keepalive=0.05)
    async with TastytradeDouble() as double, live(double, settings) as desk:
        double.dxlink_keepalive = 0.05
        await desk.take()
        desk.follow()
        await desk.connected(double)
        await desk.until(lambda: len(double.streams[0].heard) > 2)
        double.silence_streams()
        await desk.until(lambda: any("nothing came for" in str(one.says) for one in desk.seen))
        await desk.until(lambda: desk.fresh and len(double.feeds_begun) >= 2)


async def test_a_stream_that_is_refused_is_asked_for_less_and_less_often() -> None:
    settings = replace(SETTINGS, first_pause=0.02, longest_pause=60)
    faults = AccountStreamFaults(refuse=503)
    async with TastytradeDouble(account_stream=faults) as double, live(double, settings) as desk:
        await desk.take()
        desk.follow()
        await desk.until(lambda: len(double.streams_begun) == 4)
        assert not desk.fresh
        assert "HTTP status 503" in str(next(one.says for one in desk.seen if not one.fresh))


async def test_streams_that_are_never_opened_are_not_waited_for_without_end() -> None:
    settings = replace(SETTINGS, greet=0.1, first_pause=5.0, longest_pause=5.0)
    feeds = DxlinkFaults(upgrade_never=True, first_sessions=1)
    news = AccountStreamFaults(upgrade_never=True, first_sessions=1)
    async with (
        TastytradeDouble(dxlink=feeds, account_stream=news) as double,
        live(double, settings) as desk,
    ):
        await desk.take()
        desk.follow()
        await desk.until(lambda: any("answered in time" in str(one.says) for one in desk.seen))


def _faults(*faults: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return faults


ENDINGS = (Ending.FIN, Ending.SILENCE, Ending.BINARY, Ending.GARBAGE, Ending.ERROR)
PASSING = [
    *(
        DxlinkFaults(first_sessions=1, **fault)
        for fault in _faults(
            {"refuse": 502},
            {"no_setup": True},
            {"no_auth_answer": True},
            {"always_unauthorized": True},
            {"rejects_token": True},
            {"no_channel_opened": True},
            {"closes_channels": True},
            {"error_at": "SETUP"},
            {"error_at": "AUTH"},
            {"error_at": "CHANNEL_REQUEST"},
            {"error_at": "FEED_SETUP"},
            *({"cut": Cut(after=5, how=how)} for how in ENDINGS),
        )
    ),
    *(
        AccountStreamFaults(first_sessions=1, **fault)
        for fault in _faults(
            {"refuse": 404},
            {"status_error": "failed"},
            {"no_answer": True},
            {"heartbeat_error": True},
            *({"cut": Cut(after=1, how=how)} for how in ENDINGS),
        )
    ),
]


def named(faults: DxlinkFaults | AccountStreamFaults) -> str:
    usual = type(faults)(first_sessions=1)
    said = {one.name: getattr(faults, one.name) for one in fields(faults)}
    other = [f"{name}={value}" for name, value in said.items() if value != getattr(usual, name)]
    return f"{type(faults).__name__} {' '.join(other)}"


@pytest.mark.parametrize("faults", PASSING, ids=named)
async def test_whatever_was_wrong_at_first_both_streams_come(
    faults: DxlinkFaults | AccountStreamFaults,
) -> None:
    settings = replace(
        SETTINGS, greet=0.2, silent=0.2, keepalive=0.02, first_pause=0.01, longest_pause=0.02
    )
    double = TastytradeDouble(
        dxlink=faults if isinstance(faults, DxlinkFaults) else None,
        account_stream=faults if isinstance(faults, AccountStreamFaults) else None,
    )
    double.dxlink_keepalive = 0.02
    async with double, live(double, settings) as desk:
        await desk.take()
        desk.follow()
        await desk.until(lambda: bool(double.feeds_begun and double.streams_begun))
        await desk.until(lambda: bool(desk.seen) and not desk.live.unquoted())
        await desk.until(lambda: bool(double.streams and double.streams[-1].connected))

        def heard() -> bool:
            double.tick("SPY", "Quote", bid=7.0, ask=7.0)
            double.push_balance(ROTH, cash_balance="7.00")
            quote = desk.book.quote(["symbol:SPY"])
            told = {one.tag: one.value for one in desk.book.balances(ROTH)}
            return quote is not None and quote.bid == 7 and told.get("cash-balance") == 7

        await desk.until(heard)
        await desk.until(lambda: desk.fresh)


async def test_prices_that_are_not_permitted_leave_the_rest_as_it_is() -> None:
    async with TastytradeDouble(always={QUOTE_TOKENS: status(403)}) as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.until(lambda: any(update.says for update in desk.seen))
        await desk.until(lambda: bool(double.streams and double.streams[0].connected))
        double.push_balance(ROTH, cash_balance="12.34")
        await desk.until(lambda: bool(desk.book.balances(ROTH)))
        assert desk.fresh
        assert str(desk.seen[0].says).startswith("Prices from Tastytrade stopped: ")


async def test_a_token_that_was_revoked_is_renewed() -> None:
    settings = replace(SETTINGS, keepalive=0.03)
    async with TastytradeDouble() as double, live(double, settings) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.revoke_tokens()
        await desk.until(lambda: len(double.streams_begun) >= 2 and bool(double.streams))
        await desk.until(lambda: desk.fresh and any(update.resync for update in desk.seen))


async def test_the_end_of_all_access_is_raised() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.go_down()
        with pytest.raises(BrokerUnavailable):
            await desk.until(lambda: False)


async def test_a_login_that_is_refused_is_raised() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.act("/oauth/token", *[status(401)] * 9)
        double.revoke_tokens()
        double.drop_streams()
        with pytest.raises(BrokerRefused):
            await desk.until(lambda: False)


async def test_without_an_account_streamer_prices_come_and_nothing_is_sure() -> None:
    async with TastytradeDouble() as double, live(double, streamer=False) as desk:
        await desk.take()
        desk.follow()
        await desk.until(lambda: desk.book.quote(["symbol:SPY"]) is not None)
        assert not desk.live.snapshot(now())
        assert not double.streams_begun


async def test_updates_end_when_they_are_closed() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        await desk.live.close()
        await desk.live.close()
        assert desk.following is not None
        async with asyncio.timeout(20):
            await desk.following
        await double.until(lambda: not double.feeds and not double.streams)


async def test_there_are_no_updates_where_streams_are_not_wanted() -> None:
    async with TastytradeDouble() as double, live(double, replace(SETTINGS, enabled=False)) as desk:
        await desk.take()
        assert [update async for update in desk.live.updates(BOTH)] == []
        assert not await desk.live.market_round(1)
        assert not double.upgrades


# --- one round of prices -------------------------------------------------------------------------


async def test_one_round_brings_prices_and_greeks_of_everything_and_ends() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        async with asyncio.timeout(20):
            assert await desk.live.market_round(30) == ()
        quotes, greeks = desk.live.prices()
        assert all(isinstance(quote, Quote) for quote in quotes)
        assert all(isinstance(one, Greeks) for one in greeks)
        of_call = next(one for one in greeks if one.instrument.symbol == SPY_CALL)
        assert of_call.underlying_price == 600, "the quote of what it is on"
        await double.until(lambda: not double.feeds)
        assert not double.streams_begun


async def test_a_round_uses_the_stream_that_is_there() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        assert await desk.live.market_round(5) == ()
        assert len(double.feeds_begun) == len(double.feeds) == 1


async def test_what_does_not_answer_is_not_waited_for_without_end() -> None:
    faults = DxlinkFaults(no_events_of=[CALL, "Greeks"])
    async with TastytradeDouble(dxlink=faults) as double, live(double) as desk:
        await desk.take()
        async with asyncio.timeout(20):
            [says] = await desk.live.market_round(1)
        assert says.startswith("No prices or no Greeks came for AAPL 270115C00250000, ")
        assert desk.live.prices()[0]


async def test_greeks_that_are_nan_are_an_answer() -> None:
    nan = {"Greeks": ["price", "volatility", "delta", "gamma", "theta", "rho", "vega"]}
    async with TastytradeDouble(dxlink=DxlinkFaults(nan=nan)) as double, live(double) as desk:
        await desk.take()
        async with asyncio.timeout(20):
            assert await desk.live.market_round(30) == ()
        assert desk.live.prices()[1] == []


async def test_a_round_without_a_stream_says_why() -> None:
    settings = replace(SETTINGS, first_pause=5.0, longest_pause=5.0)
    faults = DxlinkFaults(refuse=502)
    async with TastytradeDouble(dxlink=faults) as double, live(double, settings) as desk:
        await desk.take()
        [says] = await desk.live.market_round(0.5)
        assert "HTTP status 502" in says


async def test_nothing_is_asked_for_where_nothing_is_held() -> None:
    async with TastytradeDouble() as double, live(double) as desk:
        assert await desk.live.market_round(5) == ()
        assert not double.upgrades


# --- secrets -------------------------------------------------------------------------------------


async def test_no_token_is_in_the_log_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settings = replace(SETTINGS, keepalive=0.03)
    async with TastytradeDouble() as double, live(double, settings) as desk:
        await desk.take()
        desk.follow()
        await desk.connected(double)
        double.push_position(MARGIN, "SPY", quantity={})
        await desk.until(lambda: len(double.streams[0].heard) > 2)
        tokens = {
            str(message.get("auth-token", "")).removeprefix("Bearer ")
            for message in double.streams[0].heard
        } | {message["token"] for message in double.feeds[0].heard if "token" in message}
        assert tokens
        assert not [token for token in tokens if token in caplog.text]

"""One connection to the account streamer against the double: greeting, pushes, and its ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from qm_tui.brokers.tastytrade.account_stream import BALANCE, POSITION, AccountStream
from qm_tui.brokers.tastytrade.answers import Row
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.sockets import SocketClosed, socket
from qm_tui.brokers.tastytrade.streaming import StreamLost, StreamRefused
from tests.brokers.tastytrade.streaming_parts import SETTINGS, opened, until
from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_example import CLOSED, MARGIN, ROTH
from tests.simulators.tastytrade_stream_faults import AccountStreamFaults, Ending

BOTH = [MARGIN, ROTH]


class Heard:
    """What a greeted connection that runs handed on."""

    def __init__(self) -> None:
        self.notices: list[tuple[str, Row]] = []
        self.missed = 0
        self.running: asyncio.Task[object] | None = None

    def notice(self, kind: str, row: Row) -> None:
        self.notices.append((kind, row))

    def miss(self) -> None:
        self.missed += 1

    async def lost(self) -> BaseException | None:
        """What the connection ends by."""
        assert self.running is not None
        async with asyncio.timeout(20):
            await asyncio.wait([self.running])
        return self.running.exception()


@asynccontextmanager
async def greeted(
    double: TastytradeDouble, settings: Streaming = SETTINGS, accounts: list[str] = BOTH
) -> AsyncIterator[Heard]:
    heard = Heard()
    async with opened(double) as access, socket(access, double.account_streamer_url) as wire:
        stream = AccountStream(wire, access, settings, heard.notice, heard.miss)
        await stream.greet(accounts)
        heard.running = asyncio.create_task(stream.run())
        try:
            yield heard
        finally:
            heard.running.cancel()
            await asyncio.wait([heard.running])


async def test_what_happens_in_the_accounts_is_handed_on() -> None:
    async with TastytradeDouble() as double, greeted(double) as heard:
        double.push_position(MARGIN, "SPY", quantity=70)
        double.push_balance(ROTH, cash_balance="12.34")
        await until(lambda: len(heard.notices) == 2)
        assert [kind for kind, _ in heard.notices] == [POSITION, BALANCE]
        assert heard.notices[0][1]["quantity"] == 70
        assert not heard.missed


async def test_the_accounts_are_asked_for_with_a_token_that_is_good() -> None:
    async with TastytradeDouble() as double, greeted(double):
        assert double.streams[0].connected == BOTH
        [said] = double.streams[0].heard
        assert said["action"] == "connect"
        assert str(said["auth-token"]).startswith("Bearer ")


async def test_notices_that_come_together_are_handed_on_one_by_one() -> None:
    async with TastytradeDouble() as double, greeted(double) as heard:
        row = {"account-number": MARGIN}
        double.streams[0].say({"type": POSITION, "results": [{"data": row}, row, row]})
        await until(lambda: len(heard.notices) == 3)
        assert heard.notices == [(POSITION, row)] * 3


async def test_other_notices_are_nobodys_business() -> None:
    async with TastytradeDouble() as double, greeted(double) as heard:
        stream = double.streams[0]
        stream.say({"type": "OrderChain", "data": None})
        stream.say({"type": "QuoteAlert", "data": {"symbol": "SPY"}})
        double.push_balance(MARGIN)
        await until(lambda: len(heard.notices) == 1)
        assert not heard.missed


@pytest.mark.parametrize(
    "message", [[None, 7], {"data": {}}, {"type": POSITION}, {"type": BALANCE, "data": "x"}]
)
async def test_a_push_that_cannot_be_read_is_told_of_and_costs_only_itself(
    message: object,
) -> None:
    async with TastytradeDouble() as double, greeted(double) as heard:
        double.streams[0].say(message)
        double.push_balance(MARGIN)
        await until(lambda: len(heard.notices) == 1)
        assert heard.missed == 1


async def test_heartbeats_are_sent() -> None:
    settings = replace(SETTINGS, keepalive=0.02)
    async with TastytradeDouble() as double, greeted(double, settings):
        await until(lambda: len(double.streams[0].heard) >= 4)
        assert {message["action"] for message in double.streams[0].heard[1:]} == {"heartbeat"}


async def test_a_connection_that_answers_no_heartbeat_any_more_is_given_up() -> None:
    settings = replace(SETTINGS, keepalive=0.03, silent=0.25)
    async with TastytradeDouble() as double, greeted(double, settings) as heard:
        await until(lambda: len(double.streams[0].heard) >= 3)
        double.silence_streams()
        error = await heard.lost()
        assert isinstance(error, StreamLost)
        assert str(error) == "nothing came for 0.25 seconds"


@pytest.mark.parametrize("how", [Ending.CLOSE, Ending.FIN, Ending.RST, Ending.BAD_JSON])
async def test_the_end_of_the_connection_is_told_in_words(how: Ending) -> None:
    async with TastytradeDouble() as double, greeted(double) as heard:
        double.drop_account_streams(how)
        error = await heard.lost()
        assert isinstance(error, SocketClosed)
        assert "127.0.0.1" in str(error)


async def test_a_token_that_is_not_good_any_more_ends_the_connection() -> None:
    settings = replace(SETTINGS, keepalive=0.02)
    async with TastytradeDouble() as double, greeted(double, settings) as heard:
        double.revoke_tokens()
        error = await heard.lost()
        assert isinstance(error, StreamRefused)
        assert "not-authorized" in str(error)
        assert "Bearer" not in str(error)


async def test_a_refusal_is_told_in_the_words_of_the_server() -> None:
    async with TastytradeDouble() as double:
        with pytest.raises(StreamRefused, match="the server of account news says: failed"):
            async with greeted(double, accounts=["5WX99999"]):
                raise AssertionError("it was greeted")


async def test_a_greeting_that_is_never_answered_is_not_waited_for_without_end() -> None:
    faults = AccountStreamFaults(no_answer=True)
    async with TastytradeDouble(account_stream=faults) as double:
        with pytest.raises(StreamLost, match="not answered in time"):
            async with greeted(double, replace(SETTINGS, greet=0.1)):
                raise AssertionError("it was greeted")


async def test_what_is_pushed_before_the_greeting_is_answered_is_not_lost() -> None:
    async with TastytradeDouble() as double:
        heard = Heard()
        async with opened(double) as access, socket(access, double.account_streamer_url) as wire:
            stream = AccountStream(wire, access, SETTINGS, heard.notice, heard.miss)
            await until(lambda: bool(double.streams))
            double.streams[0].say({"type": BALANCE, "data": {"account-number": CLOSED}})
            await stream.greet(BOTH)
            heard.running = asyncio.create_task(stream.run())
            await until(lambda: len(heard.notices) == 1)
            heard.running.cancel()
            await asyncio.wait([heard.running])

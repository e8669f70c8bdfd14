"""One DXLink connection against the double: handshake, subscriptions, and every way it can end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from qm_tui.brokers.tastytrade.dxlink import DxLink, Subscription
from qm_tui.brokers.tastytrade.dxlink_events import Feed
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.sockets import SocketClosed, socket
from qm_tui.brokers.tastytrade.streaming import StreamLost, StreamRefused
from tests.brokers.tastytrade.streaming_parts import SETTINGS, opened, until
from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_stream_faults import DxlinkFaults, Ending

SPY: set[Subscription] = {("Quote", "SPY"), ("Trade", "SPY"), ("Summary", "SPY")}
CALL = ".SPY261218C600"
QUICK = replace(SETTINGS, greet=0.2)


class Linked:
    """A greeted connection that runs."""

    def __init__(self, link: DxLink, feed: Feed) -> None:
        self.link = link
        self.feed = feed
        self.running = asyncio.create_task(link.run())
        self.got: dict[Subscription, tuple[object, ...]] = {}

    def __contains__(self, subscription: Subscription) -> bool:
        self.got |= {(kind, symbol): row for kind, symbol, row in self.feed.taken(10_000)}
        return subscription in self.got


@asynccontextmanager
async def linked(
    double: TastytradeDouble, settings: Streaming = SETTINGS, token: str | None = None
) -> AsyncIterator[Linked]:
    async with opened(double) as access:
        answer = await access.ask("/api-quote-tokens", what="The token for prices")
        async with socket(access, answer.data["dxlink-url"]) as wire:
            feed = Feed(["SPY", "AAPL", CALL])
            link = DxLink(wire, feed, settings)
            await link.greet(token or answer.data["token"])
            found = Linked(link, feed)
            try:
                yield found
            finally:
                found.running.cancel()
                await asyncio.wait([found.running])


async def lost(found: Linked) -> Exception:
    """What the connection ends by."""
    async with asyncio.timeout(20):
        await asyncio.wait([found.running])
    error = found.running.exception()
    assert isinstance(error, Exception)
    return error


async def test_what_is_wanted_is_subscribed_to_and_answered() -> None:
    async with TastytradeDouble() as double, linked(double) as found:
        found.link.want({*SPY, ("Greeks", CALL)})
        await until(lambda: all(one in found for one in (*SPY, ("Greeks", CALL))))
        assert double.subscribed() == {*SPY, ("Greeks", CALL)}


async def test_what_is_not_wanted_any_more_is_let_go() -> None:
    async with TastytradeDouble() as double, linked(double) as found:
        found.link.want(SPY)
        await until(lambda: double.subscribed() == SPY)
        found.link.want({("Quote", "AAPL")})
        await until(lambda: double.subscribed() == {("Quote", "AAPL")})


async def test_many_symbols_are_subscribed_to_in_portions() -> None:
    wanted = {("Quote", f"SYMBOL{number}") for number in range(3000)}
    async with TastytradeDouble() as double, linked(double) as found:
        found.link.want(wanted)
        await until(lambda: double.subscribed() == wanted)
        sizes = [len(m["add"]) for m in double.feeds[0].heard if "add" in m]
        assert sizes == [200] * 15


async def test_the_connection_is_kept_alive() -> None:
    settings = replace(SETTINGS, keepalive=0.02)
    async with TastytradeDouble() as double, linked(double, settings):
        await until(
            lambda: [m["type"] for m in double.feeds[0].heard].count("KEEPALIVE") >= 3
        )  # fmt: skip


@pytest.mark.parametrize(
    "faults",
    [
        DxlinkFaults(reverses_fields=True),
        DxlinkFaults(says_full=True),
        DxlinkFaults(no_feed_config=True),
        DxlinkFaults(unknown_symbols=True, unknown_messages=True),
        DxlinkFaults(snapshot_bytes=1_000_000),
        DxlinkFaults(drops_field="bidSize"),
    ],
    ids=["other order", "objects", "no configuration", "unknown", "1 MB", "a field less"],
)
async def test_events_are_understood_however_the_server_says_them(faults: DxlinkFaults) -> None:
    async with TastytradeDouble(dxlink=faults) as double, linked(double) as found:
        found.link.want({*SPY, ("Greeks", CALL)})
        await until(lambda: all(one in found for one in (*SPY, ("Greeks", CALL))))
        assert [float(str(price)) for price in found.got["Quote", "SPY"][1:3]] == [599.99, 600.01]


async def test_a_message_that_cannot_be_read_costs_only_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = DxlinkFaults(wrong_length=True)
    async with TastytradeDouble(dxlink=faults) as double, linked(double) as found:
        found.link.want(SPY)
        await until(lambda: double.subscribed() == SPY)
        double.feeds[0].faults = DxlinkFaults()
        double.feeds[0].end(Ending.NOT_AN_OBJECT)
        double.tick("SPY", "Quote", bid=1.0, ask=2.0)
        await until(lambda: ("Quote", "SPY") in found)
        assert [
            record.getMessage() for record in caplog.records if "left out" in record.message
        ] == ["a message of the stream of prices is left out: the values of Quote are not 5 each"]


@pytest.mark.parametrize(
    "how", [Ending.CLOSE, Ending.FIN, Ending.RST, Ending.BAD_JSON, Ending.BINARY]
)
async def test_the_end_of_the_connection_is_told_in_words(how: Ending) -> None:
    async with TastytradeDouble() as double, linked(double) as found:
        found.link.want(SPY)
        await until(lambda: double.subscribed() == SPY)
        double.drop_feeds(how)
        error = await lost(found)
        assert isinstance(error, SocketClosed)
        assert "127.0.0.1" in str(error)


async def test_an_error_of_the_server_ends_the_connection_in_its_words() -> None:
    faults = DxlinkFaults(error_at="FEED_SUBSCRIPTION")
    async with TastytradeDouble(dxlink=faults) as double, linked(double) as found:
        found.link.want(SPY)
        assert str(await lost(found)) == (
            "the server of prices says: The double was told to say so"
        )


async def test_a_channel_that_is_closed_ends_the_connection() -> None:
    faults = DxlinkFaults(closes_channels=True)
    async with TastytradeDouble(dxlink=faults) as double, linked(double) as found:
        found.link.want(SPY)
        assert str(await lost(found)) == "the server closed a channel"


async def test_a_silent_connection_is_given_up() -> None:
    settings = replace(SETTINGS, silent=0.2, keepalive=0.05)
    async with TastytradeDouble() as double:
        double.dxlink_keepalive = 0.05
        async with linked(double, settings) as found:
            found.link.want(SPY)
            await until(lambda: ("Quote", "SPY") in found)
            double.silence_streams()
            assert str(await lost(found)) == "nothing came for 0.2 seconds"


async def test_a_channel_that_is_never_opened_is_not_waited_for_without_end() -> None:
    faults = DxlinkFaults(no_channel_opened=True)
    async with TastytradeDouble(dxlink=faults) as double, linked(double, QUICK) as found:
        found.link.want(SPY)
        assert "not opened in time" in str(await lost(found))


@pytest.mark.parametrize("faults", [DxlinkFaults(no_setup=True), DxlinkFaults(no_auth_answer=True)])
async def test_a_handshake_without_an_answer_is_not_waited_for_without_end(
    faults: DxlinkFaults,
) -> None:
    async with TastytradeDouble(dxlink=faults) as double:
        with pytest.raises(StreamLost, match="not answered in time"):
            async with linked(double, QUICK):
                raise AssertionError("it was greeted")


async def test_a_token_that_is_refused_is_not_offered_again() -> None:
    async with TastytradeDouble(dxlink=DxlinkFaults(always_unauthorized=True)) as double:
        with pytest.raises(StreamRefused):
            async with linked(double):
                raise AssertionError("it was greeted")
        said = [message["type"] for message in double.feeds_begun[0].heard]
        assert said.count("AUTH") == 1

"""The faults of the double of Tastytrade, seen on the wire; and that each of them heals."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx2
import pytest
from httpx2.websockets import AsyncWebSocketSession, HTTPXWSException

from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_acts import ACTS
from tests.simulators.tastytrade_example import MARGIN, example_book
from tests.simulators.tastytrade_fault_table import FAULTS, Fault, Outcome
from tests.simulators.tastytrade_faults_access import ACCESS
from tests.simulators.tastytrade_faults_answers import ANSWERS
from tests.simulators.tastytrade_faults_history import HISTORY_FAULTS
from tests.simulators.tastytrade_faults_streams import STREAMS
from tests.simulators.tastytrade_stream_faults import (
    AccountStreamFaults,
    Cut,
    DxlinkFaults,
    Ending,
)

ACCOUNT = f"/accounts/{MARGIN}"
PATHS = (
    "/customers/me/accounts",
    f"{ACCOUNT}/positions",
    f"{ACCOUNT}/balances/USD",
    f"{ACCOUNT}/transactions",
    "/instruments/equities?symbol[]=SPY",
    "/api-quote-tokens",
)
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Of all clients: to make one takes longer than a test."""
_SOON = 0.03
"""Seconds: what is not there by then does not come."""


@pytest.fixture(autouse=True)
async def nothing_breaks_in_the_double() -> AsyncIterator[None]:
    """Whatever is raised where nobody waits for it fails the test."""
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: raised.append(context))
    yield
    assert raised == []


@asynccontextmanager
async def client(double: TastytradeDouble) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=double.base_url,
        trust_env=False,
        headers={"User-Agent": "tests/1"},
        verify=_NO_TLS,
    ) as plain:
        yield plain


async def log_in(plain: httpx2.AsyncClient) -> None:
    said = {"grant_type": "refresh_token", "client_secret": "s", "refresh_token": "r"}
    token = (await plain.post("/oauth/token", json=said)).json()["access_token"]
    plain.headers["Authorization"] = f"Bearer {token}"


async def try_it(asking: Any) -> None:
    """Ask, whatever comes of it, and wait no longer than a moment."""
    with suppress(TimeoutError, httpx2.HTTPError, httpx2.StreamError, ValueError, KeyError):
        async with asyncio.timeout(_SOON):
            await asking


def test_there_are_more_than_a_hundred_faults_and_each_is_described() -> None:
    every = (*ACCESS, *ANSWERS, *HISTORY_FAULTS, *STREAMS)
    assert len(every) == len(FAULTS) > 100
    assert all(fault.says.endswith(".") and fault.never.endswith(".") for fault in every)
    assert len({fault.says for fault in every}) == len(every)
    assert {fault.outcome for fault in every} == set(Outcome)


@pytest.mark.parametrize("way", ["items-missing", "items-null", "items-of-nothing"])
async def test_who_has_no_token_is_refused_whatever_answers_would_be_changed(way: str) -> None:
    changing = TastytradeDouble(always={"/accounts/*": ACTS[way]})
    async with changing as double, client(double) as plain:
        assert (await plain.get(PATHS[1])).status_code == 401
        await log_in(plain)
        assert (await plain.get(PATHS[1])).status_code == 200


@pytest.mark.parametrize(
    "fault", [*ACCESS, *ANSWERS, *HISTORY_FAULTS], ids=lambda fault: str(fault.name)
)
async def test_a_fault_of_answers_comes_passes_and_heals(fault: Fault) -> None:
    async with TastytradeDouble() as double:
        fault.apply(double)
        async with client(double) as plain:
            await try_it(log_in(plain))
            path = "/accounts/*" if fault in ANSWERS or fault in HISTORY_FAULTS else "/[!o]*"
            asked = [each for each in PATHS if path != "/accounts/*" or ACCOUNT in each]
            await asyncio.gather(*(try_it(plain.get(each)) for each in asked))
            await fault.happen(double, 0.01)
        double.heal()
        await double.listen()
        async with client(double) as plain:
            await log_in(plain)
            answers = [await plain.get(each) for each in PATHS]
        assert [each.status_code for each in answers] == [200] * len(PATHS)
        assert len(answers[1].json()["data"]["items"]) == len(example_book().only.positions)


# --- streams --------------------------------------------------------------------------------------

_FIELDS = ["eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"]


class Feed:
    """A client of DXLink that says what it has to and keeps what it hears."""

    def __init__(self, socket: AsyncWebSocketSession, token: str) -> None:
        self._socket, self._token = socket, token
        self.heard: list[Any] = []

    async def ask(self, *symbols: str, data_format: str = "COMPACT") -> None:
        for message in (
            {"type": "SETUP", "channel": 0, "version": "0.1", "keepaliveTimeout": 60},
            {"type": "AUTH", "channel": 0, "token": self._token},
            {"type": "CHANNEL_REQUEST", "channel": 1, "service": "FEED", "parameters": {}},
            {
                "type": "FEED_SETUP",
                "channel": 1,
                "acceptDataFormat": data_format,
                "acceptEventFields": {"Quote": _FIELDS},
            },
            {
                "type": "FEED_SUBSCRIPTION",
                "channel": 1,
                "add": [
                    {"type": kind, "symbol": s} for s in symbols for kind in ("Quote", "Trade")
                ],
            },
        ):
            await self._socket.send_json(message)

    async def until(self, kind: str) -> Any:
        async with asyncio.timeout(2):
            while True:
                message = await self._socket.receive_json()
                self.heard.append(message)
                if message.get("type") == kind:
                    return message


@asynccontextmanager
async def feed(double: TastytradeDouble) -> AsyncIterator[Feed]:
    async with client(double) as plain:
        await log_in(plain)
        said = (await plain.get("/api-quote-tokens")).json()["data"]
        async with plain.websocket(said["dxlink-url"], max_message_size_bytes=2**24) as socket:
            yield Feed(socket, said["token"])


@asynccontextmanager
async def account_stream(double: TastytradeDouble) -> AsyncIterator[AsyncWebSocketSession]:
    async with client(double) as plain:
        await log_in(plain)
        async with plain.websocket(double.account_streamer_url) as socket:
            token = plain.headers["Authorization"]
            said = {"action": "connect", "value": [MARGIN], "auth-token": token, "request-id": 1}
            await socket.send_json(said)
            yield socket


async def use_streams(double: TastytradeDouble, fault: Fault | None = None) -> None:
    """Connect both, get a quote and a push."""
    async with feed(double) as quotes, account_stream(double) as stream:
        await quotes.ask("SPY")
        await quotes.until("FEED_DATA")
        assert (await stream.receive_json())["status"] == "ok"
        if fault:
            await fault.happen(double, 0.01)
        double.push_balance(MARGIN, cash_balance="7.0")
        assert (await stream.receive_json())["data"]["cash-balance"] == "7.0"


@pytest.mark.parametrize("fault", STREAMS, ids=lambda fault: str(fault.name))
async def test_a_fault_of_streams_comes_passes_and_heals(fault: Fault) -> None:
    async with TastytradeDouble() as double:
        fault.apply(double)
        with suppress(
            TimeoutError, AssertionError, KeyError, ValueError, HTTPXWSException, httpx2.HTTPError
        ):
            try:
                async with asyncio.timeout(_SOON * 2):
                    await use_streams(double, fault)
            except* (HTTPXWSException, httpx2.HTTPError, AttributeError, KeyError):
                pass
            except* (AssertionError, TypeError, ValueError, TimeoutError):
                pass
        double.heal()
        await use_streams(double)


@pytest.mark.parametrize("how", [Ending.CLOSE, Ending.FIN, Ending.RST, Ending.GARBAGE])
async def test_a_feed_ends_where_it_is_cut(how: Ending) -> None:
    double = TastytradeDouble(dxlink=DxlinkFaults(cut=Cut(after=3, how=how)))
    heard: list[Any] = []
    async with double:
        with pytest.RaisesGroup(HTTPXWSException, flatten_subgroups=True):
            async with feed(double) as quotes:
                heard = quotes.heard
                await quotes.ask("SPY")
                await quotes.until("FEED_DATA")
        await double.until(lambda: not double.feeds)
    if how is not Ending.RST:  # a reset takes along what was on its way
        assert [each["type"] for each in heard] == ["SETUP", "AUTH_STATE", "AUTH_STATE"]


async def test_fields_are_in_the_order_that_the_config_says() -> None:
    turned = DxlinkFaults(reverses_fields=True)
    async with TastytradeDouble(dxlink=turned) as double, feed(double) as quotes:
        await quotes.ask("SPY")
        config = await quotes.until("FEED_CONFIG")
        data = await quotes.until("FEED_DATA")
    assert config["eventFields"]["Quote"] == _FIELDS[::-1]
    kind, values = data["data"]
    assert dict(zip(_FIELDS[::-1], values, strict=True)) == {
        "eventSymbol": "SPY",
        "bidPrice": 599.99,
        "askPrice": 600.01,
        "bidSize": 5.0,
        "askSize": 7.0,
    }
    assert kind == "Quote"


async def test_full_data_are_objects() -> None:
    async with TastytradeDouble() as double, feed(double) as quotes:
        await quotes.ask("SPY", data_format="FULL")
        data = await quotes.until("FEED_DATA")
    assert {each["eventType"] for each in data["data"]} == {"Quote", "Trade"}


async def test_a_megabyte_of_events_comes_in_one_message() -> None:
    long = DxlinkFaults(snapshot_bytes=1_000_000)
    async with TastytradeDouble(dxlink=long) as double, feed(double) as quotes:
        await quotes.ask("SPY")
        data = await quotes.until("FEED_DATA")
        assert len(json.dumps(data)) > 1_000_000


async def test_what_is_too_long_ends_the_feed() -> None:
    async with TastytradeDouble() as double:
        with pytest.RaisesGroup(HTTPXWSException, flatten_subgroups=True):
            async with feed(double) as quotes:
                await quotes.ask(*(f"SYMBOL{i}" for i in range(2000)))
                await quotes.until("FEED_DATA")


async def test_who_says_nothing_is_thrown_out() -> None:
    double = TastytradeDouble()
    double.dxlink_timeout = double.streamer_timeout = 0.05
    async with double:
        with pytest.RaisesGroup(HTTPXWSException, flatten_subgroups=True):
            async with feed(double) as quotes:
                assert (await quotes.until("ERROR"))["error"] == "TIMEOUT"
                await quotes.until("FEED_DATA")


async def test_a_silent_stream_answers_no_ping() -> None:
    async with TastytradeDouble() as double, account_stream(double) as stream:
        assert (await stream.receive_json())["status"] == "ok"
        pong = await stream.ping()
        await asyncio.wait_for(pong.wait(), 2)
        double.silence_streams()
        unheard = await stream.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(unheard.wait(), _SOON)


async def test_a_stream_wants_a_good_token_and_known_accounts() -> None:
    async with TastytradeDouble() as double, account_stream(double) as stream:
        assert (await stream.receive_json())["status"] == "ok"
        token = f"Bearer {double.oauth.newest}"
        for said, words in (
            ({"action": "connect", "value": ["5WX99999"], "auth-token": token}, "failed"),
            ({"action": "heartbeat", "auth-token": "Bearer bad"}, "not-authorized"),
            ({"action": "dance", "auth-token": token}, "unknown-action"),
        ):
            await stream.send_json(said)
            assert (await stream.receive_json())["message"] == words


async def test_a_status_error_of_the_account_stream_is_said_once_asked() -> None:
    faults = AccountStreamFaults(status_error="failed")
    async with TastytradeDouble(account_stream=faults) as double, account_stream(double) as stream:
        assert (await stream.receive_json())["status"] == "error"

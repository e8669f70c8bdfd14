"""Connecting to a gateway that is there, is not there, or is not what it should be."""

import datetime as dt
import time
from typing import Any

import pytest

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from tests.brokers.ibkr.gateways import client_of, connected, pulled
from tests.simulators.tws import Book, Faults, Greeting, TwsDouble


async def failure(faults: Faults, **settings: Any) -> str:
    async with TwsDouble(Book.example(), faults) as tws:
        client = client_of(tws, **settings)
        with pytest.raises(BrokerUnavailable) as raised:
            await client.connect()
        await client.close()
        assert tws.orders_seen == []
    said = str(raised.value)
    assert said.endswith((".", "?"))
    return said


async def test_a_greeting_names_the_accounts_and_says_to_what_one_is_connected() -> None:
    async with TwsDouble(Book.example("DU111", "DU222")) as tws:
        client = client_of(tws)
        greeting = await client.connect()
        await client.close()
    assert greeting.accounts == ("DU111", "DU222")
    assert dt.timedelta(0) < greeting.latency < dt.timedelta(seconds=1)
    assert greeting.says == (
        f"Connected to TWS or IB Gateway on 127.0.0.1:{tws.port}: 2 paper accounts."
    )


async def test_a_refused_port_says_what_to_switch_on_and_where() -> None:
    said = await failure(Faults(listening=False))
    assert said.startswith("Nothing listens on 127.0.0.1:")
    assert "Enable ActiveX and Socket Clients" in said
    assert "4001" in said
    assert "7496" in said


async def test_a_host_that_does_not_exist_is_named() -> None:
    async with TwsDouble() as tws:
        client = client_of(tws, host="nobody.invalid")
        with pytest.raises(BrokerUnavailable, match=r"nobody\.invalid:\d+ cannot be reached"):
            await client.connect()
        await client.close()


async def test_a_name_with_several_addresses_is_told_like_one() -> None:
    async with TwsDouble(faults=Faults(listening=False)) as tws:
        client = client_of(tws, host="localhost")
        with pytest.raises(BrokerUnavailable, match="Nothing listens on localhost"):
            await client.connect()
        await client.close()


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(greeting=Greeting.SILENCE), "waiting for the incoming connection to be accepted"),
        (Faults(greeting_after=30.0), "did not answer within 0.5 seconds"),
        (Faults(no_next_valid_id=True), "did not answer within 0.5 seconds"),
        (Faults(no_managed_accounts=True), "did not answer within 0.5 seconds"),
        (Faults(managed_accounts=""), "names no account: log in"),
        (Faults(greeting=Greeting.FIN), "closed the connection at once"),
        (Faults(greeting=Greeting.RST), "closed the connection at once"),
        (Faults(greeting=Greeting.GARBAGE), "does not speak as TWS or IB Gateway do"),
        (Faults(greeting=Greeting.THREE_FIELDS), "does not speak as TWS or IB Gateway do"),
        (Faults(greeting=Greeting.HTTP), "does not speak as TWS or IB Gateway do"),
        (Faults(greeting=Greeting.OLD_VERSION), "is too old"),
        (Faults(close_with=502), "check that its API is switched on"),
        (Faults(close_with=504), "check that it is logged in"),
    ],
)
async def test_what_is_no_gateway_or_not_ready_is_told_in_words(faults: Faults, words: str) -> None:
    begun = time.monotonic()
    assert words in await failure(faults)
    assert time.monotonic() - begun < 2


async def test_a_connection_that_is_closed_is_not_waited_for() -> None:
    begun = time.monotonic()
    await failure(Faults(greeting=Greeting.FIN), handshake_timeout=30.0)
    await failure(Faults(greeting=Greeting.OLD_VERSION), handshake_timeout=30.0)
    assert time.monotonic() - begun < 2


async def test_the_next_client_ids_are_tried_when_one_is_in_use_and_that_is_said() -> None:
    async with TwsDouble(faults=Faults(used_client_ids=frozenset({17, 18}))) as tws:
        client = client_of(tws, handshake_timeout=5.0)
        begun = time.monotonic()
        greeting = await client.connect()
        assert time.monotonic() - begun < 2, "326 is not waited out"
        assert [session.client_id for session in tws.sessions] == [19]
        await client.close()
    assert greeting.says.endswith(
        "Client ids 17 to 18 are in use by other programs: connected as 19."
    )


async def test_no_free_client_id_says_what_to_change() -> None:
    said = await failure(Faults(used_client_ids=frozenset(range(100))), client_ids=3)
    assert said.startswith("Client ids 17 to 19 are all in use by other programs")
    assert "client_id" in said


async def test_client_id_0_would_take_over_orders_and_is_refused_before_anything_is_sent() -> None:
    async with TwsDouble() as tws:
        client = client_of(tws, client_id=0)
        with pytest.raises(BrokerRefused, match="client_id 0 of ib cannot be used"):
            await client.connect()
        await client.close()
        assert tws.sessions_begun == 0


async def test_a_gateway_without_connection_to_its_broker_says_so_and_brings_nothing() -> None:
    async with TwsDouble(faults=Faults(offline=True)) as tws:
        client = client_of(tws)
        greeting = await client.connect()
        assert "lost its connection to Interactive Brokers" in greeting.says
        with pytest.raises(BrokerUnavailable, match="lost its connection to Interactive Brokers"):
            await pulled(client)
        assert client.snapshot() == ()
        await client.close()


async def test_closing_is_harmless_twice_and_before_anything_was_made() -> None:
    async with TwsDouble() as tws:
        never = client_of(tws)
        await never.close()
        async with connected(tws) as client:
            await client.close()
            await client.close()
            with pytest.raises(BrokerUnavailable, match="closed by this program"):
                await pulled(client)
        await tws.until(lambda: not tws.sessions)


async def test_nothing_but_what_was_asked_is_requested_by_connecting() -> None:
    async with TwsDouble() as tws, connected(tws, heartbeat_every=60.0):
        assert {asked.number for asked in tws.seen} <= {71, 49}

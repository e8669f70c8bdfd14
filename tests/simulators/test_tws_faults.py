"""The double's faults, seen on the wire."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.simulators.tws import (
    Ask,
    Book,
    Cut,
    Damage,
    Ending,
    Faults,
    Greeting,
    Say,
    Spoil,
    Ticker,
    TwsDouble,
)
from tests.simulators.tws_client import SESSION, WireClient, contract
from tests.simulators.tws_examples import AAPL, SPY_CALL
from tests.simulators.tws_fault_table import FAULTS, Fault, Outcome
from tests.simulators.tws_flood import Flood


@pytest.fixture(autouse=True)
async def nothing_breaks_in_the_double() -> AsyncIterator[None]:
    """Whatever is raised where nobody waits for it fails the test."""
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: raised.append(context))
    yield
    assert raised == []


def test_there_are_more_than_sixty_four_faults_and_each_is_described() -> None:
    assert len(FAULTS) >= 64
    assert all(fault.says.endswith(".") and fault.never.endswith(".") for fault in FAULTS.values())
    assert len({fault.says for fault in FAULTS.values()}) == len(FAULTS)
    assert {fault.outcome for fault in FAULTS.values()} == set(Outcome)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
async def test_a_fault_comes_passes_and_heals(fault: Fault) -> None:
    async with fault.double() as tws:
        if fault.faults.listening:
            async with WireClient(tws.port) as client:
                for message in SESSION:
                    client.ask(*message)
                if fault.happens:
                    await tws.until_asked(Ask.CURRENT_TIME)
                await fault.happen(tws, 0.01)
        else:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", tws.port)
        tws.heal()
        await tws.listen()
        async with WireClient(tws.port, client_id=99) as client:
            client.ask(Ask.POSITIONS, 1)
            await client.until_said(Say.POSITION_END)
            assert len(client.rows(Say.POSITION)) == len(tws.book.holdings)
    assert tws.orders_seen == tws.unknown == []


@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ("no_next_valid_id", Say.NEXT_VALID_ID),
        ("no_managed_accounts", Say.MANAGED_ACCOUNTS),
        ("no_position_end", Say.POSITION_END),
        ("no_account_download_end", Say.ACCOUNT_DOWNLOAD_END),
        ("no_multi_end", Say.ACCOUNT_MULTI_END),
        ("no_execution_end", Say.EXECUTION_END),
        ("no_summary_end", Say.SUMMARY_END),
        ("no_contract_details_end", Say.CONTRACT_DETAILS_END),
        ("no_portfolio", Say.PORTFOLIO),
        ("no_greeks", Say.OPTION_COMPUTATION),
        ("no_pnl", Say.PNL),
    ],
)
async def test_one_thing_is_missing_and_no_other(fault: str, missing: Say) -> None:
    said = []
    for faults in (Faults(), Faults(**{fault: True})):  # type: ignore[arg-type] # a switch by name
        async with TwsDouble(Book.example(), faults) as tws, WireClient(tws.port) as client:
            for message in SESSION:
                client.ask(*message)
            await client.until_said(Say.CURRENT_TIME)
            said.append({int(row[0]) for row in client.got if len(row) > 2 or row[0] != "176"})
    whole, lacking = said
    assert {int(missing)} <= whole - lacking <= {int(missing), int(Say.PNL_SINGLE)}


@pytest.mark.parametrize("how", [Ending.FIN, Ending.RST, Ending.TRUNCATED])
async def test_a_stream_breaks_off_where_it_should(how: Ending) -> None:
    cut = Cut(say=Say.POSITION, after=2, how=how)
    async with TwsDouble(Book.example(), Faults(cut=cut)) as tws, WireClient(tws.port) as client:
        client.ask(Ask.POSITIONS, 1)
        await client.until(lambda: client.ended)
        if how is not Ending.RST:  # a reset takes along what was on its way
            assert len(client.rows(Say.POSITION)) == 2


async def test_a_stream_falls_silent_and_the_connection_stays() -> None:
    cut = Cut(say=Say.POSITION, after=2, how=Ending.SILENCE)
    async with TwsDouble(Book.example(), Faults(cut=cut)) as tws, WireClient(tws.port) as client:
        client.ask(Ask.POSITIONS, 1)
        await client.until_said(Say.POSITION, 2)
        client.ask(Ask.CURRENT_TIME, 1)
        await tws.until_asked(Ask.CURRENT_TIME)
        async with WireClient(tws.port, client_id=18) as other:
            await other.until_said(Say.NEXT_VALID_ID)
        assert len(client.rows(Say.POSITION)) == 2
        assert not client.rows(Say.CURRENT_TIME)
        assert not client.ended


@pytest.mark.parametrize(
    ("damage", "fields"),
    [(Damage.FIELD_MISSING, 15), (Damage.FIELD_TOO_MANY, 17), (Damage.NO_FIELDS, 1)],
)
async def test_one_row_is_damaged_and_the_others_are_whole(damage: Damage, fields: int) -> None:
    spoil = Spoil(say=Say.POSITION, damage=damage)
    async with (
        TwsDouble(Book.example(), Faults(spoil=(spoil,))) as tws,
        WireClient(tws.port) as client,
    ):
        client.ask(Ask.POSITIONS, 1)
        await client.until_said(Say.POSITION_END)
        assert [len(row) for row in client.rows(Say.POSITION)] == [16, fields, 16, 16, 16, 16, 16]


async def test_an_id_is_used_while_its_client_is_there() -> None:
    async with TwsDouble() as tws, WireClient(tws.port, client_id=5) as first:
        await first.until_said(Say.NEXT_VALID_ID)
        async with WireClient(tws.port, client_id=5) as second:
            await second.until(lambda: second.ended)
            assert second.codes() == [326]
        first.ask(Ask.CURRENT_TIME, 1)
        await first.until_said(Say.CURRENT_TIME)


async def test_a_gateway_that_does_not_notice_keeps_the_id() -> None:
    async with TwsDouble() as tws, WireClient(tws.port, client_id=5) as first:
        await first.until_said(Say.NEXT_VALID_ID)
        tws.drop(ids_stay_used=True)
        await first.until(lambda: first.ended)
        async with (
            WireClient(tws.port, client_id=5) as second,
            WireClient(tws.port, client_id=6) as third,
        ):
            await second.until(lambda: second.ended)
            await third.until_said(Say.NEXT_VALID_ID)


async def test_more_than_fifty_requests_in_a_second_are_too_many() -> None:
    async with TwsDouble() as tws, WireClient(tws.port) as client:
        for _ in range(49):  # with the one that starts the session: fifty
            client.ask(Ask.CURRENT_TIME, 1)
        await client.until_said(Say.CURRENT_TIME, 49)
        assert 100 not in client.codes()
        client.ask(Ask.CURRENT_TIME, 1)
        await client.until(lambda: 100 in client.codes())
        assert tws.late_requests == 1


async def test_the_hundred_and_first_line_is_one_too_many() -> None:
    async with TwsDouble() as tws, WireClient(tws.port) as client:
        for request in range(101):
            option = contract(SPY_CALL.con_id, "SMART")
            client.ask(Ask.MARKET_DATA, 11, request, *option, False, "", False, False, "")
        await client.until(lambda: 101 in client.codes())
        assert [row[2] for row in client.rows(Say.ERROR) if row[3] == "101"] == ["100"]


async def test_a_third_summary_is_refused() -> None:
    async with TwsDouble() as tws, WireClient(tws.port) as client:
        for request in (1, 2, 3):
            client.ask(Ask.ACCOUNT_SUMMARY, 1, request, "All", "NetLiquidation")
        await client.until(lambda: 322 in client.codes())
        client.ask(Ask.CANCEL_ACCOUNT_SUMMARY, 1, 1)
        client.ask(Ask.ACCOUNT_SUMMARY, 1, 4, "All", "NetLiquidation")
        await client.until_said(Say.SUMMARY_END, 3)


async def test_after_1101_no_price_comes_and_after_1102_they_do() -> None:
    async with TwsDouble() as tws, WireClient(tws.port) as client:
        stock = contract(AAPL.con_id, "SMART")
        client.ask(Ask.MARKET_DATA, 11, 1, *stock, False, "", False, False, "")
        await client.until_said(Say.SIZE)
        tws.lose_ib()
        tws.set_ticker(AAPL.con_id, Ticker(bid="7.0"))
        tws.regain_ib(data_lost=False)
        await client.until(lambda: "7.0" in [row[4] for row in client.rows(Say.PRICE)])
        tws.notify(1101)
        tws.set_ticker(AAPL.con_id, Ticker(bid="8.0"))
        client.ask(Ask.CURRENT_TIME, 1)
        await client.until_said(Say.CURRENT_TIME)
        assert "8.0" not in [row[4] for row in client.rows(Say.PRICE)]


async def test_a_gateway_that_restarts_keeps_its_port_and_its_book() -> None:
    async with TwsDouble() as tws:
        port = tws.port
        async with WireClient(tws.port) as client:
            await client.until_said(Say.NEXT_VALID_ID)
            tws.go_down()
            await client.until(lambda: client.ended)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await tws.come_back()
        assert tws.port == port
        async with WireClient(tws.port) as client:
            await client.until_said(Say.NEXT_VALID_ID)


async def test_a_greeting_may_say_anything() -> None:
    faults = Faults(greeting=Greeting.THREE_FIELDS)
    async with TwsDouble(faults=faults) as tws, WireClient(tws.port) as client:
        await client.until(lambda: bool(client.got))
        assert len(client.got[0]) == 3


async def test_late_answers_come_late_and_hold_up_no_others() -> None:
    faults = Faults(late={Ask.POSITIONS: 0.05})
    async with TwsDouble(faults=faults) as tws, WireClient(tws.port) as client:
        client.ask(Ask.POSITIONS, 1)
        client.ask(Ask.CURRENT_TIME, 1)
        await client.until_said(Say.POSITION_END)
        kinds = [row[0] for row in client.got]
        assert kinds.index(str(int(Say.CURRENT_TIME))) < kinds.index(str(int(Say.POSITION)))


async def test_only_the_first_connections_meet_a_fault_that_says_so() -> None:
    faults = Faults(greeting=Greeting.FIN, first_sessions=1)
    async with TwsDouble(faults=faults) as tws:
        async with WireClient(tws.port) as client:
            await client.until(lambda: client.ended)
        async with WireClient(tws.port) as client:
            await client.until_said(Say.NEXT_VALID_ID)


def _marks(client: WireClient) -> dict[int, str]:
    return {int(row[2]): row[14] for row in client.rows(Say.PORTFOLIO)}


async def test_a_flood_waits_for_a_client_that_does_not_read() -> None:
    async with TwsDouble(Book.large(50)) as tws, WireClient(tws.port, reading=False) as client:
        client.ask(Ask.ACCOUNT_UPDATES, 2, True, "")
        await tws.until_asked(Ask.ACCOUNT_UPDATES)
        flood = Flood(tws)
        flood.start()
        before = -1
        while flood.changes != before:
            before = flood.changes
            await asyncio.sleep(0.05)
        client.read()
        await client.until(lambda: flood.changes > before)
        await flood.stop()
        held = {holding.instrument.con_id: str(holding.mark) for holding in tws.book.held()}
        await client.until(lambda: _marks(client) == held)
        assert len(held) == 50


async def test_what_tws_does_not_know_is_kept() -> None:
    async with TwsDouble() as tws, WireClient(tws.port) as client:
        client.ask(4711, 1, "what")
        await tws.until(lambda: bool(tws.unknown))
        assert tws.unknown[0].fields == ("4711", "1", "what")

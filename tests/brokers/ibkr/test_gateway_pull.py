"""One pull from a gateway: everything, and what is made of answers that are not whole."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest

from qm_tui.brokers.client import BrokerUnavailable, Known
from qm_tui.brokers.ibkr.gateway import GatewayClient
from qm_tui.domain.batches import Batch
from qm_tui.domain.instruments import EquityOption
from qm_tui.domain.records import AccountInfo, InstrumentInfo, Position, Trade
from qm_tui.domain.words import Section
from tests.brokers.ibkr.connected import until
from tests.brokers.ibkr.gateways import (
    NOW,
    balances,
    client_of,
    connected,
    first,
    positions,
    pulled,
)
from tests.simulators.tws import (
    UNSET,
    Ask,
    Book,
    Cut,
    Damage,
    Ending,
    Execution,
    Faults,
    Holding,
    Pnl,
    Say,
    Spoil,
    TwsDouble,
)

U = "U1234567"


async def pulled_until_lost(client: GatewayClient, words: str) -> list[Batch]:
    """Pull until the connection is lost, and return what came before."""
    batches: list[Batch] = []

    async def pull() -> None:
        async for batch in client.pull(Known()):
            batches.append(batch)  # noqa: PERF401 - what came before the loss is wanted

    with pytest.raises(BrokerUnavailable, match=words):
        await pull()
    return batches


def held(*sections: Section) -> set[tuple[str, Section]]:
    return {(U, section) for section in sections}


async def test_everything_comes_in_the_order_in_which_it_is_shown() -> None:
    async with TwsDouble() as tws, connected(tws, market_data=True) as client:
        batches = await pulled(client)
        assert tws.unknown == []
    sections = list(dict.fromkeys(batch.section for batch in batches))
    assert sections == [
        Section.ACCOUNTS, Section.BALANCES, Section.POSITIONS, Section.TRADES, Section.INSTRUMENTS,
        Section.QUOTES, Section.GREEKS, Section.NOTICES,
    ]  # fmt: skip
    assert [batch.incomplete for batch in batches if batch.incomplete] == []
    assert {(h.account, h.section) for batch in batches for h in batch.holds} == held(
        Section.BALANCES, Section.POSITIONS, Section.NOTICES
    )
    assert {h.as_of for batch in batches for h in batch.holds} == {NOW}


async def test_accounts_are_told_with_type_and_base_currency() -> None:
    async with TwsDouble(Book.example("DU111", base="EUR")) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.POSITIONS)
    (account,) = first(batches, Section.ACCOUNTS).records
    assert isinstance(account, AccountInfo)
    assert account.account == "DU111"
    assert account.base_currency == "EUR"
    assert account.account_type == "Individual"
    assert account.broker_specific is not None
    assert account.broker_specific["paper"] == "true"


async def test_positions_that_end_without_what_the_portfolio_holds_close_nothing() -> None:
    book = Book.example("U1", "U2")
    for holding in list(book.held("U2")):
        book.hold(replace(holding, quantity="0"))
    async with TwsDouble(book, Faults(no_positions=True)) as tws, connected(tws) as client:
        batch = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
        held_there = {holding.instrument.con_id for holding in tws.book.held()}
    assert batch.incomplete is not None
    assert "The portfolio of U1 holds AAPL, SPY" in batch.incomplete
    assert [hold.account for hold in batch.holds] == ["U2"]
    assert {
        int(one.instrument.identifiers.conid or 0)
        for one in batch.records
        if isinstance(one, Position)
    } == held_there


async def test_a_position_without_contract_number_closes_nothing() -> None:
    spoiled = Spoil(say=Say.POSITION, damage=Damage.EMPTY_NUMBER, where=3)
    async with TwsDouble(faults=Faults(spoil=(spoiled,))) as tws, connected(tws) as client:
        told = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
    assert [row.reason for row in told.refused] == ["a position without contract number"]
    assert told.holds == ()
    assert len(told.records) == 7, "the portfolio tells of the second"


async def test_a_position_told_behind_the_end_of_the_answer_stands() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        tws.set_faults(late={Ask.ACCOUNT_UPDATES: 0.1})
        pulling = asyncio.create_task(pulled(client, until=Section.POSITIONS))
        await tws.until_asked(Ask.ACCOUNT_UPDATES)
        aapl = tws.book.holding("AAPL", kind="STK").instrument
        new = replace(aapl, con_id=4815747, symbol="NVDA", local_symbol="NVDA")
        tws.hold(Holding.of(U, new, "12", "800.0", "905.5"))
        batch = first(await pulling, Section.POSITIONS)
    assert batch.incomplete is None
    assert f"{U} NVDA" in positions([batch])


async def test_positions_have_the_broker_s_numbers_exactly() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        found = positions(await pulled(client, until=Section.POSITIONS))
        for holding in tws.book.held():
            (one,) = (
                position
                for position in found.values()
                if position.instrument.identifiers.conid == str(holding.instrument.con_id)
            )
            assert one.quantity == Decimal(str(holding.quantity))
            assert one.market_price == Decimal(str(holding.mark))
            assert one.market_value == Decimal(str(holding.value))
            assert one.unrealized_pnl == Decimal(str(holding.unrealized))
            assert one.as_of == NOW
    option = found[f"{U} SPY   261218C00600000"]
    assert isinstance(option.instrument, EquityOption)
    assert option.average_cost is not None
    assert option.cost_basis == option.average_cost * option.quantity * 100


async def test_all_accounts_have_marks_though_only_one_streams_at_a_time() -> None:
    names = ("U111", "U222", "U333")
    async with TwsDouble(Book.example(*names)) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.POSITIONS)
    found = positions(batches)
    assert len(found) == 21
    assert all(position.market_value is not None for position in found.values())
    holds = first(batches, Section.POSITIONS).holds
    assert [one.account for one in holds] == list(names)
    assert [one.account for one in first(batches, Section.BALANCES).holds] == list(names)


async def test_balances_are_every_tag_and_currency_and_the_profit_of_the_day() -> None:
    book = Book.example(U)
    book.set_value(U, "CashBalance", "5000.10", "EUR")
    book.set_value(U, "BuyingPower", UNSET, "USD")
    book.set_value(U, "ExcessLiquidity", "NaN", "USD")
    book.set_value(U, "Cushion", "")
    book.accounts[U].pnl = Pnl(daily="12.5", unrealized="100.25", realized=UNSET)
    async with TwsDouble(book) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.TRADES)
    found = {
        key: one.value
        for batch in batches
        if batch.section is Section.BALANCES
        for key, one in balances(batch).items()
    }
    assert found[U, "CashBalance", "EUR"] == Decimal("5000.10")
    assert found[U, "DailyPnL", "BASE"] == Decimal("12.5")
    assert found[U, "UnrealizedPnL", "BASE"] == Decimal("100.25")
    for tag, currency in (("BuyingPower", "USD"), ("ExcessLiquidity", "USD"), ("Cushion", "")):
        assert (U, tag, currency) not in found
    late = [batch for batch in batches if batch.section is Section.BALANCES][1:]
    assert all(batch.amends for batch in late)


async def test_fills_have_the_key_and_the_commission_that_statements_give_them() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        trades = first(await pulled(client, until=Section.TRADES), Section.TRADES).records
        done = {execution.exec_id: execution for execution in tws.book.executions}
    assert {trade.key for trade in trades if isinstance(trade, Trade)} == {
        f"EX:{exec_id}" for exec_id in done
    }
    for trade in trades:
        assert isinstance(trade, Trade)
        assert trade.broker_execution_id is not None
        assert trade.commission == -Decimal(str(done[trade.broker_execution_id].commission))


async def test_a_fill_without_its_commission_yet_has_none_and_gets_it_in_the_next_pull() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        instrument = tws.book.holding("AAPL").instrument
        tws.book.executions = [
            Execution(
                exec_id="0000aaaa.01.01", account=U, instrument=instrument, shares="10",
                price="190.5", commission="1.25", commission_known=False,
            )
        ]  # fmt: skip
        (before,) = first(await pulled(client, until=Section.TRADES), Section.TRADES).records
        tws.report_commission("0000aaaa.01.01")
        (after,) = first(await pulled(client, until=Section.TRADES), Section.TRADES).records
    assert isinstance(before, Trade)
    assert isinstance(after, Trade)
    assert (before.key, before.commission) == (after.key, None)
    assert after.commission == Decimal("-1.25")


async def test_contracts_are_described_once_in_pages_and_never_again() -> None:
    async with TwsDouble() as tws, connected(tws, details_page=3) as client:
        batches = await pulled(client)
        pages = [batch for batch in batches if batch.section is Section.INSTRUMENTS]
        infos = [
            info for page in pages for info in page.records if isinstance(info, InstrumentInfo)
        ]
        assert [len(page.records) for page in pages] == [3, 3, 1]
        assert all((info.instrument.broker_specific or {})["details_at"] for info in infos)
        asked = len(tws.asked(Ask.CONTRACT_DETAILS))
        await pulled(client)
        assert len(tws.asked(Ask.CONTRACT_DETAILS)) == asked == 7
    known = Known(described=frozenset(str(info.instrument.identifiers.conid) for info in infos))
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, known)
        assert tws.asked(Ask.CONTRACT_DETAILS) == []


async def test_described_instruments_are_what_positions_are_in_from_then_on() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client)
        again = positions(await pulled(client, until=Section.POSITIONS))
        assert again[f"{U} AAPL"].instrument.description == "APPLE INC"
        (snapshot,) = (b for b in client.snapshot() if b.section is Section.POSITIONS)
        assert {one.instrument.description for one in snapshot.records if isinstance(one, Position)}


# --- what is not whole ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "rows"),
    [
        (Faults(no_position_end=True), 7),
        (Faults(silent=frozenset({Ask.POSITIONS})), 7),  # the portfolio rows tell of them
        (Faults(silent=frozenset({Ask.POSITIONS, Ask.ACCOUNT_UPDATES})), 0),
        (Faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.FIELD_MISSING),)), 7),
        (Faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.UNKNOWN_NUMBER),)), 7),
        (Faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.ZERO_LENGTH),)), 7),
        (Faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.EMPTY_NUMBER),)), 7),
        (Faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.NAN),)), 6),
        (Faults(spoil=(Spoil(say=Say.PORTFOLIO, damage=Damage.FIELD_TOO_MANY),)), 7),
    ],
)
async def test_positions_that_are_not_whole_close_nothing_and_the_rest_comes(
    faults: Faults, rows: int
) -> None:
    async with TwsDouble(faults=faults) as tws, connected(tws) as client:
        batches = await pulled(client)
        told = first(batches, Section.POSITIONS)
        assert told.holds == ()
        assert told.incomplete is not None
        assert told.incomplete.endswith(".")
        assert len(told.records) == rows
        assert Section.POSITIONS not in {batch.section for batch in client.snapshot()}
        assert first(batches, Section.BALANCES).incomplete is None
        assert first(batches, Section.TRADES).records


async def test_rows_that_were_lost_are_counted_and_named() -> None:
    spoil = Spoil(say=Say.POSITION, damage=Damage.NOT_A_NUMBER)
    async with TwsDouble(faults=Faults(spoil=(spoil,))) as tws, connected(tws) as client:
        told = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
        assert told.incomplete == (
            "One row could not be read; nothing is taken for closed because of that."
        )
        (row,) = told.refused
        assert (row.section, row.field) == ("positions", "message 61")
        assert "could not convert" in row.reason
        tws.heal()
        healed = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
        assert healed.incomplete is None
        assert len(healed.holds) == 1


async def test_marks_that_do_not_come_leave_what_is_held_whole_and_are_unknown() -> None:
    faults = Faults(silent=frozenset({Ask.ACCOUNT_UPDATES}))
    async with TwsDouble(faults=faults) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.POSITIONS)
    told = first(batches, Section.POSITIONS)
    assert told.incomplete is not None
    assert told.incomplete.startswith(
        f"The marks and profits of {U} did not come completely: nothing more arrived for 0.3 "
        "seconds."
    )
    assert len(told.holds) == 1, "the quantities are whole"
    assert {position.market_value for position in positions(batches).values()} == {None}
    assert {position.quantity for position in positions(batches).values()} > {Decimal(150)}


async def test_what_to_do_is_said_once_however_many_accounts_are_silent() -> None:
    accounts = [f"U{number}" for number in range(6)]
    faults = Faults(silent=frozenset({Ask.ACCOUNT_UPDATES}))
    async with TwsDouble(Book.example(*accounts), faults) as tws, connected(tws) as client:
        told = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS).incomplete
    assert told is not None
    assert told.count("Sync again") == told.count("were not asked for any more") == 1
    assert told.count("nothing more arrived") == 2


async def test_portfolio_rows_that_are_missing_are_counted() -> None:
    async with TwsDouble(faults=Faults(no_portfolio=True)) as tws, connected(tws) as client:
        told = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
    assert told.incomplete == f"7 of the positions of {U} came without mark and profit."


async def test_values_of_an_account_that_do_not_come_are_incomplete_and_the_rest_comes() -> None:
    faults = Faults(silent=frozenset({Ask.ACCOUNT_UPDATES, Ask.ACCOUNT_UPDATES_MULTI}))
    async with TwsDouble(faults=faults) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.TRADES)
        assert Section.BALANCES not in {batch.section for batch in client.snapshot()}
    told = first(batches, Section.BALANCES)
    assert told.holds == ()
    assert told.incomplete is not None
    assert U in told.incomplete
    (account,) = first(batches, Section.ACCOUNTS).records
    assert account.account == U
    assert len(first(batches, Section.POSITIONS).records) == 7


async def test_one_end_is_enough_for_the_values_of_an_account() -> None:
    for faults in (Faults(no_multi_end=True), Faults(no_account_download_end=True)):
        async with TwsDouble(faults=faults) as tws, connected(tws) as client:
            told = first(await pulled(client, until=Section.BALANCES), Section.BALANCES)
        assert told.incomplete is None
        assert len(told.holds) == 1


async def test_an_account_that_is_not_ready_closes_nothing() -> None:
    book = Book.example(U)
    book.set_value(U, "AccountReady", "false")
    book.holdings.clear()
    async with TwsDouble(book) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.POSITIONS)
        assert client.snapshot() == ()
    for section in (Section.BALANCES, Section.POSITIONS):
        assert first(batches, section).holds == ()
        assert "not ready" in (first(batches, section).incomplete or "")


async def test_fills_that_are_refused_are_told_in_the_gateway_s_words() -> None:
    faults = Faults(error_on={Ask.EXECUTIONS: 321})
    async with TwsDouble(faults=faults) as tws, connected(tws) as client:
        told = first(await pulled(client), Section.TRADES)
    assert told.records == ()
    assert told.incomplete is not None
    assert told.incomplete.startswith("Today's fills could not be had: the gateway says")
    assert "321" in told.incomplete


async def test_profit_and_loss_that_never_comes_is_said_and_waited_for_only_a_moment() -> None:
    async with TwsDouble(faults=Faults(no_pnl=True)) as tws, connected(tws) as client:
        batches = await pulled(client, until=Section.TRADES)
    _, late = (batch for batch in batches if batch.section is Section.BALANCES)
    assert late.amends
    assert late.incomplete == f"The profit and loss of the day of {U} did not come."


async def test_details_that_never_come_end_the_asking_and_not_the_pull() -> None:
    faults = Faults(silent=frozenset({Ask.CONTRACT_DETAILS}))
    async with TwsDouble(faults=faults) as tws, connected(tws, details_page=2) as client:
        batches = await pulled(client)
        assert len(tws.asked(Ask.CONTRACT_DETAILS)) == 2
    told = first(batches, Section.INSTRUMENTS)
    assert told.incomplete is not None
    assert batches[-1].section is Section.NOTICES


async def test_bonds_with_a_fraction_in_their_coupon_are_described() -> None:
    from tests.simulators.tws_fault_table import FAULTS  # noqa: PLC0415 - a table of all faults

    async with FAULTS["bond-details-lost"].double() as tws, connected(tws) as client:
        batches = await pulled(client)
    told = [batch for batch in batches if batch.section is Section.INSTRUMENTS]
    assert [batch.incomplete for batch in told] == [None]
    assert len(told[0].records) == 8


@pytest.mark.parametrize("how", [Ending.FIN, Ending.RST, Ending.TRUNCATED])
async def test_a_drop_in_the_middle_of_positions_closes_nothing_and_ends_the_pull(
    how: Ending,
) -> None:
    faults = Faults(cut=Cut(say=Say.POSITION, after=2, how=how))
    async with TwsDouble(faults=faults) as tws, connected(tws) as client:
        batches = await pulled_until_lost(client, "closed the connection")
        assert client.snapshot() == ()
    told = first(batches, Section.POSITIONS)
    assert told.holds == ()
    assert "closed the connection" in (told.incomplete or "")


@pytest.mark.parametrize("before", [Section.ACCOUNTS, Section.BALANCES])
async def test_a_drop_after_everything_was_answered_closes_nothing(before: Section) -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        ib = client._link.ib
        async with aclosing(client.pull(Known())) as pull:  # type: ignore[type-var] # it is one
            while (await anext(pull)).section is not before:
                pass
            await until(lambda: all(one.done() for one in ib.wrapper._futures.values()))
            # The library has forgotten everything when the pull goes on, or is about to.
            ib.client.conn.transport.abort()
            if before is Section.ACCOUNTS:
                await until(lambda: not ib.isConnected())
            told = await anext(pull)
        assert (told.records, told.holds) == ((), ())
        assert "closed the connection" in (told.incomplete or "")


async def test_a_gateway_that_goes_silent_is_given_up_in_bounded_time_keeping_what_came() -> None:
    faults = Faults(cut=Cut(say=Say.POSITION, after=2, how=Ending.SILENCE))
    async with TwsDouble(faults=faults) as tws, connected(tws, heartbeat_every=60.0) as client:
        begun = time.monotonic()
        batches = await pulled_until_lost(client, "did not answer any more")
        assert time.monotonic() - begun < 3
    told = first(batches, Section.POSITIONS)
    assert told.holds == ()
    assert len(told.records) == 2
    assert "did not answer any more" in (told.incomplete or "")


async def test_a_stream_that_lost_its_beat_is_given_up_though_bytes_go_on_to_come() -> None:
    spoil = Spoil(say=Say.POSITION, damage=Damage.LENGTH_HUGE)
    async with TwsDouble(faults=Faults(spoil=(spoil,))) as tws, connected(tws) as client:
        with pytest.raises(BrokerUnavailable, match="did not answer any more"):
            await pulled(client)


async def test_a_position_that_was_closed_while_nobody_was_connected_is_not_there_any_more() -> (
    None
):
    async with TwsDouble() as tws:
        async with connected(tws) as client:
            assert f"{U} AAPL" in positions(await pulled(client, until=Section.POSITIONS))
        tws.close(tws.book.holding("AAPL", kind="STK"))
        async with connected(tws) as client:
            batches = await pulled(client, until=Section.POSITIONS)
            assert f"{U} AAPL" not in positions(batches)
            assert len(first(batches, Section.POSITIONS).holds) == 1


async def test_a_position_that_vanishes_without_a_word_is_not_told_by_the_next_pull() -> None:
    async with TwsDouble() as tws, connected(tws) as client:
        await pulled(client, until=Section.POSITIONS)
        gone = tws.book.holding("AAPL", kind="STK")
        del tws.book.holdings[gone.key]
        assert f"{U} AAPL" not in positions(await pulled(client, until=Section.POSITIONS))
        (snapshot,) = (b for b in client.snapshot() if b.section is Section.POSITIONS)
        assert len(snapshot.records) == 6


async def test_rows_that_came_too_late_are_in_the_next_pull() -> None:
    faults = Faults(late={Ask.POSITIONS: 0.5})
    async with TwsDouble(Book.example(U), faults) as tws, connected(tws) as client:
        assert first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS).incomplete
        tws.heal()
        batches = await pulled(client, until=Section.POSITIONS)
        assert first(batches, Section.POSITIONS).incomplete is None
        assert len(positions(batches)) == 7


async def test_five_thousand_positions_arrive_whole() -> None:
    async with (
        TwsDouble(Book.large(5_000, U)) as tws,
        connected(tws, section_timeout=5, section_limit=20) as client,
    ):
        told = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
        assert len(told.records) == 5_000
        assert told.incomplete is None
        assert all(isinstance(p, Position) and p.market_value is not None for p in told.records)


async def test_a_position_of_an_account_outside_of_the_login_is_kept_with_its_account() -> None:
    async with TwsDouble(Book.example(U)) as tws, connected(tws) as client:
        apple = tws.book.holding("AAPL", kind="STK").instrument
        tws.book.hold(Holding.of("F999", apple, "3", "100", "190"))
        assert positions(await pulled(client, until=Section.POSITIONS))["F999 AAPL"].quantity == 3


async def test_a_warning_of_the_gateway_is_a_notice_of_its_account_and_ends_with_the_cause() -> (
    None
):
    async with TwsDouble(Book.example("U111111", "U222222")) as tws, connected(tws) as client:
        tws.notify(2199, "Account U222222 is restricted to closing only [bold]\x1b[31m")
        notices = first(await pulled(client), Section.NOTICES)
    assert [(one.account, one.kind) for one in notices.records] == [("U222222", "restriction")]  # type: ignore[attr-defined] # they are notices
    assert "\x1b" not in notices.records[0].message  # type: ignore[attr-defined] # it is a notice
    assert {one.account for one in notices.holds} == {"U111111", "U222222"}


async def test_two_clients_pull_from_one_gateway() -> None:
    async with TwsDouble() as tws, connected(tws) as one:
        other = client_of(tws)
        greeting = await other.connect()
        assert "connected as 18" in greeting.says
        batches = await pulled(other, until=Section.POSITIONS)
        assert len(positions(batches)) == 7
        assert batches[0].warnings == (
            "Client id 17 is in use by other programs: connected as 18.",
        )
        assert len(positions(await pulled(one, until=Section.POSITIONS))) == 7
        await other.close()

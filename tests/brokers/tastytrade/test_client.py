"""A connection to Tastytrade: made, refused, lost, and closed; whatever it does, it reads."""

import asyncio
import logging
from dataclasses import replace

import pytest

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable, Known
from qm_tui.brokers.tastytrade.client import TastytradeClient
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Greeks, Quote
from qm_tui.domain.words import Section
from tests.brokers.tastytrade.clients import (
    NOW,
    QUIET,
    client_of,
    connected,
    cursors,
    failed,
    held,
    pulled,
)
from tests.brokers.tastytrade.opened import CLIENT_SECRET, REFRESH_TOKEN, secrets
from tests.simulators.tastytrade import TOKEN_PATH, TastytradeDouble, only_reads
from tests.simulators.tastytrade_acts import ACTS, GRANT_REFUSED, row_changed
from tests.simulators.tastytrade_example import CLOSED, MARGIN, ROTH
from tests.simulators.tastytrade_fault_table import FAULTS

STREAMING = replace(QUIET, streaming=replace(QUIET.streaming, enabled=True))
ACCOUNTS = "/customers/me/accounts"


async def test_a_greeting_says_how_many_accounts_there_are_and_names_the_open_ones() -> None:
    async with TastytradeDouble() as double, connected(double) as client:
        await client.close()
        again = client_of(double)
        greeting = await again.connect()
        await again.close()

    assert greeting.accounts == (MARGIN, ROTH)
    assert greeting.says == "Connected to Tastytrade: 3 accounts, 1 of them closed."
    assert greeting.latency.total_seconds() > 0


@pytest.mark.parametrize("form", GRANT_REFUSED)
async def test_a_grant_that_is_refused_is_asked_for_once_and_told_without_a_secret(
    form: str,
) -> None:
    async with TastytradeDouble(always={TOKEN_PATH: GRANT_REFUSED[form]}) as double:
        client = client_of(double)
        with pytest.raises(BrokerRefused):
            await client.connect()
        with pytest.raises(BrokerRefused) as refused:
            await client.connect()
        await client.close()
        assert double.paths() == [TOKEN_PATH]
    assert "qm-tui login tasty" in str(refused.value)
    assert CLIENT_SECRET not in str(refused.value)
    assert REFRESH_TOKEN not in str(refused.value)


@pytest.mark.parametrize("way", ["forbidden-html", "error", "html", "redirect", "items-null"])
async def test_accounts_that_do_not_come_are_tried_again_later(way: str) -> None:
    async with TastytradeDouble(always={ACCOUNTS: ACTS[way]}) as double:
        client = client_of(double)
        with pytest.raises(BrokerUnavailable) as unavailable:
            await client.connect()
        await client.close()
        only_reads(double.asked)
    assert str(unavailable.value).endswith(".")


async def test_an_address_that_is_neither_safe_nor_here_is_refused_before_anything_is_sent() -> (
    None
):
    with pytest.raises(BrokerRefused):
        TastytradeClient(
            name="tasty", base_url="http://api.example.org", secrets=secrets, now=lambda: NOW
        )


async def test_a_client_that_is_not_connected_says_so() -> None:
    async with TastytradeDouble() as double:
        client = client_of(double)
        with pytest.raises(BrokerUnavailable):
            await pulled(client)
        assert client.snapshot() == ()
        await client.close()
        await client.close()
        assert double.asked == []


async def test_closing_ends_a_pull_that_is_under_way() -> None:
    async with TastytradeDouble(always={"/accounts/*/positions": ACTS["silent"]}) as double:
        client = client_of(double)
        await client.connect()
        pulling = asyncio.create_task(pulled(client))
        await double.until(lambda: bool(double.requests("/accounts/*/positions")))
        await client.close()
        with pytest.raises(BrokerUnavailable):
            await pulling


# --- sections ------------------------------------------------------------------------------------


async def test_what_is_shown_first_comes_first_and_everything_comes() -> None:
    async with TastytradeDouble() as double, connected(double, STREAMING) as client:
        found = await pulled(client)

    order = list(dict.fromkeys(batch.section for batch in found))
    assert order == [
        Section.ACCOUNTS, Section.BALANCES, Section.POSITIONS, Section.INSTRUMENTS,
        Section.TRANSACTIONS, Section.NAV, Section.MARGIN, Section.NOTICES, Section.QUOTES,
        Section.GREEKS,
    ]  # fmt: skip
    assert failed(found) == {}
    positions = {
        (account.number, row["symbol"])
        for account in double.book.accounts.values()
        for row in account.positions
        if row["quantity-direction"] != "Zero"
    }
    assert len(held(found)) == len(positions)
    assert held(found)[MARGIN, "TSLA"] == "-50"
    prices = [record for batch in found for record in batch.records if isinstance(record, Quote)]
    greeks = [record for batch in found for record in batch.records if isinstance(record, Greeks)]
    assert len(prices) >= len({symbol for _, symbol in positions})
    assert len(greeks) == 4


async def test_one_bad_position_costs_the_others_neither_prices_nor_greeks() -> None:
    def spoil(row: dict[str, object]) -> None:
        row["quantity"] = "many"

    spoilt = {f"/accounts/{MARGIN}/positions": row_changed(spoil)}
    async with TastytradeDouble(always=spoilt) as double, connected(double, STREAMING) as client:
        found = await pulled(client)
    assert Section.POSITIONS in failed(found)
    greeks = [record for batch in found for record in batch.records if isinstance(record, Greeks)]
    assert len(greeks) == 4


async def test_only_of_accounts_that_answered_is_it_said_that_this_was_all() -> None:
    failing = {f"/accounts/{ROTH}/positions": ACTS["error"]}
    async with TastytradeDouble(always=failing) as double, connected(double) as client:
        found = await pulled(client)

    (batch,) = [batch for batch in found if batch.section is Section.POSITIONS]
    assert {one.account for one in batch.holds} == {MARGIN, CLOSED}
    assert ROTH in (batch.incomplete or "")
    assert {account for account, _ in held(found)} == {MARGIN}


async def test_a_position_that_cannot_be_read_leaves_its_account_without_an_end() -> None:
    fault = FAULTS["position-quantity-word"]
    async with TastytradeDouble() as double:
        fault.apply(double)
        async with connected(double) as client:
            found = await pulled(client)

    (batch,) = [batch for batch in found if batch.section is Section.POSITIONS]
    assert {one.account for one in batch.holds} == {CLOSED}
    assert len(batch.refused) == 2
    assert len(batch.records) == 14


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("balances-error", Section.BALANCES),
        ("instruments-not-found", Section.INSTRUMENTS),
        ("history-error", Section.TRANSACTIONS),
        ("net-liq-cut", Section.NAV),
        ("snapshots-error", Section.NAV),
        ("margin-cut", Section.MARGIN),
        ("trading-status-not-found", Section.NOTICES),
    ],
)
async def test_a_section_that_fails_is_named_and_costs_no_other(
    name: str, section: Section
) -> None:
    async with TastytradeDouble() as double:
        FAULTS[name].apply(double)
        async with connected(double) as client:
            found = await pulled(client)
    assert set(failed(found)) == {section}
    assert {batch.section for batch in found} >= {Section.POSITIONS, Section.NOTICES}


async def test_values_over_time_are_asked_for_once_a_day_and_after_a_failure_again() -> None:
    paths = "/accounts/*/net-liq/history"
    async with TastytradeDouble() as double, connected(double) as client:
        double.act(paths, ACTS["not-found"])
        found = await pulled(client)
        assert len(double.requests(paths)) == 2
        found += await pulled(client, cursors(found))
        assert len(double.requests(paths)) == 3
        await pulled(client, cursors(found))
        assert len(double.requests(paths)) == 3


async def test_a_server_that_went_down_is_given_up_and_what_came_was_told() -> None:
    async with TastytradeDouble() as double:
        client = client_of(double)
        await client.connect()
        double.always["/[!o]*"] = ACTS["error"]
        found: list[Batch] = []
        with pytest.raises(BrokerUnavailable):
            await gathered(client, found)
        await client.close()
        assert {batch.section for batch in found} == {
            Section.ACCOUNTS, Section.BALANCES, Section.POSITIONS,
        }  # fmt: skip
        assert len(double.asked) < 20


async def gathered(client: TastytradeClient, found: list[Batch]) -> None:
    async for batch in client.pull(Known()):
        found += [batch]


async def test_accounts_that_are_not_named_any_more_are_not_said_to_hold_nothing() -> None:
    async with TastytradeDouble() as double:
        FAULTS["accounts-fewer"].apply(double)
        async with connected(double) as client:
            found = await pulled(client)
    holds = {one.account for batch in found for one in batch.holds}
    assert holds == {MARGIN}


async def test_no_secret_and_no_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with TastytradeDouble() as double:
        double.act("/accounts/*/positions", ACTS["unauthorized"], ACTS["error"])
        async with connected(double, STREAMING) as client:
            await pulled(client)
        tokens = [*double.oauth.granted, *double.oauth.quotes, CLIENT_SECRET, REFRESH_TOKEN]
    assert len(tokens) > 3
    assert [token for token in tokens if token in caplog.text] == []


async def test_updates_tell_what_is_pushed_and_end_with_the_client() -> None:
    async with TastytradeDouble() as double, connected(double, STREAMING) as client:
        await pulled(client)
        told: list[object] = []

        async def listen() -> None:
            async for update in client.updates():
                told.extend(update.records)

        listening = asyncio.create_task(listen())
        await double.until(lambda: bool(double.feeds and double.streams))
        await double.until(lambda: ("Quote", "SPY") in double.subscribed())
        double.tick("SPY", bid=611.0, ask=611.5)
        await double.until(
            lambda: any(isinstance(one, Quote) and str(one.bid) == "611.0" for one in told)
        )
        await client.close()
        await asyncio.wait_for(listening, 30)
        assert double.feeds == [] or await _gone(double)


async def _gone(double: TastytradeDouble) -> bool:
    await double.until(lambda: not double.feeds and not double.streams)
    return True

"""The demo's book adds up: every holding and every cent follows from what happened."""

import asyncio
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple, TypeVar

import pytest

from qm_tui.brokers.client import Known
from qm_tui.brokers.demo.client import CONNECTIONS, Demo, DemoClient
from qm_tui.brokers.demo.planted import BREAKS, REPEATED
from qm_tui.brokers.demo.sections import FACTS
from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.domain.batches import Batch
from qm_tui.domain.instruments import Forex, Future, InstrumentType, instrument_type
from qm_tui.domain.records import (
    AccountInfo,
    Balance,
    CashTransaction,
    CorporateAction,
    Fact,
    MarginInterest,
    OptionEvent,
    Position,
    Record,
    Trade,
    Transfer,
    TransferLot,
)
from qm_tui.domain.reported import BrokerLot, BrokerWashSale, ClosedLot, NavSummary
from qm_tui.domain.words import CashType, CorporateActionType, OptionEventType, Section

NOW = dt.datetime(2026, 3, 11, 14, 30, tzinfo=dt.UTC)
NET_LIQUIDATION = {"NetLiquidation", "net-liquidating-value"}
R = TypeVar("R", bound=Record)
Amounts = dict[tuple[str, str], Decimal]


class Book(NamedTuple):
    """All that the demo's brokers say."""

    records: list[Record]

    def all(self, kind: type[R]) -> list[R]:
        return [record for record in self.records if isinstance(record, kind)]


WRONG = {(one.account, one.symbol) for one in BREAKS}
"""What does not add up on purpose; cash has no symbol."""


async def at_once(_seconds: float) -> None:
    """Wait for nothing."""


def clients(seed: int, now: dt.datetime = NOW) -> list[DemoClient]:
    demo = Demo(DemoSettings(seed=seed), lambda: now, at_once)
    return [demo.client(broker) for broker in CONNECTIONS.values()]


async def told(seed: int, now: dt.datetime = NOW) -> list[Batch]:
    return [batch for client in clients(seed, now) async for batch in client.pull(Known())]


@pytest.fixture(scope="module", params=[1, 2, 77])
def book(request: pytest.FixtureRequest) -> Book:
    return Book([record for batch in asyncio.run(told(request.param)) for record in batch.records])


def test_a_position_is_the_sum_of_what_happened_to_it(book: Book) -> None:
    expected: Amounts = defaultdict(Decimal)
    for trade in book.all(Trade):
        expected[trade.account, trade.instrument.symbol] += trade.quantity
    changes: list[Transfer | CorporateAction] = [*book.all(Transfer), *book.all(CorporateAction)]
    for change in changes:
        assert change.instrument is not None
        assert change.quantity is not None
        expected[change.account, change.instrument.symbol] += change.quantity
    held = {(seen.account, seen.instrument.symbol): seen.quantity for seen in book.all(Position)}
    come_to = {key: quantity for key, quantity in expected.items() if quantity}
    different = {key for key in held | come_to if held.get(key) != come_to.get(key)}
    assert different == {key for key in WRONG if key[1] not in {None, "XOM"}}


def test_the_lots_of_a_position_are_the_position(book: Book) -> None:
    lots = defaultdict(list)
    for lot in book.all(BrokerLot):
        lots[lot.account, lot.instrument].append(lot)
    for seen in book.all(Position):
        its_lots = lots.pop((seen.account, seen.instrument))
        assert sum(lot.quantity for lot in its_lots) == seen.quantity
        costs = [lot.cost_basis for lot in its_lots if lot.cost_basis is not None]
        assert seen.cost_basis == (sum(costs) if len(costs) == len(its_lots) else None)
    assert not lots


def is_cash(balance: Balance) -> bool:
    return balance.tag in {"TotalCashBalance", "cash-balance"} and balance.as_of == NOW


def test_cash_is_the_sum_of_all_that_was_paid_and_received(book: Book) -> None:
    expected: Amounts = defaultdict(Decimal)
    for trade in book.all(Trade):
        assert trade.net_cash is not None
        assert trade.currency is not None
        expected[trade.account, trade.currency] += trade.net_cash
        if isinstance(trade.instrument, Forex):
            expected[trade.account, trade.instrument.symbol[:3]] += trade.quantity
    for movement in book.all(CashTransaction):
        expected[movement.account, movement.currency] += movement.amount
    told_now = {(one.account, one.currency): one.value for one in book.all(Balance) if is_cash(one)}
    different = {place for place in told_now if told_now[place] != expected[place]}
    assert different == {(account, "USD") for account, symbol in WRONG if symbol is None}
    off = told_now["U7000002", "USD"] - expected["U7000002", "USD"]
    assert off == Decimal("-35.00")
    repeated = [one for one in book.all(Trade) if one.instrument.symbol == REPEATED]
    paid = sum((one.net_cash or Decimal(0) for one in repeated), Decimal(0)) / 2
    assert told_now["5WX00003", "USD"] - expected["5WX00003", "USD"] == -paid


def test_an_account_is_worth_its_cash_and_its_positions(book: Book) -> None:
    euro = next(one.fx_rate_to_base for one in book.all(Position) if one.currency == "EUR")
    assert euro is not None
    worth: defaultdict[str, Decimal] = defaultdict(Decimal)
    for balance in filter(is_cash, book.all(Balance)):
        worth[balance.account] += balance.value * (euro if balance.currency == "EUR" else 1)
    for seen in book.all(Position):
        if not isinstance(seen.instrument, Future):  # its gains are cash already
            worth[seen.account] += (seen.market_value or 0) * (seen.fx_rate_to_base or 0)
    said = {one.account: one.value for one in book.all(Balance) if one.tag in NET_LIQUIDATION}
    assert said == {account: total.quantize(Decimal("0.01")) for account, total in worth.items()}


def test_a_net_asset_value_is_the_sum_of_its_parts(book: Book) -> None:
    for nav in book.all(NavSummary):
        parts = (nav.cash, nav.stock, nav.options, nav.bonds, nav.funds)
        assert nav.total == sum((part or Decimal(0) for part in parts), Decimal(0))


def test_trades_reckon_by_the_cent_and_are_over(book: Book) -> None:
    for trade in book.all(Trade):
        assert trade.price is not None
        assert trade.proceeds is not None
        assert trade.executed_at is not None
        units = trade.quantity * trade.instrument.multiplier
        assert abs(trade.proceeds + units * trade.price) < Decimal("0.01")
        assert NOW - dt.timedelta(days=5 * 366) < trade.executed_at < NOW
        assert trade.trade_date == trade.executed_at.date()
        assert trade.trade_date.weekday() < 5


def test_what_a_trade_realized_is_what_its_lots_did(book: Book) -> None:
    per_trade: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    told_trades = {trade.key for trade in book.all(Trade)}
    for lot in book.all(ClosedLot):
        if lot.closing_trade_key not in told_trades:
            assert (lot.account, lot.instrument.symbol) in WRONG
            continue
        per_trade[lot.closing_trade_key] += lot.realized_pnl or 0
    realized = {trade.key: trade.realized_pnl for trade in book.all(Trade) if trade.realized_pnl}
    assert realized == {key: gain for key, gain in per_trade.items() if gain}


def test_no_two_facts_of_a_kind_share_a_key(book: Book) -> None:
    keys = [(type(fact), fact.account, fact.key) for fact in book.all(Fact)]
    assert len(keys) == len(set(keys))


def test_no_option_outlives_its_expiry_and_no_call_is_naked_in_the_wheel(book: Book) -> None:
    for seen in book.all(Position):
        expiry = getattr(seen.instrument, "expiry", None)
        assert expiry is None or expiry >= NOW.date() - dt.timedelta(days=1)
    wheel = [seen for seen in book.all(Position) if seen.instrument.symbol.startswith("IWM")]
    assert {seen.quantity for seen in wheel} <= {Decimal(-1), Decimal(100)}
    assert len(wheel) <= 2


def test_there_is_something_of_everything(book: Book) -> None:
    instruments = {trade.instrument for trade in book.all(Trade)}
    kinds = set(InstrumentType) - {InstrumentType.OTHER}
    assert {instrument_type(one) for one in instruments} == kinds
    assert len({one.symbol for one in instruments}) >= 40
    assert {movement.type for movement in book.all(CashTransaction)} == {
        CashType.DIVIDEND,
        CashType.WITHHOLDING_TAX,
        CashType.INTEREST_RECEIVED,
        CashType.INTEREST_PAID,
        CashType.DEPOSIT,
        CashType.WITHDRAWAL,
        CashType.FEE,
        CashType.OTHER,
    }
    assert {event.type for event in book.all(OptionEvent)} >= {
        OptionEventType.ASSIGNMENT,
        OptionEventType.EXPIRATION,
    }
    assert {action.type for action in book.all(CorporateAction)} == {
        CorporateActionType.SPLIT,
        CorporateActionType.SPIN_OFF,
        CorporateActionType.MERGER,
        CorporateActionType.SYMBOL_CHANGE,
    }
    assert len(book.all(Position)) >= 40
    assert len(book.all(BrokerWashSale)) == 1
    assert book.all(MarginInterest)
    assert {transfer.cost_basis is None for transfer in book.all(Transfer)} == {True, False}
    moved = [lot for lot in book.all(TransferLot) if lot.instrument and lot.account != "U7000001"]
    assert {lot.instrument.symbol for lot in moved if lot.instrument} == {"KO"}
    assert [one.account for one in book.all(AccountInfo)] == ["U7000001", "U7000002", "5WX00003"]
    assert len(book.all(NavSummary)) > 3 * 255


async def test_the_same_seed_tells_the_same_and_another_one_something_else() -> None:
    assert await told(5) == await told(5)
    assert await told(5) != await told(6)


@pytest.mark.parametrize("day", ["2026-01-01", "2026-07-05", "2028-02-29", "2030-12-31"])
async def test_any_day_can_be_the_present(day: str) -> None:
    now = dt.datetime.fromisoformat(f"{day}T03:00:00+00:00")
    batches = await told(1, now)
    assert len(batches) > 20


async def test_each_section_is_told_to_be_complete_and_facts_only_once() -> None:
    for client in clients(1):
        batches = [batch async for batch in client.pull(Known())]
        assert all(len(batch.records) <= 500 for batch in batches)
        held = {holds.section for batch in batches for holds in batch.holds}
        nobodys = {Section.FX_RATES, Section.QUOTES, Section.GREEKS}
        assert held == {batch.section for batch in batches} - nobodys
        cursors = {batch.section: batch.cursor for batch in batches if batch.cursor}
        assert set(cursors) == set(FACTS)
        again = [batch.section async for batch in client.pull(Known(cursors=cursors))]
        assert not set(again) & set(FACTS)
        await client.close()


async def test_every_fact_can_be_looked_up_in_the_answer_it_came_in() -> None:
    for client in clients(1):
        async for batch in client.pull(Known()):
            if batch.section in FACTS and batch.records:
                assert batch.document is not None
                rows = [record.document_row for record in batch.records]
                assert rows == list(range(len(rows)))


async def test_more_instruments_can_be_wanted() -> None:
    demo = Demo(DemoSettings(instruments=200), lambda: NOW, at_once)
    client = demo.client("ibkr")
    positions = [
        record
        async for batch in client.pull(Known())
        for record in batch.records
        if isinstance(record, Position)
    ]
    assert len(positions) + 13 >= 200

"""The demo's book adds up: every holding and every cent follows from what happened."""

import asyncio
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple, TypeVar

import pytest

from qm_tui.brokers.client import BrokerClient, Known
from qm_tui.brokers.demo.client import demo_brokers
from qm_tui.domain.batches import Batch
from qm_tui.domain.instruments import Forex, Future, InstrumentType, instrument_type
from qm_tui.domain.records import (
    AccountInfo,
    Balance,
    BrokerLot,
    CashTransaction,
    ClosedLot,
    CorporateAction,
    Fact,
    FxRate,
    MarginInterest,
    NavSummary,
    OptionEvent,
    Position,
    Record,
    Trade,
    Transfer,
    TransferLot,
)
from qm_tui.domain.words import CashType, CorporateActionType, OptionEventType, Section

NOW = dt.datetime(2026, 3, 11, 14, 30, tzinfo=dt.UTC)
R = TypeVar("R", bound=Record)
Amounts = dict[tuple[str, str], Decimal]


class Book(NamedTuple):
    """All that the demo's brokers say."""

    records: list[Record]

    def all(self, kind: type[R]) -> list[R]:
        return [record for record in self.records if isinstance(record, kind)]


async def told(seed: int, now: dt.datetime = NOW) -> list[Batch]:
    brokers: tuple[BrokerClient, ...] = demo_brokers(seed, now)
    return [batch for broker in brokers async for batch in broker.pull(Known())]


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
    assert held == {key: quantity for key, quantity in expected.items() if quantity}


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
    assert expected == {
        (balance.account, balance.currency): balance.value
        for balance in book.all(Balance)
        if balance.tag == "TotalCashBalance"
    }


def test_an_account_is_worth_its_cash_and_its_positions(book: Book) -> None:
    rate = max(book.all(FxRate), key=lambda one: one.date).rate
    worth: defaultdict[str, Decimal] = defaultdict(Decimal)
    for balance in book.all(Balance):
        if balance.tag == "TotalCashBalance":
            worth[balance.account] += balance.value * (rate if balance.currency == "EUR" else 1)
    for seen in book.all(Position):
        if not isinstance(seen.instrument, Future):  # its gains are cash already
            worth[seen.account] += (seen.market_value or 0) * (seen.fx_rate_to_base or 0)
    latest = {nav.account: nav.total for nav in book.all(NavSummary)}
    said = {one.account: one.value for one in book.all(Balance) if one.tag == "NetLiquidation"}
    assert said == latest
    for account, total in said.items():
        assert abs(total - worth[account]) < Decimal("0.10")


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
    for lot in book.all(ClosedLot):
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
    kinds = set(InstrumentType) - {InstrumentType.FUTURE_OPTION, InstrumentType.OTHER}
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
    }
    assert book.all(MarginInterest)
    assert {transfer.cost_basis is None for transfer in book.all(Transfer)} == {True, False}
    assert sum(lot.quantity for lot in book.all(TransferLot)) == 100
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


async def test_each_section_ends_with_the_word_that_it_is_complete() -> None:
    for broker in demo_brokers(1, NOW):
        last: dict[Section, Batch] = {}
        async for batch in broker.pull(Known()):
            assert len(batch.records) <= 500
            last[batch.section] = batch
        held = {holds.section for batch in last.values() for holds in batch.holds}
        assert held == set(last) - {Section.FX_RATES}
        cursors = {section: batch.cursor for section, batch in last.items() if batch.cursor}
        again = {batch.section async for batch in broker.pull(Known(cursors=cursors))}
        assert again == set(last) - set(cursors)
        await broker.close()

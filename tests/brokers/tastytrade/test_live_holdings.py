"""What is held, by whole answers and by pushes: whichever is later holds."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.tastytrade.holdings import Holdings
from qm_tui.domain.batches import Batch, Holds
from qm_tui.domain.instruments import Crypto, Equity
from qm_tui.domain.live import LiveBook
from qm_tui.domain.records import Balance, Position
from qm_tui.domain.words import Section

MINE = "5WX00001"
NOON = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
SPY = (MINE, "symbol:SPY")


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def held(quantity: int, seconds: float = 0, symbol: str = "SPY", account: str = MINE) -> Position:
    return Position(
        account=account,
        as_of=at(seconds),
        instrument=Equity(symbol=symbol),
        currency="USD",
        quantity=Decimal(quantity),
        cost_basis=Decimal(100 * quantity),
        market_price=Decimal(100),
    )


def cash(value: int, seconds: float, tag: str = "cash-balance") -> Balance:
    return Balance(account=MINE, as_of=at(seconds), tag=tag, currency="USD", value=Decimal(value))


def quantities(batch: Batch | None) -> list[tuple[str, int]]:
    assert batch is not None
    positions = [record for record in batch.records if isinstance(record, Position)]
    return [(one.instrument.symbol, int(one.quantity)) for one in positions]


def quantity_now(holdings: Holdings) -> Decimal | None:
    position = holdings.held(SPY)
    return None if position is None else position.quantity


def test_a_push_after_an_answer_holds() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10)], at(0))
    holdings.push(held(12, 1))
    assert quantity_now(holdings) == 12
    assert quantities(holdings.changed()) == [("SPY", 12)]
    assert holdings.changed() is None


def test_a_push_while_an_answer_was_on_its_way_holds_against_it() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10)], at(0))
    holdings.push(held(0, 6))
    holdings.take(MINE, [held(10, 5)], at(5))
    assert quantity_now(holdings) is None
    holdings.take(MINE, [held(3, 10)], at(10))
    assert quantity_now(holdings) == 3


def test_of_an_answer_with_a_row_that_cannot_be_read_the_others_are_followed() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10), held(5, symbol="QQQ"), held(7, symbol="IWM")], at(0))
    holdings.take(MINE, [held(11, 5), held(0, 5, "IWM")], at(5), is_whole=False)
    assert {(name, int(one.quantity)) for (_, name), one in holdings.all()} == {
        ("symbol:SPY", 11), ("symbol:QQQ", 5)
    }  # fmt: skip
    assert holdings.snapshot(at(6), at(0)) == [], "nobody knows what else there is"
    holdings.push(held(12, 7))
    assert quantity_now(holdings) == 12
    holdings.take(MINE, [held(12, 8)], at(8))
    assert [quantities(batch) for batch in holdings.snapshot(at(9), at(0))] == [[("SPY", 12)]]


def test_an_answer_that_was_asked_for_after_a_push_holds_against_it() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10)], at(0))
    holdings.push(held(12, 1))
    holdings.take(MINE, [held(13, 2)], at(2))
    assert quantity_now(holdings) == 13


def test_pushes_before_the_first_answer_wait_for_it() -> None:
    holdings = Holdings()
    holdings.push(held(12, 1))
    assert holdings.news(100) == []
    assert holdings.changed() is None
    holdings.take(MINE, [held(10), held(5, symbol="AAPL")], at(0))
    assert quantities(holdings.changed()) == [("SPY", 12)]
    assert quantity_now(holdings) == 12


def test_the_same_quantity_again_is_nothing_to_store() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10)], at(0))
    holdings.push(held(10, 1))
    assert holdings.changed() is None
    assert len(holdings.news(100)) == 1


def test_a_mark_is_told_once_and_only_where_the_price_is_another() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10)], at(0))
    holdings.mark([SPY], Decimal(100), at(1), DAY)
    assert holdings.news(100) == []
    holdings.mark([SPY], Decimal(101), at(2), DAY)
    holdings.mark([SPY], Decimal(102), at(3), DAY)
    [told] = holdings.news(100)
    assert isinstance(told, Position)
    assert (told.market_price, told.market_value) == (Decimal(102), Decimal(1020))
    assert told.as_of == at(3)


def test_no_more_is_told_at_once_than_is_asked_for() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(1, symbol=symbol) for symbol in "ABC"], at(0))
    holdings.mark([(MINE, f"symbol:{one}") for one in "ABC"], Decimal(101), at(1), DAY)
    assert [len(holdings.news(2)) for _ in range(3)] == [2, 1, 0]


def test_what_was_marked_while_an_answer_was_on_its_way_is_told_as_the_answer_says() -> None:
    book, holdings = LiveBook(), Holdings()
    holdings.take(MINE, [held(10), held(7, symbol="AAPL")], at(0))
    for place in (SPY, (MINE, "symbol:AAPL")):
        holdings.mark([place], Decimal(101), at(6), DAY)
    book.apply(holdings.news(100))
    answer = (held(12, 5),)
    holds = Holds(account=MINE, section=Section.POSITIONS, as_of=at(5))
    book.take(Batch(section=Section.POSITIONS, records=answer, holds=(holds,)))
    holdings.take(MINE, answer, at(5))
    book.apply(holdings.news(100))
    assert [(one.instrument.symbol, int(one.quantity)) for one in book.held()] == [("SPY", 12)]


def test_values_that_were_pushed_later_hold_against_an_answer() -> None:
    holdings = Holdings()
    holdings.push_balances([cash(2, 6)])
    holdings.take_balances(MINE, [cash(1, 5), cash(9, 5, "pending-cash")], at(5))
    [batch] = holdings.snapshot(at(9), since=at(0))
    values = {record.tag: record.value for record in batch.records if isinstance(record, Balance)}
    assert values == {"cash-balance": 2, "pending-cash": 9}


def test_a_fund_and_a_coin_of_one_ticker_are_held_beside_each_other() -> None:
    holdings = Holdings()
    coin = replace(held(3, symbol="BTC"), instrument=Crypto(symbol="BTC", currency="USD"))
    holdings.take(MINE, [held(10, symbol="BTC"), coin], at(0))

    [batch] = holdings.snapshot(at(1), at(0))

    assert quantities(batch) == [("BTC", 10), ("BTC", 3)]


def test_a_snapshot_holds_only_what_was_told_whole_since() -> None:
    holdings = Holdings()
    holdings.take(MINE, [held(10)], at(0))
    holdings.take("5WX00002", [], at(5))
    accounts = [batch.holds[0].account for batch in holdings.snapshot(at(9), since=at(3))]
    assert accounts == ["5WX00002"]

"""Fills that are pushed: the history is asked until their transactions came."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest

from qm_tui.brokers.client import BrokerUnavailable
from qm_tui.brokers.tastytrade.answers import AskFailed, Row
from qm_tui.brokers.tastytrade.fill_watch import FillWatch
from qm_tui.domain.batches import Batch
from qm_tui.domain.instruments import Equity
from qm_tui.domain.records import Trade
from qm_tui.domain.words import Section
from tests.brokers.tastytrade.streaming_parts import until

MINE = "5WX00001"
PAUSES = (0.005, 0.005, 0.005)


def order(number: int, *fills: tuple[str, object], account: object = MINE) -> Row:
    told = [{"fill-id": name, "quantity": quantity} for name, quantity in fills]
    return {"account-number": account, "id": number, "legs": [{"fills": told}]}


def traded(number: int, *quantities: int) -> Batch:
    return Batch(
        section=Section.TRANSACTIONS,
        records=tuple(
            Trade(
                account=MINE,
                key=f"TX:{number}{place}",
                instrument=Equity(symbol="SPY"),
                trade_date=dt.date(2026, 11, 20),
                quantity=Decimal(quantity),
                price=Decimal(600),
                currency="USD",
                broker_order_id=str(number),
            )
            for place, quantity in enumerate(quantities)
        ),
    )


class History:
    """Answers one after the other; the last one again and again."""

    def __init__(self, *answers: Sequence[Batch] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def recent(self, account: str) -> Sequence[Batch]:
        self.asked.append(account)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def settled(watch: FillWatch) -> None:
    """Wait until nothing is followed any more."""

    def idle() -> bool:
        watch.check()
        return not watch._tasks

    await until(idle)


async def test_the_history_is_asked_until_all_of_a_fill_came() -> None:
    history = History([], [traded(7, 60)], [traded(7, 60, 40)])
    watch = FillWatch(history.recent, PAUSES)
    watch.order(order(7, ("a", "60"), ("b", 40)))
    await settled(watch)
    assert history.asked == [MINE] * 3
    assert watch.found == [traded(7, 60), traded(7, 60, 40)]
    assert not watch.missed


async def test_it_is_not_asked_again_for_a_fill_that_was_told_before() -> None:
    history = History([traded(7, -5)])
    watch = FillWatch(history.recent, PAUSES)
    watch.order(order(7, ("a", 5)))
    await settled(watch)
    watch.order(order(7, ("a", 5)))
    await settled(watch)
    assert history.asked == [MINE]


async def test_a_fill_whose_transaction_never_comes_has_everything_pulled_again() -> None:
    history = History(AskFailed("not now", passing=True), [traded(8, 5)])
    watch = FillWatch(history.recent, PAUSES)
    watch.order(order(7, ("a", 5)))
    await settled(watch)
    assert len(history.asked) == len(PAUSES)
    assert watch.missed


async def test_each_account_is_asked_for_itself() -> None:
    history = History([])
    watch = FillWatch(history.recent, (0.005,))
    watch.order(order(7, ("a", 5)))
    watch.order(order(8, ("b", 5), account="5WX00002"))
    await settled(watch)
    assert sorted(history.asked) == [MINE, "5WX00002"]


@pytest.mark.parametrize(
    "row",
    [
        order(7),
        order(7, ("a", 5), account=None),
        {"account-number": MINE, "id": 7, "legs": "x"},
        {"account-number": MINE, "id": 7, "legs": [None, {"fills": [3]}, {"fills": {}}]},
        {"account-number": MINE, "legs": [{"fills": [{"fill-id": "a", "quantity": 1}]}]},
        {},
    ],
)
async def test_an_order_without_a_fill_is_nothing_to_ask_for(row: Row) -> None:
    history = History([])
    watch = FillWatch(history.recent, PAUSES)
    watch.order(row)
    await settled(watch)
    assert not history.asked


async def test_the_end_of_all_access_is_raised() -> None:
    watch = FillWatch(History(BrokerUnavailable("it is gone")).recent, PAUSES)
    watch.order(order(7, ("a", 5)))
    with pytest.raises(BrokerUnavailable):
        await settled(watch)


async def test_nothing_is_waited_for_after_the_end() -> None:
    watch = FillWatch(History([]).recent, (60.0,))
    watch.order(order(7, ("a", 5)))
    async with asyncio.timeout(20):
        await watch.close()
    assert not watch.missed

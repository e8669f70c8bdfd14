"""Cancellations, corrections and orders: what counts is the same whatever came first."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.batches import Authority
from qm_tui.domain.records import Trade
from qm_tui.domain.words import TradeKind, TradeLevel
from qm_tui.store.store import Store
from tests.builders import a_batch, a_trade, an_equity
from tests.store.stores import Contents, Told, after, booked, differences, told, values


def bought(number: str, quantity: int = 100, **changes: Any) -> Trade:
    return a_trade(
        **{
            "key": f"TX:{number}", "broker_transaction_id": number, "broker_trade_id": "2001",
            "quantity": quantity, **changes,
        }
    )  # fmt: skip


def cancel(number: str, of: str | None, quantity: int = -100, **changes: Any) -> Trade:
    return bought(
        number, quantity, kind=TradeKind.CANCEL, original_transaction_id=of,
        transaction_type="TradeCancel", **changes,
    )  # fmt: skip


ORIGINAL, CANCEL, REBOOK = bought("1001"), cancel("1002", "1001"), bought("1003", price=151)

SPLITS = [
    [told(a_batch(ORIGINAL, CANCEL, REBOOK))],
    [told(a_batch(ORIGINAL)), told(a_batch(CANCEL, REBOOK))],
    [told(a_batch(ORIGINAL, REBOOK)), told(a_batch(CANCEL))],
    [told(a_batch(ORIGINAL)), told(a_batch(CANCEL)), told(a_batch(REBOOK))],
    [told(a_batch(ORIGINAL, CANCEL)), told(a_batch(CANCEL, REBOOK)), told(a_batch(ORIGINAL))],
]


@pytest.mark.parametrize("files", SPLITS, ids=lambda files: f"{len(files)} files")
def test_a_cancelled_and_rebooked_purchase_counts_once(files: list[Told]) -> None:
    for order in itertools.permutations(files):
        found = after(*order)
        assert values(booked(found), "key", "price") == [("TX:1003", Decimal(151))]
        assert len(found["trades"]) == 3


def test_a_cancellation_waits_for_its_original_and_takes_nothing_else() -> None:
    found = after(told(a_batch(CANCEL, REBOOK)))

    assert values(booked(found), "key") == ["TX:1003"]


def test_a_cancellation_without_the_originals_id_takes_back_one_fill_with_its_trade_id() -> None:
    vague = a_trade(key="TX:1002", broker_transaction_id="1002", broker_trade_id="2001",
                    quantity=-100, kind=TradeKind.CANCEL)  # fmt: skip
    other = bought("1004", broker_trade_id="2002")
    files = [told(a_batch(ORIGINAL)), told(a_batch(other)), told(a_batch(vague))]
    for order in itertools.permutations(files):
        assert values(booked(after(*order)), "key") == ["TX:1004"]


def test_a_cancellation_that_names_its_original_is_served_before_one_that_does_not() -> None:
    fills = [bought("1001"), bought("1002")]
    vague = cancel("1003", None, executed_at="2024-03-15T14:00:00+00:00")
    named = cancel("1004", "1001")
    files = [told(a_batch(*fills)), told(a_batch(vague)), told(a_batch(named))]
    for order in itertools.permutations(files):
        assert booked(after(*order)) == []


def test_two_cancellations_take_back_two_equal_fills_and_leave_a_third() -> None:
    fills = [bought(str(number)) for number in (1001, 1002, 1003)]
    cancels = [cancel("1004", "1001"), cancel("1005", "1003")]

    assert values(booked(after(told(a_batch(*fills, *cancels)))), "key") == ["TX:1002"]


def test_a_cancellation_is_never_counted_itself() -> None:
    assert booked(after(told(a_batch(CANCEL)))) == []


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_cancellation_that_is_cancelled_takes_nothing_back(depth: int) -> None:
    chain = [ORIGINAL]
    for number in range(depth):
        chain.append(cancel(str(2000 + number), chain[-1].broker_transaction_id))
    counts = depth % 2 == 0
    for rows in (chain, chain[::-1]):
        found = after(*(told(a_batch(one)) for one in rows))
        assert len(booked(found)) == counts


def order(quantity: int = 100, **changes: Any) -> Trade:
    return a_trade(
        key="OR:3001:2024-03-15:AAPL", level=TradeLevel.ORDER, broker_order_id="3001",
        quantity=quantity, **changes,
    )  # fmt: skip


def test_an_order_stands_for_its_fills_until_they_are_known() -> None:
    fills = [bought(str(number), 50, broker_order_id="3001") for number in (1, 2)]
    assert values(booked(after(told(a_batch(order())))), "key") == ["OR:3001:2024-03-15:AAPL"]
    files = [told(a_batch(order())), told(a_batch(fills[0])), told(a_batch(fills[1]))]
    first = after(*files)
    for arrival in itertools.permutations(files):
        found = after(*arrival)
        assert sorted(values(booked(found), "key")) == ["TX:1", "TX:2"]
        assert differences(first, found) == []


def test_an_order_of_another_instrument_is_not_superseded() -> None:
    other = bought("1", instrument=an_equity("MSFT"))

    assert len(booked(after(told(a_batch(order())), told(a_batch(other))))) == 2


def an_order(number: str, quantity: int) -> Trade:
    return a_trade(
        key=f"OR:{number}:2024-03-15:AAPL", level=TradeLevel.ORDER, broker_order_id=number,
        quantity=quantity,
    )  # fmt: skip


def in_any_order(*files: Told) -> Contents:
    first = after(*files)
    for arrival in itertools.permutations(files):
        assert differences(first, after(*arrival)) == []
    return first


def test_an_order_stands_while_only_fills_of_another_order_of_the_day_are_known() -> None:
    found = in_any_order(
        told(a_batch(an_order("3001", 100), an_order("3002", 50))),
        told(a_batch(bought("1", broker_order_id="3001"))),
    )

    assert sorted(values(booked(found), "key")) == ["OR:3002:2024-03-15:AAPL", "TX:1"]


def test_a_fill_without_an_order_id_stands_for_the_orders_of_its_day() -> None:
    found = in_any_order(told(a_batch(order())), told(a_batch(bought("1", broker_order_id=None))))

    assert values(booked(found), "key") == ["TX:1"]


def test_what_the_user_keeps_himself_stands_for_no_order() -> None:
    found = in_any_order(
        told(a_batch(order())),
        told(a_batch(a_trade(key="LG:1", quantity=10)), authority=Authority.USER),
    )

    assert len(booked(found)) == 2


def test_a_cancelled_fill_stands_for_no_order() -> None:
    found = in_any_order(
        told(a_batch(order())), told(a_batch(bought("1001", broker_order_id="3001"), CANCEL))
    )

    assert values(booked(found), "key") == ["OR:3001:2024-03-15:AAPL"]


def test_fills_by_ticker_stand_for_an_order_by_contract() -> None:
    found = in_any_order(
        told(a_batch(order(instrument=an_equity("AAPL", conid="265598")))),
        told(a_batch(bought("1", broker_order_id="3001"))),
    )

    assert values(booked(found), "key") == ["TX:1"]


def test_a_cancellation_takes_the_fill_it_names_whatever_its_sign() -> None:
    unsigned = cancel("1002", "1001", quantity=100)
    found = in_any_order(told(a_batch(ORIGINAL)), told(a_batch(unsigned)), told(a_batch(REBOOK)))

    assert values(booked(found), "key") == ["TX:1003"]


async def test_a_cancellation_that_finds_nothing_is_warned_of(store: Store) -> None:
    async with store.writer.unit(told().source) as unit:
        await unit.save(a_batch(CANCEL))
    async with store.writer.unit(told().source) as later:
        await later.save(a_batch(ORIGINAL))

    assert [text for text in unit.tally.warnings if "Cancellations" in text]
    assert later.tally.warnings == []

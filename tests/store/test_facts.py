"""What becomes of a fact that is told again, otherwise, by several sources and in any order."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.records import Authority, Trade
from qm_tui.store.store import Store
from qm_tui.store.writer import AlreadyStored
from tests.builders import (
    a_batch,
    a_cash_transaction,
    a_nav,
    a_trade,
    a_transfer,
    an_equity,
    an_fx_rate,
)
from tests.store.stores import (
    T1,
    T2,
    T3,
    Told,
    after,
    booked,
    contents,
    differences,
    tell,
    told,
    values,
)

EXECUTION = "0000e0d5.123.01.01"


def provisional(**changes: Any) -> Trade:
    """A fill as the broker's confirmation knows it, before the books are closed."""
    return a_trade(
        **{
            "key": f"EX:{EXECUTION}", "broker_execution_id": EXECUTION, "commission": None,
            **changes,
        }
    )  # fmt: skip


def final(**changes: Any) -> Trade:
    """The same fill in the activity statement."""
    return a_trade(
        **{
            "key": "TX:1001", "broker_transaction_id": "1001", "broker_trade_id": "2001",
            "broker_execution_id": EXECUTION, "commission": "-1", **changes,
        }
    )  # fmt: skip


def every_order_agrees(*all_told: Told) -> dict[str, Any]:
    """Tell in all orders; return what is known, which must be the same each time."""
    first = after(*all_told)
    for order in itertools.permutations(all_told):
        assert differences(first, after(*order)) == []
    return first


async def test_the_same_batch_told_twice_changes_nothing(store: Store) -> None:
    batch = a_batch(a_trade(), a_trade(quantity=50), a_cash_transaction(), a_transfer())
    await tell(store, told(batch))
    before = await contents(store.reader)

    await tell(store, told(batch))

    assert differences(before, await contents(store.reader)) == []


async def test_rows_told_twice_are_counted_as_unchanged(store: Store) -> None:
    batch = a_batch(a_trade(), a_trade(quantity=50))
    first, second = told(batch), told(batch)

    added = await store.writer.save(first.source, batch)
    known = await store.writer.save(second.source, batch)

    assert (added.received, added.added, added.unchanged) == (2, 2, 0)
    assert (known.received, known.added, known.unchanged) == (2, 0, 2)


async def test_a_document_is_stored_once_even_if_two_found_it_new(store: Store) -> None:
    one = told(a_batch(a_trade()))
    await tell(store, one)
    before = await contents(store.reader)

    with pytest.raises(AlreadyStored):
        await tell(store, one)

    assert await contents(store.reader) == before


def test_a_restated_fact_is_the_later_one_whatever_came_first() -> None:
    found = every_order_agrees(
        told(a_batch(a_trade(key="TX:1", commission="-1")), at=T1),
        told(a_batch(a_trade(key="TX:1", commission="-1.5")), at=T2),
    )

    assert values(found["trades"], "commission") == [Decimal("-1.5")]


def test_every_version_of_a_restated_fact_is_kept() -> None:
    found = every_order_agrees(
        told(a_batch(a_trade(key="TX:1", commission="-1")), at=T1),
        told(a_batch(a_trade(key="TX:1", commission="-1.5")), at=T2),
        told(a_batch(a_trade(key="TX:1", commission="-2")), at=T3),
    )

    assert sorted(values(found["versions"], "commission")) == ["-1", "-1.5", "-2"]


def test_a_value_that_one_source_leaves_out_stays_as_another_said_it() -> None:
    found = every_order_agrees(
        told(a_batch(a_trade(key="TX:1", exchange="ARCA")), at=T1),
        told(a_batch(a_trade(key="TX:1", exchange=None, codes="P")), at=T2),
    )

    assert values(found["trades"], "exchange", "codes") == [("ARCA", "P")]


def test_the_brokers_books_outrank_what_is_told_later_with_less_authority() -> None:
    found = every_order_agrees(
        told(a_batch(final(price="150.01")), at=T1, authority=Authority.FINAL),
        told(a_batch(provisional(price="150")), at=T2, authority=Authority.PROVISIONAL),
    )

    assert values(found["trades"], "price") == [Decimal("150.01")]


def test_a_confirmation_and_the_final_row_are_one_fill_under_the_stronger_key() -> None:
    found = every_order_agrees(
        told(a_batch(provisional()), at=T1, authority=Authority.PROVISIONAL),
        told(a_batch(final()), at=T2),
    )

    assert values(found["trades"], "key", "commission") == [("TX:1001", Decimal(-1))]


def test_two_fills_that_differ_only_in_their_id_stay_two() -> None:
    one, two = (
        a_trade(key="TX:1", broker_transaction_id="1"),
        a_trade(key="TX:2", broker_transaction_id="2"),
    )
    found = every_order_agrees(told(a_batch(one)), told(a_batch(two)), told(a_batch(one, two)))

    assert len(booked(found)) == 2


def test_two_equal_rows_without_any_id_stay_two() -> None:
    rows = [a_trade(key=f"H:abc:{number}") for number in range(2)]
    found = every_order_agrees(told(a_batch(*rows)), told(a_batch(rows[0])))

    assert len(booked(found)) == 2


def test_a_rate_confirmed_later_is_not_undone_by_one_told_in_between() -> None:
    found = every_order_agrees(
        told(a_batch(an_fx_rate(rate="1.08")), at=T1),
        told(a_batch(an_fx_rate(rate="1.09")), at=T2),
        told(a_batch(an_fx_rate(rate="1.08")), at=T3),
    )

    assert values(found["rates"], "rate") == [Decimal("1.08")]


def test_net_asset_values_of_a_day_are_restated_like_facts() -> None:
    found = every_order_agrees(
        told(a_batch(a_nav(total=100)), at=T1), told(a_batch(a_nav(total=101)), at=T2)
    )

    assert values(found["nav_summaries"], "total") == [Decimal(101)]


AMOUNTS = st.sampled_from([None, Decimal(0), Decimal("-1.5"), Decimal("0.000001")])
WORDS = st.sampled_from([None, "A", "A;P"])
VERSIONS = st.fixed_dictionaries(
    {
        "commission": AMOUNTS,
        "taxes": AMOUNTS,
        "exchange": WORDS,
        "codes": WORDS,
        "realized_pnl": AMOUNTS,
        "settle_date": st.sampled_from([None, dt.date(2024, 3, 18), dt.date(2024, 3, 19)]),
        "broker_specific": st.sampled_from([None, {"a": "1"}, {"a": "2"}, {"b": "1"}]),
    }
)
SOURCES = st.tuples(
    VERSIONS, st.sampled_from([T1, T2, T3]), st.sampled_from(list(Authority)), st.booleans()
)


@st.composite
def versions_in_two_orders(draw: st.DrawFn) -> tuple[list[Told], list[Told]]:
    """One fill as several sources tell it, some without its booking id; and in another order."""
    told_by = [
        told(
            a_batch(final(**version) if booked_id else provisional(**version)),
            at=at,
            authority=authority,
        )
        for version, at, authority, booked_id in draw(st.lists(SOURCES, min_size=2, max_size=5))
    ]
    return told_by, draw(st.permutations(told_by))


@settings(max_examples=40, deadline=None)
@given(versions_in_two_orders())
def test_any_order_of_any_versions_ends_in_the_same_rows(
    orders: tuple[list[Told], list[Told]],
) -> None:
    one, other = orders

    assert differences(after(*one), after(*other)) == []


def test_sources_of_one_moment_that_disagree_end_the_same_in_any_order() -> None:
    joined = an_equity(conid="265598")
    every_order_agrees(
        told(a_batch(a_trade(key="TX:1", exchange="ARCA", instrument=joined)), at=T1),
        told(a_batch(a_trade(key="TX:1", exchange="BATS", instrument=joined)), at=T1),
        told(a_batch(a_trade(quantity=7, instrument=an_equity("MSFT", conid="2"))), at=T1),
    )

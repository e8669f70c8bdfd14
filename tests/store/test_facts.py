"""What becomes of a fact that is told again, otherwise, by several sources and in any order."""

import datetime as dt
import itertools
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.batches import Authority
from qm_tui.domain.records import Trade
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
from tests.examples import examples
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


@settings(max_examples=examples(15), deadline=None)
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


CONTRACT, TICKER = an_equity("AAPL", conid="265598"), an_equity("AAPL")


def test_a_ledgers_row_and_the_brokers_are_one_fill_by_the_trade_id() -> None:
    kept = a_trade(key="LG:1", broker_trade_id="2001", instrument=TICKER, executed_at=None)
    found = every_order_agrees(
        told(a_batch(kept), at=T2, authority=Authority.USER, broker="files"),
        told(a_batch(final(instrument=CONTRACT)), at=T1),
    )

    assert values(found["trades"], "key", "instrument_conid") == [("TX:1001", "265598")]


def test_a_confirmation_by_ticker_and_the_final_row_by_contract_are_one_fill() -> None:
    found = every_order_agrees(
        told(a_batch(provisional(instrument=TICKER)), authority=Authority.PROVISIONAL),
        told(a_batch(final(instrument=CONTRACT)), at=T2),
    )

    assert values(found["trades"], "key", "instrument_conid") == [("TX:1001", "265598")]


def test_a_final_row_by_ticker_is_the_contract_that_the_confirmation_named() -> None:
    found = every_order_agrees(
        told(a_batch(provisional(instrument=CONTRACT)), authority=Authority.PROVISIONAL),
        told(a_batch(final(instrument=TICKER)), at=T2),
        told(a_batch(a_trade(instrument=an_equity("AAPL", conid="2"), quantity=7)), at=T3),
    )

    assert sorted(values(found["trades"], "instrument_conid")) == ["2", "265598"]


def test_a_fill_under_two_names_is_one_in_one_document_too() -> None:
    found = every_order_agrees(
        told(
            a_batch(provisional(instrument=TICKER)),
            a_batch(final(instrument=CONTRACT)),
        )
    )

    assert values(found["trades"], "key", "instrument_conid") == [("TX:1001", "265598")]


def corrected(**changes: Any) -> Trade:
    """The same execution as it was corrected."""
    execution = "0000e0d5.123.01.02"
    return a_trade(
        **{
            "key": f"EX:{execution}", "broker_execution_id": execution, "price": "150.05",
            **changes,
        }
    )  # fmt: skip


def test_a_correction_of_an_execution_is_the_same_fill_with_the_corrected_content() -> None:
    found = every_order_agrees(
        told(a_batch(provisional()), at=T1, authority=Authority.PROVISIONAL),
        told(
            a_batch(
                corrected(
                    key="TX:1003", broker_transaction_id="1003", broker_trade_id="2001",
                )
            ),
            at=T2,
        ),
    )  # fmt: skip

    assert values(found["trades"], "key", "price") == [("TX:1003", Decimal("150.05"))]


def test_a_correction_restates_even_what_was_told_later_or_with_more_authority() -> None:
    found = every_order_agrees(
        told(a_batch(corrected()), at=T1, authority=Authority.PROVISIONAL),
        told(a_batch(provisional()), at=T2, authority=Authority.PROVISIONAL),
        told(a_batch(final(key=f"EX:{EXECUTION}", broker_transaction_id=None)), at=T3),
    )

    assert values(found["trades"], "price") == [Decimal("150.05")]


def test_a_correction_that_is_told_again_is_still_the_same_fill() -> None:
    found = every_order_agrees(
        told(a_batch(provisional()), at=T1, authority=Authority.PROVISIONAL),
        told(a_batch(corrected()), at=T2, authority=Authority.PROVISIONAL),
        told(a_batch(corrected()), at=T3, authority=Authority.PROVISIONAL),
    )

    assert values(found["trades"], "price") == [Decimal("150.05")]


def test_an_execution_and_its_correction_in_one_document_are_one_fill() -> None:
    one = every_order_agrees(told(a_batch(provisional(), corrected())))
    other = every_order_agrees(told(a_batch(corrected(), provisional())))

    assert values(one["trades"], "price") == [Decimal("150.05")]
    assert differences(one, other) == []


def test_two_bookings_of_one_execution_stay_two() -> None:
    rebooked = corrected(key="TX:1003", broker_transaction_id="1003", broker_trade_id="2001")
    found = every_order_agrees(told(a_batch(final())), told(a_batch(rebooked)))

    assert len(booked(found)) == 2


def read_in(zone: str, document: Told, hour: int) -> Told:
    """A document as it reads in a time zone, in which it was itself made at another hour."""
    made = document.source.document
    assert made is not None
    at = T1.replace(hour=hour)
    fill = a_trade(key="TX:1", executed_at=f"2024-03-15T{hour:02}:00:00+00:00")
    source = replace(document.source, document=replace(made, generated_at=at), options=zone)
    return Told(source, (a_batch(fill),))


@pytest.mark.parametrize("hours", [(4, 15), (15, 4)])
def test_a_document_read_again_in_another_time_zone_is_as_it_was_read_last(
    hours: tuple[int, int],
) -> None:
    document = told(a_batch())
    first, second = hours
    found = after(read_in("A", document, first), read_in("B", document, second))

    (fill,) = found["trades"]
    assert fill["executed_at"].hour == second


def test_a_row_that_names_both_ids_of_two_rows_makes_them_one() -> None:
    by_execution = provisional(broker_trade_id=None, exchange="ARCA")
    by_trade = a_trade(key="TR:2001:100:150", broker_trade_id="2001", codes="P")
    both = provisional(broker_trade_id="2001", commission="-1")
    found = every_order_agrees(
        told(a_batch(by_execution), at=T1),
        told(a_batch(by_trade), at=T2),
        told(a_batch(both), at=T3),
    )

    assert values(found["trades"], "key", "exchange", "codes") == [(f"EX:{EXECUTION}", "ARCA", "P")]


def test_a_confirmation_and_a_booking_without_a_common_id_are_one_when_a_row_names_both() -> None:
    found = every_order_agrees(
        told(a_batch(provisional()), authority=Authority.PROVISIONAL),
        told(a_batch(final(broker_execution_id=None)), at=T2),
        told(a_batch(final()), at=T3),
    )

    assert values(found["trades"], "key") == ["TX:1001"]


def test_a_ledgers_row_is_the_brokers_fill_also_when_the_price_was_corrected() -> None:
    kept = a_trade(key="ID:2001", broker_trade_id="2001", instrument=TICKER, executed_at=None)
    found = every_order_agrees(
        told(a_batch(kept), at=T1, authority=Authority.USER, broker="files"),
        told(a_batch(final(instrument=CONTRACT)), at=T1),
        told(a_batch(final(instrument=CONTRACT, price="150.05")), at=T2),
    )

    assert values(found["trades"], "key", "price") == [("TX:1001", Decimal("150.05"))]

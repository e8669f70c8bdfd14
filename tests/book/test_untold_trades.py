"""Trades that nobody told, and short sales that nobody calls so: what positions say of them."""

from decimal import Decimal

import pytest

from qm_tui.queries.discrepancies import discrepancies
from qm_tui.store.store import Store
from tests.book.following import derived, following, rebuilt
from tests.book.reconciled import breaks, reconciled, told_of
from tests.book.test_reconciling import LATER, MSFT, bought, held, history, seen
from tests.builders import a_batch, an_account, covers
from tests.store.stores import tell, told


async def test_a_position_of_which_there_is_no_fact_is_told_beside_a_single_trade(
    store: Store,
) -> None:
    await tell(store, history(bought(100)), seen(held(100), held(7, MSFT)))

    await reconciled(store)

    assert told_of(await breaks(store)) == [("quantity", "MSFT", "7", "orphan_position")]


async def test_a_position_is_told_where_the_only_trade_of_the_account_is_missing(
    store: Store,
) -> None:
    await tell(store, history(), seen(held(100)))

    await reconciled(store)

    assert told_of(await breaks(store)) == [("quantity", "AAPL", "100", "orphan_position")]


async def test_positions_without_any_history_are_not_known_and_no_alarm(store: Store) -> None:
    await tell(
        store,
        told(a_batch(an_account(), coverage=[covers("2024-05-01", "2024-06-28")])),
        seen(held(100)),
    )

    kept = await reconciled(store)

    [found] = await discrepancies(store.reader)
    assert (found.verdict, found.symbol, found.cause) == (
        "not_known", "AAPL", "history_starts_later",
    )  # fmt: skip
    assert kept.open_breaks == 0


async def test_the_only_trade_of_an_account_is_told_where_a_complete_answer_is_empty(
    store: Store,
) -> None:
    await tell(store, history(bought(100)), seen())

    await reconciled(store)

    assert ("quantity", "AAPL", "-100", "missing_trade") in told_of(await breaks(store))


async def test_a_position_beside_a_ledger_that_tells_of_others_is_an_orphan(store: Store) -> None:
    await tell(store, told(a_batch(an_account(), bought(100))), seen(held(100), held(7, MSFT)))

    await reconciled(store)

    assert told_of(await breaks(store)) == [("quantity", "MSFT", "7", "orphan_position")]


SHORT = (bought(-20, key="TX:1", price=10), bought(50, "2024-03-01", key="TX:2", price=12))
"""Sold before it was bought, and nobody says which of them opens and which closes."""


async def test_a_short_sale_that_nobody_calls_one_is_covered_where_positions_agree(
    store: Store,
) -> None:
    await tell(store, history(*SHORT), seen(held(30)))

    await reconciled(store)

    assert await breaks(store) == []
    lots = (await following(store.reader))["tax_lots"]
    assert {(lot["quantity"], lot["origin"]) for lot in lots} == {(Decimal(30), "purchase")}


@pytest.mark.parametrize("left", [30, 0])
async def test_a_short_sale_is_found_when_positions_are_told_later(store: Store, left: int) -> None:
    sold = [] if left else [bought(-30, "2024-04-01", key="TX:3", price=12)]
    await tell(store, history(*SHORT, *sold))
    await derived(store)
    holes = (await following(store.reader))["booking_findings"]
    assert [hole["kind"] for hole in holes] == ["missing_history"]

    await tell(store, seen(*([held(30)] if left else [])))
    await reconciled(store)

    assert await breaks(store) == []
    assert (await following(store.reader))["booking_findings"] == []
    assert not (await rebuilt(store)).differences


async def test_a_short_sale_stays_one_whatever_becomes_of_the_holding(store: Store) -> None:
    await tell(store, history(*SHORT), seen(held(30)))
    await derived(store)

    await tell(store, seen(held(35, at=LATER), at=LATER))
    await reconciled(store)

    assert {(one.verdict, one.difference) for one in await breaks(store)} == {
        ("quantity", Decimal(5))
    }
    assert not (await rebuilt(store)).differences


async def test_a_sale_of_what_was_held_before_the_history_is_none_sold_short(store: Store) -> None:
    await tell(store, history(*SHORT, since="2024-01-15"), seen(held(50)))

    await reconciled(store)

    found = told_of(await breaks(store))
    assert [(verdict, size, cause) for verdict, _, size, cause in found] == [
        ("quantity", "20", "history_starts_later")
    ]

"""What is taken back does not count, and neither does what takes it back; whichever came first."""

from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from qm_tui.domain.records import Record
from qm_tui.queries import activity
from qm_tui.store.schema.booking import dirty_marks
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.store import Store, open_store
from tests.book.following import derived, following
from tests.builders import (
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_trade,
    a_transfer,
    an_equity,
    an_option,
    an_option_event,
)
from tests.conftest import NOW
from tests.store.stores import an_empty_store, tell, told

OPTION = an_option()
LONG = a_trade(key="TX:1", instrument=OPTION, quantity=2, price=3)
CAME = a_transfer(key="TX:5")
WENT = a_transfer(key="TX:6", quantity=-100, reverses="TX:5")
ENDED = an_option_event(key="TX:5", instrument=OPTION, quantity=-2)
BEGAN = an_option_event(key="TX:6", instrument=OPTION, quantity=2, reverses="TX:5")
BOUGHT = a_trade(key="TX:1", quantity=100, trade_date="2024-01-02")
SPLIT = a_corporate_action(key="TX:5")
MERGED = a_corporate_action(key="TX:6", quantity=-100, reverses="TX:5")


async def held(store: Store) -> list[Decimal]:
    """Derive what waits; return what the lots hold."""
    await derived(store)
    return [row["quantity"] for row in (await following(store.reader))["tax_lots"]]


@pytest.mark.parametrize(
    ("both", "trade", "left"),
    [((CAME, WENT), None, []), ((ENDED, BEGAN), LONG, [2]), ((SPLIT, MERGED), BOUGHT, [100])],
    ids=["transfer", "option event", "corporate action"],
)
async def test_a_fact_and_what_takes_it_back_are_as_if_neither_had_been(
    store: Store, both: tuple[Record, Record], trade: Record | None, left: list[int]
) -> None:
    if trade is not None:
        await tell(store, told(a_batch(trade)))

    await tell(store, told(a_batch(both[0])))
    assert await held(store) != left
    await tell(store, told(a_batch(both[1])))

    assert await held(store) == left


async def test_what_is_taken_back_before_it_is_known_does_not_count(store: Store) -> None:
    for record in (WENT, CAME):
        await tell(store, told(a_batch(record)))
        assert await held(store) == []


async def test_a_reversal_that_is_taken_back_itself_takes_nothing_back(
    tmp_path: Path,
) -> None:
    again = a_transfer(key="TX:7", reverses="TX:6")
    for order in permutations([CAME, WENT, again]):
        store = await open_store(an_empty_store(tmp_path), lambda: NOW)
        for record in order:
            await tell(store, told(a_batch(record)))
            await derived(store)
        assert await held(store) == [100]
        await store.close()


async def test_the_same_key_of_another_account_is_another_fact(store: Store) -> None:
    elsewhere = a_transfer(key="TX:6", account="5WX2", quantity=-100, reverses="TX:5")

    await tell(store, told(a_batch(CAME, elsewhere)))

    assert await held(store) == [100]


async def test_what_is_taken_back_by_a_row_without_an_instrument_is_derived_again(
    store: Store,
) -> None:
    paid = a_cash_transaction(key="TX:5", instrument=an_equity("AAPL"))
    back = a_cash_transaction(key="TX:6", instrument=None, amount=-24, reverses="TX:5")
    await tell(store, told(a_batch(paid)))
    await derived(store)

    await tell(store, told(a_batch(back)))

    marked = await store.reader.read(
        lambda at: at.scalars(
            select(instruments.c.symbol).join(
                dirty_marks, dirty_marks.c.instrument_id == instruments.c.id
            )
        ).all()
    )
    assert marked == ["AAPL"]


async def test_both_stay_in_the_lists_of_what_happened(store: Store) -> None:
    await tell(store, told(a_batch(CAME, WENT)))

    rows, _ = await activity.transfers(store.reader).onward(None)

    assert {row.quantity for row in rows} == {-100, 100}

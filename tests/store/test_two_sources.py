"""One broker seen through two connections: what both tell is one, as the books have it."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Trade
from qm_tui.domain.words import TradeKind
from qm_tui.store.reading.instruments import instrument_of
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.store import Store, open_store
from tests.builders import a_batch, a_position, a_trade, an_equity, an_option
from tests.conftest import NOW
from tests.store.live import LIVE, details_of
from tests.store.stores import Told, an_empty_store, booked, contents, tell, told, values

EXECUTION = "0000e0d5.65f2a1b4.01"
APPLE = an_equity("AAPL", "265598")
FROM_STATEMENT = an_equity(
    "AAPL", "265598", identifiers=replace(APPLE.identifiers, isin="US0378331005", cusip="037833100")
)


def executed(correction: int = 1, **fields: Any) -> Trade:
    """What the gateway says of a fill, on its day."""
    number = f"{EXECUTION[:-2]}{correction:02}"
    given = {
        "key": f"EX:{number}", "broker_execution_id": number, "broker_order_id": "77",
        "instrument": APPLE, "exchange": "ISLAND", **fields,
    }  # fmt: skip
    return a_trade(**given)


def in_the_books(correction: int = 1, **fields: Any) -> Trade:
    """What the statement says of the same fill the next day."""
    given = {
        "key": "TX:1003", "broker_transaction_id": "1003", "broker_trade_id": "2001",
        "broker_execution_id": f"{EXECUTION[:-2]}{correction:02}", "instrument": FROM_STATEMENT,
        "commission": Decimal("-1.05"), "taxes": Decimal(0), **fields,
    }  # fmt: skip
    return a_trade(**given)


def taken_back(trade: Trade) -> Trade:
    """What says that a fill was corrected."""
    return replace(
        trade, key=f"{trade.key}:Ca", kind=TradeKind.CANCEL, quantity=-trade.quantity,
        proceeds=None, net_cash=None, commission=None,
    )  # fmt: skip


Said = Batch | Told
"""A batch of a sync, or a statement."""


@asynccontextmanager
async def after(path: Path, *said: Said) -> AsyncIterator[Store]:
    store = await open_store(path, lambda: NOW)
    for one in said:
        if isinstance(one, Told):
            await tell(store, one)
            continue
        async with store.writer.run(LIVE) as run:
            await run.save(one)
    yield store
    await store.close()


async def known(folder: Path, said: Sequence[Said]) -> dict[str, Any]:
    async with after(an_empty_store(folder), *said) as store:
        return await contents(store.reader)


async def in_any_order(folder: Path, *said: Said) -> list[dict[str, Any]]:
    """What is known after the same was said in each order."""
    return [await known(folder, order) for order in itertools.permutations(said)]


async def test_a_fill_told_by_both_is_one_and_as_the_books_have_it(tmp_path: Path) -> None:
    said = (a_batch(executed(commission=None)), told(a_batch(in_the_books())))

    for found in await in_any_order(tmp_path, *said):
        (trade,) = found["trades"]
        assert trade["key"] == "TX:1003"
        assert (trade["commission"], trade["taxes"]) == (Decimal("-1.05"), 0)
        assert (trade["broker_order_id"], trade["exchange"]) == ("77", "ISLAND")
        assert trade["instrument_isin"] == "US0378331005"
        assert len(found["versions"]) == 2


async def test_a_fill_that_every_sync_tells_again_is_stored_once(tmp_path: Path) -> None:
    async with after(an_empty_store(tmp_path), a_batch(executed())) as store:
        for _ in range(3):
            async with store.writer.run(LIVE) as run:
                counts = await run.save(a_batch(executed()))
                assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 1)
        found = await contents(store.reader)

    assert len(found["trades"]) == 1
    assert found["versions"] == []


async def test_a_commission_that_comes_after_its_fill_is_added_to_it(tmp_path: Path) -> None:
    bare = executed(commission=None, commission_currency=None, net_cash=None)

    for found in await in_any_order(tmp_path, a_batch(bare), a_batch(executed())):
        assert values(found["trades"], "commission", "net_cash") == [(-1, -15001)]


@pytest.mark.parametrize("with_cancellation", [False, True])
async def test_a_fill_that_was_corrected_is_one_fill_as_corrected(
    tmp_path: Path, *, with_cancellation: bool
) -> None:
    first, second = executed(), executed(2, price="150.05")
    both = (first, taken_back(first), second) if with_cancellation else (first, second)

    for said in ([a_batch(*both)], [a_batch(first), a_batch(*both)], [a_batch(*reversed(both))]):
        found = await known(tmp_path, said)
        assert values(booked(found), "quantity", "price") == [(100, Decimal("150.05"))]
        assert "cancelled" not in values(found["trades"], "state")


async def test_a_correction_of_another_field_takes_nothing_back(tmp_path: Path) -> None:
    first, second = executed(), executed(2, exchange="ARCA")
    found = await known(tmp_path, [a_batch(first, taken_back(first), second)])

    assert values(booked(found), "quantity", "exchange") == [(100, "ARCA")]


async def test_a_corrected_fill_in_the_books_is_one_whatever_came_first(tmp_path: Path) -> None:
    said = (
        a_batch(executed()),
        a_batch(executed(2, price="150.05")),
        told(a_batch(in_the_books(2, price="150.05"))),
    )

    for found in await in_any_order(tmp_path, *said):
        assert values(found["trades"], "key", "price", "commission") == [
            ("TX:1003", Decimal("150.05"), Decimal("-1.05"))
        ]
        assert len(found["versions"]) == 3


async def test_what_the_gateway_says_after_the_books_changes_nothing_in_them(
    tmp_path: Path,
) -> None:
    wrong = executed(price="149", commission=Decimal(-9))
    found = await known(tmp_path, [told(a_batch(in_the_books())), a_batch(wrong)])

    assert values(found["trades"], "price", "commission") == [(150, Decimal("-1.05"))]


def instruments_in(connection: Connection) -> list[Any]:
    return list(connection.execute(select(instruments).order_by(instruments.c.id)))


async def test_an_instrument_that_both_name_is_one(tmp_path: Path) -> None:
    live = a_batch(a_position(instrument=APPLE))
    statement = told(a_batch(in_the_books()))
    for order in ((live, statement), (statement, live)):
        async with after(an_empty_store(tmp_path), *order) as store:
            (row,) = await store.reader.read(instruments_in)
            assert (row.conid, row.isin) == ("265598", "US0378331005")


async def test_details_are_added_to_what_is_known_and_counted_only_when_they_are_new(
    tmp_path: Path,
) -> None:
    detailed = replace(
        APPLE,
        description="APPLE INC",
        identifiers=FROM_STATEMENT.identifiers,
        broker_specific={"industry": "Technology"},
    )
    more = replace(detailed, broker_specific={"category": "Computers"})
    async with after(an_empty_store(tmp_path), a_batch(a_position(instrument=APPLE))) as store:
        counted = []
        for one in (detailed, detailed, more, APPLE):
            async with store.writer.run(LIVE) as run:
                counts = await run.save(a_batch(details_of(one)))
                counted.append((counts.changed, counts.unchanged))
        (row,) = await store.reader.read(instruments_in)

    assert counted == [(1, 0), (0, 1), (1, 0), (0, 1)]
    assert row.broker_specific == {"industry": "Technology", "category": "Computers"}
    assert (row.isin, row.description, row.details_at) == ("US0378331005", "APPLE INC", NOW)


async def test_a_row_of_an_instrument_is_the_instrument_that_was_told(tmp_path: Path) -> None:
    option = an_option(conid="9", underlying_conid="265598", broker_specific={"a": "b"})
    async with after(
        an_empty_store(tmp_path), a_batch(details_of(option), details_of(FROM_STATEMENT))
    ) as store:
        found = [instrument_of(row) for row in await store.reader.read(instruments_in)]

    assert found == [option, FROM_STATEMENT]

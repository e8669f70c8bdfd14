"""What the user decides about lots is on record, holds, and can be taken back."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from qm_tui.decisions import lot_choices, lot_methods
from qm_tui.domain.booking.events import Pick
from qm_tui.domain.booking.words import LotMethod
from qm_tui.domain.settings import AccountSettings
from qm_tui.store.decided import NothingToDecide
from qm_tui.store.schema.people import audit_log, decisions
from qm_tui.store.store import Store
from tests.book.following import derived, following, marks, rebuilt
from tests.builders import a_batch, a_trade, an_equity
from tests.store.stores import tell, told

AAPL = an_equity("AAPL", conid="1")
YEAR = dt.date(2024, 1, 1)


async def two_lots_and_a_sale(store: Store, account: str = "U1", broker: str = "ibkr") -> None:
    await tell(
        store,
        told(
            a_batch(
                a_trade(instrument=AAPL, account=account, trade_date="2023-01-02", price=10),
                a_trade(instrument=AAPL, account=account, trade_date="2023-02-02", price=30),
                a_trade(
                    instrument=AAPL, account=account, trade_date="2024-06-03", price=20,
                    quantity=-100, key="TX:sale",
                ),
            ),
            broker=broker,
        ),
    )  # fmt: skip
    await derived(store)


async def closed(store: Store) -> list[tuple[Any, str]]:
    await derived(store)
    rows = (await following(store.reader))["realized_gains"]
    return sorted({(row["cost_basis"], row["method"]) for row in rows})


async def the_sale(store: Store) -> int:
    return await store.reader.read(
        lambda connection: int(
            connection.exec_driver_sql("SELECT id FROM trades WHERE key = 'TX:sale'").scalar_one()
        )
    )


async def test_a_method_holds_from_its_day_and_can_be_taken_back(store: Store) -> None:
    await two_lots_and_a_sale(store)
    assert await closed(store) == [(1001, "fifo")]

    number = await lot_methods.choose_method(
        store.writer, "U1", LotMethod.HIFO, YEAR, reason="fewer taxes"
    )
    assert await marks(store.reader) == 1
    assert await closed(store) == [(3001, "hifo")]
    [chosen] = await lot_methods.chosen_methods(store.reader, "U1")
    assert (chosen.method, chosen.from_day, chosen.reason) == (LotMethod.HIFO, YEAR, "fewer taxes")

    await lot_methods.undo(store.writer, number)
    assert await closed(store) == [(1001, "fifo")]
    assert await lot_methods.chosen_methods(store.reader) == []


async def test_a_sale_before_the_day_keeps_the_method_it_had(store: Store) -> None:
    await two_lots_and_a_sale(store)

    await lot_methods.choose_method(store.writer, "U1", LotMethod.HIFO, dt.date(2024, 6, 4))

    assert await closed(store) == [(1001, "fifo")]


async def test_the_configuration_says_the_first_method(store: Store) -> None:
    await two_lots_and_a_sale(store)
    await store.writer.apply_account_settings([AccountSettings(number="U1", lot_method="lifo")])
    assert await closed(store) == [(3001, "lifo")]

    await lot_methods.choose_method(store.writer, "U1", LotMethod.FIFO, YEAR)

    assert await closed(store) == [(1001, "fifo")]


async def test_of_two_methods_from_one_day_the_one_decided_last_holds(store: Store) -> None:
    await two_lots_and_a_sale(store)
    await lot_methods.choose_method(store.writer, "U1", LotMethod.HIFO, YEAR)
    last = await lot_methods.choose_method(store.writer, "U1", LotMethod.LOFO, YEAR)
    assert await closed(store) == [(1001, "lofo")]

    await lot_methods.undo(store.writer, last)

    assert await closed(store) == [(3001, "hifo")]


async def test_named_lots_are_the_ones_that_are_closed(store: Store) -> None:
    await two_lots_and_a_sale(store)
    picks = [Pick(quantity=Decimal(100), acquired=dt.date(2023, 2, 2))]

    number = await lot_choices.choose_lots(store.writer, await the_sale(store), picks)

    assert await closed(store) == [(3001, "specific")]
    [chosen] = await lot_choices.chosen_lots(store.reader)
    assert (chosen.account, list(chosen.picks)) == ("U1", picks)
    assert (await rebuilt(store)).differences == []
    await lot_choices.undo(store.writer, number)
    assert await closed(store) == [(1001, "fifo")]


async def test_lots_stay_named_when_the_trade_is_told_under_another_key(store: Store) -> None:
    await two_lots_and_a_sale(store)
    picks = [Pick(quantity=Decimal(100), acquired=dt.date(2023, 2, 2))]
    await lot_choices.choose_lots(store.writer, await the_sale(store), picks)

    async with store.writer._engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE trades SET key = 'TX:2' WHERE key = 'TX:sale'")

    assert (await rebuilt(store)).differences == []
    assert await closed(store) == [(3001, "specific")]


async def test_decisions_and_their_undoing_are_on_record(store: Store) -> None:
    await two_lots_and_a_sale(store)
    number = await lot_methods.choose_method(store.writer, "U1", LotMethod.HIFO, YEAR, reason="x")
    await lot_methods.undo(store.writer, number)

    told_of = await store.reader.read(
        lambda connection: [
            tuple(row)
            for row in connection.execute(
                select(audit_log.c.action, audit_log.c.subject, audit_log.c.reason).where(
                    audit_log.c.action.like("% lot_method")
                )
            )
        ]
    )
    kept = await store.reader.read(
        lambda connection: connection.execute(select(decisions.c.undone_at)).scalars().all()
    )
    assert told_of == [("decide lot_method", "U1", "x"), ("undo lot_method", "U1", "x")]
    assert None not in kept


async def test_what_is_not_there_is_not_decided(store: Store) -> None:
    await two_lots_and_a_sale(store)
    for broker in ("one", "two"):
        await two_lots_and_a_sale(store, "U7", broker)
    number = await lot_methods.choose_method(store.writer, "U7", LotMethod.LIFO, YEAR, broker="one")
    await lot_methods.undo(store.writer, number)

    for attempt in (
        lambda: lot_methods.choose_method(store.writer, "U9", LotMethod.LIFO, YEAR),
        lambda: lot_methods.choose_method(store.writer, "U7", LotMethod.LIFO, YEAR),
        lambda: lot_methods.undo(store.writer, number),
        lambda: lot_choices.choose_lots(store.writer, 99, [Pick(quantity=Decimal(1))]),
        lambda: lot_choices.undo(store.writer, number),
    ):
        with pytest.raises(NothingToDecide):
            await attempt()
    with pytest.raises(ValueError, match="name lots"):
        await lot_choices.choose_lots(store.writer, 1, [])

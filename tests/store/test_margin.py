"""What margin is required is what each account answered last."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from qm_tui.domain.records import MarginRequirement
from qm_tui.domain.selection import Scope
from qm_tui.queries.syncs import changes
from qm_tui.store.reading.margin import current_margin
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import ACCOUNT, MOMENT, a_batch, an_equity, holds
from tests.store.live import Clock

API = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)


def required(underlying: str, maintenance: str | None = "100", **fields: Any) -> MarginRequirement:
    needed = None if maintenance is None else Decimal(maintenance)
    named = None if underlying == "Total" else an_equity(underlying)
    given = {"account": ACCOUNT, "as_of": MOMENT, "instrument": named, **fields}
    return MarginRequirement(
        underlying_symbol=underlying, initial=needed, maintenance=needed, **given
    )


async def pull(store: Store, *rows: MarginRequirement, whole: Sequence[str] = (ACCOUNT,)) -> int:
    async with store.writer.run(API) as run:
        as_of = rows[0].as_of if rows else MOMENT
        held = [holds("margin", account=account, as_of=as_of) for account in whole]
        await run.save(a_batch(*rows, section="margin", holds=held))
    return run.number


async def test_it_is_listed_by_account_and_underlying(store: Store) -> None:
    await pull(store, required("Total", "350.50"), required("SPY"), required("AAPL", None))

    found = await store.reader.read(current_margin)

    assert [(row.underlying, row.maintenance, row.stale) for row in found] == [
        ("AAPL", None, False),
        ("SPY", Decimal(100), False),
        ("Total", Decimal("350.50"), False),
    ]
    assert [row.instrument_id is None for row in found] == [False, False, True]
    assert {(row.account, row.broker) for row in found} == {(ACCOUNT, "tastytrade")}


async def test_what_the_last_whole_answer_does_not_name_is_required_no_more(
    store: Store,
) -> None:
    await pull(store, required("SPY"), required("AAPL"))
    await pull(store, required("SPY", "120", as_of=MOMENT + dt.timedelta(minutes=15)))

    found = await store.reader.read(current_margin)

    assert [(row.underlying, row.maintenance) for row in found] == [("SPY", Decimal(120))]


async def test_after_an_answer_that_was_not_whole_the_rest_is_old(store: Store) -> None:
    later = MOMENT + dt.timedelta(minutes=15)
    await pull(store, required("SPY"), required("AAPL"))
    await pull(store, required("SPY", "120", as_of=later), whole=())

    found = await store.reader.read(current_margin)

    assert [(row.underlying, row.maintenance, row.stale) for row in found] == [
        ("AAPL", Decimal(100), True),
        ("SPY", Decimal(120), False),
    ]


async def test_it_can_be_narrowed(store: Store) -> None:
    other = required("SPY", account="5WX2")
    await pull(store, required("SPY"), required("AAPL"), other, whole=(ACCOUNT, "5WX2"))

    async def named(**scope: Any) -> list[tuple[str, str]]:
        found = await store.reader.read(current_margin, Scope(**scope))
        return [(row.account, row.underlying) for row in found]

    assert await named(account="5WX2") == [("5WX2", "SPY")]
    assert await named(symbol="AAPL") == [(ACCOUNT, "AAPL")]
    assert await named(text="spy 5wx") == [("5WX2", "SPY")]
    assert await named(broker="ibkr") == []


async def test_a_run_says_what_it_saw_of_it_and_the_past_thins_out(
    store: Store, clock: Clock
) -> None:
    moments = [MOMENT + dt.timedelta(hours=hours) for hours in range(3)]
    *_, run = [await pull(store, required("SPY", as_of=as_of)) for as_of in moments]
    clock.now = MOMENT + dt.timedelta(days=3)

    assert [view.what for view in await changes(store.reader, run).page(None)] == [
        "SPY SPY 100 100"
    ]
    assert await store.writer.thin("tasty", clock()) == 2
    assert len(await store.reader.read(current_margin)) == 1

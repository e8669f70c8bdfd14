"""Exports beside the history of the API, through the whole door: neither doubles the other."""

import asyncio
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qm_tui.brokers.registry import recognize
from qm_tui.domain.batches import Authority, Batch
from qm_tui.domain.events import SyncFinished
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from qm_tui.sync.service import Importer
from tests.brokers.tastytrade.histories import (
    ACCOUNT,
    NEW,
    NEW_WITH_TOTAL,
    OLD,
    Happening,
    delivery,
    movement,
    record,
)
from tests.conftest import NOW
from tests.store.stores import an_empty_store, contents

API = Source(
    connection="tasty", broker="tastytrade", kind="sync", live=True, authority=Authority.FINAL
)
_BUY = Happening(
    at=dt.datetime(2026, 3, 2, 15, 30, 5, tzinfo=dt.UTC), buys=True, opens=True, root="AAPL",
    expiry=None, strike=1, call=True, quantity=10, cents=15_012,
)  # fmt: skip
_SALE = Happening(
    at=dt.datetime(2026, 3, 3, 16, 1, 59, tzinfo=dt.UTC), buys=False, opens=True, root="RIVN",
    expiry=dt.date(2026, 6, 19), strike=14, call=False, quantity=2, cents=47,
)  # fmt: skip
TRADES = (_BUY, _BUY, _SALE)
"""The first order was filled in two equal parts within a minute."""
ASSIGNED = (
    "2023-06-09T23:00:00+0200,Receive Deliver,Assignment,,RIVN  230609P00014000,Equity Option,"
    "Removal of option due to assignment,0.00,40,0.00,--,0.00,100,RIVN,RIVN,6/9/23,14,PUT,,USD\n"
)
INTEREST = (
    "2023-06-09T23:00:00+0200,Money Movement,Deposit,,,,INTEREST ON CREDIT BALANCE,0.06,0,,--,"
    "0.00,,,,,,,,USD\n"
)
EXPORTS = {
    "new": NEW + "".join(one.by_export() for one in TRADES) + ASSIGNED + INTEREST,
    "part": NEW_WITH_TOTAL + TRADES[0].by_export(total=True) + TRADES[2].by_export(total=True),
    "old": OLD + "".join(one.by_old_export() for one in reversed(TRADES)),
}


def answers() -> tuple[Record, ...]:
    """What the API tells of all that the exports tell, with its ids."""
    return (
        *(record(one.by_api()) for one in TRADES),
        record(delivery("Assignment")),
        record(movement("Credit Interest", "0.06", description="INTEREST ON CREDIT BALANCE")),
    )


async def take(store: Store, source: str, told: Sequence[Record], folder: Path) -> None:
    """Store what the API tells, or an export."""
    if source == "api":
        async with store.writer.unit(API) as unit:
            await unit.save(Batch(section=Section.TRANSACTIONS, records=tuple(told)))
        return
    path = folder / f"{source}.csv"
    await asyncio.to_thread(path.write_text, EXPORTS[source])
    importer = Importer(store.writer, recognize, ZoneInfo("Europe/Berlin"))
    events = [event async for event in importer.import_files([path], ACCOUNT)]
    assert not [e.refused for e in events if isinstance(e, SyncFinished) and e.refused]


ORDERS = [
    *itertools.permutations(("api", "new", "old")),
    ("part", "old", "api"),
    ("new", "part", "api"),
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_in_whatever_order_they_come_each_thing_is_known_once(
    tmp_path: Path, order: Sequence[str]
) -> None:
    store = await open_store(an_empty_store(tmp_path), lambda: NOW)
    try:
        told = answers()
        for source in order:
            await take(store, source, told, tmp_path)
        found: dict[str, Any] = await contents(store.reader)
    finally:
        await store.close()
    keys = Counter(
        row["key"]
        for table in ("trades", "option_events", "cash_transactions")
        for row in found[table]
    )
    assert keys == Counter(one.key for one in told)  # type: ignore[attr-defined]
    [account] = found["accounts"]
    assert (account["account"], account["broker"]) == (ACCOUNT, "tastytrade")

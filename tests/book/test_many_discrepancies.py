"""Many discrepancies are written down some at a time, and come out as if it were done at once."""

import datetime as dt
from collections import Counter

from qm_tui.queries.discrepancies import life, reconciliation
from qm_tui.store.store import Store
from tests.book.reconciled import breaks, reconciled
from tests.book.test_reconciling import bought, held, history, seen
from tests.builders import an_equity
from tests.store.stores import tell

SEEN = dt.datetime(2024, 6, 28, 20, tzinfo=dt.UTC)
LATER = SEEN + dt.timedelta(hours=3)
STOCKS = [an_equity(f"S{number:03}", conid=str(9_000 + number)) for number in range(130)]
"""More than are written in one go."""


async def told(store: Store, quantities: list[int], at: dt.datetime) -> None:
    positions = [
        held(quantity, stock, at=at) for quantity, stock in zip(quantities, STOCKS, strict=True)
    ]
    await tell(store, seen(*positions, at=at))


async def test_of_many_those_that_add_up_again_are_closed_and_the_others_were_seen_again(
    store: Store,
) -> None:
    facts = [bought(10, instrument=stock, key=f"TX:{stock.symbol}") for stock in STOCKS]
    await tell(store, history(*facts))
    await told(store, [8] * len(STOCKS), SEEN)
    opened = await reconciled(store, SEEN)
    before = {one.symbol: one for one in await breaks(store) if one.verdict == "quantity"}

    agrees, changes = range(0, 130, 2), range(1, 130, 13)
    quantities = [10 if n in agrees else 7 if n in changes else 8 for n in range(130)]
    await told(store, quantities, LATER)
    kept = await reconciled(store, LATER)

    assert (opened.opened, opened.open_breaks) == (len(before), 130)
    assert (kept.opened, kept.closed, kept.open_breaks) == (0, 65, 65)
    assert kept.changed == sum(n not in agrees for n in changes)
    after = {
        one.symbol: one for one in await breaks(store, every=True) if one.verdict == "quantity"
    }
    assert {one.id for one in after.values()} == {one.id for one in before.values()}
    for number, stock in enumerate(STOCKS):
        one = after[stock.symbol]
        closed = number in agrees
        assert (one.status, one.first_seen) == ("closed" if closed else "open", SEEN)
        assert (one.last_seen, one.closed_at) == ((SEEN, LATER) if closed else (LATER, None))
    lives = [await life(store.reader, one.id) for one in after.values()]
    told_of = Counter(event.event for events in lives for event in events)
    assert told_of == {"opened": 130, "closed": 65, "changed": kept.changed}
    assert (await reconciliation(store.reader)).breaks == 65

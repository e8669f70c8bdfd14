"""What is remembered of a discrepancy does not grow with every sync."""

import datetime as dt

from qm_tui.queries.discrepancies import life
from qm_tui.store.store import Store
from tests.book.reconciled import breaks, reconciled
from tests.book.test_reconciling import bought, held, history, seen
from tests.store.stores import tell

BEGUN = dt.datetime(2024, 6, 24, 14, tzinfo=dt.UTC)
A_SYNC = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


async def reported(store: Store, quantity: int, at: dt.datetime) -> None:
    await tell(store, seen(held(quantity, at=at), at=at))
    await reconciled(store, at)


async def test_of_days_that_are_over_the_first_and_the_last_change_stay(store: Store) -> None:
    await tell(store, history(bought(100)))
    for day in range(3):
        for number in range(4):
            await reported(store, 60 - 4 * day - number, BEGUN + day * DAY + number * A_SYNC)

    [only] = [one for one in await breaks(store) if one.verdict == "quantity"]
    events = await life(store.reader, only.id)

    assert [(event.at.day, event.event) for event in events] == [
        (24, "opened"), (24, "changed"),
        # Less than a day before the last of them.
        (25, "changed"), (25, "changed"),
        (26, "changed"), (26, "changed"), (26, "changed"), (26, "changed"),
    ]  # fmt: skip
    assert [event.after["actual"] for event in events] == [
        "60", "57", "56", "53", "52", "51", "50", "49",
    ]  # fmt: skip


async def test_what_comes_and_goes_all_day_is_told_by_how_the_day_began_and_ended(
    store: Store,
) -> None:
    await tell(store, history(bought(100)))
    for number in range(6):
        await reported(store, 60 if number % 2 == 0 else 100, BEGUN + number * A_SYNC)
    await reported(store, 60, BEGUN + 2 * DAY)

    [only] = [one for one in await breaks(store) if one.verdict == "quantity"]
    events = await life(store.reader, only.id)
    assert [event.event for event in events] == ["opened", "closed", "reopened"]
    assert only.first_seen == BEGUN

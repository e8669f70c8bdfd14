"""Groups are booked again without a trace: another method, another day, every step told."""

import datetime as dt

from qm_tui.book.replay import replayed
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.selection import Scope
from qm_tui.domain.settings import AccountSettings
from qm_tui.store.store import Store
from tests.book.following import derived, following
from tests.builders import a_batch, a_trade, an_equity, an_option
from tests.store.stores import tell, told

AAPL, MSFT = an_equity("AAPL", conid="1"), an_equity("MSFT", conid="2")


async def three_lots(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(
                a_trade(instrument=AAPL, account="U1", trade_date="2024-01-02", price=10),
                a_trade(instrument=AAPL, account="U1", trade_date="2024-02-02", price=30),
                a_trade(
                    instrument=AAPL, account="U1", trade_date="2024-06-02", price=20, quantity=-100
                ),
                a_trade(instrument=MSFT, account="U2", trade_date="2024-01-02"),
            )
        ),
    )
    await derived(store)


async def test_a_replay_books_by_another_method_and_stores_nothing(store: Store) -> None:
    await three_lots(store)
    before = await following(store.reader), await store.reader.data_version()

    [one] = await replayed(
        store.reader,
        Scope(symbol="AAPL"),
        view=View.ECONOMIC,
        method=LotMethod.HIFO,
    )

    [closed] = one.booked.slices
    assert closed.basis == 3001
    assert [security.symbol for security in one.facts.securities.values()] == ["AAPL"]
    assert (await following(store.reader), await store.reader.data_version()) == before


async def test_a_replay_ends_with_a_day_and_tells_every_step(store: Store) -> None:
    await three_lots(store)

    [one] = await replayed(
        store.reader,
        Scope(symbol="AAPL"),
        view=View.TAXPAYER,
        until=dt.date(2024, 2, 2),
        explain=True,
    )

    assert [lot.quantity for lot in one.booked.lots] == [100, 100]
    assert [step.lot for step in one.booked.steps] == [1, 2]


async def test_a_replay_agrees_with_what_is_stored(store: Store) -> None:
    await three_lots(store)

    found = await replayed(store.reader, Scope(), view=View.TAXPAYER)

    stored = {
        (row["number"], row["quantity"]) for row in (await following(store.reader))["tax_lots"]
    }
    assert {(lot.number, lot.quantity) for one in found for lot in one.booked.lots} == stored


async def test_only_groups_of_the_account_are_booked(store: Store) -> None:
    await three_lots(store)

    [one] = await replayed(store.reader, Scope(account="U2"), view=View.ECONOMIC)

    assert [security.symbol for security in one.facts.securities.values()] == ["MSFT"]


async def test_a_derivative_brings_what_it_derives_from(store: Store) -> None:
    await three_lots(store)
    option = an_option("AAPL", conid="7")
    await tell(store, told(a_batch(a_trade(instrument=option, account="U1", quantity=1))))

    [one] = await replayed(store.reader, Scope(symbol=option.symbol), view=View.ECONOMIC)

    assert len(one.facts.trades) == 4


async def test_each_taxpayers_groups_are_booked_apart(store: Store) -> None:
    await three_lots(store)
    await tell(store, told(a_batch(a_trade(instrument=AAPL, account="U3"))))
    await store.writer.apply_account_settings([AccountSettings(number="U3", taxpayer="spouse")])

    found = await replayed(store.reader, Scope(symbol="AAPL"), view=View.ECONOMIC)

    assert [(one.taxpayer, len(one.facts.trades)) for one in found] == [("me", 3), ("spouse", 1)]


async def test_many_are_booked_by_another_process_with_the_same_result(store: Store) -> None:
    trades = [
        a_trade(
            instrument=AAPL, key=f"TX:{number}", price=number % 17 + 1,
            quantity=100 if number % 2 == 0 else -100,
            trade_date=dt.date(2020, 1, 2) + dt.timedelta(days=number // 2),
        )
        for number in range(2100)
    ]  # fmt: skip
    await tell(store, told(a_batch(*trades)))
    await derived(store)

    [one] = await replayed(store.reader, Scope(), view=View.TAXPAYER)

    rows = (await following(store.reader))["realized_gains"]
    mine = [row for row in rows if row["view"] in ("taxpayer", "every")]
    assert sorted((row["number"], row["wash_disallowed"]) for row in mine) == sorted(
        (closed.number, closed.disallowed) for closed in one.booked.slices
    )

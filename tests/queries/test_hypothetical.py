"""What is booked again: as it is stored, by another method, up to a day, with its reasons."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.book.deriving import derive_waiting
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import OpenClose
from qm_tui.queries import lots
from qm_tui.queries.hypothetical import gains_if, lots_if, what_if
from qm_tui.queries.lot_views import GainView, LotView
from qm_tui.queries.why import why_gain, why_lot
from qm_tui.store.store import Store
from tests.builders import ACCOUNT, a_batch, a_position, a_trade, an_account, an_option
from tests.conftest import NOW
from tests.store.stores import tell, told

TODAY = dt.date(2025, 6, 20)


def fill(number: int, on: str, quantity: int | str, price: int, **changes: Any) -> Any:
    shares = Decimal(quantity)
    at = dt.datetime.fromisoformat(f"{on}T15:00:00+00:00") + dt.timedelta(minutes=number)
    return a_trade(
        key=f"T:{number}", trade_date=on, executed_at=at, quantity=shares, price=price,
        proceeds=-shares * price, commission=-1, broker_order_id=f"O{number}",
        document_row=number,
        **({"open_close": OpenClose.OPEN if shares > 0 else OpenClose.CLOSE} | changes),
    )  # fmt: skip


async def traded(store: Store, *fills: Any, derive: bool = True) -> None:
    await tell(store, told(a_batch(an_account(), an_account("U2"), *fills)))
    if derive:
        await derive_waiting(store.reader, store.writer, lambda: NOW)


LIFE = (
    fill(1, "2025-01-06", 100, 10), fill(2, "2025-01-10", 100, 20),
    fill(3, "2025-02-03", "-33.333", 5), fill(4, "2025-02-10", 7, 6, account="U2"),
    fill(5, "2025-03-03", -50, 25),
)  # fmt: skip


def timeless(view: LotView | GainView) -> LotView | GainView:
    return replace(view, id=0)


async def test_of_what_is_booked_again_one_year_can_be_asked_for(store: Store) -> None:
    await traded(
        store, fill(1, "2024-01-08", 100, 10), fill(2, "2024-12-31", -10, 12),
        fill(3, "2025-01-02", -20, 13),
    )  # fmt: skip

    [gain] = await gains_if(store.reader, Scope(year=2025), today=TODAY)
    assert gain.disposition_date == dt.date(2025, 1, 2)


@pytest.mark.parametrize("view", View)
async def test_what_is_booked_again_is_what_is_stored(store: Store, view: View) -> None:
    await traded(store, *LIFE)

    stored = await lots.lots(store.reader, view=view, today=TODAY)
    again = await lots_if(store.reader, view=view, today=TODAY)
    assert [timeless(lot) for lot in again] == [timeless(lot) for lot in stored]
    assert again

    closed = await lots.gains(store.reader, view=view, today=TODAY).page(None)
    booked = await gains_if(store.reader, view=view, today=TODAY)
    assert [timeless(gain) for gain in booked] == [timeless(gain) for gain in closed]
    assert booked


async def test_only_what_is_in_the_scope_is_given_of_a_group(store: Store) -> None:
    await traded(store, *LIFE)

    assert {
        lot.account for lot in await lots_if(store.reader, Scope(account="U2"), today=TODAY)
    } == {"U2"}
    assert await lots_if(store.reader, Scope(symbol="MSFT"), today=TODAY) == []
    assert await gains_if(store.reader, Scope(text="nothing like it"), today=TODAY) == []


async def test_a_day_in_the_past_has_the_lots_and_terms_of_its_end(store: Store) -> None:
    await traded(store, *LIFE)
    scope = Scope(as_of=dt.date(2025, 2, 3))

    found = await lots.lots(store.reader, scope, view=View.ECONOMIC, today=TODAY)

    assert [(lot.quantity, lot.days_held) for lot in found] == [
        (Decimal("66.667"), 28), (100, 24),
    ]  # fmt: skip
    [gain] = await gains_if(store.reader, scope, today=TODAY)
    assert gain.disposition_date == dt.date(2025, 2, 3)


async def test_a_method_is_supposed_for_all_accounts(store: Store) -> None:
    await traded(store, *LIFE)

    found = await gains_if(store.reader, today=TODAY, method=LotMethod.HIFO, view=View.ECONOMIC)

    assert [(gain.method, gain.acquisition_date) for gain in found] == [
        ("hifo", dt.date(2025, 1, 10)), ("hifo", dt.date(2025, 1, 10)),
    ]  # fmt: skip


# --- why -------------------------------------------------------------------------------------


async def test_every_step_ends_in_a_row_of_a_document(store: Store) -> None:
    await traded(store, *LIFE)

    for lot in await lots.lots(store.reader, today=TODAY):
        why = await why_lot(store.reader, lot)
        assert why is not None
        assert why.steps[-1].quantity_after == lot.quantity or why.steps[-1].lot != lot.number
        assert all(step.document_id and step.document_row and step.document for step in why.steps)
    for gain in await lots.gains(store.reader, today=TODAY).page(None):
        why = await why_gain(store.reader, gain)
        assert why is not None
        assert any(line.startswith("proceeds ") for line in why.summary)


async def test_a_mark_ends_in_the_position_whose_price_it_is(store: Store) -> None:
    contract = an_option("SPX", expiry="2025-06-20", conid="5")
    marked = a_position(
        instrument=contract, quantity=1, market_price=20, as_of="2024-12-31T21:00:00+00:00",
        document_row=9,
    )  # fmt: skip
    await traded(store, fill(1, "2024-11-01", 1, 10, instrument=contract), marked)

    [lot] = await lots.lots(store.reader, today=TODAY)
    [gain] = await lots.gains(store.reader, today=TODAY).page(None)
    why = [await why_lot(store.reader, lot), await why_gain(store.reader, gain)]

    for told_why in why:
        assert told_why is not None
        assert {(step.table, step.document_row) for step in told_why.steps} == {
            ("trades", 1),
            ("positions", 9),
        }
        assert all(step.document for step in told_why.steps)
    assert lot.document_id is not None
    assert (gain.document_id, gain.document_row) == (lot.document_id, 9)


async def test_a_short_is_negative_also_in_its_steps(store: Store) -> None:
    await traded(store, fill(1, "2025-01-06", -10, 20, open_close=OpenClose.OPEN))

    [lot] = await lots.lots(store.reader, today=TODAY)
    why = await why_lot(store.reader, lot)

    assert why is not None
    [step] = why.steps
    assert (lot.quantity, lot.cost_basis) == (step.quantity_after, step.basis_after)
    assert step.quantity_after == -10
    assert step.basis_after == -199


async def test_a_lot_that_is_not_any_more_what_it_was_has_no_reasons(store: Store) -> None:
    await traded(store, *LIFE)
    [first, *_] = await lots.lots(store.reader, today=TODAY)
    await traded(store, fill(9, "2025-01-02", 1, 1), derive=False)

    assert await why_lot(store.reader, first) is None


async def test_what_the_broker_reported_has_no_steps(store: Store) -> None:
    await traded(store, *LIFE)
    [lot, *_] = await lots.lots(store.reader, today=TODAY)

    assert await why_lot(store.reader, replace(lot, number=None)) is None


# --- what if ---------------------------------------------------------------------------------


async def test_a_sale_is_reckoned_under_each_method_and_nothing_is_written(store: Store) -> None:
    await traded(store, *LIFE)
    [lot, *_] = before = await lots.lots(store.reader, today=TODAY)

    outcomes = await what_if(
        store.reader, ACCOUNT, lot.instrument_id, Decimal(10), Decimal(30), Decimal(0), TODAY
    )

    assert [outcome.method for outcome in outcomes] == ["fifo", "lifo", "hifo", "lofo"]
    assert {outcome.proceeds for outcome in outcomes} == {Decimal(300)}
    assert [outcome.own for outcome in outcomes] == [True, False, False, False]
    assert await lots.lots(store.reader, today=TODAY) == before


async def test_what_is_not_there_cannot_be_sold(store: Store) -> None:
    await traded(store, *LIFE)

    assert await what_if(store.reader, "U404", 1, Decimal(10), Decimal(30), Decimal(0), TODAY) == ()

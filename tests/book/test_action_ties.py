"""Instruments that a corporate action ties are booked together, however its legs tell it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from qm_tui.book.replay import replayed
from qm_tui.domain.booking.words import View
from qm_tui.domain.instruments import Identifiers
from qm_tui.domain.records import CorporateAction
from qm_tui.domain.selection import Scope
from qm_tui.domain.settings import TaxSettings
from qm_tui.domain.words import CorporateActionType
from qm_tui.store.reading.settings import tax_settings
from qm_tui.store.store import Store
from tests.book.following import derived, following, groups, marks, rebuilt
from tests.builders import a_batch, a_corporate_action, a_trade, an_equity
from tests.store.stores import tell, told

_Type = CorporateActionType
PARENT = an_equity("PAR", conid="26")
CHILD = an_equity("CHD", conid="27")
SPIN_OFF = "PAR(US0000000026) SPINOFF  1 FOR 5 (CHD, CHILD INC, US0000000027)"


def leg(
    quantity: int, instrument: Any, text: str, kind: CorporateActionType, **more: Any
) -> CorporateAction:
    changes: dict[str, Any] = {
        "quantity": Decimal(quantity), "instrument": instrument, "description": text,
        "type": kind, "date": dt.date(2024, 8, 27), "action_id": None,
    }  # fmt: skip
    return a_corporate_action(**(changes | more))


def bought(**more: Any) -> Any:
    return a_trade(**({"instrument": PARENT, "trade_date": "2023-01-17"} | more))


async def lots(store: Store) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for lot in (await following(store.reader))["tax_lots"]:
        found.setdefault(lot["instrument_id"][1], []).append(lot["origin"])
    return found


async def test_a_spin_off_told_by_the_child_alone_finds_its_parent_by_the_ticker(
    store: Store,
) -> None:
    child = leg(20, CHILD, SPIN_OFF, _Type.SPIN_OFF, action_id="1005")
    await tell(store, told(a_batch(bought()), a_batch(child)))

    outcome = await derived(store)

    assert outcome.kinds == {"fraction_unknown": 1}
    assert await lots(store) == {"PAR": ["purchase"], "CHD": ["spin_off"]}
    assert len(await groups(store.reader)) == 1


async def test_it_finds_a_parent_that_has_another_ticker_by_now_by_its_identifier(
    store: Store,
) -> None:
    renamed = an_equity("NEWPAR", identifiers=Identifiers(conid="26", isin="US0000000026"))
    child = leg(20, CHILD, SPIN_OFF, _Type.SPIN_OFF)
    await tell(store, told(a_batch(bought(instrument=renamed)), a_batch(child)))

    await derived(store)

    assert await lots(store) == {"NEWPAR": ["purchase"], "CHD": ["spin_off"]}


async def test_the_parent_may_become_known_after_the_child(store: Store) -> None:
    await tell(store, told(a_batch(leg(20, CHILD, SPIN_OFF, _Type.SPIN_OFF))))
    before = await derived(store)
    await tell(store, told(a_batch(bought())))

    after = await derived(store)

    assert before.kinds == {"action_unknown": 1, "unknown_basis": 1}
    assert after.kinds == {"fraction_unknown": 1}


async def test_legs_without_an_id_are_tied_by_their_day_and_their_text(store: Store) -> None:
    text = "PAR(US0000000026) MERGED(Acquisition) WITH US0000000027 1 FOR 2 "
    old = leg(-100, PARENT, text + "(PAR, PARENT INC, US0000000026)", _Type.MERGER)
    new = leg(50, CHILD, text + "(CHD, CHILD INC, US0000000027)", _Type.MERGER)
    await tell(store, told(a_batch(bought()), a_batch(old, new)))

    outcome = await derived(store)

    assert (outcome.findings, await lots(store)) == (0, {"CHD": ["exchange"]})


async def test_halves_of_a_tender_are_tied_by_what_was_never_there(store: Store) -> None:
    gone = leg(
        -100, PARENT,
        "PAR(US0000000026) TENDERED TO US28413TEMP2 1 FOR 1 (PAR, PARENT INC, US0000000026)",
        _Type.TENDER, action_id="1",
    )  # fmt: skip
    came = leg(
        100, CHILD,
        "PAR.TEN(US28413TEMP2) MERGED(Voluntary Offer Allocation) WITH US0000000027 1 FOR 1 "
        "(CHD, CHILD INC, US0000000027)",
        _Type.TENDER, action_id="2", date=dt.date(2024, 9, 27),
    )  # fmt: skip
    await tell(store, told(a_batch(bought()), a_batch(gone, came)))

    outcome = await derived(store)

    assert (outcome.findings, await lots(store)) == (0, {"CHD": ["exchange"]})


async def test_a_basis_that_is_stated_moves_to_the_child(store: Store) -> None:
    child = leg(20, CHILD, SPIN_OFF, _Type.SPIN_OFF, cost_basis=Decimal(300))
    await tell(store, told(a_batch(bought(price=10, commission=0)), a_batch(child)))

    outcome = await derived(store)

    assert outcome.findings == 0
    found = (await following(store.reader))["tax_lots"]
    assert {lot["instrument_id"][1]: lot["cost_basis"] for lot in found} == {"PAR": 700, "CHD": 300}


async def test_the_fraction_that_the_user_says_moves_and_goes_before_a_stated_one(
    store: Store,
) -> None:
    child = leg(20, CHILD, SPIN_OFF, _Type.SPIN_OFF, cost_basis=Decimal(300))
    await tell(store, told(a_batch(bought(price=10, commission=0)), a_batch(child)))
    await derived(store)
    told_by_user = TaxSettings(spin_offs={"CHD": Decimal("0.2519")})

    await store.writer.apply_tax_settings(told_by_user)

    assert await store.reader.read(tax_settings) == told_by_user
    assert await marks(store.reader) == 2
    await derived(store)
    found = (await following(store.reader))["tax_lots"]
    assert {lot["instrument_id"][1]: lot["cost_basis"] for lot in found} == {
        "PAR": Decimal("748.1"),
        "CHD": Decimal("251.9"),
    }
    [one] = await replayed(store.reader, Scope(symbol="CHD"), view=View.TAXPAYER)
    assert {lot.basis for lot in one.booked.lots} == {Decimal("748.1"), Decimal("251.9")}
    assert (await rebuilt(store)).differences == []

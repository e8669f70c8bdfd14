"""What the user calls substantially identical is washed together, whenever it comes (§1091)."""

from qm_tui.domain.booking.policy import CallAsReplacement
from qm_tui.domain.records import InstrumentInfo
from qm_tui.domain.settings import TaxSettings
from qm_tui.store.reading.settings import tax_settings
from qm_tui.store.store import Store
from tests.book.following import derived, following, groups, marks, rebuilt
from tests.builders import a_batch, a_trade, an_equity, an_option
from tests.store.stores import T2, tell, told

GOOG, GOOGL = an_equity("GOOG", conid="1"), an_equity("GOOGL", conid="2")
TWINS = TaxSettings(identical=(("GOOG", "GOOGL"), ("IVV", "SPY", "VOO")))
LOST = (
    a_trade(instrument=GOOG, price=20, trade_date="2023-11-01"),
    a_trade(instrument=GOOG, price=10, quantity=-100, trade_date="2024-03-01"),
)
REPLACED = a_trade(instrument=GOOGL, price=11, trade_date="2024-03-11")


async def washed(store: Store) -> dict[str, int]:
    """What is disallowed of all losses, by view; after whatever waits was derived."""
    await derived(store)
    found: dict[str, int] = {}
    for gain in (await following(store.reader))["realized_gains"]:
        found[gain["view"]] = found.get(gain["view"], 0) + gain["wash_disallowed"]
    return found


async def test_a_loss_is_washed_by_what_is_identical_in_the_view_of_the_taxpayer_alone(
    store: Store,
) -> None:
    await tell(store, told(a_batch(*LOST, REPLACED)))
    assert await washed(store) == {"every": 0}

    await store.writer.apply_tax_settings(TWINS)

    assert await store.reader.read(tax_settings) == TWINS
    assert await washed(store) == {"taxpayer": 1002, "economic": 0, "broker": 0}
    lots = {lot["view"]: lot for lot in (await following(store.reader))["tax_lots"]}
    assert (lots["taxpayer"]["cost_basis"], lots["broker"]["cost_basis"]) == (2103, 1101)
    assert lots["taxpayer"]["instrument_id"][1] == "GOOGL"
    assert await groups(store.reader) == [("me", ("GOOG", "GOOGL"))]
    assert (await rebuilt(store)).differences == []


async def test_a_list_that_is_removed_again_leaves_nothing_behind(store: Store) -> None:
    await store.writer.apply_tax_settings(TWINS)
    await tell(store, told(a_batch(*LOST, REPLACED)))
    await washed(store)

    await store.writer.apply_tax_settings(TaxSettings())

    assert await marks(store.reader) == 2
    assert await washed(store) == {"every": 0}
    assert (await following(store.reader))["lot_adjustments"] == []
    assert await groups(store.reader) == [("me", ("GOOG",)), ("me", ("GOOGL",))]


async def test_a_symbol_may_be_named_before_anything_bears_it(store: Store) -> None:
    await store.writer.apply_tax_settings(TWINS)
    await tell(store, told(a_batch(*LOST)))
    assert await washed(store) == {"every": 0}

    await tell(store, told(a_batch(REPLACED)))

    assert (await washed(store))["taxpayer"] == 1002


async def test_groups_are_not_identical_to_each_other(store: Store) -> None:
    await store.writer.apply_tax_settings(TWINS)
    spy = a_trade(instrument=an_equity("SPY", conid="3"), price=11, trade_date="2024-03-11")
    await tell(store, told(a_batch(*LOST, spy)))

    assert await washed(store) == {"every": 0}
    assert await groups(store.reader) == [("me", ("GOOG",)), ("me", ("SPY",))]


async def test_what_gets_a_named_symbol_later_is_identical_from_then_on(store: Store) -> None:
    await store.writer.apply_tax_settings(TWINS)
    before = a_trade(
        instrument=an_equity("OLD", conid="2"), price=11, quantity=200, trade_date="2024-03-11"
    )
    await tell(store, told(a_batch(*LOST, before)))
    assert await washed(store) == {"every": 0}

    after = a_trade(instrument=GOOGL, price=12, quantity=1, trade_date="2024-08-01")
    await tell(store, told(a_batch(after), at=T2))

    assert (await washed(store))["taxpayer"] == 1002
    assert (await rebuilt(store)).differences == []


async def test_an_instrument_without_facts_ties_what_derives_from_it(store: Store) -> None:
    call = an_option("GOOGL", conid="9", underlying_conid="2")
    bought = a_trade(instrument=call, quantity=1, price=3, trade_date="2024-03-11")
    await store.writer.apply_tax_settings(
        TaxSettings(identical=TWINS.identical, call_as_replacement=CallAsReplacement.APPLY)
    )
    await tell(store, told(a_batch(*LOST, bought)))
    assert await washed(store) == {"every": 0}

    described = InstrumentInfo(account="", instrument=GOOGL)
    await tell(store, told(a_batch(described), at=T2))

    assert (await washed(store))["taxpayer"] == 1002
    assert (await rebuilt(store)).differences == []

"""What the user decides of taxes reaches every lot: derived, booked again, and rebuilt."""

from qm_tui.book.replay import replayed
from qm_tui.domain.booking.policy import CallAsReplacement, PreSale
from qm_tui.domain.booking.words import View
from qm_tui.domain.selection import Scope
from qm_tui.domain.settings import TaxSettings
from qm_tui.store.reading.settings import tax_settings
from qm_tui.store.store import Store
from tests.book.following import derived, following, marks, rebuilt
from tests.builders import a_batch, a_trade, an_equity, an_option
from tests.store.stores import tell, told

AAPL = an_equity("AAPL", conid="1")
SPX = an_option("SPX", strike=5000, conid="2")


async def traded(store: Store) -> None:
    """A loss with a call bought within the window, and an index option that was sold."""
    call = an_option("AAPL", conid="3", underlying_conid="1")
    index = [
        a_trade(instrument=SPX, quantity=quantity, price=5, trade_date=day)
        for quantity, day in ((1, "2024-02-02"), (-1, "2024-02-05"))
    ]
    await tell(
        store,
        told(
            a_batch(
                a_trade(instrument=AAPL, price=20, trade_date="2023-12-01"),
                a_trade(instrument=AAPL, price=10, quantity=-100, trade_date="2024-03-01"),
                a_trade(instrument=call, quantity=1, price=3, trade_date="2024-03-05"),
                *index,
            )
        ),
    )
    await derived(store)


async def terms(store: Store) -> dict[str, str]:
    found = (await following(store.reader))["realized_gains"]
    return {gain["instrument_id"][1].split()[0]: gain["term"] for gain in found}


async def test_an_override_of_a_root_changes_the_term_of_its_contracts(store: Store) -> None:
    await traded(store)
    assert (await terms(store))["SPX"] == "section_1256"

    await store.writer.apply_tax_settings(TaxSettings(section_1256={"SPX": False}))
    await derived(store)

    assert (await terms(store))["SPX"] == "short"


async def test_a_call_replaces_what_was_sold_where_the_user_says_so(store: Store) -> None:
    await traded(store)
    settings = TaxSettings(call_as_replacement=CallAsReplacement.APPLY)
    await store.writer.apply_tax_settings(settings)

    outcome = await derived(store)

    rows = (await following(store.reader))["realized_gains"]
    assert sum(row["wash_disallowed"] for row in rows if row["view"] == "taxpayer") == 1002
    assert "possible_wash_sale" not in outcome.kinds
    assert (await rebuilt(store)).differences == []
    [one] = await replayed(store.reader, Scope(symbol="AAPL"), view=View.TAXPAYER)
    assert sum(closed.disallowed for closed in one.booked.slices) == 1002


async def test_only_a_change_marks_anything(store: Store) -> None:
    await traded(store)
    assert await store.reader.read(tax_settings) == TaxSettings()

    await store.writer.apply_tax_settings(TaxSettings())
    assert await marks(store.reader) == 0

    changed = TaxSettings(section_1256={"XYZ": True}, pre_sale=PreSale.LITERAL)
    await store.writer.apply_tax_settings(changed)
    assert await marks(store.reader) == 3
    assert await store.reader.read(tax_settings) == changed

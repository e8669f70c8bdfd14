"""What does not add up is listed by what it is worth, in one currency."""

from qm_tui.queries.breaks import open_breaks
from qm_tui.queries.discrepancies import discrepancies
from qm_tui.store.store import Store
from tests.book.reconciled import reconciled
from tests.book.test_reconciling import SEEN, bought, history, seen
from tests.builders import a_batch, a_position, an_equity, an_fx_rate
from tests.store.stores import tell, told


async def test_yen_are_not_more_than_dollars_because_they_are_many(store: Store) -> None:
    yen = an_equity("7203", conid="8", currency="JPY")
    await tell(
        store,
        history(bought(1)),
        told(a_batch(an_fx_rate(date=SEEN.date(), from_currency="JPY", rate="0.0067"))),
        seen(
            a_position(instrument=yen, currency="JPY", quantity=10, market_value=50_000,
                       as_of=SEEN),
            a_position(quantity=10, market_value=2_000, as_of=SEEN),
        ),
    )  # fmt: skip
    await reconciled(store, SEEN)
    found = [one.symbol for one in await discrepancies(store.reader) if one.verdict == "quantity"]
    assert found == ["AAPL", "7203"]
    breaks = await open_breaks(store.reader)
    assert breaks is not None
    assert [one.symbol for one in breaks.worst] == ["AAPL", "7203"]

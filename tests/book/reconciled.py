"""What does not add up in a store, after deriving and comparing."""

import datetime as dt
from collections.abc import Sequence

from qm_tui.book.reconciling import Reconciler
from qm_tui.queries.discrepancies import discrepancies
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.store.discrepancies import Kept
from qm_tui.store.store import Store
from tests.book.following import derived
from tests.conftest import NOW

Told = tuple[str, str | None, str | None, str]


async def reconciled(store: Store, now: dt.datetime = NOW) -> Kept:
    """Derive what waits, and compare."""
    await derived(store)
    kept = await Reconciler(store.reader, store.writer, lambda: now).reconcile()
    assert kept is not None
    return kept


async def breaks(store: Store, *, every: bool = False) -> Sequence[DiscrepancyView]:
    """All that does not add up and can be compared."""
    found = await discrepancies(store.reader, every=every)
    return [view for view in found if view.verdict != "not_known"]


def told_of(found: Sequence[DiscrepancyView]) -> list[Told]:
    """Verdict, symbol or currency, difference and cause of each."""
    return sorted(
        (
            view.verdict,
            view.symbol or view.currency,
            None if view.difference is None else f"{view.difference:f}",
            view.cause,
        )
        for view in found
    )

"""What does not add up, in a few numbers and names."""

from collections import Counter

from qm_tui.domain.reconciliation.words import Verdict
from qm_tui.queries.discrepancies import discrepancies, reconciliation
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.queries.pulse_views import Breaks
from qm_tui.store.reader import Reader

_WORST = 12
_GRAVITY = {"major": 0, "minor": 1, "dust": 2}


async def open_breaks(reader: Reader) -> Breaks | None:
    """Return what does not add up: of each holding, currency or total the gravest."""
    if (await reconciliation(reader)).reconciled_at is None:
        return None
    # Of those that are as grave what is worth most comes first already.
    found = sorted(await discrepancies(reader), key=lambda one: _GRAVITY.get(one.severity, 3))
    firsts: dict[object, DiscrepancyView] = {}
    for one in found:
        place = (one.broker, one.account, one.instrument_id or (one.currency, one.tag))
        firsts.setdefault(place, one)
    unknown = sum(one.verdict == Verdict.NOT_KNOWN for one in firsts.values())
    firsts = {at: one for at, one in firsts.items() if one.verdict != Verdict.NOT_KNOWN}
    graves = Counter(one.severity for one in firsts.values())
    return Breaks(
        major=graves["major"],
        minor=graves["minor"],
        dust=graves["dust"],
        unknown=unknown,
        worst=tuple(one for one in firsts.values() if one.severity != "dust")[:_WORST],
    )

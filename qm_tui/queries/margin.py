"""What margin is required, by underlying."""

from qm_tui.domain.selection import Scope
from qm_tui.queries.account_views import MarginView
from qm_tui.store.reader import Reader
from qm_tui.store.reading.margin import current_margin

TOTAL = "Total"
"""What brokers call the requirement of a whole account."""


async def margin(reader: Reader, scope: Scope = Scope()) -> list[MarginView]:
    """Return what was last told, by account and underlying."""
    return [
        MarginView(
            account=row.account,
            underlying=row.underlying,
            initial=row.initial,
            maintenance=row.maintenance,
            as_of=row.as_of,
            stale=row.stale,
        )
        for row in await reader.read(current_margin, scope)
    ]


def largest_first(rows: list[MarginView]) -> tuple[MarginView, ...]:
    """Sort the underlyings of one account by what they take; the total is none of them."""
    parts = [row for row in rows if row.underlying != TOTAL]
    return tuple(
        sorted(parts, key=lambda row: (-(row.maintenance or row.initial or 0), row.underlying))
    )

"""What does not add up, and which holdings it is about."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from qm_tui.domain.reconciliation.words import Severity
from qm_tui.domain.selection import Scope
from qm_tui.queries.conversion import common_base, rate
from qm_tui.queries.discrepancy_views import (
    DiscrepancyEventView,
    DiscrepancyView,
    EvidenceView,
    ReconciliationView,
)
from qm_tui.store.reader import Reader
from qm_tui.store.reading import discrepancies as stored
from qm_tui.store.reading.rates import newest_rates

_GRAVE = {severity.value: place for place, severity in enumerate(reversed(Severity))}
_LIVING = ("open", "acknowledged", "accepted", "auto_corrected", "closed")
_NOTHING = Decimal(0)


async def discrepancies(
    reader: Reader, scope: Scope = Scope(), *, every: bool = False
) -> Sequence[DiscrepancyView]:
    """Return what does not add up, most money first; of what is open, or all there ever was.

    Args:
        reader: of the store.
        scope: which accounts and symbols.
        every: also what was accepted, or has closed by itself; behind what is open.
    """
    found = await reader.read(stored.found, scope, every=every)
    rates = await reader.read(newest_rates)
    base = common_base(row.currency for row in found.rows)

    def worth(view: DiscrepancyView) -> Decimal:
        # As severity is: in one currency where the rate is known, else as it is.
        factor = rate(rates, view.currency, base)
        value = view.currency_value or _NOTHING
        return value if factor is None else value * factor

    views = [_view(row, found) for row in found.rows]
    return sorted(views, key=lambda view: _order(view, worth(view)))


def _order(view: DiscrepancyView, worth: Decimal) -> tuple[Any, ...]:
    """Put what is open first, then the grave, then what is worth most; the unknown is last."""
    return (
        _LIVING.index(view.status),
        view.verdict == "not_known",
        _GRAVE[view.severity],
        view.currency_value is None,
        -worth,
        view.account,
        view.symbol or "",
        view.id,
    )


def _view(row: Any, found: stored.Found) -> DiscrepancyView:
    return DiscrepancyView(
        id=row.id,
        account=row.account,
        broker=row.broker,
        instrument_id=row.instrument_id,
        symbol=row.symbol,
        currency=row.currency,
        tag=row.tag,
        verdict=row.verdict,
        status=row.status,
        severity=row.severity,
        expected=row.expected,
        actual=row.actual,
        difference=row.difference,
        currency_value=row.currency_value,
        cause=row.cause,
        confidence=row.confidence,
        explanation=row.explanation,
        evidence=tuple(_evidence(each, found) for each in stored.shown(row)),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        closed_at=row.closed_at,
        underlying=row.underlying,
    )


def _evidence(each: tuple[str, str | None, int | None], found: stored.Found) -> EvidenceView:
    says, table, fact = each
    place = None if table is None or fact is None else found.documents.get((table, fact))
    return EvidenceView(
        says=says,
        fact=table,
        fact_id=fact,
        document_id=None if place is None else place.document_id,
        document_row=None if place is None else place.row,
        document=None if place is None else place.document,
    )


async def broken(reader: Reader) -> Mapping[tuple[str, int], str]:
    """Return (account, instrument id) → the worst severity of what is open about the holding."""
    return await reader.read(stored.broken)


async def reconciliation(reader: Reader, scope: Scope = Scope()) -> ReconciliationView:
    """Return how much was compared, when, and how much of it does not add up."""
    now = await reader.read(stored.open_breaks, scope)
    return ReconciliationView(
        reconciled_at=now.reconciled_at, holdings=now.holdings, breaks=now.breaks, major=now.major
    )


async def life(reader: Reader, discrepancy_id: int) -> Sequence[DiscrepancyEventView]:
    """Return what became of a discrepancy, oldest first."""
    return [
        DiscrepancyEventView(
            at=row.at, event=row.event, before=row.before or {}, after=row.after or {},
            reason=row.reason,
        )
        for row in await reader.read(stored.life_of, discrepancy_id)
    ]  # fmt: skip

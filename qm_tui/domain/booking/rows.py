"""What a booking gave as rows of the store: signed there, unsigned in the book; plain texts.

The columns stand in the order of the tables' own; a test compares them.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from qm_tui.domain.booking.events import NOWHERE, Source
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.plain import Place
from qm_tui.domain.booking.results import Adjustment, Booked, Finding
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.exact import canonical, utc_text

Row = tuple[Any, ...]

EVERY = "every"
"""The view of rows on which the three views agree."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "tax_lots": (
        "view", "number", "account_id", "instrument_id", "quantity", "currency", "cost_basis",
        "tax_cost_basis", "basis_status", "acquisition_date", "acquired_at", "holding_start",
        "origin", "wash_adjustment", "tax_wash_adjustment", "section_1256", "in_transit",
        "fact_table", "fact_id",
    ),
    "realized_gains": (
        "view", "number", "account_id", "instrument_id", "quantity", "currency", "proceeds",
        "cost_basis", "gain", "tax_proceeds", "tax_cost_basis", "tax_gain", "wash_disallowed",
        "tax_wash_disallowed", "permanent_disallowed", "wash_in_basis", "acquisition_date",
        "acquired_at", "holding_start", "disposition_date", "disposed_at", "term", "closing",
        "method", "basis_status", "lot_number", "opening_table", "opening_id", "closing_table",
        "closing_id",
    ),
    "lot_adjustments": (
        "view", "kind", "day", "gain_number", "lot_number", "quantity", "amount", "tax_amount",
    ),
    "booking_findings": (
        "view", "kind", "account_id", "instrument_id", "day", "quantity", "detail", "fact_table",
        "fact_id",
    ),
}  # fmt: skip
"""Table → its columns without the row's own number and its group's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRows:
    """What is to be stored of one booking group."""

    place: Place
    members: tuple[int, ...]
    rows: Mapping[str, Sequence[Row]]
    facts: int
    """How many facts it follows from; nothing is kept of a group without any."""
    lots: int
    """How many there are in the taxpayer's view, as are those below."""
    gains: int
    findings: Mapping[str, int]
    """Kind → how many."""


_text = lru_cache(maxsize=65_536)(canonical)
_iso = lru_cache(maxsize=16_384)(dt.date.isoformat)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else canonical(value)


def _day(value: dt.date | None) -> str | None:
    return None if value is None else _iso(value)


def _moment(value: dt.datetime | None) -> str | None:
    return None if value is None else utc_text(value)


def _fact(source: Source) -> tuple[str | None, int | None]:
    return (None, None) if source == NOWHERE else (source.table, source.id)


def _signed(value: Decimal | None, *, short: bool) -> str | None:
    if value is None:
        return None
    return canonical(-value if short else value)


def group_rows(
    place: Place,
    members: tuple[int, ...],
    facts: int,
    booked: Sequence[Booked],
    securities: Mapping[int, Security],
) -> GroupRows:
    """Write the result of a group: the taxpayer's view first, which alone stands for all three."""
    rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    alone = len(booked) == 1
    for one in booked:
        view = EVERY if alone else one.view.value
        rows["tax_lots"] += _lots(view, one, securities)
        rows["realized_gains"] += (_gain(view, closed, securities) for closed in one.slices)
        rows["lot_adjustments"] += (_adjustment(view, added) for added in one.adjustments)
        rows["booking_findings"] += _found(view, one.findings)
    shown = booked[0]
    return GroupRows(
        place=place,
        members=members,
        rows=rows,
        facts=facts,
        lots=len(shown.lots) + len(shown.in_transit),
        gains=len(shown.slices),
        findings=dict(Counter(finding.kind.value for finding in shown.findings)),
    )


def _lots(view: str, booked: Booked, securities: Mapping[int, Security]) -> Iterator[Row]:
    for in_transit, lots in ((0, booked.lots), (1, booked.in_transit)):
        for lot in lots:
            yield _lot(view, lot, securities[lot.security], in_transit)


def _lot(view: str, lot: Lot, security: Security, in_transit: int) -> Row:
    return (
        view, lot.number, lot.account, lot.security, _signed(lot.quantity, short=lot.short),
        security.currency, _signed(lot.basis, short=lot.short),
        _signed(lot.tax_basis, short=lot.short), lot.status.value,
        _iso(lot.acquired) if lot.acquired_known else None, _moment(lot.acquired_at),
        _iso(lot.holding_start) if lot.acquired_known else None, lot.origin.value,
        # Also of a short: what lowers its proceeds raises minus its proceeds.
        _text(lot.wash_added), _text(lot.tax_wash_added), int(security.section_1256), in_transit,
        *_fact(lot.opened_by),
    )  # fmt: skip


def _gain(view: str, closed: Slice, securities: Mapping[int, Security]) -> Row:
    security = securities[closed.security]
    term = term_of(closed, security)
    gain = _number(closed.gain)
    proceeds, basis = _number(closed.proceeds), _number(closed.basis)
    same = closed.tax_proceeds is closed.proceeds and closed.tax_basis is closed.basis
    tax = (
        (proceeds, basis, gain)
        if same
        else (_number(closed.tax_proceeds), _number(closed.tax_basis), _number(closed.tax_gain))
    )
    return (
        view, closed.number, closed.account, closed.security,
        _signed(closed.quantity, short=closed.short), security.currency, proceeds, basis, gain,
        *tax, _text(closed.disallowed), _text(closed.tax_disallowed), _text(closed.permanent),
        _text(closed.wash_in_basis), _day(closed.acquired), _moment(closed.acquired_at),
        _day(closed.holding_start), _iso(closed.disposed), _moment(closed.disposed_at),
        None if term is None else term.value, closed.how.value, closed.method.value,
        closed.status.value, closed.lot, *_fact(closed.opened_by), *_fact(closed.closed_by),
    )  # fmt: skip


def _adjustment(view: str, added: Adjustment) -> Row:
    return (
        view, added.kind.value, _iso(added.day), added.slice, added.lot, _text(added.quantity),
        _text(added.amount), _text(added.tax_amount),
    )  # fmt: skip


def _found(view: str, findings: Iterable[Finding]) -> Iterator[Row]:
    for finding in findings:
        yield (
            view, finding.kind.value, finding.account, finding.security, _iso(finding.day),
            _number(finding.quantity), finding.detail or None, *_fact(finding.source),
        )  # fmt: skip

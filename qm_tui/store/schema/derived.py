"""What follows from the facts of a booking group: open lots, gains, adjustments, findings.

Nobody writes here but what derives; all of it can be made again. Rows of a view that says `every`
stand for all three views, which agree.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint

from qm_tui.domain.booking.words import (
    AdjustmentKind,
    BasisStatus,
    Closing,
    FindingKind,
    LotMethod,
    Origin,
    Term,
    View,
)
from qm_tui.store.schema.base import (
    day,
    identity,
    metadata,
    moment,
    number,
    refers,
    text,
    whole,
)

_VIEWS = (*View, "every")


def _one_of(column: str, values: Iterable[str], name: str) -> CheckConstraint:
    """Make the CHECK that a column holds one of a closed set of words.

    One comparison after the other: for IN, SQLite builds a set for each row that is written, which
    took more time than everything else about the row.
    """
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in values), name=name)


def _derived(name: str, *columns: Any) -> Table:
    """Make a table of what a group's booking gave."""
    common: list[Column[Any]] = [
        identity(),
        refers("group_id", "booking_groups", ondelete="CASCADE"),
        text("view", nullable=False),
    ]
    return Table(name, metadata, *common, _one_of("view", _VIEWS, "view"), *columns)


tax_lots = _derived(
    "tax_lots",
    whole("number", default=None),
    refers("account_id", "accounts"),
    refers("instrument_id", "instruments"),
    number("quantity", nullable=False),
    text("currency"),
    # Like the quantity: of a short, minus its net proceeds. NULL is unknown.
    number("cost_basis"),
    number("tax_cost_basis"),
    text("basis_status", nullable=False),
    # NULL where nobody said when.
    day("acquisition_date"),
    moment("acquired_at"),
    day("holding_start"),
    text("origin", nullable=False),
    # What wash sales added, and is in the cost basis.
    number("wash_adjustment", nullable=False),
    number("tax_wash_adjustment", nullable=False),
    whole("section_1256"),
    whole("in_transit"),
    text("fact_table"),
    whole("fact_id", nullable=True, default=None),
    _one_of("basis_status", BasisStatus, "basis_status"),
    _one_of("origin", Origin, "origin"),
    _one_of("section_1256", ("0", "1"), "section_1256"),
    _one_of("in_transit", ("0", "1"), "in_transit"),
    CheckConstraint("quantity <> '' AND quantity <> '0'", name="quantity"),
    UniqueConstraint("group_id", "view", "number"),
    Index(None, "account_id", "instrument_id"),
    Index(None, "instrument_id"),
)

realized_gains = _derived(
    "realized_gains",
    whole("number", default=None),
    refers("account_id", "accounts"),
    refers("instrument_id", "instruments"),
    # Positive: a long was closed, negative: a short, zero: a distribution paid beyond the basis.
    # The money has no sign of its own.
    number("quantity", nullable=False),
    text("currency"),
    number("proceeds"),
    number("cost_basis"),
    # Before anything was disallowed.
    number("gain"),
    number("tax_proceeds"),
    number("tax_cost_basis"),
    number("tax_gain"),
    number("wash_disallowed", nullable=False),
    number("tax_wash_disallowed", nullable=False),
    number("permanent_disallowed", nullable=False),
    number("wash_in_basis", nullable=False),
    day("acquisition_date"),
    moment("acquired_at"),
    day("holding_start"),
    day("disposition_date", nullable=False),
    moment("disposed_at"),
    text("term"),
    text("closing", nullable=False),
    text("method", nullable=False),
    text("basis_status", nullable=False),
    whole("lot_number", nullable=True, default=None),
    text("opening_table"),
    whole("opening_id", nullable=True, default=None),
    text("closing_table"),
    whole("closing_id", nullable=True, default=None),
    _one_of("term", Term, "term"),
    _one_of("closing", Closing, "closing"),
    _one_of("method", LotMethod, "method"),
    _one_of("basis_status", BasisStatus, "basis_status"),
    CheckConstraint("quantity <> ''", name="quantity"),
    CheckConstraint("wash_disallowed >= '0'", name="wash_disallowed"),
    UniqueConstraint("group_id", "view", "number"),
    Index(None, "disposition_date", "id"),
    Index(None, "account_id", "disposition_date", "id"),
    Index(None, "instrument_id", "disposition_date", "id"),
)

lot_adjustments = _derived(
    "lot_adjustments",
    text("kind", nullable=False),
    day("day", nullable=False),
    # The gain whose loss it is, and the lot it was added to, by their numbers in the group.
    whole("gain_number", default=None),
    whole("lot_number", nullable=True, default=None),
    number("quantity", nullable=False),
    number("amount", nullable=False),
    number("tax_amount", nullable=False),
    _one_of("kind", AdjustmentKind, "kind"),
    Index(None, "group_id", "view"),
)

booking_findings = _derived(
    "booking_findings",
    text("kind", nullable=False),
    refers("account_id", "accounts"),
    refers("instrument_id", "instruments"),
    day("day", nullable=False),
    number("quantity"),
    text("detail"),
    text("fact_table"),
    whole("fact_id", nullable=True, default=None),
    _one_of("kind", FindingKind, "kind"),
    Index(None, "group_id", "view"),
    Index(None, "account_id", "instrument_id"),
    Index(None, "kind", "id"),
)

DERIVED_TABLES = {
    table.name: table for table in (tax_lots, realized_gains, lot_adjustments, booking_findings)
}

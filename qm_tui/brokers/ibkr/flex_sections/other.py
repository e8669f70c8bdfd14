"""Rows that this program has no table for: kept as they came."""

import datetime as dt

from qm_tui.brokers.ibkr.flex_rows import Row, Scope
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.reported import OtherRow

_DAYS = ("reportDate", "date", "dateTime", "tradeDate", "valueDate", "settleDate", "toDate")


def other_row(row: Row, scope: Scope) -> OtherRow:
    """Keep a row with all that it says."""
    said = {name: value for name, value in row.attributes.items() if value}
    said.update(row.unreadable)
    return OtherRow(
        account=row.account,
        document_row=row.index,
        broker_specific=said or None,
        section=quoted(row.section),
        tag=quoted(row.shape.tag),
        date=_day(row, scope),
        key=scope.content_key(
            row,
            "other",
            row.section,
            row.shape.tag,
            *(f"{name}={said[name]}" for name in sorted(said) if name != "accountId"),
        ),
    )


def _day(row: Row, scope: Scope) -> dt.date | None:
    for name in _DAYS:
        try:
            found = scope.clock.day(row.written(name))
        except ValueError:
            continue
        if found is not None:
            return found
    return None

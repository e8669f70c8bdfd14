"""What is true of no single account: instruments, exchange rates."""

from decimal import Decimal

from qm_tui.brokers.ibkr.flex_rows import BadValueError, Row, Scope, told_by
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.records import FxRate, InstrumentInfo

_NO_RATE = Decimal(-1)
"""What Interactive Brokers writes where it has no rate."""

_SECURITY_TOLD = told_by("currency")
_RATE_TOLD = told_by("reportDate fromCurrency toCurrency rate", instrument=False)


def security_info(row: Row, scope: Scope) -> InstrumentInfo:
    """Read an instrument described for its own sake."""
    return InstrumentInfo(
        account="",
        document_row=row.index,
        broker_specific=row.rest(_SECURITY_TOLD),
        instrument=scope.instrument(row, scope.currency(row)),
    )


def conversion_rate(row: Row, scope: Scope) -> FxRate | None:
    """Read an exchange rate at the end of a day; None where the broker has none."""
    source, target = scope.currency(row, "fromCurrency"), scope.currency(row, "toCurrency")
    if source is None:
        raise row.missing("fromCurrency")
    if target is None:
        raise row.missing("toCurrency")
    rate = row.required("rate")
    if rate == _NO_RATE:
        return None
    if rate <= 0:
        raise BadValueError("rate", quoted(row.written("rate")), "is no exchange rate")
    return FxRate(
        account="",
        document_row=row.index,
        broker_specific=row.rest(_RATE_TOLD),
        date=scope.required_day(row, "reportDate"),
        from_currency=source,
        to_currency=target,
        rate=rate,
    )

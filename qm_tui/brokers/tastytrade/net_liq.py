"""What an account was worth over time: the last word of each day counts."""

import datetime as dt

from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.balances import end_of
from qm_tui.brokers.tastytrade.values import moment, needed_number, new_york_day
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import NavKind

_SATURDAY = 5


def nav_of(row: Row, account: str) -> NavSummary:
    """Read a row of the history of net liquidating values.

    Raises:
        BadRow: it says no time, or no value.
    """
    at = moment(row, "time")
    if at is None:
        raise BadRow("time", "", "it is missing")
    on = _day(at)
    return NavSummary(
        account=account,
        as_of=end_of(on),
        kind=NavKind.EQUITY_SUMMARY,
        to_date=on,
        currency="USD",
        total=needed_number(row, "total-close"),
    )


def _day(at: dt.datetime) -> dt.date:
    # Rows of whole days bear their date as midnight in UTC; on a Saturday or Sunday it is the
    # evening of the day before in New York.
    utc = at.astimezone(dt.UTC)
    is_date = utc.time() == dt.time() and utc.weekday() < _SATURDAY
    return utc.date() if is_date else new_york_day(at)

"""What holds for an account: what the broker allows in it, and what it demands."""

import datetime as dt
from collections.abc import Iterator, Mapping

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.rows import row_of
from qm_tui.brokers.tastytrade.values import day, flag
from qm_tui.domain.records import AccountNotice

_RESTRICTION, _WARNING, _INFORMATION = "restriction", "warning", "information"
_SAYS: Mapping[str, tuple[str, str]] = {
    "is-closed": (_RESTRICTION, "Tastytrade says that the account is closed."),
    "is-frozen": (
        _RESTRICTION, "Tastytrade has frozen the account: nothing can be traded in it.",
    ),
    "is-closing-only": (
        _RESTRICTION, "Tastytrade accepts only orders that close positions of this account.",
    ),
    "is-risk-reducing-only": (
        _RESTRICTION, "Tastytrade accepts only orders that reduce the risk of this account.",
    ),
    "is-in-margin-call": (
        _WARNING, "The account is in a margin call: deposit money, or close positions.",
    ),
    "is-in-day-trade-equity-maintenance-call": (
        _WARNING,
        "The account is in a day-trade equity call: it has less equity than a pattern day trader "
        "must keep.",
    ),
    "is-futures-closing-only": (
        _RESTRICTION, "Tastytrade accepts only orders that close positions in futures.",
    ),
    "is-cryptocurrency-closing-only": (
        _RESTRICTION, "Tastytrade accepts only orders that close positions in digital assets.",
    ),
    "is-equity-offering-closing-only": (
        _RESTRICTION, "Tastytrade accepts no new orders for public offerings.",
    ),
}  # fmt: skip
_DAY_TRADER = "is-pattern-day-trader"
_ENABLED = {
    "is-futures-closing-only": "is-futures-enabled",
    "is-cryptocurrency-closing-only": "is-cryptocurrency-enabled",
    "is-equity-offering-closing-only": "is-equity-offering-enabled",
}
"""A restriction of what the account cannot trade anyway is no news."""
_ENDS = ("-only", "-call")
"""How the names of conditions end, of which this program may not know all."""


def notices_of(data: Row, account: str, now: dt.datetime) -> tuple[AccountNotice, ...]:
    """Return what a trading status says that an owner should know.

    Raises:
        BadRow: it is of another account, or a flag cannot be read.
    """
    row = row_of(data, account)
    return tuple(
        AccountNotice(account=account, kind=kind, message=message, noticed_at=now)
        for kind, message in _told(row)
    )


def _told(row: Row) -> Iterator[tuple[str, str]]:
    for name, said in _SAYS.items():
        enabled = _ENABLED.get(name)
        if flag(row, name) and (enabled is None or flag(row, enabled) is not False):
            yield said
    if flag(row, _DAY_TRADER):
        yield _INFORMATION, _day_trader(row)
    for name in row:
        if name not in _SAYS and name.endswith(_ENDS) and _is_set(row, name):
            yield (
                _RESTRICTION if name.endswith("-only") else _WARNING,
                f"Tastytrade says of the account: {quoted(name)}.",
            )


def _day_trader(row: Row) -> str:
    said = "Tastytrade counts the account as a pattern day trader's"
    try:
        until = day(row, "pdt-reset-on")
    except BadRow:
        until = None
    return f"{said}." if until is None else f"{said}, until {until}."


def _is_set(row: Row, name: str) -> bool:
    try:
        return flag(row, name) is True
    except BadRow:
        return False

"""What an account is worth: every number that the broker tells, under the broker's name."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.values import (
    NEW_YORK,
    day,
    difference,
    negative,
    number,
    signed,
    text,
)
from qm_tui.domain.records import Balance
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import NavKind

_EFFECTS = {"unsettled-cryptocurrency-fiat-amount": "unsettled-cryptocurrency-fiat-effect"}
"""Amounts whose effect does not bear their name."""
_NO_VALUES = frozenset(
    {
        "account-number", "currency", "snapshot-date", "time-of-day", "updated-at", "created-at",
        "id", "day-trade-count",
    }
)  # fmt: skip
_VITAL = frozenset({"cash-balance", "net-liquidating-value"})
"""A row in which one of these cannot be read is refused; others cost only themselves."""
_OPENING, _CLOSE = dt.time(9, 30), dt.time(16)
_ZERO = Decimal(0)


def balances_of(row: Row, account: str, as_of: dt.datetime) -> tuple[Balance, ...]:
    """Return all values of an account.

    Raises:
        BadRow: there are none, or one that matters cannot be read.
    """
    currency = (text(row, "currency") or "USD").upper()
    found = tuple(
        Balance(account=account, as_of=as_of, tag=name, currency=currency, value=value)
        for name, value in _values(row).items()
    )
    if not found:
        raise BadRow("net-liquidating-value", "", "the row has no value at all")
    return found


def _values(row: Row) -> Mapping[str, Decimal]:
    found = {}
    for name in row:
        if name in _NO_VALUES or name.endswith("-effect"):
            continue
        try:
            value = _value(row, name)
        except BadRow:
            # Values are words as often as numbers: only of these is it known what they are.
            if name in _VITAL:
                raise
            continue
        if value is not None:
            found[name] = value
    return found


def _value(row: Row, name: str) -> Decimal | None:
    effect = _EFFECTS.get(name)
    if effect is None:
        return signed(row, name)
    value = number(row, name)
    if value is not None and (text(row, effect) or "").lower() == "debit":
        return negative(abs(value))
    return value


def snapshot_of(row: Row, account: str) -> tuple[Balance | NavSummary, ...]:
    """Return what an account was worth at the end of a day, or (`BOD`) at its beginning.

    Raises:
        BadRow: it says no day, or nothing of that day.
    """
    on = day(row, "snapshot-date")
    if on is None:
        raise BadRow("snapshot-date", "", "it is missing")
    is_end = (text(row, "time-of-day") or "EOD").upper() != "BOD"
    as_of = end_of(on) if is_end else _moment(on, _OPENING)
    balances = balances_of(row, account, as_of)
    if not is_end:
        return balances
    values = {one.tag: one.value for one in balances}
    currency = balances[0].currency
    return (
        NavSummary(
            account=account,
            as_of=as_of,
            kind=NavKind.EQUITY_SUMMARY,
            to_date=on,
            currency=currency,
            total=values.get("net-liquidating-value"),
            cash=values.get("cash-balance"),
            stock=_net(values, "equity-value"),
            options=_net(values, "derivative-value"),
            bonds=values.get("long-bond-value"),
        ),
        *balances,
    )


def end_of(on: dt.date) -> dt.datetime:
    """Return when a day ends for the broker: at the close in New York."""
    return _moment(on, _CLOSE)


def _moment(on: dt.date, at: dt.time) -> dt.datetime:
    return dt.datetime.combine(on, at, NEW_YORK).astimezone(dt.UTC)


def _net(values: Mapping[str, Decimal], name: str) -> Decimal | None:
    """Return what is long less what is short, which comes without a sign."""
    long, short = values.get(f"long-{name}"), values.get(f"short-{name}")
    if long is None and short is None:
        return None
    return difference(long or _ZERO, abs(short or _ZERO))

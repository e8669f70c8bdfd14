"""Accounts, their cash and their net asset value."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace

from qm_tui.brokers.ibkr.flex_known import CASH_NAMES
from qm_tui.brokers.ibkr.flex_rows import Row, Scope, told_by
from qm_tui.brokers.ibkr.flex_values import total
from qm_tui.domain.records import AccountInfo, Balance, NavKind, NavSummary, TaxTreatment

_ACCOUNT_TOLD = told_by("currency name acctAlias dateOpened dateClosed", instrument=False)
_EQUITY_TOLD = told_by(
    "currency reportDate total cash stock options bonds funds dividendAccruals interestAccruals",
    instrument=False,
)
_CHANGE_TOLD = told_by(
    "currency fromDate toDate startingValue endingValue depositsWithdrawals mtm twr",
    instrument=False,
)
_CASH_TOLD = told_by("currency endingCash", instrument=False)

_ALWAYS = ("startingCash", "endingCash", "endingSettledCash")
_WHEN_NOT_ZERO = tuple(sorted(CASH_NAMES - set(_ALWAYS)))
_IRA = re.compile(r"\b(?:ira|sep|simple|rollover)\b", re.IGNORECASE)
_ROTH = re.compile(r"\broth\b", re.IGNORECASE)


def account_information(row: Row, scope: Scope) -> AccountInfo:
    """Read what the broker says of an account."""
    kind = [row.text(n) for n in ("accountType", "customerType", "accountCapabilities")]
    return AccountInfo(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_ACCOUNT_TOLD),
        account_type=kind[0] or kind[1],
        tax_treatment=_tax_treatment(" ".join(word for word in kind if word)),
        base_currency=scope.currency(row),
        nickname=row.text("acctAlias"),
        owner=row.text("name"),
        opened=scope.day(row, "dateOpened"),
        closed=scope.day(row, "dateClosed"),
    )


def _tax_treatment(words: str) -> TaxTreatment | None:
    if _ROTH.search(words):
        return TaxTreatment.ROTH
    return TaxTreatment.IRA if _IRA.search(words) else None


def equity_summary(row: Row, scope: Scope) -> NavSummary:
    """Read the net asset value at the end of a day."""
    day = scope.required_day(row, "reportDate")
    return NavSummary(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_EQUITY_TOLD),
        as_of=scope.end_of(day),
        kind=NavKind.EQUITY_SUMMARY,
        to_date=day,
        currency=scope.currency(row),
        total=row.number("total"),
        cash=row.number("cash"),
        stock=row.number("stock"),
        options=row.number("options"),
        bonds=row.number("bonds"),
        funds=row.number("funds"),
        dividend_accruals=row.number("dividendAccruals"),
        interest_accruals=row.number("interestAccruals"),
    )


def change_in_nav(row: Row, scope: Scope) -> NavSummary:
    """Read what changed the net asset value over a period."""
    to_date = scope.day(row, "toDate") or scope.to_date
    if to_date is None:
        raise row.missing("toDate")
    return NavSummary(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_CHANGE_TOLD),
        as_of=scope.end_of(to_date),
        kind=NavKind.CHANGE_IN_NAV,
        from_date=scope.day(row, "fromDate") or scope.from_date,
        to_date=to_date,
        currency=scope.currency(row),
        starting_value=row.number("startingValue"),
        total=row.number("endingValue"),
        deposits_withdrawals=row.number("depositsWithdrawals"),
        mark_to_market=row.number("mtm"),
        time_weighted_return=row.number("twr"),
    )


class CashReport:
    """The cash report of one statement, kept until all rows are read: models add up."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, dt.datetime], dict[str, Balance]] = {}
        """(account, currency, tag, as of) → model → balance."""
        self.seen: set[tuple[str, dt.datetime]] = set()

    def row(self, row: Row, scope: Scope) -> None:
        """Read the cash in one currency; balances come out at the end."""
        currency = scope.currency(row)
        if currency is None:
            raise row.missing("currency")
        currency = "BASE" if currency == "BASE_SUMMARY" else currency
        as_of = scope.as_of(row, scope.day(row, "toDate"))
        for name in _ALWAYS:
            if name in row.unreadable:
                raise row.missing(name)
        values = [(name, row.number(name)) for name in (*_ALWAYS, *_WHEN_NOT_ZERO)]
        model = row.text("model") or ""
        self.seen.add((row.account, as_of))
        for name, value in values:
            if value is None or (not value and name not in _ALWAYS):
                continue
            balance = Balance(
                account=row.account,
                document_row=row.index,
                broker_specific=row.rest(_CASH_TOLD) if name == "endingCash" else None,
                as_of=as_of,
                tag=name,
                currency=currency,
                value=value,
            )
            models = self._found.setdefault((row.account, currency, name, as_of), {})
            models[model] = balance

    def balances(self) -> Iterable[Balance]:
        """Return the balances: the row of no model is the total, else the models add up."""
        for models in self._found.values():
            if "" in models:
                yield models[""]
                continue
            first, *others = models.values()
            value = first.value
            for other in others:
                value = total(value, other.value)
            yield replace(first, value=value)
        self._found.clear()

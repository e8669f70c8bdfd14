"""Accounts, their cash and their net asset value."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.ibkr.flex_known import CASH_NAMES
from qm_tui.brokers.ibkr.flex_rows import Row, Scope, told_by
from qm_tui.brokers.ibkr.flex_values import total
from qm_tui.domain.records import AccountInfo, Balance
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import NavKind, TaxTreatment

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


class NetAssetValues:
    """The net asset values of one statement, kept until all rows are read: models add up."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, NavKind, dt.date | None, dt.date], dict[str, NavSummary]] = {}
        """(account, kind, from, to) → model → value."""

    def day(self, row: Row, scope: Scope) -> None:
        """Read the value at the end of a day; it comes out at the end."""
        self._add(row, equity_summary(row, scope))

    def change(self, row: Row, scope: Scope) -> None:
        """Read what changed the value over a period; it comes out at the end."""
        self._add(row, change_in_nav(row, scope))

    def values(self) -> Iterable[NavSummary]:
        """Return the values: the row of no model is the total, else the models add up."""
        for models in self._found.values():
            yield models[""] if "" in models else _whole(list(models.values()))
        self._found.clear()

    def _add(self, row: Row, found: NavSummary) -> None:
        place = (found.account, found.kind, found.from_date, found.to_date)
        self._found.setdefault(place, {})[row.text("model") or ""] = found


def _whole(models: Sequence[NavSummary]) -> NavSummary:
    """Add up the models of an account; what is unknown of one is unknown of the whole."""
    if len(models) == 1:
        return models[0]
    return replace(
        models[0],
        starting_value=_sum(model.starting_value for model in models),
        total=_sum(model.total for model in models),
        cash=_sum(model.cash for model in models),
        stock=_sum(model.stock for model in models),
        options=_sum(model.options for model in models),
        bonds=_sum(model.bonds for model in models),
        funds=_sum(model.funds for model in models),
        dividend_accruals=_sum(model.dividend_accruals for model in models),
        interest_accruals=_sum(model.interest_accruals for model in models),
        deposits_withdrawals=_sum(model.deposits_withdrawals for model in models),
        mark_to_market=_sum(model.mark_to_market for model in models),
        # Returns do not add up, and what else a row says is its model's.
        time_weighted_return=None,
        broker_specific=None,
    )


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    found = Decimal(0)
    for part in parts:
        if part is None:
            return None
        found = total(found, part)
    return found


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

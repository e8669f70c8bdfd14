"""What the gateway says of accounts and their holdings, as records."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import instrument_of
from qm_tui.brokers.ibkr.gateway_numbers import BadRow, exact, product, quotient
from qm_tui.domain.instruments import Derivative, Instrument
from qm_tui.domain.records import AccountInfo, Balance, Position
from qm_tui.domain.words import Section, TaxTreatment

BASE = "BASE"
"""The currency under which totals in an account's base currency come."""
ALL_ACCOUNTS = "All"
"""Under which the summary of several accounts gives their sums."""
_CENT = Decimal("0.01")

# The client library's classes are untyped for us (it is imported late): only attributes are used.
Row = Any
InstrumentOf = Callable[[Any], Instrument]


# --- holdings ----------------------------------------------------------------------------------


def position_of(
    position: Row,
    portfolio_item: Row | None,
    as_of: dt.datetime,
    instrument: InstrumentOf = instrument_of,
    fx_rate_to_base: Decimal | None = None,
) -> Position:
    """Return a holding. A quantity of 0 says that it was closed.

    Args:
        position: a position, or a portfolio row that stands for one.
        portfolio_item: its prices and profits; used only when it is of the same quantity.
        as_of: when it was so.
        instrument: from a contract to its instrument.
        fx_rate_to_base: of the contract's currency.

    Raises:
        BadRow: account, quantity or contract cannot be read.
    """
    account = account_of(position.account, Section.POSITIONS)
    quantity = exact(position.position)
    if quantity is None:
        raise BadRow(Section.POSITIONS, "position", position.position, "not a quantity")
    held = instrument(position.contract)
    average = exact(getattr(position, "avgCost", None) or getattr(position, "averageCost", 0.0))
    cost_basis = None if average is None else product(average, quantity)
    price, value, unrealized, realized = _values(quantity, cost_basis, portfolio_item)
    return Position(
        account=account,
        as_of=as_of,
        instrument=held,
        currency=held.currency,
        quantity=quantity,
        average_cost=_per_unit(average, held),
        cost_basis=cost_basis,
        market_price=price,
        market_value=value,
        unrealized_pnl=unrealized,
        realized_pnl=realized,
        fx_rate_to_base=fx_rate_to_base,
    )


_Values = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]


def _values(quantity: Decimal, cost_basis: Decimal | None, item: Row | None) -> _Values:
    """Return price, value, unrealized and realized profit, where they are of this quantity."""
    if item is None or not quantity or exact(item.position) != quantity:
        return None, None, None, None
    price, value = exact(item.marketPrice), exact(item.marketValue)
    unrealized, realized = exact(item.unrealizedPNL), exact(item.realizedPNL)
    if not price and not value and not _lost_all(cost_basis, unrealized):
        return None, None, unrealized or None, realized  # not worthless: there is no price
    return price, _like(quantity, value, price), unrealized, realized


def _lost_all(cost_basis: Decimal | None, unrealized: Decimal | None) -> bool:
    if cost_basis is None or unrealized is None:
        return False
    return abs(cost_basis + unrealized) <= _CENT


def _like(quantity: Decimal, value: Decimal | None, price: Decimal | None) -> Decimal | None:
    """Give money the sign of a short quantity; a negative price explains another sign."""
    if value is None or quantity >= 0 or value <= 0 or (price is not None and price < 0):
        return value
    return value.copy_negate()


def _per_unit(average: Decimal | None, held: Instrument) -> Decimal | None:
    """Take the multiplier out of the gateway's average cost, which is that of one contract."""
    if average is None or (isinstance(held, Derivative) and not held.multiplier_stated):
        return None
    return quotient(average, held.multiplier)


# --- account values ----------------------------------------------------------------------------

_WORDS = frozenset(
    {
        "AccountCode", "AccountOrGroup", "AccountReady", "AccountType", "Currency", "RealCurrency",
        "SegmentTitle", "SegmentTitle-C", "SegmentTitle-S", "TradingType", "TradingType-S",
        "WhatIfPMEnabled",
    }
)  # fmt: skip
"""Tags that are never amounts, though an account's number may look like one."""
_IRA = re.compile(r"\b(?:ira|sep|simple|rollover)\b", re.IGNORECASE)
_ROTH = re.compile(r"\broth\b", re.IGNORECASE)


def balances_of(values: Iterable[Row], as_of: dt.datetime) -> Iterator[Balance]:
    """Return the account values that are numbers; those of one model are parts and left out.

    The currency is empty where a value has no unit (`Cushion`, `DayTradesRemaining`).
    """
    for value in values:
        number = exact(value.value)
        if (
            number is None
            or value.modelCode
            or not value.tag
            or value.tag in _WORDS
            or not value.account
            or value.account == ALL_ACCOUNTS
        ):
            continue
        yield Balance(
            account=value.account,
            as_of=as_of,
            tag=value.tag,
            currency=value.currency,
            value=number,
        )


def pnl_balances(profits: Iterable[Row], as_of: dt.datetime) -> Iterator[Balance]:
    """Return the profit and loss of accounts, in their base currency, where it is known."""
    for profit in profits:
        if profit.modelCode or not profit.account:
            continue
        for tag, said in (
            ("DailyPnL", profit.dailyPnL),
            ("UnrealizedPnL", profit.unrealizedPnL),
            ("RealizedPnL", profit.realizedPnL),
        ):
            number = exact(said)
            if number is not None:
                yield Balance(
                    account=profit.account, as_of=as_of, tag=tag, currency=BASE, value=number
                )


def latest_balances(*groups: Iterable[Balance]) -> list[Balance]:
    """Join balances: of one account, tag and currency the one of the last group stands."""
    found = {(one.account, one.tag, one.currency): one for group in groups for one in group}
    return list(found.values())


def exchange_rates(values: Iterable[Row]) -> Mapping[tuple[str, str], Decimal]:
    """Return {(account, currency): what a unit of it is worth in the account's base currency}."""
    return {
        (value.account, value.currency): rate
        for value in values
        if value.tag == "ExchangeRate" and value.currency != BASE and not value.modelCode
        if (rate := exact(value.value)) is not None and rate > 0
    }


def account_info_of(account: str, values: Iterable[Row]) -> AccountInfo:
    """Return what account values say of the account itself."""
    words: dict[str, str] = {}
    base_currency = None
    for value in values:
        if value.account != account or value.modelCode:
            continue
        if value.tag == "NetLiquidation" and value.currency not in {"", BASE}:
            base_currency = value.currency
        elif value.tag in {"AccountType", "TradingType-S", "WhatIfPMEnabled"} and value.value:
            words[value.tag] = value.value[:100]
    said = words.get("AccountType", "")
    if is_paper(account):
        words["paper"] = "true"
    return AccountInfo(
        account=account,
        account_type=(said.title() if said.isupper() and said.isalpha() else said) or None,
        tax_treatment=_tax_treatment(said),
        base_currency=base_currency,
        broker_specific=words or None,
    )


def is_paper(account: str) -> bool:
    """Tell a paper account by its number, as the broker numbers them: `DU…`, `DF…`, `DI…`."""
    return account.upper().startswith("D")


def _tax_treatment(words: str) -> TaxTreatment | None:
    if _ROTH.search(words):
        return TaxTreatment.ROTH
    return TaxTreatment.IRA if _IRA.search(words) else None


def account_of(number: Any, section: Section) -> str:
    """Return whose a row is.

    Raises:
        BadRow: it does not say.
    """
    account = str(number or "").strip()
    if not account or account == ALL_ACCOUNTS:
        raise BadRow(section, "account", number, "it names no account")
    return account

"""Accounts, what they are worth, and their sums."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from qm_tui.domain.selection import Scope
from qm_tui.queries.views import (
    AccountTotal,
    AccountView,
    BalanceView,
    CurrencyAmount,
    PositionView,
)
from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import account_facts
from qm_tui.store.reading.holdings import current_balances
from qm_tui.store.reading.rates import Rates

BASE = "BASE"
"""The currency under which brokers give totals in an account's base currency."""

# The tags under which each broker's live answers and statements give a value, best first.
_TAGS = {
    "net_liquidation": ("NetLiquidation", "net-liquidating-value"),
    "total_cash": ("TotalCashValue", "cash-balance", "endingCash"),
    "buying_power": ("BuyingPower", "equity-buying-power"),
    "margin_used": ("MaintMarginReq", "maintenance-requirement"),
    "margin_available": ("ExcessLiquidity", "AvailableFunds", "maintenance-excess"),
    "realized_pnl": ("RealizedPnL",),
    "daily_pnl": ("DailyPnL",),
}
_CASH_TAGS = ("TotalCashBalance", "CashBalance", "cash-balance", "endingCash")


async def accounts(reader: Reader, scope: Scope = Scope()) -> list[AccountView]:
    """Return the accounts by number; what no source says is None."""
    facts = await reader.read(account_facts, PositionView, scope)
    balances: dict[int, list[Any]] = defaultdict(list)
    for row in facts.balances:
        balances[row.account_id].append(row)
    positions: dict[tuple[str, str], list[PositionView]] = defaultdict(list)
    for position in facts.positions:
        positions[position.broker, position.account].append(position)
    return [
        _account(
            row,
            facts.connections.get(row.id, []),
            facts.values.get(row.id),
            balances[row.id],
            positions[row.broker, row.account],
            facts.rates,
        )
        for row in facts.accounts
    ]


async def balances(reader: Reader, scope: Scope = Scope()) -> list[BalanceView]:
    """Return the newest account values by account, currency and tag."""
    return [
        BalanceView(
            account=row.account, currency=row.currency, tag=row.tag, value=row.value,
            as_of=row.as_of,
        )
        for row in await reader.read(current_balances, scope)
    ]  # fmt: skip


def _account(
    row: Any,
    connections: Sequence[str],
    nav: Any,
    balances: Sequence[Any],
    positions: Sequence[PositionView],
    rates: Rates,
) -> AccountView:
    base = row.base_currency or (nav.currency if nav else None) or _only_currency(balances)
    values = {name: _tagged(balances, tags, base) for name, tags in _TAGS.items()}
    net, net_as_of = _newer(values["net_liquidation"], nav and (nav.total, nav.as_of))
    cash, cash_as_of = _newer(values["total_cash"], nav and (nav.cash, nav.as_of))
    moments = [net_as_of, cash_as_of, *(position.as_of for position in positions)]
    return AccountView(
        account=row.account,
        broker=row.broker,
        connections=tuple(connections),
        nickname=row.nickname,
        account_type=row.account_type,
        tax_treatment=row.tax_treatment,
        base_currency=base,
        net_liquidation=net,
        total_cash=cash,
        buying_power=values["buying_power"][0],
        margin_used=values["margin_used"][0],
        margin_available=values["margin_available"][0],
        unrealized_pnl=_unrealized(positions, base, rates),
        realized_pnl=values["realized_pnl"][0],
        daily_pnl=values["daily_pnl"][0],
        as_of=max((moment for moment in moments if moment is not None), default=None),
        cash=_cash(balances),
        positions=len(positions),
    )


_Value = tuple[Decimal | None, dt.datetime | None]
_UNKNOWN: _Value = (None, None)


def _only_currency(balances: Sequence[Any]) -> str | None:
    currencies = {row.currency for row in balances} - {BASE}
    return currencies.pop() if len(currencies) == 1 else None


def _tagged(balances: Sequence[Any], tags: Iterable[str], base: str | None) -> _Value:
    """Return a value in the base currency; what is given by currency only where there is one."""
    only = _only_currency(balances)
    alone = only if base in {None, only} else None
    for tag in tags:
        for currency in (BASE, alone if tag in _CASH_TAGS else base or only):
            for row in balances:
                if row.tag == tag and row.currency == currency:
                    return row.value, row.as_of
    return _UNKNOWN


def _newer(one: _Value, other: _Value | None) -> _Value:
    """Return the later of two; the first at the same time, the other where one is unknown."""
    if other is None or other[0] is None or other[1] is None:
        return one
    if one[0] is None or one[1] is None or other[1] > one[1]:
        return other
    return one


def _unrealized(
    positions: Sequence[PositionView], base: str | None, rates: Rates
) -> Decimal | None:
    """Sum in the base currency; None when one of them is unknown or cannot be converted."""
    if not positions:
        return None
    total = Decimal(0)
    for position in positions:
        rate = _rate(position, base, rates)
        if position.unrealized_pnl is None or rate is None:
            return None
        total += position.unrealized_pnl * rate
    return total


def _rate(position: PositionView, base: str | None, rates: Rates) -> Decimal | None:
    """Return what turns a position's currency into the base: the broker's own, else a day's."""
    if position.currency == base:
        return Decimal(1)
    if position.fx_rate_to_base is not None or position.currency is None or base is None:
        return position.fx_rate_to_base
    return rates.get((position.currency, base))


def _cash(balances: Sequence[Any]) -> tuple[CurrencyAmount, ...]:
    for tag in _CASH_TAGS:
        amounts = tuple(
            CurrencyAmount(currency=row.currency, value=row.value)
            for row in balances
            if row.tag == tag and row.currency != BASE
        )
        if amounts:
            return amounts
    return ()


_SUMMED = ("net_liquidation", "total_cash", "unrealized_pnl", "daily_pnl")


def account_totals(views: Sequence[AccountView]) -> list[AccountTotal]:
    """Sum accounts by base currency; what is unknown is named and not taken for zero."""
    groups: dict[str | None, list[AccountView]] = defaultdict(list)
    for view in views:
        groups[view.base_currency].append(view)
    return [_total(base, group) for base, group in sorted(groups.items(), key=_currency)]


def _currency(group: tuple[str | None, list[AccountView]]) -> str:
    return group[0] or ""


def _total(base: str | None, views: Sequence[AccountView]) -> AccountTotal:
    sums: dict[str, Decimal | None] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for name in _SUMMED:
        known = [value for view in views if (value := getattr(view, name)) is not None]
        sums[name] = sum(known, Decimal(0)) if known else None
        without = tuple(
            view.account
            for view in views
            # Where nothing is held there is nothing unrealized to be missed.
            if getattr(view, name) is None and (view.positions or name != "unrealized_pnl")
        )
        if without:
            missing[name] = without
    return AccountTotal(base_currency=base, missing=missing, **sums)

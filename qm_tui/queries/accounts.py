"""Accounts, what they are worth, and their sums."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qm_tui.domain.selection import Scope
from qm_tui.queries.account_views import (
    AccountTotal,
    AccountView,
    BalanceView,
    CurrencyAmount,
    MarginView,
    NoticeView,
)
from qm_tui.queries.live import newer_position, values_now
from qm_tui.queries.margin import largest_first, margin
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.profit_days import day_of, newest_day
from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import account_facts, every_account, newest_values
from qm_tui.store.reading.holdings import current_balances
from qm_tui.store.reading.notices import current_notices
from qm_tui.store.reading.rates import Rates, newest_rates

if TYPE_CHECKING:
    # It brings all records, of which the first screen's rows need none.
    from qm_tui.domain.live import LiveBook

BASE = "BASE"
"""The currency under which brokers give totals in an account's base currency."""

# The tags under which each broker's live answers and statements give a value, best first.
_TAGS = {
    "net_liquidation": ("NetLiquidation", "net-liquidating-value"),
    "total_cash": ("TotalCashValue", "cash-balance", "endingCash"),
    "buying_power": ("BuyingPower", "equity-buying-power"),
    "margin_used": ("MaintMarginReq", "maintenance-requirement"),
    "margin_available": ("ExcessLiquidity", "AvailableFunds", "maintenance-excess"),
    "unrealized_pnl": ("UnrealizedPnL",),
    "realized_pnl": ("RealizedPnL",),
    "daily_pnl": ("DailyPnL",),
}
_CASH_TAGS = ("TotalCashBalance", "CashBalance", "cash-balance", "endingCash")
_PAPER = re.compile(r"D[A-Z]?\d")
"""How Interactive Brokers numbers paper accounts: `DU…`, `DF…`, `DI…`."""

_Place = tuple[str, str]
"""A tag and a currency; empty where the value has no unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBasis:
    """What is stored of an account: its view is reckoned from it, again and again as news come."""

    row: Any
    connections: Sequence[str]
    nav: Any
    balances: Mapping[_Place, Any]
    positions: Sequence[PositionView]
    rates: Rates
    notices: tuple[NoticeView, ...] = ()
    margin: tuple[MarginView, ...] = ()


async def accounts(
    reader: Reader, scope: Scope = Scope(), live: "LiveBook | None" = None
) -> list[AccountView]:
    """Return the accounts by number; what no source says is None."""
    return [account_view(basis, live) for basis in await account_bases(reader, scope)]


async def account_bases(reader: Reader, scope: Scope = Scope()) -> list[AccountBasis]:
    """Return what the accounts' views are reckoned from, by number."""
    facts = await reader.read(account_facts, PositionView, scope)
    notices = await reader.read(current_notices, scope)
    required: dict[str, list[MarginView]] = defaultdict(list)
    for one in await margin(reader, scope):
        required[one.account].append(one)
    balances: dict[int, dict[_Place, Any]] = defaultdict(dict)
    for row in facts.balances:
        balances[row.account_id][row.tag, row.currency] = row
    positions: dict[tuple[str, str], list[PositionView]] = defaultdict(list)
    for position in facts.positions:
        positions[position.broker, position.account].append(position)
    return [
        AccountBasis(
            row=row,
            connections=facts.connections.get(row.id, []),
            nav=facts.values.get(row.id),
            balances=balances[row.id],
            positions=positions[row.broker, row.account],
            rates=facts.rates,
            notices=tuple(
                NoticeView(kind=one.kind, message=one.message, noticed_at=one.noticed_at)
                for one in notices
                if one.account_id == row.id
            ),
            margin=largest_first(required[row.account]),
        )
        for row in facts.accounts
    ]


async def account_values(reader: Reader, scope: Scope = Scope()) -> list[AccountBasis]:
    """Return the same without positions, notices and margin: for what accounts are worth."""
    values = await reader.read(newest_values, scope)
    rates = await reader.read(newest_rates, scope.as_of)
    balances: dict[int, dict[_Place, Any]] = defaultdict(dict)
    for row in await reader.read(current_balances, scope):
        balances[row.account_id][row.tag, row.currency] = row
    return [
        AccountBasis(
            row=row,
            connections=(),
            nav=values.get(row.id),
            balances=balances[row.id],
            positions=(),
            rates=rates,
        )
        for row in await reader.read(every_account, scope)
    ]


_TOGETHER = dt.timedelta(minutes=1)
"""The broker's own sum holds unless positions were seen so much later."""


async def balances(reader: Reader, scope: Scope = Scope()) -> list[BalanceView]:
    """Return the newest account values by account, currency and tag."""
    return [
        BalanceView(
            account=row.account, currency=row.currency, tag=row.tag, value=row.value,
            as_of=row.as_of,
        )
        for row in await reader.read(current_balances, scope)
    ]  # fmt: skip


def account_view(basis: AccountBasis, live: "LiveBook | None" = None) -> AccountView:
    """Return an account as it is now: what was pushed after it was stored holds."""
    row, nav = basis.row, basis.nav
    balances = _with_live(basis, live)
    base = row.base_currency or (nav.currency if nav else None) or _only_currency(balances)
    values = {name: _tagged(balances, tags, base) for name, tags in _TAGS.items()}
    net = _newer(values["net_liquidation"], nav and (nav.total, nav.as_of))
    cash = _newer(values["total_cash"], nav and (nav.cash, nav.as_of))
    seen = [position.as_of for position in basis.positions]
    unrealized = values["unrealized_pnl"]
    if unrealized[1] is None or (seen and max(seen) - unrealized[1] > _TOGETHER):
        summed = _unrealized(basis, base, live)
        unrealized = unrealized if summed is None else (summed, None)
    # What is stored of a profit is of the same answer as the rest; what is pushed has its own time.
    pushed = [values[name][1] for name in ("daily_pnl", "unrealized_pnl", "realized_pnl") if live]
    moments = [net[1], cash[1], *seen, *pushed]
    return AccountView(
        account=row.account,
        broker=row.broker,
        connections=tuple(basis.connections),
        nickname=row.nickname,
        account_type=row.account_type,
        tax_treatment=row.tax_treatment,
        base_currency=base,
        net_liquidation=net[0],
        total_cash=cash[0],
        buying_power=values["buying_power"][0],
        margin_used=values["margin_used"][0],
        margin_available=values["margin_available"][0],
        unrealized_pnl=unrealized[0],
        realized_pnl=values["realized_pnl"][0],
        daily_pnl=values["daily_pnl"][0],
        daily_pnl_as_of=values["daily_pnl"][1],
        as_of=max((moment for moment in moments if moment is not None), default=None),
        cash=_cash(balances),
        positions=len(basis.positions),
        paper=row.broker == "ibkr" and _PAPER.match(row.account) is not None,
        notices=basis.notices,
        margin=basis.margin,
        closed=row.closed,
    )


def _with_live(basis: AccountBasis, live: "LiveBook | None") -> Mapping[_Place, Any]:
    """Return the newest of each account value, stored or pushed."""
    pushed = live.balances(basis.row.account) if live is not None else ()
    if not pushed:
        return basis.balances
    newest = dict(basis.balances)
    for balance in pushed:
        place = (balance.tag, balance.currency)
        if place not in newest or newest[place].as_of < balance.as_of:
            newest[place] = balance
    return newest


_Value = tuple[Decimal | None, dt.datetime | None]
_UNKNOWN: _Value = (None, None)


def _only_currency(balances: Iterable[_Place]) -> str | None:
    # Values without a unit have no currency.
    currencies = {currency for _, currency in balances if currency} - {BASE}
    return currencies.pop() if len(currencies) == 1 else None


def _tagged(balances: Mapping[_Place, Any], tags: Iterable[str], base: str | None) -> _Value:
    """Return a value in the base currency; what is given by currency only where there is one."""
    only = _only_currency(balances)
    alone = only if base in {None, only} else None
    for tag in tags:
        for currency in (BASE, alone if tag in _CASH_TAGS else base or only):
            row = None if currency is None else balances.get((tag, currency))
            if row is not None:
                return row.value, row.as_of
    return _UNKNOWN


def _newer(one: _Value, other: _Value | None) -> _Value:
    """Return the later of two; the first at the same time, the other where one is unknown."""
    if other is None or other[0] is None or other[1] is None:
        return one
    if one[0] is None or one[1] is None or other[1] > one[1]:
        return other
    return one


def _unrealized(basis: AccountBasis, base: str | None, live: "LiveBook | None") -> Decimal | None:
    """Sum in the base currency; None when one of them is unknown or cannot be converted."""
    if not basis.positions:
        return None
    total = Decimal(0)
    for position in basis.positions:
        record = None if live is None else newer_position(position, live)
        value = values_now(position, record).unrealized_pnl
        rate = _rate(position, base, basis.rates)
        if value is None or rate is None:
            return None
        total += value * rate
    return total


def _rate(position: PositionView, base: str | None, rates: Rates) -> Decimal | None:
    """Return what turns a position's currency into the base: the broker's own, else a day's."""
    if position.currency == base:
        return Decimal(1)
    if position.fx_rate_to_base is not None or position.currency is None or base is None:
        return position.fx_rate_to_base
    return rates.get((position.currency, base))


def _cash(balances: Mapping[_Place, Any]) -> tuple[CurrencyAmount, ...]:
    for tag in _CASH_TAGS:
        amounts = tuple(
            CurrencyAmount(currency=currency, value=balances[place, currency].value)
            for place, currency in sorted(balances)
            if place == tag and currency != BASE
        )
        if amounts:
            return amounts
    return ()


_SUMMED = ("net_liquidation", "total_cash", "unrealized_pnl", "daily_pnl")


def account_totals(views: Sequence[AccountView]) -> list[AccountTotal]:
    """Sum accounts by base currency; what is unknown is named and not taken for zero."""
    groups: dict[str | None, list[AccountView]] = defaultdict(list)
    for view in of_one_day(views):
        groups[view.base_currency].append(view)
    return [_total(base, group) for base, group in sorted(groups.items(), key=_currency)]


def of_one_day(views: Sequence[AccountView]) -> list[AccountView]:
    """Return the same without gains of days that are over: those of the newest day add up."""
    newest = newest_day(view.daily_pnl_as_of for view in views)
    return [
        view
        if (at := view.daily_pnl_as_of) is None or day_of(at) == newest
        else replace(view, daily_pnl=None, daily_pnl_as_of=None)
        for view in views
    ]


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
            if getattr(view, name) is None
            and (view.positions or name != "unrealized_pnl")
            and (view.positions or view.closed is None)
        )
        if without:
            missing[name] = without
    return AccountTotal(base_currency=base, missing=missing, **sums)

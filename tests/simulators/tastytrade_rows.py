"""Rows of JSON as the broker says them, with what they need and no more."""

import datetime as dt
from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def moment(at: dt.datetime) -> str:
    """As the broker writes moments."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")


def effect(value: Decimal) -> str:
    """As the broker says a sign."""
    return "Credit" if value > 0 else "Debit" if value < 0 else "None"


def unsigned(name: str, value: Decimal | str | float) -> Row:
    """A number without its sign, and its sign in words."""
    number = Decimal(str(value))
    return {name: str(abs(number)), f"{name}-effect": effect(number)}


BALANCE: Row = dict.fromkeys(
    [
        "cash-balance",
        "long-equity-value",
        "short-equity-value",
        "long-derivative-value",
        "short-derivative-value",
        "long-futures-value",
        "short-futures-value",
        "long-futures-derivative-value",
        "short-futures-derivative-value",
        "long-margineable-value",
        "short-margineable-value",
        "margin-equity",
        "equity-buying-power",
        "derivative-buying-power",
        "day-trading-buying-power",
        "futures-margin-requirement",
        "available-trading-funds",
        "maintenance-requirement",
        "maintenance-call-value",
        "reg-t-call-value",
        "day-trading-call-value",
        "day-equity-call-value",
        "net-liquidating-value",
        "cash-available-to-withdraw",
        "day-trade-excess",
        "pending-cash",
        "long-cryptocurrency-value",
        "short-cryptocurrency-value",
        "cryptocurrency-margin-requirement",
        "unsettled-cryptocurrency-fiat-amount",
        "closed-loop-available-balance",
        "equity-offering-margin-requirement",
        "long-bond-value",
        "bond-margin-requirement",
        "used-derivative-buying-power",
        "reg-t-margin-requirement",
        "futures-overnight-margin-requirement",
        "futures-intraday-margin-requirement",
        "maintenance-excess",
        "pending-margin-interest",
        "effective-cryptocurrency-buying-power",
        "buying-power-adjustment",
    ],
    "0.0",
) | {
    "pending-cash-effect": "None",
    "unsettled-cryptocurrency-fiat-effect": "None",
    "buying-power-adjustment-effect": "None",
    "currency": "USD",
}

TRADING_STATUS: Row = {
    "day-trade-count": 0,
    "equities-margin-calculation-type": "Reg T",
    "fee-schedule-name": "default",
    "futures-margin-rate-multiplier": "1.0",
    "has-intraday-equities-margin": False,
    "id": 447096,
    "is-aggregated-at-clearing": False,
    "is-closed": False,
    "is-closing-only": False,
    "is-cryptocurrency-closing-only": False,
    "is-cryptocurrency-enabled": True,
    "is-frozen": False,
    "is-full-equity-margin-required": False,
    "is-futures-closing-only": False,
    "is-futures-intra-day-enabled": True,
    "is-futures-enabled": True,
    "is-in-day-trade-equity-maintenance-call": False,
    "is-in-margin-call": False,
    "is-pattern-day-trader": False,
    "is-portfolio-margin-enabled": False,
    "is-risk-reducing-only": False,
    "is-small-notional-futures-intra-day-enabled": True,
    "is-roll-the-day-forward-enabled": True,
    "are-far-otm-net-options-restricted": True,
    "options-level": "No Restrictions",
    "short-calls-enabled": True,
    "small-notional-futures-margin-rate-multiplier": "1.0",
    "is-equity-offering-enabled": True,
    "is-equity-offering-closing-only": False,
    "enhanced-fraud-safeguards-enabled-at": "2022-10-27T20:49:52.928+00:00",
}

MARGIN_REPORT: Row = {
    "description": "Total",
    "margin-calculation-type": "Reg T",
    "option-level": "No Restrictions",
    **unsigned("margin-requirement", 0),
    **unsigned("initial-requirement", 0),
    **unsigned("maintenance-requirement", 0),
    **unsigned("margin-equity", 0),
    **unsigned("option-buying-power", 0),
    **unsigned("reg-t-margin-requirement", 0),
    **unsigned("reg-t-option-buying-power", 0),
    **unsigned("maintenance-excess", 0),
    "last-state-timestamp": 1_795_190_400_000,
    "groups": [],
}

_FEES = ("commission", "clearing-fees", "regulatory-fees", "proprietary-index-option-fees")


def transaction(
    number: int,
    account: str,
    kind: str,
    sub_type: str,
    at: dt.datetime,
    description: str,
    value: Decimal | str | float = 0,
    *,
    day: dt.date | None = None,
    fees: dict[str, str] | None = None,
    **more: Any,
) -> Row:
    """A transaction; values and fees are signed here.

    Args:
        fees: By name (`commission`, `clearing-fees` …); what is paid is negative.
        more: Further fields, with _ for -.
    """
    worth = Decimal(str(value))
    charged = {name: Decimal(text) for name, text in (fees or {}).items()}
    row: Row = {
        "id": number,
        "account-number": account,
        "transaction-type": kind,
        "transaction-sub-type": sub_type,
        "description": description,
        "executed-at": moment(at),
        "transaction-date": (day or at.date()).isoformat(),
        **unsigned("value", worth),
        **unsigned("net-value", worth + sum(charged.values())),
        "is-estimated-fee": False,
        "currency": "USD",
    }
    for name in (*_FEES, *(set(charged) - set(_FEES))):
        if name in charged:
            row |= unsigned(name, charged[name])
    return row | {name.replace("_", "-"): said for name, said in more.items()}


def fill(
    number: int,
    account: str,
    instrument: Row,
    action: str,
    quantity: str,
    price: str,
    at: dt.datetime,
    *,
    kind: str = "Trade",
    sub_type: str | None = None,
    multiplier: int = 1,
    fees: dict[str, str] | None = None,
    day: dt.date | None = None,
    **more: Any,
) -> Row:
    """Something bought or sold, or delivered with an action.

    Args:
        instrument: symbol, instrument-type, underlying-symbol.
        multiplier: 0 for futures, whose transactions have no value.
    """
    worth = Decimal(quantity) * Decimal(price) * multiplier
    signed = worth if action.startswith("Sell") else -worth
    verb = "Sold" if action.startswith("Sell") else "Bought"
    described = f"{verb} {quantity} {instrument['symbol']} @ {price}"
    return transaction(
        number,
        account,
        kind,
        sub_type or action,
        at,
        more.pop("description", described),
        signed,
        day=day,
        fees=fees,
        action=action,
        quantity=quantity,
        price=price,
        order_id=272_000_000 + number % 1_000_000,
        exec_id=f"4_A5F-{number}",
        ext_exec_id=str(number),
        **{name: instrument[name] for name in _NAMES},
        **more,
    )


_NAMES = ("symbol", "instrument-type", "underlying-symbol")

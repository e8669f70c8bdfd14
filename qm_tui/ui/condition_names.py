"""What the fields of all tables are called by who has to type them."""

from collections.abc import Mapping
from decimal import Decimal

from qm_tui.domain.conditions import Comparison, Condition

NAMES: Mapping[str, tuple[str, ...]] = {
    "account": ("account", "acct"),
    "accounts": ("account", "held"),
    "acquisition_date": ("acquired", "opened", "bought"),
    "as_of": ("age",),
    "average_cost": ("avg",),
    "base_currency": ("ccy",),
    "broker_id": ("id",),
    "broker_trade_id": ("id",),
    "buying_power": ("bp",),
    "cash_amount": ("cash", "amount"),
    "commission": ("fee", "fees"),
    "confidence": ("sure",),
    "cost_basis": ("cost", "basis"),
    "counterparty": ("with",),
    "currency": ("ccy",),
    "currency_value": ("money", "value"),
    "daily_pnl": ("day", "dpnl"),
    "days_held": ("held", "days"),
    "days_to_expiry": ("dte", "days"),
    "days_to_long_term": ("tolong",),
    "delta_value": ("dvalue", "exposure"),
    "description": ("desc",),
    "difference": ("diff",),
    "direction": ("dir",),
    "disposition_date": ("closed", "sold", "date"),
    "executed_at": ("time", "executed"),
    "expiry": ("exp", "expires"),
    "first_seen": ("since",),
    "form_8949_box": ("box",),
    "form_8949_code": ("code",),
    "from_date": ("from",),
    "gain": ("gain", "pnl"),
    "holding_start": ("start",),
    "implied_volatility": ("iv", "vol"),
    "instrument_type": ("type", "class"),
    "margin_available": ("available",),
    "margin_used": ("margin",),
    "market_price": ("price", "mark", "last"),
    "market_value": ("value", "mv"),
    "net_gain": ("net",),
    "net_liquidation": ("nlv", "netliq"),
    "open_close": ("oc", "open"),
    "osi_symbol": ("osi",),
    "position_delta": ("pdelta",),
    "position_gamma": ("pgamma",),
    "position_rho": ("prho",),
    "position_theta": ("ptheta",),
    "position_vega": ("pvega",),
    "proceeds": ("proceeds", "amount"),
    "quantity": ("qty", "shares", "contracts"),
    "realized_pnl": ("realized", "rpnl", "pnl"),
    "started_at": ("started", "date"),
    "tax_treatment": ("tax",),
    "to_date": ("to", "date"),
    "total_cash": ("cash",),
    "trade_date": ("date",),
    "underlying": ("under", "root"),
    "unit_cost": ("unit",),
    "unrealized_pnl": ("pnl", "upnl"),
    "wash_adjustment": ("wash",),
    "wash_disallowed": ("wash",),
}
"""Field of a view → shorter names, the one to offer first; in one table the first field has it."""

SAYS: Mapping[str, str] = {
    "as_of": "how old it is",
    "average_cost": "cost per unit",
    "base_currency": "base currency",
    "broken": "something does not add up",
    "currency": "currency",
    "daily_pnl": "gain of today",
    "days_to_expiry": "days to expiry",
    "days_held": "days held",
    "description": "description",
    "implied_volatility": "implied volatility",
    "instrument_type": "equity, option, …",
    "market_value": "market value",
    "marked": "marked by you",
    "open_close": "opens or closes",
    "position_delta": "delta of the position",
    "quantity": "quantity, short below 0",
    "realized_pnl": "realized gain",
    "stale": "not confirmed by the newest answer",
    "weight": "part of the whole",
    "unrealized_pnl": "unrealized gain",
}
"""What fields are, where the column's title does not say it."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "account": ("nickname",),
    "symbol": ("underlying", "osi_symbol", "isin"),
    "underlying": ("symbol",),
}
"""Where `:` looks beside the field itself."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "right": ("call", "put"),
    "term": ("short", "long", "section_1256"),
}
"""Fields with few values, which are known beforehand."""

IN_PERCENT = frozenset({"implied_volatility", "weight", "confidence"})
"""Fractions that are shown, and typed, in percent."""

OF_OURS = frozenset(
    {
        "id", "instrument_id", "document_id", "document_row", "number", "slice_number",
        "lot_number", "fx_rate_to_base", "source_id", "key",
    }
)  # fmt: skip
"""Fields of views that say nothing to a user."""

_ZERO = Decimal(0)


def _is(field: str, comparison: Comparison, value: Decimal | str) -> Condition:
    return Condition(field=field, comparison=comparison, value=value)


FLAGS: Mapping[str, tuple[Condition, str]] = {
    "short": (_is("quantity", Comparison.LESS, _ZERO), "less than nothing is held"),
    "long": (_is("quantity", Comparison.MORE, _ZERO), "more than nothing is held"),
    "option": (_is("instrument_type", Comparison.CONTAINS, "option"), "options"),
    "stock": (_is("instrument_type", Comparison.EQUAL, "equity"), "shares"),
    "future": (_is("instrument_type", Comparison.EQUAL, "future"), "futures"),
    "call": (_is("right", Comparison.EQUAL, "call"), "calls"),
    "put": (_is("right", Comparison.EQUAL, "put"), "puts"),
    "expired": (_is("days_to_expiry", Comparison.LESS, _ZERO), "past its expiry"),
    "expiring": (_is("days_to_expiry", Comparison.AT_MOST, Decimal(7)), "within a week"),
    "winner": (_is("unrealized_pnl", Comparison.MORE, _ZERO), "with a gain"),
    "loser": (_is("unrealized_pnl", Comparison.LESS, _ZERO), "with a loss"),
}
"""Word after `is:` → what it stands for, where the table has such a field, and what it says."""

HAS: Mapping[str, str] = {"greeks": "delta", "value": "market_value", "basis": "cost_basis"}
"""Word after `has:` → the field that has to be known; any other field by its own name."""

"""By what positions are put together, and what a group is called."""

from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum

from qm_tui.queries.position_views import PositionView

_OPTIONS = frozenset({"equity_option", "future_option"})

NONE = "—"
"""The group of what nobody knows of."""


class GroupBy(StrEnum):
    """What the rows of a group have in common."""

    ACCOUNT = "account"
    UNDERLYING = "underlying"
    TYPE = "type"
    BROKER = "broker"
    CATEGORY = "category"
    CURRENCY = "currency"
    EXPIRY = "expiry"


class WeightOf(StrEnum):
    """What is 100 %: a share of an account is meaningless beside one of another."""

    ACCOUNT = "account"
    ALL = "all"


TYPES = {
    "equity": "Stocks",
    "fund": "Funds",
    "bond": "Bonds",
    "equity_option": "Options",
    "future": "Futures",
    "future_option": "Options on futures",
    "forex": "Currencies",
    "crypto": "Crypto",
    "other": "Other",
}
"""Asset classes in the order one looks for them."""
_BROKERS = {"ibkr": "Interactive Brokers", "tastytrade": "Tastytrade", "": NONE}


def underlying_of(view: PositionView) -> str:
    """Return what a position stands for: the underlying of an option, else the thing itself."""
    return (view.underlying if is_option(view) else None) or view.symbol


def is_option(view: PositionView) -> bool:
    """Tell whether a position is in an option."""
    return view.instrument_type in _OPTIONS


def group_of(
    view: PositionView, by: GroupBy, categories: Mapping[str, str] | None = None
) -> Hashable:
    """Return what a position has in common with the others of its group.

    Args:
        view: a position.
        by: what groups have in common.
        categories: account → what kind of account it is to its owner.
    """
    match by:
        case GroupBy.ACCOUNT:
            return view.broker, view.account
        case GroupBy.EXPIRY:
            return view.expiry
        case _:
            return group_title(view, by, categories)


def group_title(
    view: PositionView,
    by: GroupBy,
    categories: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """Return what the group of a position is called.

    Args:
        view: a position.
        by: what groups have in common.
        categories: account → what kind of account it is to its owner.
        names: account → what its owner calls it.
    """
    if by is GroupBy.ACCOUNT:
        name = (names or {}).get(view.account)
        return f"{view.account} {name}" if name and name != view.account else view.account
    if by is GroupBy.CATEGORY:
        return (categories or {}).get(view.account, NONE)
    return _TITLES[by](view)


_TITLES: Mapping[GroupBy, Callable[[PositionView], str]] = {
    GroupBy.UNDERLYING: underlying_of,
    GroupBy.TYPE: lambda view: TYPES.get(view.instrument_type, view.instrument_type),
    GroupBy.BROKER: lambda view: _BROKERS.get(view.broker, view.broker),
    GroupBy.CURRENCY: lambda view: view.currency or NONE,
    GroupBy.EXPIRY: lambda view: NONE if view.expiry is None else view.expiry.isoformat(),
}


def type_order(view: PositionView) -> int:
    """Return where an asset class stands among the others."""
    return list(TYPES).index(view.instrument_type) if view.instrument_type in TYPES else len(TYPES)

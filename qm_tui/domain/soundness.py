"""What a record must be to be stored: the rules that the store's constraints hold it to."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from qm_tui.domain.records import FxRate, Record, Trade


class Flaw(NamedTuple):
    """What is wrong with a record, for the list of refused rows."""

    field: str
    text: str
    reason: str


def _trade(trade: Trade) -> Flaw | None:
    if trade.quantity:
        return None
    return Flaw("quantity", str(trade.quantity), "a trade of nothing")


def _rate(rate: FxRate) -> Flaw | None:
    if rate.rate > 0:
        return None
    return Flaw("rate", str(rate.rate), "an exchange rate must be more than nothing")


RULES: Mapping[type[Record], Callable[[Any], Flaw | None]] = {Trade: _trade, FxRate: _rate}
"""By kind of record; a kind without rule is always sound."""

"""The brokers' codes and words that tell what kind of booking a trade is."""

from functools import lru_cache

from qm_tui.domain.booking.facts import TradeFact

TASTYTRADE_TRADE = "Trade"
RECEIVE_DELIVER = "Receive Deliver"
EXCHANGE_TRADES = frozenset({"ExchTrade", TASTYTRADE_TRADE})
"""What was executed on an exchange."""
BOOK_TRADES = frozenset({"BookTrade", RECEIVE_DELIVER})
"""What the broker booked: ends of options, and what was delivered for them."""
FRACTION = "FracShare"

EXPIRED = frozenset({"Ep"})
DELIVERED = frozenset({"A", "Ex", "AEx", "MEx", "GEA"})
"""Assigned, exercised (also automatically, or for a dividend), or both offsetting each other."""
PAID = frozenset({"CD"})
"""Settled in cash."""
REINVESTED = "R"
IN_LIEU = "LF"


_NONE: frozenset[str] = frozenset()


def codes_of(trade: TradeFact) -> frozenset[str]:
    """Split the broker's notes, `C;P`, into codes."""
    return _split(trade.codes) if trade.codes else _NONE


@lru_cache(1024)
def _split(notes: str) -> frozenset[str]:
    return frozenset(code.strip() for code in notes.replace(",", ";").split(";"))

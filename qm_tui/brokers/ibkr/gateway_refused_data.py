"""Why the gateway gives no market data, in words for the user."""

from collections.abc import Mapping
from types import MappingProxyType

from qm_tui.brokers.quoting import quoted

LINES_USED_UP = 101
ANOTHER_SESSION = 10197
DELAYED = frozenset({10167})
"""With these, what comes is delayed."""
NOT_THERE_ANY_MORE = 300
"""The answer to letting go of a request that the gateway had dropped itself."""

_NEVER_STARTED = frozenset({LINES_USED_UP, 200, 321, 322})
"""With these the request does not exist: there is nothing to cancel."""
_STILL_COMES = frozenset({10090, 10167})
"""Delayed prices, or a part of the data, come nevertheless."""
_WARNINGS = frozenset({110, 165, 202, 399, 404, 434, 492})
"""As the client library sorts them."""

_SENTENCES: Mapping[int, str] = MappingProxyType(
    {
        354: "There is no subscription for the live market data of {what}, and no delayed ones "
        "either: it is shown without prices. Market data are subscribed to in the Client Portal.",
        10089: "The market data of {what} need another subscription for use by programs: it is "
        "shown without live prices. Market data are subscribed to in the Client Portal.",
        10090: "A part of the market data of {what} is not subscribed to: what comes of it is "
        "shown, some of it delayed.",
        10167: "The live market data of {what} are not subscribed to: delayed prices are shown.",
        10168: "The market data of {what} are not subscribed to, and delayed ones are switched "
        "off: it is shown without prices.",
        10186: "The market data of {what} are not subscribed to, and delayed ones are switched "
        "off: it is shown without prices.",
        10197: "Another session of this user has the live market data (another TWS, a telephone): "
        "{what} is shown without new prices while that lasts.",
        200: "Interactive Brokers has no market data for {what}: it is shown without prices.",
        321: "The gateway took the request for prices of {what} for wrong: it is shown without "
        "prices.",
        101: "All lines of market data are taken (TWS itself uses them, too): prices come from "
        "fewer instruments at a time.",
    }
)


def is_refusal(code: int) -> bool:
    """Tell whether an error with this code ends a request for market data."""
    return not (code in _STILL_COMES or code in _WARNINGS or 2100 <= code < 2200)


def started(code: int) -> bool:
    """Tell whether a request that failed with this code is still known to the gateway."""
    return code not in _NEVER_STARTED


def is_worth_saying(code: int) -> bool:
    """Tell whether an error matters to the user."""
    return code in _SENTENCES or is_refusal(code)


def sentence(code: int, message: str, symbol: str) -> str:
    """Say what an error means for an instrument."""
    what = quoted(" ".join(symbol.split()))
    known = _SENTENCES.get(code)
    if known is not None:
        return known.format(what=what)
    return f'There are no prices for {what}: the gateway says "{quoted(message)}" (error {code}).'

"""An option in a few words, as brokers write it, where its symbol would not fit."""

from qm_tui.domain.instruments import parse_osi
from qm_tui.ui.format import exact

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def said_contract(symbol: str) -> str:
    """An option's underlying, day, strike and right: `AAPL 15MAY26 150P`; all else as it is."""
    option = parse_osi(symbol)
    if option is None:
        return symbol
    day = f"{option.expiry:%d}{_MONTHS[option.expiry.month - 1]}{option.expiry:%y}"
    strike = exact(option.strike).replace(",", "")
    return f"{option.root} {day} {strike}{option.right[:1]}"

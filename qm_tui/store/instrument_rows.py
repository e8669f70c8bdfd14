"""Instruments as the columns of their rows, and as the driver stores them."""

import datetime as dt
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from qm_tui.domain.exact import canonical, utc_text
from qm_tui.domain.instruments import (
    Bond,
    Derivative,
    Instrument,
    Option,
    OtherInstrument,
    instrument_type,
)
from qm_tui.store.identities import STRONG
from qm_tui.store.texts import json_text

DESCRIBED = (
    "instrument_type", "symbol", "currency", "description", "conid", "osi_symbol", "cusip", "isin",
    "figi", "sedol", "listing_exchange", "multiplier", "issuer", "underlying_symbol",
    "underlying_conid", "expiry", "right", "strike", "maturity", "kind",
)  # fmt: skip
"""What a source may say of an instrument."""
LEARNED = tuple(name for name in DESCRIBED if name not in {"instrument_type", "symbol", "conid"})
"""What newer descriptions may change; the symbol follows from the names it bore."""
WHEN = ("described_at", "described")
"""When the fields were said."""


def describe(instrument: Instrument) -> dict[str, Any]:
    """Write an instrument as the columns of its row; an assumed multiplier is none."""
    ids = instrument.identifiers
    row: dict[str, Any] = dict.fromkeys(DESCRIBED)
    row |= {
        "instrument_type": instrument_type(instrument),
        "symbol": instrument.symbol,
        "currency": instrument.currency,
        "description": instrument.description,
        "listing_exchange": instrument.listing_exchange,
        "multiplier": instrument.multiplier if instrument.multiplier_stated else None,
        "issuer": instrument.issuer,
        **{name: getattr(ids, name) for name in STRONG},
    }
    if isinstance(instrument, Derivative):
        row["underlying_symbol"] = instrument.underlying_symbol
        row["underlying_conid"] = instrument.underlying_conid
        row["expiry"] = instrument.expiry
    if isinstance(instrument, Option):
        row["right"] = instrument.right
        row["strike"] = instrument.strike
    if isinstance(instrument, OtherInstrument):
        row["kind"] = instrument.kind or None
    if isinstance(instrument, Bond):
        row["maturity"] = instrument.maturity
    return row


ADDED = ("id", *DESCRIBED, *WHEN)
"""What is written of a new instrument, in the order of `bound`."""
_added = itemgetter(*ADDED)
_AS_STORED: dict[str, Callable[[Any], Any]] = {
    "multiplier": canonical, "strike": canonical, "expiry": dt.date.isoformat,
    "maturity": dt.date.isoformat, "described_at": utc_text, "described": json_text,
}  # fmt: skip
"""How the driver stores what is neither text nor a whole number."""
_TO_STORE = [(place, _AS_STORED[name]) for place, name in enumerate(ADDED) if name in _AS_STORED]


def bound(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Bind a new instrument for the driver."""
    values = list(_added(row))
    for place, as_stored in _TO_STORE:
        if values[place] is not None:
            values[place] = as_stored(values[place])
    return tuple(values)

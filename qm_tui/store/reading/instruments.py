"""Rows of instruments as the instruments they are."""

from typing import Any

from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Derivative,
    Equity,
    EquityOption,
    Forex,
    Fund,
    Future,
    FutureOption,
    Identifiers,
    Instrument,
    InstrumentType,
    Option,
    OtherInstrument,
    Right,
)

_KINDS: dict[str, type[Instrument]] = {
    InstrumentType.EQUITY: Equity,
    InstrumentType.EQUITY_OPTION: EquityOption,
    InstrumentType.FUTURE: Future,
    InstrumentType.FUTURE_OPTION: FutureOption,
    InstrumentType.BOND: Bond,
    InstrumentType.FUND: Fund,
    InstrumentType.FOREX: Forex,
    InstrumentType.CRYPTO: Crypto,
    InstrumentType.OTHER: OtherInstrument,
}
_IDENTIFIERS = ("conid", "osi_symbol", "cusip", "isin", "figi", "sedol")
_COMMON = (
    "symbol", "currency", "description", "listing_exchange", "multiplier", "issuer",
    "broker_specific",
)  # fmt: skip


def instrument_of(row: Any) -> Instrument:
    """Return the instrument a row of `instruments` describes."""
    kind = _KINDS[row.instrument_type]
    fields: dict[str, Any] = {name: getattr(row, name) for name in _COMMON}
    fields["identifiers"] = Identifiers(**{name: getattr(row, name) for name in _IDENTIFIERS})
    fields["multiplier_stated"] = "multiplier" not in (row.described or {})
    if issubclass(kind, Derivative):
        fields |= {
            "underlying_symbol": row.underlying_symbol,
            "underlying_conid": row.underlying_conid,
            "expiry": row.expiry,
        }
    if issubclass(kind, Option):
        fields |= {
            "right": Right(row.right) if row.right is not None else None,
            "strike": row.strike,
        }
    if kind is OtherInstrument:
        fields["kind"] = row.kind or ""
    if kind is Bond:
        fields["maturity"] = row.maturity
    return kind(**fields)

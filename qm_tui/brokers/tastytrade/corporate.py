"""Corporate actions: simulated closings and openings, told as legs that have to be tied again."""

from collections.abc import Mapping
from decimal import Decimal

from qm_tui.brokers.tastytrade.entries import Entry, way_of
from qm_tui.domain.instruments import Instrument, Option
from qm_tui.domain.records import CorporateAction
from qm_tui.domain.words import CorporateActionType

_Type = CorporateActionType

_KINDS: Mapping[str, CorporateActionType] = {
    "reverse split": _Type.REVERSE_SPLIT,
    "split": _Type.SPLIT,
    "symbol change": _Type.SYMBOL_CHANGE,
    "name change": _Type.SYMBOL_CHANGE,
    "cusip change": _Type.SYMBOL_CHANGE,
    "stock dividend": _Type.STOCK_DIVIDEND,
    "special dividend": _Type.OTHER,
    "merger": _Type.MERGER,
    "acquisition": _Type.MERGER,
    "spin": _Type.SPIN_OFF,
    "tender": _Type.TENDER,
    "rights": _Type.RIGHTS,
    "return of capital": _Type.RETURN_OF_CAPITAL,
    "conversion": _Type.CONVERSION,
    "exchange": _Type.CONVERSION,
    "delist": _Type.DELISTING,
    "worthless": _Type.DELISTING,
    "bankrupt": _Type.DELISTING,
    "liquidation": _Type.OTHER,
    "redemption": _Type.OTHER,
    "maturity": _Type.OTHER,
}
"""Words of the sub type, those that say more first."""
_FOR_CASH = ("cash", "maturity", "redemption", "liquidation", "tender", "delist", "worthless")
"""Where the value is money that came; elsewhere it is the cost that is carried over."""
_SAME_SYMBOL = frozenset({_Type.SPLIT, _Type.REVERSE_SPLIT})
_SAME_CONTRACTS = frozenset({_Type.SYMBOL_CHANGE, _Type.MERGER})
"""Options keep strike and number then; a split changes both."""


def corporate_type(kind: str) -> CorporateActionType | None:
    """Return the type of action that a sub type names; None where it names none."""
    return next((meant for words, meant in _KINDS.items() if words in kind), None)


def leg_of(
    entry: Entry, kind: CorporateActionType, *, for_cash: bool | None = None
) -> CorporateAction:
    """Return one leg of a corporate action.

    Args:
        entry: what is told.
        kind: the type of action.
        for_cash: whether its value is money; None: as the sub type says.

    Raises:
        BadRow: it does not say of what, or how much.
    """
    instrument, quantity = entry.held(), _change(entry)
    value = entry.value or None
    if for_cash is None:
        for_cash = any(words in entry.kind for words in _FOR_CASH)
    return CorporateAction(
        account=entry.account,
        document_row=entry.document_row,
        broker_specific=entry.with_terms(price=entry.price or None),
        key=entry.key,
        type=kind,
        broker_type=entry.sub_type or entry.type,
        date=entry.day,
        effective_at=entry.executed_at,
        instrument=instrument,
        currency=entry.currency,
        quantity=quantity,
        proceeds=value if for_cash else None,
        cost_basis=None if for_cash or value is None else abs(value),
        description=entry.description,
        action_id=_tie(entry, kind, instrument, quantity),
        broker_id=entry.transaction_id,
        reverses=entry.reversed_key,
        likeness=entry.likeness,
    )


def _change(entry: Entry) -> Decimal:
    """Return what changed in the holding; what is removed without a word was held long."""
    units = entry.units()
    if entry.verb is not None:
        return units if entry.verb.sign > 0 else -units
    if entry.value:
        # Money for what leaves: who has to pay was short of it.
        return units if entry.value < 0 else -units
    way = way_of(entry.description)
    return units if way is not None and way.sign > 0 else -units


def _tie(entry: Entry, kind: CorporateActionType, instrument: Instrument, quantity: Decimal) -> str:
    """Name the action alike in the rows that close and in those that open.

    Rows of one action share type and day. Whose they are beyond that is told by the symbol where
    it stays the same; by the cost that is carried from the closing to the opening where it does
    not; and by the terms of an option that the action leaves alone.
    """
    parts = [entry.kind.removesuffix(" removal"), entry.day.isoformat()]
    cost = f"{abs(entry.value).normalize():f}" if entry.value else ""
    if isinstance(instrument, Option):
        parts += [str(instrument.expiry or ""), str(instrument.right or "")]
        if kind in _SAME_CONTRACTS:
            parts += [f"{instrument.strike or 0:f}", f"{abs(quantity).normalize():f}"]
        parts.append(cost)
    elif kind in _SAME_SYMBOL:
        parts.append(instrument.symbol)
    elif kind is _Type.SYMBOL_CHANGE:
        parts += [f"{abs(quantity).normalize():f}", cost]
    return "|".join(parts)

"""What is received or delivered without an order: ends of options, transfers, corporate actions."""

from collections.abc import Mapping
from decimal import Decimal

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.corporate import corporate_type, leg_of
from qm_tui.brokers.tastytrade.entries import Entry, Told, unknown, verb_of, way_of
from qm_tui.brokers.tastytrade.fills import REINVESTED, trade_of
from qm_tui.brokers.tastytrade.money import money_of
from qm_tui.domain.instruments import Future, Option
from qm_tui.domain.records import OptionEvent, Record, Transfer
from qm_tui.domain.words import (
    CorporateActionType,
    OpenClose,
    OptionEventType,
    TransferDirection,
)

_ENDS: Mapping[str, OptionEventType] = {
    "expiration": OptionEventType.EXPIRATION,
    "assignment": OptionEventType.ASSIGNMENT,
    "exercise": OptionEventType.EXERCISE,
    "cash settled assignment": OptionEventType.CASH_SETTLEMENT,
    "cash settled exercise": OptionEventType.CASH_SETTLEMENT,
    "futures settlement": OptionEventType.CASH_SETTLEMENT,
}
_REINVESTMENTS = frozenset({"dividend", "dividend reinvestment", "reinvestment"})
_TRANSFERS = frozenset({"acat", "transfer", "journal", "dtc", "account transfer"})


def delivered_of(entry: Entry) -> Told:
    """Return what was received or delivered, as what it is.

    Raises:
        BadRow: it does not say enough to be kept as that.
    """
    kind = entry.kind
    if kind in _TRANSFERS:
        return transferred_of(entry)
    if entry.instrument is None and not entry.quantity:
        return money_of(entry)
    if (end := _ENDS.get(kind)) is not None:
        return Told((_end(entry, end),))
    if verb_of(kind) is not None:
        return Told((trade_of(entry),))
    return Told((_reinvested(entry),)) if kind in _REINVESTMENTS else _acted_on(entry, kind)


def _acted_on(entry: Entry, kind: str) -> Told:
    action = corporate_type(kind)
    if action is not None:
        return Told((leg_of(entry, action),))
    return Told((leg_of(entry, CorporateActionType.OTHER, for_cash=True),), (unknown(entry),))


def transferred_of(entry: Entry) -> Told:
    """Return what came from another account, or went to one.

    Raises:
        BadRow: nobody can tell whether it came or went.
    """
    if entry.instrument is None and not entry.quantity:
        return money_of(entry)
    instrument, units = entry.held(), entry.units()
    direction, sign = _way(entry)
    return Told(
        (
            Transfer(
                account=entry.account,
                document_row=entry.document_row,
                broker_specific=entry.specific,
                key=entry.key,
                date=entry.day,
                occurred_at=entry.executed_at,
                type=entry.sub_type or entry.type,
                direction=direction,
                instrument=instrument,
                currency=entry.currency,
                quantity=units if sign > 0 else -units,
                price=entry.price or None,
                market_value=abs(entry.value).copy_sign(sign) if entry.value else None,
                description=entry.description,
                broker_id=entry.transaction_id,
                reverses=entry.reversed_key,
                likeness=entry.likeness,
            ),
        )
    )


def _way(entry: Entry) -> tuple[TransferDirection, int]:
    """Return the direction, and the sign of the change: a short that comes in is sold to open."""
    verb = entry.verb
    if verb is not None:
        comes = verb.sign > 0 if verb.open_close is None else verb.open_close is OpenClose.OPEN
        return (TransferDirection.IN if comes else TransferDirection.OUT), verb.sign
    if entry.quantity is not None and entry.quantity < 0:
        return TransferDirection.OUT, -1
    way = way_of(entry.description)
    if way is None:
        raise BadRow("action", entry.sub_type, "does not say whether it came or went")
    return (TransferDirection.IN if way.came else TransferDirection.OUT), way.sign


def _end(entry: Entry, end: OptionEventType) -> Record:
    instrument = entry.held()
    if entry.verb is not None and not isinstance(instrument, Option):
        return trade_of(entry)  # what was delivered, or a future that was settled
    settles = end is OptionEventType.CASH_SETTLEMENT
    # The price beside an option's end is its strike, or nothing; beside a future's its last one.
    last = entry.price if type(instrument) is Future else None
    return OptionEvent(
        account=entry.account,
        document_row=entry.document_row,
        broker_specific=entry.with_terms(
            net_value=entry.net if settles else None,
            price=entry.price if last is None and entry.price else None,
        ),
        key=entry.key,
        type=end,
        broker_type=entry.sub_type,
        date=entry.day,
        instrument=instrument,
        currency=entry.currency,
        quantity=_left(entry, end),
        price=last,
        proceeds=None if type(instrument) is Future else entry.value or None,
        commission=entry.fees or None,
        reverses=entry.reversed_key,
        likeness=entry.likeness,
    )


def _left(entry: Entry, end: OptionEventType) -> Decimal:
    """Return what left the position; where nobody says the side it is positive."""
    units = entry.units()
    if entry.verb is not None:
        return units if entry.verb.sign > 0 else -units
    if entry.quantity is not None and entry.quantity < 0:
        return -units
    holder = end is OptionEventType.EXERCISE or entry.kind == "cash settled exercise"
    return -units if holder else units


def _reinvested(entry: Entry) -> Record:
    """Return shares bought with a dividend: at a price, else for the dividend of that day."""
    if entry.instrument is not None and (entry.price or entry.value):
        came = entry if entry.verb is not None else entry._replace(verb=verb_of("buy"))
        bought = came.verb is not None and came.verb.sign > 0
        return trade_of(came, codes=REINVESTED if bought else None)
    if entry.verb is None:
        entry = entry._replace(verb=verb_of("buy"))
    return leg_of(entry, CorporateActionType.DIVIDEND_REINVESTMENT)

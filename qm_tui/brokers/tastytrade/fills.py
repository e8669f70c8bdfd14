"""Trades, and deliveries that are booked as trades."""

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.entries import Entry, Told, Verb, unknown
from qm_tui.domain.instruments import Future
from qm_tui.domain.records import Trade
from qm_tui.domain.words import TradeKind

REINVESTED = "R"
"""The code that says so to whoever books it."""


def traded_of(entry: Entry) -> Told:
    """Return a trade; of one whose action is not known the money tells the side.

    Raises:
        BadRow: it does not say what, how much, or whether it was bought or sold.
    """
    if entry.verb is None and entry.value:
        side = Verb(-1 if entry.value > 0 else 1)
        return Told((trade_of(entry._replace(verb=side)),), (unknown(entry),))
    return Told((trade_of(entry),))


def trade_of(entry: Entry, codes: str | None = None) -> Trade:
    """Return a fill, or the taking back of one.

    Raises:
        BadRow: it does not say what, how much, or whether it was bought or sold.
    """
    instrument, units, verb = entry.held(), entry.units(), entry.verb
    if verb is None:
        raise BadRow("action", entry.sub_type, "is neither a purchase nor a sale")
    sign, value = verb.sign, entry.value
    if entry.reverses is not None:
        # Whatever a reversal calls itself: money that comes back was paid for a purchase.
        sign = (-1 if value > 0 else 1) if value else -sign
    # What moves when a future is traded is the day's settlement, not what it is worth.
    proceeds = None if type(instrument) is Future else value or None
    return Trade(
        account=entry.account,
        document_row=entry.document_row,
        broker_specific=entry.specific,
        key=entry.key,
        instrument=instrument,
        kind=TradeKind.FILL if entry.reverses is None else TradeKind.CANCEL,
        trade_date=entry.day,
        executed_at=entry.executed_at,
        quantity=units if sign > 0 else -units,
        price=entry.price,
        currency=entry.currency,
        proceeds=proceeds,
        commission=entry.fees,
        commission_currency=None if entry.fees is None else entry.currency,
        net_cash=entry.net,
        open_close=verb.open_close,
        transaction_type=entry.type,
        exchange=entry.exchange,
        codes=codes,
        broker_trade_id=entry.transaction_id,
        broker_transaction_id=entry.transaction_id,
        broker_order_id=entry.order_id,
        original_transaction_id=entry.reverses,
        likeness=entry.likeness,
    )

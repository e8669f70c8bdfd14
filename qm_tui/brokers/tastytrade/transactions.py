"""A row of the transaction history becomes what it tells of: the same for every page and push."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade import entries
from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.corporate import leg_of
from qm_tui.brokers.tastytrade.deliveries import delivered_of, transferred_of
from qm_tui.brokers.tastytrade.entries import Entry, Told, deed_of
from qm_tui.brokers.tastytrade.fills import traded_of
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.likeness import likeness
from qm_tui.brokers.tastytrade.money import money_of
from qm_tui.brokers.tastytrade.values import (
    day,
    difference,
    leftovers,
    moment,
    needed_text,
    new_york_day,
    number,
    signed,
    text,
    total,
)
from qm_tui.domain.batches import Novelty
from qm_tui.domain.instruments import Future, FutureOption, Instrument
from qm_tui.domain.reported import OtherRow
from qm_tui.domain.words import CorporateActionType

SECTION = "transactions"
_FEES = (
    "commission",
    "clearing-fees",
    "regulatory-fees",
    "proprietary-index-option-fees",
    "currency-conversion-fees",
    "other-charge",
)
_MONEY = ("value", "net-value", *_FEES)
_USED = frozenset(
    {
        "id", "account-number", "symbol", "instrument-type", "transaction-type",
        "transaction-sub-type", "description", "action", "quantity", "price", "executed-at",
        "transaction-date", "underlying-symbol", "order-id", "exchange", "reverses-id", "currency",
        *_MONEY, *(f"{name}-effect" for name in _MONEY),
    }
)  # fmt: skip
_LATE = dt.timedelta(days=4)
"""The trading day of a future begins the evening before, and may go over a holiday."""
_ON_EXCHANGES = (Future, FutureOption)
_ZERO = Decimal(0)


def records_of(row: Row, account: str, instruments: Instruments, document_row: int) -> Told:
    """Return what a row of the history became, most often one record.

    Args:
        row: as the API sends it.
        account: whose history it is.
        instruments: what instruments there are; an unknown one is told by its symbol.
        document_row: the row's place in its document.

    Raises:
        BadRow: it cannot be kept as anything.
    """
    return records_of_entry(entry_of(row, account, instruments, document_row))


def records_of_entry(entry: Entry) -> Told:
    """Return what a transaction became, whoever told of it.

    Raises:
        BadRow: it cannot be kept as anything.
    """
    if entry.type == entries.TRADE:
        return traded_of(entry)
    if entry.type == entries.RECEIVE_DELIVER:
        return delivered_of(entry)
    if entry.type == entries.MONEY_MOVEMENT:
        return money_of(entry)
    if entry.type == entries.ADMINISTRATIVE_TRANSFER:
        return transferred_of(entry)
    return _of_unknown_type(entry)


def _of_unknown_type(entry: Entry) -> Told:
    """Keep what cannot be told apart: the change of a holding, else of money, else the row."""
    novelties = (Novelty(what="value", where=f"{SECTION}@transaction-type", example=entry.type),)
    if entry.instrument is not None and entry.quantity:
        leg = leg_of(entry, CorporateActionType.OTHER, for_cash=True)
        return Told((leg,), novelties)
    if entry.net or entry.value:
        return Told(money_of(entry).records, novelties)
    other = OtherRow(
        account=entry.account,
        document_row=entry.document_row,
        broker_specific=entry.with_terms(
            sub_type=entry.sub_type or None, description=entry.description
        ),
        key=entry.key,
        section=SECTION,
        tag=entry.type,
        date=entry.day,
    )
    return Told((other,), novelties)


# --- rows of the API -----------------------------------------------------------------------------


def entry_of(row: Row, account: str, instruments: Instruments, document_row: int) -> Entry:
    """Read a row of the API.

    Raises:
        BadRow: it has no id, no time, or a field that means nothing.
    """
    said = row.get("account-number")
    if said is not None and said != account:
        raise BadRow("account-number", quoted(str(said)), "is another account than was asked about")
    transaction_id = _id(row, "id")
    if transaction_id is None:
        raise BadRow("id", "", "is missing")
    kind, sub_type, verb, what = deed_of(
        needed_text(row, "transaction-type"),
        text(row, "transaction-sub-type") or "",
        text(row, "action"),
    )
    instrument = _instrument(row, instruments)
    quantity, value, net = number(row, "quantity"), signed(row, "value"), signed(row, "net-value")
    executed_at = moment(row, "executed-at")
    happened = _day(row, executed_at, instrument)
    charges = _charges(row)
    return Entry(
        account=account,
        document_row=document_row,
        key=f"TX:{transaction_id}",
        type=kind,
        sub_type=sub_type,
        verb=verb,
        instrument=instrument,
        # A trade has no place for it, and there are most of them.
        description=None if kind == entries.TRADE else text(row, "description"),
        quantity=quantity,
        price=number(row, "price"),
        value=value,
        net=net,
        fees=_fees(charges, value, net),
        executed_at=executed_at,
        day=happened,
        currency=text(row, "currency") or (instrument and instrument.currency) or "USD",
        likeness=likeness(
            kind,
            what,
            executed_at or happened,
            instrument.symbol if instrument is not None else "",
            None if kind == entries.MONEY_MOVEMENT else quantity,
            (value or net) if kind == entries.MONEY_MOVEMENT else value,
        ),
        transaction_id=transaction_id,
        order_id=text(row, "order-id"),
        exchange=text(row, "exchange"),
        reverses=_id(row, "reverses-id"),
        specific=_specific(row, charges),
    )


def _id(row: Row, name: str) -> str | None:
    said = row.get(name)
    if said is None:
        return None
    if type(said) is int:
        return str(said)
    written = text(row, name)
    if written is not None and not written.isdecimal():
        raise BadRow(name, quoted(written), "is not an id")
    return written


def _instrument(row: Row, instruments: Instruments) -> Instrument | None:
    symbol = text(row, "symbol")
    if symbol is None:
        return None
    return instruments.of(
        symbol, text(row, "instrument-type"), underlying=text(row, "underlying-symbol")
    )


def _day(row: Row, executed_at: dt.datetime | None, instrument: Instrument | None) -> dt.date:
    """Return the day in New York; the exchange's of futures, where the broker's may be one.

    The broker's own day is wrong at times, but of futures nobody else says it.
    """
    if executed_at is None:
        stated = day(row, "transaction-date")
        if stated is None:
            raise BadRow("executed-at", "", "is missing")
        return stated
    here = new_york_day(executed_at)
    if isinstance(instrument, _ON_EXCHANGES):
        stated = day(row, "transaction-date")
        if stated is not None and dt.timedelta(0) <= stated - here <= _LATE:
            return stated
    return here


def _charges(row: Row) -> Mapping[str, Decimal]:
    return {name: part for name in _FEES if name in row and (part := signed(row, name)) is not None}


def _fees(
    charges: Mapping[str, Decimal], value: Decimal | None, net: Decimal | None
) -> Decimal | None:
    """Return what was paid beside the value: what is missing of it, whatever it is called."""
    if net and value is not None:
        return difference(net, value)
    if not charges:
        return None
    paid = _ZERO
    for part in charges.values():
        paid = total(paid, part)
    return paid


def _specific(row: Row, charges: Mapping[str, Decimal]) -> Mapping[str, str] | None:
    parts = {name: str(part) for name, part in charges.items() if part}
    beyond = leftovers(row, _USED)
    if not parts:
        return beyond
    return parts if beyond is None else {**beyond, **parts}

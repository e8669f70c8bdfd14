"""What happens in an account of the demo other than by its owner's trades."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.demo.book import Book, Money
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot, share
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import CorporateAction, MarginInterest, Transfer, TransferLot
from qm_tui.domain.reported import BrokerWashSale, ClosedLot
from qm_tui.domain.words import CashType, CorporateActionType, Section, TransferDirection


def pay_margin_interest(book: Book, from_date: dt.date, day: dt.date) -> None:
    """Pay a month's interest on borrowed dollars."""
    borrowed, rate = -book.cash["USD"], Decimal("6.33")
    amount = -(borrowed * rate / 100 * (day - from_date).days / 360).quantize(CENT)
    book.record(
        Section.INTEREST,
        MarginInterest(
            account=book.profile.number,
            key=f"MI:{book.next_id()}",
            type="accrual",
            currency="USD",
            from_date=from_date,
            to_date=day,
            principal=-borrowed,
            rate=rate,
            accrued=amount,
        ),
    )
    text = f"USD DEBIT INT FOR {from_date:%b-%Y}".upper()
    book.move(day, CashType.INTEREST_PAID, Money(amount), text=text)


def receive(
    book: Book,
    day: dt.date,
    instrument: Instrument,
    lots: Sequence[Lot],
    source: tuple[str, str] = ("Old Oak Brokerage", "OOB-4711"),
    *,
    told: bool = True,
) -> None:
    """Take in holdings from another broker or account: with its lots, or without a basis."""
    id_ = book.next_id()
    transfer = _transfer(book, day, instrument, lots, source, id_)
    if not told:
        transfer = replace(transfer, cost_basis=None)
    book.record(Section.TRANSFERS, transfer)
    for number, lot in enumerate(lots):
        kept = replace(lot, id=f"{id_}-{number}")
        book.lots.setdefault(instrument.symbol, []).append(kept)
        if told:
            book.record(Section.TRANSFERS, _transfer_lot(book, transfer, kept))


def give(
    book: Book, day: dt.date, instrument: Instrument, number: int, to: tuple[str, str]
) -> list[Lot]:
    """Send the oldest lots elsewhere, so many of them; return them."""
    held = book.lots[instrument.symbol]
    lots, book.lots[instrument.symbol] = held[:number], held[number:]
    id_ = book.next_id()
    gone = [replace(lot, quantity=-lot.quantity) for lot in lots]
    transfer = _transfer(book, day, instrument, gone, to, id_)
    book.record(Section.TRANSFERS, transfer)
    for place, lot in enumerate(gone):
        one = replace(lot, id=f"{id_}-{place}")
        book.record(Section.TRANSFERS, _transfer_lot(book, transfer, one))
    return lots


def _transfer(
    book: Book,
    day: dt.date,
    instrument: Instrument,
    lots: Sequence[Lot],
    other: tuple[str, str],
    id_: int,
) -> Transfer:
    quantity = sum((lot.quantity for lot in lots), ZERO)
    price = book.world.price(instrument, day)
    return Transfer(
        account=book.profile.number,
        key=f"TF:{id_}",
        date=day,
        type="ACATS",
        direction=TransferDirection.IN if quantity > 0 else TransferDirection.OUT,
        instrument=book.named(instrument),
        currency=instrument.currency,
        quantity=quantity,
        price=price,
        market_value=(quantity * price).quantize(CENT),
        cost_basis=sum((lot.cost or ZERO for lot in lots), ZERO),
        counterparty=other[0],
        counterparty_account=other[1],
        broker_id=str(id_),
    )


def _transfer_lot(book: Book, transfer: Transfer, lot: Lot) -> TransferLot:
    return TransferLot(
        account=book.profile.number,
        key=f"TL:{lot.id}",
        transfer_key=transfer.key,
        instrument=transfer.instrument,
        currency=transfer.currency,
        date=transfer.date,
        direction=transfer.direction,
        quantity=lot.quantity,
        cost_basis=lot.cost,
        price=lot.price,
        acquisition_date=lot.acquired,
        holding_start=lot.held_from or lot.acquired,
    )


def wash(book: Book, day: dt.date, instrument: Instrument, quantity: Decimal) -> None:
    """Buy again what was sold at a loss not long ago: of these shares the loss does not count."""
    sold = next(
        one
        for one in reversed(book.records[Section.CLOSED_LOTS])
        if isinstance(one, ClosedLot) and one.instrument.symbol == instrument.symbol
    )
    loss, held_from = -(sold.realized_pnl or ZERO), sold.holding_start
    assert loss > 0, "what fell most was sold at a loss"
    assert held_from is not None
    assert sold.disposition_date is not None
    book.trade(day, instrument, quantity)
    bought = book.lots[instrument.symbol].pop()
    assert bought.cost is not None
    disallowed = share(loss, quantity, sold.quantity)
    tacked = bought.acquired - (sold.disposition_date - held_from)
    book.lots[instrument.symbol].append(
        replace(bought, cost=bought.cost + disallowed, held_from=tacked)
    )
    book.record(
        Section.WASH_SALES,
        BrokerWashSale(
            account=book.profile.number,
            key=f"WS:{book.next_id()}",
            instrument=book.named(instrument),
            currency=instrument.currency,
            quantity=quantity,
            amount=disallowed,
            trade_date=sold.disposition_date,
            realized_at=sold.closed_at,
            reopened_at=bought.opened_at,
            holding_start=tacked,
        ),
    )


def split(book: Book, day: dt.date, instrument: Instrument, ratio: int) -> None:
    """Make many shares of each."""
    before = book.quantity(instrument)
    if not before:
        return
    book.lots[instrument.symbol] = [
        replace(
            lot,
            quantity=lot.quantity * ratio,
            price=None if lot.price is None else lot.price / ratio,
        )
        for lot in book.lots[instrument.symbol]
    ]
    text = (
        f"{instrument.symbol} SPLIT {ratio} FOR 1 ({instrument.symbol}, {instrument.description})"
    )
    action = _action(book, day, CorporateActionType.SPLIT, instrument, text)
    book.record(Section.CORPORATE_ACTIONS, replace(action, quantity=before * (ratio - 1)))


def spin_off(book: Book, day: dt.date, parent: Instrument, child: Instrument) -> None:
    """Receive one share of the child for four of the parent, with a fifth of the basis."""
    if not book.quantity(parent):
        return
    kept, spun = [], []
    for lot in book.lots[parent.symbol]:
        part = ((lot.cost or ZERO) / 5).quantize(CENT)
        kept.append(replace(lot, cost=(lot.cost or ZERO) - part))
        spun.append(replace(lot, quantity=lot.quantity / 4, cost=part, price=None))
    book.lots[parent.symbol], book.lots[child.symbol] = kept, spun
    basis = sum((lot.cost or ZERO for lot in spun), ZERO)
    text = f"{parent.symbol} SPINOFF 1 FOR 4 ({child.symbol}, {child.description})"
    old = _action(book, day, CorporateActionType.SPIN_OFF, parent, text)
    new = _action(book, day, CorporateActionType.SPIN_OFF, child, text)
    book.record(Section.CORPORATE_ACTIONS, replace(old, quantity=ZERO, cost_basis=-basis))
    received = sum((lot.quantity for lot in spun), ZERO)
    book.record(Section.CORPORATE_ACTIONS, replace(new, quantity=received, cost_basis=basis))


def merge(book: Book, day: dt.date, old: Instrument, new: Instrument, ratio: Decimal) -> None:
    """Receive shares of the buyer for all that is held of what it bought; nothing is taxed."""
    lots = book.lots.pop(old.symbol, [])
    came = [replace(lot, quantity=lot.quantity * ratio, price=None) for lot in lots]
    book.lots.setdefault(new.symbol, []).extend(came)
    _exchanged(book, day, CorporateActionType.MERGER, old, new, lots, ratio, "MERGED")


def adjust(book: Book, day: dt.date, old: Instrument, new: Instrument) -> None:
    """Let a contract go on under another symbol, with other things to deliver."""
    lots = book.lots.pop(old.symbol, [])
    book.lots.setdefault(new.symbol, []).extend(lots)
    kind = CorporateActionType.SYMBOL_CHANGE
    _exchanged(book, day, kind, old, new, lots, Decimal(1), "TENDERED")


def _exchanged(
    book: Book,
    day: dt.date,
    kind: CorporateActionType,
    old: Instrument,
    new: Instrument,
    lots: Sequence[Lot],
    ratio: Decimal,
    verb: str,
) -> None:
    quantity = sum((lot.quantity for lot in lots), ZERO)
    given, taken = (
        _action(
            book,
            day,
            kind,
            one,
            f"{old.symbol} {verb} {ratio:f} FOR 1 ({one.symbol}, {one.description})",
        )
        for one in (old, new)
    )
    tie = f"{day:%Y%m%d}-{old.symbol}"
    book.record(Section.CORPORATE_ACTIONS, replace(given, quantity=-quantity, action_id=tie))
    book.record(Section.CORPORATE_ACTIONS, replace(taken, quantity=quantity * ratio, action_id=tie))


def _action(
    book: Book, day: dt.date, kind: CorporateActionType, instrument: Instrument, text: str
) -> CorporateAction:
    id_ = book.next_id()
    return CorporateAction(
        account=book.profile.number,
        key=f"CA:{id_}",
        type=kind,
        date=day,
        effective_at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC),
        instrument=book.named(instrument),
        currency=instrument.currency,
        description=text.upper(),
        action_id=f"{day:%Y%m%d}",
        broker_id=str(id_),
    )

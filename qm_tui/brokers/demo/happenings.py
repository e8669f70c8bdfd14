"""What happens in an account of the demo other than by its owner's trades."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.demo.book import Book, Money
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import CorporateAction, MarginInterest, Transfer, TransferLot
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


def receive(book: Book, day: dt.date, instrument: Instrument, lots: Sequence[Lot]) -> None:
    """Take in holdings from another broker: with its lots, or without a basis."""
    id_ = book.next_id()
    known = all(lot.cost is not None for lot in lots)
    named = book.named(instrument)
    transfer = Transfer(
        account=book.profile.number,
        key=f"TF:{id_}",
        date=day,
        type="ACATS",
        direction=TransferDirection.IN,
        instrument=named,
        currency=instrument.currency,
        quantity=sum((lot.quantity for lot in lots), ZERO),
        price=book.world.price(instrument, day),
        cost_basis=sum((lot.cost or ZERO for lot in lots), ZERO) if known else None,
        counterparty="Old Oak Brokerage",
        counterparty_account="OOB-4711",
        broker_id=str(id_),
    )
    book.record(Section.TRANSFERS, transfer)
    for number, lot in enumerate(lots):
        kept = replace(lot, id=f"{id_}-{number}")
        book.lots.setdefault(instrument.symbol, []).append(kept)
        if known:
            book.record(Section.TRANSFERS, _transfer_lot(book, transfer, kept))


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
        holding_start=lot.acquired,
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
    text = f"{instrument.symbol} SPLIT {ratio} FOR 1"
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

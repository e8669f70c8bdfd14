"""Transfers: holdings or cash that came from or went to another account, and their lots."""

from decimal import Decimal

from qm_tui.brokers.ibkr.flex_rows import INSTRUMENT, Row, Scope, called, identity, told_by
from qm_tui.brokers.ibkr.flex_sections.other import other_row
from qm_tui.domain.records import Record, Transfer, TransferLot
from qm_tui.domain.words import TransferDirection

_TRANSFER_TOLD = told_by(
    "type direction currency fxRateToBase date dateTime settleDate quantity transferPrice "
    "positionAmount cashTransfer capitalGainsPnl company account code transactionID cost"
)
_LOT_TOLD = told_by(
    "direction currency date dateTime quantity transferPrice openDateTime holdingPeriodDateTime "
    "code cost"
)

_DIRECTIONS = {
    "IN": TransferDirection.IN,
    "FROM": TransferDirection.IN,
    "OUT": TransferDirection.OUT,
    "TO": TransferDirection.OUT,
}


_LEVELS = frozenset({"", "TRANSFER", "DETAIL"})


def transfer_row(row: Row, scope: Scope) -> Record:
    """Read a Transfer element, which may be a lot of one."""
    level = (row.text("levelOfDetail") or "").upper()
    if level in _LEVELS:
        return transfer(row, scope)
    if level in {"LOT", "TRANSFER_LOT"}:
        return transfer_lot(row, scope)
    if level != "SUMMARY":
        scope.new_value(row, "levelOfDetail", level)
    return other_row(row, scope)


def transfer(row: Row, scope: Scope) -> Transfer:
    """Read a transfer."""
    currency = scope.currency(row)
    instrument = scope.instruments.of(row.pick(INSTRUMENT), currency)
    moved = scope.moment(row, "dateTime")
    date = scope.day(row, "date") or moved.day or scope.required_day(row, "reportDate", "date")
    stated = row.number("quantity")
    cash = row.number("cashTransfer") or None
    if instrument is None and cash is None and not stated:
        raise row.missing("quantity")
    direction = _direction(row, stated or cash or row.number("positionAmount"))
    quantity = _signed(stated or None, direction)
    if quantity is not None and quantity != stated:
        scope.warn(
            "A transfer out states a positive quantity: it is taken as a long position that left."
        )
    value = row.number("positionAmount")
    price = row.number("transferPrice")
    transaction_id = row.identifier("transactionID")
    broker_type = row.text("type")
    counterparty_account = row.identifier("account")
    found = Transfer(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_TRANSFER_TOLD),
        date=date,
        occurred_at=moved.at,
        settle_date=scope.day(row, "settleDate"),
        type=broker_type,
        direction=direction,
        instrument=instrument,
        currency=currency,
        quantity=quantity,
        price=price or None,  # 0 where there was none
        market_value=value.copy_sign(quantity) if value and quantity else value,
        cost_basis=row.number("cost"),
        cash_amount=_signed(cash, direction),
        realized_pnl=row.number("capitalGainsPnl"),
        fx_rate_to_base=row.number("fxRateToBase"),
        counterparty=row.text("company"),
        counterparty_account=counterparty_account,
        description=row.text("description"),
        broker_id=transaction_id,
        codes=row.text("code"),
        key=(
            f"TX:{transaction_id}"
            if transaction_id is not None
            else scope.content_key(
                row, "transfer", date, moved.at, broker_type, direction, called(row),
                quantity, cash, currency, counterparty_account,
            )
        ),
    )  # fmt: skip
    scope.last_transfers[row.account, identity(instrument)] = found.key
    return found


def transfer_lot(row: Row, scope: Scope) -> TransferLot:
    """Read a lot of the transfer that stands before it."""
    currency = scope.currency(row)
    instrument = scope.instruments.of(row.pick(INSTRUMENT), currency)
    moved = scope.moment(row, "dateTime")
    date = scope.day(row, "date") or moved.day or scope.required_day(row, "reportDate", "date")
    stated = row.required("quantity")
    direction = _direction(row, stated)
    quantity = _signed(stated, direction)
    assert quantity is not None
    opened = scope.moment(row, "openDateTime")
    transfer_key = scope.last_transfers.get((row.account, identity(instrument)))
    return TransferLot(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_LOT_TOLD),
        transfer_key=transfer_key,
        instrument=instrument,
        currency=currency,
        date=date,
        direction=direction,
        quantity=quantity,
        cost_basis=row.number("cost"),
        price=row.number("transferPrice") or None,
        opened_at=opened.at,
        acquisition_date=opened.day,
        holding_start=scope.moment(row, "holdingPeriodDateTime").day,
        codes=row.text("code"),
        key=scope.content_key(
            row, "transfer lot", transfer_key, date, moved.at, row.text("type"), direction,
            called(row), quantity, opened.at or opened.day, prefix="TL",
        ),
    )  # fmt: skip


def _direction(row: Row, amount: Decimal | None) -> TransferDirection:
    said = (row.text("direction") or "").upper()
    if said in _DIRECTIONS:
        return _DIRECTIONS[said]
    if said or not amount:
        raise row.missing("direction")
    return TransferDirection.OUT if amount < 0 else TransferDirection.IN


def _signed(amount: Decimal | None, direction: TransferDirection) -> Decimal | None:
    """Make what went out negative; what came in may be a short position or a debit."""
    if amount is None or direction is TransferDirection.IN or amount <= 0:
        return amount
    return amount.copy_negate()

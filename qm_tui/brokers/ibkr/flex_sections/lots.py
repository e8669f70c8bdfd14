"""Closed lots and wash sales as the broker reports them: evidence, never trades."""

import datetime as dt
from decimal import Decimal

from qm_tui.brokers.ibkr.flex_rows import Row, Scope, called, identity, told_by
from qm_tui.brokers.ibkr.flex_values import identifier
from qm_tui.domain.reported import BrokerWashSale, ClosedLot

_LOT_TOLD = told_by(
    "currency fxRateToBase buySell quantity cost tradePrice fifoPnlRealized openDateTime "
    "holdingPeriodDateTime dateTime tradeDate tradeTime notes transactionID"
)
_WASH_SALE_TOLD = told_by(
    "currency quantity fifoPnlRealized tradeDate dateTime whenRealized whenReopened "
    "holdingPeriodDateTime transactionID notes"
)


def closed_lot(row: Row, scope: Scope) -> ClosedLot:
    """Read a lot that a closing fill closed.

    Date, time and side are the closing fill's; the transaction id, the price and the cost are the
    opening one's. The row stands behind its closing fill.
    """
    currency = scope.currency(row)
    instrument = scope.instrument(row, currency)
    closed = scope.moment(row, "dateTime")
    disposition = scope.day(row, "tradeDate") or closed.day
    closed_at = closed.at
    if closed_at is None and disposition is not None and row.text("tradeTime"):
        closed_at = scope.clock.at(disposition, row.written("tradeTime"))
    closing_key, closing_quantity = _closing_trade(
        scope, (row.account, identity(instrument)), closed_at
    )
    quantity = _signed(row, row.required("quantity"), closing_quantity)
    cost, price = row.number("cost"), row.number("tradePrice")
    opened = scope.moment(row, "openDateTime")
    opening_id = identifier(row.written("transactionID"))
    return ClosedLot(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_LOT_TOLD),
        instrument=instrument,
        currency=currency,
        quantity=quantity,
        cost_basis=_cost(row, cost, quantity, price),
        open_price=price,
        realized_pnl=row.number("fifoPnlRealized"),
        opened_at=opened.at,
        acquisition_date=opened.day,
        holding_start=scope.moment(row, "holdingPeriodDateTime").day,
        closed_at=closed_at,
        disposition_date=disposition,
        term=_term(row.text("notes")),
        fx_rate_to_base=row.number("fxRateToBase"),
        opening_transaction_id=opening_id,
        closing_trade_key=closing_key,
        codes=row.text("notes"),
        # Wash sales restate cost, gain and holding period of a lot later: they identify nothing.
        key=scope.content_key(
            row, "closed lot", called(row), opened.at or opened.day or opening_id, closed_at,
            disposition, quantity, prefix="CL",
        ),
    )  # fmt: skip


def wash_sale(row: Row, scope: Scope) -> BrokerWashSale:
    """Read a loss that the broker disallowed."""
    currency = scope.currency(row)
    instrument = scope.instrument(row, currency)
    quantity = row.number("quantity")
    amount = row.number("fifoPnlRealized")
    if quantity is None and amount is None:
        raise row.missing("quantity")
    trade_date = scope.day(row, "tradeDate", "dateTime")
    realized_at = scope.moment(row, "whenRealized").at
    reopened_at = scope.moment(row, "whenReopened").at
    opening_id = row.identifier("transactionID")
    return BrokerWashSale(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_WASH_SALE_TOLD),
        instrument=instrument,
        currency=currency,
        quantity=quantity,
        amount=amount,
        trade_date=trade_date,
        realized_at=realized_at,
        reopened_at=reopened_at,
        holding_start=scope.moment(row, "holdingPeriodDateTime").day,
        opening_transaction_id=opening_id,
        codes=row.text("notes"),
        key=scope.content_key(
            row, "wash sale", called(row), opening_id, trade_date, quantity,
            row.text("whenRealized"), row.text("whenReopened"), prefix="WS",
        ),
    )  # fmt: skip


def _closing_trade(
    scope: Scope, whose: tuple[str, str], closed_at: dt.datetime | None
) -> tuple[str | None, Decimal | None]:
    """Find the fill that a lot stands behind; a fill of another time is not it."""
    found = scope.last_trades.get(whose)
    if found is None:
        return None, None
    key, quantity, executed_at = found
    if closed_at is not None and executed_at is not None and closed_at != executed_at:
        return None, None
    return key, quantity


def _signed(row: Row, quantity: Decimal, closing_quantity: Decimal | None) -> Decimal:
    """Give a lot's quantity its sign: positive when a sale closed a long one.

    Most exports write the amount, some the closing fill's sign; the side tells in all of them.
    """
    side = row.written("buySell")
    if side.startswith("SELL"):
        return quantity.copy_abs()
    if side.startswith("BUY"):
        return quantity.copy_abs().copy_negate() if quantity else quantity
    if closing_quantity:
        return quantity.copy_abs().copy_sign(closing_quantity.copy_negate())
    return quantity


def _cost(
    row: Row, cost: Decimal | None, quantity: Decimal, price: Decimal | None
) -> Decimal | None:
    """Give a lot's cost the sign of its quantity: a short lot's is minus its proceeds."""
    if not cost or not quantity:
        return cost
    if not row.written("buySell"):
        return cost.copy_negate() if cost > 0 > quantity else cost
    # What is bought at a negative price costs less than nothing.
    return cost.copy_abs().copy_sign(quantity if price is None or price >= 0 else -quantity)


def _term(notes: str | None) -> str | None:
    said = {code.strip() for code in (notes or "").replace(",", ";").split(";")}
    return "long" if "LT" in said else "short" if "ST" in said else None

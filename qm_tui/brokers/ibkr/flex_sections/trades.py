"""Trades and trade confirmations: executions are trades, sums of them are for checking."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from qm_tui.brokers.ibkr.flex_rows import INSTRUMENT, Row, Scope, called, identity, told_by
from qm_tui.brokers.ibkr.flex_sections.lots import closed_lot, wash_sale
from qm_tui.brokers.ibkr.flex_sections.other import other_row
from qm_tui.brokers.ibkr.flex_tags import Plan
from qm_tui.brokers.ibkr.flex_values import canonical, identifier, number, text
from qm_tui.domain.records import Record, Trade
from qm_tui.domain.reported import TradeSummary
from qm_tui.domain.words import OpenClose, TradeKind, TradeLevel, TradeSummaryLevel

_TOLD = told_by(
    "transactionType openCloseIndicator buySell orderType currency fxRateToBase tradeID reportDate "
    "tradeDate tradeTime dateTime settleDateTarget exchange quantity tradePrice proceeds netCash "
    "taxes ibCommission ibCommissionCurrency closePrice notes cost fifoPnlRealized ibOrderID "
    "transactionID ibExecID origTradeID origTransactionID accruedInt"
)
_WRITTEN = Plan(
    (
        "buySell", "notes", "transactionType", "quantity", "tradePrice", "dateTime", "tradeDate",
        "tradeTime", "settleDateTarget", "reportDate", "proceeds", "ibCommission", "taxes",
        "netCash", "fxRateToBase", "accruedInt", "cost", "fifoPnlRealized", "closePrice",
        "openCloseIndicator", "exchange", "orderType", "tradeID", "transactionID", "ibExecID",
        "ibOrderID", "origTradeID", "origTransactionID",
    )
)  # fmt: skip
"""What `_trade` asks for, in the order in which it unpacks it."""
_SUMMARY_TOLD = told_by(
    "currency tradeDate dateTime quantity tradePrice proceeds ibCommission taxes netCash ibOrderID"
)

_OPEN_CLOSE: Mapping[str, OpenClose] = MappingProxyType(
    {
        "O": OpenClose.OPEN,
        "C": OpenClose.CLOSE,
        "C;O": OpenClose.CLOSE_OPEN,
        "O;C": OpenClose.CLOSE_OPEN,
    }
)
_TRANSACTION_TYPES = frozenset(
    {
        "ExchTrade", "BookTrade", "FracShare", "FracShareCancel", "TradeCancel", "TradeCorrect",
        "DvpTrade", "Adjustment",
    }
)  # fmt: skip

# A trade confirmation names some fields otherwise than an activity statement does.
_CONFIRMATION_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "execID": "ibExecID",
        "price": "tradePrice",
        "commission": "ibCommission",
        "commissionCurrency": "ibCommissionCurrency",
        "tax": "taxes",
        "orderID": "ibOrderID",
        "code": "notes",
        "settleDate": "settleDateTarget",
    }
)


def trade_row(row: Row, scope: Scope) -> Record:
    """Read a Trade element, which may be of any level of detail."""
    level = row.written("levelOfDetail")
    if level == "EXECUTION" or not level:
        return execution(row, scope)
    read = _LEVELS.get(level.strip().upper())
    if read is not None:
        return read(row, scope)
    scope.new_value(row, "levelOfDetail", level)
    return other_row(row, scope)


def confirmation(row: Row, scope: Scope) -> Record:
    """Read a row of a trade confirmation, with the field names of an activity statement."""
    row.restate(_as_activity(row.attributes))
    return trade_row(row, scope)


def confirmation_order(row: Row, scope: Scope) -> Record:
    """Read the sum of an order in a trade confirmation."""
    row.restate(_as_activity(row.attributes))
    return order(row, scope)


def confirmation_symbol(row: Row, scope: Scope) -> Record:
    """Read the sum of an instrument in a trade confirmation."""
    row.restate(_as_activity(row.attributes))
    return symbol_summary(row, scope)


def confirmation_asset(row: Row, scope: Scope) -> Record:
    """Read the sum of a kind of asset in a trade confirmation."""
    row.restate(_as_activity(row.attributes))
    return asset_summary(row, scope)


def _as_activity(attributes: Mapping[str, str]) -> dict[str, str]:
    renamed = {_CONFIRMATION_NAMES.get(name, name): value for name, value in attributes.items()}
    own = {name: attributes[name] for name in _CONFIRMATION_NAMES.values() if attributes.get(name)}
    return renamed | own


def execution(row: Row, scope: Scope) -> Trade:
    """Read a fill, or the cancellation of one."""
    return _trade(row, scope, TradeLevel.EXECUTION)


def order(row: Row, scope: Scope) -> Trade | TradeSummary:
    """Read the sum of an order; where the statement has no fills, it stands for them."""
    if scope.made.executions:
        return _summary(row, scope, TradeSummaryLevel.ORDER)
    found = _trade(row, scope, TradeLevel.ORDER)
    scope.warn(
        "The statement has no executions, so orders stand for their fills. Tick Executions in the "
        "Trades section of the Flex query."
    )
    return found


def symbol_summary(row: Row, scope: Scope) -> TradeSummary:
    """Read the sum of an instrument's trades."""
    return _summary(row, scope, TradeSummaryLevel.SYMBOL)


def asset_summary(row: Row, scope: Scope) -> TradeSummary:
    """Read the sum of the trades in one kind of asset."""
    return _summary(row, scope, TradeSummaryLevel.ASSET)


def _trade(row: Row, scope: Scope, level: TradeLevel) -> Trade:
    """Read a trade; the hot path of a statement: all that is written is picked in one go."""
    (
        side, written_notes, written_type, written_quantity, written_price, date_time, trade_day,
        trade_time, settle_day, report_day, proceeds, commission, taxes, net_cash, fx_rate,
        accrued_interest, cost, realized_pnl, close_price, open_close, exchange, order_type,
        written_trade_id, written_transaction_id, written_execution_id, written_order_id,
        original_trade_id, original_transaction_id,
    ) = row.pick(_WRITTEN)  # fmt: skip
    currency = scope.currency(row)
    instrument = scope.instrument(row, currency)
    notes = text(written_notes)
    transaction_type = text(written_type)
    canceled = _canceled(transaction_type, side, notes)
    quantity = number(written_quantity)
    if quantity is None:
        raise row.missing("quantity")
    # The side of a cancellation is that of the fill it takes back, its quantity the opposite.
    if quantity > 0 and (side.startswith("BUY (Ca.)") if canceled else side.startswith("SELL")):
        quantity = quantity.copy_negate()
    price = number(written_price)
    clock = scope.clock
    moment = clock.moment(date_time)
    trade_date = clock.day(trade_day) or moment.day
    if trade_date is None:
        raise row.missing("tradeDate")
    executed_at = moment.at
    if executed_at is None and trade_time:
        executed_at = clock.at(trade_date, trade_time)
    if transaction_type is not None and transaction_type not in _TRANSACTION_TYPES:
        scope.new_value(row, "transactionType", transaction_type)
    transaction_id = identifier(written_transaction_id)
    trade = Trade(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_TOLD),
        instrument=instrument,
        kind=TradeKind.CANCEL if canceled else TradeKind.FILL,
        level=level,
        trade_date=trade_date,
        executed_at=executed_at,
        settle_date=clock.day(settle_day),
        report_date=clock.day(report_day),
        quantity=quantity,
        price=price,
        currency=currency,
        proceeds=number(proceeds),
        commission=number(commission),
        commission_currency=scope.currency(row, "ibCommissionCurrency"),
        taxes=number(taxes),
        net_cash=number(net_cash),
        fx_rate_to_base=number(fx_rate),
        accrued_interest=number(accrued_interest),
        cost_basis=number(cost),
        realized_pnl=number(realized_pnl),
        close_price=number(close_price),
        open_close=_OPEN_CLOSE.get(open_close) or _open_close(row, scope),
        transaction_type=transaction_type,
        exchange=text(exchange),
        order_type=text(order_type),
        codes=notes,
        broker_trade_id=identifier(written_trade_id),
        broker_transaction_id=transaction_id,
        broker_execution_id=identifier(written_execution_id),
        broker_order_id=identifier(written_order_id),
        original_trade_id=identifier(original_trade_id),
        original_transaction_id=identifier(original_transaction_id),
        # The last one: it counts equal rows, so nothing may fail after it.
        key=(
            f"TX:{transaction_id}"
            if transaction_id is not None and level is TradeLevel.EXECUTION
            else _key(row, scope, level, (quantity, price, trade_date, executed_at), canceled)
        ),
    )
    if level is TradeLevel.EXECUTION:
        scope.last_trades[row.account, identity(instrument)] = (trade.key, quantity, executed_at)
    return trade


def _canceled(transaction_type: str | None, side: str, notes: str | None) -> bool:
    return (
        transaction_type in {"TradeCancel", "FracShareCancel"}
        or "(Ca.)" in side
        or (notes is not None and "Ca" in notes and "Ca" in codes(notes))
    )


def codes(notes: str) -> set[str]:
    """Split the broker's notes, `C;P`, into codes."""
    return {code.strip() for code in notes.replace(",", ";").split(";")}


def _open_close(row: Row, scope: Scope) -> OpenClose | None:
    said = text(row.written("openCloseIndicator"))
    if said is None:
        return None
    found = _OPEN_CLOSE.get(said)
    if found is None:
        scope.new_value(row, "openCloseIndicator", said)
    return found


_Content = tuple[Decimal, Decimal | None, dt.date, dt.datetime | None]


def _key(row: Row, scope: Scope, level: TradeLevel, content: _Content, canceled: bool) -> str:  # noqa: FBT001
    """Make the key of a trade without a transaction id: of the best id it has, else of itself."""
    quantity, price, trade_date, executed_at = content
    what = called(row)
    order_id = row.identifier("ibOrderID")
    if level is TradeLevel.ORDER and order_id is not None:
        return scope.numbered(row, "trade", f"OR:{order_id}:{trade_date.isoformat()}:{what}")
    execution_id = row.identifier("ibExecID")
    if level is TradeLevel.EXECUTION and execution_id is not None:
        number = _number(row, scope, execution_id, (what, *content), canceled)
        # A cancellation may bear the id of what it cancels, and must not take its place.
        key = f"EX:{execution_id}:Ca" if canceled else f"EX:{execution_id}"
        return f"{key}:{number}" if number else key
    trade_id = row.identifier("tradeID")
    if level is TradeLevel.EXECUTION and trade_id is not None:
        at = "" if price is None else canonical(price)
        if canceled:
            taken_back = canonical(quantity.copy_negate())
            scope.presuppose(row, "trade", f"TR:{trade_id}:{taken_back}:{at}")
            at += ":Ca"
        # A correction that books the same again shares all of it with what was cancelled.
        return scope.numbered(row, "trade", f"TR:{trade_id}:{canonical(quantity)}:{at}")
    # Only what no query leaves out: two queries must find the same fill equal, and equal fills of
    # one statement are told apart by counting them.
    return scope.content_key(
        row, f"trade {level}", what, trade_date, executed_at, quantity, price,
        "Ca" if canceled else "",
    )  # fmt: skip


def _number(row: Row, scope: Scope, execution_id: str, content: object, canceled: bool) -> int:  # noqa: FBT001
    """Number the rows of one execution id that say different things, from 0.

    A section that is there twice says the same twice. But an execution may be told in parts (of
    two models, say), and be booked again after its cancellation.
    """
    rows = scope.told_executions.setdefault((row.account, execution_id), [])
    if canceled and not rows:
        rows.append((None, False))  # what it takes back stands in another statement
    said = ((content, row.text("model")), canceled)
    for place in range(len(rows) - 1, -1, -1):
        if rows[place][1] is not canceled:
            break
        if rows[place] == said:
            return sum(1 for row_ in rows[:place] if row_[1] is canceled)
    rows.append(said)
    return sum(1 for row_ in rows if row_[1] is canceled) - 1


def _summary(row: Row, scope: Scope, level: TradeSummaryLevel) -> TradeSummary:
    currency = scope.currency(row)
    instrument = scope.instruments.of(row.pick(INSTRUMENT), currency)
    trade_date = scope.day(row, "tradeDate", "dateTime", "reportDate")
    quantity = row.number("quantity")
    if quantity is not None and quantity > 0 and row.written("buySell") == "SELL":
        quantity = quantity.copy_negate()
    order_id = row.identifier("ibOrderID")
    category = row.text("assetCategory")
    return TradeSummary(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_SUMMARY_TOLD),
        level=level,
        instrument=instrument,
        asset_category=category,
        currency=currency,
        trade_date=trade_date,
        quantity=quantity,
        price=row.number("tradePrice"),
        proceeds=row.number("proceeds"),
        commission=row.number("ibCommission"),
        taxes=row.number("taxes"),
        net_cash=row.number("netCash"),
        broker_order_id=order_id,
        key=(
            scope.numbered(
                row, "order", f"OR:{order_id}:{trade_date or ''}:{called(row)}"
            )
            if order_id is not None and level is TradeSummaryLevel.ORDER
            # Sums are of the statement's period: another period has other sums.
            else scope.content_key(
                row, f"summary {level}", category, called(row), currency, trade_date,
                scope.from_date, scope.to_date, row.text("buySell"), row.text("exchange"),
                row.text("model"),
            )
        ),
    )  # fmt: skip


_LEVELS: Mapping[str, Callable[[Row, Scope], Record]] = MappingProxyType(
    {
        "": execution,
        "EXECUTION": execution,
        "ORDER": order,
        "SYMBOL_SUMMARY": symbol_summary,
        "ASSET_SUMMARY": asset_summary,
        "CLOSED_LOT": closed_lot,
        "WASH_SALE": wash_sale,
    }
)

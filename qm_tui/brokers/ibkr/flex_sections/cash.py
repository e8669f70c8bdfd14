"""Money that moved or accrued: cash transactions, interest, dividends due, statement of funds."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from qm_tui.brokers.ibkr.flex_rows import INSTRUMENT, Row, Scope, called, told_by
from qm_tui.brokers.ibkr.flex_sections.other import other_row
from qm_tui.brokers.ibkr.flex_values import total
from qm_tui.domain.records import CashTransaction, DividendAccrual, MarginInterest, Record
from qm_tui.domain.reported import StatementLine
from qm_tui.domain.words import CashType

_CASH_TOLD = told_by(
    "type currency fxRateToBase description amount dateTime settleDate exDate transactionID "
    "tradeID actionID code"
)
_ACCRUALS_TOLD = told_by(
    "currency fromDate toDate startingAccrualBalance interestAccrued accrualReversal "
    "endingAccrualBalance",
    instrument=False,
)
_TIER_TOLD = told_by(
    "currency fxRateToBase interestType valueDate tierBreak totalPrincipal rate totalInterest",
    instrument=False,
)
_DIVIDEND_TOLD = told_by(
    "currency date exDate payDate quantity tax fee grossRate grossAmount netAmount code"
)
_LINE_TOLD = told_by(
    "currency date reportDate settleDate activityCode activityDescription amount balance tradeID "
    "tradeQuantity transactionID"
)

_CASH_TYPES: Mapping[str, CashType] = MappingProxyType(
    {
        "dividends": CashType.DIVIDEND,
        "payment in lieu of dividends": CashType.PAYMENT_IN_LIEU,
        "withholding tax": CashType.WITHHOLDING_TAX,
        "871(m) withholding": CashType.WITHHOLDING_TAX,
        "broker interest received": CashType.INTEREST_RECEIVED,
        "broker interest paid": CashType.INTEREST_PAID,
        "bond interest received": CashType.INTEREST_RECEIVED,
        "bond interest paid": CashType.INTEREST_PAID,
        "other fees": CashType.FEE,
        "broker fees": CashType.FEE,
        "advisor fees": CashType.FEE,
        "client fees": CashType.FEE,
        "commission adjustments": CashType.COMMISSION_ADJUSTMENT,
        "price adjustments": CashType.PRICE_ADJUSTMENT,
        "transaction tax": CashType.TAX,
        "sales tax": CashType.TAX,
        "other income": CashType.OTHER,
    }
)
_EITHER_WAY = frozenset({"deposits/withdrawals", "deposits & withdrawals"})


def cash_transaction(row: Row, scope: Scope) -> Record | None:
    """Read money that moved; a sum repeats single movements, or keeps them from being known."""
    level = (row.text("levelOfDetail") or "DETAIL").upper()
    if level == "SUMMARY":
        if scope.made.cash_details:
            return None
        # Taken for movements, they would stand beside the single ones that a later query brings.
        scope.warn(
            "The statement has cash transactions only in sum; none of them is taken. Tick Detail "
            "in the Cash Transactions section of the Flex query."
        )
        return other_row(row, scope)
    if level != "DETAIL":
        scope.new_value(row, "levelOfDetail", level)
        return other_row(row, scope)
    amount = row.required("amount")
    currency = scope.currency(row)
    if currency is None:
        raise row.missing("currency")
    moved = scope.moment(row, "dateTime")
    date = moved.day or scope.required_day(row, "reportDate", "settleDate", "dateTime")
    broker_type = row.text("type")
    description = row.text("description")
    # The money may come in another currency than the instrument's, and the text is the movement's.
    instrument = scope.instruments.of(row.pick(INSTRUMENT), None, described=False)
    transaction_id = row.identifier("transactionID")
    return CashTransaction(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_CASH_TOLD),
        date=date,
        occurred_at=moved.at,
        settle_date=scope.day(row, "settleDate"),
        ex_date=scope.day(row, "exDate"),
        type=_cash_type(row, scope, broker_type, amount),
        broker_type=broker_type,
        instrument=instrument,
        currency=currency,
        amount=amount,
        fx_rate_to_base=row.number("fxRateToBase"),
        description=description,
        broker_id=transaction_id,
        broker_trade_id=row.identifier("tradeID"),
        action_id=row.identifier("actionID"),
        codes=row.text("code"),
        key=(
            f"TX:{transaction_id}"
            if transaction_id is not None
            else scope.content_key(
                # The text names the instrument, whatever else of it the query has.
                row,
                "cash",
                date,
                broker_type,
                currency,
                amount,
                description or called(row),
            )
        ),
    )


def _cash_type(row: Row, scope: Scope, broker_type: str | None, amount: Decimal) -> CashType:
    said = (broker_type or "").lower()
    if said in _EITHER_WAY:
        return CashType.WITHDRAWAL if amount < 0 else CashType.DEPOSIT
    found = _CASH_TYPES.get(said)
    if found is None and broker_type is not None:
        scope.new_value(row, "type", broker_type)
    return found or CashType.OTHER


def interest_accrual(row: Row, scope: Scope) -> MarginInterest:
    """Read the interest that accrued over a period."""
    currency = scope.currency(row)
    if currency is None:
        raise row.missing("currency")
    base = currency == "BASE_SUMMARY"
    from_date = scope.day(row, "fromDate") or scope.from_date
    to_date = scope.day(row, "toDate") or scope.to_date
    accrued = row.number("interestAccrued")
    ending = row.number("endingAccrualBalance")
    if accrued is None and ending is None:
        raise row.missing("interestAccrued")
    currency = "BASE" if base else currency
    model = row.text("model")
    return MarginInterest(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_ACCRUALS_TOLD),
        type="accrual_base_summary" if base else "accrual",
        currency=currency,
        from_date=from_date,
        to_date=to_date,
        accrued=accrued,
        starting_balance=row.number("startingAccrualBalance"),
        reversal=row.number("accrualReversal"),
        ending_balance=ending,
        key=scope.numbered(
            row,
            "interest",
            f"IA:{currency}:{from_date or ''}:{to_date or ''}" + (f":{model}" if model else ""),
        ),
    )


def tier_interest(row: Row, scope: Scope) -> MarginInterest:
    """Read one tier of a day's interest."""
    currency = scope.currency(row)
    if currency is None:
        raise row.missing("currency")
    interest_type = row.text("interestType") or "tier"
    day = scope.required_day(row, "valueDate", "reportDate")
    tier = row.text("tierBreak")
    return MarginInterest(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_TIER_TOLD),
        type=interest_type,
        currency="BASE" if currency == "BASE_SUMMARY" else currency,
        from_date=day,
        to_date=day,
        principal=row.number("totalPrincipal"),
        rate=row.number("rate"),
        accrued=row.required("totalInterest"),
        tier=tier,
        fx_rate_to_base=row.number("fxRateToBase"),
        key=scope.content_key(
            row, "tier", currency, day, interest_type, tier, row.text("balanceThreshold"),
            row.text("fromAcct"), row.text("toAcct"), row.text("model"), prefix="TI",
        ),
    )  # fmt: skip


def dividend_change(row: Row, scope: Scope) -> DividendAccrual:
    """Read a change of what dividends are due."""
    return _dividend(row, scope, "change")


def dividend_open(row: Row, scope: Scope) -> DividendAccrual:
    """Read a dividend that is due."""
    return _dividend(row, scope, "open")


def _dividend(row: Row, scope: Scope, kind: str) -> DividendAccrual:
    instrument = scope.instrument(row, None)
    date = scope.day(row, "date", "reportDate")
    ex_date, pay_date = scope.day(row, "exDate"), scope.day(row, "payDate")
    quantity = row.number("quantity")
    gross = row.number("grossAmount")
    net = row.number("netAmount")
    if gross is None and net is None:
        raise row.missing("grossAmount")
    currency = scope.currency(row)
    codes = row.text("code")
    # What is due is restated from day to day under one key; each change is a fact of its own.
    of_a_change = (date, quantity, gross, codes) if kind == "change" else ()
    return DividendAccrual(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_DIVIDEND_TOLD),
        kind=kind,
        instrument=instrument,
        currency=currency,
        date=date,
        ex_date=ex_date,
        pay_date=pay_date,
        quantity=quantity,
        gross_rate=row.number("grossRate"),
        gross_amount=gross,
        tax=row.number("tax"),
        fee=row.number("fee"),
        net_amount=net,
        codes=codes,
        key=scope.content_key(
            row, f"dividend {kind}", called(row), currency, ex_date, pay_date,
            *of_a_change, row.text("levelOfDetail"), prefix="DC" if kind == "change" else "DO",
        ),
    )  # fmt: skip


def statement_line(row: Row, scope: Scope) -> StatementLine:
    """Read a line of the statement of funds."""
    amount = row.number("amount")
    if amount is None:
        debit, credit = row.number("debit"), row.number("credit")
        if debit is not None or credit is not None:
            amount = total(debit or Decimal(0), credit or Decimal(0))
    balance = row.number("balance")
    if amount is None and balance is None:
        raise row.missing("amount")
    currency = scope.currency(row)
    level = row.text("levelOfDetail")
    # In the base currency's part the currency is not the instrument's.
    own = currency if level == "Currency" else None
    instrument = scope.instruments.of(row.pick(INSTRUMENT), own)
    date, report_date = scope.day(row, "date"), scope.day(row, "reportDate")
    settle_date = scope.day(row, "settleDate")
    code, description = row.text("activityCode"), row.text("activityDescription")
    trade_id, transaction_id = row.identifier("tradeID"), row.identifier("transactionID")
    return StatementLine(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_LINE_TOLD),
        level=level,
        date=date,
        report_date=report_date,
        settle_date=settle_date,
        currency=currency,
        activity_code=code,
        description=description,
        instrument=instrument,
        quantity=row.number("tradeQuantity"),
        amount=amount,
        balance=balance,
        broker_trade_id=trade_id,
        broker_id=transaction_id,
        key=scope.content_key(
            row, "line", level, currency, date, report_date, settle_date, code, description,
            called(row), amount, trade_id, transaction_id, row.identifier("orderID"),
            row.text("model"), prefix="SL",
        ),
    )  # fmt: skip

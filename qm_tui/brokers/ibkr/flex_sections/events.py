"""Ends of options, and what companies did."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from qm_tui.brokers.ibkr.flex_rows import INSTRUMENT, Row, Scope, called, told_by
from qm_tui.brokers.ibkr.flex_sections.other import other_row
from qm_tui.domain.records import CorporateAction, OptionEvent, Record
from qm_tui.domain.words import CorporateActionType, OptionEventType

_OPTION_TOLD = told_by(
    "transactionType currency date quantity tradePrice markPrice proceeds commisionsAndTax "
    "costBasis realizedPnl tradeID"
)
_ACTION_TOLD = told_by(
    "type currency fxRateToBase description actionDescription actionID dateTime reportDate amount "
    "quantity fifoPnlRealized code proceeds value transactionID costBasis"
)

_OPTION_EVENTS: Mapping[str, OptionEventType] = MappingProxyType(
    {
        "exercise": OptionEventType.EXERCISE,
        "assignment": OptionEventType.ASSIGNMENT,
        "expiration": OptionEventType.EXPIRATION,
        "expired": OptionEventType.EXPIRATION,
        "cash settlement": OptionEventType.CASH_SETTLEMENT,
        "buy": OptionEventType.DELIVERY,
        "sell": OptionEventType.DELIVERY,
    }
)

_Type = CorporateActionType
_ACTIONS: Mapping[str, CorporateActionType] = MappingProxyType(
    {
        "FS": _Type.SPLIT,
        "FI": _Type.SPLIT,
        "RS": _Type.REVERSE_SPLIT,
        "CS": _Type.SPLIT,  # of a contract
        "SD": _Type.STOCK_DIVIDEND,
        "HD": _Type.STOCK_DIVIDEND,  # delivery of a choice dividend
        "SO": _Type.SPIN_OFF,
        "CO": _Type.SPIN_OFF,  # of a contract
        "TC": _Type.MERGER,
        "CC": _Type.MERGER,  # consolidation of contracts
        "TO": _Type.TENDER,
        "TI": _Type.TENDER,
        "RI": _Type.RIGHTS,
        "SR": _Type.RIGHTS,
        "DI": _Type.RIGHTS,
        "ED": _Type.RIGHTS,
        "IC": _Type.SYMBOL_CHANGE,
        "DW": _Type.DELISTING,
        "BC": _Type.CONVERSION,
        "CI": _Type.CONVERSION,
        "RC": _Type.RETURN_OF_CAPITAL,
        "DR": _Type.DIVIDEND_REINVESTMENT,
        # Known, but none of the kinds that are told apart here.
        **dict.fromkeys(
            ("BM", "CA", "CD", "CH", "CP", "CT", "FA", "GV", "HI", "OR", "PI", "PV"), _Type.OTHER
        ),
    }
)


_SPLIT = re.compile(r"\bSPLIT (\d+(?:\.\d+)?) FOR (\d+(?:\.\d+)?)\b")
_WORDS: Mapping[str, CorporateActionType] = MappingProxyType(
    {
        "TENDERED": _Type.TENDER,
        "MERGED": _Type.MERGER,
        "SPINOFF": _Type.SPIN_OFF,
        "STOCK DIVIDEND": _Type.STOCK_DIVIDEND,
        "SUBSCRIBABLE RIGHTS ISSUE": _Type.RIGHTS,
        "RIGHTS": _Type.RIGHTS,
        "NAME CHANGE": _Type.SYMBOL_CHANGE,
        "CUSIP/ISIN CHANGE": _Type.SYMBOL_CHANGE,
        "CUSIP CHANGE": _Type.SYMBOL_CHANGE,
        "ISIN CHANGE": _Type.SYMBOL_CHANGE,
        "DELISTED": _Type.DELISTING,
    }
)
"""What the text says of an action, e.g. `VXX(US06740Q2524) TENDERED TO …`."""
_SAYS = re.compile(r"\b(" + "|".join(_WORDS) + r")\b")


def option_event(row: Row, scope: Scope) -> OptionEvent:
    """Read how an option ended, or the stock that its end delivered."""
    currency = scope.currency(row)
    instrument = scope.instrument(row, currency)
    date = scope.required_day(row, "date", "dateTime", "reportDate")
    said = row.text("transactionType")
    kind = _OPTION_EVENTS.get((said or "").lower())
    if kind is None and said is not None:
        scope.new_value(row, "transactionType", said)
    quantity = row.number("quantity")
    if quantity is not None and quantity > 0 and (said or "").lower() == "sell":
        quantity = quantity.copy_negate()
    price = row.number("tradePrice")
    trade_id = row.identifier("tradeID")
    return OptionEvent(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_OPTION_TOLD),
        type=kind or OptionEventType.OTHER,
        broker_type=said,
        date=date,
        instrument=instrument,
        currency=currency,
        quantity=quantity,
        price=price,
        market_price=row.number("markPrice"),
        proceeds=row.number("proceeds"),
        commission=row.number("commisionsAndTax"),
        cost_basis=row.number("costBasis"),
        realized_pnl=row.number("realizedPnl"),
        broker_trade_id=trade_id,
        key=(
            scope.numbered(
                row, "option event", f"TR:{trade_id}:{called(row)}:{(said or '').lower()}"
            )
            if trade_id is not None
            else scope.content_key(row, "option event", said, date, called(row), quantity, price)
        ),
    )


def _told(description: str) -> CorporateActionType | None:
    """Tell an action by its text: older queries have no `type`.

    `A(US…) SPLIT 4 FOR 1 (A, A INC, US…)`: the second parentheses name the company, in words that
    may be any.
    """
    said, _, _ = description.upper().rpartition(" (")
    said = said or description.upper()
    split = _SPLIT.search(said)
    if split is not None:
        fewer = Decimal(split[1]) < Decimal(split[2])
        return _Type.REVERSE_SPLIT if fewer else _Type.SPLIT
    word = _SAYS.search(said)
    return _WORDS[word[1]] if word else None


def corporate_action(row: Row, scope: Scope) -> Record:
    """Read one leg of a corporate action; a sum of legs is kept, but is none."""
    level = (row.text("levelOfDetail") or "DETAIL").upper()
    if level != "DETAIL":
        if level != "SUMMARY":
            scope.new_value(row, "levelOfDetail", level)
        return other_row(row, scope)
    currency = scope.currency(row)
    # The text is the action's.
    instrument = scope.instruments.of(row.pick(INSTRUMENT), currency, described=False)
    effective = scope.moment(row, "dateTime")
    report_date = scope.day(row, "reportDate")
    date = effective.day or report_date or scope.required_day(row, "dateTime", "reportDate")
    quantity, amount = row.number("quantity"), row.number("amount")
    said = row.text("type")
    kind = _ACTIONS.get((said or "").upper())
    if kind is None and said is not None:
        scope.new_value(row, "type", said)
    transaction_id, action_id = row.identifier("transactionID"), row.identifier("actionID")
    description = row.text("actionDescription") or row.text("description")
    if said is None:
        kind = _told(description or "")
    return CorporateAction(
        account=row.account,
        document_row=row.index,
        broker_specific=row.rest(_ACTION_TOLD),
        type=kind or CorporateActionType.OTHER,
        broker_type=said,
        date=date,
        effective_at=effective.at,
        report_date=report_date,
        instrument=instrument,
        currency=currency,
        quantity=quantity,
        amount=amount,
        proceeds=row.number("proceeds"),
        value=row.number("value"),
        cost_basis=row.number("costBasis"),
        realized_pnl=row.number("fifoPnlRealized"),
        fx_rate_to_base=row.number("fxRateToBase"),
        description=description,
        action_id=action_id,
        broker_id=transaction_id,
        codes=row.text("code"),
        key=(
            f"TX:{transaction_id}"
            if transaction_id is not None
            else scope.content_key(
                row,
                "action",
                date,
                called(row),
                amount if quantity is None else quantity,
                description or said,
            )
        ),
    )

"""Short ways to write what brokers tell, and to translate it."""

import datetime as dt
import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.facts import (
    ActionFact,
    CashFact,
    ClosedLotFact,
    GroupFacts,
    OptionEventFact,
    StatementFact,
    TradeFact,
    TransferFact,
    TransferLotFact,
)
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.translate.group import Translated, events_of
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OptionEventType,
    TaxTreatment,
    TransferDirection,
)

Number = int | str | Decimal
Fact = (
    TradeFact
    | ClosedLotFact
    | CashFact
    | TransferFact
    | TransferLotFact
    | ActionFact
    | OptionEventFact
    | StatementFact
)

STOCK, OTHER_STOCK, NEW_STOCK, CALL, PUT, INDEX_CALL, EURO_STOCK, FUTURE, PAIR = range(1, 10)
EXPIRY = dt.date(2024, 3, 15)


def _option(number: int, right: Right, **changes: Any) -> Security:
    fields: dict[str, Any] = {
        "symbol": f"AAA   240315{right.value}00050000",
        "underlying": STOCK,
        "strike": Decimal(50),
    } | changes
    return Security(
        id=number, kind=InstrumentType.EQUITY_OPTION, multiplier=Decimal(100), right=right,
        expiry=EXPIRY, **fields,
    )  # fmt: skip


SECURITIES: dict[int, Security] = {
    STOCK: Security(id=STOCK, symbol="AAA"),
    OTHER_STOCK: Security(id=OTHER_STOCK, symbol="BBB"),
    NEW_STOCK: Security(id=NEW_STOCK, symbol="CCC"),
    CALL: _option(CALL, Right.CALL),
    PUT: _option(PUT, Right.PUT),
    INDEX_CALL: _option(
        INDEX_CALL, Right.CALL, symbol="XSP   240315C00500000", underlying=None,
        strike=Decimal(500), section_1256=True,
    ),
    EURO_STOCK: Security(id=EURO_STOCK, symbol="EEE", currency="EUR"),
    FUTURE: Security(
        id=FUTURE, symbol="MESH5", kind=InstrumentType.FUTURE, multiplier=Decimal(5),
        section_1256=True,
    ),
    PAIR: Security(id=PAIR, symbol="EUR.USD", kind=InstrumentType.FOREX),
}  # fmt: skip

ACCOUNT, SECOND_ACCOUNT, IRA = 1, 2, 3
ACCOUNTS: dict[int, AccountRules] = {
    ACCOUNT: AccountRules(id=ACCOUNT, number="U1"),
    SECOND_ACCOUNT: AccountRules(id=SECOND_ACCOUNT, number="U-2"),
    IRA: AccountRules(id=IRA, number="U3", tax=TaxTreatment.IRA),
}
_ids = itertools.count(1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def number(value: Number | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _currency(security: int | None) -> str | None:
    known = None if security is None else SECURITIES.get(security)
    return "USD" if known is None else known.currency


def a_trade(
    on: str, quantity: Number, price: Number | None = 10, security: int = STOCK, **changes: Any
) -> TradeFact:
    """A fill as a statement with few columns has it."""
    row = next(_ids)
    fields: dict[str, Any] = dict.fromkeys(TradeFact._fields) | {
        "id": row,
        "key": f"TX:{row}",
        "account": ACCOUNT,
        "security": security,
        "trade_date": day(on),
        "quantity": Decimal(quantity),
        "price": number(price),
        "currency": _currency(security),
    }
    return TradeFact(**(fields | changes))


def booked(
    on: str, quantity: Number, price: Number, security: int, codes: str | None, **changes: Any
) -> TradeFact:
    """What a broker books at 16:20 when an option ends."""
    fields: dict[str, Any] = {
        "executed_at": utc(f"{on}T20:20"),
        "transaction_type": "BookTrade",
        "codes": codes,
    }
    return a_trade(on, quantity, price, security, **(fields | changes))


def an_end(
    kind: OptionEventType, on: str, quantity: Number | None, security: int, **changes: Any
) -> OptionEventFact:
    row = next(_ids)
    fields: dict[str, Any] = dict.fromkeys(OptionEventFact._fields) | {
        "id": row,
        "key": f"OE:{row}",
        "account": ACCOUNT,
        "security": security,
        "type": kind,
        "date": day(on),
        "currency": "USD",
        "quantity": number(quantity),
        "price": Decimal(0),
    }
    return OptionEventFact(**(fields | changes))


def a_leg(
    kind: CorporateActionType,
    on: str,
    quantity: Number | None,
    security: int = STOCK,
    text: str = "",
    **changes: Any,
) -> ActionFact:
    """A leg that was stamped at 20:25 in New York, and reported the next business day."""
    row = next(_ids)
    stamped = day(on)
    fields: dict[str, Any] = dict.fromkeys(ActionFact._fields) | {
        "id": row,
        "key": f"TX:{row}",
        "account": ACCOUNT,
        "security": security,
        "type": kind,
        "date": stamped,
        "effective_at": utc(f"{on}T00:25") + dt.timedelta(days=1),
        "report_date": stamped + dt.timedelta(days=3 if stamped.weekday() == 4 else 1),
        "currency": _currency(security),
        "quantity": number(quantity),
        "amount": Decimal(0),
        "proceeds": Decimal(0),
        "value": Decimal(0),
        "description": text,
    }
    return ActionFact(**(fields | changes))


def some_cash(
    on: str,
    amount: Number,
    text: str = "",
    kind: CashType = CashType.DIVIDEND,
    **changes: Any,
) -> CashFact:
    row = next(_ids)
    fields: dict[str, Any] = dict.fromkeys(CashFact._fields) | {
        "id": row,
        "key": f"TX:{row}",
        "account": ACCOUNT,
        "security": STOCK,
        "date": day(on),
        "type": kind,
        "currency": "USD",
        "amount": Decimal(amount),
        "description": text,
    }
    return CashFact(**(fields | changes))


def a_line(
    on: str, amount: Number, security: int, level: str = "Currency", **changes: Any
) -> StatementFact:
    """A line of the statement of funds about an option that was settled in cash."""
    row = next(_ids)
    fields: dict[str, Any] = {
        "id": row,
        "key": f"SL:{row}",
        "account": ACCOUNT,
        "security": security,
        "level": level,
        "date": day(on),
        "currency": "USD",
        "amount": Decimal(amount),
        "description": "Option Cash Settlement for: Exercise ( XSP 15MAR24 500 C )",
    }
    return StatementFact(**(fields | changes))


def a_transfer(on: str, quantity: Number, **changes: Any) -> TransferFact:
    row = next(_ids)
    shares = Decimal(quantity)
    fields: dict[str, Any] = dict.fromkeys(TransferFact._fields) | {
        "id": row,
        "key": f"TX:{row}",
        "account": ACCOUNT,
        "security": STOCK,
        "date": day(on),
        "type": "ACATS",
        "direction": TransferDirection.IN if shares > 0 else TransferDirection.OUT,
        "currency": "USD",
        "quantity": shares,
    }
    return TransferFact(**(fields | changes))


def a_transfer_lot(transfer: TransferFact, quantity: Number, **changes: Any) -> TransferLotFact:
    fields: dict[str, Any] = dict.fromkeys(TransferLotFact._fields) | {
        "id": next(_ids),
        "account": transfer.account,
        "transfer_key": transfer.key,
        "security": transfer.security,
        "date": transfer.date,
        "direction": transfer.direction,
        "quantity": Decimal(quantity),
    }
    return TransferLotFact(**(fields | changes))


def a_closed_lot(trade: TradeFact, quantity: Number, **changes: Any) -> ClosedLotFact:
    """A lot that stands behind the fill that closed it."""
    fields: dict[str, Any] = dict.fromkeys(ClosedLotFact._fields) | {
        "id": next(_ids),
        "account": trade.account,
        "security": trade.security,
        "quantity": Decimal(quantity),
        "closed_at": trade.executed_at,
        "disposition_date": trade.trade_date,
        "closing_trade_key": trade.key,
    }
    return ClosedLotFact(**(fields | changes))


_FIELDS: Mapping[type[Fact], str] = {
    TradeFact: "trades",
    ClosedLotFact: "closed_lots",
    CashFact: "cash",
    TransferFact: "transfers",
    TransferLotFact: "transfer_lots",
    ActionFact: "actions",
    OptionEventFact: "option_events",
    StatementFact: "statement_lines",
}


def group(*facts: Fact, **more: Any) -> GroupFacts:
    told: dict[str, list[Any]] = {name: [] for name in _FIELDS.values()}
    for fact in facts:
        told[_FIELDS[type(fact)]].append(fact)
    fields: dict[str, Any] = {
        "securities": SECURITIES,
        "accounts": ACCOUNTS,
        "base_currencies": dict.fromkeys(ACCOUNTS, "USD"),
    }
    return GroupFacts(**(fields | told | more))


def translated(*facts: Fact, **more: Any) -> Translated:
    return events_of(group(*facts, **more))


_E = TypeVar("_E", bound=Event)


def the(kind: type[_E], found: Translated) -> _E:
    """The only event of a kind, which nothing was found about."""
    assert not found.findings, found.findings
    (event,) = (event for event in found.events if type(event) is kind)
    return event


def only(kind: type[_E], found: Translated) -> _E:
    """The only event there is."""
    (event,) = found.events
    assert type(event) is kind
    return event


def these(*values: object) -> tuple[object, ...]:
    """Values of all kinds, to be compared with plain numbers."""
    return values

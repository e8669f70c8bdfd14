"""Facts as rows of Tastytrade's history become them: unsigned ends, deliveries, pairs of legs."""

import datetime as dt
from decimal import Decimal
from typing import Any

from qm_tui.domain.booking.facts import ActionFact, CashFact, OptionEventFact, TradeFact
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.words import CashType, CorporateActionType, OpenClose, OptionEventType
from tests.domain.booking.translate.told import (
    Number,
    a_leg,
    a_trade,
    an_end,
    number,
    some_cash,
    utc,
)

(
    USO, FUND, INDEX_PUT, FUTURE, FUTURE_PUT, HIGH_PUT, LOW_PUT, NEW_HIGH_PUT, NEW_LOW_PUT, CALL,
    OLD_NAME, NEW_NAME, SPLIT_CALL, SECOND_CALL, OIL,
) = range(21, 36)  # fmt: skip
EXPIRY = dt.date(2020, 7, 17)


def _option(number: int, symbol: str, right: Right, strike: str, **changes: Any) -> Security:
    fields: dict[str, Any] = {
        "kind": InstrumentType.EQUITY_OPTION, "multiplier": Decimal(100), "underlying": USO,
        "expiry": EXPIRY,
    } | changes  # fmt: skip
    return Security(id=number, symbol=symbol, right=right, strike=Decimal(strike), **fields)


_PUT, _CALL = Right.PUT, Right.CALL
OF_TASTYTRADE: dict[int, Security] = {
    security.id: security
    for security in (
        Security(id=USO, symbol="USO"),
        Security(id=FUND, symbol="SCHD"),
        Security(id=OLD_NAME, symbol="FB"),
        Security(id=NEW_NAME, symbol="META"),
        _option(HIGH_PUT, "USO   200717P00003500", _PUT, "3.5"),
        _option(LOW_PUT, "USO   200717P00002000", _PUT, "2"),
        _option(NEW_HIGH_PUT, "USO1  200717P00003500", _PUT, "3.5"),
        _option(NEW_LOW_PUT, "USO1  200717P00002000", _PUT, "2"),
        _option(CALL, "USO   200717C00004000", _CALL, "4"),
        _option(SPLIT_CALL, "USO   200717C00001000", _CALL, "1"),
        _option(SECOND_CALL, "USO   200717C00005000", _CALL, "5"),
        _option(
            INDEX_PUT, "SPXW  200717P03200000", _PUT, "3200", underlying=None, section_1256=True
        ),
        Security(
            id=FUTURE, symbol="MESU0", kind=InstrumentType.FUTURE, multiplier=Decimal(5),
            section_1256=True, expiry=dt.date(2020, 9, 18),
        ),
        Security(
            id=OIL, symbol="CLK0", kind=InstrumentType.FUTURE, multiplier=Decimal(1000),
            section_1256=True, expiry=dt.date(2020, 4, 21),
        ),
        _option(
            FUTURE_PUT, "./MESU0 EW3N0 200717P3200", _PUT, "3200", underlying=FUTURE,
            multiplier=Decimal(5), kind=InstrumentType.FUTURE_OPTION, section_1256=True,
        ),
    )
}  # fmt: skip
ACTIONS = {
    "Buy to Open": (1, OpenClose.OPEN),
    "Sell to Open": (-1, OpenClose.OPEN),
    "Buy to Close": (1, OpenClose.CLOSE),
    "Sell to Close": (-1, OpenClose.CLOSE),
    "Buy": (1, None),
    "Sell": (-1, None),
}


def dealt(
    when: str, action: str, quantity: Number, price: Number | None, security: int, **changes: Any
) -> TradeFact:
    """What was executed on an exchange: `when` is of UTC, of the same day in New York."""
    sign, open_close = ACTIONS[action]
    units = Decimal(quantity)
    known = OF_TASTYTRADE.get(security)
    of_future = known is not None and known.kind is InstrumentType.FUTURE
    multiplier = 1 if known is None else known.multiplier
    proceeds = None if of_future or price is None else -sign * units * Decimal(price) * multiplier
    fields: dict[str, Any] = {
        "currency": "USD",
        "executed_at": utc(when),
        "open_close": open_close,
        "transaction_type": "Trade",
        "proceeds": proceeds,
        "commission_currency": "USD",
    } | changes
    made = a_trade(when[:10], sign * units, price, security, **fields)
    return made._replace(broker_transaction_id=made.key.partition("TX:")[2] or None)


def delivered(
    when: str, action: str, quantity: Number, price: Number, security: int, **changes: Any
) -> TradeFact:
    """What came or went for an option."""
    return dealt(
        when, action, quantity, price, security, transaction_type="Receive Deliver", **changes
    )


def ended(
    kind: OptionEventType, on: str, quantity: Number, security: int, **changes: Any
) -> OptionEventFact:
    """The removal of options: as many as they were, without a side."""
    fields: dict[str, Any] = {"price": None} | changes
    made = an_end(kind, on, quantity, security, **fields)
    return made._replace(key=f"TX:{made.id}")


def closed_and_opened(
    kind: CorporateActionType,
    when: str,
    old: tuple[int, Number],
    new: tuple[int, Number],
    tie: str | None,
    cost: Number = 0,
) -> tuple[ActionFact, ActionFact]:
    """The two legs that a corporate action is told by, each with its change of the holding."""
    word = kind.value.replace("_", " ").capitalize()
    legs = []
    for side, (security, change) in (("Close", old), ("Open", new)):
        units, symbol = abs(Decimal(change)), OF_TASTYTRADE[security].symbol
        legs.append(
            a_leg(
                kind, when[:10], change, security, f"{word}: {side} {units:f} {symbol}",
                effective_at=utc(when), report_date=None, amount=None, proceeds=None, value=None,
                cost_basis=number(cost), action_id=tie, currency="USD",
            )
        )  # fmt: skip
    return legs[0], legs[1]


def paid(on: str, amount: Number, security: int = FUND, **changes: Any) -> CashFact:
    """A dividend, or another movement of money that names what it is of."""
    kind = changes.pop("kind", CashType.DIVIDEND)
    return some_cash(on, amount, "", kind, security=security, **changes)

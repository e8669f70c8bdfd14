"""Short ways to write a history and to book it."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import Event, Fill, Source
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.words import View
from qm_tui.domain.words import TaxTreatment

Number = int | str | Decimal
ACCOUNT, SECOND_ACCOUNT, IRA = 1, 2, 3
STOCK, OTHER_STOCK = 1, 2
SECURITIES: dict[int, Security] = {
    STOCK: Security(id=STOCK, symbol="AAA"),
    OTHER_STOCK: Security(id=OTHER_STOCK, symbol="BBB"),
}
ACCOUNTS: dict[int, AccountRules] = {
    ACCOUNT: AccountRules(id=ACCOUNT, number="U1"),
    SECOND_ACCOUNT: AccountRules(id=SECOND_ACCOUNT, number="U2"),
    IRA: AccountRules(id=IRA, number="U3", tax=TaxTreatment.IRA),
}
_ids = itertools.count(1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def a_fill(on: str, quantity: Number, price: Number, fees: Number = 0, **changes: Any) -> Fill:
    """A fill of a stock: its own source each, in the order in which they are written."""
    number = next(_ids)
    shares = Decimal(quantity)
    given: dict[str, Any] = {
        "account": ACCOUNT,
        "security": STOCK,
        "source": Source("trades", number),
        "sequence": number,
        "key": f"T:{number:09}",
    }
    return Fill(
        day=day(on),
        quantity=shares,
        amount=abs(shares) * Decimal(price),
        fees=Decimal(fees),
        **(given | changes),
    )


def bought(on: str, quantity: Number, price: Number, fees: Number = 0, **changes: Any) -> Fill:
    return a_fill(on, quantity, price, fees, **changes)


def sold(on: str, quantity: Number, price: Number, fees: Number = 0, **changes: Any) -> Fill:
    return a_fill(on, -Decimal(quantity), price, fees, **changes)


def book(
    *events: Event,
    view: View = View.ECONOMIC,
    securities: Mapping[int, Security] = SECURITIES,
    accounts: Mapping[int, AccountRules] = ACCOUNTS,
    **how: Any,
) -> Booked:
    return book_history(events, securities=securities, accounts=accounts, view=view, **how)


def the(thing: object, *fields: str) -> tuple[Any, ...]:
    """Some fields of a lot, a slice, a finding: to be compared with what they should be."""
    return tuple(getattr(thing, field) for field in fields)


def each(things: Iterable[object], *fields: str) -> list[tuple[Any, ...]]:
    """The same fields of each of them."""
    return [the(thing, *fields) for thing in things]

"""The same trades as beancount books them: what another program makes of a plain history."""

import collections
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import amount, data, position
from beancount.core.number import MISSING, ZERO
from beancount.parser import booking_full, options

from qm_tui.domain.booking.events import Fill

_CASH = "Assets:Cash"
_INCOME = "Income:Gains"
_CURRENCY = "USD"


class Part(NamedTuple):
    """What a sale took of one lot."""

    sale: str
    opened: dt.date
    quantity: Decimal
    """Positive."""
    basis: Decimal
    """Unsigned: what the shares cost, or what the short brought."""


def entries(fills: Iterable[Fill]) -> list[data.Transaction]:
    """Write fills as transactions; a sale names no lot, so that the method has to."""
    return [_transaction(fill) for fill in fills]


def _transaction(fill: Fill) -> data.Transaction:
    money = fill.amount + (fill.fees if fill.quantity > 0 else -fill.fees)
    units = amount.Amount(fill.quantity, f"S{fill.security}")
    postings = [_posting(f"Assets:A{fill.account}", units, _cost(fill, money))]
    paid = amount.Amount(-money if fill.quantity > 0 else money, _CURRENCY)
    postings.append(_posting(_CASH, paid))
    if not fill.opens:
        postings.append(_posting(_INCOME, MISSING))
    meta = {"filename": "trades", "lineno": fill.sequence, "__tolerances__": {}}
    nothing = frozenset[str]()
    return data.Transaction(meta, fill.day, "*", None, fill.key, nothing, nothing, postings)


def _posting(account: str, units: Any, cost: Any = None) -> data.Posting:
    return data.Posting(account, units, cost, None, None, {})


def _cost(fill: Fill, money: Decimal) -> position.CostSpec:
    if fill.opens:
        return position.CostSpec(ZERO, money, _CURRENCY, fill.day, fill.key, False)
    unnamed: Any = MISSING
    return position.CostSpec(unnamed, None, _CURRENCY, None, None, False)


def book(transactions: Sequence[data.Transaction], method: str) -> list[data.Transaction]:
    """Book transactions by `FIFO`, `LIFO` or `HIFO`; every error is one of the test."""
    by = data.Booking[method]
    methods: dict[str, data.Booking] = collections.defaultdict(lambda: by)
    known = options.OPTIONS_DEFAULTS | {"booking_method": by}
    booked, errors = booking_full.book(transactions, known, methods)  # type: ignore[no-untyped-call]
    assert not errors, errors[:3]
    return list(booked)


def parts(booked: Iterable[data.Transaction], closing: frozenset[str]) -> list[Part]:
    """Return what the closing transactions took, lot by lot."""
    return [
        _part(entry, posting)
        for entry in booked
        if entry.narration in closing
        for posting in entry.postings
        if posting.cost is not None
    ]


def _part(entry: data.Transaction, posting: Any) -> Part:
    quantity, cost = abs(posting.units.number), posting.cost
    return Part(entry.narration or "", cost.date, quantity, quantity * cost.number)

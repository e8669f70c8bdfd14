"""Transactions in order, and pages of them: a few that can be changed, or very many."""

import datetime as dt
import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Row = dict[str, Any]
"""A JSON object as the broker says it."""

_EQUAL = {
    "type": "transaction-type",
    "types[]": "transaction-type",
    "sub-type[]": "transaction-sub-type",
    "instrument-type": "instrument-type",
    "symbol": "symbol",
    "futures-symbol": "symbol",
    "underlying-symbol": "underlying-symbol",
    "action": "action",
}
"""What may be asked for, and the field that must say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked for of a history."""

    first: dt.date | None = None
    last: dt.date | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    descending: bool = True
    equal: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Field and the words it may say."""

    @classmethod
    def of(cls, lists: Mapping[str, Sequence[str]]) -> "Query":
        """Read it from the parameters of a request.

        Raises:
            ValueError: A day or a moment is none.
        """

        def said(name: str) -> str | None:
            return next((text for text in lists.get(name, ()) if text), None)

        days = [dt.date.fromisoformat(t) if (t := said(n)) else None for n in _DAYS]
        moments = [_moment(t) if (t := said(n)) else None for n in _MOMENTS]
        return cls(
            first=days[0],
            last=days[1],
            start=moments[0],
            end=moments[1],
            descending=said("sort") != "Asc",
            equal={name: lists[asked] for asked, name in _EQUAL.items() if lists.get(asked)},
        )


_DAYS = ("start-date", "end-date")
_MOMENTS = ("start-at", "end-at")


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


class History(Protocol):
    """The transactions of an account."""

    def page(self, query: Query, begin: int, rows: int) -> tuple[Sequence[bytes], int]:
        """The JSON of some rows that are asked for, from one on, and how many there are in all."""
        ...


@dataclass
class Rows:
    """Transactions that are held and may be changed."""

    rows: list[Row] = field(default_factory=list)

    def page(self, query: Query, begin: int, rows: int) -> tuple[Sequence[bytes], int]:
        chosen = [row for row in self.rows if _is_asked_for(row, query)]
        chosen.sort(key=_order, reverse=query.descending)
        return [json.dumps(row).encode() for row in chosen[begin : begin + rows]], len(chosen)

    def find(self, number: int) -> Row:
        """A transaction by its id.

        Raises:
            StopIteration: There is none.
        """
        return next(row for row in self.rows if row["id"] == number)


def _order(row: Row) -> tuple[str, int]:
    return str(row["executed-at"]), int(row["id"])


def _is_asked_for(row: Row, query: Query) -> bool:
    day = dt.date.fromisoformat(row["transaction-date"])
    at = dt.datetime.fromisoformat(row["executed-at"])
    return (
        (query.first is None or day >= query.first)
        and (query.last is None or day <= query.last)
        and (query.start is None or at >= query.start)
        and (query.end is None or at <= query.end)
        and all(row.get(name) in words for name, words in query.equal.items())
    )


_TEXT = json.dumps(
    {
        "id": "@id",
        "account-number": "@account",
        "symbol": "@symbol",
        "instrument-type": "Equity",
        "underlying-symbol": "@symbol",
        "transaction-type": "Trade",
        "transaction-sub-type": "@action",
        "description": "@description",
        "action": "@action",
        "quantity": "100.0",
        "price": "@price",
        "executed-at": "@at",
        "transaction-date": "@day",
        "value": "@value",
        "value-effect": "@effect",
        "regulatory-fees": "0.042",
        "regulatory-fees-effect": "Debit",
        "clearing-fees": "0.08",
        "clearing-fees-effect": "Debit",
        "net-value": "@net",
        "net-value-effect": "@effect",
        "commission": "0.0",
        "commission-effect": "None",
        "proprietary-index-option-fees": "0.0",
        "proprietary-index-option-fees-effect": "None",
        "is-estimated-fee": False,
        "ext-exchange-order-number": "6309579568813",
        "ext-global-order-number": 1469,
        "ext-group-id": "0",
        "ext-group-fill-id": "613761478",
        "ext-exec-id": "@exec",
        "exec-id": "4_A5F-1DY-3M7P-3",
        "exchange": "D",
        "order-id": "@order",
        "exchange-affiliation-identifier": "",
        "leg-count": 1,
        "destination-venue": "WOLVERINE_EQUITIES_A",
        "currency": "USD",
    }
)
_DAY_BEGINS = dt.time(14, 30)


class LongHistory:
    """A history that is made while it is asked for: purchases of 100 shares, each sold next.

    Args:
        count: How many rows; an odd number leaves the last purchase held.
        account: Whose.
        last: The day of the last row; before it there are so many rows on each day.
        per_day: Rows of a day, weekends included.
        symbols: How many instruments take turns.
    """

    def __init__(
        self,
        count: int,
        account: str,
        last: dt.date = dt.date(2026, 11, 20),
        per_day: int = 40,
        symbols: int = 500,
    ) -> None:
        self.count = count
        self.per_day = per_day
        self.first = last - dt.timedelta(days=max(count - 1, 0) // per_day)
        self._symbols = symbols
        self._step = dt.timedelta(seconds=6 * 3600 // per_day)
        text = _TEXT.replace("%", "%%").replace('"@account"', json.dumps(account))
        for name in ("id", "order"):
            text = text.replace(f'"@{name}"', f"%({name})d")
        for name in ("symbol", "action", "description", "price", "at", "day", "value", "exec"):
            text = text.replace(f"@{name}", f"%({name})s")
        self._text = text.replace("@effect", "%(effect)s").replace("@net", "%(net)s")

    def symbol(self, i: int) -> str:
        """The instrument of a row."""
        number = i // 2 % self._symbols
        return (
            f"L{chr(65 + number // 676 % 26)}{chr(65 + number // 26 % 26)}{chr(65 + number % 26)}"
        )

    def day(self, i: int) -> dt.date:
        """The day of a row."""
        return self.first + dt.timedelta(days=i // self.per_day)

    def at(self, i: int) -> dt.datetime:
        """The moment of a row."""
        begins = dt.datetime.combine(self.day(i), _DAY_BEGINS, dt.UTC)
        return begins + i % self.per_day * self._step

    def text(self, i: int) -> bytes:
        """A row."""
        sells = i % 2
        cents = 1000 + i * 37 % 90_000 + (25 if sells else 0)
        action, effect = ("Sell to Close", "Credit") if sells else ("Buy to Open", "Debit")
        net = cents * 1000 - 122 if sells else cents * 1000 + 122
        price = f"{cents // 100}.{cents % 100:02d}"
        symbol = self.symbol(i)
        said = {
            "id": 300_000_000 + i,
            "order": 200_000_000 + i,
            "symbol": symbol,
            "action": action,
            "effect": effect,
            "description": f"{'Sold' if sells else 'Bought'} 100 {symbol} @ {price}",
            "price": price,
            "at": self.at(i).isoformat(timespec="milliseconds"),
            "day": self.day(i).isoformat(),
            "value": f"{cents}.0",
            "net": f"{net // 1000}.{net % 1000:03d}",
            "exec": str(6_000_000 + i),
        }
        return (self._text % said).encode()

    def page(self, query: Query, begin: int, rows: int) -> tuple[Sequence[bytes], int]:
        if query.equal:
            held = Rows([json.loads(self.text(i)) for i in range(self.count)])
            return held.page(query, begin, rows)
        all_of_it = range(self.count)
        low, high = 0, self.count
        if query.first:
            low = max(low, bisect_left(all_of_it, query.first, key=self.day))
        if query.last:
            high = min(high, bisect_right(all_of_it, query.last, key=self.day))
        if query.start:
            low = max(low, bisect_left(all_of_it, query.start, key=self.at))
        if query.end:
            high = min(high, bisect_right(all_of_it, query.end, key=self.at))
        chosen = range(low, max(low, high))
        if query.descending:
            chosen = chosen[::-1]
        return [self.text(i) for i in chosen[begin : begin + rows]], len(chosen)

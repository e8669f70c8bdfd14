"""The history of a vector as far as it is told, and what is held then."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import (
    Event,
    Source,
)
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import AccountRules, MethodFrom, Security
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import TaxTreatment
from tests.conformance.vectors import Row, Vector, number

ZERO = Decimal(0)
ONE = Decimal(1)
TABLE = "vector"
_TAX = {"taxable": TaxTreatment.TAXABLE, "ira": TaxTreatment.IRA, "roth": TaxTreatment.ROTH}
_METHODS = {
    "FIFO": LotMethod.FIFO, "LIFO": LotMethod.LIFO, "HIFO": LotMethod.HIFO,
    "LOFO": LotMethod.LOFO, "SPECIFIC": LotMethod.SPECIFIC, "AVERAGE": LotMethod.AVERAGE,
    "SPECIFIC_WITH_SIZE": LotMethod.SPECIFIC, "STRICT": LotMethod.SPECIFIC,
    "NONE": LotMethod.FIFO, "N/A": LotMethod.FIFO,
}  # fmt: skip


class Refused(Exception):  # noqa: N818 - what happened to it
    """An event that cannot be booked as it says."""


@dataclass(slots=True)
class History:
    """The events so far. Some can only be told when it is known what is held: it is booked then."""

    vector: Vector
    events: list[Event] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    """`seq` of a vector's event → how many events there are when it is through."""
    accounts: dict[str, AccountRules] = field(default_factory=dict)
    securities: dict[str, Security] = field(default_factory=dict)
    policy: Policy = DEFAULT_POLICY
    _last: dt.datetime = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)

    # --- who and what -----------------------------------------------------------------------------

    def account(self, name: str | None) -> int:
        """Return an account's number; where lots are pooled, all are one."""
        known = next(iter(self.vector.accounts))
        name = known if name is None or self.vector.pooled else name
        if name not in self.accounts:
            kind = self.vector.accounts.get(name, {}).get("type", "taxable")
            methods = self.vector.options.get("method_by_account") or {}
            self.accounts[name] = AccountRules(
                id=len(self.accounts) + 1, number=name, tax=_TAX[kind],
                methods=_methods(methods.get(name, self.vector.method), self.vector),
            )  # fmt: skip
        return self.accounts[name].id

    def security(self, symbol: str, row: Row | None = None) -> int:
        """Return a security's number."""
        if symbol not in self.securities:
            row = row or {}
            self.securities[symbol] = Security(
                id=len(self.securities) + 1, symbol=symbol, kind=self._kind(row),
                currency=self.vector.options.get("currency", "USD"),
                multiplier=number(row, "multiplier") or ONE,
                section_1256=bool(row.get("section_1256")),
            )  # fmt: skip
        return self.securities[symbol].id

    def _kind(self, row: Row) -> InstrumentType:
        by_account = (self.vector.options.get("method_by_account") or {}).values()
        if "AVERAGE" in (self.vector.method, *by_account):
            return InstrumentType.FUND
        if row.get("asset") == "option":
            return InstrumentType.EQUITY_OPTION
        return InstrumentType.EQUITY

    def symbol(self, security: int) -> str:
        """Return a security's symbol."""
        return next(name for name, one in self.securities.items() if one.id == security)

    def account_name(self, account: int) -> str:
        """Return an account's name."""
        return next(name for name, one in self.accounts.items() if one.id == account)

    def common(self, row: Row, *, account: str | None = None, symbol: str | None = None) -> Any:
        """What every event has. Instants only keep the order of the file."""
        self._last = max(self._last + dt.timedelta(microseconds=1), _moment(row))
        return {
            "day": dt.date.fromisoformat(row["date"]),
            "at": self._last,
            "account": self.account(account or row.get("account")),
            "security": self.security(symbol or row["symbol"], row),
            "source": Source(TABLE, int(row["seq"])),
            "sequence": int(row["seq"]),
            "key": str(row.get("id", row["seq"])),
        }

    def money(self, row: Row, quantity: Decimal) -> Decimal:
        """Return `amount`, or price × quantity × multiplier; where there is neither, nothing."""
        amount = number(row, "amount")
        if amount is not None:
            return amount
        price = number(row, "price", "unit_cost", "unit_price", "fmv")
        multiplier = number(row, "multiplier") or self.securities[row["symbol"]].multiplier
        return ZERO if price is None else abs(price * quantity * multiplier)

    # --- what is held -----------------------------------------------------------------------------

    def book(self, count: int | None = None, *, explain: bool = False) -> Booked:
        """Book what there is so far, or its first events."""
        self.account(None)
        return book_history(
            self.events[:count],
            securities={one.id: one for one in self.securities.values()},
            accounts={one.id: one for one in self.accounts.values()},
            policy=self.policy,
            view=View.TAXPAYER if self.vector.taxed else View.ECONOMIC,
            explain=explain,
        )

    def held(self, account: int, symbol: str) -> list[Lot]:
        """Return the open lots of a security, in order of acquisition."""
        number_of = self.security(symbol)
        open_lots = self.book().lots
        return [lot for lot in open_lots if (lot.account, lot.security) == (account, number_of)]

    def position(self, account: int, symbol: str) -> Decimal:
        """Return how much is held: a short position is negative."""
        return sum(
            (-lot.quantity if lot.short else lot.quantity for lot in self.held(account, symbol)),
            ZERO,
        )

    def add(self, *events: Event) -> None:
        """Append events."""
        self.events.extend(events)


def _methods(name: str, vector: Vector) -> tuple[MethodFrom, ...]:
    """A method from the beginning on. Ranking by price means the reverse of cost for shorts."""
    shorts = any(row["type"] == "SHORT" for row in vector.events)
    by_price = {
        "HIGHEST_PRICE_FIRST": LotMethod.LOFO if shorts else LotMethod.HIFO,
        "LOWEST_PRICE_FIRST": LotMethod.HIFO if shorts else LotMethod.LOFO,
    }
    return (MethodFrom(from_day=dt.date.min, method=(by_price | _METHODS)[name]),)


def _moment(row: Row) -> dt.datetime:
    time = str(row.get("time") or "00:00:00")
    if "T" not in time:
        time = f"{row['date']}T{time}"
    moment = dt.datetime.fromisoformat(time)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def label_of(row: Row) -> str:
    """Return what an event's lot is called; what has no name goes by the event's number."""
    match = row.get("match") or {}
    return str(row.get("lot") or row.get("label") or match.get("label") or f"#{row['seq']}")

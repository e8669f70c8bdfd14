"""A vector's events in the engine's terms."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import (
    Event,
    Exchange,
    Fill,
    GivenLot,
    Move,
    Pick,
    Received,
    ReturnOfCapital,
    Rights,
    RightsExercise,
    Source,
    SpinOff,
    Split,
    TransferIn,
    TransferOut,
)
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import AccountRules, MethodFrom, Security
from qm_tui.domain.booking.words import Closing, LotMethod, Origin, View
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import TaxTreatment
from tests.conformance.vectors import Row, Vector, number, ratio

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


def history(vector: Vector) -> History:
    """Translate all events of a vector."""
    told = History(vector)
    with localcontext(CONTEXT):
        for row in vector.events:
            TYPES[row["type"]](told, row)
            told.ends[int(row["seq"])] = len(told.events)
    return told


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


# --- trades ---------------------------------------------------------------------------------------


def _trade(sign: int, *, opens: bool) -> Callable[[History, Row], None]:
    def trade(told: History, row: Row) -> None:
        common = told.common(row)
        quantity = Decimal(row["qty"])
        told.add(
            Fill(
                **common,
                quantity=sign * quantity,
                amount=told.money(row, quantity),
                fees=number(row, "fee") or ZERO,
                opens=opens,
                order=row.get("acquisition") or row.get("order"),
                picks=_picks(row),
                label=label_of(row),
                origin=Origin.REINVESTMENT if row.get("drip") else None,
            )
        )

    return trade


def _picks(row: Row) -> tuple[Pick, ...]:
    return tuple(
        _pick(Decimal(one.get("qty", row["qty"])), one["lot"]) for one in row.get("select") or ()
    )


def _pick(quantity: Decimal, label: str) -> Pick:
    """Name a lot: one that was bought by its label, one that was given by its opening id."""
    return Pick(quantity, lot=label, opening_id=label)


def _income(told: History, row: Row) -> None:
    quantity = Decimal(row["qty"])
    told.add(
        Fill(
            **told.common(row), quantity=quantity, amount=told.money(row, quantity),
            fees=number(row, "fee") or ZERO, opens=True, origin=Origin.INCOME,
            label=label_of(row),
        )
    )  # fmt: skip


def _given_lot(told: History, row: Row) -> None:
    quantity = Decimal(row["qty"])
    unit_cost = number(row, "unit_cost")
    basis = number(row, "basis", "amount")
    if basis is None and unit_cost is not None:
        basis = abs(unit_cost * quantity)
    acquired = dt.date.fromisoformat(row.get("acquired") or row["date"])
    start = row.get("holding_start")
    lot = GivenLot(
        quantity, basis, acquired, holding_start=dt.date.fromisoformat(start) if start else None
    )
    told.add(
        TransferIn(**told.common(row), quantity=quantity, lots=(lot,), opening_id=label_of(row))
    )


def _expire(told: History, row: Row) -> None:
    common = told.common(row)
    sign = -1 if told.position(common["account"], row["symbol"]) > 0 else 1
    told.add(
        Fill(
            **common, quantity=sign * Decimal(row["qty"]), amount=ZERO, opens=False,
            how=Closing.EXPIRY, picks=_picks(row),
        )
    )  # fmt: skip


def _deliver(told: History, row: Row) -> None:
    """Deliver shares that are held against a short: sold for what the short had brought.

    The cover at the same money then makes nothing: what is gained is the delivered shares'.
    """
    common = told.common(row)
    wanted = Decimal(row["qty"])
    shorts = [lot for lot in told.held(common["account"], row["symbol"]) if lot.short]
    brought, left = ZERO, wanted
    for lot in shorts:
        part = min(left, lot.quantity)
        brought += (lot.basis or ZERO) * part / lot.quantity
        left -= part
    if left:
        raise Refused("more is delivered than was sold short")
    told.add(
        Fill(**common, quantity=-wanted, amount=brought, opens=False, picks=_picks(row)),
        Fill(**told.common(row), quantity=wanted, amount=brought, opens=False),
    )


def _inventory(told: History, row: Row) -> None:
    """Augment or reduce as beancount does: what matches the other side reduces, all else opens."""
    common = told.common(row)
    quantity, match = Decimal(row["qty"]), row.get("match") or {}
    candidates = [
        lot
        for lot in told.held(common["account"], row["symbol"])
        if lot.short == (quantity > 0) and _matches(told, lot, match)
    ]
    opposite = any(
        lot.short == (quantity > 0) for lot in told.held(common["account"], row["symbol"])
    )
    if told.vector.method == "NONE" or not opposite:
        _augment(told, row, common, match)
        return
    chosen = _chosen(told.vector.method, candidates, abs(quantity))
    if sum((lot.quantity for lot in candidates), ZERO) < abs(quantity):
        raise Refused("insufficient")
    picks = tuple(_pick(lot.quantity, lot.label or lot.opening_id or "") for lot in chosen)
    told.add(Fill(**common, quantity=quantity, amount=ZERO, opens=False, picks=picks))


def _augment(told: History, row: Row, common: Mapping[str, Any], match: Row) -> None:
    quantity = Decimal(row["qty"])
    cost = number(row, "unit_cost", "price") or number(match, "cost", "unit_cost") or ZERO
    acquired = dt.date.fromisoformat(row.get("acquired") or match.get("date") or row["date"])
    lot = GivenLot(quantity, abs(cost * quantity), acquired)
    told.add(TransferIn(**common, quantity=quantity, lots=(lot,), opening_id=label_of(row)))


def label_of(row: Row) -> str:
    """Return what an event's lot is called; what has no name goes by the event's number."""
    match = row.get("match") or {}
    return str(row.get("lot") or row.get("label") or match.get("label") or f"#{row['seq']}")


def _matches(told: History, lot: Lot, match: Row) -> bool:
    """Whether a lot has the cost, the day, the label and the currency that are asked for."""
    cost = number(match, "cost", "unit_cost")
    opened = next(row for row in told.vector.events if int(row["seq"]) == lot.opened_by.id)
    tests = (
        cost is None or (lot.basis is not None and lot.basis == cost * lot.quantity),
        not match.get("date") or lot.acquired.isoformat() == match["date"],
        not match.get("label") or label_of(opened) == match["label"],
        not match.get("currency") or _currency(opened) in (None, match["currency"]),
    )
    return all(tests)


def _currency(row: Row) -> str | None:
    return row.get("currency") or (row.get("match") or {}).get("currency")


def _chosen(method: str, candidates: list[Lot], quantity: Decimal) -> list[Lot]:
    if method not in ("SPECIFIC", "STRICT", "SPECIFIC_WITH_SIZE"):
        return []
    if len(candidates) > 1 and sum((lot.quantity for lot in candidates), ZERO) != quantity:
        same = [lot for lot in candidates if lot.quantity == quantity]
        if method == "SPECIFIC_WITH_SIZE" and same:
            return same[:1]
        raise Refused("ambiguous")
    return candidates


# --- corporate actions ----------------------------------------------------------------------------


def _split(told: History, row: Row) -> None:
    told.add(
        Split(
            **told.common(row),
            ratio=ratio(row["ratio"]) if row.get("ratio") else None,
            shares=number(row, "qty"),
        )
    )


def _spin_off(told: History, row: Row) -> None:
    common = told.common(row)
    child = told.security(row["new_symbol"])
    shares = number(row, "new_qty", "qty")
    if shares is None:
        shares = _times(told.position(common["account"], row["symbol"]), ratio(row["ratio"]))
    told.add(SpinOff(**common, child=child, shares=shares, fraction=_fraction(row)))


def _fraction(row: Row) -> Fraction | None:
    if row.get("basis_fraction") not in (None, ""):
        return ratio(row["basis_fraction"])
    old, new = number(row, "fmv_old"), number(row, "fmv_new")
    return None if old is None or new is None else Fraction(new) / (Fraction(old) + Fraction(new))


def _times(quantity: Decimal, factor: Fraction) -> Decimal:
    return quantity * factor.numerator / factor.denominator


def _merger(told: History, row: Row) -> None:
    """Shares for shares, for cash, or for both: an exchange of each kind that is given up."""
    legs = row.get("legs") or [row]
    for symbol in dict.fromkeys(leg.get("symbol") or row["symbol"] for leg in legs):
        _exchange(
            told, row, symbol,
            [leg for leg in legs if (leg.get("symbol") or row["symbol"]) == symbol],
        )  # fmt: skip


def _exchange(told: History, row: Row, symbol: str, legs: list[Row]) -> None:
    common = told.common(row, symbol=symbol)
    position = told.position(common["account"], symbol)
    asked = number(row, "old_qty") or number(legs[0], "old_qty")
    given = abs(position) if asked is None else asked
    shares = [leg for leg in legs if leg.get("new_symbol")]
    quantities = [_received(leg, given) for leg in shares]
    values = [_value(leg, got) for leg, got in zip(shares, quantities, strict=True)]
    worth = sum((value or ZERO for value in values), ZERO)
    cash = sum((_cash(leg, given) for leg in legs), ZERO)
    if row not in legs:
        cash += _cash(row, given)
    told.add(
        Exchange(
            **common,
            given=asked,
            received=tuple(
                Received(
                    told.security(leg["new_symbol"]),
                    got,
                    _leg_fraction(leg, value, worth) if len(shares) > 1 else None,
                    value,
                )
                for leg, got, value in zip(shares, quantities, values, strict=True)
            ),
            cash=cash,
            taxable=bool(row.get("taxable")),
            short=position < 0,
        )
    )


def _received(leg: Row, given: Decimal) -> Decimal:
    got = number(leg, "new_qty")
    return _times(given, ratio(leg["ratio"])) if got is None else got


def _value(leg: Row, quantity: Decimal) -> Decimal | None:
    unit = number(leg, "fmv", "fmv_new")
    return None if unit is None else unit * quantity


def _leg_fraction(leg: Row, value: Decimal | None, worth: Decimal) -> Fraction | None:
    if leg.get("basis_fraction"):
        return ratio(leg["basis_fraction"])
    return Fraction(value) / Fraction(worth) if value is not None and worth else None


def _cash(leg: Row, given: Decimal) -> Decimal:
    unit = number(leg, "cash_per_share")
    return unit * given if unit is not None else number(leg, "cash") or ZERO


def _return_of_capital(told: History, row: Row) -> None:
    common = told.common(row)
    amount = number(row, "amount")
    if amount is None:
        held = abs(told.position(common["account"], row["symbol"]))
        amount = (number(row, "per_share", "amount_per_share", "price") or ZERO) * held
    told.add(ReturnOfCapital(**common, amount=amount))


def _rights(told: History, row: Row) -> None:
    common = told.common(row)
    right = told.security(_symbol(row, "right_symbol", "rights_symbol", "new_symbol"))
    quantity = number(row, "new_qty", "rights_qty", "qty")
    if quantity is None:
        quantity = _times(told.position(common["account"], row["symbol"]), ratio(row["ratio"]))
    told.add(Rights(**common, right=right, quantity=quantity, fraction=_fraction(row)))


def _exercise_rights(told: History, row: Row) -> None:
    """Rights used for shares: `qty` rights of `symbol`, `new_qty` of `new_symbol`, for `amount`."""
    common = told.common(row, symbol=_symbol(row, "right_symbol", "rights_symbol", "symbol"))
    target = _symbol(row, "new_symbol", "stock_symbol", "symbol")
    rights = number(row, "old_qty", "rights_qty", "qty") or ZERO
    shares = number(row, "new_qty", "shares", "qty") or ZERO
    fill = Fill(
        **{**common, "security": told.security(target)},
        quantity=shares,
        amount=told.money(row | {"symbol": target}, shares),
        fees=number(row, "fee") or ZERO,
        opens=True,
        origin=Origin.EXERCISE,
        label=label_of(row),
    )
    told.add(RightsExercise(**common, quantity=rights, shares=fill))


def _symbol(row: Row, *names: str) -> str:
    return str(next(row[name] for name in names if row.get(name)))


# --- transfers ------------------------------------------------------------------------------------


def _transfer(told: History, row: Row) -> None:
    """Between accounts; where both are one pool, nothing changes."""
    sender = row.get("from_account") or row.get("account")
    if not row.get("to_account"):
        _gift(told, row | {"account": sender})
        return
    common = told.common(row, account=sender)
    receiver = told.account(row["to_account"])
    if receiver == common["account"]:
        return
    sign = 1 if told.position(common["account"], row["symbol"]) < 0 else -1
    told.add(
        Move(
            **common, to_account=receiver, quantity=sign * Decimal(row["qty"]),
            picks=_picks(row), value=_market_value(row),
        )
    )  # fmt: skip


def _market_value(row: Row) -> Decimal | None:
    unit = number(row, "fmv", "price")
    return number(row, "amount", "value") if unit is None else unit * Decimal(row["qty"])


def _gift(told: History, row: Row) -> None:
    common = told.common(row)
    told.add(TransferOut(**common, quantity=-Decimal(row["qty"]), picks=_picks(row)))


TYPES: dict[str, Callable[[History, Row], None]] = {
    "BUY": _trade(1, opens=True),
    "SELL": _trade(-1, opens=False),
    "SHORT": _trade(-1, opens=True),
    "COVER": _trade(1, opens=False),
    "OPEN_LOT": _given_lot,
    "AUGMENT_OR_REDUCE": _inventory,
    "EXPIRE": _expire,
    "SPLIT": _split,
    "STOCK_DIVIDEND": _split,
    "SPINOFF": _spin_off,
    "MERGER": _merger,
    "MERGER_BOOT": _merger,
    "RETURN_OF_CAPITAL": _return_of_capital,
    "RIGHTS_DISTRIBUTION": _rights,
    "EXERCISE_RIGHTS": _exercise_rights,
    "TRANSFER": _transfer,
    "GIFT_OUT": _gift,
    "INCOME_RECEIPT": _income,
    "DELIVER_TO_CLOSE_SHORT": _deliver,
}

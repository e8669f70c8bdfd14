"""A small broker that counts right, first in, first out, and writes what it is told to write.

What really happened and what a statement tells of it are two lists: between them lies the fault.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import count

from tests.brokers.ibkr.flex_builder import row, section, statement

ZERO = Decimal(0)
FIRST, LAST = "2025-01-02", "2025-12-31"
_numbers = count(1)


def listed(symbol: str, conid: str, price: str, **more: str) -> dict[str, str]:
    """Describe a stock, and its price at the end."""
    named = {"assetCategory": "STK", "symbol": symbol, "description": f"{symbol} INC"}
    plain = {"conid": conid, "isin": "", "currency": "USD", "multiplier": "1"}
    return named | plain | {"price": price} | more


def option(symbol: str, conid: str, on: dict[str, str], expiry: str, **more: str) -> dict[str, str]:
    """Describe an option on a stock."""
    plain = {"assetCategory": "OPT", "multiplier": "100", "underlyingSymbol": on["symbol"]}
    ends = {"underlyingConid": on["conid"], "expiry": expiry}
    return listed(symbol, conid, "2") | plain | ends | more


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that changes what is held: a trade, a transfer (no price), a split (a ratio)."""

    of: dict[str, str]
    day: str
    quantity: Decimal = ZERO
    price: Decimal | None = None
    basis: Decimal | None = None
    ratio: Fraction | None = None
    more: dict[str, str] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def units(self) -> Decimal:
        """How much its price is multiplied with."""
        return self.quantity * Decimal(self.of["multiplier"])

    @property
    def fee(self) -> Decimal:
        return ZERO if self.more.get("transactionType") == "BookTrade" else Decimal(1)


def bought(of: dict[str, str], day: str, quantity: int | str, price: str, **more: str) -> Event:
    return Event(of=of, day=day, quantity=Decimal(quantity), price=Decimal(price), more=more)


def sold(of: dict[str, str], day: str, quantity: int | str, price: str, **more: str) -> Event:
    return bought(of, day, -int(quantity), price, **more)


def moved(of: dict[str, str], day: str, quantity: int, basis: str | None, **more: str) -> Event:
    cost = None if basis is None else Decimal(basis)
    return Event(of=of, day=day, quantity=Decimal(quantity), basis=cost, more=more)


def split(of: dict[str, str], day: str, ratio: Fraction) -> Event:
    return Event(of=of, day=day, ratio=ratio)


def again(event: Event) -> Event:
    """Tell the same under other ids."""
    return replace(event, number=next(_numbers))


@dataclass(kw_only=True)
class _Lot:
    opened: Event
    quantity: Decimal
    cost: Decimal | None


def lots_of(events: Sequence[Event], of: dict[str, str]) -> list[_Lot]:
    """Return the lots of one instrument that events leave."""
    lots: list[_Lot] = []
    for each in sorted(events, key=lambda one: (one.day, one.number)):
        if each.of["conid"] != of["conid"]:
            continue
        if each.ratio is not None:
            for lot in lots:
                lot.quantity = lot.quantity * each.ratio.numerator / each.ratio.denominator
            continue
        left = _closed(lots, each.quantity)
        if left:
            lots.append(_Lot(opened=each, quantity=left, cost=_cost(each, left)))
    return lots


def _closed(lots: list[_Lot], quantity: Decimal) -> Decimal:
    while lots and lots[0].quantity * quantity < 0:
        first = lots[0]
        if abs(first.quantity) > abs(quantity):
            left = first.quantity + quantity
            first.cost = None if first.cost is None else first.cost * left / first.quantity
            first.quantity = left
            return ZERO
        quantity += first.quantity
        del lots[0]
    return quantity


def _cost(each: Event, left: Decimal) -> Decimal | None:
    if each.price is None:
        return each.basis
    return (each.units * each.price + each.fee) * left / each.quantity


# --- what is written -----------------------------------------------------------------------------


def a_statement(
    told: Sequence[Event],
    truth: Sequence[Event],
    *,
    account: str = "U1",
    since: str = FIRST,
    opened: str = FIRST,
    lots: bool = True,
    costs: bool = True,
) -> str:
    """Write an activity statement of what is told, with the positions of what is true."""
    days = [each for each in told if since <= each.day]
    return statement(
        row("AccountInformation", accountId=account, currency="USD", dateOpened=_day(opened)),
        section("Trades", *[_trade(each, account) for each in days if each.price is not None]),
        section("Transfers", *[_transfer(each, account) for each in days if _is_moved(each)]),
        section("CorporateActions", *[_split(each, account, told) for each in days if each.ratio]),
        section("OpenPositions", *_positions(truth, account, lots=lots, costs=costs)),
        accountId=account, fromDate=_day(since), toDate=_day(LAST),
        whenGenerated="20260101;040000",
    )  # fmt: skip


def ledger(events: Sequence[Event], *, later: int = 0) -> str:
    """Write trades as a spreadsheet would; some days later, as one that goes by settlement."""
    lines = ["Date,Symbol,Quantity,Price,Commission,Type"]
    for each in events:
        day = dt.date.fromisoformat(each.day) + dt.timedelta(days=later)
        side = "BUY" if each.quantity > 0 else "SELL"
        symbol = each.of["symbol"]
        lines.append(f"{day},{symbol},{abs(each.quantity)},{each.price},{each.fee},{side}")
    return "\n".join(lines) + "\n"


def _day(day: str) -> str:
    return day.replace("-", "")


def _is_moved(each: Event) -> bool:
    return each.price is None and each.ratio is None


def _of(each: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in each.items() if name != "price"}


def _trade(each: Event, account: str) -> str:
    price = each.price or ZERO
    day, number = _day(each.day), each.number
    said = {
        "accountId": account, "transactionID": f"1{number:06}", "tradeID": f"2{number:06}",
        "ibExecID": f"00e.{number:06}.01.01", "ibOrderID": f"3{number:06}",
        "dateTime": f"{day};103000", "tradeDate": day, "reportDate": day, "settleDateTarget": day,
        "transactionType": "ExchTrade", "buySell": "BUY" if each.quantity > 0 else "SELL",
        "quantity": str(each.quantity), "tradePrice": str(price), "ibCommissionCurrency": "USD",
        "proceeds": str(-each.units * price), "ibCommission": str(-each.fee),
        "netCash": str(-each.units * price - each.fee), "levelOfDetail": "EXECUTION",
    }  # fmt: skip
    return row("Trade", _of(each.of), said, each.more)


def _transfer(each: Event, account: str) -> str:
    said = {
        "accountId": account, "date": _day(each.day), "reportDate": _day(each.day),
        "type": "INTERNAL", "direction": "IN" if each.quantity > 0 else "OUT",
        "quantity": str(each.quantity), "transferPrice": "0", "account": "-",
        "transactionID": f"1{each.number:06}",
    }  # fmt: skip
    return row("Transfer", _of(each.of), said, each.more)


def _split(each: Event, account: str, told: Sequence[Event]) -> str:
    ratio = each.ratio or Fraction(1)
    before = sum(
        (lot.quantity for lot in lots_of([one for one in told if one.day < each.day], each.of)),
        ZERO,
    )
    symbol = each.of["symbol"]
    text = (
        f"{symbol}(US0) SPLIT {ratio.numerator} FOR {ratio.denominator} ({symbol}, {symbol}, US0)"
    )
    more = before * ratio.numerator / ratio.denominator - before
    said = {
        "accountId": account, "actionDescription": text, "type": "FS", "quantity": str(more),
        "dateTime": f"{_day(each.day)};202500", "reportDate": _day(each.day), "amount": "0",
        "transactionID": f"1{each.number:06}", "actionID": f"4{each.number:06}",
        "description": text, "levelOfDetail": "DETAIL",
    }  # fmt: skip
    return row("CorporateAction", _of(each.of), said)


def _positions(truth: Sequence[Event], account: str, *, lots: bool, costs: bool) -> list[str]:
    rows = []
    for of in {each.of["conid"]: each.of for each in truth}.values():
        held = lots_of(truth, of)
        common = _of(of) | {
            "accountId": account,
            "reportDate": _day(LAST),
            "markPrice": of["price"],
        }
        if held:
            rows.append(
                row("OpenPosition", common, _held(of, held, costs), levelOfDetail="SUMMARY")
            )
        for lot in held if lots else ():
            opened = {
                "openDateTime": f"{_day(lot.opened.day)};103000",
                "originatingTransactionID": f"1{lot.opened.number:06}",
            }
            rows.append(
                row("OpenPosition", common, _held(of, [lot], costs), opened, levelOfDetail="LOT")
            )
    return rows


def _held(of: dict[str, str], lots: Sequence[_Lot], costs: bool) -> dict[str, str]:
    quantity = sum((lot.quantity for lot in lots), ZERO)
    cost = sum((lot.cost or ZERO for lot in lots), ZERO)
    value = quantity * Decimal(of["price"]) * Decimal(of["multiplier"])
    return {
        "position": f"{quantity.normalize():f}", "positionValue": str(value),
        "costBasisMoney": str(cost.quantize(Decimal("0.0001"))) if costs else "",
        "side": "Long" if quantity > 0 else "Short",
    }  # fmt: skip

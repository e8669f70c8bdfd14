"""A history of two accounts, and the statements that a broker would cut from it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.brokers.ibkr.flex_builder import row, section

ACCOUNTS = ("U1", "U2")
FIRST = dt.date(2026, 1, 5)
DAYS = 5
RESTATED_FROM = 3
"""Statements made from this day on know commissions and symbols better."""

_FEWER = {
    "ibCommission", "isin", "description", "netCash", "settleDateTarget", "notes",
    "fifoPnlRealized", "ibExecID", "settleDate", "code", "costBasisMoney",
}  # fmt: skip
"""What the second query leaves out: nothing that tells fills without any id apart."""
_BY_TICKER = {"conid", "isin"}
"""What the third query leaves out: it names what is held by the ticker alone."""

FULL, FEWER, BY_TICKER = "full", "fewer", "by ticker"
CONFIRMED, CONFIRMED_BY_TICKER, KEPT = "confirmed", "confirmed by ticker", "kept"
"""Trade confirmations of the broker, and a ledger that the user keeps himself."""
_LEFT_OUT = {
    FULL: set[str](), FEWER: _FEWER, BY_TICKER: _BY_TICKER, CONFIRMED: set[str](),
    CONFIRMED_BY_TICKER: _BY_TICKER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened in an account on a day."""

    number: int
    account: str
    day: int
    kind: str
    stock: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What a source says: some accounts, some days, of which query, and when it was made."""

    accounts: tuple[str, ...]
    first: int
    last: int
    made: int
    query: str

    def tells(self, one: Happening) -> bool:
        """Tell whether the source has something to say of what happened."""
        by_id = one.kind in ("trade", "cancelled")
        return (
            one.account in self.accounts
            and self.first <= one.day <= self.last
            and (by_id or self.query in (FULL, FEWER, BY_TICKER))
        )


KINDS = ("trade", "no ids", "cancelled", "dividend", "fee without id", "transfer")
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.integers(0, DAYS - 1),
        st.sampled_from(KINDS),
        st.integers(0, 1),
        st.sampled_from((100, 100, -40)),
    ),
    min_size=1,
    max_size=8,
).map(lambda drawn: [Happening(number, *one) for number, one in enumerate(drawn)])
CUTS = st.lists(
    st.builds(
        lambda accounts, first, days, late, query: Cut(
            accounts, first, min(first + days, DAYS - 1), min(first + days, DAYS - 1) + late, query
        ),
        st.sampled_from([("U1",), ("U2",), ACCOUNTS]),
        st.integers(0, DAYS - 1),
        st.integers(0, DAYS - 1),
        st.integers(0, 2),
        st.sampled_from((FULL, FEWER, BY_TICKER, CONFIRMED, CONFIRMED_BY_TICKER, KEPT)),
    ),
    min_size=2,
    max_size=5,
)


def _day(number: int) -> str:
    return f"{FIRST + dt.timedelta(days=number):%Y%m%d}"


def _stock(number: int, day: int) -> dict[str, str]:
    # The second stock changes its ticker in the middle of the history.
    symbol = "AAPL" if number == 0 else "FB" if day < 2 else "META"
    return {
        "assetCategory": "STK", "symbol": symbol, "conid": str(265598 + number),
        "isin": f"US037833100{number}", "description": f"{symbol} INC", "currency": "USD",
        "multiplier": "1",
    }  # fmt: skip


def text(cut: Cut, history: list[Happening]) -> str:
    """Write a statement as the broker would, or a ledger as its user."""
    if cut.query == KEPT:
        return _ledger(cut, history)
    statements = "".join(
        _statement(cut, account, [one for one in history if one.account == account])
        for account in cut.accounts
    )
    kind = "TCF" if cut.query in (CONFIRMED, CONFIRMED_BY_TICKER) else "AF"
    return (
        f'<FlexQueryResponse queryName="{cut.query}" type="{kind}">'
        f'<FlexStatements count="{len(cut.accounts)}">{statements}</FlexStatements>'
        "</FlexQueryResponse>"
    )


def _ledger(cut: Cut, history: list[Happening]) -> str:
    lines = ["Date,Account,Symbol,Quantity,Price,Commission,Type,Id,Currency"]
    for one in history:
        if cut.tells(one):
            side = "BUY" if one.quantity > 0 else "SELL"
            lines.append(
                f"{FIRST + dt.timedelta(days=one.day)},{one.account},"
                f"{_stock(one.stock, one.day)['symbol']},{abs(one.quantity)},10,1,{side},"
                f"7{one.number},USD"
            )
    return "\n".join([*lines, ""])


def _confirmations(cut: Cut, account: str, history: list[Happening]) -> str:
    rows = []
    for one in history:
        if one.account == account and cut.tells(one):
            day = _day(one.day)
            said = {
                "tradeDate": day, "dateTime": f"{day};093000", "price": "10", "commission": "-1",
                "buySell": "BUY" if one.quantity > 0 else "SELL", "quantity": str(one.quantity),
                "levelOfDetail": "EXECUTION", "tradeID": f"7{one.number}",
                "execID": f"e{one.number}.01", "orderID": f"3{one.number}",
            }  # fmt: skip
            stock = _stock(one.stock, one.day)
            rows.append(_row(cut, "TradeConfirm", accountId=account, **stock, **said))
    return section("TradeConfirms", *rows)


def _statement(cut: Cut, account: str, history: list[Happening]) -> str:
    head = (
        f'<FlexStatement accountId="{account}" fromDate="{_day(cut.first)}" '
        f'toDate="{_day(cut.last)}" period="" whenGenerated="{_day(cut.made + 1)};040000">'
    )
    if cut.query in (CONFIRMED, CONFIRMED_BY_TICKER):
        return head + _confirmations(cut, account, history) + "</FlexStatement>"
    within = [one for one in history if cut.first <= one.day <= cut.last]
    rows: dict[str, list[str]] = {"Trades": [], "CashTransactions": [], "Transfers": []}
    for one in within:
        for place, tag, said in _rows(one, cut):
            rows[place].append(_row(cut, tag, accountId=account, **said))
    if cut.query != FULL:
        del rows["Transfers"]
    held = "".join(_positions(cut, account, history))
    return (
        head
        + row("AccountInformation", accountId=account, acctAlias=f"made {cut.made}", currency="USD")
        + "".join(section(name, *inside) for name, inside in rows.items())
        + section("OpenPositions", held)
        + "</FlexStatement>"
    )


def _row(cut: Cut, tag: str, **said: str) -> str:
    left_out = _LEFT_OUT[cut.query]
    return row(tag, {name: value for name, value in said.items() if name not in left_out})


def _rows(one: Happening, cut: Cut) -> Iterator[tuple[str, str, dict[str, str]]]:
    stock, day = _stock(one.stock, one.day), _day(one.day)
    match one.kind:
        case "trade" | "no ids" | "cancelled":
            for tag, said in _trades(one, cut):
                yield "Trades", tag, stock | said
        case "transfer":
            said = {"type": "ACATS", "direction": "IN", "date": day, "quantity": "10",
                    "transactionID": f"9{one.number}"}  # fmt: skip
            yield "Transfers", "Transfer", stock | said
        case _:
            known = one.kind == "dividend"
            said = {
                "type": "Dividends" if known else "Other Fees", "dateTime": f"{day};202000",
                "settleDate": day, "amount": "5", "description": one.kind, "code": "Po",
                "levelOfDetail": "DETAIL",
            }  # fmt: skip
            if known:
                said["transactionID"] = f"8{one.number}"
            yield "CashTransactions", "CashTransaction", stock | said


def _trades(one: Happening, cut: Cut) -> Iterator[tuple[str, dict[str, str]]]:
    day = _day(one.day)
    fill = {
        "tradeDate": day, "dateTime": f"{day};093000", "reportDate": day, "settleDateTarget": day,
        "buySell": "BUY" if one.quantity > 0 else "SELL", "quantity": str(one.quantity),
        "tradePrice": "10", "proceeds": str(-10 * one.quantity), "exchange": "ARCA",
        "ibCommission": "-1" if cut.made < RESTATED_FROM else "-1.5", "notes": "P",
        "netCash": "0", "fifoPnlRealized": "0", "levelOfDetail": "EXECUTION",
        "transactionType": "ExchTrade",
    }  # fmt: skip
    ids = {
        "transactionID": f"{one.number}1", "tradeID": f"7{one.number}",
        "ibExecID": f"e{one.number}.01", "ibOrderID": f"3{one.number}",
    }  # fmt: skip
    if one.kind == "no ids":
        yield "Trade", fill
        return
    summary = {"quantity": str(one.quantity), "tradeDate": day}
    yield "SymbolSummary", summary | {"levelOfDetail": "SYMBOL_SUMMARY"}
    yield "Order", fill | {"levelOfDetail": "ORDER", "ibOrderID": ids["ibOrderID"]}
    yield "Trade", fill | ids
    if one.quantity < 0:
        yield "Lot", fill | {
            "levelOfDetail": "CLOSED_LOT", "quantity": "40", "cost": "300",
            "transactionID": "11", "openDateTime": f"{_day(0)};093000",
        }  # fmt: skip
    if one.kind == "cancelled":
        yield "Trade", fill | ids | {
            "transactionID": f"{one.number}2", "quantity": str(-one.quantity),
            "buySell": "BUY (Ca.)", "transactionType": "TradeCancel", "notes": "Ca",
            "origTransactionID": ids["transactionID"], "ibExecID": "",
        }  # fmt: skip
        yield "Trade", fill | ids | {
            "transactionID": f"{one.number}3", "tradePrice": "11", "ibExecID": f"e{one.number}.02",
        }  # fmt: skip


def _positions(cut: Cut, account: str, history: list[Happening]) -> Iterator[str]:
    for number in (0, 1):
        moved = [one for one in history if one.stock == number and one.day <= cut.last]
        quantity = sum(one.quantity for one in moved)
        if not quantity:
            continue
        said: dict[str, Any] = _stock(number, cut.last) | {
            "reportDate": _day(cut.last), "position": str(quantity), "markPrice": "12",
            "positionValue": str(12 * quantity), "costBasisMoney": str(10 * quantity),
        }  # fmt: skip
        yield _row(cut, "OpenPosition", accountId=account, **said, levelOfDetail="SUMMARY")
        yield _row(
            cut, "OpenPosition", accountId=account, **said, levelOfDetail="LOT",
            originatingTransactionID=f"{number}", openDateTime=f"{_day(0)};093000",
        )  # fmt: skip

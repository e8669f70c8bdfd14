"""Single rows of Flex statements, for books that are written line by line."""

import zlib
from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from tests.brokers.ibkr.flex_builder import row, section, statement

FIRST, LAST = "2025-01-02", "2025-12-31"
_numbers = count(5001)
Of = dict[str, str]
Number = int | str | Decimal


def listed(symbol: str, kind: str = "STK", **more: str) -> Of:
    """Describe an instrument; its contract id follows from its symbol."""
    conid = str(10**6 + zlib.crc32(symbol.encode()) % 10**8)
    plain = {"assetCategory": kind, "symbol": symbol, "description": symbol, "conid": conid}
    return plain | {"isin": "", "currency": "USD", "multiplier": "1"} | more


def option(on: Of, expiry: str, right: str, strike: str) -> Of:
    """Describe an option on a stock."""
    osi = f"{on['symbol']:6}{expiry[2:]}{right}{int(strike) * 1000:08}"
    said = {"multiplier": "100", "expiry": expiry, "strike": strike, "putCall": right}
    return listed(osi, "OPT", underlyingSymbol=on["symbol"], underlyingConid=on["conid"], **said)


def _day(day: str) -> str:
    return day.replace("-", "")


def _common(number: int) -> Of:
    return {"transactionID": f"1{number:06}", "fxRateToBase": "1", "levelOfDetail": "DETAIL"}


def traded(
    of: Of, day: str, quantity: Number, price: Number, *, fee: Number = -1, **more: str
) -> str:
    number = next(_numbers)
    proceeds = -Decimal(quantity) * Decimal(price) * Decimal(of["multiplier"])
    said = {
        "tradeID": f"2{number:06}", "ibExecID": f"00e.{number:06}.01.01",
        "ibOrderID": f"3{number:06}", "dateTime": f"{_day(day)};103000", "tradeDate": _day(day),
        "reportDate": _day(day), "settleDateTarget": _day(day), "transactionType": "ExchTrade",
        "buySell": "BUY" if Decimal(quantity) > 0 else "SELL", "quantity": str(quantity),
        "tradePrice": str(price), "ibCommissionCurrency": of["currency"],
        "proceeds": str(proceeds), "ibCommission": str(fee), "taxes": "0",
        "netCash": str(proceeds + Decimal(fee)),
    }  # fmt: skip
    return row("Trade", of, _common(number), said, {"levelOfDetail": "EXECUTION"}, more)


def ended(of: Of, day: str, quantity: Number, price: Number = 0, notes: str = "A") -> str:
    """An option that ended, or the shares that it delivered."""
    said = {"transactionType": "BookTrade", "notes": notes, "dateTime": f"{_day(day)};162000"}
    return traded(of, day, quantity, price, fee=0, **said)


def paid(day: str, amount: Number, kind: str, of: Of | None = None, currency: str = "USD") -> str:
    said = {
        "currency": currency, "description": kind, "dateTime": f"{_day(day)};202000",
        "settleDate": _day(day), "reportDate": _day(day), "amount": str(amount), "type": kind,
    }  # fmt: skip
    return row("CashTransaction", of or {}, _common(next(_numbers)), said)


def report(start: Number, end: Number, currency: str = "USD", **more: str) -> str:
    said = {"startingCash": str(start), "endingCash": str(end), "levelOfDetail": "Currency"}
    return row("CashReportCurrency", {"currency": currency}, said, more)


def held(
    of: Of, quantity: Number, price: Number, cost: Number, *,
    lots: Sequence[tuple[str, Number, Number]] = (), **more: str,
) -> str:  # fmt: skip
    """A position, and its lots: day, quantity, cost."""
    units = Decimal(quantity) * Decimal(of["multiplier"])
    said = {
        "reportDate": _day(LAST), "position": str(quantity), "markPrice": str(price),
        "positionValue": str(units * Decimal(price)), "costBasisMoney": str(cost),
        "side": "Long" if units > 0 else "Short", "fxRateToBase": "1", "levelOfDetail": "SUMMARY",
    }  # fmt: skip
    rows = [row("OpenPosition", of, said, more)]
    for day, size, worth in lots:
        lot = {
            "openDateTime": f"{_day(day)};103000", "levelOfDetail": "LOT", "position": str(size),
            "costBasisMoney": str(worth),
            "positionValue": str(Decimal(size) * Decimal(price) * Decimal(of["multiplier"])),
        }  # fmt: skip
        rows.append(row("OpenPosition", of, said, lot))
    return "".join(rows)


def acted(
    of: Of, day: str, quantity: Number, kind: str, text: str, action: str = "4001", **more: str
) -> str:
    said = {
        "reportDate": _day(day), "dateTime": f"{_day(day)};202500", "actionDescription": text,
        "description": text, "quantity": str(quantity), "type": kind, "proceeds": "0",
        "amount": "0", "value": "0", "actionID": action,
    }  # fmt: skip
    return row("CorporateAction", of, _common(next(_numbers)), said, more)


def moved(of: Of, day: str, quantity: int, other: str, kind: str = "INTERNAL") -> str:
    said = {
        "date": _day(day), "reportDate": _day(day), "type": kind, "quantity": str(quantity),
        "direction": "IN" if quantity > 0 else "OUT", "transferPrice": "0", "account": other,
    }  # fmt: skip
    return row("Transfer", of, _common(next(_numbers)), said)


def book(account: str, *lines: str) -> str:
    """Write the statement of an account: every line into its section."""
    sections = {
        "Trade": "Trades", "CashTransaction": "CashTransactions",
        "CashReportCurrency": "CashReport", "OpenPosition": "OpenPositions",
        "CorporateAction": "CorporateActions", "Transfer": "Transfers",
    }  # fmt: skip
    within = {
        name: [line for line in lines if line.startswith(f"<{tag} ")]
        for tag, name in sections.items()
    }
    always = ("Trades", "OpenPositions")
    return statement(
        row("AccountInformation", accountId=account, currency="USD", dateOpened=_day(FIRST)),
        *(section(name, *rows) for name, rows in within.items() if rows or name in always),
        accountId=account, fromDate=_day(FIRST), toDate=_day(LAST),
        whenGenerated="20260101;040000",
    )  # fmt: skip

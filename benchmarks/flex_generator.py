"""Writes Flex statements of any size that hold together: trades, lots, positions, cash.

Usage: python benchmarks/flex_generator.py FILE [--executions N] [--accounts N] [--details] …
"""

import argparse
import datetime as dt
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import quoteattr

_FIRST_DAY = dt.date(2024, 1, 2)
_STARTING_CASH = Decimal(1_000_000)
_CENT = Decimal("0.01")
_OPEN, _CLOSE = 9 * 3600 + 1800, 16 * 3600 - 30
"""Seconds of a day."""

_INSTRUMENT_NAMES = (
    "assetCategory subCategory symbol description conid securityID securityIDType cusip isin figi "
    "listingExchange underlyingConid underlyingSymbol underlyingSecurityID "
    "underlyingListingExchange issuer issuerCountryCode multiplier strike expiry putCall "
    "principalAdjustFactor"
)

# The rest of the attributes of a Trade, with what stands in them when there is nothing to say.
_TRADE_DEFAULTS = {
    "tradeID": "", "reportDate": "", "dateTime": "", "tradeDate": "", "settleDateTarget": "",
    "transactionType": "ExchTrade", "exchange": "", "quantity": "", "tradePrice": "",
    "tradeMoney": "", "proceeds": "", "taxes": "0", "ibCommission": "",
    "ibCommissionCurrency": "USD", "netCash": "", "netCashInBase": "", "closePrice": "",
    "openCloseIndicator": "", "notes": "", "cost": "", "fifoPnlRealized": "0",
    "capitalGainsPnl": "0", "fxPnl": "0", "mtmPnl": "0", "origTradePrice": "0",
    "origTradeDate": "", "origTradeID": "", "origOrderID": "0", "origTransactionID": "0",
    "clearingFirmID": "", "transactionID": "", "buySell": "", "ibOrderID": "", "ibExecID": "",
    "relatedTradeID": "", "relatedTransactionID": "", "rtn": "", "brokerageOrderID": "",
    "orderReference": "", "volatilityOrderLink": "", "exchOrderId": "N/A", "extExecID": "",
    "orderTime": "", "openDateTime": "", "holdingPeriodDateTime": "", "whenRealized": "",
    "whenReopened": "", "levelOfDetail": "EXECUTION", "changeInPrice": "0",
    "changeInQuantity": "0", "orderType": "LMT", "traderID": "", "isAPIOrder": "N",
    "accruedInt": "0", "initialInvestment": "", "positionActionID": "", "serialNumber": "",
    "deliveryType": "", "commodityType": "", "fineness": "0.0", "weight": "0.0 ()",
    "sedol": "", "tradeTime": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """An instrument of the generated market."""

    attributes: dict[str, str]
    multiplier: Decimal
    price: Decimal
    exchanges: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Lot:
    """An open lot; short ones have negative quantity and cost."""

    quantity: Decimal
    cost: Decimal
    opened: str
    transaction_id: int
    order_id: int


def write_statement(
    path: Path,
    *,
    executions: int,
    accounts: int = 1,
    instruments: int = 200,
    seed: int = 1,
    details: bool = False,
) -> None:
    """Write a file with one activity statement an account; the same arguments, the same bytes.

    Args:
        path: Where to write.
        executions: Fills in all accounts together.
        accounts: How many accounts they are spread over.
        instruments: How many instruments are traded, of all kinds.
        seed: Of the random numbers.
        details: Whether orders and closed lots stand between the fills, as a query gives them with
            these boxes of the Trades section ticked.
    """
    chance = random.Random(seed)  # noqa: S311 - a market is made up, no secret
    market = [_instrument(chance, number) for number in range(instruments)]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<FlexQueryResponse queryName="generated" type="AF">\n')
        file.write(f'<FlexStatements count="{accounts}">\n')
        for number in range(accounts):
            share = executions // accounts + (number < executions % accounts)
            account = _Account(f"U{9000001 + number}", chance, market, share, details=details)
            file.writelines(line + "\n" for line in account.lines())
        file.write("</FlexStatements>\n</FlexQueryResponse>\n")


class _Account:
    """One account: its trades are made up fill by fill, the rest follows from them."""

    def __init__(
        self,
        number: str,
        chance: random.Random,
        market: list[_Listed],
        executions: int,
        *,
        details: bool,
    ) -> None:
        self._number = number
        self._chance = chance
        self._market = market
        self._executions = executions
        self._details = details
        self._first_id = 1_000_000_000 + int(number[1:]) % 1000 * 10_000_000
        self._next_id = self._first_id
        self._cash = _STARTING_CASH
        self._lots: dict[int, deque[_Lot]] = {}
        self._days = max(1, executions // 400)
        self._last_day = _FIRST_DAY + dt.timedelta(days=self._days)

    def lines(self) -> Iterator[str]:
        """Yield the statement."""
        made = self._last_day + dt.timedelta(days=1)
        yield (
            f'<FlexStatement accountId="{self._number}" fromDate="{_FIRST_DAY:%Y%m%d}" '
            f'toDate="{self._last_day:%Y%m%d}" period="" whenGenerated="{made:%Y%m%d};043000">'
        )
        yield _element(
            "AccountInformation",
            {
                "accountId": self._number, "acctAlias": "Generated", "model": "",
                "currency": "USD", "name": "A. Trader", "accountType": "Individual",
                "customerType": "Individual", "accountCapabilities": "Margin",
                "dateOpened": "20200102", "dateClosed": "",
            },
        )  # fmt: skip
        yield "<Trades>"
        yield from self._trades()
        yield "</Trades>"
        yield "<CashTransactions>"
        yield from self._cash_transactions()
        yield "</CashTransactions>"
        yield "<OpenPositions>"
        yield from self._positions()
        yield "</OpenPositions>"
        yield "<SecuritiesInfo>"
        for listed in self._market:
            yield _element("SecurityInfo", {**listed.attributes, "currency": "USD"})
        yield "</SecuritiesInfo>"
        yield from self._totals()
        yield "</FlexStatement>"

    def _trades(self) -> Iterator[str]:
        done = 0
        while done < self._executions:
            fills = min(self._chance.choice((1, 1, 1, 2, 3)), self._executions - done)
            passed, of_day = divmod(done * self._days, self._executions)
            day = _FIRST_DAY + dt.timedelta(days=passed)
            # In the order in which they happened: lots are opened before they are closed.
            second = _OPEN + (_CLOSE - _OPEN) * of_day // self._executions
            second += self._chance.randrange(20)
            yield from self._order(day, second, fills)
            done += fills

    def _order(self, day: dt.date, second: int, fills: int) -> Iterator[str]:
        number = self._chance.randrange(len(self._market))
        listed = self._market[number]
        lots = self._lots.setdefault(number, deque())
        held = sum((lot.quantity for lot in lots), Decimal(0))
        # Many lots on one side are closed, so that no position grows without end.
        closing = bool(held) and (len(lots) > 6 or self._chance.random() < 0.45)
        sign = -1 if (held > 0) is closing and held else 1
        if not held:
            sign = -1 if self._chance.random() < 0.15 else 1
        order_id = self._id()
        common = {
            "accountId": self._number, "acctAlias": "Generated", "model": "", "currency": "USD",
            "fxRateToBase": "1", **listed.attributes, **_TRADE_DEFAULTS,
            "reportDate": f"{day:%Y%m%d}", "tradeDate": f"{day:%Y%m%d}",
            "settleDateTarget": f"{day + dt.timedelta(days=1):%Y%m%d}",
            "buySell": "BUY" if sign > 0 else "SELL", "ibOrderID": str(order_id),
            "orderTime": f"{day:%Y%m%d};{_clock(second)}",
            "openCloseIndicator": "C" if closing else "O",
            "brokerageOrderID": f"0001{order_id:x}.000154ce.{second:08x}.0001",
        }  # fmt: skip
        rows: list[str] = []
        ordered = Decimal(0)
        for fill in range(fills):
            left = abs(sum((lot.quantity for lot in lots), Decimal(0)))
            if closing and not left:
                closing, common["openCloseIndicator"] = False, "O"
            size = Decimal(self._chance.randrange(1, 20) * (1 if listed.multiplier > 1 else 10))
            quantity = sign * (min(size, left) if closing else size)
            ordered += quantity
            moment = f"{day:%Y%m%d};{_clock(second + fill)}"
            notes = "P" if fills > 1 else ""
            rows += self._fill(common, listed, lots, quantity, moment, order_id, notes)
        if self._details:
            said = {**common, "levelOfDetail": "ORDER", "quantity": f"{ordered:f}"}
            yield _element("Order", said)
        yield from rows

    def _fill(
        self,
        common: dict[str, str],
        listed: _Listed,
        lots: deque[_Lot],
        quantity: Decimal,
        moment: str,
        order_id: int,
        notes: str,
    ) -> Iterator[str]:
        price = listed.price + _CENT * self._chance.randrange(-200, 200)
        proceeds = -quantity * price * listed.multiplier
        commission = -(Decimal("0.35") + abs(quantity) * Decimal("0.0049"))
        transaction_id = self._id()
        closed: list[_Lot] = []
        if common["openCloseIndicator"] == "C":
            closed = _close(lots, -quantity)
            cost = -sum((lot.cost for lot in closed), Decimal(0))
            realized = proceeds + commission + cost
        else:
            cost, realized = -(proceeds + commission), Decimal(0)
            lots.append(
                _Lot(
                    quantity=quantity, cost=cost, opened=moment,
                    transaction_id=transaction_id, order_id=order_id,
                )
            )  # fmt: skip
        self._cash += proceeds + commission
        execution = f"{transaction_id % 65536:08x}.{order_id:x}.01.01"
        yield _element(
            "Trade",
            {
                **common, "tradeID": str(transaction_id + 5_000_000_000),
                "transactionID": str(transaction_id), "ibExecID": execution,
                "extExecID": f"{transaction_id:x}.1", "dateTime": moment,
                "exchange": self._chance.choice(listed.exchanges), "quantity": f"{quantity:f}",
                "tradePrice": f"{price:f}", "tradeMoney": f"{-proceeds:f}",
                "proceeds": f"{proceeds:f}", "ibCommission": f"{commission:f}",
                "netCash": f"{proceeds + commission:f}", "closePrice": f"{listed.price:f}",
                "netCashInBase": f"{proceeds + commission:f}", "cost": f"{cost:f}",
                "fifoPnlRealized": f"{realized:f}", "notes": notes,
                "mtmPnl": f"{(listed.price - price) * quantity * listed.multiplier:f}",
            },
        )  # fmt: skip
        if self._details:
            for lot in closed:
                yield self._closed_lot(common, lot, listed, moment)

    def _closed_lot(self, common: dict[str, str], lot: _Lot, listed: _Listed, moment: str) -> str:
        size = abs(lot.quantity)
        return _element(
            "Lot",
            {
                **common, "levelOfDetail": "CLOSED_LOT", "dateTime": moment, "ibOrderID": "",
                "transactionID": str(lot.transaction_id), "quantity": f"{size:f}",
                "cost": f"{abs(lot.cost):f}", "openDateTime": lot.opened,
                "holdingPeriodDateTime": lot.opened, "notes": "ST",
                "tradePrice": f"{abs(lot.cost) / size / listed.multiplier:.8f}",
            },
        )  # fmt: skip

    def _cash_transactions(self) -> Iterator[str]:
        stocks = [row for row in self._market if row.attributes["assetCategory"] == "STK"]
        for number in range(min(self._executions // 20, 2000) if stocks else 0):
            listed = self._chance.choice(stocks)
            day = f"{_FIRST_DAY + dt.timedelta(days=number % self._days):%Y%m%d}"
            gross = _CENT * self._chance.randrange(100, 90000)
            action = str(self._id())
            symbol = listed.attributes["symbol"]
            for kind, amount, text in (
                ("Dividends", gross, f"{symbol} CASH DIVIDEND USD PER SHARE (Ordinary Dividend)"),
                ("Withholding Tax", -(gross * 15 // 1) * _CENT, f"{symbol} CASH DIVIDEND - US TAX"),
            ):
                self._cash += amount
                yield _element(
                    "CashTransaction",
                    {
                        "accountId": self._number, "acctAlias": "Generated", "model": "",
                        "currency": "USD", "fxRateToBase": "1", **listed.attributes,
                        "description": text, "dateTime": f"{day};202000", "settleDate": day,
                        "amount": f"{amount:f}", "type": kind, "tradeID": "", "code": "",
                        "transactionID": str(self._id()), "reportDate": day,
                        "clientReference": "", "actionID": action, "levelOfDetail": "DETAIL",
                    },
                )  # fmt: skip

    def _positions(self) -> Iterator[str]:
        for number, lots in sorted(self._lots.items()):
            if not lots:
                continue
            listed = self._market[number]
            quantity = sum((lot.quantity for lot in lots), Decimal(0))
            cost = sum((lot.cost for lot in lots), Decimal(0))
            yield self._position(listed, quantity, cost, {"levelOfDetail": "SUMMARY"})
            for lot in lots:
                yield self._position(
                    listed,
                    lot.quantity,
                    lot.cost,
                    {
                        "levelOfDetail": "LOT", "openDateTime": lot.opened,
                        "holdingPeriodDateTime": lot.opened,
                        "originatingOrderID": str(lot.order_id),
                        "originatingTransactionID": str(lot.transaction_id),
                    },
                )  # fmt: skip

    def _position(
        self, listed: _Listed, quantity: Decimal, cost: Decimal, own: dict[str, str]
    ) -> str:
        value = quantity * listed.price * listed.multiplier
        unit = f"{cost / quantity / listed.multiplier:.8f}"
        return _element(
            "OpenPosition",
            {
                "accountId": self._number, "acctAlias": "Generated", "model": "",
                "currency": "USD", "fxRateToBase": "1", **listed.attributes,
                "reportDate": f"{self._last_day:%Y%m%d}", "position": f"{quantity:f}",
                "markPrice": f"{listed.price:f}", "positionValue": f"{value:f}",
                "openPrice": unit, "costBasisPrice": unit, "costBasisMoney": f"{cost:f}",
                "percentOfNAV": "", "fifoPnlUnrealized": f"{value - cost:f}",
                "side": "Long" if quantity > 0 else "Short", "openDateTime": "",
                "holdingPeriodDateTime": "", "code": "", "originatingOrderID": "",
                "originatingTransactionID": "", "accruedInt": "", **own,
            },
        )  # fmt: skip

    def _totals(self) -> Iterator[str]:
        day = f"{self._last_day:%Y%m%d}"
        value = sum(
            (
                sum((lot.quantity for lot in lots), Decimal(0))
                * self._market[number].price
                * self._market[number].multiplier
                for number, lots in self._lots.items()
            ),
            Decimal(0),
        )
        yield "<CashReport>"
        for currency in ("BASE_SUMMARY", "USD"):
            yield _element(
                "CashReportCurrency",
                {
                    "accountId": self._number, "acctAlias": "Generated", "model": "",
                    "currency": currency,
                    "levelOfDetail": "Currency" if currency == "USD" else "BaseCurrency",
                    "fromDate": f"{_FIRST_DAY:%Y%m%d}", "toDate": day,
                    "startingCash": f"{_STARTING_CASH:f}", "endingCash": f"{self._cash:f}",
                    "endingSettledCash": f"{self._cash:f}",
                },
            )  # fmt: skip
        yield "</CashReport>"
        yield "<EquitySummaryInBase>"
        yield _element(
            "EquitySummaryByReportDateInBase",
            {
                "accountId": self._number, "acctAlias": "Generated", "model": "",
                "currency": "USD", "reportDate": day, "cash": f"{self._cash:f}",
                "stock": f"{value:f}", "total": f"{self._cash + value:f}",
            },
        )  # fmt: skip
        yield "</EquitySummaryInBase>"

    def _id(self) -> int:
        self._next_id += self._chance.randrange(1, 9)
        return self._next_id


def _close(lots: deque[_Lot], quantity: Decimal) -> list[_Lot]:
    """Take `quantity`, signed as the lots are, from the oldest lots; return what was taken."""
    taken: list[_Lot] = []
    while quantity:
        lot = lots[0]
        if abs(lot.quantity) <= abs(quantity):
            taken.append(lots.popleft())
            quantity -= lot.quantity
            continue
        cost = (lot.cost * quantity / lot.quantity).quantize(Decimal("0.000001"))
        taken.append(replace(lot, quantity=quantity, cost=cost))
        lots[0] = replace(lot, quantity=lot.quantity - quantity, cost=lot.cost - cost)
        quantity = Decimal(0)
    return taken


def _instrument(chance: random.Random, number: int) -> _Listed:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ticker = "".join(letters[number // 26**place % 26] for place in (2, 1, 0)) + "Q"
    price = Decimal(chance.randrange(1000, 50000)) * _CENT
    kind = ("STK", "STK", "STK", "STK", "STK", "STK", "OPT", "OPT", "OPT", "FUT")[number % 10]
    attributes = dict.fromkeys(_INSTRUMENT_NAMES.split(), "") | {
        "assetCategory": kind, "subCategory": "COMMON" if kind == "STK" else "",
        "symbol": ticker, "conid": str(100_000 + number), "listingExchange": "NASDAQ",
        "description": f"{ticker} HOLDINGS & CO", "multiplier": "1", "issuerCountryCode": "US",
    }  # fmt: skip
    if kind == "STK":
        isin = f"US{number:09d}0"
        attributes |= {
            "isin": isin, "securityID": isin, "securityIDType": "ISIN", "cusip": isin[2:11],
            "figi": f"BBG{number:09d}",
        }  # fmt: skip
        return _listed(attributes, price, ("NASDAQ", "ISLAND", "IBKRATS", "ARCA", "DARK"))
    expiry = dt.date(2030, 1 + number % 12, 18)
    attributes |= {"underlyingSymbol": ticker, "underlyingConid": str(50_000 + number)}
    attributes["expiry"] = f"{expiry:%Y%m%d}"
    if kind == "FUT":
        attributes |= {"multiplier": "50", "symbol": f"{ticker}Z9", "listingExchange": "CME"}
        return _listed(attributes, price, ("CME",))
    right, strike = "CP"[number % 2], 5 * (1 + number % 80)
    attributes |= {
        "multiplier": "100", "putCall": right, "strike": str(strike), "listingExchange": "CBOE",
        "symbol": f"{ticker:<6}{expiry:%y%m%d}{right}{strike * 1000:08d}",
        "description": f"{ticker} {expiry:%d%b%y} {strike} {right}".upper(),
    }  # fmt: skip
    return _listed(attributes, price / 100 + 3, ("CBOE", "AMEX", "PHLX"))


def _listed(attributes: dict[str, str], price: Decimal, exchanges: tuple[str, ...]) -> _Listed:
    return _Listed(
        attributes=attributes,
        multiplier=Decimal(attributes["multiplier"]),
        price=price.quantize(_CENT),
        exchanges=exchanges,
    )


def _clock(second: int) -> str:
    return f"{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}"


def _element(tag: str, attributes: dict[str, str]) -> str:
    said = " ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())
    return f"<{tag} {said} />"


def _quoted(value: str) -> str:
    return quoteattr(value) if "&" in value or "<" in value or '"' in value else f'"{value}"'


def main() -> None:
    """Write a file from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--executions", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--instruments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--details", action="store_true")
    given = parser.parse_args()
    write_statement(
        given.file,
        executions=given.executions,
        accounts=given.accounts,
        instruments=given.instruments,
        seed=given.seed,
        details=given.details,
    )
    print(f"{given.file}: {given.file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

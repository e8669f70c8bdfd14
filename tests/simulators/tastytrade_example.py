"""A small book: three accounts, all kinds of transactions, and the positions that follow."""

import datetime as dt
from decimal import Decimal

from tests.simulators import tastytrade_instruments as say
from tests.simulators.tastytrade_book import AccountBook, Book
from tests.simulators.tastytrade_ledger import Ledger, signed
from tests.simulators.tastytrade_market import GreekValues, Market
from tests.simulators.tastytrade_rows import Row, unsigned

MARGIN, ROTH, CLOSED = "5WX00001", "5WX00002", "5WX00003"
SPY_CALL = "SPY   261218C00600000"
AAPL_CALL = "AAPL  270115C00250000"
UNG_PUT = "UNG   270115P00015000"
UNG1_PUT = "UNG1  270115P00015000"
ES = "/ESZ6"
ES_PUT = "./ESZ6 EW4X6 261127P5800"
BTC = "BTC/USD"

_EQUITIES = {
    "SPY": ("SPDR S&P 500 ETF Trust", 600.0),
    "AAPL": ("Apple Inc. - Common Stock", 230.0),
    "MSFT": ("Microsoft Corporation - Common Stock", 420.0),
    "NVDA": ("NVIDIA Corporation - Common Stock", 140.0),
    "TSLA": ("Tesla, Inc. - Common Stock", 390.0),
    "NEWC": ("New Company Corp.", 31.0),
    "ACQR": ("Acquirer Inc.", 88.0),
    "GEV": ("GE Vernova Inc.", 330.0),
    "UNG": ("United States Natural Gas Fund", 14.0),
    "VTI": ("Vanguard Total Stock Market ETF", 295.0),
    "SCHD": ("Schwab U.S. Dividend Equity ETF", 28.0),
}
_OPTIONS = {SPY_CALL: 13.2, AAPL_CALL: 9.4, UNG1_PUT: 2.2}
_FUNDS = {"SPY", "UNG", "VTI", "SCHD"}


def _at(day: str, hour: int = 15, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute), dt.UTC)


def example_book() -> Book:
    """Make it anew."""
    book = Book()
    _describe(book)
    margin = book.open_account(MARGIN)
    roth = book.open_account(ROTH, "Roth IRA", "Cash", dt.date(2025, 3, 3))
    gone = book.open_account(CLOSED, "Individual", "Cash", dt.date(2023, 5, 1), closed=True)
    _margin_history(Ledger(book, margin, 245_000_000))
    _options_history(Ledger(book, margin, 246_000_000))
    _changes_history(Ledger(book, margin, 247_000_000))
    _futures_history(Ledger(book, margin, 248_000_000))
    _roth_history(Ledger(book, roth, 255_000_000))
    _closed_history(Ledger(book, gone, 235_000_000))
    for i, account in enumerate((margin, roth, gone)):
        ledger = Ledger(book, account, 0)
        ledger.number(245_000_000 + i * 10_000_000)
        ledger.settle()
        _reports(book, account)
    roth.trading_status |= {"equities-margin-calculation-type": "IRA Cash"}
    roth.trading_status |= {"is-futures-enabled": False, "is-cryptocurrency-enabled": False}
    return book


def _describe(book: Book) -> None:
    book.describe(
        "equities",
        [say.equity(s, words, etf=s in _FUNDS) for s, (words, _) in _EQUITIES.items()]
        + [say.equity("SPX", "S&P 500 Index", index=True)],
    )
    plain = [say.option(symbol) for symbol in (SPY_CALL, AAPL_CALL)]
    book.deliverables["UNG1"] = [say.deliverable("UNG", "25")]
    book.describe("equity-options", [*plain, say.option(UNG1_PUT, standard=False)])
    book.describe("futures", [future := say.future(ES, dt.date(2026, 12, 18))])
    product = future["future-product"]
    book.instruments["future-products"] = {product["root-symbol"]: product}
    book.describe("future-options", [say.future_option(ES_PUT)])
    book.describe("cryptocurrencies", [say.crypto(BTC, "Bitcoin")])
    prices = {symbol: price for symbol, (_, price) in _EQUITIES.items()}
    prices |= _OPTIONS | {ES: 6010.0, ES_PUT: 18.0, BTC: 91_000.0, "SPX": 6005.0}
    for symbol, price in prices.items():
        option = say.kind_of(symbol).endswith("Option")
        half = 0.05 if option else 0.01
        book.market[book.streamer(symbol) or symbol] = Market(
            bid=round(price - half, 4),
            ask=round(price + half, 4),
            last=price,
            prev_close=round(price * 0.99, 2),
            day_open=round(price * 0.995, 2),
            day_high=round(price * 1.01, 2),
            day_low=round(price * 0.985, 2),
            greeks=_greeks(symbol, price) if option else None,
        )


def _greeks(symbol: str, price: float) -> GreekValues:
    put = "P" in symbol[-9:]
    return GreekValues(price=price, delta=-0.4 if put else 0.5)


def _margin_history(ledger: Ledger) -> None:
    """Money, shares, and a trade that was taken back."""
    money, trade = ledger.money, ledger.trade
    money(_at("2024-01-03"), "Deposit", "100000", "Wire Funds Received")
    trade(_at("2024-01-05"), "SPY", "Buy to Open", "60.0", "470.10")
    trade(_at("2024-01-05", 15, 1), "SPY", "Buy to Open", "40.0", "470.12")
    ledger.delivered(
        _at("2024-02-05", 21), "ACAT", "MSFT", "Buy to Open", "50.0", description="ACAT transfer in"
    )
    money(_at("2024-02-29", 22), "Credit Interest", "12.34", "INTEREST ON CREDIT BALANCE")
    money(_at("2024-03-21", 22), "Debit Interest", "-3.21", "INTEREST ON DEBIT BALANCE")
    money(_at("2024-04-30", 22), "Dividend", "158.50", "SPDR S&P 500 ETF Trust", "SPY")
    money(_at("2024-06-13", 22), "Dividend", "37.50", "MICROSOFT CORP", "MSFT")
    money(_at("2024-06-13", 22), "Dividend", "-5.63", "NON-RESIDENT TAX WITHHELD", "MSFT")
    money(_at("2024-07-01", 22), "Fee", "-1.50", "ADR fee")
    money(_at("2024-07-02", 22), "Balance Adjustment", "-0.04", "Regulatory fee adjustment")
    lent = "Fully Paid Stock Lending Income"
    money(_at("2024-07-31", 22), lent, "4.20", "FULLYPAID LENDING REBATE")
    money(_at("2024-08-15"), "Withdrawal", "-2500.00", "ACH DISBURSEMENT")
    money(_at("2025-01-10"), "Transfer", "-1000.00", "Transfer to account 5WX00002")
    wrong = trade(_at("2025-02-03"), "TSLA", "Sell to Open", "60.0", "395.0")
    ledger.reversal(wrong, _at("2025-02-04"))
    trade(_at("2025-02-03", 15, 2), "TSLA", "Sell to Open", "50.0", "395.0")
    trade(_at("2025-06-02"), BTC, "Buy to Open", "0.05", "68000.0")
    trade(_at("2025-06-03"), BTC, "Sell to Close", "0.0125", "69500.0")
    trade(_at("2026-11-20", 14, 45), "AAPL", "Sell to Close", "50.0", "229.5")


def _options_history(ledger: Ledger) -> None:
    """Options and all their ends."""
    trade, removed = ledger.trade, ledger.removed
    trade(_at("2024-03-01"), "SPY   240315C00520000", "Sell to Open", "1.0", "3.10")
    removed(_at("2024-03-15", 20), "Expiration", "SPY   240315C00520000", "1.0")
    put, call = "AAPL  240419P00165000", "AAPL  240517C00170000"
    trade(_at("2024-04-01"), put, "Sell to Open", "2.0", "2.00")
    removed(_at("2024-04-19", 21), "Assignment", put, "2.0")
    _delivery(ledger, "2024-04-19", "AAPL", "200.0", "165.0")
    trade(_at("2024-05-01"), call, "Buy to Open", "1.0", "5.00")
    removed(_at("2024-05-17", 21), "Exercise", call, "1.0")
    _delivery(ledger, "2024-05-17", "AAPL", "100.0", "170.0")
    index_put, index_call = "SPXW  240830P05500000", "SPXW  240830C05400000"
    trade(_at("2024-08-29"), index_put, "Sell to Open", "1.0", "14.00")
    trade(_at("2024-08-29", 15, 5), index_call, "Buy to Open", "1.0", "80.00")
    for symbol, end, cash in (
        (index_put, "Assignment", "-1230.00"),
        (index_call, "Exercise", "8770.00"),
    ):
        # The cash is told in one row, the end of the option in another.
        removed(_at("2024-08-30", 21), f"Cash Settled {end}", symbol, "1.0", cash)
        removed(_at("2024-08-30", 21), end, symbol, "1.0")
    trade(_at("2026-10-01"), SPY_CALL, "Sell to Open", "1.0", "12.50")
    trade(_at("2026-10-02"), AAPL_CALL, "Buy to Open", "2.0", "8.00")


def _delivery(ledger: Ledger, day: str, symbol: str, quantity: str, price: str) -> Row:
    return ledger.trade(
        _at(day, 21),
        symbol,
        "Buy to Open",
        quantity,
        price,
        kind="Receive Deliver",
        fees={"clearing-fees": "-5.00"},
    )


def _changes_history(ledger: Ledger) -> None:
    """Splits, mergers, new names, a spin-off."""
    trade, delivered = ledger.trade, ledger.delivered
    trade(_at("2024-06-03"), "NVDA", "Buy to Open", "10.0", "1150.0")
    split = "Forward Split"
    at = _at("2024-06-10", 12)
    delivered(at, split, "NVDA", "Sell to Close", "10.0", value="11500")
    delivered(at, split, "NVDA", "Buy to Open", "100.0", value="-11500")
    trade(_at("2024-07-08"), "OLDC", "Buy to Open", "20.0", "25.0")
    at = _at("2024-09-03", 12)
    delivered(at, "Symbol Change", "OLDC", "Sell to Close", "20.0", value="500")
    delivered(at, "Symbol Change", "NEWC", "Buy to Open", "20.0", value="-500")
    trade(_at("2024-10-01"), "TGTA", "Buy to Open", "30.0", "40.0")
    at = _at("2025-03-03", 12)
    delivered(at, "Stock Merger", "TGTA", "Sell to Close", "30.0", value="1200")
    delivered(at, "Stock Merger", "ACQR", "Buy to Open", "15.0", value="-1200")
    trade(_at("2024-10-02"), "CSHM", "Buy to Open", "10.0", "18.0")
    at = _at("2025-04-01", 12)
    delivered(at, "Cash Merger", "CSHM", "Sell to Close", "10.0", value="205")
    delivered(_at("2025-04-02", 12), "Spin Off", "GEV", "Buy to Open", "25.0")
    trade(_at("2025-05-01"), UNG_PUT, "Sell to Open", "2.0", "1.90")
    at = _at("2025-08-01", 12)
    for verb, action, symbol, value in (
        ("Close", "Buy to Close", UNG_PUT, "-380"),
        ("Open", "Sell to Open", UNG1_PUT, "380"),
    ):
        words = f"Reverse split: {verb} 2 {symbol}"
        delivered(at, "Reverse Split", symbol, action, "2.0", value=value, description=words)


def _futures_history(ledger: Ledger) -> None:
    """A future, its daily settlement, and an option on it."""
    trade, money = ledger.trade, ledger.money
    old = "/ESU6"
    fees = {"commission": "-1.25", "clearing-fees": "-0.30", "regulatory-fees": "-0.02"}
    trade(_at("2026-07-01"), old, "Buy", "1.0", "5850.25", fees=fees)
    money(_at("2026-07-01", 21), "Mark to Market", "287.50", f"{old} mark to market", old)
    trade(_at("2026-07-02"), old, "Sell", "1.0", "5862.00", fees=fees)
    money(_at("2026-07-02", 21), "Mark to Market", "300.00", f"{old} mark to market", old)
    # Traded after 17:00 in New York: of the next session.
    trade(_at("2026-11-10", 23), ES, "Buy", "1.0", "5980.00", fees=fees, day=dt.date(2026, 11, 11))
    money(_at("2026-11-18", 21), "Mark to Market", "1250.00", f"{ES} mark to market", ES)
    money(_at("2026-11-19", 21), "Mark to Market", "-125.50", f"{ES} mark to market", ES)
    trade(_at("2026-11-12"), ES_PUT, "Sell to Open", "1.0", "21.50", fees=fees)


def _roth_history(ledger: Ledger) -> None:
    """Contributions, fractions, and dividends that buy more."""
    trade, money = ledger.trade, ledger.money
    money(_at("2025-03-04"), "Deposit", "7000.00", "ACH DEPOSIT - CONTRIBUTION")
    money(_at("2025-03-05"), "Transfer", "1000.00", "Transfer from account 5WX00001")
    trade(_at("2025-03-06"), "VTI", "Buy to Open", "12.345", "280.0")
    trade(_at("2025-03-06", 15, 5), "SCHD", "Buy to Open", "100.0", "26.5")
    at = _at("2025-06-30", 22)
    money(at, "Dividend", "25.00", "SCHWAB US DIVIDEND EQUITY ETF", "SCHD")
    ledger.trade(
        at,
        "SCHD",
        "Buy to Open",
        "0.9124",
        "27.4",
        kind="Receive Deliver",
        sub_type="Dividend",
        fees={},
        description="Received 0.9124 Long SCHD via Dividend",
    )


def _closed_history(ledger: Ledger) -> None:
    """An account that was emptied."""
    ledger.money(_at("2023-05-02"), "Deposit", "1000.00", "Wire Funds Received")
    ledger.trade(_at("2023-05-03"), "AAPL", "Buy to Open", "5.0", "168.0")
    ledger.trade(_at("2024-01-15"), "AAPL", "Sell to Close", "5.0", "185.0")
    rest = sum(
        Decimal(row["net-value"]) * (-1 if row["net-value-effect"] == "Debit" else 1)
        for row in ledger.rows
    )
    ledger.money(_at("2024-02-01"), "Withdrawal", str(-rest), "Account closed")


def _reports(book: Book, account: AccountBook) -> None:
    """Margin, snapshots and the history of the net liquidating value."""
    net = Decimal(account.balance["net-liquidating-value"])
    _margin_report(book, account)
    if account.info["is-closed"]:
        return
    for back in range(5, 0, -1):
        day = (book.now - dt.timedelta(days=back)).date()
        worth = str(net - 100 * back)
        stamp = {"snapshot-date": day.isoformat(), "net-liquidating-value": worth}
        for part, last in (("BOD", day - dt.timedelta(days=1)), ("EOD", day)):
            said = {"cash-balance": str(_cash_on(account, last)), "time-of-day": part}
            account.snapshots.append({**account.balance, **stamp, **said})
        account.net_liq += [_bar(day, hour, worth) for hour in (14, 20)]


def _cash_on(account: AccountBook, day: dt.date) -> Decimal:
    """What there was at the end of a day."""
    last = day.isoformat()
    told = (row for row in account.rows if row["transaction-date"] <= last)
    return sum((signed(row, "net-value") for row in told), Decimal(0))


def _bar(day: dt.date, hour: int, worth: str) -> Row:
    prices = dict.fromkeys(("open", "high", "low", "close"), worth)
    pending = {f"pending-cash-{name}": "0.0" for name in prices}
    total = {f"total-{name}": worth for name in prices}
    return {**prices, **pending, **total, "time": f"{day} {hour}:30:00+00"}


def _margin_report(book: Book, account: AccountBook) -> None:
    groups: dict[str, Row] = {}
    whole = Decimal(0)
    for row in account.positions:
        price = book.mark(row["symbol"])
        if price is None or row["quantity-direction"] == "Zero":
            continue
        name = row["underlying-symbol"]
        needed = (Decimal(str(row["quantity"])) * price * row["multiplier"] / 4).quantize(
            Decimal("0.01")
        )
        whole += needed
        entry = {
            "instrument-symbol": row["symbol"],
            "instrument-type": row["instrument-type"],
            "quantity": str(row["quantity"]),
            "average-open-price": "NaN",
            "close-price": row["close-price"],
            "fixing-price": "NaN",
        }
        part = {
            "description": "LONG_UNDERLYING",
            **_required(needed),
            "includes-working-order": False,
            "position-entries": [entry],
        }
        group = groups.setdefault(name, _group(name, row["instrument-type"]))
        group["groups"].append(part)
        group |= _required(needed + Decimal(group["margin-requirement"]))
    account.margin["groups"] = list(groups.values())
    account.margin |= _required(whole)
    account.margin |= unsigned("margin-equity", account.balance["net-liquidating-value"])


def _required(needed: Decimal) -> Row:
    said: Row = {}
    for name in ("margin-requirement", "initial-requirement", "maintenance-requirement"):
        said |= unsigned(name, -needed)
    return said | unsigned("buying-power", -needed)


def _group(name: str, kind: str) -> Row:
    return {
        "description": name,
        "code": name,
        "underlying-symbol": name,
        "underlying-type": "Future" if name.startswith("/") else kind.removesuffix(" Option"),
        "expected-price-range-up-percent": "0.3",
        "expected-price-range-down-percent": "0.3",
        "point-of-no-return-percent": "1.01",
        "margin-calculation-type": "Reg T",
        **_required(Decimal(0)),
        "groups": [],
        "price-increase-percent": "1.0",
        "price-decrease-percent": "-1.0",
    }

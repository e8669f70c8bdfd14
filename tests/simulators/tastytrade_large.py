"""Large books: very many positions, very many transactions."""

from decimal import Decimal

from tests.simulators import tastytrade_instruments as say
from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_desk import position
from tests.simulators.tastytrade_history import LongHistory
from tests.simulators.tastytrade_market import GreekValues, Market

ACCOUNT = "5WX00001"


def stock(number: int) -> str:
    """The symbol of the number-th stock of a large book."""
    letters = (number // 676 % 26, number // 26 % 26, number % 26)
    return "L" + "".join(chr(65 + letter) for letter in letters)


def large_book(positions: int = 500, *, options: int = 0, transactions: int = 0) -> Book:
    """One account that holds very much.

    Args:
        positions: Stocks.
        options: Calls on the first of them, with Greeks.
        transactions: Rows of its history, which is made on demand and explains no position.
    """
    book = Book()
    account = book.open_account(ACCOUNT, cash="1000000.0")
    if transactions:
        account.history = LongHistory(transactions, ACCOUNT)
    symbols = [stock(i) for i in range(positions)]
    calls = [f"{stock(i):<6}270115C00{10 + i % 80:03d}000" for i in range(options)]
    book.describe("equities", [say.equity(symbol, f"{symbol} Inc.") for symbol in symbols])
    book.describe("equity-options", [say.option(symbol) for symbol in calls])
    for i, symbol in enumerate(symbols + calls):
        price = 10.0 + i % 400
        option = i >= positions
        row = position(
            ACCOUNT,
            say.named(symbol),
            Decimal(100 if i % 3 else -100),
            Decimal(str(price)),
            100 if option else 1,
            book.now,
        )
        account.positions.append(row)
        book.market[book.streamer(symbol) or symbol] = Market(
            bid=price,
            ask=price + 0.02,
            last=price + 0.01,
            prev_close=price,
            greeks=GreekValues(price=price) if option else None,
        )
    return book

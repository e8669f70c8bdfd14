"""Changes to the book that clients are told of: positions, balances, orders, fills."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_history import Row
from tests.simulators.tastytrade_rows import fill, moment


class Desk:
    """Changes the book and pushes what changed.

    Args:
        push: Tells the clients; takes the kind and the row.
    """

    def __init__(self, book: Book, push: Callable[[str, Row], None]) -> None:
        self._book = book
        self._push = push

    def change_position(self, account: str, symbol: str, **new: Any) -> Row:
        """Change fields of a position and push it."""
        row = self._book.accounts[account].position(symbol)
        row |= _dashed(new) | {"updated-at": moment(self._book.now)}
        self._push("CurrentPosition", row)
        return row

    def change_balance(self, account: str, **new: Any) -> Row:
        """Change fields of a balance and push it."""
        row = self._book.accounts[account].balance
        row |= _dashed(new) | {"updated-at": moment(self._book.now)}
        self._push("AccountBalance", row)
        return row

    def order(self, account: str, order: Row) -> None:
        """Put an order into the book, in place of what it was, and push it."""
        orders = self._book.accounts[account].orders
        orders[:] = [each for each in orders if each["id"] != order["id"]] + [order]
        self._push("Order", order)

    def fill(
        self,
        account: str,
        symbol: str,
        action: str,
        quantity: str,
        price: str,
        *,
        at: dt.datetime | None = None,
        booked: bool = True,
    ) -> Row:
        """Something was traded: the order, the position and the cash are pushed.

        Args:
            booked: Whether its transaction is in the history at once; else `book` puts it there.

        Returns:
            The transaction.
        """
        held = self._book.accounts[account]
        moved = at or self._book.now
        known = self._book.instrument(symbol)
        position = next((row for row in held.positions if row["symbol"] == symbol), None)
        instrument = _instrument(symbol, known, position)
        multiplier = int(position["multiplier"]) if position else _multiplier(known)
        number = self._book.next_id()
        row = fill(
            number,
            account,
            instrument,
            action,
            quantity,
            price,
            moved,
            multiplier=0 if instrument["instrument-type"] == "Future" else multiplier,
            fees={"clearing-fees": "-0.10", "regulatory-fees": "-0.02", "commission": "-1.00"},
        )
        if booked:
            held.rows.append(row)
        self.order(account, _order(row, quantity, price, moved))
        change = Decimal(quantity) * (-1 if action.startswith("Sell") else 1)
        self._hold(account, instrument, change, Decimal(price), multiplier, moved)
        net = Decimal(row["net-value"]) * (1 if row["net-value-effect"] == "Credit" else -1)
        cash = Decimal(held.balance["cash-balance"]) + net
        self.change_balance(account, cash_balance=str(cash))
        return row

    def _hold(
        self,
        account: str,
        instrument: Row,
        change: Decimal,
        price: Decimal,
        multiplier: int,
        at: dt.datetime,
    ) -> None:
        positions = self._book.accounts[account].positions
        symbol = instrument["symbol"]
        row = next((each for each in positions if each["symbol"] == symbol), None)
        if row is None:
            row = position(account, instrument, Decimal(0), price, multiplier, at)
            positions.append(row)
        row |= held(_signed(row) + change)
        if _signed(row) * change > 0 and abs(_signed(row)) == abs(change):
            row["average-open-price"] = str(price)
        row["updated-at"] = moment(at)
        self._push("CurrentPosition", row)


def _dashed(new: dict[str, Any]) -> Row:
    return {name.replace("_", "-"): said for name, said in new.items()}


def _signed(row: Row) -> Decimal:
    number = Decimal(str(row["quantity"]))
    return -number if row["quantity-direction"] == "Short" else number


def held(quantity: Decimal) -> Row:
    """A quantity as positions say it."""
    direction = "Long" if quantity > 0 else "Short" if quantity < 0 else "Zero"
    number = abs(quantity)
    said: Any = int(number) if number == int(number) else str(number)
    effect = {"Long": "Credit", "Short": "Debit", "Zero": "None"}[direction]
    return {"quantity": said, "quantity-direction": direction, "cost-effect": effect}


def position(
    account: str,
    instrument: Row,
    quantity: Decimal,
    average: Decimal,
    multiplier: int,
    at: dt.datetime,
    close: str | None = None,
    **more: Any,
) -> Row:
    """A position as the broker says it; the quantity is signed here."""
    opened = moment(at)
    return {
        "account-number": account,
        **instrument,
        **held(quantity),
        "close-price": close or str(average),
        "average-open-price": str(average),
        "average-yearly-market-close-price": str(average),
        "average-daily-market-close-price": close or str(average),
        "multiplier": multiplier,
        "is-suppressed": False,
        "is-frozen": False,
        "restricted-quantity": 0,
        "realized-day-gain": "0.0",
        "realized-day-gain-effect": "None",
        "realized-day-gain-date": at.date().isoformat(),
        "realized-today": "0.0",
        "realized-today-effect": "None",
        "realized-today-date": at.date().isoformat(),
        "created-at": opened,
        "updated-at": opened,
        **_dashed(more),
    }


def _instrument(symbol: str, known: Row | None, held_now: Row | None) -> Row:
    row = held_now or known or {"instrument-type": "Equity", "underlying-symbol": symbol}
    return {
        "symbol": symbol,
        "instrument-type": row["instrument-type"],
        "underlying-symbol": row.get("underlying-symbol", symbol),
    }


def _multiplier(known: Row | None) -> int:
    if known is None:
        return 1
    said = known.get("shares-per-contract") or known.get("notional-multiplier") or 1
    return int(Decimal(str(said)))


def _order(row: Row, quantity: str, price: str, at: dt.datetime) -> Row:
    filled = {
        "ext-group-fill-id": "0",
        "ext-exec-id": row["ext-exec-id"],
        "fill-id": f"fill-{row['id']}",
        "quantity": quantity,
        "fill-price": price,
        "filled-at": moment(at),
        "destination-venue": "TEST_A",
    }
    leg = {
        "instrument-type": row["instrument-type"],
        "symbol": row["symbol"],
        "quantity": quantity,
        "remaining-quantity": "0",
        "action": row["action"],
        "fills": [filled],
    }
    return {
        "id": row["order-id"],
        "account-number": row["account-number"],
        "time-in-force": "Day",
        "order-type": "Limit",
        "size": quantity,
        "price": price,
        "price-effect": row["value-effect"],
        "underlying-symbol": row["underlying-symbol"],
        "underlying-instrument-type": "Equity",
        "status": "Filled",
        "cancellable": False,
        "editable": False,
        "edited": False,
        "updated-at": int(at.timestamp() * 1000),
        "received-at": moment(at),
        "terminal-at": moment(at),
        "legs": [leg],
    }

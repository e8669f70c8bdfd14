"""A book whose lots are derived, with one of everything that the lots screen tells apart."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from qm_tui.book.deriving import derive_waiting
from qm_tui.cli.method_desk import MethodDesk
from qm_tui.domain.batches import Batch
from qm_tui.domain.words import OpenClose
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import (
    a_batch,
    a_broker_lot,
    a_document,
    a_position,
    a_trade,
    a_transfer,
    an_account,
    an_equity,
)
from tests.conftest import NOW
from tests.store.laid import lay_book
from tests.ui.books import FRESH, ROWS, _block

MARKUP = "[RED]X[/]"
"""A symbol that would be markup if anybody read it as such."""


async def a_derived_book(store: Store) -> None:
    """Trades of two accounts, and the lots that follow from them."""

    async def write() -> None:
        await a_book_to_derive(store)
        await derive(store)

    await lay_book(store, a_derived_book, write)


async def derive(store: Store) -> None:
    await derive_waiting(store.reader, store.writer, lambda: NOW)


async def a_book_to_derive(store: Store) -> None:
    """The same with nothing derived yet."""
    source = Source(connection="import", broker="ibkr", kind="import", document=a_document())
    async with store.writer.unit(source) as unit:
        for batch in _batches():
            await unit.save(batch)


def _batches() -> Sequence[Batch]:
    return (
        a_batch(
            an_account(nickname="Main"),
            an_account("U7654321", nickname="Later", tax_treatment="ira"),
            blocks=[_block(ROWS)],
        ),
        a_batch(*_trades()),
        a_batch(a_transfer(instrument="VT", quantity=10, cost_basis=None, date="2025-05-05")),
        a_batch(
            a_position(quantity=150, market_price=160, document_row=0, as_of=FRESH),
            a_position(instrument="MSFT", quantity=10, market_price=360, as_of=FRESH),
        ),
        a_batch(a_broker_lot(key="1", quantity=60, document_row=2, as_of=FRESH)),
    )


def _trades() -> list[Any]:
    return [
        # Half long-term, half not; by the highest cost a sale would be a loss.
        trade("AAPL", "2024-01-10", 100, 100, row=0),
        trade("AAPL", "2025-03-20", 100, 200, row=1),
        trade("AAPL", "2025-12-01", -50, 150, row=2),
        # A loss that a purchase five days later disallows.
        trade("MSFT", "2026-01-05", 10, 400, row=3),
        trade("MSFT", "2026-02-20", -10, 350, row=4),
        trade("MSFT", "2026-02-25", 10, 355, row=5),
        # A loss that a purchase could still disallow.
        trade("NVDA", "2026-01-12", 10, 100, row=6),
        trade("NVDA", "2026-02-27", -10, 90, row=7),
        # More is sold than was ever bought.
        trade("TSLA", "2026-01-15", -5, 250, row=8, open_close=OpenClose.CLOSE),
        trade(MARKUP, "2025-07-01", 3, 10, row=9),
        trade("AAPL", "2023-05-01", 10, 90, row=10, account="U7654321"),
        trade("AAPL", "2024-05-02", -10, 120, row=11, account="U7654321"),
    ]


def trade(symbol: str, day: str, quantity: int, price: int, *, row: int, **changes: Any) -> Any:
    return a_trade(
        instrument=an_equity(symbol),
        trade_date=dt.date.fromisoformat(day),
        quantity=quantity,
        price=price,
        commission=0,
        document_row=row,
        **changes,
    )


def open_methods(store: Store) -> Callable[[], Awaitable[MethodDesk]]:
    """What the command line would hand to the monitor for deciding."""

    async def opened() -> MethodDesk:
        return MethodDesk(store, lambda: NOW)

    return opened

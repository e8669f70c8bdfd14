"""What is wrong in the demo on purpose: a handful of breaks, each of a plain cause of its own."""

from dataclasses import replace
from typing import NamedTuple

from qm_tui.brokers.demo.book import Book
from qm_tui.domain.records import Trade
from qm_tui.domain.words import Section


class Break(NamedTuple):
    """Something that does not add up; everything else does, to the cent."""

    account: str
    symbol: str | None
    """None for cash, in USD."""
    cause: str
    """A value of the causes of discrepancies."""


REPEATED = "PLTR"
UNTOLD_SALE = "JNJ"
WITHOUT_BASIS = "XOM"
BEFORE_HISTORY = "JPM"
UNTOLD_SPLIT = "TSLA"

BREAKS = (
    Break("5WX00003", REPEATED, "duplicate_import"),
    Break("U7000001", UNTOLD_SALE, "missing_trade"),
    Break("U7000001", WITHOUT_BASIS, "transfer_without_basis"),
    Break("U7000002", BEFORE_HISTORY, "history_starts_later"),
    Break("5WX00003", UNTOLD_SPLIT, "split_not_applied"),
    Break("U7000002", None, "unexplained"),
    # What was paid for the trades told twice, and received for the one that was not told.
    Break("5WX00003", None, "duplicate_import"),
    Break("U7000001", None, "missing_trade"),
)


def repeat(book: Book, symbol: str) -> None:
    """Tell the purchases of something a second time, under other ids."""
    bought = [
        one
        for one in book.records[Section.TRADES]
        if isinstance(one, Trade) and one.instrument.symbol == symbol and one.quantity > 0
    ]
    for trade in bought:
        id_ = book.next_id()
        again = replace(
            trade,
            key=f"TX:{id_}",
            broker_trade_id=f"{id_ + 50_000_000}",
            broker_transaction_id=f"{id_}",
            broker_execution_id=f"0000e0d5.{id_:08x}.01.01",
            broker_order_id=f"{id_ + 70_000_000}",
        )
        book.repeated.append(again)

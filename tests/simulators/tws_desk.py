"""A client as TWS sees it: the book, what is wrong, what the client subscribed to."""

from dataclasses import dataclass, field
from typing import TypeAlias

from tests.simulators.tws_book import Book
from tests.simulators.tws_faults import Faults

Fields: TypeAlias = tuple[str, ...]
"""A request as it came; its number is the first."""


def number(text: str) -> int:
    """A field that is a number, or empty for 0."""
    return int(text or 0)


@dataclass(slots=True, kw_only=True)
class Desk:
    """One session."""

    book: Book
    faults: Faults
    positions: bool = False
    account: str | None = None
    """The account whose updates are live: one at a time, the last that was asked for."""
    multi: dict[int, str] = field(default_factory=dict)
    positions_multi: dict[int, str] = field(default_factory=dict)
    summaries: dict[int, str] = field(default_factory=dict)
    pnl: dict[int, str] = field(default_factory=dict)
    pnl_single: dict[int, tuple[str, int]] = field(default_factory=dict)
    tickers: dict[int, int] = field(default_factory=dict)
    """Contract numbers by request: the market data lines in use."""
    data_type: int = 1
    without_ib: bool = False
    """The gateway has no connection of its own."""

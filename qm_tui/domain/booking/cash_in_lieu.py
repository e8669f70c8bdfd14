"""Cash for a fraction of a share: a sale of it, out of the oldest lots.

Source: Rev. Rul. 66-365; Publication 550, fractional shares. That the oldest lots produced the
fraction is a convention.
"""

from qm_tui.domain.booking.apportionment import as_exact
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import CashInLieu, Fill
from qm_tui.domain.booking.fills import book_fill
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.words import Closing, FindingKind, LotMethod


def book_cash_in_lieu(book: Book, event: CashInLieu) -> list[Slice]:
    """Sell the fraction; of a short position, cover it. What is not held is missing history."""
    if not event.quantity:
        book.find(
            FindingKind.ACTION_UNKNOWN, event,
            f"{event.cash:f} was paid for a fraction of a share, and nobody says for how much of"
            " one: no sale was booked.",
        )  # fmt: skip
        return []
    holding = book.holding(event.account, event.security)
    covers = bool(len(holding.short)) and not len(holding.long)
    held = (holding.short if covers else holding.long).quantity
    quantity = as_exact(abs(event.quantity), held % 1)
    return book_fill(
        book,
        Fill(
            day=event.day, account=event.account, security=event.security, at=event.at,
            source=event.source, sequence=event.sequence, key=event.key,
            quantity=quantity if covers else -quantity,
            amount=abs(event.cash) if covers else event.cash,
            opens=False, rate=event.rate, how=Closing.CASH_IN_LIEU, method=LotMethod.FIFO,
        ),
    )  # fmt: skip

"""Which lots a disposition takes, and how much of each; no money but the basis that goes along."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from qm_tui.domain.booking.average import pool
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Fill, Pick
from qm_tui.domain.booking.lots import Taking
from qm_tui.domain.booking.money import ZERO, share
from qm_tui.domain.booking.naming import choose_named
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import FindingKind, LotMethod


def take(
    book: Book,
    shelf: Shelf,
    quantity: Decimal,
    event: Event,
    method: LotMethod,
    *,
    what: str,
    picks: Sequence[Pick] = (),
) -> list[Taking]:
    """Take up to `quantity` from a shelf: the lots that were named first, then by the method."""
    if not picks and method is not LotMethod.AVERAGE:
        return take_by_method(book, shelf, quantity, event, method, what=what)
    if method is LotMethod.AVERAGE:
        pool(book, shelf, event)
    if not picks:
        return take_by_method(book, shelf, quantity, event, method, what=what)
    usual = _lines((lot.acquired, lot.basis, lot.quantity, part)
                   for lot, part in shelf.first(method, quantity))  # fmt: skip
    takings = [
        book.take(lot, part, event, what, LotMethod.SPECIFIC)
        for lot, part in choose_named(book, shelf, quantity, event, picks)
    ]
    left = quantity - sum((taking.quantity for taking in takings), ZERO)
    # What was not named well enough falls back to FIFO (Publication 550, identification).
    takings += take_by_method(book, shelf, left, event, LotMethod.FIFO, what=what)
    _compare(book, event, usual, takings, method)
    return takings


def take_by_method(
    book: Book, shelf: Shelf, quantity: Decimal, event: Event, method: LotMethod, *, what: str
) -> list[Taking]:
    """Take up to `quantity` in the order of a method."""
    takings: list[Taking] = []
    while quantity > 0:
        lot = shelf.next(method)
        if lot is None:
            break
        part = min(lot.quantity, quantity)
        takings.append(book.take(lot, part, event, what, method))
        quantity -= part
    return takings


_Line = tuple[object, Decimal | None, Decimal, Decimal]
"""When it was acquired, the basis of how much, and what is taken."""
_ONE, _PLACES = Decimal(1), Decimal("1E-6")


def _lines(lines: Iterable[_Line]) -> dict[tuple[object, Decimal | None], Decimal]:
    """Sum quantities by day and unit basis: lots that are alike in both are as good as one."""
    sums: dict[tuple[object, Decimal | None], Decimal] = defaultdict(Decimal)
    for acquired, basis, quantity, part in lines:
        unit = None if basis is None else share(basis, _ONE, quantity).quantize(_PLACES)
        sums[acquired, unit] += part
    return sums


def _compare(
    book: Book,
    event: Event,
    usual: dict[tuple[object, Decimal | None], Decimal],
    takings: Sequence[Taking],
    method: LotMethod,
) -> None:
    """Say so when a fill closed other lots than the account's method would have closed."""
    if type(event) is not Fill or book.identifies_lots(event.account, event.day):
        return
    closed = _lines((t.lot.acquired, t.basis, t.quantity, t.quantity) for t in takings)
    if closed != usual:
        book.find(
            FindingKind.METHOD_OVERRIDDEN, event,
            f"The lots that were named were closed, not those of the account's method "
            f"({method.upper()}).",
            quantity=sum((taking.quantity for taking in takings), ZERO),
        )  # fmt: skip

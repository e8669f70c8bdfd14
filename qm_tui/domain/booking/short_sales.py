"""Short sales while identical shares are held: what section 1233 does to holding periods.

Source: 26 USC 1233(b), (d); Publication 550, short sales. A gain on covering is short-term (every
short slice is). Shares held for a year or less on the day of the short sale, or acquired until it
is closed, begin their period anew when it is closed. A loss is long-term as far as shares had been
held for more than a year. The shares may be in any taxable account of the taxpayer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import merge

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.holding_period import is_long_term
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import FindingKind, View
from qm_tui.domain.instruments import Right

_BOX = (
    "{symbol} was sold short while it was held: sections 1233 (holding periods, booked) and 1259 "
    "(constructive sale, not booked) may apply."
)
_PUT = (
    "{symbol} was bought while its shares had been held for a year or less: section 1233 treats a "
    "put as a short sale, which is not booked."
)
_PART = "Some of the loss is long-term (section 1233): shares held for more than a year covered it."
_PIECE = (
    "The holding period of some shares of a lot that replaced others begins anew (section 1233); "
    "it was left as it is."
)


@dataclass(slots=True, eq=False)
class _Short:
    """A short sale that is open, while identical shares are held or may come."""

    long_held: Decimal
    """Shares held for more than a year when it was opened, not yet set against a loss."""


@dataclass(slots=True)
class ShortSales:
    """Watches the short sales of a book; long positions alone cost nothing."""

    book: Book
    _open: dict[int, _Short] = field(default_factory=dict)
    """Number of the short lot → what was held against it."""
    _alike: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _told: set[tuple[int, int]] = field(default_factory=set)
    _taxable: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._taxable = tuple(
            number for number, rules in self.book.accounts.items() if rules.taxable
        )

    def opened(self, lot: Lot, event: Event) -> None:
        """A short lot has been opened, or a put bought."""
        security = self.book.securities[lot.security]
        if not self.book.accounts[lot.account].taxable or not security.washes:
            return
        if security.is_option:
            if security.right is Right.PUT and not lot.short and security.underlying is not None:
                self._put(security, security.underlying, event)
            return
        long_held = ZERO
        held = False
        for other in self._held(lot.security):
            held = True
            if long_held >= lot.quantity or not is_long_term(other.holding_start, event.day):
                break
            long_held += other.quantity
        if held:
            self._open[lot.number] = _Short(min(long_held, lot.quantity))
            self._tell(event, _BOX.format(symbol=security.symbol))

    def covered(self, slices: Sequence[Slice], event: Event) -> None:
        """Short slices have been closed."""
        for closed in slices:
            security = self.book.securities[closed.security]
            if not (security.washes and self.book.accounts[closed.account].taxable):
                continue
            if closed.short and not security.is_option:
                self._restart(closed, event)
                short = self._open.get(closed.lot or 0)
                if short is not None and short.long_held and _loses(closed):
                    self._long_term(closed, short, event)

    def _restart(self, closed: Slice, event: Event) -> None:
        """Let the period of held shares begin anew, in order of acquisition, up to what was short.

        Those that had been held for more than a year on the day of the short sale keep theirs.
        """
        left = closed.quantity
        if closed.acquired is None:
            return
        for lot in self._held(closed.security):
            if left <= 0:
                break
            if is_long_term(lot.holding_start, closed.acquired):
                continue
            if lot.holding_start >= event.day:
                left -= lot.quantity
                continue
            self._tell(event, _BOX.format(symbol=self.book.securities[closed.security].symbol))
            if lot.replaces and lot.quantity > left:
                # An adjustment names this lot with all of its shares: it stays in one piece.
                self.book.find(FindingKind.SHORT_AGAINST_THE_BOX, event, _PIECE, quantity=left)
                break
            part = self.book.carve(lot, min(lot.quantity, left), event, "sold short against it")
            left -= part.quantity
            self.book.hold_since(
                part, event, "holding period begins anew: section 1233", event.day,
                slice_number=closed.number,
            )  # fmt: skip

    def _long_term(self, closed: Slice, short: _Short, event: Event) -> None:
        if closed.quantity <= short.long_held:
            closed.long_term = True
            short.long_held -= closed.quantity
        else:
            self.book.find(
                FindingKind.SHORT_AGAINST_THE_BOX, event, _PART, quantity=short.long_held
            )
            short.long_held = ZERO

    def _put(self, put: Security, underlying: int, event: Event) -> None:
        if (event.account, event.security) in self._told:
            return
        # From the back, where as a rule the newest lots stand.
        held = (lot for shelf in self._shelves(underlying) for lot in reversed(tuple(shelf)))
        if any(not is_long_term(lot.holding_start, event.day) for lot in held):
            self._tell(event, _PUT.format(symbol=put.symbol))

    def _tell(self, event: Event, detail: str) -> None:
        """Say it once for an account and a security."""
        if (event.account, event.security) not in self._told:
            self._told.add((event.account, event.security))
            self.book.find(FindingKind.SHORT_AGAINST_THE_BOX, event, detail)

    def _held(self, security: int) -> Iterator[Lot]:
        """Return the long lots of what is identical, oldest acquisition first."""
        return merge(*map(_oldest_first, self._shelves(security)), key=lambda lot: lot.rank)

    def _shelves(self, security: int) -> Iterator[Shelf]:
        """Return the shelves of what is identical and held long where gains are taxed."""
        for number in self._identical(security):
            for account in self._taxable:
                holding = self.book.holdings.get((account, number))
                if holding is not None and len(holding.long):
                    yield holding.long

    def _identical(self, number: int) -> tuple[int, ...]:
        alike = self._alike.get(number)
        if alike is None:
            known = self.book.securities.get(number)
            identity = None if known is None else known.identity
            alike = self._alike[number] = (
                (number,)
                if identity is None
                else tuple(
                    other.id
                    for other in self.book.securities.values()
                    if other.identity == identity
                )
            )
        return alike


def _loses(closed: Slice) -> bool:
    gain = closed.tax_gain if closed.tax_gain is not None else closed.gain
    return gain is not None and gain < 0


def _oldest_first(shelf: Shelf) -> Iterable[Lot]:
    return sorted(shelf, key=lambda lot: lot.rank) if shelf.by_price else shelf


def watch_shorts(book: Book) -> None:
    """Watch the short sales of a book that is about to be written; the economic view has dates."""
    if book.view is View.ECONOMIC:
        return
    book.shorts = ShortSales(book)
    book.puts = frozenset(
        security.id
        for security in book.securities.values()
        if security.right is Right.PUT and security.is_option
    )

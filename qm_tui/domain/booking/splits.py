"""Splits, reverse splits and stock dividends in the same stock: more or fewer shares, same basis.

Every lot keeps its number, basis and dates. Source: 26 USC 305(a), 307(a); Publication 550, stock
dividends and stock splits.
"""

from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.apportionment import scaled_lots, written
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Split
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import FindingKind

PLAIN = 1000
"""A ratio that is derived from quantities has no larger number than this."""


def book_split(book: Book, split: Split) -> None:
    """Multiply every lot, long and short; refuse what disagrees with the shares credited."""
    holding = book.holding(split.account, split.security)
    sides = (holding.long, holding.short)
    if not any(len(side) for side in sides):
        if split.shares:
            _disagree(book, split, "Shares were credited in a split, and none are known.")
        return
    held = holding.long.quantity - holding.short.quantity
    ratio = _derived(held, split.shares) if split.ratio is None else split.ratio
    if ratio is None or ratio <= 0:
        book.find(
            FindingKind.FRACTION_UNKNOWN, split,
            "The ratio of this split is not known, and does not follow from the shares credited.",
            quantity=split.shares,
        )  # fmt: skip
    elif _agrees(book, split, held, ratio):
        for side in sides:
            _rescale(book, split, side, ratio)


def in_words(ratio: Fraction) -> str:
    """Write a ratio as brokers do: new for old."""
    word = "split" if ratio >= 1 else "reverse split"
    return f"{word} {ratio.numerator}:{ratio.denominator}"


def _rescale(book: Book, split: Split, side: Shelf, ratio: Fraction) -> None:
    lots = sorted(side, key=lambda lot: lot.rank)
    quantities = scaled_lots([lot.quantity for lot in lots], ratio)
    for lot, quantity in zip(lots, quantities, strict=True):
        if quantity != lot.quantity:
            book.rescale(lot, split, in_words(ratio), quantity)


def _derived(held: Decimal, shares: Decimal | None) -> Fraction | None:
    """Return the ratio that shares credited to a holding mean, where they can mean no other.

    Whole shares may be what a rounding left (the fraction is paid in cash), so that the ratio must
    be the simplest that gives so many: 10 left of 105 are 1:10 and 50 cents, not 2:21.
    """
    if not held or not shares:
        return None
    old, new = abs(Fraction(held)), abs(Fraction(held + shares))
    ratio = Fraction(new, old)
    if (held + shares) * held <= 0 or max(ratio.numerator, ratio.denominator) > PLAIN:
        return None
    if new.denominator == 1 and _has_simpler(ratio, Fraction(new + 1, old)):
        return None
    return ratio


def _has_simpler(ratio: Fraction, limit: Fraction) -> bool:
    """Whether a fraction of a smaller denominator lies between a ratio and a limit above it."""
    return any(
        Fraction(-(-ratio * denominator // 1), denominator) < limit
        for denominator in range(1, ratio.denominator)
    )


def _agrees(book: Book, split: Split, held: Decimal, ratio: Fraction) -> bool:
    """Check the shares credited; less than one share off is a fraction that was paid in cash."""
    if split.shares is None:
        return True
    credited = held + split.shares
    exact = Fraction(held) * ratio
    missing = exact - Fraction(credited) if held > 0 else Fraction(credited) - exact
    if not -1 < missing < 1:
        _disagree(
            book, split,
            f"{split.shares:f} shares were credited; {in_words(ratio)} of the {held:f} known ones"
            f" gives {written(exact - Fraction(held))}. The split was not booked.",
        )  # fmt: skip
        return False
    if missing < 0 and credited == credited.to_integral_value():
        _disagree(book, split, "The broker rounded a fraction up to a whole share.")
    return True


def _disagree(book: Book, split: Split, detail: str) -> None:
    book.find(FindingKind.SHARES_DISAGREE, split, detail, quantity=split.shares or ZERO)

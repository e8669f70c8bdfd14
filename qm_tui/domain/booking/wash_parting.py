"""Parts a slice that was replaced in part: what is disallowed stands apart from what is allowed."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import ZERO, share
from qm_tui.domain.booking.wash_pools import Pending


def part_slices(book: Book, pendings: Iterable[Pending]) -> None:
    """Put the rest of every loss that was replaced in part behind its slice, and count anew."""
    rests = {
        pending.closed.number: _rest_of(book, pending)
        for pending in pendings
        if ZERO < pending.quantity < pending.whole
    }
    if not rests:
        return
    slices: list[Slice] = []
    numbers: dict[int, int] = {}
    for closed in book.slices:
        rest = rests.get(closed.number)
        old = closed.number
        numbers[old] = closed.number = _append(slices, closed)
        if rest is not None:
            rest.number = _append(slices, rest)
    book.slices = slices
    book.adjustments = [replace(row, slice=numbers[row.slice]) for row in book.adjustments]
    if book.journal is not None:
        book.journal.steps = [
            step if step.slice is None else step._replace(slice=numbers[step.slice])
            for step in book.journal.steps
        ]


def _append(slices: list[Slice], closed: Slice) -> int:
    slices.append(closed)
    return len(slices)


def _rest_of(book: Book, pending: Pending) -> Slice:
    """Take what was not replaced out of a slice, and return it as a slice of its own.

    The slice keeps its number, the adjustments, and a loss that is exactly what is disallowed.
    """
    closed = pending.closed
    whole = closed.quantity
    left = share(whole, pending.quantity, pending.whole)
    same = closed.tax_basis is closed.basis and closed.tax_proceeds is closed.proceeds
    proceeds, basis = _parted(closed.proceeds, closed.basis, left, whole, pending.loss)
    if same:
        tax_proceeds, tax_basis = proceeds, basis
    else:
        tax_proceeds, tax_basis = _parted(
            closed.tax_proceeds, closed.tax_basis, left, whole, pending.tax_loss
        )
    rest = replace(
        closed,
        number=book.next_slice(),
        quantity=left,
        proceeds=proceeds,
        basis=basis,
        tax_proceeds=tax_proceeds,
        tax_basis=tax_basis,
        wash_in_basis=share(closed.wash_in_basis, left, whole) if closed.wash_in_basis else ZERO,
        disallowed=ZERO,
        tax_disallowed=ZERO,
        permanent=ZERO,
        tax_permanent=ZERO,
    )
    closed.quantity -= left
    closed.wash_in_basis -= rest.wash_in_basis
    closed.proceeds = _less(closed.proceeds, proceeds)
    closed.basis = _less(closed.basis, basis)
    closed.tax_proceeds = closed.proceeds if same else _less(closed.tax_proceeds, tax_proceeds)
    closed.tax_basis = closed.basis if same else _less(closed.tax_basis, tax_basis)
    return rest


def _parted(
    proceeds: Decimal | None,
    basis: Decimal | None,
    left: Decimal,
    whole: Decimal,
    loss: Decimal | None,
) -> tuple[Decimal | None, Decimal | None]:
    """Return proceeds and basis of what is left, so that its loss is what was not disallowed."""
    if proceeds is None or basis is None:
        return (
            None if proceeds is None else share(proceeds, left, whole),
            None if basis is None else share(basis, left, whole),
        )
    part = share(proceeds, left, whole)
    # In the other currency it may have been a gain: then the shares of both are all there is.
    return part, part + loss if loss else share(basis, left, whole)


def _less(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if whole is None or part is None else whole - part

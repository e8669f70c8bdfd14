"""What a wash sale does: a loss is disallowed, and goes into the basis of what replaced it."""

from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.holding_period import tacked
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.money import ZERO, share
from qm_tui.domain.booking.results import Adjustment
from qm_tui.domain.booking.wash_pools import ONE, Acquired, Pending
from qm_tui.domain.booking.words import AdjustmentKind

_DUST = Decimal("1E-8")
"""What the scaling of a pending loss by a split may leave over."""

_PARTS = 8
"""So many parts of one acquisition stand for themselves, each with its own loss and period."""
_STARTS = 32
"""Beyond them, so many as hold since different days do."""


def replace_with(book: Book, pending: Pending, acquired: Acquired, lot: Lot, event: Event) -> None:
    """Disallow as much of a loss as a lot replaces, share for share (26 CFR 1.1091-1(b)-(e))."""
    units, shares = _matched(pending.quantity, lot.quantity, acquired.shares_per_unit)
    part = book.carve(lot, units, event, "set apart: it replaces shares sold at a loss")
    part.replaces = True
    amount, tax_amount = disallow(pending, shares)
    permanent = not book.accounts[part.account].taxable
    if permanent:
        # Rev. Rul. 2008-5: the loss is gone, and the basis in the IRA stays what it was.
        pending.closed.permanent += amount
        pending.closed.tax_permanent += tax_amount or ZERO
    else:
        _add(book, pending.closed, part, event, amount, tax_amount)
    part = _settled(book, acquired, part, event)
    book.adjustments.append(
        _row(pending.closed, part, units, (amount, tax_amount), permanent=permanent)
    )


def _settled(book: Book, acquired: Acquired, part: Lot, event: Event) -> Lot:
    """Return the lot where a matched part ends up: its own, or one of the same acquisition.

    Share by share, thousands of round trips in one symbol would end as lots of one share each. So
    of an acquisition that replaces many losses only some parts stand for themselves; what comes
    beyond joins one that is held since the same day, so that no period is off. Only where
    there are more such days than `_STARTS` it joins the nearest, and the later start holds.
    """
    parts = acquired.parts.setdefault((part.account, part.security), [])
    if len(parts) >= _PARTS:
        parts[:] = [lot for lot in parts if lot.quantity]
    if part in parts:
        return part
    nearest = _nearest(parts, part)
    if nearest is None:
        parts.append(part)
        return part
    start = part.holding_start
    book.absorb(nearest, part, event, "kept with what replaced other losses")
    if nearest.holding_start < start:
        book.hold_since(nearest, event, "holding period of what joined it", start)
    return nearest


def _nearest(parts: list[Lot], part: Lot) -> Lot | None:
    """Return the part that another one joins; None where it stands for itself."""
    if len(parts) < _PARTS:
        return None
    start = part.holding_start
    nearest = min(parts, key=lambda lot: (abs((lot.holding_start - start).days), lot.number))
    return nearest if nearest.holding_start == start or len(parts) >= _STARTS else None


def _matched(wanted: Decimal, there: Decimal, per_unit: Decimal) -> tuple[Decimal, Decimal]:
    """Return how many units of the replacement are used, and how many shares they stand for."""
    shares = there * per_unit
    if abs(shares - wanted) < _DUST:
        return there, wanted
    if shares < wanted:
        return there, shares
    return share(wanted, ONE, per_unit), wanted


def disallow(pending: Pending, shares: Decimal) -> tuple[Decimal, Decimal | None]:
    """Move a part of what is pending into the slice's disallowed loss."""
    closed, whole = pending.closed, pending.quantity
    amount = share(pending.loss, shares, whole)
    same = pending.tax_loss is pending.loss
    tax_amount = amount
    if not same and pending.tax_loss is not None:
        tax_amount = share(pending.tax_loss, shares, whole)
    pending.quantity -= shares
    pending.loss -= amount
    closed.disallowed += amount
    if pending.tax_loss is None:
        return amount, None
    pending.tax_loss = pending.loss if same else pending.tax_loss - tax_amount
    closed.tax_disallowed += tax_amount
    return amount, tax_amount


def _add(
    book: Book, closed: Slice, lot: Lot, event: Event, amount: Decimal, tax_amount: Decimal | None
) -> None:
    """Add the loss to the basis, and the time the sold shares were held to the holding period.

    The basis of a short is what it brought: a loss makes that less (26 USC 1091(d), (e)).
    """
    if book.securities[lot.security].currency != book.securities[closed.security].currency:
        amount = _in_currency_of(lot, tax_amount)
    if lot.basis is None:
        amount = ZERO  # an unknown basis stays unknown: there is nothing to add to
    tax_amount = amount if lot.tax_basis is lot.basis else tax_amount
    sign = -1 if lot.short else 1
    book.revalue(
        lot, event, "loss of a wash sale added", sign * amount,
        None if tax_amount is None else sign * tax_amount, slice_number=closed.number,
    )  # fmt: skip
    lot.wash_added += amount
    lot.tax_wash_added += tax_amount or ZERO
    book.totals.wash_added += sign * amount
    if not lot.short and closed.holding_start is not None:
        start = tacked(lot.holding_start, closed.disposed, closed.holding_start)
        book.hold_since(lot, event, "holding period tacked on", start, slice_number=closed.number)


def _in_currency_of(lot: Lot, tax_amount: Decimal | None) -> Decimal:
    """Convert at the rate of the lot's own purchase; nothing where that is not known."""
    if tax_amount is None or lot.basis is None or not lot.tax_basis:
        return ZERO
    return share(tax_amount, lot.basis, lot.tax_basis)


def _row(
    closed: Slice,
    lot: Lot,
    quantity: Decimal,
    amounts: tuple[Decimal, Decimal | None],
    *,
    permanent: bool,
) -> Adjustment:
    assert lot.bought is not None
    return Adjustment(
        kind=AdjustmentKind.PERMANENT_WASH_SALE if permanent else AdjustmentKind.WASH_SALE,
        day=max(closed.disposed, lot.bought),
        slice=closed.number,
        lot=lot.number,
        quantity=quantity,
        amount=amounts[0],
        tax_amount=amounts[1] or ZERO,
    )

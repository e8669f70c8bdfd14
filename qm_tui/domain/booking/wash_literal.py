"""Section 1091 word by word: shares bought before a loss replace even when they are sold by then.

The loss goes into the basis of what was sold, and so into an earlier gain or loss; that one is not
tested again. Nobody has to reckon like this (`PreSale`); it is there to compare with.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.results import Adjustment
from qm_tui.domain.booking.wash_matching import disallow
from qm_tui.domain.booking.wash_pools import WINDOW, Pending, Pool, Sold
from qm_tui.domain.booking.words import AdjustmentKind


@dataclass(slots=True)
class SoldPurchases:
    """What was bought and sold again; it takes the place in a pool that lots have otherwise."""

    book: Book
    _lots: dict[int, Lot] = field(default_factory=dict)

    def bought(self, lot: Lot) -> None:
        """Remember a lot that can replace."""
        self._lots[lot.number] = lot

    def sold(self, closed: Slice, pool: Pool) -> None:
        """Remember what was sold of it, unless it has had its bite."""
        lot = None if closed.lot is None else self._lots.get(closed.lot)
        if lot is not None and lot.bought is not None and not lot.replaces:
            pool.sold.append(Sold(closed, lot.bought, closed.quantity))

    def replace(self, pending: Pending, pool: Pool) -> None:
        """Match a loss with sold purchases first: they are, as a rule, the earlier ones."""
        own: list[Sold] = []
        since = pending.closed.disposed - WINDOW
        while pending.quantity and pool.sold:
            sold = pool.sold[0]
            if sold.bought < since or not sold.quantity:
                pool.sold.popleft()
            elif sold.closed.acquisition == pending.closed.acquisition:
                own.append(pool.sold.popleft())
            else:
                self._add(pending, sold)
        pool.sold.extendleft(reversed(own))

    def _add(self, pending: Pending, sold: Sold) -> None:
        shares = min(pending.quantity, sold.quantity)
        sold.quantity -= shares
        amount, tax_amount = disallow(pending, shares)
        permanent = not self.book.accounts[sold.closed.account].taxable
        if permanent:
            pending.closed.permanent += amount
            pending.closed.tax_permanent += tax_amount or ZERO
        else:
            _raise_basis(sold.closed, amount, tax_amount or ZERO)
            self.book.totals.wash_added += -amount if sold.closed.short else amount
        self.book.adjustments.append(
            Adjustment(
                kind=(
                    AdjustmentKind.PERMANENT_WASH_SALE if permanent else AdjustmentKind.WASH_SALE
                ),
                day=pending.closed.disposed,
                slice=pending.closed.number,
                lot=sold.closed.lot,
                quantity=shares,
                amount=amount,
                tax_amount=tax_amount or ZERO,
            )
        )


def _raise_basis(closed: Slice, amount: Decimal, tax_amount: Decimal) -> None:
    """Add to the basis of a slice; of a short, take from what it brought."""
    same = closed.tax_basis is closed.basis and closed.tax_proceeds is closed.proceeds
    if closed.short:
        if closed.proceeds is not None:
            closed.proceeds -= amount
        if same:
            closed.tax_proceeds = closed.proceeds
        elif closed.tax_proceeds is not None:
            closed.tax_proceeds -= tax_amount
    else:
        if closed.basis is not None:
            closed.basis += amount
        if same:
            closed.tax_basis = closed.basis
        elif closed.tax_basis is not None:
            closed.tax_basis += tax_amount
    closed.wash_in_basis += amount

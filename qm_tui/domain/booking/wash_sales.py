"""Watches for wash sales while the book works: one chronological pass, adjustments flow forward.

Source: 26 USC 1091; 26 CFR 1.1091-1 and -2; Publication 550, wash sales. A loss looks back at what
was bought in the thirty days before and is still held, then waits thirty days for more.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.policy import CallAsReplacement, PreSale
from qm_tui.domain.booking.renames import Renamed, renamings
from qm_tui.domain.booking.wash_literal import SoldPurchases
from qm_tui.domain.booking.wash_matching import replace_with
from qm_tui.domain.booking.wash_orders import Orders, in_order_of_acquisition
from qm_tui.domain.booking.wash_parting import part_slices
from qm_tui.domain.booking.wash_pools import ONE, Acquired, Pending, Pool
from qm_tui.domain.booking.wash_splits import Splits
from qm_tui.domain.booking.wash_suspicions import Suspicions
from qm_tui.domain.booking.words import View
from qm_tui.domain.instruments import Right

_Key = tuple[object, ...]


class WashWatch:
    """The wash sales of one view of a book: of all its accounts, or of each account by itself."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._whole = book.view is View.TAXPAYER
        """All accounts and all that is identical together; else by account and security."""
        self._calls = self._whole and book.policy.call_as_replacement is CallAsReplacement.APPLY
        self._orders = Orders()
        self._splits = Splits()
        self._names = Renamed()
        """Of what stands in one pool: the old name and the new one are not two securities."""
        self._known_as: dict[int, object] = {}
        self._pools: dict[_Key, Pool] = {}
        self._waited: list[Pending] = []
        self._washes = {number: what.washes for number, what in book.securities.items()}
        self._taxable = {number: rules.taxable for number, rules in book.accounts.items()}
        self._suspicions = Suspicions(book) if self._whole else None
        literal = book.policy.pre_sale is PreSale.LITERAL
        self._sold = SoldPurchases(book) if literal else None

    def expect(self, events: Sequence[Event]) -> None:
        """Look over the whole history before it is booked."""
        self._orders.expect(events)
        self._splits.expect(events)
        for event in renamings(events):
            for kind in event.received:
                self._names.unite(self._name(event.security), self._name(kind.security))

    def acquired(self, lot: Lot, event: Event) -> None:
        """A lot with a `bought` day has been opened."""
        if self._washes[lot.security]:
            self._splits.catch_up(event, self._pools.values())
            for pool, shares_per_unit in self._pools_of(lot):
                if not lot.replaces:
                    self._replaces(pool, lot, pool.offer(lot, shares_per_unit), event)
            if self._sold is not None:
                self._sold.bought(lot)
            if self._suspicions is not None:
                self._suspicions.acquired(lot, event)
        self._sale(self._orders.complete(event), event)

    def disposed(self, slices: Sequence[Slice], event: Event) -> None:
        """A fill (or another disposition) has closed slices, in the order of the lots."""
        self._sale(self._orders.complete(event, slices), event)

    def carved(self, lot: Lot, part: Lot) -> None:
        """A part of a lot has become a lot of its own."""
        if part.bought is None or not self._washes[part.security]:
            return
        for pool, _ in self._pools_of(lot):
            acquired = pool.by_id.get(part.acquisition)
            if acquired is not None:
                pool.offer(part, acquired.shares_per_unit)
        if self._sold is not None:
            self._sold.bought(part)

    def moved(self, old: Lot, new: Lot) -> None:
        """Shares have become a lot elsewhere; a broker has not seen the other one buy them."""
        if new.bought is None or not self._washes[new.security]:
            return
        if self._whole or self._renamed(old, new):
            if not new.replaces:
                for pool, shares_per_unit in self._pools_of(new):
                    pool.offer(new, shares_per_unit)
            if self._sold is not None:
                self._sold.bought(new)

    def _renamed(self, old: Lot, new: Lot) -> bool:
        return self._pool(old.account, old.security, short=old.short) is self._pool(
            new.account, new.security, short=new.short
        )

    def scaled(self, lot: Lot, before: Decimal, event: Event) -> None:
        """A split scales the losses that wait, once for all lots of the security."""
        self._splits.scaled(lot, before, event, self._pools.values())

    def finish(self) -> None:
        """Part what was replaced from what was not, where a slice is both; say what may be more."""
        if self._suspicions is not None:
            self._suspicions.finish()
        part_slices(self._book, self._waited)

    def _pool(self, account: int, security: int, *, short: bool) -> Pool:
        name = self._known_as.get(security)
        if name is None:
            name = self._known_as[security] = self._names.one_of(self._name(security))
        key: _Key = (None if self._whole else account, name, short)
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = Pool()
        return pool

    def _name(self, security: int) -> tuple[str, int]:
        """Name what is identical to a security; identities and securities are counted apart."""
        known = self._book.securities.get(security) if self._whole else None
        if known is None or known.identity is None:
            return "security", security
        return "identity", known.identity

    def _pools_of(self, lot: Lot) -> Iterator[tuple[Pool, Decimal]]:
        """Where a lot can replace: among its own kind; a call also among the shares it buys."""
        yield self._pool(lot.account, lot.security, short=lot.short), ONE
        if self._calls and not lot.short:
            security = self._book.securities[lot.security]
            if security.right is Right.CALL and security.underlying is not None:
                shares = security.deliverable or security.multiplier
                yield self._pool(lot.account, security.underlying, short=False), shares

    def _replaces(self, pool: Pool, lot: Lot, acquired: Acquired, event: Event) -> None:
        while not lot.replaces and (pending := pool.waiting(lot)) is not None:
            replace_with(self._book, pending, acquired, lot, event)

    def _sale(self, slices: Sequence[Slice], event: Event) -> None:
        """Test what one sale closed: slice by slice, never netted (Publication 550)."""
        losses = [
            pending
            for closed in slices
            if self._washes[closed.security]
            and self._taxable[closed.account]
            and (pending := Pending.of(closed)) is not None
        ]
        pendings = in_order_of_acquisition(losses)
        for pending in pendings:
            self._lost(pending, event)
        if self._sold is not None:
            for closed in slices:
                self._sold.sold(
                    closed, self._pool(closed.account, closed.security, short=closed.short)
                )
        if self._suspicions is not None and slices:
            self._suspicions.disposed(slices, pendings, event)

    def _lost(self, pending: Pending, event: Event) -> None:
        """Look back for what replaces a loss; what is left of it waits for later purchases."""
        closed = pending.closed
        pool = self._pool(closed.account, closed.security, short=closed.short)
        if self._sold is not None:
            self._sold.replace(pending, pool)
        while pending.quantity and (acquired := pool.replacement(closed)) is not None:
            replace_with(self._book, pending, acquired, acquired.lots[0], event)
        if pending.quantity:
            pool.wait(pending)
            self._waited.append(pending)


def watch(book: Book, history: Sequence[Event]) -> None:
    """Watch for wash sales in a book that is about to be written, if its view has any."""
    if book.view is not View.ECONOMIC:
        book.wash = WashWatch(book)
        book.wash.expect(history)

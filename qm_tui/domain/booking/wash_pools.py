"""What may replace shares that are sold at a loss: bought lately, still held, not used up."""

import datetime as dt
from bisect import bisect_right, insort
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.domain.booking.lots import AcquisitionId, Lot, Rank, Slice
from qm_tui.domain.booking.money import ZERO

WINDOW = dt.timedelta(days=30)
"""Either way of the sale; with the day itself 61 calendar days (26 USC 1091(a))."""

ONE = Decimal(1)


def _rank(lot: Lot) -> Rank:
    return lot.rank


@dataclass(slots=True, eq=False)
class Acquired:
    """The lots that are left of one acquisition: they replace, and are replaced, as one."""

    acquisition: AcquisitionId
    bought: dt.date
    shares_per_unit: Decimal
    """1; of a contract that stands for shares: how many it delivers."""
    lots: list[Lot]
    parts: dict[tuple[int, int], list[Lot]] = field(default_factory=dict)
    """What of them has replaced losses, by account and security."""

    def first(self) -> Lot | None:
        """Return the first lot that is still held and has not had its bite; forget the others."""
        lots = self.lots
        while lots:
            lot = lots[0]
            if lot.quantity and not lot.replaces:
                return lot
            del lots[0]
        return None


@dataclass(slots=True, eq=False)
class Pending:
    """A loss, or the rest of one, that a purchase within thirty days would still disallow."""

    closed: Slice
    whole: Decimal
    """The slice's quantity, in shares as they are counted today (a split scales it)."""
    quantity: Decimal
    """What of it is not replaced yet."""
    loss: Decimal
    """Of that quantity, in the security's currency; 0 where only the other money shows a loss."""
    tax_loss: Decimal | None
    """The same in the tax currency; None: unknown."""

    @classmethod
    def of(cls, closed: Slice) -> "Pending | None":
        """Return the loss of a slice, in the tax currency if known; None where there is none."""
        tax_proceeds, tax_basis = closed.tax_proceeds, closed.tax_basis
        proceeds, basis = closed.proceeds, closed.basis
        if tax_proceeds is not None and tax_basis is not None:
            if tax_proceeds >= tax_basis:
                return None
            tax_loss = tax_basis - tax_proceeds
            if tax_basis is basis and tax_proceeds is proceeds:
                return cls(closed, closed.quantity, closed.quantity, tax_loss, tax_loss)
            known = proceeds is not None and basis is not None
            loss = basis - proceeds if known else ZERO  # type: ignore[operator]
            return cls(closed, closed.quantity, closed.quantity, max(loss, ZERO), tax_loss)
        if proceeds is None or basis is None or proceeds >= basis:
            return None
        return cls(closed, closed.quantity, closed.quantity, basis - proceeds, None)

    @property
    def place(self) -> tuple[object, ...]:
        """In order of disposition; where only the day is known, of the original acquisition."""
        closed = self.closed
        return (
            closed.disposed,
            _when(closed.disposed_at),
            closed.acquired or dt.date.min,
            closed.number,
        )


def _place(pending: Pending) -> tuple[object, ...]:
    return pending.place


_LAST = dt.datetime.max.replace(tzinfo=dt.UTC)


def _when(moment: dt.datetime | None) -> dt.datetime:
    return moment or _LAST


@dataclass(slots=True, eq=False)
class Sold:
    """Shares bought and sold again that have not had their bite (`PreSale.LITERAL` alone)."""

    closed: Slice
    bought: dt.date
    quantity: Decimal


@dataclass(slots=True, eq=False)
class Pool:
    """One side (long or short) of what is substantially identical.

    Acquisitions stand in the order in which they were made. What is sold, used up or too old is
    forgotten when it is met, so that each acquisition is looked at a few times only.
    """

    acquisitions: deque[Acquired] = field(default_factory=deque)
    by_id: dict[AcquisitionId, Acquired] = field(default_factory=dict)
    pendings: deque[Pending] = field(default_factory=deque)
    """In order of disposition."""
    sold: deque[Sold] = field(default_factory=deque)

    def offer(self, lot: Lot, shares_per_unit: Decimal = ONE) -> Acquired:
        """Add a lot to those that can replace; return its acquisition."""
        assert lot.bought is not None
        acquired = self.by_id.get(lot.acquisition)
        if acquired is None:
            acquired = Acquired(lot.acquisition, lot.bought, shares_per_unit, [lot])
            self._insert(acquired)
        else:
            insort(acquired.lots, lot, key=_rank)
        return acquired

    def _insert(self, acquired: Acquired) -> None:
        """Keep the order: what a merger or a move brings may have been bought before the rest."""
        acquisitions = self.acquisitions
        newest = max(acquired.bought, acquisitions[-1].bought) if acquisitions else acquired.bought
        if acquired.bought < newest - WINDOW:
            return
        later: list[Acquired] = []
        while acquisitions and acquisitions[-1].bought > acquired.bought:
            later.append(acquisitions.pop())
        acquisitions.append(acquired)
        acquisitions.extend(reversed(later))
        self.by_id[acquired.acquisition] = acquired
        self._forget(newest - WINDOW)

    def _forget(self, before: dt.date) -> None:
        acquisitions = self.acquisitions
        while acquisitions[0].bought < before:
            del self.by_id[acquisitions.popleft().acquisition]

    def replacement(self, closed: Slice) -> Acquired | None:
        """Return the earliest acquisition that replaces what was sold; its first lot is live."""
        acquisitions = self.acquisitions
        since = closed.disposed - WINDOW
        while acquisitions:
            acquired = acquisitions[0]
            if acquired.bought < since or acquired.first() is None:
                del self.by_id[acquisitions.popleft().acquisition]
            elif acquired.acquisition == closed.acquisition:
                # Selling a part of one purchase is no wash (Rev. Rul. 56-602): see what is behind.
                acquisitions.popleft()
                behind = self.replacement(closed)
                acquisitions.appendleft(acquired)
                return behind
            else:
                return acquired
        return None

    def wait(self, pending: Pending) -> None:
        """Keep a loss until its window has passed."""
        pendings, place = self.pendings, pending.place
        if not pendings or pendings[-1].place <= place:
            pendings.append(pending)
        else:
            # The last sold first: on a day without hours each goes in front of many.
            pendings.insert(bisect_right(pendings, place, key=_place), pending)

    def waiting(self, lot: Lot) -> Pending | None:
        """Return the first loss that a lot replaces."""
        assert lot.bought is not None
        pendings = self.pendings
        own: list[Pending] = []
        found = None
        while pendings:
            pending = pendings[0]
            if not pending.quantity or pending.closed.disposed < lot.bought - WINDOW:
                pendings.popleft()
            elif pending.closed.acquisition == lot.acquisition:
                own.append(pendings.popleft())
            else:
                found = pending
                break
        pendings.extendleft(reversed(own))
        return found if found and found.closed.disposed <= lot.bought + WINDOW else None

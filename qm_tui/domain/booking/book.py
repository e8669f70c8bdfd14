"""The book of one booking group in one view: every change of a lot goes through here."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.domain.booking.events import Event, Exercise, Fill, Move, TransferOut
from qm_tui.domain.booking.journal import Journal
from qm_tui.domain.booking.lots import Lot, Slice, Taking
from qm_tui.domain.booking.money import ZERO, along, converted, less, share
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.results import Adjustment, Finding, Totals
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.shelf import Holding
from qm_tui.domain.booking.watchers import ShortRules, WashSales
from qm_tui.domain.booking.words import Closing, FindingKind, LotMethod, Origin, View
from qm_tui.domain.instruments import InstrumentType


@dataclass(slots=True, kw_only=True)
class Book:
    """Holdings, and what has come of them so far."""

    securities: Mapping[int, Security]
    accounts: Mapping[int, AccountRules]
    policy: Policy
    view: View
    wash: WashSales | None = None
    shorts: ShortRules | None = None
    puts: frozenset[int] = frozenset()
    """Securities whose purchase the rules on short sales look at."""
    journal: Journal | None = None
    reinvested: set[tuple[int, int]] = field(default_factory=set)
    """(account, security) where shares of a reinvested dividend are, or were."""
    holdings: dict[tuple[int, int], Holding] = field(default_factory=dict)
    slices: list[Slice] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    in_transit: list[Lot] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    last_lot: int = 0
    last_slice: int = 0

    def holding(self, account: int, security: int) -> Holding:
        """Return what an account holds of a security, perhaps nothing."""
        place = (account, security)
        holding = self.holdings.get(place)
        if holding is None:
            holding = self.holdings[place] = Holding()
        return holding

    def next_lot(self) -> int:
        """Count a new lot."""
        self.last_lot += 1
        return self.last_lot

    def next_slice(self) -> int:
        """Count a new slice."""
        self.last_slice += 1
        return self.last_slice

    def method(self, account: int, security: int, day: dt.date) -> LotMethod:
        """Return the method that closes lots on a day."""
        method = self.policy.method or self.accounts[account].method(day)
        if method is LotMethod.SPECIFIC:
            return LotMethod.FIFO
        if method is LotMethod.AVERAGE and not self.averages(account, security):
            return LotMethod.FIFO
        return method

    def averages(self, account: int, security: int) -> bool:
        """Whether average basis may be used: for funds, and where dividends were reinvested.

        Source: 26 CFR 1.1012-1(e)(1).
        """
        fund = self.securities[security].kind is InstrumentType.FUND
        return fund or (account, security) in self.reinvested

    def in_tax_currency(
        self, amount: Decimal | None, security: int, rate: Decimal | None
    ) -> Decimal | None:
        """Convert money of a security; the same object where nothing has to be converted."""
        if amount is None or self.securities[security].currency == self.policy.tax_currency:
            return amount
        return None if rate is None else converted(amount, rate)

    # --- lots come, change, and go ---------------------------------------------------------------

    def enter(self, lot: Lot, event: Event, what: str) -> None:
        """Open a lot whose basis comes from outside the book: bought, sold short, delivered."""
        if lot.basis is not None:
            self.totals.cost_in += lot.basis
        self.place(lot)
        if self.journal is not None:
            self.journal.write(what, event, lot, (ZERO, None), other=lot.parent)
        if self.wash is not None and lot.bought is not None:
            self.wash.acquired(lot, event)
        if self.shorts is not None and (lot.short or lot.security in self.puts):
            self.shorts.opened(lot, event)

    def place(self, lot: Lot) -> None:
        """Put a lot on the shelf of its account, security and side."""
        if lot.origin is Origin.REINVESTMENT:
            self.reinvested.add((lot.account, lot.security))
        self.holding(lot.account, lot.security).side(short=lot.short).add(lot)

    def withdraw(self, lot: Lot) -> None:
        """Take a lot off its shelf, as it is."""
        self.holding(lot.account, lot.security).side(short=lot.short).remove(lot)

    def take(
        self, lot: Lot, quantity: Decimal, event: Event, what: str, method: LotMethod
    ) -> Taking:
        """Take some of a lot, or all of it, out of the book; its basis goes along pro rata."""
        before = (lot.quantity, lot.basis)
        whole = quantity == lot.quantity
        basis = lot.basis if whole or lot.basis is None else share(lot.basis, quantity, before[0])
        if lot.tax_basis is lot.basis:
            tax_basis = basis
        elif lot.tax_basis is None:
            tax_basis = None
        else:
            tax_basis = share(lot.tax_basis, quantity, before[0])
        taking = Taking(
            lot=lot,
            quantity=quantity,
            basis=basis,
            tax_basis=tax_basis,
            wash_added=share(lot.wash_added, quantity, before[0]) if lot.wash_added else ZERO,
            tax_wash_added=(
                share(lot.tax_wash_added, quantity, before[0]) if lot.tax_wash_added else ZERO
            ),
            method=method,
        )
        if whole:
            self.withdraw(lot)
        self._lessen(lot, taking)
        if self.journal is not None:
            self.journal.write(what, event, lot, before)
        return taking

    @staticmethod
    def _lessen(lot: Lot, taking: Taking) -> None:
        lot.quantity -= taking.quantity
        same = lot.tax_basis is lot.basis
        if lot.basis is not None and taking.basis is not None:
            lot.basis -= taking.basis
        if same:
            lot.tax_basis = lot.basis
        elif lot.tax_basis is not None and taking.tax_basis is not None:
            lot.tax_basis -= taking.tax_basis
        if lot.wash_added:
            lot.wash_added -= taking.wash_added
            lot.tax_wash_added -= taking.tax_wash_added

    def carve(self, lot: Lot, quantity: Decimal, event: Event, what: str) -> Lot:
        """Make a part of a lot a lot of its own, beside the rest; all of it: the lot itself."""
        if quantity == lot.quantity:
            return lot
        taking = self.take(lot, quantity, event, what, LotMethod.SPECIFIC)
        part = self.descendant(taking)
        part.replaces = lot.replaces
        self.place(part)
        if self.journal is not None:
            self.journal.write(what, event, part, (ZERO, None), other=lot.number)
        if self.wash is not None:
            self.wash.carved(lot, part)
        return part

    def descendant(
        self,
        taking: Taking,
        *,
        account: int | None = None,
        security: int | None = None,
        quantity: Decimal | None = None,
    ) -> Lot:
        """Make a lot of what was taken, with the history of where it came from; not yet placed."""
        lot, number = taking.lot, self.next_lot()
        return Lot(
            number=number,
            account=lot.account if account is None else account,
            security=lot.security if security is None else security,
            short=lot.short,
            quantity=taking.quantity if quantity is None else quantity,
            basis=taking.basis,
            tax_basis=taking.tax_basis,
            acquired=lot.acquired,
            acquired_known=lot.acquired_known,
            acquired_at=lot.acquired_at,
            holding_start=lot.holding_start,
            acquisition=lot.acquisition,
            origin=lot.origin,
            rank=(*lot.rank[:3], number),
            status=lot.status,
            opened_by=lot.opened_by,
            opening_id=lot.opening_id,
            label=lot.label,
            wash_added=taking.wash_added,
            tax_wash_added=taking.tax_wash_added,
            replaces=lot.replaces,
            bought=lot.bought,
            parent=lot.number,
        )

    def receive(self, lot: Lot, event: Event, what: str) -> None:
        """Place a lot that follows from another one: its basis came along, it was not bought."""
        self.place(lot)
        if self.journal is not None:
            self.journal.write(what, event, lot, (ZERO, None), other=lot.parent)

    def detach(
        self, lot: Lot, event: Event, what: str, basis: Decimal | None, tax_basis: Decimal | None
    ) -> Taking:
        """Take some of the basis of an open lot and none of its shares; less than nothing adds.

        An unknown amount leaves an unknown basis. What earlier wash sales added goes along pro
        rata.
        """
        before = (lot.quantity, lot.basis)
        same = lot.tax_basis is lot.basis
        taking = Taking(
            lot=lot,
            quantity=ZERO,
            basis=basis,
            tax_basis=tax_basis,
            wash_added=along(lot.wash_added, basis, lot.basis),
            tax_wash_added=along(lot.tax_wash_added, tax_basis, lot.tax_basis),
        )
        self.withdraw(lot)
        lot.basis = less(lot.basis, basis)
        lot.tax_basis = lot.basis if same else less(lot.tax_basis, tax_basis)
        lot.wash_added -= taking.wash_added
        lot.tax_wash_added -= taking.tax_wash_added
        self.place(lot)
        if self.journal is not None:
            self.journal.write(what, event, lot, before)
        return taking

    def revalue(
        self,
        lot: Lot,
        event: Event,
        what: str,
        delta: Decimal,
        tax_delta: Decimal | None,
        *,
        slice_number: int | None = None,
    ) -> None:
        """Add to the basis of an open lot (a negative delta takes from it)."""
        if lot.basis is None:
            return
        before = (lot.quantity, lot.basis)
        shelf = self.holding(lot.account, lot.security).side(short=lot.short)
        shelf.pooled = False
        in_place = not shelf.heeds_basis
        if not in_place:
            shelf.remove(lot)
        same = lot.tax_basis is lot.basis
        lot.basis += delta
        if same:
            lot.tax_basis = lot.basis
        elif lot.tax_basis is not None:
            lot.tax_basis = None if tax_delta is None else lot.tax_basis + tax_delta
        if not in_place:
            shelf.add(lot)
        if self.journal is not None:
            self.journal.write(what, event, lot, before, slice_number=slice_number)

    def absorb(self, lot: Lot, other: Lot, event: Event, what: str) -> None:
        """Put all of an open lot into another one of the same acquisition and holding period."""
        before = (lot.quantity, lot.basis)
        other_before = (other.quantity, other.basis)
        same = lot.tax_basis is lot.basis
        self.withdraw(lot)
        self.withdraw(other)
        lot.quantity += other.quantity
        lot.basis = less(lot.basis, None if other.basis is None else -other.basis)
        if same:
            lot.tax_basis = lot.basis
        else:
            lot.tax_basis = less(
                lot.tax_basis, None if other.tax_basis is None else -other.tax_basis
            )
        lot.wash_added += other.wash_added
        lot.tax_wash_added += other.tax_wash_added
        other.quantity = other.wash_added = other.tax_wash_added = ZERO
        other.basis = other.tax_basis = None if other.basis is None else ZERO
        self.place(lot)
        if self.journal is not None:
            self.journal.write(what, event, other, other_before, other=lot.number)
            self.journal.write(what, event, lot, before, other=other.number)

    def hold_since(
        self, lot: Lot, event: Event, what: str, start: dt.date, *, slice_number: int | None = None
    ) -> None:
        """Let the holding period of an open lot begin on another day."""
        lot.holding_start = start
        if self.journal is not None:
            self.journal.write(
                what, event, lot, (lot.quantity, lot.basis), slice_number=slice_number
            )

    def rescale(self, lot: Lot, event: Event, what: str, quantity: Decimal) -> None:
        """Change the quantity of an open lot, and nothing else of it."""
        before = (lot.quantity, lot.basis)
        self.withdraw(lot)
        lot.quantity = quantity
        self.place(lot)
        if self.journal is not None:
            self.journal.write(what, event, lot, before)
        if self.wash is not None:
            self.wash.scaled(lot, before[0], event)

    # --- what has been closed, and what was seen -------------------------------------------------

    def realize(
        self,
        taking: Taking,
        event: Event,
        money: Decimal | None,
        tax_money: Decimal | None,
        how: Closing = Closing.SALE,
    ) -> Slice:
        """Close what was taken: `money` is what it brought, or what covering a short cost."""
        lot = taking.lot
        short = lot.short
        closed = Slice(
            number=self.next_slice(),
            account=lot.account,
            security=lot.security,
            short=short,
            quantity=taking.quantity,
            proceeds=taking.basis if short else money,
            basis=money if short else taking.basis,
            tax_proceeds=taking.tax_basis if short else tax_money,
            tax_basis=tax_money if short else taking.tax_basis,
            acquired=lot.acquired,
            acquired_at=lot.acquired_at,
            holding_start=lot.holding_start,
            disposed=event.day,
            disposed_at=event.at,
            acquisition=lot.acquisition,
            how=how,
            status=lot.status,
            method=taking.method,
            opened_by=lot.opened_by,
            closed_by=event.source,
            lot=lot.number,
            wash_in_basis=taking.wash_added,
        )
        if not lot.acquired_known:
            closed.acquired = closed.holding_start = None
        self.slices.append(closed)
        return closed

    def find(
        self,
        kind: FindingKind,
        event: Event,
        detail: str = "",
        *,
        quantity: Decimal | None = None,
        security: int | None = None,
        account: int | None = None,
    ) -> None:
        """Note something that could not be settled."""
        self.findings.append(
            Finding(
                kind=kind,
                account=event.account if account is None else account,
                security=event.security if security is None else security,
                day=event.day,
                quantity=quantity,
                source=event.source,
                detail=detail,
            )
        )

    def sold(self, slices: Sequence[Slice], event: Event) -> None:
        """Tell whoever watches short sales and wash sales what a disposition closed."""
        if slices and slices[0].short and self.shorts is not None:
            self.shorts.covered(slices, event)
        if self.wash is not None and slices:
            self.wash.disposed(slices, event)

    def identifies_lots(self, account: int, day: dt.date) -> bool:
        """Whether lots of an account are named as a rule (specific identification)."""
        method = self.policy.method or self.accounts[account].method(day)
        return method is LotMethod.SPECIFIC

    def names_lots(self, event: Fill | Exercise | TransferOut | Move) -> bool:
        """Whether the lots that were named for an event are to be taken."""
        supposed = self.policy.method not in {None, LotMethod.SPECIFIC}
        return bool(event.picks) and self.policy.name_lots and not supposed

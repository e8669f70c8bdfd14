"""What may be a wash sale, as facts and circumstances decide: said to the user, never booked.

A stock loss with a call bought or a put written deep in the money, the loss of a call with its
stock or another strike bought, the loss of a short sale with shares sold: within thirty days either
way. One finding at most for what an account loses with a security on a day.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.policy import CallAsReplacement
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.wash_pools import WINDOW, Pending
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.instruments import Right

_DEEP = Decimal("1.1")
"""A put is written deep in the money where its strike is this much above the price of the sale."""


class _Deed(Enum):
    """What was done near a loss, and makes one look twice."""

    CALL = auto()
    PUT_WRITTEN = auto()
    STOCK = auto()
    STRIKE = auto()
    SHARES_SOLD = auto()


_WORDS = {
    _Deed.CALL: "a call on these shares, {symbol}, was bought within 30 days of the loss",
    _Deed.PUT_WRITTEN: "a put deep in the money, {symbol}, was written within 30 days of the loss",
    _Deed.STOCK: "the shares, {symbol}, were bought within 30 days of the option's loss",
    _Deed.STRIKE: "another strike, {symbol}, was bought within 30 days of the loss",
    _Deed.SHARES_SOLD: "shares, {symbol}, were sold within 30 days of the short sale's loss",
}


class _Trail(NamedTuple):
    """A deed of one kind, on one family of securities: a stock and its options."""

    deed: _Deed
    family: int
    right: Right | None = None
    expiry: dt.date | None = None


class _Done(NamedTuple):
    day: dt.date
    security: int
    lot: Lot | None
    """None: shares that were sold."""


@dataclass(slots=True, eq=False)
class _Lost:
    """The losses of an account with a security on a day."""

    event: Event
    security: Security
    pendings: list[Pending]
    """Not all of them for ever: those at the end that are replaced are forgotten."""
    found: bool = False

    @property
    def allowed(self) -> bool:
        """Whether something of the losses is still allowed."""
        pendings = self.pendings
        while pendings and not pendings[-1].quantity:
            pendings.pop()
        return bool(pendings)


@dataclass(slots=True)
class Suspicions:
    """Losses and deeds of the last thirty days, by what would bring them together."""

    book: Book
    _done: dict[_Trail, dict[int, _Done]] = field(default_factory=dict)
    """The last deed for each security."""
    _lost: dict[_Trail, list[_Lost]] = field(default_factory=dict)
    _today: dict[tuple[int, int, bool], _Lost] = field(default_factory=dict)
    """The newest losses of each account, security and side."""
    _found: list[tuple[_Lost, str]] = field(default_factory=list)
    """What looks like a wash sale, and why."""
    _families: set[int] = field(init=False)
    """Securities that have options."""

    def __post_init__(self) -> None:
        self._families = {
            what.underlying
            for what in self.book.securities.values()
            if what.is_option and what.underlying is not None
        }

    def acquired(self, lot: Lot, event: Event) -> None:
        """Something was bought, or sold short."""
        security = self.book.securities[lot.security]
        for trail in self._deeds(security, short=lot.short):
            self._do(trail, _Done(event.day, lot.security, lot))

    def disposed(self, slices: Sequence[Slice], pendings: Sequence[Pending], event: Event) -> None:
        """Something was sold, or a short was closed; `pendings` are its losses."""
        first = slices[0]
        security = self.book.securities[first.security]
        if not first.short and not security.is_option:
            trail = _Trail(_Deed.SHARES_SOLD, security.id)
            self._do(trail, _Done(event.day, security.id, None))
        if not pendings:
            return
        key = (first.account, first.security, first.short)
        lost = self._today.get(key)
        if lost is not None and lost.event.day == event.day:
            lost.pendings.extend(pendings)
        else:
            lost = self._today[key] = _Lost(event, security, list(pendings))
            for trail in self._feared(security, short=first.short):
                self._lost.setdefault(trail, []).append(lost)
        for trail in self._feared(security, short=first.short):
            self._look_back(trail, lost)

    def _look_back(self, trail: _Trail, lost: _Lost) -> None:
        for done in reversed(self._done.get(trail, {}).values()):
            if lost.found or lost.event.day - done.day > WINDOW:
                break
            self._look(trail, lost, done)

    def _do(self, trail: _Trail, done: _Done) -> None:
        all_done = self._done.setdefault(trail, {})
        all_done.pop(done.security, None)  # to the end, so that they stay in the order of days
        all_done[done.security] = done
        waiting = self._lost.get(trail)
        if not waiting:
            return
        for lost in waiting:
            self._look(trail, lost, done)
        self._lost[trail] = [
            lost for lost in waiting if not lost.found and done.day - lost.event.day <= WINDOW
        ]

    def _look(self, trail: _Trail, lost: _Lost, done: _Done) -> None:
        """Note it once, where something of the loss is still allowed."""
        if (
            lost.found
            or abs(done.day - lost.event.day) > WINDOW
            or (trail.deed is _Deed.STRIKE and done.security == lost.security.id)
            or (done.lot is not None and not done.lot.quantity)
            or not lost.allowed
            or (trail.deed is _Deed.PUT_WRITTEN and not self._deep(lost, done))
        ):
            return
        lost.found = True
        symbol = self.book.securities[done.security].symbol
        self._found.append((lost, _WORDS[trail.deed].format(symbol=symbol)))

    def finish(self) -> None:
        """Say what was found, but for losses that a later purchase disallowed as a whole."""
        for lost, why in self._found:
            if lost.allowed:
                self.book.find(FindingKind.POSSIBLE_WASH_SALE, lost.event, why)
        self._found = []

    def _deep(self, lost: _Lost, done: _Done) -> bool:
        strike = self.book.securities[done.security].strike
        closed = lost.pendings[0].closed
        return (
            strike is not None
            and closed.proceeds is not None
            and strike * closed.quantity >= closed.proceeds * _DEEP
        )

    def _deeds(self, security: Security, *, short: bool) -> Iterator[_Trail]:
        """What opening a position may be, in the light of some loss."""
        if not security.is_option:
            if short:
                return
            if security.id in self._families:
                yield _Trail(_Deed.STOCK, security.id)
        elif security.underlying is not None:
            if not short:
                yield _strikes(security, security.underlying)
            if security.right is Right.CALL and not short:
                yield _Trail(_Deed.CALL, security.underlying)
            if security.right is Right.PUT and short:
                yield _Trail(_Deed.PUT_WRITTEN, security.underlying)

    def _feared(self, security: Security, *, short: bool) -> Iterator[_Trail]:
        """Which deeds make a loss suspicious."""
        if not security.is_option:
            if short:
                yield _Trail(_Deed.SHARES_SOLD, security.id)
            elif security.id in self._families:
                if self.book.policy.call_as_replacement is CallAsReplacement.FLAG:
                    yield _Trail(_Deed.CALL, security.id)
                yield _Trail(_Deed.PUT_WRITTEN, security.id)
        elif security.underlying is not None and not short:
            if security.right is Right.CALL:
                yield _Trail(_Deed.STOCK, security.underlying)
            yield _strikes(security, security.underlying)


def _strikes(security: Security, underlying: int) -> _Trail:
    return _Trail(_Deed.STRIKE, underlying, security.right, security.expiry)

"""What happened, in the engine's terms: one normalized event per fact, in no broker's words.

Quantities are signed as everywhere (bought is positive), amounts are not: `amount` is what changed
hands before fees, `fees` what was paid beside it (a rebate is negative). Money is in the security's
currency; `rate` multiplies it into the tax currency.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from qm_tui.domain.booking.words import Closing, LotMethod, Origin

ZERO = Decimal(0)


class Source(NamedTuple):
    """The fact an event follows from: its table and its row there."""

    table: str
    id: int


NOWHERE = Source("", 0)


class Phase:
    """Where an event stands among those of the same instant (rules, section 2)."""

    CORPORATE_ACTION = 0
    TRANSFER_IN = 1
    FILL = 2
    EXERCISE = 3
    TRANSFER_OUT = 4
    YEAR_END = 5


class Pick(NamedTuple):
    """A lot that the broker or the user named for a closing fill."""

    quantity: Decimal
    """Positive."""
    opening_id: str | None = None
    """The broker's id of the opening fill."""
    acquired: dt.date | None = None
    acquired_at: dt.datetime | None = None
    basis: Decimal | None = None
    """Of the quantity: tells lots of one moment apart."""
    lot: str | None = None
    """The label of a lot (`Fill.label`), where lots carry labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has. Events of one instant keep the order of their sequence."""

    day: dt.date
    """The trade date: the exchange's calendar day."""
    account: int
    security: int
    at: dt.datetime | None = None
    source: Source = NOWHERE
    sequence: int = 0
    """The source's own order among events of one moment."""
    key: str = ""
    """Breaks the last tie: the fact's own key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Event):
    """Bought or sold; also what ends like a sale: an expiry, a cash settlement."""

    quantity: Decimal
    amount: Decimal
    """|quantity| × price × multiplier; negative only at a negative price."""
    fees: Decimal = ZERO
    opens: bool | None = None
    """True: opens, False: only closes, None: closes what is there and opens with the rest."""
    rate: Decimal | None = None
    order: str | None = None
    """Fills of one order on one day are one acquisition, and one sale."""
    opening_id: str | None = None
    """What closed-lot rows call this fill."""
    picks: tuple[Pick, ...] = ()
    how: Closing = Closing.SALE
    origin: Origin | None = None
    """Of the lot it opens; None: a purchase or a short sale."""
    label: str | None = None
    method: LotMethod | None = None
    """Instead of the account's, for this fill alone: what if."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise(Event):
    """An exercise or assignment: the option goes, its premium is folded into the shares.

    `security` is the option, `quantity` the signed change of the option position (a long that is
    exercised is negative).
    """

    quantity: Decimal
    shares: Fill | None
    """The shares delivered, at the strike; None when they were not found."""
    picks: tuple[Pick, ...] = ()
    fees: Decimal = ZERO
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Event):
    """A split, a reverse split or a stock dividend in the same stock: quantity × ratio."""

    ratio: Fraction | None
    """New shares for one old; None: not known, taken from `shares` and the holding if exact."""
    shares: Decimal | None = None
    """The change of the holding as the broker credited it: checked, never booked by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpinOff(Event):
    """Shares of another company for shares held; `security` is the parent.

    Source: 26 USC 355, 358; Form 8937 says the fraction.
    """

    child: int
    shares: Decimal
    """Received; spread over the parent's lots by quantity."""
    fraction: Fraction | None = None
    """Of the parent's basis that moves to the child; None: not known."""
    basis: Decimal | None = None
    """What moves, as the broker states it, in the parent's currency; the fraction goes first."""
    taxable_value: Decimal | None = None
    """The fair market value of what was received, where the distribution is income instead."""
    rate: Decimal | None = None


class Received(NamedTuple):
    """One kind of share received in an exchange."""

    security: int
    quantity: Decimal
    fraction: Fraction | None = None
    """Of the basis given up; None with several kinds received: not known."""
    value: Decimal | None = None
    """Fair market value of all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Event):
    """Shares given up for other shares, for cash, or for both; also a mere change of symbol.

    Source: 26 USC 354, 356, 358, 368; 26 CFR 1.358-2. Lot by lot, a gain up to the cash is
    recognized, a loss never; without shares received it is a sale.
    """

    given: Decimal | None
    """Shares given up, positive; None: all that the account holds."""
    received: tuple[Received, ...] = ()
    cash: Decimal = ZERO
    fees: Decimal = ZERO
    taxable: bool = False
    """A sale and a purchase at fair market value instead."""
    short: bool = False
    """Whether a short position is exchanged."""
    renamed: bool = False
    """Whether it is the same share under a new symbol or CUSIP, one for one."""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashInLieu(Event):
    """Cash for a fraction of a share: a sale of it out of the lots that produced it."""

    quantity: Decimal | None
    """The fraction, positive; None: not known, so that nothing can be booked but a finding."""
    cash: Decimal
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOfCapital(Event):
    """A distribution that lowers the basis; what goes below zero is a gain of the day.

    Source: 26 CFR 1.301-1(e); Publication 550, nondividend distributions.
    """

    amount: Decimal
    record_day: dt.date | None = None
    """Spread over the shares held at the end of this day; None: at the event itself."""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights(Event):
    """Rights to buy received for shares held; `security` is the stock.

    Source: 26 USC 305, 307.
    """

    right: int
    quantity: Decimal
    fraction: Fraction | None = None
    """Of the stock's basis that moves to the rights; 0 where they are worth less than 15 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsExercise(Event):
    """Rights used to subscribe; `security` is the right, whose basis goes into the shares."""

    quantity: Decimal
    """Rights used, positive."""
    shares: Fill


class GivenLot(NamedTuple):
    """A lot as whoever delivered it states it."""

    quantity: Decimal
    """Signed."""
    basis: Decimal | None
    """Unsigned; None is unknown."""
    acquired: dt.date | None
    acquired_at: dt.datetime | None = None
    holding_start: dt.date | None = None
    rate: Decimal | None = None
    """Of the day it was acquired; None: that of the transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferIn(Event):
    """Shares from outside: the lots as stated, or one whose basis nobody knows."""

    quantity: Decimal
    """Signed."""
    lots: tuple[GivenLot, ...] = ()
    basis: Decimal | None = None
    """Of all of it, where no lots are stated."""
    rate: Decimal | None = None
    opening_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOut(Event):
    """Shares to somewhere else: lots leave without a gain (also a gift)."""

    quantity: Decimal
    """Signed: a long that leaves is negative."""
    picks: tuple[Pick, ...] = ()
    in_transit: bool = False
    """Whether an arrival in an account of the same taxpayer is to be expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Event):
    """Shares from one account of the taxpayer to another: whole lots, or parts of them.

    Between a taxable account and an IRA it is no move: out of an IRA is a distribution (basis =
    value, new period), into one is a removal.
    """

    to_account: int
    quantity: Decimal
    """Signed, seen from the account that is left: a long that leaves is negative."""
    picks: tuple[Pick, ...] = ()
    value: Decimal | None = None
    """Fair market value of all of it."""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRefund(Event):
    """Money that changes what a fill cost or brought, told later (a commission adjustment)."""

    amount: Decimal
    """Received is positive."""
    trade: Source | None
    """The fill it belongs to; None: an expense of its own, nothing is booked."""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEndMark(Event):
    """The last business day's price of a section 1256 contract."""

    price: Decimal | None
    """Per unit; None: not known."""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebase(Event):
    """An account leaves average basis for another method: its lots keep the pool's basis.

    The engine makes these of the account's rules; no fact does. Source: 26 CFR 1.1012-1(e)(9).
    """


PHASES: dict[type[Event], int] = {
    Fill: Phase.FILL,
    Exercise: Phase.EXERCISE,
    Split: Phase.CORPORATE_ACTION,
    SpinOff: Phase.CORPORATE_ACTION,
    Exchange: Phase.CORPORATE_ACTION,
    CashInLieu: Phase.FILL,
    ReturnOfCapital: Phase.CORPORATE_ACTION,
    Rights: Phase.CORPORATE_ACTION,
    RightsExercise: Phase.EXERCISE,
    TransferIn: Phase.TRANSFER_IN,
    TransferOut: Phase.TRANSFER_OUT,
    Move: Phase.TRANSFER_OUT,
    FeeRefund: Phase.TRANSFER_OUT,
    YearEndMark: Phase.YEAR_END,
    Rebase: Phase.CORPORATE_ACTION,
}

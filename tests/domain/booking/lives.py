"""Long histories of everything that can happen, in three accounts of one taxpayer.

A life is told by a generator of its own from a number: a shorter one is the beginning of a longer
one, so that what fails shrinks well, and hundreds of events cost next to nothing to draw.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st
from typing_extensions import override

from qm_tui.domain.booking.events import (
    CashInLieu,
    Event,
    Exchange,
    Exercise,
    FeeRefund,
    Fill,
    GivenLot,
    Move,
    Received,
    ReturnOfCapital,
    Rights,
    RightsExercise,
    Source,
    SpinOff,
    Split,
    TransferIn,
    TransferOut,
    YearEndMark,
)
from qm_tui.domain.booking.words import Closing, Origin
from qm_tui.domain.instruments import Right
from tests.domain.booking.world import (
    CHILD,
    FOREIGN,
    HUNDRED,
    INDEX_OPTION,
    IRA,
    OPTIONS,
    RIGHT,
    SECOND,
    SECURITIES,
    START,
    STOCKS,
    SUCCESSOR,
    TAXABLE,
    ZERO,
)


@dataclass(slots=True, repr=False)
class Life:
    """A history that is being written: what happened, and what is held after it, signed."""

    random: Random
    kinds: tuple[str, ...]
    accounts: tuple[int, ...] = (TAXABLE, SECOND, IRA)
    events: list[Event] = field(default_factory=list)
    held: dict[tuple[int, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    now: dt.datetime = START

    @override
    def __repr__(self) -> str:
        return f"a life of {len(self.events)} events"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis prints; all of the events would be far too much."""
        del cycle
        printer.text(repr(self))

    def write(self, length: int) -> "Life":
        """Let things happen until there are so many events, or a few more."""
        while len(self.events) < length:
            self._pass_time()
            _HAPPENINGS[self.random.choice(self.kinds)](self)
        return self

    def _pass_time(self) -> None:
        """Mostly minutes or days, at times weeks: enough that windows open and close."""
        days = self.random.choice((0, 0, 0, 0, 1, 1, 2, 5, 9, 31))
        self.now += dt.timedelta(days=days, minutes=self.random.randrange(1, 20))

    def common(self, account: int, security: int) -> dict[str, Any]:
        number = len(self.events) + 1
        return {
            "day": self.now.date(), "at": self.now, "account": account, "security": security,
            "source": Source("trades", number), "sequence": number, "key": f"{number:06}",
        }  # fmt: skip

    def fill(
        self, account: int, security: int, quantity: Decimal, price: Decimal, **more: Any
    ) -> Fill:
        """Buy or sell; what is held and the money follow."""
        multiplier = SECURITIES[security].multiplier
        amount = abs(quantity * price * multiplier)
        fees = more.pop("fees", Decimal(self.random.randrange(-10, 200)) / 100)
        fill = Fill(
            **self.common(account, security), quantity=quantity, amount=amount, fees=fees,
            rate=Decimal("1.0873") if security == FOREIGN else None, **more,
        )  # fmt: skip
        self.held[account, security] += quantity
        self.events.append(fill)
        return fill

    def price(self, middle: int = 50) -> Decimal:
        return Decimal(self.random.randrange(middle * 60, middle * 140)) / 100

    def quantity(self) -> Decimal:
        """Round lots, odd ones, and fractions of a share."""
        odd = Decimal(self.random.randrange(1, 90_000)) / 1000
        return self.random.choice((HUNDRED, Decimal(self.random.randrange(1, 60)), odd))

    def someone(self) -> int:
        return self.random.choice(self.accounts)

    def holder(self, securities: Iterable[int], *, long: bool = False) -> tuple[int, int] | None:
        """Return who holds one of these, and which."""
        wanted = set(securities)
        found = [
            place
            for place, quantity in self.held.items()
            if place[1] in wanted and (quantity > 0 or (quantity and not long))
        ]
        return self.random.choice(found) if found else None


def _order(life: Life) -> None:
    """An order, filled in pieces; what it sells may go below zero, what it buys above."""
    account, security = life.someone(), life.random.choice((*STOCKS, FOREIGN))
    held = life.held[account, security]
    side = -1 if held > 150 else 1 if held < -150 else life.random.choice((1, 1, -1))
    name = f"order {len(life.events)}"
    price = life.price()
    for _ in range(life.random.choice((1, 1, 2, 3))):
        life.fill(account, security, side * life.quantity(), price, order=name)
        price += Decimal(life.random.randrange(-20, 20)) / 100


def _round_trip(life: Life) -> None:
    """Bought and sold again on the same day."""
    account, security, quantity = life.someone(), life.random.choice(STOCKS), life.quantity()
    life.fill(account, security, quantity, life.price())
    life.now += dt.timedelta(minutes=5)
    life.fill(account, security, -quantity, life.price())


def _reinvest(life: Life) -> None:
    place = life.holder(STOCKS, long=True)
    if place:
        quantity = Decimal(life.random.randrange(1, 3000)) / 1000
        life.fill(*place, quantity, life.price(), fees=ZERO, origin=Origin.REINVESTMENT)


def _short(life: Life) -> None:
    account, security = life.someone(), life.random.choice(STOCKS)
    if life.held[account, security] <= 0:
        life.fill(account, security, -life.quantity(), life.price())


def _option_trade(life: Life) -> None:
    account, option = life.someone(), life.random.choice((*OPTIONS, INDEX_OPTION))
    contracts = Decimal(life.random.randrange(1, 6) * life.random.choice((1, -1)))
    life.fill(account, option, contracts, life.price(3))


def _expiry(life: Life) -> None:
    place = life.holder((*OPTIONS, INDEX_OPTION))
    if place:
        life.fill(*place, -life.held[place], ZERO, fees=ZERO, opens=False, how=Closing.EXPIRY)


def _exercise(life: Life) -> None:
    """A long is exercised, a written one assigned; shares change hands at the strike."""
    place = life.holder(OPTIONS)
    if not place:
        return
    account, option = place
    underlying, right = OPTIONS[option]
    contracts = life.held[place]
    sign = 1 if right is Right.CALL else -1
    common = life.common(account, option)
    shares = life.fill(account, underlying, sign * contracts * HUNDRED, Decimal(50), fees=ZERO)
    life.events[-1] = Exercise(**common, quantity=-contracts, shares=shares)
    life.held[place] = ZERO


def _split(life: Life) -> None:
    """For everybody who holds it, at once."""
    security = life.random.choice(STOCKS)
    ratio = life.random.choice((Fraction(2), Fraction(3, 2), Fraction(1, 10), Fraction(21, 20)))
    for (account, held_security), quantity in sorted(life.held.items()):
        if held_security == security and quantity:
            after = quantity * ratio.numerator / ratio.denominator
            event = Split(**life.common(account, security), ratio=ratio, shares=after - quantity)
            life.held[account, security] = after
            life.events.append(event)


def _spin_off(life: Life) -> None:
    place = life.holder(STOCKS, long=True)
    if place:
        shares = Decimal(life.random.randrange(1, 400)) / 4
        fraction = Fraction(life.random.randrange(1, 30), 100)
        event = SpinOff(**life.common(*place), child=CHILD, shares=shares, fraction=fraction)
        life.held[place[0], CHILD] += shares
        life.events.append(event)


def _exchange(life: Life) -> None:
    """All or some of a holding for shares of another company, at times with cash."""
    place = life.holder((*STOCKS, CHILD), long=True)
    if not place:
        return
    account, security = place
    given = life.random.choice((life.held[place], min(life.held[place], Decimal(10))))
    got = given * life.random.randrange(1, 5)
    cash = life.random.choice((ZERO, ZERO, given * life.random.randrange(1, 60)))
    event = Exchange(
        **life.common(account, security), given=given, cash=cash,
        received=(Received(SUCCESSOR, got, value=got * life.price(20)),),
    )  # fmt: skip
    life.held[place] -= given
    life.held[account, SUCCESSOR] += got
    life.events.append(event)


def _return_of_capital(life: Life) -> None:
    place = life.holder((*STOCKS, SUCCESSOR), long=True)
    if place:
        amount = Decimal(life.random.randrange(1, 200_000)) / 100
        life.events.append(ReturnOfCapital(**life.common(*place), amount=amount))


def _cash_in_lieu(life: Life) -> None:
    place = life.holder((*STOCKS, SUCCESSOR), long=True)
    if place:
        fraction = min(life.held[place], Decimal(life.random.randrange(1, 999)) / 1000)
        cash = (fraction * life.price()).quantize(Decimal("0.01"))
        life.events.append(CashInLieu(**life.common(*place), quantity=fraction, cash=cash))
        life.held[place] -= fraction


def _rights(life: Life) -> None:
    """Rights for shares; the next time around they are used."""
    place = life.holder((RIGHT,))
    if place:
        stock = life.random.choice(STOCKS)
        common = life.common(*place)
        quantity = life.held[place]
        shares = life.fill(place[0], stock, quantity, Decimal(30), opens=True)
        life.events[-1] = RightsExercise(**common, quantity=quantity, shares=shares)
        life.held[place] = ZERO
        return
    place = life.holder(STOCKS, long=True)
    if place:
        quantity, fraction = life.quantity(), Fraction(life.random.randrange(16), 100)
        event = Rights(**life.common(*place), right=RIGHT, quantity=quantity, fraction=fraction)
        life.held[place[0], RIGHT] += quantity
        life.events.append(event)


def _move(life: Life) -> None:
    """To another account; into an IRA and out of it, it is no mere move."""
    place = life.holder((*STOCKS, CHILD, SUCCESSOR), long=True)
    if not place:
        return
    account, security = place
    others = [one for one in life.accounts if one != account and life.held[one, security] >= 0]
    if others:
        target = life.random.choice(others)
        quantity = life.random.choice((life.held[place], min(life.held[place], Decimal(7))))
        event = Move(
            **life.common(account, security), to_account=target, quantity=-quantity,
            value=quantity * life.price(),
        )  # fmt: skip
        life.held[place] -= quantity
        life.held[target, security] += quantity
        life.events.append(event)


def _transfer_in(life: Life) -> None:
    account, security = life.someone(), life.random.choice(STOCKS)
    if life.held[account, security] < 0:
        return
    lots = tuple(
        GivenLot(
            life.quantity(), life.price() * 10,
            life.now.date() - dt.timedelta(days=life.random.randrange(0, 900)),
        )
        for _ in range(life.random.randrange(1, 4))
    )  # fmt: skip
    quantity = sum((lot.quantity for lot in lots), ZERO)
    event = TransferIn(**life.common(account, security), quantity=quantity, lots=lots)
    life.held[account, security] += quantity
    life.events.append(event)


def _transfer_out(life: Life) -> None:
    place = life.holder((*STOCKS, SUCCESSOR), long=True)
    if place:
        quantity = min(life.held[place], life.quantity())
        life.events.append(TransferOut(**life.common(*place), quantity=-quantity))
        life.held[place] -= quantity


def _refund(life: Life) -> None:
    """A commission that is given back, of one of the newest fills."""
    fills = [event for event in life.events[-30:] if isinstance(event, Fill)]
    if fills:
        fill = life.random.choice(fills)
        amount = Decimal(life.random.randrange(1, 50)) / 100
        life.events.append(
            FeeRefund(
                **life.common(fill.account, fill.security), amount=amount, trade=fill.source,
                rate=Decimal("1.0873") if fill.security == FOREIGN else None,
            )
        )  # fmt: skip


def _mark(life: Life) -> None:
    place = life.holder((INDEX_OPTION,))
    if place:
        life.events.append(YearEndMark(**life.common(*place), price=life.price(3)))


_HAPPENINGS: dict[str, Callable[[Life], None]] = {
    "order": _order, "round trip": _round_trip, "reinvestment": _reinvest, "short": _short,
    "option": _option_trade, "expiry": _expiry, "exercise": _exercise, "split": _split,
    "spin-off": _spin_off, "exchange": _exchange, "return of capital": _return_of_capital,
    "cash in lieu": _cash_in_lieu, "rights": _rights,
    "move": _move, "transfer in": _transfer_in, "transfer out": _transfer_out,
    "refund": _refund, "mark": _mark,
}  # fmt: skip
TRADES = ("order", "order", "round trip", "reinvestment", "short")
OPTION_LIFE = ("option", "expiry", "exercise")
ACTIONS = ("split", "spin-off", "exchange", "return of capital", "cash in lieu", "rights")
MOVES = ("move", "transfer in", "transfer out", "refund")
EVERYTHING = (*TRADES * 3, *OPTION_LIFE * 2, *ACTIONS, *MOVES, "mark")


def life(
    seed: int,
    length: int,
    kinds: tuple[str, ...] = EVERYTHING,
    who: tuple[int, ...] = (TAXABLE, SECOND, IRA),
) -> Life:
    """Tell the life of a number."""
    return Life(Random(seed), kinds, who).write(length)  # noqa: S311 - a story, no secret


def lives(
    kinds: tuple[str, ...] = EVERYTHING,
    who: tuple[int, ...] = (TAXABLE, SECOND, IRA),
    longest: int = 400,
) -> st.SearchStrategy[Life]:
    """Lives of up to so many events; shrinking shortens them."""
    return st.builds(
        life, st.integers(0, 2**32), st.integers(1, longest), st.just(kinds), st.just(who)
    )

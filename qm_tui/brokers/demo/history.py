"""The story of the demo's three accounts: who bought what when, told in the order of days."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import count, groupby

from qm_tui.brokers.demo.book import Book, Money
from qm_tui.brokers.demo.happenings import pay_margin_interest, receive, spin_off, split, wash
from qm_tui.brokers.demo.listed import option_on, third_friday
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot
from qm_tui.brokers.demo.world import SPIN_OFF, SPIN_OFF_AGO, SPLITS, SPUN_OFF, World
from qm_tui.domain.instruments import Crypto, EquityOption, Fund, Future, Right
from qm_tui.domain.words import CashType, Section

Event = Callable[[dt.date], None]
OptionMaker = Callable[[dt.date], EquityOption]
FIRST, DURING, LAST = range(3)
"""When on a day: corporate actions before the bell, the ends of options after it."""
_EVENINGS = 90
_WITHHELD = {"TSM": ("TW", Decimal("0.21")), "ASML": ("NL", Decimal("0.15"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """A purchase that comes again and again."""

    symbol: str
    dollars: int
    every_months: int = 1
    from_month: int = 0


class History:
    """Makes one account live through its years."""

    def __init__(self, book: Book, look: Event) -> None:
        self.book = book
        self.world: World = book.world
        self._look = look
        self._order = count()
        self._events: list[tuple[dt.date, int, int, Event]] = []
        self.month_starts = [
            next(days)
            for _, days in groupby(book.world.days, key=lambda day: (day.year, day.month))
        ]

    def at(self, day: dt.date, event: Event, *, when: int = DURING) -> None:
        """Let something happen on a day that is not over yet."""
        heapq.heappush(self._events, (day, when, next(self._order), event))

    def run(self) -> None:
        """Live through all days, looking at the account now and then: lately, every evening."""
        lately = self.world.days[-_EVENINGS]
        for day, following in zip(self.world.days, [*self.world.days[1:], None], strict=True):
            while self._events and self._events[0][0] <= day:
                heapq.heappop(self._events)[3](day)
            ends = following is None or following.isocalendar()[1] != day.isocalendar()[1]
            if ends or day >= lately:
                self._mark_futures(day)
                self._look(day)

    # --- what happens ----------------------------------------------------------------------

    def everyday_life(
        self, savings: tuple[Savings, ...], monthly_deposit: int, *, splits: bool = True
    ) -> None:
        """Deposits, savings, dividends, interest, and what companies do."""
        world = self.world
        for number, day in enumerate(self.month_starts):
            if monthly_deposit and number:
                self.at(day, self.deposit(monthly_deposit))
            if number:
                self.at(day, self.interest(self.month_starts[number - 1]))
            for plan in savings:
                if number >= plan.from_month and number % plan.every_months == 0:
                    buying_day = world.on_or_before(day + dt.timedelta(days=9))
                    self.at(buying_day, self.buy(plan.symbol, plan.dollars))
            if number % 3 == 2:
                self.at(world.on_or_before(day + dt.timedelta(days=17)), self.dividends)
        parent, child = world.instrument(SPIN_OFF), world.instrument(SPUN_OFF)
        book = self.book
        for symbol, (ratio, ago) in SPLITS.items() if splits else ():
            whole = world.instrument(symbol)
            self.at(world.ago(ago), partial(split, book, instrument=whole, ratio=ratio), when=FIRST)
        spun = world.ago(SPIN_OFF_AGO)
        self.at(spun, lambda day: spin_off(book, day, parent, child), when=FIRST)

    def deposit(self, amount: int, currency: str = "USD") -> Event:
        """Money comes from the bank."""
        return lambda day: self.book.move(
            day,
            CashType.DEPOSIT if amount > 0 else CashType.WITHDRAWAL,
            Money(Decimal(amount), currency),
            text="ELECTRONIC FUND TRANSFER",
        )

    def buy(self, symbol: str, dollars: int, *, step: int = 1) -> Event:
        """Buy for about so much: whole shares in steps, parts of funds and coins."""
        instrument = self.world.instrument(symbol)

        def event(day: dt.date) -> None:
            price = self.world.price(instrument, day) * instrument.multiplier
            if isinstance(instrument, (Fund, Crypto)):
                quantity = (dollars / price).quantize(Decimal("0.0001"))
            else:
                quantity = Decimal(max(int(dollars / price) // step, 1) * step)
            self.book.trade(day, instrument, quantity)

        return event

    def borrow_and_buy(self, symbol: str, dollars: int) -> Event:
        """Buy for all the cash there is, and so much more on margin."""

        def event(day: dt.date) -> None:
            self.buy(symbol, int(self.book.cash["USD"]) + dollars)(day)

        return event

    def trade(self, symbol: str, quantity: int) -> Event:
        """Buy or sell so many."""
        instrument = self.world.instrument(symbol)
        return lambda day: self.book.trade(day, instrument, Decimal(quantity))

    def contract(self, symbol: str, right: Right, part: str, expiry: dt.date) -> OptionMaker:
        """An option on something, at a part of what that costs on the day it is bought."""
        stock = self.world.instrument(symbol)

        def make(day: dt.date) -> EquityOption:
            spot = self.world.quote(symbol, day)
            step = 5 if spot > 100 else 1
            return option_on(stock, expiry, right, Decimal(int(spot * Decimal(part) / step) * step))

        return make

    def open_option(self, make: OptionMaker, quantity: int) -> Event:
        """Buy or sell to open."""
        return lambda day: self.option(day, make(day), quantity)

    def wash(self, symbol: str, quantity: int) -> Event:
        """Buy again what was just sold at a loss."""
        instrument = self.world.instrument(symbol)
        return lambda day: wash(self.book, day, instrument, Decimal(quantity))

    def untold(
        self, event: Event, *, paid: bool = False, sections: Iterable[Section] = Section
    ) -> Event:
        """Let something happen of which the broker tells nothing but what comes of it.

        Args:
            event: what happens.
            sections: which of them tell nothing.
            paid: whether the money for it came or went as silently, so that cash adds up.
        """

        def silently(day: dt.date) -> None:
            before = dict(self.book.cash)
            with self.book.untold(sections):
                event(day)
            if paid:
                self.book.cash |= before

        return silently

    def straddle(self, symbol: str) -> Event:
        """Sell a put and a call at the money, and buy both back after three weeks."""
        stock = self.world.instrument(symbol)

        def event(day: dt.date) -> None:
            strike = Decimal(int(self.world.quote(symbol, day)))
            until = self.world.on_or_before(day + dt.timedelta(days=21))
            for right in Right:
                option = option_on(stock, self.expiry(day, 40), right, strike)
                self.option(day, option, -1, until=until if until < self.world.last else None)

        return event

    def quarter(self, day: dt.date, least_days: int) -> dt.date:
        """The next expiry of a future that is at least so far away."""
        return next(
            friday
            for friday in _fridays(day)
            if friday.month % 3 == 0 and (friday - day).days >= least_days
        )

    def january(self) -> dt.date:
        """The expiry in a January that is at least a month away: of options for the long term."""
        return next(
            friday
            for friday in _fridays(self.world.last)
            if friday.month == 1 and (friday - self.world.last).days >= 30
        )

    def weekly(self) -> dt.date:
        """The Friday of this week, or of the next one when this one is over."""
        today = self.world.now.astimezone(dt.UTC).date()
        return today + dt.timedelta(days=(4 - today.weekday()) % 7)

    def sell_all(self, symbol: str) -> Event:
        """Close a position, at a loss or not."""
        instrument = self.world.instrument(symbol)
        return lambda day: self.book.trade(day, instrument, -self.book.quantity(instrument))

    def take_gains(self, symbol: str, part: int) -> Event:
        """Sell a part, when each lot that goes has a gain: the savings plan would wash a loss."""
        instrument = self.world.instrument(symbol)

        def event(day: dt.date) -> None:
            quantity = self.book.quantity(instrument) // part
            price, left = self.world.price(instrument, day), quantity
            for lot in self.book.lots.get(instrument.symbol, ()):
                if left <= 0:
                    break
                if lot.cost is None or lot.cost + 5 > price * lot.quantity:
                    return
                left -= lot.quantity
            if quantity:
                self.book.trade(day, instrument, -quantity)

        return event

    def option(
        self, day: dt.date, option: EquityOption, quantity: int, *, until: dt.date | None = None
    ) -> None:
        """Open an option now, and see to its end: at its expiry, or bought back before."""
        assert option.expiry is not None
        self.book.trade(day, option, Decimal(quantity))
        if until is not None:
            self.at(until, lambda late: self.book.trade(late, option, Decimal(-quantity)))
        elif option.expiry <= self.world.last:
            ends = self.world.on_or_before(option.expiry)
            self.at(ends, lambda late: self.book.end_option(late, option), when=LAST)

    def wheel(self, symbol: str) -> Event:
        """Sell puts until the stock comes, then calls at no less than it cost until it goes."""
        stock = self.world.instrument(symbol)

        def event(day: dt.date) -> None:
            spot, held = self.world.price(stock, day), self.book.quantity(stock)
            expiry = self.expiry(day, 15)
            if held >= 100:
                floor = (self.book.cost(stock) or ZERO) / held
                strike = Decimal(int(max(spot * Decimal("1.02"), floor)) + 1)
                option = option_on(stock, expiry, Right.CALL, strike)
            else:
                option = option_on(stock, expiry, Right.PUT, Decimal(int(spot * Decimal("0.97"))))
            self.option(day, option, -1)

        return event

    def spread(self, symbol: str) -> Event:
        """Sell a put and buy a lower one: on the index, settled in cash."""

        def event(day: dt.date) -> None:
            spot, stock = self.world.quote(symbol, day), self.world.instrument(symbol)
            for part, quantity in (("0.97", -1), ("0.94", 1)):
                strike = Decimal(int(spot * Decimal(part)))
                option = option_on(stock, self.expiry(day, 15), Right.PUT, strike)
                self.option(day, option, quantity)

        return event

    def dividends(self, day: dt.date) -> None:
        """Pay a quarter's dividends on all that is held, less the tax of its country."""
        for instrument in list(self.book.instruments.values()):
            if instrument.multiplier != 1 or not (held := self.book.quantity(instrument)):
                continue
            symbol = instrument.symbol
            each = Decimal(self.world.dividend_yield(_short(symbol)) / 4)
            rate = (self.world.price(instrument, day) * each).quantize(Decimal("0.0001"))
            gross, currency = (held * rate).quantize(CENT), instrument.currency or "USD"
            if not gross:
                continue
            text = f"{symbol} CASH DIVIDEND {currency} {rate} PER SHARE"
            self.book.move(day, CashType.DIVIDEND, Money(gross, currency), instrument, text=text)
            if symbol in _WITHHELD:
                country, part = _WITHHELD[symbol]
                tax = -(gross * part).quantize(CENT)
                text += f" - {country} TAX"
                self.book.move(
                    day, CashType.WITHHOLDING_TAX, Money(tax, currency), instrument, text=text
                )
            if isinstance(instrument, Fund):
                price = self.world.price(instrument, day)
                self.book.trade(day, instrument, (gross / price).quantize(Decimal("0.0001")))

    def interest(self, since: dt.date) -> Event:
        """Pay interest on what is borrowed, or receive it on what lies idle."""

        def event(day: dt.date) -> None:
            cash = self.book.cash["USD"]
            if cash < 0:
                pay_margin_interest(self.book, since, day)
                return
            amount = (max(cash - 10_000, ZERO) * Decimal("0.0383") / 12).quantize(CENT)
            if amount:
                text = f"USD CREDIT INT FOR {since:%b-%Y}".upper()
                self.book.move(day, CashType.INTEREST_RECEIVED, Money(amount), text=text)

        return event

    def money(self, kind: CashType, amount: str, text: str, symbol: str | None = None) -> Event:
        """Pay (negative) or receive a fixed sum."""
        what = None if symbol is None else self.world.instrument(symbol)
        return lambda day: self.book.move(day, kind, Money(Decimal(amount)), what, text=text)

    def acats(self, symbol: str, *lots: tuple[int, int, str], told: bool = True) -> Event:
        """Holdings come from another broker: quantity, days held before, unit cost.

        Args:
            symbol: of what.
            lots: each of them.
            told: whether the transfer says what they cost.
        """
        instrument = self.world.instrument(symbol)
        arrived = [
            Lot(
                id="",
                quantity=Decimal(quantity),
                cost=(quantity * Decimal(unit_cost)).quantize(CENT),
                price=Decimal(unit_cost),
                acquired=self.world.days[0] - dt.timedelta(days=days),
            )
            for quantity, days, unit_cost in lots
        ]
        return lambda day: receive(self.book, day, instrument, arrived, told=told)

    def expiry(self, day: dt.date, least_days: int) -> dt.date:
        """The next monthly expiry that is at least so far away."""
        return next(friday for friday in _fridays(day) if (friday - day).days >= least_days)

    def _mark_futures(self, day: dt.date) -> None:
        for instrument in list(self.book.instruments.values()):
            if isinstance(instrument, Future):
                self.book.settle_future(day, instrument)


def _fridays(day: dt.date) -> Iterator[dt.date]:
    year, month = day.year, day.month
    while True:
        yield third_friday(year, month)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _short(symbol: str) -> str:
    return symbol.removesuffix("/USD")

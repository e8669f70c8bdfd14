"""The story of the demo's three accounts: who bought what when, told in the order of days."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, groupby

from qm_tui.brokers.demo.book import Book, Money
from qm_tui.brokers.demo.happenings import pay_margin_interest, receive, spin_off, split
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot
from qm_tui.brokers.demo.world import SPIN_OFF, SPLIT, SPLIT_RATIO, SPUN_OFF, World, third_friday
from qm_tui.domain.instruments import Crypto, EquityOption, Fund, Future, Right
from qm_tui.domain.words import CashType

Event = Callable[[dt.date], None]
_FIRST, _DURING, _LAST = range(3)
"""When on a day: corporate actions before the bell, the ends of options after it."""
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

    def __init__(self, book: Book, at_week_end: Event) -> None:
        self.book = book
        self.world: World = book.world
        self._at_week_end = at_week_end
        self._order = count()
        self._events: list[tuple[dt.date, int, int, Event]] = []
        self.month_starts = [
            next(days)
            for _, days in groupby(book.world.days, key=lambda day: (day.year, day.month))
        ]

    def at(self, day: dt.date, event: Event, *, when: int = _DURING) -> None:
        """Let something happen on a day that is not over yet."""
        heapq.heappush(self._events, (day, when, next(self._order), event))

    def run(self) -> None:
        """Live through all days, looking at the account at the end of each week."""
        for day, following in zip(self.world.days, [*self.world.days[1:], None], strict=True):
            while self._events and self._events[0][0] <= day:
                heapq.heappop(self._events)[3](day)
            if following is None or following.isocalendar()[1] != day.isocalendar()[1]:
                self._mark_futures(day)
                self._at_week_end(day)

    # --- what happens ----------------------------------------------------------------------

    def everyday_life(self, savings: tuple[Savings, ...], monthly_deposit: int) -> None:
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
        whole, parent = world.instrument(SPLIT), world.instrument(SPIN_OFF)
        child = world.instrument(SPUN_OFF)
        book = self.book
        self.at(world.split_day, lambda day: split(book, day, whole, SPLIT_RATIO), when=_FIRST)
        self.at(world.spin_off_day, lambda day: spin_off(book, day, parent, child), when=_FIRST)

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
            self.at(ends, lambda late: self.book.end_option(late, option), when=_LAST)

    def wheel(self, symbol: str) -> Event:
        """Sell puts until the stock comes, then calls at no less than it cost until it goes."""
        stock = self.world.instrument(symbol)

        def event(day: dt.date) -> None:
            spot, held = self.world.price(stock, day), self.book.quantity(stock)
            expiry = self.expiry(day, 15)
            if held >= 100:
                floor = (self.book.cost(stock) or ZERO) / held
                strike = Decimal(int(max(spot * Decimal("1.02"), floor)) + 1)
                option = self.world.option(symbol, expiry, Right.CALL, strike)
            else:
                option = self.world.option(
                    symbol, expiry, Right.PUT, Decimal(int(spot * Decimal("0.97")))
                )
            self.option(day, option, -1)

        return event

    def spread(self, symbol: str) -> Event:
        """Sell a put and buy a lower one: on the index, settled in cash."""

        def event(day: dt.date) -> None:
            spot = self.world.quote(symbol, day)
            for part, quantity in (("0.97", -1), ("0.94", 1)):
                strike = Decimal(int(spot * Decimal(part)))
                option = self.world.option(symbol, self.expiry(day, 15), Right.PUT, strike)
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

    def acats(self, symbol: str, *lots: tuple[int, int, str | None]) -> Event:
        """Holdings come from another broker: quantity, days held before, unit cost if known."""
        instrument = self.world.instrument(symbol)
        arrived = [
            Lot(
                id="",
                quantity=Decimal(quantity),
                cost=None if unit_cost is None else (quantity * Decimal(unit_cost)).quantize(CENT),
                price=None if unit_cost is None else Decimal(unit_cost),
                acquired=self.world.days[0] - dt.timedelta(days=days),
            )
            for quantity, days, unit_cost in lots
        ]
        return lambda day: receive(self.book, day, instrument, arrived)

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

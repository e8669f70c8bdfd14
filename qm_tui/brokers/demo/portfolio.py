"""The three accounts of the demo, and what their owner did in each."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.brokers.demo.book import Book, Profile
from qm_tui.brokers.demo.history import History, Savings
from qm_tui.brokers.demo.lots import CENT, ZERO
from qm_tui.brokers.demo.world import World
from qm_tui.domain.instruments import Bond, Fund, Future, Option, Right
from qm_tui.domain.records import NavSummary
from qm_tui.domain.words import CashType, NavKind, TaxTreatment

_TAXABLE = Profile(
    number="U7000001",
    broker="ibkr",
    account_type="Individual",
    tax_treatment=TaxTreatment.TAXABLE,
    nickname="Everyday",
    first_id=1_100_000_000,
)
_IRA = Profile(
    number="U7000002",
    broker="ibkr",
    account_type="IRA",
    tax_treatment=TaxTreatment.IRA,
    nickname="Retirement",
    first_id=1_200_000_000,
)
_TRADING = Profile(
    number="5WX00003",
    broker="tastytrade",
    account_type="Individual Margin",
    tax_treatment=TaxTreatment.TAXABLE,
    nickname="Options",
    first_id=310_000_000,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account after all its years, and what it was worth at the end of each week."""

    book: Book
    nav: list[NavSummary] = field(default_factory=list)

    def look(self, day: dt.date) -> None:
        """Note what the account is worth at the end of a day."""
        self.nav.append(_nav(self.book, day))


def accounts(world: World) -> tuple[Account, ...]:
    """Live through the years of all three accounts."""
    lived = []
    for profile, story in ((_TAXABLE, _taxable), (_IRA, _ira), (_TRADING, _trading)):
        account = Account(Book(profile, world))
        history = History(account.book, account.look)
        story(history)
        history.run()
        lived.append(account)
    return tuple(lived)


def _taxable(history: History) -> None:
    world, book = history.world, history.book
    history.at(world.days[0], history.deposit(110_000))
    history.at(world.days[3], history.trade("AAPL", 100))
    history.at(world.days[4], history.trade("MSFT", 60))
    history.at(world.days[6], history.buy("SPY", 30_000))
    history.at(world.days[9], history.trade("GE", 80))
    history.at(world.days[11], history.buy("TSM", 9_000))
    history.at(world.days[15], history.trade("NVDA", 12))
    history.at(world.days[40], history.acats("JNJ", (60, 900, "131.4200"), (40, 310, "149.0550")))
    history.at(world.days[40], history.acats("XOM", (85, 1400, None)))
    history.everyday_life(
        (
            Savings(symbol="VTI", dollars=1_200),
            Savings(symbol="SCHD", dollars=500, from_month=2),
            Savings(symbol="AAPL", dollars=450, every_months=2),
            Savings(symbol="NVDA", dollars=1_400, every_months=3),
            Savings(symbol="KO", dollars=300, every_months=2, from_month=1),
        ),
        monthly_deposit=3_000,
    )
    history.at(world.ago(1500), history.trade("TLT", 120))
    history.at(world.ago(700), history.sell_all("TLT"))
    history.at(world.ago(1300), history.deposit(9_000, "EUR"))
    history.at(world.ago(1290), history.buy("ASML", 8_000))
    history.at(world.ago(1100), history.trade("EUR.USD", 5_000))
    history.at(world.ago(1020), history.trade("EUR.USD", -5_000))
    history.at(world.ago(500), history.trade("T 4.25 34", 20_000))
    for days in (310, 125):
        coupon = history.money(
            CashType.INTEREST_RECEIVED, "425.00", "BOND COUPON PAYMENT", "T 4.25 34"
        )
        history.at(world.ago(days), coupon)
    # More than there is: some months on margin, until a deposit ends it.
    history.at(world.ago(400), history.borrow_and_buy("SPY", 25_000))
    history.at(world.ago(240), history.deposit(60_000))
    history.at(world.ago(120), history.deposit(-8_000))
    for days in (1400, 1050, 690, 330):
        history.at(world.ago(days), history.take_gains("AAPL", 12))
        history.at(world.ago(days - 20), history.take_gains("VTI", 10))
        history.at(world.ago(days - 35), history.take_gains("SPY", 8))
    for day in history.month_starts[1:]:
        history.at(day, history.money(CashType.FEE, "-4.50", "US SECURITIES SNAPSHOT BUNDLE"))

    def futures(day: dt.date) -> None:
        future = world.future(history.expiry(day, 60))
        book.trade(day, future, Decimal(1))
        if day < world.ago(200):
            until = world.on_or_before(day + dt.timedelta(days=40))
            history.at(until, lambda late: book.trade(late, future, Decimal(-1)))

    history.at(world.ago(620), futures)
    history.at(world.ago(30), futures)

    def options(day: dt.date) -> None:
        soon, late = history.expiry(world.last, 15), history.expiry(world.last, 380)
        for symbol, right, part, expiry, quantity in (
            ("AAPL", Right.CALL, "1.06", soon, -1),
            ("MSFT", Right.PUT, "0.93", soon, -1),
            ("NVDA", Right.CALL, "0.85", late, 2),
            ("SPY", Right.PUT, "0.90", history.expiry(world.last, 80), 1),
            ("XSP", Right.PUT, "0.96", soon, -2),
            ("XSP", Right.PUT, "0.93", soon, 2),
        ):
            strike = Decimal(int(world.quote(symbol, day) * Decimal(part) / 5) * 5)
            history.option(day, world.option(symbol, expiry, right, strike), quantity)

    history.at(world.ago(18), options)


def _ira(history: History) -> None:
    world = history.world
    history.at(world.days[0], history.deposit(95_000))
    history.at(world.days[2], history.buy("VTSAX", 30_000))
    history.at(world.days[5], history.buy("GOOGL", 12_000))
    history.at(world.days[8], history.buy("AMZN", 10_000))
    history.at(world.days[20], history.buy("BRK B", 14_000))
    history.at(world.days[30], history.buy("JPM", 8_000))
    history.at(world.days[60], history.buy("GLD", 7_000))
    history.everyday_life(
        (
            Savings(symbol="VTSAX", dollars=300),
            Savings(symbol="IEFA", dollars=400, every_months=3),
        ),
        monthly_deposit=0,
    )
    for number, day in enumerate(history.month_starts):
        if day.month == 1 and number:
            history.at(day, history.deposit(7_000))
    history.at(world.ago(560), history.take_gains("GOOGL", 3))


def _trading(history: History) -> None:
    world = history.world
    history.at(world.days[0], history.deposit(48_000))
    history.everyday_life(
        (
            Savings(symbol="BTC", dollars=150, from_month=6),
            Savings(symbol="QQQ", dollars=600, every_months=3),
        ),
        monthly_deposit=400,
    )
    for number, day in enumerate(history.month_starts):
        # By the 24th the monthly options have expired, in every month.
        selling = world.on_or_before(day.replace(day=24))
        if selling < day.replace(day=22):
            break  # the month is not that far
        history.at(selling, history.wheel("IWM"))
        if number % 2 == 0:
            history.at(selling, history.spread("XSP"))

    def straddle(day: dt.date) -> None:
        strike = Decimal(int(world.quote("GLD", day)))
        until = world.on_or_before(day + dt.timedelta(days=21))
        for right in Right:
            option = world.option("GLD", history.expiry(day, 40), right, strike)
            history.option(day, option, -1, until=until if until < world.last else None)

    for days in (900, 640, 410, 150, 12):
        history.at(world.ago(days), straddle)


def _nav(book: Book, day: dt.date) -> NavSummary:
    """What an account is worth in dollars at the end of a day."""
    world = book.world
    values: dict[str, Decimal] = dict.fromkeys(("stock", "options", "bonds", "funds"), ZERO)
    for instrument in book.instruments.values():
        quantity = book.quantity(instrument)
        # What a future gained is in the cash already.
        if not quantity or isinstance(instrument, Future):
            continue
        rate = world.rate(instrument.currency or "USD", day)
        value = quantity * world.price(instrument, day) * instrument.multiplier * rate
        match instrument:
            case Option():
                values["options"] += value
            case Bond():
                values["bonds"] += value
            case Fund():
                values["funds"] += value
            case _:
                values["stock"] += value
    cash = sum((amount * world.rate(code, day) for code, amount in book.cash.items()), ZERO)
    parts = {name: value.quantize(CENT) for name, value in values.items()}
    return NavSummary(
        account=book.profile.number,
        as_of=dt.datetime.combine(day, dt.time(21), tzinfo=dt.UTC),
        kind=NavKind.EQUITY_SUMMARY,
        to_date=day,
        currency="USD",
        total=cash.quantize(CENT) + sum(parts.values(), ZERO),
        cash=cash.quantize(CENT),
        stock=parts["stock"],
        options=parts["options"],
        bonds=parts["bonds"],
        funds=parts["funds"],
    )

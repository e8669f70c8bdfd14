"""What the owner of the demo's three accounts did in each, in five years."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.brokers.demo.happenings import adjust, give, merge, receive, split
from qm_tui.brokers.demo.history import FIRST, History, Savings
from qm_tui.brokers.demo.listed import ADJUSTED, future, future_option, option_on
from qm_tui.brokers.demo.lots import Lot
from qm_tui.brokers.demo.planted import (
    BEFORE_HISTORY,
    REPEATED,
    UNTOLD_SALE,
    UNTOLD_SPLIT,
    WITHOUT_BASIS,
)
from qm_tui.brokers.demo.world import (
    BUYER,
    MERGED,
    MERGER_AGO,
    MERGER_RATIO,
    SPIN_OFF,
    SPIN_OFF_AGO,
    SPLITS,
)
from qm_tui.domain.instruments import Right
from qm_tui.domain.words import CashType, Section

_HARVEST, _HARVEST_ACROSS = "DIS", "INTC"
"""What is sold at a loss and bought again: in the same account, and in the other one."""


@dataclass(slots=True)
class Parcel:
    """What goes from one of the accounts to another."""

    sender: str
    receiver: str
    symbol: str = "KO"
    ago: int = 260
    lots: list[Lot] = field(default_factory=list)


# --- the taxable account -----------------------------------------------------------------------


def taxable(history: History, parcel: Parcel) -> None:
    """Everyday savings at Interactive Brokers, and a little of everything else."""
    world = history.world
    history.at(world.days[0], history.deposit(125_000))
    history.at(world.days[3], history.trade("AAPL", 100))
    history.at(world.days[4], history.trade("MSFT", 60))
    history.at(world.days[6], history.buy("SPY", 30_000))
    history.at(world.days[9], history.trade("GE", 80))
    history.at(world.days[11], history.buy("TSM", 9_000))
    history.at(world.days[13], history.trade(MERGED, 40))
    history.at(world.days[15], history.trade("NVDA", 12))
    history.at(
        world.days[40], history.acats(UNTOLD_SALE, (60, 900, "131.4200"), (40, 310, "149.0550"))
    )
    history.at(world.days[40], history.acats(WITHOUT_BASIS, (85, 1400, "61.8800"), told=False))
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
    _bond_and_margin(history)
    for days in (1400, 1050, 690, 330):
        history.at(world.ago(days), history.take_gains("AAPL", 12))
        history.at(world.ago(days - 20), history.take_gains("VTI", 10))
        history.at(world.ago(days - 35), history.take_gains("SPY", 8))
    for day in history.month_starts[1:]:
        history.at(day, history.money(CashType.FEE, "-4.50", "US SECURITIES SNAPSHOT BUNDLE"))
    _companies_act(history)
    _harvest(history)
    _futures(history)
    _options(history)
    _invented(history)
    ko = world.instrument(parcel.symbol)

    def send(day: dt.date) -> None:
        parcel.lots = give(history.book, day, ko, 7, ("Tastytrade", parcel.receiver))

    history.at(world.ago(parcel.ago), send)
    history.at(
        world.ago(75), history.untold(history.trade(UNTOLD_SALE, -30), sections={Section.TRADES})
    )


def _bond_and_margin(history: History) -> None:
    world = history.world
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


def _companies_act(history: History) -> None:
    """A merger, and a spin-off that changes what an option delivers."""
    world, book = history.world, history.book
    old, new = world.instrument(MERGED), world.instrument(BUYER)
    history.at(
        world.ago(MERGER_AGO), lambda day: merge(book, day, old, new, MERGER_RATIO), when=FIRST
    )
    stock = world.instrument(SPIN_OFF)
    bought = world.ago(SPIN_OFF_AGO + 40)
    strike = Decimal(int(world.quote(SPIN_OFF, bought) * Decimal("1.05") / 5) * 5)
    january = history.january()
    before = option_on(stock, january, Right.CALL, strike)
    after = option_on(stock, january, Right.CALL, strike, root=ADJUSTED)
    history.at(bought, lambda day: history.option(day, before, 1))
    history.at(world.ago(SPIN_OFF_AGO), lambda day: adjust(book, day, before, after), when=FIRST)


def _harvest(history: History) -> None:
    """Losses that are realized, and do not count: most of it was bought again too soon."""
    world = history.world
    first, second = world.fall(_HARVEST, 760, 460)
    again = world.on_or_before(second + dt.timedelta(days=12))
    history.at(first, history.trade(_HARVEST, 60))
    history.at(second, history.sell_all(_HARVEST))
    history.at(again, history.wash(_HARVEST, 40))
    first, second = world.fall(_HARVEST_ACROSS, 460, 120)
    history.at(first, history.trade(_HARVEST_ACROSS, 150))
    history.at(second, history.sell_all(_HARVEST_ACROSS))


def _futures(history: History) -> None:
    world, book = history.world, history.book

    def futures(day: dt.date) -> None:
        bought = future(history.quarter(day, 45))
        book.trade(day, bought, Decimal(1))
        if day < world.ago(200):
            until = world.on_or_before(day + dt.timedelta(days=40))
            history.at(until, lambda late: book.trade(late, bought, Decimal(-1)))

    first = world.ago(620)
    history.at(first if first.month < 11 else world.ago(700), futures)
    history.at(world.ago(30), futures)

    def protection(day: dt.date) -> None:
        strike = Decimal(int(world.quote("MES", day) * Decimal("0.95") / 50) * 50)
        put = future_option(history.quarter(world.ago(30), 45), Right.PUT, strike)
        book.trade(day, put, Decimal(1))

    history.at(world.ago(22), protection)


def _options(history: History) -> None:
    world = history.world
    soon, late = history.expiry(world.last, 15), history.expiry(world.last, 380)
    for symbol, right, part, expiry, quantity in (
        ("AAPL", Right.CALL, "1.06", soon, -1),
        ("MSFT", Right.PUT, "0.93", soon, -1),
        ("NVDA", Right.CALL, "0.85", late, 2),
        ("SPY", Right.PUT, "0.90", history.expiry(world.last, 80), 1),
        ("XSP", Right.PUT, "0.96", soon, -2),
        ("XSP", Right.PUT, "0.93", soon, 2),
        ("SPY", Right.CALL, "1.03", history.weekly(), -2),
    ):
        make = history.contract(symbol, right, part, expiry)
        history.at(world.ago(18), history.open_option(make, quantity))


def _invented(history: History) -> None:
    """What is beyond the usual: many stocks, and a call on every other one."""
    world = history.world
    if not world.more:
        return
    history.at(world.ago(24), history.deposit(world.more * 4_000))
    expiry = history.expiry(world.last, 45)
    for number in range(world.more):
        symbol = f"Q{number:03}"
        history.at(world.ago(20), history.buy(symbol, 2_500))
        if number % 2:
            call = history.contract(symbol, Right.CALL, "1.02", expiry)
            history.at(world.ago(18), history.open_option(call, -1))


# --- the retirement account --------------------------------------------------------------------


def ira(history: History, parcel: Parcel) -> None:
    """Funds and stocks for later; what is sold at a loss elsewhere is bought here."""
    del parcel
    world = history.world
    history.at(world.days[0], history.deposit(95_000))
    history.at(world.days[2], history.buy("VTSAX", 30_000))
    history.at(world.days[5], history.buy("GOOGL", 12_000))
    history.at(world.days[8], history.buy("AMZN", 10_000))
    history.at(world.days[20], history.buy("BRK B", 14_000))
    history.at(world.days[30], history.untold(history.buy(BEFORE_HISTORY, 8_000), paid=True))
    history.at(world.ago(900), history.trade(BEFORE_HISTORY, -15))
    history.at(world.ago(400), history.trade(BEFORE_HISTORY, 10))
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
    _, sold = world.fall(_HARVEST_ACROSS, 460, 120)
    bought = world.on_or_before(sold + dt.timedelta(days=9))
    history.at(bought, history.trade(_HARVEST_ACROSS, 100))
    put = history.contract("AMZN", Right.PUT, "0.94", history.expiry(world.last, 15))
    history.at(world.ago(15), history.open_option(put, -1))
    fee = history.money(CashType.FEE, "-35.00", "ACCOUNT TRANSFER FEE")
    history.at(world.ago(20), history.untold(fee))


# --- the account at Tastytrade -----------------------------------------------------------------


def trading(history: History, parcel: Parcel) -> None:
    """Options sold month after month, and what comes of them."""
    world, book = history.world, history.book
    history.at(world.days[0], history.deposit(48_000))
    history.everyday_life(
        (
            Savings(symbol="BTC", dollars=150, from_month=6),
            Savings(symbol="QQQ", dollars=600, every_months=3),
        ),
        monthly_deposit=400,
        splits=False,
    )
    for number, day in enumerate(history.month_starts):
        # By the 24th the monthly options have expired, in every month.
        selling = world.on_or_before(day.replace(day=24))
        if selling < day.replace(day=22):
            break  # the month is not that far
        history.at(selling, history.wheel("IWM"))
        # None that is held over the end of a year: nobody tells the marks of that day.
        if number % 2 == 0 and day.month < 12:
            history.at(selling, history.spread("XSP"))
    for days in (900, 640, 410, 150, 12):
        history.at(world.ago(days), history.straddle("GLD"))
    tsla, (ratio, ago) = world.instrument(UNTOLD_SPLIT), SPLITS[UNTOLD_SPLIT]
    history.at(world.ago(ago + 130), history.trade(UNTOLD_SPLIT, 12))
    history.at(
        world.ago(ago), history.untold(lambda day: split(book, day, tsla, ratio)), when=FIRST
    )
    for quantity in (35, 25):
        history.at(world.ago(210), history.trade(REPEATED, quantity))
    ko = world.instrument(parcel.symbol)
    history.at(
        world.ago(parcel.ago),
        lambda day: receive(book, day, ko, parcel.lots, ("Interactive Brokers", parcel.sender)),
    )
    late, week = history.expiry(world.last, 200), history.weekly()
    for symbol, right, part, expiry, quantity in (
        ("PLTR", Right.CALL, "1.00", late, 2),
        ("PLTR", Right.CALL, "1.25", late, -2),
        ("TLT", Right.PUT, "0.99", week, -2),
        ("TLT", Right.PUT, "0.94", week, 2),
        ("TSLA", Right.CALL, "1.15", history.expiry(world.last, 30), 1),
    ):
        make = history.contract(symbol, right, part, expiry)
        history.at(world.ago(11), history.open_option(make, quantity))

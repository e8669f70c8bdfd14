"""What a broker of the demo says beside prices: its accounts, their worth by week, their lots."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from qm_tui.brokers.demo.book import Book
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot
from qm_tui.brokers.demo.portfolio import Account
from qm_tui.domain.instruments import Derivative, Forex, Instrument
from qm_tui.domain.records import AccountInfo, Balance, FxRate, MarginRequirement, Record
from qm_tui.domain.reported import BrokerLot
from qm_tui.domain.words import Section

REFERENCE = (
    Section.NAV,
    Section.BROKER_LOTS,
    Section.FX_RATES,
    Section.MARGIN,
)
"""What is brought at each sync, and is nothing that happened."""
FACTS = (
    Section.TRADES,
    Section.CLOSED_LOTS,
    Section.WASH_SALES,
    Section.CASH,
    Section.INTEREST,
    Section.TRANSFERS,
    Section.CORPORATE_ACTIONS,
    Section.OPTION_EVENTS,
)
"""What happened: it is brought once a day."""


CASH_TAGS = {"ibkr": "TotalCashBalance", "tastytrade": "cash-balance"}
"""What each broker calls the money of an account in one currency."""


def references(section: Section, account: Account, at: dt.datetime) -> Iterator[Record]:
    """Return the records of a section that is no fact."""
    match section:
        case Section.ACCOUNTS:
            yield _account(account)
        case Section.NAV:
            yield from account.nav
        case Section.BROKER_LOTS:
            yield from _broker_lots(account, at)
        case Section.FX_RATES:
            yield from _fx_rates(account)
        case Section.MARGIN:
            yield from _margin(account, at)
        case _:
            raise AssertionError(f"{section} is no such section")


def _account(account: Account) -> AccountInfo:
    profile, world = account.book.profile, account.book.world
    return AccountInfo(
        account=profile.number,
        account_type=profile.account_type,
        tax_treatment=profile.tax_treatment,
        base_currency="USD",
        nickname=profile.nickname,
        owner="Alex Example",
        opened=world.days[0] - dt.timedelta(days=profile.older_by),
    )


def openings(account: Account) -> Iterator[Balance]:
    """The account had no money when its history begins."""
    profile, first = account.book.profile, account.book.world.days[0]
    for currency in account.book.cash:
        yield Balance(
            account=profile.number,
            as_of=dt.datetime.combine(first, dt.time(4), tzinfo=dt.UTC),
            tag=CASH_TAGS[profile.broker],
            currency=currency,
            value=ZERO,
        )


def _broker_lots(account: Account, at: dt.datetime) -> Iterator[BrokerLot]:
    book = account.book
    for instrument in book.instruments.values():
        if isinstance(instrument, Forex):
            continue
        for lot in book.lots.get(instrument.symbol, ()):
            yield _broker_lot(book, instrument, lot, at)


def _broker_lot(book: Book, instrument: Instrument, lot: Lot, at: dt.datetime) -> BrokerLot:
    price = book.world.price(instrument, book.world.last)
    value = (lot.quantity * instrument.multiplier * price).quantize(CENT)
    return BrokerLot(
        account=book.profile.number,
        as_of=at,
        key=f"{instrument.symbol}:{lot.id}",
        instrument=instrument,
        currency=instrument.currency,
        quantity=lot.quantity,
        cost_basis=lot.cost,
        open_price=lot.price,
        market_price=price,
        market_value=value,
        unrealized_pnl=None if lot.cost is None else value - lot.cost,
        opened_at=lot.opened_at,
        acquisition_date=lot.acquired,
        holding_start=lot.held_from or lot.acquired,
        fx_rate_to_base=book.world.rate(instrument.currency or "USD", book.world.last),
        originating_transaction_id=lot.id,
    )


def _fx_rates(account: Account) -> Iterator[FxRate]:
    """Rates at the end of each week, from the account that holds euros."""
    if "EUR" in account.book.cash:
        for nav in account.nav:
            rate = account.book.world.rate("EUR", nav.to_date)
            yield FxRate(
                account="", date=nav.to_date, from_currency="EUR", to_currency="USD", rate=rate
            )


def _margin(account: Account, at: dt.datetime) -> Iterator[MarginRequirement]:
    """What has to be kept for each underlying, by a rule of thumb."""
    book = account.book
    values: defaultdict[str, Decimal] = defaultdict(Decimal)
    for instrument in book.instruments.values():
        quantity = book.quantity(instrument)
        if not quantity or isinstance(instrument, Forex):
            continue
        named = instrument.underlying_symbol if isinstance(instrument, Derivative) else None
        price = book.world.price(instrument, book.world.last)
        values[named or instrument.symbol] += abs(quantity * instrument.multiplier * price)
    for symbol, value in values.items():
        yield MarginRequirement(
            account=book.profile.number,
            as_of=at,
            underlying_symbol=symbol,
            initial=(value / 2).quantize(CENT),
            maintenance=(value / 4).quantize(CENT),
        )

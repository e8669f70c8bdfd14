"""The demo's brokers: an invented portfolio that comes in by the same door as a real one."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from decimal import Decimal
from itertools import islice

from qm_tui.brokers.client import Greeting, Known, Update
from qm_tui.brokers.demo.book import Book
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot
from qm_tui.brokers.demo.portfolio import Account, accounts
from qm_tui.brokers.demo.world import World
from qm_tui.domain.batches import Batch, Coverage, Holds
from qm_tui.domain.instruments import Forex, Instrument
from qm_tui.domain.records import AccountInfo, Balance, BrokerLot, FxRate, Position, Record
from qm_tui.domain.words import Section

_ROWS_A_BATCH = 500
_FACTS = (
    Section.TRADES,
    Section.CLOSED_LOTS,
    Section.CASH,
    Section.INTEREST,
    Section.TRANSFERS,
    Section.CORPORATE_ACTIONS,
    Section.OPTION_EVENTS,
)


def demo_brokers(seed: int, now: dt.datetime) -> tuple["DemoBroker", ...]:
    """Invent a portfolio at two brokers: the same for the same seed and present.

    Args:
        seed: Any number.
        now: The present, with its zone; the books end with the trading day before.
    """
    world = World(seed, now)
    lived = accounts(world)
    return tuple(
        DemoBroker(broker, [one for one in lived if one.book.profile.broker == broker], world)
        for broker in dict.fromkeys(one.book.profile.broker for one in lived)
    )


class DemoBroker:
    """One broker of the demo, with its accounts. It has no secrets and is never away."""

    def __init__(self, broker: str, its_accounts: Sequence[Account], world: World) -> None:
        self.broker = broker
        self._accounts = its_accounts
        self._world = world

    async def connect(self) -> Greeting:
        """Connect to nobody."""
        return Greeting(
            accounts=tuple(account.book.profile.number for account in self._accounts),
            latency=dt.timedelta(0),
            says="Connected to the demo.",
        )

    async def pull(self, known: Known) -> AsyncIterator[Batch]:
        """Bring everything; sections that were brought to the same day before are left out."""
        day = self._world.last.isoformat()
        news = [section for section in _FACTS if known.cursors.get(section) != day]
        for section in (*_SEEN, *news):
            for batch in self._section(section):
                yield batch

    def snapshot(self) -> Sequence[Batch]:
        """Nothing was pushed."""
        return ()

    async def updates(self) -> AsyncIterator[Update]:
        """Push nothing."""
        nothing: tuple[Update, ...] = ()
        for update in nothing:
            yield update

    async def close(self) -> None:
        """Let go of nothing."""

    def _section(self, section: Section) -> Iterator[Batch]:
        """The pages of a section; the last one says that now all of it is there."""
        records = iter(
            [record for account in self._accounts for record in _records(account, section)]
        )
        page = tuple(islice(records, _ROWS_A_BATCH))
        while following := tuple(islice(records, _ROWS_A_BATCH)):
            yield Batch(section=section, records=page)
            page = following
        numbers = [account.book.profile.number for account in self._accounts]
        as_of = self._world.now.astimezone(dt.UTC)
        first, last = self._world.days[0], self._world.last
        yield Batch(
            section=section,
            records=page,
            holds=tuple(
                Holds(account=number, section=section, as_of=as_of)
                for number in numbers
                if section is not Section.FX_RATES
            ),
            coverage=tuple(
                Coverage(account=number, from_date=first, to_date=last)
                for number in numbers
                if section is Section.TRADES
            ),
            cursor=last.isoformat() if section in _FACTS else None,
        )


def _records(account: Account, section: Section) -> Sequence[Record]:
    seen = _SEEN.get(section)
    return account.book.records[section] if seen is None else list(seen(account))


def _account(account: Account) -> Iterator[AccountInfo]:
    profile, world = account.book.profile, account.book.world
    yield AccountInfo(
        account=profile.number,
        account_type=profile.account_type,
        tax_treatment=profile.tax_treatment,
        base_currency="USD",
        nickname=profile.nickname,
        owner="Alex Example",
        opened=world.days[0],
    )


def _balances(account: Account) -> Iterator[Balance]:
    book, nav = account.book, account.nav[-1]
    number, as_of = book.profile.number, book.world.now.astimezone(dt.UTC)
    for currency, amount in book.cash.items():
        yield Balance(
            account=number, as_of=as_of, tag="TotalCashBalance", currency=currency, value=amount
        )
    total, cash = nav.total or ZERO, nav.cash or ZERO
    margin = ((total - cash) * Decimal("0.28")).quantize(CENT)
    for tag, value in {
        "NetLiquidation": total,
        "TotalCashValue": cash,
        "GrossPositionValue": total - cash,
        "MaintMarginReq": margin,
        "AvailableFunds": total - margin,
        "BuyingPower": 2 * (total - margin),
    }.items():
        yield Balance(account=number, as_of=as_of, tag=tag, currency="USD", value=value)


def _held(book: Book) -> Iterator[tuple[Instrument, Decimal]]:
    for instrument in book.instruments.values():
        quantity = book.quantity(instrument)
        if quantity and not isinstance(instrument, Forex):
            yield instrument, quantity


def _positions(account: Account) -> Iterator[Position]:
    book, world = account.book, account.book.world
    for instrument, quantity in _held(book):
        price, units = world.price(instrument, world.last), quantity * instrument.multiplier
        before = world.price(instrument, world.on_or_before(world.last - dt.timedelta(days=1)))
        cost, value = book.cost(instrument), (units * price).quantize(CENT)
        yield Position(
            account=book.profile.number,
            as_of=world.now.astimezone(dt.UTC),
            instrument=instrument,
            currency=instrument.currency,
            quantity=quantity,
            average_cost=None if cost is None else (cost / units).quantize(Decimal("0.0001")),
            cost_basis=cost,
            market_price=price,
            market_value=value,
            unrealized_pnl=None if cost is None else value - cost,
            daily_pnl=(units * (price - before)).quantize(CENT),
            fx_rate_to_base=world.rate(instrument.currency or "USD", world.last),
        )


def _broker_lots(account: Account) -> Iterator[BrokerLot]:
    for instrument, _ in _held(account.book):
        for lot in account.book.lots[instrument.symbol]:
            yield _broker_lot(account.book, instrument, lot)


def _broker_lot(book: Book, instrument: Instrument, lot: Lot) -> BrokerLot:
    price = book.world.price(instrument, book.world.last)
    value = (lot.quantity * instrument.multiplier * price).quantize(CENT)
    return BrokerLot(
        account=book.profile.number,
        as_of=book.world.now.astimezone(dt.UTC),
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
        holding_start=lot.acquired,
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


_SEEN = {
    Section.ACCOUNTS: _account,
    Section.BALANCES: _balances,
    Section.NAV: lambda account: iter(account.nav),
    Section.POSITIONS: _positions,
    Section.BROKER_LOTS: _broker_lots,
    Section.FX_RATES: _fx_rates,
}

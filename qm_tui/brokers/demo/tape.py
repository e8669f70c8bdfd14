"""What a broker of the demo pushes: prices, Greeks, and what follows from them for its accounts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.brokers.demo.lots import CENT, ZERO
from qm_tui.brokers.demo.market import Market
from qm_tui.brokers.demo.portfolio import Account
from qm_tui.brokers.demo.sections import CASH_TAGS
from qm_tui.domain.instruments import Forex, Future, Instrument, Option
from qm_tui.domain.records import Balance, Greeks, Position, Quote, Record

_MARGIN = Decimal("0.28")


@dataclass(frozen=True, slots=True)
class Held:
    """A holding, with what does not change while the market moves."""

    account: str
    instrument: Instrument
    name: str
    """The short name of what moves its price."""
    quantity: Decimal
    units: Decimal
    cost: Decimal | None
    average_cost: Decimal | None
    close: Decimal
    """The price at the end of the last trading day."""


class Tape:
    """What one broker knows of now."""

    def __init__(self, accounts: Sequence[Account], market: Market) -> None:
        self._market = market
        self._accounts = accounts
        self._held: list[Held] = [one for account in accounts for one in _held(account)]
        self._by_name: defaultdict[str, list[Held]] = defaultdict(list)
        for one in self._held:
            self._by_name[one.name].append(one)
        self._positions: dict[int, Position] = {}

    def everything(self, at: dt.datetime) -> None:
        """Price all holdings anew."""
        self._positions = {id(one): self._position(one, at) for one in self._held}

    def changes(self, since: int, at: dt.datetime) -> tuple[Record, ...]:
        """Return what is other than it was after a step of the market."""
        moved = [one for name in self._market.moved_since(since) for one in self._by_name[name]]
        records: list[Record] = []
        quoted: set[str] = set()
        for one in moved:
            position = self._positions[id(one)] = self._position(one, at)
            records.append(position)
            if one.instrument.symbol not in quoted:
                quoted.add(one.instrument.symbol)
                records += self._market_data(one, position.market_price, at)
        if moved:
            touched = {one.account for one in moved}
            for account in self._accounts:
                if account.book.profile.number in touched:
                    records += self._worth(account, at)
        return tuple(records)

    def positions(self) -> Sequence[Position]:
        """Return all holdings, as last priced."""
        return list(self._positions.values())

    def balances(self, at: dt.datetime) -> Iterator[Balance]:
        """Return all account values."""
        for account in self._accounts:
            yield from self._cash(account, at)
            yield from self._worth(account, at)

    def quotes(self, at: dt.datetime) -> Iterator[Quote]:
        """Return the prices of all that is held, each once."""
        for one in self._once():
            yield self._quote(one, self._positions[id(one)].market_price, at)

    def greeks(self, at: dt.datetime) -> Iterator[Greeks]:
        """Return the Greeks of all options that are held, each once."""
        for one in self._once():
            if isinstance(one.instrument, Option):
                yield self._greeks(one, one.instrument, at)

    def _once(self) -> Iterable[Held]:
        return {one.instrument.symbol: one for one in self._held}.values()

    # --- how it is reckoned --------------------------------------------------------------------

    def _position(self, held: Held, at: dt.datetime) -> Position:
        price = self._market.price(held.instrument, at)
        value = (held.units * price).quantize(CENT)
        return Position(
            account=held.account,
            as_of=at,
            instrument=held.instrument,
            currency=held.instrument.currency,
            quantity=held.quantity,
            average_cost=held.average_cost,
            cost_basis=held.cost,
            market_price=price,
            market_value=value,
            unrealized_pnl=None if held.cost is None else value - held.cost,
            realized_pnl=ZERO,
            daily_pnl=(held.units * (price - held.close)).quantize(CENT),
            fx_rate_to_base=self._market.rate(held.instrument.currency or "USD"),
        )

    def _market_data(
        self, held: Held, price: Decimal | None, at: dt.datetime
    ) -> Iterator[Quote | Greeks]:
        yield self._quote(held, price, at)
        if isinstance(held.instrument, Option):
            yield self._greeks(held, held.instrument, at)

    def _quote(self, held: Held, price: Decimal | None, at: dt.datetime) -> Quote:
        assert price is not None
        half = CENT * max(1, int(price / 20)) if isinstance(held.instrument, Option) else CENT
        return Quote(
            account="",
            instrument=held.instrument,
            as_of=at,
            bid=max(price - half, ZERO),
            ask=price + half,
            last=price,
            close=held.close,
        )

    def _greeks(self, held: Held, option: Option, at: dt.datetime) -> Greeks:
        known, volatility = self._market.greeks(option, at)
        return Greeks(
            account="",
            instrument=option,
            as_of=at,
            delta=_rounded(known.delta),
            gamma=_rounded(known.gamma),
            theta=_rounded(known.theta),
            vega=_rounded(known.vega),
            rho=_rounded(known.rho),
            implied_volatility=_rounded(volatility),
            underlying_price=Decimal(round(self._market.spot(held.name) * 100)) / 100,
            option_price=_rounded(known.price),
            source="ibkr" if option.identifiers.conid else "tastytrade",
        )

    def _cash(self, account: Account, at: dt.datetime) -> Iterator[Balance]:
        tag = CASH_TAGS[account.book.profile.broker]
        for currency, amount in account.book.cash.items():
            yield _balance(account, at, tag, amount, currency)

    def _worth(self, account: Account, at: dt.datetime) -> Iterator[Balance]:
        rate = self._market.rate
        cash = sum((rate(code) * amount for code, amount in account.book.cash.items()), ZERO)
        value = gained = today = ZERO
        for one in self._held:
            if one.account != account.book.profile.number:
                continue
            seen = self._positions[id(one)]
            each = seen.fx_rate_to_base or ZERO
            # What a future gained is in the cash already.
            if not isinstance(one.instrument, Future):
                value += (seen.market_value or ZERO) * each
            gained += (seen.unrealized_pnl or ZERO) * each
            today += (seen.daily_pnl or ZERO) * each
        total, margin = cash + value, max(value, ZERO) * _MARGIN
        tags = _TAGS[account.book.profile.broker]
        for tag, amount in zip(
            tags,
            (total, cash, value, margin, total - margin, 2 * (total - margin), today, gained),
            strict=True,
        ):
            if tag:
                yield _balance(account, at, tag, amount.quantize(CENT))


_TAGS = {
    "ibkr": (
        "NetLiquidation", "TotalCashValue", "GrossPositionValue", "MaintMarginReq",
        "AvailableFunds", "BuyingPower", "DailyPnL", "UnrealizedPnL",
    ),
    "tastytrade": (
        "net-liquidating-value", "", "", "maintenance-requirement",
        "maintenance-excess", "equity-buying-power", "DailyPnL", "UnrealizedPnL",
    ),
}  # fmt: skip
"""What is reckoned of an account, in each broker's words; empty where it does not say it."""


def _balance(
    account: Account, at: dt.datetime, tag: str, value: Decimal, currency: str = "USD"
) -> Balance:
    return Balance(
        account=account.book.profile.number, as_of=at, tag=tag, currency=currency, value=value
    )


def _held(account: Account) -> Iterator[Held]:
    book = account.book
    for instrument in book.instruments.values():
        quantity = book.quantity(instrument)
        if not quantity or isinstance(instrument, Forex):
            continue
        units, cost = quantity * instrument.multiplier, book.cost(instrument)
        yield Held(
            account=book.profile.number,
            instrument=instrument,
            name=book.world.source_of(instrument),
            quantity=quantity,
            units=units,
            cost=cost,
            average_cost=None if cost is None else (cost / units).quantize(Decimal("0.0001")),
            close=book.world.price(instrument, book.world.last),
        )


def _rounded(value: float) -> Decimal:
    return Decimal(round(value * 1_000_000)).scaleb(-6)

"""An account of the demo: whatever happens in it moves lots and cash, and leaves its records."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from qm_tui.brokers.demo.listed import without_conid
from qm_tui.brokers.demo.lots import CENT, ZERO, Lot, share, take
from qm_tui.brokers.demo.world import World
from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    EquityOption,
    Forex,
    Fund,
    Future,
    FutureOption,
    Instrument,
    Right,
)
from qm_tui.domain.records import CashTransaction, OptionEvent, Record, Trade
from qm_tui.domain.reported import ClosedLot
from qm_tui.domain.words import CashType, OpenClose, OptionEventType, Section, TaxTreatment

_OPENING_BELL = dt.time(15, 0, tzinfo=dt.UTC)


_INDEX = "XSP"
_CODES = {
    OptionEventType.ASSIGNMENT: "A",
    OptionEventType.EXERCISE: "Ex",
    OptionEventType.EXPIRATION: "Ep",
    OptionEventType.CASH_SETTLEMENT: "Ep",
}


class Money(NamedTuple):
    """An amount; positive is received."""

    amount: Decimal
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Whose account it is, and how it is taxed."""

    number: str
    broker: str
    account_type: str
    tax_treatment: TaxTreatment
    nickname: str
    first_id: int
    older_by: int = 0
    """Days: it was opened so long before its history begins."""


class Book:
    """One account: open lots, cash by currency, and the records of how it came to them."""

    def __init__(self, profile: Profile, world: World) -> None:
        self.profile = profile
        self.world = world
        self.cash: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.lots: dict[str, list[Lot]] = {}
        self.instruments: dict[str, Instrument] = {}
        self.records: defaultdict[Section, list[Record]] = defaultdict(list)
        self.repeated: list[Record] = []
        """Trades that are told once more, in an answer of their own."""
        self._marks: dict[str, Decimal] = {}
        self._next_id = profile.first_id
        self._day = dt.date.min
        self._minutes = 0
        self._silent: frozenset[Section] = frozenset()

    def quantity(self, instrument: Instrument) -> Decimal:
        """How much of an instrument is held."""
        return sum((lot.quantity for lot in self.lots.get(instrument.symbol, ())), ZERO)

    def cost(self, instrument: Instrument) -> Decimal | None:
        """What is held of it cost; None as soon as the cost of one lot is not known."""
        costs = [lot.cost for lot in self.lots.get(instrument.symbol, ())]
        return None if None in costs else sum((cost for cost in costs if cost is not None), ZERO)

    # --- trades ----------------------------------------------------------------------------

    def trade(
        self, day: dt.date, instrument: Instrument, quantity: Decimal, price: Decimal | None = None
    ) -> None:
        """Buy (positive) or sell at the day's price, or at another."""
        price = self.world.price(instrument, day) if price is None else price
        self._book(day, instrument, quantity, price)

    def end_option(self, day: dt.date, option: EquityOption) -> None:
        """Let an option expire, be assigned or exercised, or (on an index) be paid out."""
        quantity, value = self.quantity(option), self.world.price(option, day)
        if not quantity:
            return
        kind = _ending(option, quantity, value)
        delivers = kind in {OptionEventType.ASSIGNMENT, OptionEventType.EXERCISE}
        price = value if kind is OptionEventType.CASH_SETTLEMENT else ZERO
        cost = self.cost(option) or ZERO
        ended, proceeds = self._booked(day, option, -quantity, price, code=_CODES[kind])
        # What was paid or received for an option that delivers goes into the stock's cost.
        self.record(Section.TRADES, self._with_lots(ended, cost if delivers else proceeds))
        self.record(
            Section.OPTION_EVENTS,
            OptionEvent(
                account=self.profile.number,
                key=f"OE:{self.next_id()}",
                type=kind,
                date=day,
                instrument=ended.instrument,
                currency="USD",
                quantity=-quantity,
                price=price,
                proceeds=proceeds,
                broker_trade_id=ended.broker_trade_id,
            ),
        )
        if delivers and option.underlying_symbol is not None and option.strike is not None:
            units = quantity * option.multiplier * (1 if option.right is Right.CALL else -1)
            stock = self.world.instrument(option.underlying_symbol)
            came, paid = self._booked(day, stock, units, option.strike, code=_CODES[kind])
            self.record(Section.TRADES, self._with_lots(came, paid - cost))

    def _book(
        self, day: dt.date, instrument: Instrument, quantity: Decimal, price: Decimal
    ) -> None:
        self.settle_future(day, instrument, price)
        proceeds = (-quantity * price * instrument.multiplier).quantize(CENT)
        commission = self._commission(instrument, quantity, proceeds)
        net = proceeds + commission
        trade = self._new_trade(day, instrument, quantity, price)
        trade = replace(
            trade,
            proceeds=proceeds,
            commission=commission,
            commission_currency=trade.currency,
            # A future is not paid for: its gains come as variation margin.
            net_cash=commission if isinstance(instrument, Future) else net,
        )
        self._pay(trade)
        self.record(Section.TRADES, self._with_lots(trade, net))

    def _booked(
        self, day: dt.date, instrument: Instrument, quantity: Decimal, price: Decimal, *, code: str
    ) -> tuple[Trade, Decimal]:
        """A trade that no exchange saw, with its proceeds: booked when an option ends, for free."""
        proceeds = -quantity * price * instrument.multiplier
        trade = replace(
            self._new_trade(day, instrument, quantity, price),
            executed_at=dt.datetime.combine(day, dt.time(21, 30), tzinfo=dt.UTC),
            proceeds=proceeds,
            commission=ZERO,
            commission_currency="USD",
            net_cash=proceeds,
            transaction_type="BookTrade",
            broker_execution_id=None,
            codes=code,
        )
        self._pay(trade)
        return trade, proceeds

    def _new_trade(
        self, day: dt.date, instrument: Instrument, quantity: Decimal, price: Decimal
    ) -> Trade:
        id_ = self.next_id()
        held = self.quantity(instrument)
        return Trade(
            account=self.profile.number,
            key=f"TX:{id_}",
            instrument=self.named(instrument),
            trade_date=day,
            executed_at=self._now(day),
            settle_date=day + dt.timedelta(days=1 if day.weekday() < 4 else 7 - day.weekday()),
            quantity=quantity,
            price=price,
            currency=instrument.currency,
            fx_rate_to_base=self.world.rate(instrument.currency or "USD", day),
            open_close=OpenClose.CLOSE if held * quantity < 0 else OpenClose.OPEN,
            transaction_type="ExchTrade",
            broker_trade_id=f"{id_ + 50_000_000}",
            broker_transaction_id=f"{id_}",
            broker_execution_id=f"0000e0d5.{id_:08x}.01.01",
            broker_order_id=f"{id_ + 70_000_000}",
        )

    def _with_lots(self, trade: Trade, net: Decimal) -> Trade:
        """Open a lot with a trade, or close the oldest ones with it."""
        symbol = trade.instrument.symbol
        if trade.open_close is OpenClose.OPEN:
            lot = Lot(
                id=str(trade.broker_transaction_id),
                quantity=trade.quantity,
                cost=-net,
                acquired=trade.trade_date,
                opened_at=trade.executed_at,
                price=trade.price,
            )
            self.lots.setdefault(symbol, []).append(lot)
            return replace(trade, cost_basis=-net)
        closed, self.lots[symbol] = take(self.lots[symbol], -trade.quantity)
        cost = sum((lot.cost or ZERO for lot in closed), ZERO)
        left, left_quantity = net, -trade.quantity
        for lot in closed:
            part = share(left, lot.quantity, left_quantity)
            left, left_quantity = left - part, left_quantity - lot.quantity
            self.record(Section.CLOSED_LOTS, self._closed_lot(trade, lot, part))
        return replace(trade, cost_basis=-cost, realized_pnl=net - cost)

    def _closed_lot(self, trade: Trade, lot: Lot, net: Decimal) -> ClosedLot:
        return ClosedLot(
            account=self.profile.number,
            key=f"LOT:{trade.broker_transaction_id}:{lot.id}",
            instrument=trade.instrument,
            currency=trade.currency,
            quantity=lot.quantity,
            cost_basis=lot.cost,
            open_price=lot.price,
            realized_pnl=None if lot.cost is None else net - lot.cost,
            opened_at=lot.opened_at,
            acquisition_date=lot.acquired,
            holding_start=lot.acquired,
            closed_at=trade.executed_at,
            disposition_date=trade.trade_date,
            term="long" if (trade.trade_date - lot.acquired).days > 365 else "short",
            opening_transaction_id=lot.id,
            closing_trade_key=trade.key,
        )

    def settle_future(
        self, day: dt.date, instrument: Instrument, price: Decimal | None = None
    ) -> None:
        """Pay or receive what a future gained since it was last marked."""
        if not isinstance(instrument, Future):
            return
        price = self.world.price(instrument, day) if price is None else price
        mark = self._marks.get(instrument.symbol, price)
        self._marks[instrument.symbol] = price
        gain = self.quantity(instrument) * (price - mark) * instrument.multiplier
        if gain:
            self.move(day, CashType.OTHER, Money(gain), instrument, text="Futures variation margin")

    # --- cash ------------------------------------------------------------------------------

    def move(
        self,
        day: dt.date,
        kind: CashType,
        money: Money,
        instrument: Instrument | None = None,
        *,
        text: str,
    ) -> None:
        """Receive (positive) or pay money."""
        id_ = self.next_id()
        self.cash[money.currency] += money.amount
        self.record(
            Section.CASH,
            CashTransaction(
                account=self.profile.number,
                key=f"CT:{id_}",
                date=day,
                settle_date=day,
                type=kind,
                broker_type=kind.value.replace("_", " ").capitalize(),
                instrument=None if instrument is None else self.named(instrument),
                currency=money.currency,
                amount=money.amount,
                fx_rate_to_base=self.world.rate(money.currency, day),
                description=text,
                broker_id=str(id_),
            ),
        )

    # --- how it is done --------------------------------------------------------------------

    def _pay(self, trade: Trade) -> None:
        assert trade.net_cash is not None
        self.cash[trade.currency or "USD"] += trade.net_cash
        if isinstance(trade.instrument, Forex):
            self.cash[trade.instrument.symbol[:3]] += trade.quantity

    def record(self, section: Section, record: Record) -> None:
        """Keep what the broker will say."""
        if section not in self._silent:
            self.records[section].append(record)

    @contextmanager
    def untold(self, sections: Iterable[Section]) -> Iterator[None]:
        """Let things happen of which these sections tell nothing."""
        self._silent = frozenset(sections)
        try:
            yield
        finally:
            self._silent = frozenset()

    def named(self, instrument: Instrument) -> Instrument:
        """The instrument as this broker names it."""
        known = self.instruments.get(instrument.symbol)
        if known is None:
            known = instrument if self.profile.broker == "ibkr" else without_conid(instrument)
            self.instruments[instrument.symbol] = known
        return known

    def next_id(self) -> int:
        """A number that the broker gave to nothing else."""
        self._next_id += 1
        return self._next_id

    def _now(self, day: dt.date) -> dt.datetime:
        """A time of day: later than everything that happened that day before."""
        self._minutes = self._minutes + 7 if day == self._day else self._next_id * 37 % 120
        self._day = day
        return dt.datetime.combine(day, _OPENING_BELL) + dt.timedelta(minutes=self._minutes)

    def _commission(self, instrument: Instrument, quantity: Decimal, proceeds: Decimal) -> Decimal:
        tasty = self.profile.broker == "tastytrade"
        size = abs(quantity)
        match instrument:
            case EquityOption():
                cost = size * Decimal("1.13" if tasty else "0.65")
            case Future() | FutureOption():
                cost = size * Decimal("0.87")
            case Crypto():
                cost = abs(proceeds) / 100
            case Fund():
                cost = ZERO
            case Forex() | Bond():
                cost = Decimal(2)
            case _:
                cost = ZERO if tasty else max(Decimal(1), size * Decimal("0.005"))
        return -cost.quantize(CENT)


def _ending(option: EquityOption, quantity: Decimal, value: Decimal) -> OptionEventType:
    if not value:
        return OptionEventType.EXPIRATION
    if option.underlying_symbol == _INDEX:
        return OptionEventType.CASH_SETTLEMENT
    return OptionEventType.EXERCISE if quantity > 0 else OptionEventType.ASSIGNMENT

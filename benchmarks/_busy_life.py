"""Twelve years of a busy household as a broker tells it: what the benchmarks of the store book.

100 stocks and 150 option contracts in two taxable accounts and an IRA: orders filled in pieces,
losses bought back, bought and written options that are closed, expire, are exercised or assigned,
splits, returns of capital, and transfers between the taxable accounts.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from qm_tui.domain.instruments import EquityOption, Instrument, Right
from qm_tui.domain.records import CashTransaction, CorporateAction, Record, Trade, Transfer
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OpenClose,
    TaxTreatment,
    TransferDirection,
)
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from tests.builders import (
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_trade,
    a_transfer,
    an_account,
    an_equity,
    an_option,
)

TAXABLE = ("U9000001", "U9000002")
IRA = "U9000003"
ACCOUNTS = (*TAXABLE, IRA)
FIRST = dt.date(2013, 1, 2)
YEARS = 12
ACTIVITIES = 14_400
STOCKS = 100
CONTRACTS = 150
HUNDRED = 100
CHUNK = 500


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the clock is made here


@dataclass(slots=True)
class BusyLife:
    """A history that is being written: records, and what is held after them."""

    random: Random
    stocks: list[Instrument]
    records: list[Record] = field(default_factory=list)
    held: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    prices: dict[str, int] = field(default_factory=dict)
    """Cents."""
    alive: list[EquityOption] = field(default_factory=list)
    contracts: int = 0
    today: dt.date = FIRST
    minute: int = 0

    def write(self, activities: int) -> list[Record]:
        """Live day by day; the years are as full as they have to be."""
        days = YEARS * 365
        for day in range(days):
            self.today = FIRST + dt.timedelta(days=day)
            if self.today.weekday() > 4:
                continue
            self.minute = 0
            self._expiries()
            while len(self.records) < activities * (day + 1) // days:
                self._happen(day, days)
        return self.records[:activities]

    def _happen(self, day: int, days: int) -> None:
        die = self.random.random()
        if die < 0.004:
            self._split()
        elif die < 0.02:
            self._return_of_capital()
        elif die < 0.026:
            self._transfer()
        elif die < 0.30:
            if not self.alive or self.contracts < CONTRACTS * (day + 1) // days:
                self._list_contract()
            self._trade_option()
        else:
            self._order()

    # --- trades -----------------------------------------------------------------------------------

    def _moment(self) -> dt.datetime:
        self.minute += self.random.randrange(1, 8)
        opening = dt.datetime.combine(self.today, dt.time(14, 30), dt.UTC)
        return opening + dt.timedelta(minutes=min(self.minute, 380))

    def _price(self, stock: Instrument) -> int:
        before = self.prices.setdefault(stock.symbol, self.random.randrange(2_000, 20_000))
        after = max(500, before + self.random.randrange(-before // 40, before // 40 + 1))
        self.prices[stock.symbol] = after
        return after

    def _fill(
        self, account: str, what: Instrument, shares: int, cents: int, **more: object
    ) -> Trade:
        number = str(len(self.records) + 1)
        given: dict[str, object] = {
            "commission": Decimal(-self.random.randrange(35, 150)) / 100,
            "open_close": self._opens(account, what, shares),
            "executed_at": self._moment(),
        }
        trade = a_trade(
            account=account, key=f"TX:{number}", instrument=what, quantity=shares,
            trade_date=self.today, price=Decimal(cents) / 100, broker_trade_id=number,
            broker_transaction_id=number, broker_execution_id=number, **(given | more),
        )  # fmt: skip
        self.held[account, what.symbol] += shares
        self.records.append(trade)
        return trade

    def _opens(self, account: str, what: Instrument, shares: int) -> OpenClose | None:
        held = self.held[account, what.symbol]
        if not held or (held > 0) is (shares > 0):
            return OpenClose.OPEN
        return OpenClose.CLOSE if abs(shares) <= abs(held) else None

    def _order(self) -> None:
        account, stock = self.random.choice(ACCOUNTS), self.random.choice(self.stocks)
        held, cents = self.held[account, stock.symbol], self._price(stock)
        order = f"O{len(self.records)}"
        if held > 0 and self.random.random() < 0.5:
            left = self.random.choice((held, max(1, held // 2)))
            while left:
                part = min(left, self.random.choice((left, 100, 250)))
                self._fill(account, stock, -part, cents, broker_order_id=order)
                left -= part
            return
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            shares = self.random.randrange(1, 6) * self.random.choice((1, 10, 50))
            self._fill(account, stock, shares, cents, broker_order_id=order)

    # --- options ----------------------------------------------------------------------------------

    def _list_contract(self) -> None:
        stock = self.random.choice(self.stocks)
        strike = max(5, round(self._price(stock) / 500) * 5)
        expiry = self.today + dt.timedelta(days=self.random.randrange(25, 120))
        expiry += dt.timedelta(days=(4 - expiry.weekday()) % 7)
        right = self.random.choice((Right.CALL, Right.PUT))
        contract = an_option(stock.symbol, expiry, right, strike)
        if contract not in self.alive:
            self.alive.append(contract)
            self.contracts += 1

    def _trade_option(self) -> None:
        option = self.random.choice(self.alive)
        account, cents = self.random.choice(ACCOUNTS), self.random.randrange(20, 900)
        held = self.held[account, option.symbol]
        contracts = self.random.randrange(1, 6)
        side = -1 if held > 6 else 1 if held < -6 else self.random.choice((1, -1))
        self._fill(account, option, side * contracts, cents)

    def _expiries(self) -> None:
        for option in [one for one in self.alive if one.expiry == self.today]:
            self.alive.remove(option)
            for account in ACCOUNTS:
                if self.held[account, option.symbol]:
                    self._end(account, option)

    def _end(self, account: str, option: EquityOption) -> None:
        """Worthless, or exercised and assigned: two rows of book trades then."""
        assert option.strike is not None
        assert option.underlying_symbol is not None
        held = self.held[account, option.symbol]
        stock = next(one for one in self.stocks if one.symbol == option.underlying_symbol)
        above = Decimal(self._price(stock)) / 100 - option.strike
        direction = 1 if option.right is Right.CALL else -1
        worthless = above * direction <= 0
        code = "Ep" if worthless else "Ex" if held > 0 else "A"
        moment = dt.datetime.combine(self.today, dt.time(20, 20), dt.UTC)
        ends = {
            "executed_at": moment, "transaction_type": "BookTrade", "codes": code,
            "commission": Decimal(0),
        }  # fmt: skip
        self._fill(account, option, -held, 0, **ends)
        if not worthless:
            shares = direction * held * HUNDRED
            self._fill(account, stock, shares, int(option.strike * 100), **ends)

    # --- what companies and brokers do -----------------------------------------------------------

    def _holders(self, accounts: Sequence[str]) -> tuple[Instrument, list[str]] | None:
        stock = self.random.choice(self.stocks)
        holders = [one for one in accounts if self.held[one, stock.symbol] > 0]
        return (stock, holders) if holders else None

    def _split(self) -> None:
        found = self._holders(ACCOUNTS)
        if found is None:
            return
        stock, _ = found
        self.prices[stock.symbol] = max(500, self._price(stock) // 2)
        for account in ACCOUNTS:
            held = self.held[account, stock.symbol]
            if held:
                self.records.append(
                    a_corporate_action(
                        account=account, key=f"CA:{len(self.records)}", instrument=stock,
                        type=CorporateActionType.SPLIT, date=self.today, quantity=held,
                        description=f"{stock.symbol} SPLIT 2 FOR 1",
                        action_id=f"S{stock.symbol}{self.today}",
                    )
                )  # fmt: skip
                self.held[account, stock.symbol] *= 2

    def _return_of_capital(self) -> None:
        found = self._holders(ACCOUNTS)
        if found is None:
            return
        stock, holders = found
        for account in holders:
            held = self.held[account, stock.symbol]
            self.records.append(
                a_cash_transaction(
                    account=account, key=f"CT:{len(self.records)}", instrument=stock,
                    type=CashType.DIVIDEND, date=self.today, amount=Decimal(held) / 20,
                    description=f"{stock.symbol} CASH DIVIDEND USD 0.05 (Return of Capital)",
                )
            )  # fmt: skip

    def _transfer(self) -> None:
        found = self._holders(TAXABLE)
        if found is None:
            return
        stock, holders = found
        sender = holders[0]
        receiver = TAXABLE[1 - TAXABLE.index(sender)]
        if self.held[receiver, stock.symbol] < 0:
            return
        shares = max(1, self.held[sender, stock.symbol] // 2)
        for account, other, quantity, direction in (
            (sender, receiver, -shares, TransferDirection.OUT),
            (receiver, sender, shares, TransferDirection.IN),
        ):
            self.held[account, stock.symbol] += quantity
            self.records.append(
                a_transfer(
                    account=account, key=f"TF:{len(self.records)}", instrument=stock,
                    type="INTERNAL", direction=direction, quantity=quantity, date=self.today,
                    cost_basis=None, counterparty_account=other,
                )
            )  # fmt: skip


def busy_life(activities: int = ACTIVITIES, seed: int = 1) -> list[Record]:
    """Tell all of it, in the order in which it happened."""
    stocks: list[Instrument] = [
        an_equity(f"BUSY{number}", conid=str(100_000 + number)) for number in range(STOCKS)
    ]
    life = BusyLife(Random(seed), stocks)  # noqa: S311 - figures, no secret
    return life.write(activities)


SECTIONS: dict[type[Record], str] = {
    Trade: "trades", CashTransaction: "cash", CorporateAction: "corporate_actions",
    Transfer: "transfers",
}  # fmt: skip


def chunks(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Records of one kind at a time, so that each batch is of one section."""
    for kind in SECTIONS:
        chosen = [record for record in records if type(record) is kind]
        for first in range(0, len(chosen), CHUNK):
            yield chosen[first : first + CHUNK]


@asynccontextmanager
async def a_store(path: Path) -> AsyncIterator[Store]:
    """Have a store open for a while."""
    store = await open_store(path, now)
    try:
        yield store
    finally:
        await store.close()


async def keep(store: Store, records: Sequence[Record]) -> None:
    """Store facts as an import does, without deriving what follows."""
    source = Source(connection="import", broker="ibkr", kind="import")
    async with store.writer.unit(source) as unit:
        for chunk in chunks(records):
            await unit.save(a_batch(*chunk))


async def keep_household(store: Store) -> None:
    """Store whose accounts these are, and which is an IRA."""
    source = Source(connection="import", broker="ibkr", kind="import")
    told = [an_account(account) for account in TAXABLE]
    async with store.writer.unit(source) as unit:
        await unit.save(a_batch(*told, an_account(IRA, tax_treatment=TaxTreatment.IRA)))

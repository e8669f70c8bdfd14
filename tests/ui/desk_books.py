"""A book for the desk: two brokers, three currencies, long and short, options, a day's closings."""

import datetime as dt
from decimal import Decimal
from functools import partial

from qm_tui.domain.batches import Holds
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import FxRate, Greeks
from qm_tui.domain.words import Section
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import (
    a_balance,
    a_batch,
    a_position,
    a_trade,
    an_account,
    an_equity,
    an_option,
)
from tests.conftest import NOW
from tests.store.laid import lay_book

IB = Source(connection="ib", broker="ibkr", kind="sync", live=True)
TASTY = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)
MAIN, IRA, OTHER = "U1234567", "U7654321", "5WX00001"
TODAY = NOW.date()
YESTERDAY = NOW - dt.timedelta(days=1)
WEEK = an_option("AAPL", "2026-03-06", "P", 150, conid="901")
MONTH = an_option("AAPL", "2026-04-17", "C", 140, conid="902")
FAR = an_option("MSFT", "2026-12-18", "C", 500, conid="903")
SIEMENS = an_equity("SIE", conid="7", currency="EUR")


async def a_desk(store: Store) -> None:
    """Net liquidations of 50,000 (main), 20,000 (IRA) and 30,000 (other); a euro is 1.20."""
    await lay_book(store, a_desk, partial(_write, store))


async def _write(store: Store) -> None:
    for source, numbers in ((IB, (MAIN, IRA)), (TASTY, (OTHER,))):
        infos = [
            an_account(
                number,
                nickname={MAIN: "Main", IRA: "Old age"}.get(number),
                tax_treatment="ira" if number == IRA else "taxable",
            )
            for number in numbers
        ]
        await store.writer.save(source, a_batch(*infos))
    rate = FxRate(
        account="", from_currency="EUR", to_currency="USD", date=TODAY, rate=Decimal("1.2")
    )
    await store.writer.save(IB, a_batch(rate, section=Section.FX_RATES))
    net = ((IB, MAIN, 50_000), (IB, IRA, 20_000), (TASTY, OTHER, 30_000))
    for source, number, value in net:
        one = a_balance(account=number, tag="NetLiquidation", value=value, as_of=NOW)
        await store.writer.save(source, a_batch(one))
    await _yesterday(store)
    seen = {"as_of": NOW}
    await store.writer.save(
        IB,
        a_batch(
            a_position(account=MAIN, market_price="200", daily_pnl="50", **seen),
            a_position(account=MAIN, instrument=SIEMENS, currency="EUR", quantity=10, **seen),
            a_position(account=MAIN, instrument=WEEK, quantity=-2, market_price="3", **seen),
            a_position(account=MAIN, instrument=MONTH, quantity=1, market_price="9", **seen),
            a_position(account=IRA, instrument="MSFT", quantity=-3, average_cost=None, **seen),
            holds=[_all_of(MAIN), _all_of(IRA)],
        ),
    )
    await store.writer.save(
        TASTY,
        a_batch(
            a_position(account=OTHER, quantity=50, market_price="200", **seen),
            a_position(account=OTHER, instrument=FAR, quantity=1, market_price="4", **seen),
        ),
    )
    told = [_greeks(WEEK, "-0.2", "-0.1"), _greeks(MONTH, "0.8", "-0.05")]
    await store.writer.save(IB, a_batch(*told, section=Section.GREEKS))


def _all_of(account: str) -> Holds:
    return Holds(account=account, section=Section.POSITIONS, as_of=NOW)


def _greeks(option: Instrument, delta: str, theta: str) -> Greeks:
    return Greeks(
        account="", instrument=option, as_of=NOW, delta=Decimal(delta), theta=Decimal(theta),
        gamma=Decimal("0.01"), vega=Decimal("0.1"), underlying_price=Decimal(145), source="ibkr",
    )  # fmt: skip


async def _yesterday(store: Store) -> None:
    """Hold what is sold today, and sell it; buy and sell something between two looks."""
    ko = an_equity("KO", conid="55")
    held = [
        a_position(account=MAIN, instrument=ko, quantity=10, as_of=YESTERDAY),
        a_position(account=MAIN, quantity=90, as_of=YESTERDAY),
    ]
    await store.writer.save(IB, a_batch(*held))
    day = {"account": MAIN, "trade_date": TODAY}
    await store.writer.save(
        IB,
        a_batch(
            a_trade(instrument=ko, quantity=-10, realized_pnl="77", key="TR:1", **day),
            a_trade(instrument="PLTR", quantity=5, key="TR:2", **day),
            a_trade(instrument="PLTR", quantity=-5, realized_pnl="-7", key="TR:3", **day),
        ),
    )

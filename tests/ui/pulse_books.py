"""A book with something to be seen in every panel of the pulse."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from qm_tui.domain.live import LiveBook
from qm_tui.domain.records import Record
from qm_tui.domain.reported import NavSummary
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import (
    a_balance,
    a_batch,
    a_nav,
    a_position,
    an_account,
    an_equity,
    an_fx_rate,
    an_option,
)
from tests.conftest import NOW
from tests.store.laid import lay_book

TODAY = NOW.date()
SEEN: dict[str, Any] = {"as_of": NOW - dt.timedelta(minutes=3)}
IRA, EURO = "U7654321", "U2222222"
DAYS = 400


async def a_pulse_book(store: Store, *, rate: bool = True) -> None:
    """Three accounts, one of them in euros; a year of values; options that expire this week."""
    await lay_book(store, ("pulse", rate), partial(_write, store, rate=rate))


async def _write(store: Store, *, rate: bool) -> None:
    source = Source(connection="ib", broker="ibkr", kind="sync", live=True)
    async with store.writer.unit(source) as unit:
        for records in _parts(rate=rate):
            await unit.save(a_batch(*records))


def _parts(*, rate: bool) -> Iterator[Sequence[Record]]:
    yield (
        an_account(nickname="Everyday"),
        an_account(IRA, nickname="Retirement"),
        an_account(EURO, nickname="Abroad", base_currency="EUR"),
    )
    if rate:
        yield (an_fx_rate(date=TODAY - dt.timedelta(days=DAYS + 5), rate="1.10"),)
    yield (
        *_values("U1234567", "USD", "312450.12", "1240.5", "18250", cash="24000.25"),
        a_balance(tag="CashBalance", currency="EUR", value="-50.5", **SEEN),
        a_balance(tag="MaintMarginReq", value="120000", **SEEN),
        a_balance(tag="ExcessLiquidity", value="170000", **SEEN),
        *_values(IRA, "USD", "98200", "-310.25", "4400", cash="6100"),
        a_balance(account=IRA, tag="MaintMarginReq", value="88000", **SEEN),
        a_balance(account=IRA, tag="ExcessLiquidity", value="6000", **SEEN),
        *_values(EURO, "EUR", "40000", "95", "-1200", cash="2500"),
    )
    yield tuple(_positions())
    for account, worth, currency in (
        ("U1234567", 290_000, "USD"), (IRA, 90_000, "USD"), (EURO, 38_000, "EUR"),
    ):  # fmt: skip
        yield tuple(_history(account, worth, currency))


def _values(
    account: str, currency: str, net: str, day: str, whole: str, cash: str
) -> Iterator[Record]:
    for tag, value in (
        ("NetLiquidation", net), ("DailyPnL", day), ("UnrealizedPnL", whole), ("CashBalance", cash),
        ("TotalCashValue", cash),
    ):  # fmt: skip
        yield a_balance(account=account, tag=tag, currency=currency, value=value, **SEEN)


def _history(account: str, worth: int, currency: str) -> Iterator[NavSummary]:
    for ago in range(DAYS, 0, -1):
        day = TODAY - dt.timedelta(days=ago)
        if day.weekday() < 5:
            moved = math.sin(ago / 23) * 0.06 - ago / DAYS * 0.15 + math.sin(ago * 1.7) * 0.006
            total = Decimal(round(worth * (1 + moved)))
            yield a_nav(account=account, to_date=day, total=total, currency=currency)


def _positions() -> Iterator[Record]:
    def option(underlying: str, days: int, right: str, strike: int, **more: Any) -> Record:
        expiry = TODAY + dt.timedelta(days=days)
        contract = an_option(underlying, expiry, right, strike)
        return a_position(instrument=contract, **SEEN, **more)

    for place, (symbol, quantity, price, day) in enumerate(
        (
            ("AAPL", 120, "231.40", "412.20"), ("MSFT", 60, "412.10", "-188.4"),
            ("NVDA", 300, "121.5", "1022.75"), ("SPY", 90, "601.2", "88.1"),
            ("TLT", -200, "90.1", "-77.5"), ("KO", 400, "61.2", "12.4"),
        )
    ):  # fmt: skip
        account = IRA if place % 3 == 2 else "U1234567"
        yield a_position(
            account=account, instrument=an_equity(symbol, conid=str(100 + place)),
            quantity=quantity, market_price=price, daily_pnl=day, **SEEN,
        )  # fmt: skip
    common: dict[str, Any] = {"market_price": "2.15", "average_cost": "3"}
    yield option("AAPL", 0, "C", 230, quantity=-2, daily_pnl="-64", **common)
    yield option("NVDA", 2, "P", 115, quantity=5, daily_pnl="-120", **common)
    yield option("SPY", 4, "C", 640, quantity=-1, daily_pnl="14", **common)
    yield option("XYZ", 4, "P", 12, quantity=-3, **common)
    yield option("AAPL", 60, "C", 260, quantity=1, **common)
    yield a_position(
        account=EURO, instrument=an_equity("ASML", conid="990", currency="EUR"), currency="EUR",
        quantity=20, market_price="700", daily_pnl="95", **SEEN,
    )  # fmt: skip


def pushed(live: LiveBook, value: str = "1540.5") -> Any:
    """Have a broker push what one account gained today."""
    return live.apply([a_balance(tag="DailyPnL", value=value, as_of=NOW + dt.timedelta(seconds=1))])

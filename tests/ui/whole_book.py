"""A book with a row of every kind: laid ready once, and copied for every test that begins on it."""

import asyncio
import datetime as dt
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from qm_tui.book.deriving import derive_waiting
from qm_tui.book.reconciling import Reconciler
from qm_tui.cli.method_desk import MethodDesk
from qm_tui.cli.preference_desk import PreferenceDesk
from qm_tui.domain.health import LinkState
from qm_tui.domain.instruments import EquityOption, Identifiers, Instrument
from qm_tui.domain.records import Greeks, Record
from qm_tui.domain.words import OpenClose, OptionEventType, Section
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from qm_tui.ui.context import Context
from tests.builders import (
    _typed,
    a_balance,
    a_batch,
    a_broker_lot,
    a_cash_transaction,
    a_corporate_action,
    a_document,
    a_margin_interest,
    a_nav,
    a_position,
    a_refused_row,
    a_trade,
    a_transfer,
    an_account,
    an_equity,
    an_fx_rate,
    an_option,
    an_option_event,
    covers,
)
from tests.conftest import NOW
from tests.store.laid import lay
from tests.ui.books import ROWS, ZONE, _block, a_context
from tests.ui.scripted_syncs import Going, ScriptedSyncs, a_health

Dress = Callable[[str], str]
"""What a name of the book becomes."""

MAIN, IRA, TASTY = "U1234567", "U7654321", "5WX00001"
IMPORT = Source(connection="import", broker="ibkr", kind="import", document=a_document())
IB = Source(connection="ib", broker="ibkr", kind="sync", live=True)
TT = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)
TODAY = NOW.date()
SEEN = NOW - dt.timedelta(minutes=3)
LATE = NOW - dt.timedelta(hours=19)
DAYS = 120
ONCE = Decimal(1)

HOSTILE = "[red]E[/] \x1b[m\x07\u202eLTR\u202c\u200f\t\r\n漢字👩‍👩‍👧e\u0301 "
"""Markup, control characters, marks of direction, wide and joined characters."""


def hostile(text: str) -> str:
    """A name that nobody would give, of 10,000 characters."""
    return f"{HOSTILE}{text} {'x' * 10_000}"


async def a_whole_book(store: Store, dress: Dress = str, times: Decimal = ONCE) -> None:
    """Three accounts of two brokers: all kinds of holdings, facts, lots, failures, breaks.

    Args:
        store: to write it to.
        dress: what its names become.
        times: how often there is what there is, at the same prices.
    """
    async with store.writer.unit(IMPORT) as unit:
        for batch in _statement(dress):
            await unit.save(replace(batch, records=_multiplied(batch.records, times)))
    async with store.writer.run(IB) as run:
        for records in _of_ib(dress):
            await run.save(a_batch(*_multiplied(records, times)))
    async with store.writer.run(TT) as run:
        for records in _of_tasty(dress):
            await run.save(a_batch(*_multiplied(records, times)))
        greeks = [_greeks(_option(dress, *NEAR), "-0.31"), _greeks(_option(dress, *FAR), "0.62")]
        await run.save(a_batch(*greeks, section=Section.GREEKS, incomplete=dress("Half came.")))
    why = dress("Nothing answers at 127.0.0.1 port 4001.")
    await store.writer.note_failure(IB, why, NOW - dt.timedelta(hours=2))
    await derive_waiting(store.reader, store.writer, lambda: NOW)
    await Reconciler(store.reader, store.writer, lambda: NOW).reconcile()


_OF_ONE = {
    "price", "market_price", "average_cost", "open_price", "close_price", "rate", "fx_rate_to_base",
}  # fmt: skip
"""What is the same however many there are."""


def _multiplied(records: Sequence[Record], times: Decimal) -> Sequence[Record]:
    """The same of each, more of it."""
    return tuple(records) if times == ONCE else tuple(_more(each, times) for each in records)


def _more(record: Record, times: Decimal) -> Record:
    values: dict[str, Any] = {each.name: getattr(record, each.name) for each in fields(record)}
    amounts = {
        name: value * times
        for name, value in values.items()
        if isinstance(value, Decimal) and name not in _OF_ONE
    }
    return replace(record, **(values | amounts))


NEAR = ("AAPL", TODAY + dt.timedelta(days=4), "C", 165)
FAR = ("AAPL", TODAY + dt.timedelta(days=74), "P", 140)
GONE = ("MSFT", dt.date(2026, 1, 16), "C", 420)


def _stock(dress: Dress, symbol: str, **changes: Any) -> Instrument:
    stock = an_equity(dress(symbol), description=dress(f"{symbol} INC"))
    return replace(stock, **changes)


def _option(dress: Dress, underlying: str, expiry: dt.date, right: str, strike: int) -> Any:
    plain: EquityOption = an_option(underlying, expiry, right, strike)
    if dress is str:
        return plain
    # No market writes such a name down in 21 characters.
    return replace(
        plain,
        symbol=dress(plain.symbol),
        identifiers=Identifiers(conid=f"9{strike}"),
        underlying_symbol=dress(underlying),
    )


def _greeks(option: Any, delta: str) -> Greeks:
    told = {
        "delta": delta, "gamma": "0.021", "theta": "-0.084", "vega": "0.11",
        "implied_volatility": "0.287", "underlying_price": "160.25",
    }  # fmt: skip
    typed = {name: _typed(Greeks, name, value) for name, value in told.items()}
    return Greeks(account="", instrument=option, as_of=SEEN, source="tastytrade", **typed)


def _statement(dress: Dress) -> Iterator[Any]:
    yield a_batch(
        an_account(nickname=dress("Everyday")),
        an_account(IRA, nickname=dress("Retirement"), tax_treatment="ira"),
        blocks=[_block(ROWS)],
        refused=[a_refused_row(text=dress("ten"), reason=dress("is not a number"))],
        warnings=[dress("Two levels of detail were found.")],
        coverage=[covers("2024-01-01", "2026-02-27"), covers("2023-01-01", "2026-02-27", IRA)],
    )
    yield a_batch(an_fx_rate(date=TODAY - dt.timedelta(days=DAYS + 5), rate="1.10"))
    yield a_batch(*_trades(dress))
    yield a_batch(
        a_cash_transaction(
            instrument=_stock(dress, "AAPL"), amount="24.50", date="2026-02-13",
            description=dress("AAPL CASH DIVIDEND USD 0.25 PER SHARE"), document_row=5,
        ),
        a_cash_transaction(account=IRA, instrument=None, amount="-3", date="2024-01-02"),
    )  # fmt: skip
    yield a_batch(
        a_transfer(
            instrument=_stock(dress, "VT"), quantity=10, cost_basis=None, date="2025-05-05",
            document_row=6, counterparty=dress("SOMEBODY"), description=dress("ACATS"),
        )
    )  # fmt: skip
    yield a_batch(a_margin_interest(document_row=7))
    yield a_batch(
        a_corporate_action(
            instrument=_stock(dress, "KO"), date="2025-06-02", quantity=100,
            description=dress("KO SPLIT 2 FOR 1"), document_row=8,
        )
    )  # fmt: skip
    yield a_batch(
        an_option_event(
            type=OptionEventType.EXPIRATION, instrument=_option(dress, *GONE), quantity=1,
            date="2026-01-16", document_row=9,
        )
    )  # fmt: skip
    for account, worth in ((MAIN, 61_000), (IRA, 42_000)):
        yield a_batch(*_history(account, worth))


def _history(account: str, worth: int) -> Iterator[Record]:
    for ago in range(DAYS, 0, -1):
        day = TODAY - dt.timedelta(days=ago)
        if day.weekday() < 5:
            swing = (ago * 37 % 23 - 11) * worth // 900
            yield a_nav(account=account, to_date=day, total=worth - 60 * ago + swing)


def _trades(dress: Dress) -> Iterator[Record]:
    for row, (symbol, day, quantity, price, account) in enumerate(
        (
            # Half long-term, half not; by the highest cost a sale would be a loss.
            ("AAPL", "2024-01-10", 100, "100", MAIN), ("AAPL", "2025-03-20", 100, "200", MAIN),
            ("AAPL", "2025-12-01", -50, "150", MAIN),
            # A loss that a purchase five days later disallows.
            ("MSFT", "2026-01-05", 10, "400", MAIN), ("MSFT", "2026-02-20", -10, "350", MAIN),
            ("MSFT", "2026-02-25", 10, "355.125", MAIN),
            # A loss that a purchase could still disallow.
            ("NVDA", "2026-01-12", 10, "100", MAIN), ("NVDA", "2026-02-27", -10, "90", MAIN),
            ("KO", "2025-05-01", 100, "60", MAIN),
            ("AAPL", "2023-05-01", 10, "90", IRA), ("AAPL", "2024-05-02", -10, "120", IRA),
            ("BND", "2026-03-02", 40, "72.5", IRA), ("BND", "2026-03-02", -40, "73", IRA),
        )
    ):  # fmt: skip
        yield a_trade(
            account=account, instrument=_stock(dress, symbol), trade_date=day, quantity=quantity,
            price=price, key=f"TR:{row}", document_row=row % len(ROWS), commission="-1.05",
        )  # fmt: skip
    # More is sold than was ever bought.
    yield a_trade(
        instrument=_stock(dress, "TSLA"), trade_date="2026-01-15", quantity=-5, price=250,
        key="TR:90", open_close=OpenClose.CLOSE, document_row=8,
    )  # fmt: skip
    yield a_trade(
        instrument=_option(dress, *GONE), trade_date="2025-12-10", quantity=-1, price="4.2",
        key="TR:91", open_close=OpenClose.OPEN, document_row=9,
    )  # fmt: skip


def _of_ib(dress: Dress) -> Iterator[Sequence[Record]]:
    yield an_account(nickname=dress("Everyday")), an_account(IRA, nickname=dress("Retirement"))
    for account, net, cash, day in (
        (MAIN, "61452.18", "9120.4", "184.25"), (IRA, "42007.5", "-350.75", "-61"),
    ):  # fmt: skip
        yield _worth(account, net, cash, day)
    seen: dict[str, Any] = {"as_of": SEEN}
    yield (
        a_position(instrument=_stock(dress, "AAPL"), quantity=150, daily_pnl="97.5", **seen),
        a_position(
            instrument=_stock(dress, "MSFT"), quantity=20, average_cost="355.125",
            market_price="361.07", daily_pnl="-12.4", **seen,
        ),
        a_position(instrument=_stock(dress, "KO"), quantity=200, market_price="70.5", **seen),
        a_position(
            instrument=_stock(dress, "BRK B"), quantity=3, market_price=None, market_value=None,
            **seen,
        ),
        a_position(
            account=IRA, instrument=_stock(dress, "VT"), quantity="0.12345678",
            market_price="120.5", daily_pnl="0.01", **seen,
        ),
        a_position(
            account=IRA, instrument=_stock(dress, "TLT"), quantity=-200, market_price="90.1",
            average_cost="92", daily_pnl="-77.5", **seen,
        ),
    )  # fmt: skip
    seen["instrument"] = _stock(dress, "AAPL")
    yield (
        a_broker_lot(key="1", quantity=60, document_row=2, **seen),
        a_broker_lot(key="2", quantity=90, document_row=3, **seen),
    )


def _of_tasty(dress: Dress) -> Iterator[Sequence[Record]]:
    def rich(number: int | str) -> str:
        # Whose names are wild has more digits than there is room for, too.
        return str(Decimal(number) * (1 if dress is str else 7_654_321_987))

    yield (an_account(TASTY, nickname=dress("Options"), base_currency="USD"),)
    yield _worth(TASTY, rich("30250"), rich("9345.67"), rich("-410.6"))
    yield tuple(_history(TASTY, 30_200))
    seen: dict[str, Any] = {"account": TASTY, "as_of": LATE}
    yield (
        a_position(
            instrument=_option(dress, *NEAR), quantity=-2, average_cost="3", market_price="2.15",
            daily_pnl="64", **seen,
        ),
        a_position(
            instrument=_option(dress, *FAR), quantity=5, average_cost="4.05", market_price="5.5",
            daily_pnl="-120", **seen,
        ),
        a_position(
            instrument=_stock(dress, "ASML", currency="EUR"), currency="EUR", quantity=20,
            market_price="700", daily_pnl="95", **seen,
        ),
        a_position(instrument=_stock(dress, "AAPL"), quantity=rich(25), **seen),
    )  # fmt: skip


def _worth(account: str, net: str, cash: str, day: str) -> Sequence[Record]:
    values = {
        "NetLiquidation": net, "CashBalance": cash, "TotalCashValue": cash, "DailyPnL": day,
        "UnrealizedPnL": "4400", "MaintMarginReq": "4000", "ExcessLiquidity": "17000",
    }  # fmt: skip
    return [a_balance(account=account, tag=t, value=v, as_of=SEEN) for t, v in values.items()]


# --- laid ready, and shown ---------------------------------------------------------------------


@cache
def _laid(dress: Dress, times: Decimal) -> bytes:
    """The file of a store with such a book."""

    async def made(path: Path) -> None:
        store = await open_store(lay(path), lambda: NOW)
        await a_whole_book(store, dress, times)
        await store.close()

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as aside:
        path = Path(folder) / "whole.db"
        # In a thread: the loop of the test that asks first goes on meanwhile.
        aside.submit(asyncio.run, made(path)).result()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return path.read_bytes()


@asynccontextmanager
async def whole_store(
    folder: Path, dress: Dress = str, times: Decimal = ONCE
) -> AsyncIterator[Store]:
    """A store with the book, in a folder."""
    path = lay(folder / "whole" / "portfolio.db")
    path.write_bytes(_laid(dress, times))
    store = await open_store(path, lambda: NOW)
    yield store
    await store.close()


def the_syncs(dress: Dress = str) -> ScriptedSyncs:
    """One connection is well, one has dropped, one wants the user, and one sync goes on."""
    syncs = ScriptedSyncs()
    told = (
        a_health(accounts=(MAIN, IRA)),
        a_health(
            "tasty", broker="tastytrade", state=LinkState.WAITING, accounts=(TASTY,), failures=4,
            says=dress("The line to tastytrade is down."), data_as_of=LATE, latency=None,
            next_try=NOW + dt.timedelta(seconds=42),
        ),
        a_health(
            "ib-flex", state=LinkState.REFUSED, failures=3, next_sync=None,
            says=dress("The token of ib-flex has expired: run `qm-tui login ib-flex`."),
        ),
    )  # fmt: skip
    syncs.links = {each.connection: each for each in told}
    syncs.going = [Going(started_at=NOW - dt.timedelta(seconds=5), says=dress("positions"))]
    return syncs


async def _desk(make: Callable[[], Any]) -> Any:
    return make()


def a_whole_context(store: Store, dress: Dress = str, **changes: Any) -> Context:
    """A monitor on it that can do everything: decide, sync, keep what one prefers."""
    parts: dict[str, Any] = {
        "open_methods": partial(_desk, lambda: MethodDesk(store, lambda: NOW)),
        "open_preferences": partial(_desk, lambda: PreferenceDesk(store)),
        "open_syncs": the_syncs(dress).open,
        "zone": ZONE,
        "terminal": {"TERM": "xterm-256color"},
    }
    return a_context(store, **parts | changes)

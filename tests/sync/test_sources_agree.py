"""Whoever tells of an account, and in whatever order: where all say the same, nothing is told."""

from decimal import Decimal
from pathlib import Path

import pytest

from qm_tui.domain.health import LinkState
from qm_tui.store.store import Store
from tests.book.following import following, rebuilt
from tests.book.reconciled import breaks, reconciled, told_of
from tests.brokers.ibkr.flex_builder import BUY, POSITION, document, row, section, statement
from tests.simulators.tws import Book, TwsDouble
from tests.simulators.tws_book import Execution, Holding
from tests.simulators.tws_examples import AAPL
from tests.sync.scripted import an_importer
from tests.sync.test_gateway_double import a_monitor, stored_as

SOLD = "0000e0d5.00000001.01.01"


def a_fill(side: str, shares: int, *, exec_id: str = SOLD, minute: int = 1) -> Execution:
    return Execution(
        exec_id=exec_id, account="U1", instrument=AAPL, side=side, shares=str(shares), price="12",
        time=f"20260302 10:0{minute}:05 US/Eastern",
    )  # fmt: skip


def statement_of(tmp_path: Path, *sales: str, held: int, until: str) -> Path:
    path = tmp_path / f"{until}.xml"
    positions = row(
        "OpenPosition", POSITION, reportDate=until, position=str(held),
        positionValue=str(12 * held), costBasisMoney=f"{Decimal('10.51') * held}",
    )  # fmt: skip
    path.write_text(
        document(
            statement(
                row("AccountInformation", accountId="U1", currency="USD", dateOpened="20260101"),
                section("Trades", row("Trade", BUY), *sales),
                section("OpenPositions", positions),
                toDate=until,
                whenGenerated=f"{until};233000",
            )
        )
    )
    return path


def sale(quantity: int) -> str:
    return row(
        "Trade", BUY, transactionID="1009", tradeID="2009", ibExecID=SOLD,
        ibOrderID="3009", dateTime="20260302;100105", tradeDate="20260302", reportDate="20260302",
        settleDateTarget="20260303", buySell="SELL", quantity=str(-quantity), tradePrice="12",
        proceeds=str(12 * quantity), netCash=str(12 * quantity - 1), openCloseIndicator="C",
    )  # fmt: skip


def a_gateway(held: int, sold: int) -> Book:
    """What the gateway says in the afternoon of a day on which some were sold."""
    book = Book.empty("U1")
    book.hold(Holding.of("U1", AAPL, str(held), "10.51", "12"))
    book.executions.append(a_fill("SLD", sold))
    return book


async def imported(store: Store, path: Path) -> None:
    [_ async for _ in an_importer(store).import_files([path])]


async def asked(store: Store, book: Book) -> None:
    async with TwsDouble(book) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        await stored_as(tws, store)


@pytest.mark.parametrize("first", ["gateway", "statement"])
async def test_a_gateway_and_statements_of_one_account_raise_no_alarm(
    store: Store, tmp_path: Path, first: str
) -> None:
    book = a_gateway(held=70, sold=30)
    january = statement_of(tmp_path, held=100, until="20260227")
    if first == "gateway":
        await asked(store, book)
        await imported(store, january)
    else:
        await imported(store, january)
        await asked(store, book)
    await reconciled(store)
    assert told_of(await breaks(store)) == []

    await imported(store, statement_of(tmp_path, sale(30), held=70, until="20260302"))
    await reconciled(store)
    assert told_of(await breaks(store)) == []
    assert not (await rebuilt(store)).differences


async def test_shares_sold_short_and_bought_back_within_a_day_leave_no_lot(
    store: Store, tmp_path: Path
) -> None:
    await imported(store, statement_of(tmp_path, held=100, until="20260227"))
    book = Book.empty("U1")
    book.executions += [
        a_fill("SLD", 130),
        a_fill("BOT", 30, exec_id="0000e0d5.00000002.01.01", minute=2),
    ]
    await asked(store, book)

    await reconciled(store)

    assert told_of(await breaks(store)) == []
    assert (await following(store.reader))["tax_lots"] == []
    assert not (await rebuilt(store)).differences

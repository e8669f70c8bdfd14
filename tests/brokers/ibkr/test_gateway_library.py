"""The client library: imported anywhere, quiet, and without a way to an order."""

import ast
import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import override

import qm_tui.brokers.ibkr
from qm_tui.brokers.ibkr.gateway_library import Losses, Lost, library
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.domain.words import Section
from tests.brokers.ibkr.gateways import connected, first, pulled
from tests.simulators.tws import Book, TwsDouble

_ORDERS = {
    "placeOrder", "cancelOrder", "reqGlobalCancel", "exerciseOptions", "replaceFA", "whatIfOrder",
    "whatIfOrderAsync", "bracketOrder", "oneCancelsAll", "reqAutoOpenOrders", "reqOpenOrders",
    "reqOpenOrdersAsync", "reqAllOpenOrders", "reqAllOpenOrdersAsync", "reqCompletedOrders",
    "reqCompletedOrdersAsync", "Order", "MarketOrder", "LimitOrder", "StopOrder", "StopLimitOrder",
    "connectAsync", "patchAsyncio", "startLoop",
}  # fmt: skip
_HANDSHAKE = ("gateway_handshake.py", "connectAsync")  # the client's: it asks for nothing

_TRY = """
import asyncio, sys, threading
from qm_tui.brokers.ibkr.gateway_library import library, use_loop
from qm_tui.brokers.ibkr.gateway_link import Link
from qm_tui.brokers.ibkr.gateway_handshake import Address
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.brokers.client import BrokerUnavailable

async def refused():
    link = Link(Address(host="127.0.0.1", port=1), now=lambda: None, settings=GatewaySettings())
    try:
        await link.open(17, "America/New_York")
    except BrokerUnavailable as error:
        assert "Nothing listens" in str(error), error
        await link.close()
        print("refused")

match sys.argv[1]:
    case "before any loop":
        library()
        asyncio.run(refused())
    case "after a loop ended":
        asyncio.run(asyncio.sleep(0))
        library()
        asyncio.run(refused())
    case "in a thread":
        thread = threading.Thread(target=library)
        thread.start()
        thread.join()
        asyncio.run(refused())
    case "in a running loop":
        asyncio.run(refused())
        asyncio.run(refused())
    case "under a loop factory":
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(refused())
"""


@pytest.mark.parametrize(
    "situation",
    [
        "before any loop",
        "after a loop ended",
        "in a thread",
        "in a running loop",
        "under a loop factory",
    ],
)
def test_it_is_imported_and_used_in_every_situation_without_a_warning(situation: str) -> None:
    done = subprocess.run(  # noqa: S603 - this Python, with the text above
        [sys.executable, "-W", "error", "-c", _TRY, situation],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("refused")


def test_nothing_that_has_to_do_with_orders_is_named_in_the_adapter() -> None:
    assert qm_tui.brokers.ibkr.__file__
    for path in Path(qm_tui.brokers.ibkr.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name):
                    assert name not in _ORDERS or (path.name, name) == _HANDSHAKE, path
                case ast.Constant(value=str(name)) if name != "Order":  # an element of Flex
                    assert name not in _ORDERS, path
                case _:
                    pass


async def test_a_whole_session_sends_no_order_and_asks_for_none() -> None:
    async with TwsDouble() as tws, connected(tws, market_data=True) as client:
        await pulled(client)
        await pulled(client)
        tws.notify(1102)
        await pulled(client)
        assert tws.orders_seen == []
        assert {asked.number for asked in tws.seen} <= {
            1, 2, 6, 7, 9, 17, 49, 59, 61, 71, 76, 77, 92, 93,
        }  # fmt: skip


class Log(logging.Handler):
    """What a file that everything goes to would hold."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"


@pytest.fixture
def log() -> Iterator[Log]:
    root, log = logging.getLogger(), Log()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    yield log
    root.setLevel(level)
    root.removeHandler(log)


def test_its_logs_name_neither_accounts_nor_amounts_nor_what_is_held(log: Log) -> None:
    module = library()
    for name in ("ib_insync.wrapper", "ib_insync.ib", "ib_insync.client", "eventkit.event"):
        logger = logging.getLogger(name)
        logger.debug("<<< 61,3,U1234567,265598,AAPL")
        logger.info("position: U1234567 AAPL 150")
        logger.error(
            "Error 321, reqId 7: account U1234567 holds 150.25 of 'AAPL', contract: Stock()"
        )
        try:
            raise LookupError("U1234567")  # noqa: TRY301 - a handler of ours that fails
        except LookupError:
            logger.exception("Value ('U1234567', 150.25) caused exception for event X")
    for word in ("U1234567", "AAPL", "150"):
        assert word not in log.text
    assert "Error 321, reqId 7" in log.text
    assert "LookupError in test_its_logs" in log.text
    assert "AAPL" not in repr(module.Stock("AAPL", "SMART", "USD"))


def test_lost_rows_are_told_apart_by_the_kind_of_message() -> None:
    losses = Losses()
    logger = logging.Logger("decoder")  # noqa: LOG001 - as the library's is handed one
    logger.addHandler(losses)
    logger.error("Error handling fields: ['61', '3', 'U1']")
    logger.error("Error for accountUpdateMulti:")
    logger.error("Error handling fields: []")
    assert [row.message for row in losses.since(0, [61])] == [61, None]
    assert [row.message for row in losses.since(1, [73])] == [73, None]
    assert losses.since(3, [61, 73]) == []


def test_no_row_is_lost_unnoticed_however_many_were_lost_before() -> None:
    losses = Losses()
    for _ in range(3_000):
        losses.lose(Lost(1, "a price", "no number"))
    assert losses.since(2_999, [61]) == []
    losses.lose(Lost(61, "a position", "no number"))
    assert [row.message for row in losses.since(3_000, [61])] == [61]
    assert len(losses.since(0, [61])) == 2, "what is not kept any more may have been one"


async def test_the_event_loop_turns_while_a_flood_is_decoded() -> None:
    """Little is decoded in a turn; the library alone takes a quarter of a megabyte at a time."""
    read: list[int] = []

    async with (
        TwsDouble(Book.large(3_000, "U1234567")) as tws,
        connected(tws, section_timeout=5.0, heartbeat_timeout=2.0) as client,
    ):
        received = client._link.ib.client.connectionStats

        async def turn() -> None:
            last = received().numBytesRecv
            while True:
                await asyncio.sleep(0)
                read.append(received().numBytesRecv - last)
                last += read[-1]

        turning = asyncio.create_task(turn())
        told = first(await pulled(client, until=Section.POSITIONS), Section.POSITIONS)
        turning.cancel()

    assert len(told.records) == 3_000
    assert 0 < max(read) <= GatewaySettings().read_size

"""What the gateway pushes: the latest of everything, and what opened, closed or was filled."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_portfolios import Portfolios
from qm_tui.brokers.ibkr.gateway_records import position_of
from qm_tui.brokers.ibkr.gateway_updates import Pushed, PushedUpdates, UpdateSettings
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Balance, Position, Record, Trade
from qm_tui.domain.words import Section, TradeKind
from tests.brokers.ibkr.connected import NOW, connected, fresh_ib, until
from tests.simulators.tws import (
    Ask,
    Book,
    Damage,
    Execution,
    Faults,
    Holding,
    Pnl,
    Say,
    Spoil,
    TwsDouble,
)
from tests.simulators.tws_examples import AAPL, SPY_CALL, TSLA

AT_ONCE = UpdateSettings(shortest_interval=0, largest_share=1, commissions_every=0)
ACCOUNT = "U1234567"


@dataclass
class Listener:
    """A connection, what listens to it, and all that came of it."""

    ib: Any
    updates: PushedUpdates
    records: list[Record] = field(default_factory=list)
    changed: list[Batch] = field(default_factory=list)
    resyncs: int = 0

    def look(self) -> Pushed:
        pushed = self.updates.drain(NOW)
        self.records += pushed.records
        self.changed += pushed.changed
        self.resyncs += pushed.resync
        return pushed

    def settle(self) -> None:
        """Hand on all there is, and forget it."""
        while self.look():
            pass
        self.records.clear()
        self.changed.clear()

    def position(self, symbol: str) -> Position | None:
        self.look()
        found = [
            r for r in self.records if isinstance(r, Position) and r.instrument.symbol == symbol
        ]
        return found[-1] if found else None

    def balance(self, tag: str, currency: str) -> Decimal | None:
        self.look()
        found = [
            r.value
            for r in self.records
            if isinstance(r, Balance) and (r.tag, r.currency) == (tag, currency)
        ]
        return found[-1] if found else None

    def stored(self, section: Section) -> list[Any]:
        self.look()
        return [
            record for batch in self.changed if batch.section is section for record in batch.records
        ]


@asynccontextmanager
async def listening(
    tws: TwsDouble, settings: UpdateSettings = AT_ONCE, *, whole: bool | None = True
) -> AsyncIterator[Listener]:
    """Listen to a connection whose positions were answered, wholly or not, or are not yet."""
    ib = fresh_ib()
    instruments = GatewayInstruments()
    listener = Listener(ib, PushedUpdates(ib, instruments, settings))
    listener.updates.start()
    async with connected(tws, ib, 0.3 if whole is False else 2):
        for account in tws.book.accounts:
            if whole:
                held = [position_of(p, None, NOW, instruments.of) for p in ib.positions(account)]
                listener.updates.holds(account, held)
            elif whole is not None:
                listener.updates.doubts(account)
        listener.updates.told(ib.fills())
        listener.updates.subscribe_pnl(list(tws.book.accounts))
        yield listener
        listener.updates.stop()


async def test_a_mark_that_moves_comes_with_its_value() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        tws.change(
            tws.book.holding("AAPL", kind="STK"), mark="200.5", value="30075.0", unrealized="3037.5"
        )
        found = await until(lambda: here.position("AAPL"))
        assert (found.market_price, found.market_value) == (Decimal("200.5"), 30075)
        assert (found.quantity, found.as_of) == (150, NOW)
        assert here.changed == []


async def test_of_many_pushes_only_the_latest_is_told() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        for cash in range(1000):
            tws.set_value(ACCOUNT, "TotalCashBalance", cash, "EUR")
        await until(
            lambda: (
                here.ib.wrapper.accountValues[ACCOUNT, "TotalCashBalance", "EUR", ""].value == "999"
            )
        )
        here.settle()
        tws.set_value(ACCOUNT, "TotalCashBalance", "1000.5", "EUR")
        assert await until(lambda: here.balance("TotalCashBalance", "EUR")) == Decimal("1000.5")
        values = [r for r in here.records if isinstance(r, Balance) and r.currency == "EUR"]
        assert len(values) == 1


async def test_a_position_that_opens_is_stored_and_so_is_one_that_closes() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        tws.close(tws.book.holding("TSLA"))
        closed = await until(lambda: here.stored(Section.POSITIONS))
        assert [(p.instrument.symbol, p.quantity) for p in closed] == [("TSLA", 0)]
        assert all(batch.amends and not batch.holds for batch in here.changed)
        assert here.position("TSLA").quantity == 0  # type: ignore[union-attr]
        here.settle()
        tws.hold(Holding.of(ACCOUNT, TSLA, "5", "230.0", "231.0"))
        opened = await until(lambda: here.stored(Section.POSITIONS))
        assert [(p.instrument.symbol, p.quantity) for p in opened] == [("TSLA", 5)]


async def test_a_resized_position_is_stored_once_whichever_row_says_so_first() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        tws.hold(Holding.of(ACCOUNT, AAPL, "175", "181.0", "190.5"))
        resized = await until(lambda: here.stored(Section.POSITIONS))
        assert [p.quantity for p in resized] == [175]
        tws.set_value(ACCOUNT, "Cushion", "0.5")
        await until(lambda: here.balance("Cushion", ""))
        assert len(here.stored(Section.POSITIONS)) == 1


async def test_what_comes_before_it_is_said_what_is_held_is_not_told_and_not_lost() -> None:
    async with TwsDouble() as tws, listening(tws, whole=None) as here:
        here.settle()
        tws.change(tws.book.holding("AAPL", kind="STK"), mark="200.5")
        await until(lambda: here.updates.pending)
        assert not here.look()
        held = [position_of(p, None, NOW) for p in here.ib.positions(ACCOUNT)]
        here.updates.holds(ACCOUNT, held)
        found = await until(lambda: here.position("AAPL"))
        assert found.market_price == Decimal("200.5")
        assert here.stored(Section.POSITIONS) == []


async def test_late_rows_of_an_answer_that_was_given_up_ask_for_another_pull_once() -> None:
    faults = Faults(late={Ask.POSITIONS: 0.4, Ask.ACCOUNT_UPDATES: 0.4})
    async with TwsDouble(faults=faults) as tws, listening(tws, whole=False) as here:
        await until(lambda: here.look() and here.resyncs)
        await until(lambda: len(here.ib.positions()) == 7)
        here.settle()
        assert here.resyncs == 1
        assert here.stored(Section.POSITIONS) == []
        assert not any(isinstance(record, Position) for record in here.records)


async def test_what_a_cut_off_answer_did_name_is_followed() -> None:
    async with (
        TwsDouble(faults=Faults(no_position_end=True)) as tws,
        listening(tws, whole=False) as here,
    ):
        here.settle()
        tws.change(tws.book.holding("AAPL", kind="STK"), mark="200.5")
        found = await until(lambda: here.position("AAPL"))
        assert found.market_price == Decimal("200.5")
        tws.close(tws.book.holding("TSLA"))
        (closed,) = await until(lambda: here.stored(Section.POSITIONS))
        assert (closed.instrument.symbol, closed.quantity) == ("TSLA", 0)
        assert here.resyncs == 0


async def test_profit_and_loss_of_the_account_streams() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        await until(lambda: here.balance("DailyPnL", "BASE"))
        here.settle()
        tws.set_pnl(
            ACCOUNT, Pnl(daily="-77.5", unrealized="1.5", realized="1.7976931348623157E308")
        )
        assert await until(lambda: here.balance("DailyPnL", "BASE")) == Decimal("-77.5")
        assert here.balance("RealizedPnL", "BASE") is None
        tws.set_value(ACCOUNT, "UnrealizedPnL", "555", "BASE")
        tws.set_value(ACCOUNT, "UnrealizedPnL", "555", "EUR")
        await until(lambda: here.balance("UnrealizedPnL", "EUR"))
        assert here.balance("UnrealizedPnL", "BASE") == Decimal("1.5")


async def test_a_fill_of_an_order_placed_by_hand_is_told_and_its_commission_later() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        done = Execution(
            exec_id="0001.02.03.01", account=ACCOUNT, instrument=SPY_CALL, side="SLD", shares="1",
            price="13.2", commission="0.65", commission_known=False,
        )  # fmt: skip
        tws.fill(done)
        (fill,) = await until(lambda: here.stored(Section.TRADES))
        assert (fill.quantity, fill.proceeds, fill.commission) == (-1, 1320, None)
        assert fill.key == "EX:0001.02.03.01"
        here.changed.clear()
        tws.report_commission("0001.02.03.01")
        (paid,) = await until(lambda: here.stored(Section.TRADES))
        assert (paid.key, paid.commission) == (fill.key, Decimal("-0.65"))
        here.changed.clear()
        assert not here.updates.pending


async def test_a_correction_comes_under_the_id_that_it_shares_with_what_it_corrects() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        for number, price in (("01", "13.2"), ("02", "13.1")):
            tws.fill(
                Execution(
                    exec_id=f"0001.02.03.{number}", account=ACCOUNT, instrument=AAPL, shares="1",
                    price=price,
                )
            )  # fmt: skip
        found: list[Trade] = await until(
            lambda: (
                (t := here.stored(Section.TRADES))
                and t[-1].broker_execution_id == "0001.02.03.02"
                and t
            )
        )
        assert {trade.kind for trade in found} == {TradeKind.FILL}
        assert found[-1].price == Decimal("13.1")


async def test_the_late_commission_of_what_was_corrected_does_not_take_the_correction_back() -> (
    None
):
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        for number, price in (("01", "13.2"), ("02", "13.1")):
            tws.fill(
                Execution(
                    exec_id=f"0001.02.03.{number}", account=ACCOUNT, instrument=AAPL, shares="1",
                    price=price, commission="0.65", commission_known=False,
                )
            )  # fmt: skip
        await until(lambda: "0001.02.03.02" in here.ib.wrapper.fills)
        here.settle()
        tws.report_commission("0001.02.03.01")
        tws.report_commission("0001.02.03.02")
        found = await until(
            lambda: (t := here.stored(Section.TRADES)) and t[-1].commission is not None and t
        )
        assert {trade.broker_execution_id for trade in found} == {"0001.02.03.02"}


async def test_what_was_told_while_an_answer_was_made_holds_against_it() -> None:
    before = NOW - dt.timedelta(seconds=1)
    async with TwsDouble() as tws, listening(tws) as here:
        tws.close(tws.book.holding("TSLA"))
        await until(lambda: here.stored(Section.POSITIONS))
        here.settle()
        answer = [position_of(p, None, before) for p in here.ib.positions(ACCOUNT)]
        tws.hold(Holding.of(ACCOUNT, TSLA, "5", "230.0", "231.0"))
        await until(lambda: here.stored(Section.POSITIONS))
        here.updates.holds(ACCOUNT, answer, before)
        here.settle()
        tws.close(tws.book.holding("TSLA"))
        (closed,) = await until(lambda: here.stored(Section.POSITIONS))
        assert (closed.instrument.symbol, closed.quantity) == ("TSLA", 0)


async def test_fills_of_the_pull_are_not_told_again() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        assert here.stored(Section.TRADES) == []
        assert not here.updates.pending


async def test_a_row_that_cannot_be_read_is_refused_once_and_the_others_come() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        spoiled = Spoil(say=Say.PORTFOLIO, damage=Damage.NAN, nth=None, where=13)
        tws.set_faults(spoil=(spoiled,))
        for mark in ("1.5", "2.5"):
            tws.change(tws.book.holding("AAPL", kind="STK"), mark=mark)
            await until(lambda: here.updates.pending)
            here.look()
        tws.heal()
        tws.change(tws.book.holding("TSLA"), mark="3.5")
        assert (await until(lambda: here.position("TSLA"))).market_price == Decimal("3.5")
        refused = [row for batch in here.changed for row in batch.refused]
        assert [(row.section, row.field) for row in refused] == [("positions", "position")]


async def test_records_are_made_in_pieces_and_the_longest_waiting_come_first() -> None:
    settings = UpdateSettings(
        shortest_interval=0, largest_share=1, commissions_every=0, largest_piece=50
    )
    async with TwsDouble(Book.large(200)) as tws, listening(tws, settings) as here:
        pieces = []
        while pushed := here.look():
            pieces.append(sum(isinstance(record, Position) for record in pushed.records))
        assert pieces[:4] == [50, 50, 50, 50]


async def test_nothing_is_handed_on_before_it_is_time() -> None:
    async with TwsDouble() as tws, listening(tws, UpdateSettings(shortest_interval=60)) as here:
        assert here.look()
        tws.set_value(ACCOUNT, "Cushion", "0.5")
        await until(lambda: here.updates.pending)
        assert not here.look()


async def test_of_several_accounts_one_after_the_other_streams_its_portfolio() -> None:
    accounts = ("U1", "U2", "U3")
    async with TwsDouble(Book.example(*accounts)) as tws, listening(tws) as here:
        here.settle()
        rotation = asyncio.create_task(Portfolios(here.ib, dwell=0.01).rotate(accounts))
        await tws.until_asked(Ask.ACCOUNT_UPDATES, times=8)
        await until(lambda: all(here.ib.portfolio(account) for account in accounts))
        rotation.cancel()
        with suppress(asyncio.CancelledError):
            await rotation
        asked = [(a.fields[2], a.fields[3]) for a in tws.asked(Ask.ACCOUNT_UPDATES)]
        assert asked[:5] == [("1", "U1"), ("0", "U1"), ("1", "U2"), ("0", "U2"), ("1", "U3")]
        here.look()
        valued = {r.account for r in here.records if isinstance(r, Position) and r.market_value}
        assert valued == set(accounts)
        assert tws.orders_seen == []


async def test_a_portfolio_that_does_not_come_whole_gives_up_its_turn() -> None:
    async with (
        TwsDouble(Book.example("U1", "U2"), Faults(no_account_download_end=True)) as tws,
        listening(tws) as here,
    ):
        assert not await Portfolios(here.ib, timeout=0.02).ask("U1")


async def test_the_late_end_of_one_portfolio_is_not_that_of_the_next() -> None:
    async with (
        TwsDouble(Book.example("U1", "U2"), Faults(silent=frozenset({Ask.ACCOUNT_UPDATES}))) as tws,
        listening(tws) as here,
    ):
        portfolios = Portfolios(here.ib, timeout=0.2)
        for says, whole in (("U1", False), ("U2", True)):
            before = len(tws.asked(Ask.ACCOUNT_UPDATES))
            asked = asyncio.create_task(portfolios.ask("U2"))
            await tws.until(
                lambda before=before: any(  # type: ignore[misc]
                    a.fields[2] == "1" for a in tws.asked(Ask.ACCOUNT_UPDATES)[before:]
                )
            )
            tws.say(Say.ACCOUNT_DOWNLOAD_END, 1, says)
            assert await asked is whole


async def test_a_former_price_is_not_shown_for_a_position_that_was_opened_again() -> None:
    async with TwsDouble() as tws, listening(tws) as here:
        here.settle()
        tws.close(tws.book.holding("TSLA"))
        await until(lambda: here.stored(Section.POSITIONS))
        assert TSLA.con_id not in here.ib.wrapper.portfolio[ACCOUNT]

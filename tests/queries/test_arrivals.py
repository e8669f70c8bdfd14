"""Positions that are not stored yet are shown, and none is shown twice."""

from decimal import Decimal
from pathlib import Path

from qm_tui.domain.live import LiveBook
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.arrivals import arrivals
from qm_tui.queries.positions import positions
from qm_tui.store.runs import Source
from qm_tui.store.store import open_store
from tests.builders import MOMENT, a_batch, a_position, an_equity

AAPL = a_position(account="U1", instrument=an_equity("AAPL", conid="265598"))
MSFT = a_position(account="U1", instrument=an_equity("MSFT", conid="272093"))
OTHER = a_position(account="U2", instrument=an_equity("AAPL", conid="265598"))


def a_live_book() -> LiveBook:
    live = LiveBook()
    live.apply([AAPL, MSFT, OTHER])
    return live


async def test_what_is_not_stored_is_shown_with_what_was_pushed() -> None:
    shown = await arrivals([], a_live_book(), Scope())

    assert [(view.account, view.symbol) for view in shown] == [
        ("U1", "AAPL"), ("U1", "MSFT"), ("U2", "AAPL"),
    ]  # fmt: skip
    assert all(view.arriving for view in shown)
    assert len({view.instrument_id for view in shown}) == 3
    assert shown[0].quantity == AAPL.quantity
    assert shown[0].market_value == AAPL.market_value


async def test_what_was_closed_is_not_shown() -> None:
    live = a_live_book()
    live.apply([a_position(account="U1", instrument=MSFT.instrument, quantity=Decimal(0))])

    assert {(view.account, view.symbol) for view in await arrivals([], live, Scope())} == {
        ("U1", "AAPL"), ("U2", "AAPL"),
    }  # fmt: skip


async def test_what_is_stored_is_not_shown_again(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "portfolio.db", lambda: MOMENT)
    source = Source(connection="ib", broker="ibkr", kind="sync", live=True)
    await store.writer.save(source, a_batch(AAPL, section=Section.POSITIONS))
    stored = await positions(store.reader)
    await store.close()

    shown = await arrivals(stored, a_live_book(), Scope())

    assert [(view.account, view.symbol) for view in shown] == [("U1", "MSFT"), ("U2", "AAPL")]


async def test_a_scope_of_one_account_shows_only_its_own() -> None:
    shown = await arrivals([], a_live_book(), Scope(account="U2"))

    assert [(view.account, view.symbol) for view in shown] == [("U2", "AAPL")]


async def test_of_a_narrower_scope_nothing_is_said_before_it_is_stored() -> None:
    assert await arrivals([], a_live_book(), Scope(symbol="AAPL")) == []

"""Discrepancies: what does not add up, grouped, explained, proven, and what became of it."""

import datetime as dt
import re
from itertools import pairwise
from typing import Any

import pytest

from qm_tui.domain.records import Record
from qm_tui.queries.discrepancies import life, reconciliation
from qm_tui.store.store import Store
from qm_tui.ui.break_life import life_of
from qm_tui.ui.format import Format
from qm_tui.ui.masked import masked
from tests.book.reconciled import breaks, reconciled
from tests.builders import (
    a_batch,
    a_broker_lot,
    a_position,
    a_trade,
    an_account,
    an_equity,
    covers,
    holds,
)
from tests.conftest import NOW
from tests.store.stores import tell, told
from tests.ui.books import ZONE, Monitor, a_context, monitor

AAPL, MSFT = an_equity("AAPL", conid="1"), an_equity("MSFT", conid="2")
EVIL = an_equity("[b]X[/]", conid="3")
SEEN = dt.datetime(2024, 6, 28, 20, tzinfo=dt.UTC)


async def seen(store: Store, quantity: int, days: int = 0) -> None:
    """The broker says what is held, lot by lot, and it is compared."""
    at = SEEN + dt.timedelta(days=days)
    records: list[Record] = [
        a_position(instrument=AAPL, quantity=quantity, as_of=at),
        a_position(instrument=MSFT, quantity=7, as_of=at),
        a_position(instrument=EVIL, quantity=3, as_of=at),
    ]
    lot = a_broker_lot(instrument=AAPL, quantity=quantity, as_of=at)
    for section, held in (("positions", records), ("broker_lots", [lot])):
        batch = a_batch(*held, section=section, holds=[holds(section, as_of=at)])
        await tell(store, told(batch, at=at))
    await reconciled(store, NOW - dt.timedelta(minutes=2))


async def broken(store: Store) -> None:
    """100 AAPL bought and 60 held; MSFT and a third of which nothing is known."""
    batch = a_batch(
        an_account(opened="2024-01-01"),
        a_trade(instrument=AAPL, trade_date="2024-02-01"),
        a_trade(instrument=MSFT, quantity=5, trade_date="2024-02-01"),
        coverage=[covers("2024-01-01", "2024-07-01")],
    )
    await tell(store, told(batch))
    await seen(store, 60)


@pytest.mark.parametrize("size", [(80, 24), (250, 60)])
async def test_what_does_not_add_up_is_told_with_its_cause_and_what_belongs_together(
    store: Store, size: tuple[int, int]
) -> None:
    await broken(store)
    compared = await reconciliation(store.reader)
    found = await breaks(store)
    async with monitor(a_context(store), size) as it:
        await it.press("5")
        await it.until_shown(f"compared {compared.holdings} holdings, {compared.breaks} break")
        assert "reconciled 2 min ago" in it.lines[0]
        shown = _rows(it)
        assert sorted(row.id for row in shown) == sorted(row.id for row in found)
        # All that is said of one holding stands together.
        symbols = [row.symbol for row in shown]
        assert sum(a != b for a, b in pairwise(symbols)) + 1 == len(set(symbols))
        assert "[b]X[/]" in it.text
        assert "####" not in it.text
        if size[0] > 200:
            assert "┌" in it.text
            assert "└" in it.text
        await it.press("s", "s")
        assert "┌" not in it.text


async def test_they_are_grouped_filtered_and_lead_to_trades_and_lots(store: Store) -> None:
    await broken(store)
    async with monitor(a_context(store)) as it:
        await it.press("5")
        await it.until_shown("compared")
        for letter, heading in (("a", "U1234567 ("), ("h", "▲ major ("), ("c", "Quantity ("),
                                ("s", "AAPL ("), ("k", " (")):  # fmt: skip
            await it.press("w", letter)
            assert f"▾ {heading}" in it.text or (letter == "k" and "▾" in it.text)
        await it.press("1", "5", "w", "n")
        assert "▾" not in it.text
        for text in ("verdict:quantity symbol:AAPL", "severity:major symbol=AAPL worth>1000",
                     "cause:unexplained", "is:cash", "sure>5"):  # fmt: skip
            await _filter(it, text)
            assert "there is no field" not in it.text
            await it.press("enter", "escape")
        await _filter(it, "verdict:quantity symbol:AAPL")
        await it.press("enter")
        assert len(it.table.source) == 1
        await it.press("t")
        await it.until_shown("1 trade")
        assert it.trail == "Discrepancies / U1234567 / AAPL / trades"
        await it.press("escape", "L")
        assert it.trail == "Discrepancies / U1234567 / AAPL"


async def test_one_of_them_is_proven_down_to_the_broker_s_row(store: Store) -> None:
    await broken(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("5")
        await it.until_shown("compared")
        await _to(it, "AAPL", "quantity")
        await it.press("enter")
        await it.until_shown("Broker says")
        points = [_point(it, name) for name in ("We expect", "Broker says", "Difference", "Worth")]
        assert len(set(points)) == 1
        assert "first seen" in it.text
        assert "→" in it.text
        await it.press("escape")
        await _to(it, "[b]X[/]", "quantity")
        await it.press("enter")
        await it.until_shown("1 piece of evidence")
        await it.press("enter")
        assert it.trail == "Discrepancies / [b]X[/] / U1234567"
        assert [row.quantity for row in _rows(it)] == [3]
        await it.press("escape", "escape")
        await _to(it, "AAPL", "quantity")
        await it.press("enter", "t")
        assert it.trail.endswith("AAPL / U1234567 / trades")
        await it.press("escape", "L")
        assert it.page.__class__.__name__ == "LotsScreen"


async def test_hidden_amounts_are_hidden_in_sentences_too(store: Store) -> None:
    await broken(store)
    async with monitor(a_context(store), (120, 40)) as it:
        await it.press("5", "dollar_sign")
        await it.until_shown("amounts hidden")
        for _ in range(len(it.table.source)):
            assert not _amounts(it), it.text
            await it.press("enter")
            await it.until_shown("Broker says")
            assert not _amounts(it), it.text
            await it.press("escape", "j")


async def test_what_is_over_is_shown_on_request_with_its_life(store: Store) -> None:
    await broken(store)
    await seen(store, 100, days=1)
    await seen(store, 50, days=2)
    await seen(store, 100, days=3)
    async with monitor(a_context(store), (120, 40)) as it:
        await it.press("5")
        await it.until_shown("compared")
        assert "AAPL" not in [row.symbol for row in _rows(it)]
        await it.press("a")
        await it.until(lambda: any(row.symbol == "AAPL" for row in _rows(it)))
        assert "those that are over too" in it.lines[0]
        await _to(it, "AAPL", "quantity")
        await it.press("enter")
        for word in ("✓ closed", "first seen", "closed by itself", "there again"):
            await it.until_shown(word)
        row = next(row for row in await breaks(store, every=True) if row.symbol == "AAPL")
        told_life = life_of(Format(zone=ZONE), row, await life(store.reader, row.id))
        assert len(told_life) >= 4


async def test_before_anything_was_compared_that_is_said(store: Store) -> None:
    async with monitor(a_context(store)) as it:
        await it.press("5")
        await it.until_shown("Nothing was compared yet")
        await it.press("a", "t", "L", "enter")
        assert it.trail == "Discrepancies"


def test_numbers_are_masked_and_days_and_names_are_not() -> None:
    form = Format(zone=ZONE, hidden=True)
    text = "53 3M were sold at 1,234.50 USD on 2024-03-01 (U12): 0.5 of U12, 2:1."
    assert masked(form, text, "3M", "U12", None) == (
        "•••• 3M were sold at •••• USD on 2024-03-01 (U12): •••• of U12, ••••:••••."
    )
    assert masked(Format(zone=ZONE), text) == text


def _rows(it: Monitor) -> list[Any]:
    return [it.table.source.row(at) for at in range(len(it.table.source))]


async def _to(it: Monitor, symbol: str, verdict: str) -> None:
    found = [at for at, b in enumerate(_rows(it)) if (b.symbol, b.verdict) == (symbol, verdict)]
    it.table.move_cursor(found[0])
    await it.settle()


async def _filter(it: Monitor, text: str) -> None:
    await it.press("slash")
    await it.type(text)
    await it.settle()


def _point(it: Monitor, name: str) -> int:
    """The column of the decimal point, or where it would stand."""
    line = it.row(name)
    number = max(at for at, sign in enumerate(line[:36]) if sign.isdigit())
    return line.index(".") if "." in line else number + 1


def _amounts(it: Monitor) -> list[str]:
    """Numbers of what is held that stand on the screen."""
    held = {"60", "40", "100", "-40", "6,400.00", "9,000.00", "15,000.00", "15000", "9000"}
    words = re.sub(r"\d+ %", "", it.text).replace("(", " ").replace(")", " ").split()
    return sorted(held & {word.strip(".,:;") for word in words})

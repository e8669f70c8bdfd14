"""Activity: everything on one line of time, and a tab for each kind."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.conditions import Comparison, Condition
from qm_tui.domain.selection import Order, Scope
from qm_tui.domain.words import CashType, TransferDirection
from qm_tui.queries.activity_views import HappeningView
from qm_tui.queries.timeline import timeline
from qm_tui.store.reading import merged
from qm_tui.store.reading.timeline import TIMELINE
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import (
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_document,
    a_margin_interest,
    a_trade,
    a_transfer,
    an_account,
    an_option,
    an_option_event,
)
from tests.ui.books import HOSTILE, ROWS, Monitor, a_context, monitor
from tests.ui.books import _block as a_block

TABS = {
    "a": ("All", "12 happenings"),
    "t": ("Trades", "4 trades"),
    "c": ("Cash", "3 movements"),
    "x": ("Transfers", "2 transfers"),
    "i": ("Interest", "1 accrual"),
    "d": ("Actions", "1 corporate action"),
    "n": ("Options", "1 option event"),
}
IRA = "U7654321"


async def a_year(store: Store) -> None:
    """One of each kind, and several on one day."""
    option = an_option()
    source = Source(connection="import", broker="ibkr", kind="import", document=a_document())
    batches = (
        a_batch(an_account(nickname="Main"), an_account(IRA), blocks=[a_block(ROWS)]),
        a_batch(
            a_trade(trade_date="2024-03-15", document_row=0),
            a_trade(trade_date="2024-03-15", key="B", quantity=-40, document_row=1),
            a_trade(account=IRA, instrument="MSFT", key="C", trade_date="2024-01-02", price=None),
            a_trade(instrument=option, key="D", trade_date="2024-05-01", quantity=1),
        ),
        a_batch(
            a_cash_transaction(date="2024-03-15", amount="24.50", description=HOSTILE),
            a_cash_transaction(
                date="2024-03-15", amount="-3.60", key="T", type=CashType.WITHHOLDING_TAX
            ),
            a_cash_transaction(account=IRA, date="2024-02-01", amount="500", type=CashType.DEPOSIT),
        ),
        a_batch(
            a_transfer(date="2024-03-15"),
            a_transfer(account=IRA, date="2024-04-01", key="O", direction=TransferDirection.OUT),
        ),
        a_batch(a_margin_interest(to_date="2024-03-31")),
        a_batch(a_corporate_action(date="2024-06-10", document_row=4)),
        a_batch(an_option_event(instrument=option, date="2024-06-21")),
    )
    async with store.writer.unit(source) as unit:
        for batch in batches:
            await unit.save(batch)


def _keys(rows: Sequence[HappeningView]) -> list[tuple[str, int]]:
    return [(row.kind, row.id) for row in rows]


@pytest.mark.parametrize(
    "order",
    [
        *(Order(field="date", descending=down) for down in (True, False)),
        *(Order(field="amount", descending=down) for down in (True, False)),
        *(Order(field="symbol", descending=down) for down in (True, False)),
        Order(field="type", descending=True, then=(Order(field="quantity"),)),
        Order(field="account", then=(Order(field="date", descending=True),)),
    ],
    ids=lambda order: f"{order.field} {'down' if order.descending else 'up'}",
)
async def test_pages_of_all_kinds_follow_each_other_without_gap_or_repetition(
    store: Store, order: Order
) -> None:
    await a_year(store)

    async def read(what: Any, *more: Any) -> Any:
        return await store.reader.read(what, TIMELINE, *more)

    whole = await timeline(store.reader, Scope(), order).page(None)
    assert len(whole) == 12
    assert await timeline(store.reader, Scope(), order).last_page() == whole
    for size in (1, 2, 5):
        anchors = await read(merged.anchors, Scope(), order, size)
        pages = [
            await read(merged.page, HappeningView, Scope(), order, after, size)
            for after in (None, *anchors)
        ]
        assert _keys([row for page in pages for row in page]) == _keys(whole)
        last = await read(merged.last_page, HappeningView, Scope(), order, size)
        assert _keys(last) == _keys(whole[-size:])


async def test_all_kinds_are_sorted_by_time_and_unknown_values_come_last(store: Store) -> None:
    await a_year(store)
    rows = await timeline(store.reader).page(None)
    days = [row.date for row in rows]
    assert days == sorted(days, reverse=True)  # type: ignore[type-var]
    assert rows[0].kind == "option_event"
    for down in (True, False):
        found = await timeline(store.reader, Scope(), Order(field="price", descending=down)).page(
            None
        )
        known = [row.price for row in found if row.price is not None]
        assert [row.price for row in found[: len(known)]] == known
        assert known == sorted(known, reverse=down)


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [
        (Condition(field="kind", comparison=Comparison.EQUAL, value="transfer"), {"transfer"}),
        (Condition(field="type", comparison=Comparison.CONTAINS, value="tax"), {"cash"}),
        (Condition(field="type", comparison=Comparison.EQUAL, value="sell"), {"trade"}),
        (Condition(field="amount", comparison=Comparison.MORE, value=Decimal(400)),
         {"cash", "trade"}),
        (Condition(field="price", comparison=Comparison.KNOWN), {"trade"}),
    ],
)  # fmt: skip
async def test_conditions_hold_whatever_kind_they_are_about(
    store: Store, condition: Condition, kinds: set[str]
) -> None:
    await a_year(store)
    narrowed = timeline(store.reader, Scope(conditions=(condition,)))
    rows = await narrowed.page(None)
    assert {row.kind for row in rows} == kinds
    assert await narrowed.count() == len(rows)


async def test_every_tab_has_its_key_and_the_first_has_everything(store: Store) -> None:
    await a_year(store)
    async with monitor(a_context(store)) as it:
        await it.press("6")
        await it.until_shown("12 happenings")
        assert all(name in it.lines[1] for name, _ in TABS.values())
        for sign in ("◇ expiration", "◆ split", "% accrued", "← moved out", "$ withheld"):
            assert sign in it.text
        assert "-15,000.00" in it.row("⇄ buy")
        assert "EVIL [red" in it.text
        for key, (name, count) in TABS.items():
            await it.press(key)
            await it.until_shown(count)
            assert name in it.underlined
        await it.press("tab")
        assert it.page.tab_key == "a"  # type: ignore[attr-defined]
        await it.press("shift+tab")
        assert it.page.tab_key == "n"  # type: ignore[attr-defined]


async def test_all_that_happened_is_filtered_sorted_and_leads_to_the_raw_row(store: Store) -> None:
    await a_year(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("6")
        await it.until_shown("12 happenings")
        assert "n Options" in it.lines[1]
        await _filter(it, "type:split qty>=100", "1 of 12 happenings")
        await it.press("enter", "enter")
        await it.until_shown("row 5 of 12")
        await it.press("escape", "escape")
        await _filter(it, "kind:cash date<2024-03", "1 of 12 happenings")
        assert "$ deposit" in it.text
        await it.press("enter", "escape", "s", "m")
        await it.until(lambda: _shown(it) and _shown(it)[0].amount == -15_000)
        await it.press("s", "m")
        await it.until(lambda: _shown(it)[0].amount == 6_000)


async def test_amounts_are_hidden_and_a_narrow_table_drops_and_does_not_cut(store: Store) -> None:
    await a_year(store)
    async with monitor(a_context(store, hide_amounts=True), (80, 24)) as it:
        await it.press("6")
        await it.until_shown("12 happenings")
        assert "15,000" not in it.text
        assert "AAPL  240621C00150000" in it.text
        assert "####" not in it.text


async def _filter(it: Monitor, text: str, shown: str) -> None:
    await it.press("slash")
    await it.type(text)
    await it.until_shown(shown)


def _shown(it: Monitor) -> list[HappeningView]:
    row = it.table.cursor_row
    first = it.table.source.row(0) if len(it.table.source) else row
    return [] if first is None else [first]


def test_days_are_written_as_they_are_stored() -> None:
    """A day sorts before its moments: that is what the line of time relies on."""
    day, moment = dt.date(2024, 3, 15), dt.datetime(2024, 3, 15, tzinfo=dt.UTC)
    assert str(day) < f"{moment:%Y-%m-%d %H:%M:%S.%f}" < str(day + dt.timedelta(days=1))

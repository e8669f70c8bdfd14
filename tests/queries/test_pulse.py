"""The portfolio pulse: sums that name what they lack, and what was pushed laid over them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.live import LiveBook
from qm_tui.queries.charts import By, charts
from qm_tui.queries.margin_use import level_of, margin_use
from qm_tui.queries.pulse import pulse
from qm_tui.queries.pulse_views import Margin
from qm_tui.store.store import Store
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.money import draw_money
from tests.builders import a_batch, a_position, an_account, an_equity, an_option
from tests.conftest import NOW
from tests.ui.desk_books import IB
from tests.ui.pulse_books import EURO, IRA, TODAY, a_pulse_book, pushed


async def test_everything_is_summed_in_the_base_currency(store: Store) -> None:
    await a_pulse_book(store)
    view = await pulse(store.reader, today=TODAY)
    assert view.base_currency == "USD"
    assert view.net_liquidation.value == Decimal("312450.12") + 98200 + 40000 * Decimal("1.10")
    assert view.daily_pnl.value == Decimal("1240.5") - Decimal("310.25") + 95 * Decimal("1.10")
    assert view.daily_pnl.missing == ()
    before = view.net_liquidation.value - view.daily_pnl.value
    assert view.daily_pnl.share == view.daily_pnl.value / before
    assert {one.currency: one.value for one in view.cash} == {
        "USD": Decimal("30100.25"),
        "EUR": Decimal("2449.5"),
    }


async def test_an_account_without_a_rate_is_named(store: Store) -> None:
    await a_pulse_book(store, rate=False)
    view = await pulse(store.reader, today=TODAY)
    assert view.unconverted == {EURO: "EUR"}
    assert view.net_liquidation.missing == (EURO,)
    assert view.net_liquidation.value == Decimal("410650.12")
    assert view.history.points[-1] == (TODAY, Decimal("410650.12"))


async def test_the_last_point_of_the_history_is_what_holds_now(store: Store) -> None:
    await a_pulse_book(store)
    view = await pulse(store.reader, today=TODAY)
    assert view.history.points[-1] == (TODAY, view.net_liquidation.value)


async def test_what_was_pushed_counts(store: Store) -> None:
    await a_pulse_book(store)
    live = LiveBook()
    pushed(live, "2000")
    view = await pulse(store.reader, today=TODAY, live=live)
    assert view.daily_pnl.value == 2000 - Decimal("310.25") + Decimal("104.5")


async def test_the_account_closest_to_a_margin_call_comes_first(store: Store) -> None:
    await a_pulse_book(store)
    view = await pulse(store.reader, today=TODAY)
    assert [one.account for one in view.margins] == [IRA, "U1234567"]
    assert view.margins[0].level is Margin.CRITICAL
    assert view.margin.used == 208000
    assert view.margin.missing == (EURO,)
    drawn = [line.plain for line in draw_money(view, Format(zone=dt.UTC), 40, 12)]
    assert any(f"without {EURO}" in line for line in drawn)
    narrow = [line.plain for line in draw_money(view, Format(zone=dt.UTC), 40, 4)]
    assert any("margin ?" in line for line in narrow)


async def test_what_expires_within_a_week_says_whether_it_is_in_the_money(store: Store) -> None:
    await a_pulse_book(store)
    view = await pulse(store.reader, today=TODAY)
    assert [(one.underlying, one.days, one.in_the_money) for one in view.expiring] == [
        ("AAPL", 0, True), ("NVDA", 2, False), ("SPY", 4, False), ("XYZ", 4, None),
    ]  # fmt: skip
    later = await pulse(store.reader, today=TODAY + dt.timedelta(days=1))
    assert later.expiring[0].days == -1


async def test_the_biggest_gain_or_loss_of_the_day_comes_first(store: Store) -> None:
    await a_pulse_book(store)
    view = await pulse(store.reader, today=TODAY)
    sizes = [abs(one.daily_pnl) for one in view.movers]
    assert view.movers[0].symbol == "NVDA"
    assert sizes == sorted(sizes, reverse=True)
    assert view.without_day == 2


async def test_before_anything_is_reconciled_nobody_says_that_all_is_well(store: Store) -> None:
    await a_pulse_book(store)
    assert (await pulse(store.reader, today=TODAY)).breaks is None


async def test_an_empty_store_is_shown_without_a_word_that_is_not_known(store: Store) -> None:
    view = await pulse(store.reader, today=TODAY)
    assert view.net_liquidation.value is None
    assert view.accounts == ()
    assert view.margin.level is None


async def test_what_is_long_and_what_is_short_stay_apart(store: Store) -> None:
    await a_pulse_book(store)
    view = await charts(store.reader)
    for by in By:
        parts = view.allocations[by]
        assert all(one.value > 0 for one in parts.long)
        assert all(one.value < 0 for one in parts.short)
    by_name = {one.name: one.value for one in view.allocations[By.UNDERLYING].long}
    assert by_name["AAPL"] == Decimal("231.40") * 120 + Decimal(215)
    assert [name for name, _ in view.unrealized][-1] == "KO"


@pytest.mark.parametrize(
    ("used", "free", "level"),
    [(0, 10, "unused"), (4, 6, "comfortable"), (6, 4, "watchful"), (8, 2, "high"),
     (95, 5, "critical"), (5, -1, "critical"), (5, -9, "critical")],
)  # fmt: skip
def test_margin_is_told_in_words(used: int, free: int, level: str) -> None:
    use = margin_use("U1", "U1", Decimal(used), Decimal(free))
    assert use.level == level


@pytest.mark.parametrize(("used", "free"), [(None, Decimal(3)), (Decimal(3), None)])
def test_margin_of_which_a_part_is_unknown_has_no_share(used: Any, free: Any) -> None:
    assert margin_use("U1", "U1", used, free).share is None


def test_every_share_has_a_level() -> None:
    levels: Sequence[Margin] = [level_of(Decimal(part) / 100) for part in range(121)]
    assert [
        level for place, level in enumerate(levels) if place == 0 or levels[place - 1] != level
    ] == list(Margin)


async def test_an_option_is_not_measured_by_what_goes_by_its_ticker_elsewhere(
    store: Store,
) -> None:
    await store.writer.save(IB, a_batch(an_account()))
    abroad = an_equity("SAP", conid="8", currency="EUR")
    call = an_option("SAP", TODAY + dt.timedelta(days=2), "C", 240, conid="9")
    await store.writer.save(
        IB,
        a_batch(
            a_position(instrument=abroad, currency="EUR", market_price="250", as_of=NOW),
            a_position(instrument=call, market_price="1", as_of=NOW),
        ),
    )
    (soon,) = (await pulse(store.reader, today=TODAY)).expiring
    assert soon.underlying_price is None
    assert soon.in_the_money is None

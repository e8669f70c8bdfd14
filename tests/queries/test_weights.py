"""What share a holding has, what was closed today, and what options are together."""

import datetime as dt
from dataclasses import MISSING, fields, replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.batches import Holds
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.charts import By, charts
from qm_tui.queries.closings import _Day, closed_today
from qm_tui.queries.grouping import WeightOf
from qm_tui.queries.lot_views import GainView
from qm_tui.queries.option_groups import WAYS, option_groups
from qm_tui.queries.options import options
from qm_tui.queries.position_views import OptionView
from qm_tui.queries.positions import positions
from qm_tui.queries.snapshots import days, earlier, later
from qm_tui.queries.strategies import strategy_of
from qm_tui.queries.weights import total, weighing
from qm_tui.store.store import Store
from tests.builders import a_balance, a_batch, a_position, a_trade, an_account, an_equity
from tests.conftest import NOW
from tests.ui.desk_books import IB, IRA, MAIN, TODAY, YESTERDAY, a_desk


async def test_a_weight_is_a_share_of_the_account_or_of_all_in_the_base_currency(
    store: Store,
) -> None:
    await a_desk(store)
    known = await weighing(store.reader)
    held = {(view.account, view.symbol): view for view in await positions(store.reader)}

    assert known.net == 100_000
    apple, siemens = held[MAIN, "AAPL"], held[MAIN, "SIE"]
    assert known.weight(apple, WeightOf.ACCOUNT) == Decimal("0.4")
    assert known.weight(apple, WeightOf.ALL) == Decimal("0.2")
    assert known.weight(siemens, WeightOf.ALL) == Decimal(1600) * Decimal("1.2") / 100_000
    assert known.weight(held[IRA, "MSFT"], WeightOf.ALL) == Decimal("-0.0048")


async def test_weights_of_a_book_without_cash_sum_to_the_whole(store: Store) -> None:
    worth = {"AAPL": "333.33", "MSFT": "333.33", "KO": "333.34"}
    await store.writer.save(IB, a_batch(an_account(MAIN)))
    await store.writer.save(
        IB, a_batch(a_balance(account=MAIN, tag="NetLiquidation", value="1000", as_of=NOW))
    )
    held = [
        a_position(account=MAIN, instrument=symbol, market_value=value, as_of=NOW)
        for symbol, value in worth.items()
    ]
    await store.writer.save(IB, a_batch(*held))
    known = await weighing(store.reader)
    shares = [known.weight(view, WeightOf.ALL) for view in await positions(store.reader)]
    assert total(shares) == 1


async def test_an_account_that_nobody_valued_has_no_weights_and_is_named(store: Store) -> None:
    await a_desk(store)
    await store.writer.save(IB, a_batch(an_account("U5")))
    await store.writer.save(IB, a_batch(a_position(account="U5", as_of=NOW)))
    known = await weighing(store.reader)
    (view,) = await positions(store.reader, Scope(account="U5"))
    assert known.weight(view, WeightOf.ALL) is None
    assert known.without == ["U5"]
    assert known.net == 100_000


async def test_what_was_sold_today_is_closed_with_what_it_brought(store: Store) -> None:
    await a_desk(store)
    held = await positions(store.reader)
    closed = await closed_today(store.reader, Scope(), held, today=TODAY)
    assert {view.symbol: view.realized_pnl for view in closed} == {"KO": 77, "PLTR": -7}
    assert all(not view.quantity for view in closed)


async def test_who_owes_more_than_he_has_has_no_weights(store: Store) -> None:
    await store.writer.save(IB, a_batch(an_account(MAIN)))
    worth = a_balance(account=MAIN, tag="NetLiquidation", value="-500", as_of=NOW)
    await store.writer.save(IB, a_batch(worth))
    await store.writer.save(IB, a_batch(a_position(account=MAIN, market_price="2", as_of=NOW)))
    known = await weighing(store.reader)
    (view,) = await positions(store.reader)
    assert view.market_value is not None
    assert known.weight(view, WeightOf.ACCOUNT) is None
    assert known.weight(view, WeightOf.ALL) is None
    drawn = await charts(store.reader)
    assert [one.share for one in drawn.allocations[By.TYPE].long] == [None]


async def test_shares_are_unknown_where_the_worth_of_an_account_is(store: Store) -> None:
    await a_desk(store)
    known = (await charts(store.reader)).allocations[By.TYPE].long
    assert all(one.share is not None for one in known)
    await store.writer.save(IB, a_batch(an_account("U5")))
    await store.writer.save(IB, a_batch(a_position(account="U5", market_price="9", as_of=NOW)))
    lacking = (await charts(store.reader)).allocations[By.TYPE].long
    assert all(one.share is None for one in lacking)


async def test_what_nobody_has_looked_at_for_days_was_not_closed_today(store: Store) -> None:
    sold, seen = an_equity("KO", conid="55"), NOW - dt.timedelta(days=6)
    await store.writer.save(IB, a_batch(a_position(account=MAIN, instrument=sold, as_of=seen)))
    of_then = {"account": MAIN, "instrument": sold, "quantity": -100}
    day = (NOW - dt.timedelta(days=4)).date()
    await store.writer.save(IB, a_batch(a_trade(trade_date=day, key="TR:1", **of_then)))
    nothing = Holds(account=MAIN, section=Section.POSITIONS, as_of=NOW)
    await store.writer.save(IB, a_batch(section=Section.POSITIONS, holds=[nothing]))
    assert await positions(store.reader) == []
    assert await closed_today(store.reader, Scope(), [], today=TODAY) == []


def test_a_gain_that_a_wash_sale_takes_away_is_no_gain() -> None:
    washed = gain(gain=Decimal(-90), net_gain=Decimal(0))
    assert _Day(gains=[washed]).realized == 0
    assert _Day(gains=[washed, gain(gain=None)]).realized is None


def gain(**said: Any) -> GainView:
    empty = {each.name: None for each in fields(GainView) if each.default is MISSING}
    return GainView(**(empty | said))


async def test_days_are_stepped_through_and_end_with_now(store: Store) -> None:
    await a_desk(store)
    known = await days(store.reader)
    assert known == [YESTERDAY.date(), TODAY]
    assert earlier(known, None, TODAY) == YESTERDAY.date()
    assert earlier(known, YESTERDAY.date(), TODAY) is None
    assert later(known, YESTERDAY.date(), TODAY) is None


async def test_every_way_of_grouping_options_keeps_them_all(store: Store) -> None:
    await a_desk(store)
    held = await options(store.reader, today=TODAY)
    for way in WAYS:
        groups = option_groups(held, way)
        assert sum(group.options for group in groups) == len(held)
        assert total(group.market_value for group in groups) == total(o.market_value for o in held)
        assert sum(group.without_greeks for group in groups) == 1


async def test_who_is_not_in_the_value_of_deltas_is_counted(store: Store) -> None:
    await a_desk(store)
    held = await options(store.reader, today=TODAY)
    unpriced = [replace(view, underlying_price=None) for view in held]
    groups = option_groups(unpriced, "underlying")
    assert [group.delta_value for group in groups] == [None, None]
    assert sum(group.without_greeks for group in groups) == len(held)


def a_leg(right: str, strike: int, quantity: int) -> OptionView:
    """A position in an option, of which nothing else matters."""
    names = {field.name for field in fields(OptionView) if field.default is MISSING}
    known: dict[str, Any] = {
        **dict.fromkeys(names),
        "right": right,
        "strike": Decimal(strike),
        "quantity": Decimal(quantity),
    }
    return OptionView(**known)


@pytest.mark.parametrize(
    ("legs", "name"),
    [
        ([("C", 100, -1)], "short call"),
        ([("C", 100, 1), ("C", 110, -1)], "call vertical"),
        ([("P", 100, -2), ("C", 100, -2)], "short straddle"),
        ([("P", 90, 1), ("C", 110, 1)], "long strangle"),
        ([("P", 90, -1), ("C", 110, 1)], "risk reversal"),
        ([("C", 90, 1), ("C", 100, -2), ("C", 110, 1)], "butterfly"),
        ([("P", 80, 1), ("P", 90, -1), ("C", 110, -1), ("C", 120, 1)], "iron condor"),
        ([("P", 80, 1), ("P", 100, -1), ("C", 100, -1), ("C", 120, 1)], "iron butterfly"),
        ([("C", 100, 3), ("C", 110, -1)], "other"),
    ],
)
def test_what_legs_make_together_is_named_where_it_is_plain(
    legs: list[tuple[str, int, int]], name: str
) -> None:
    assert strategy_of([a_leg(*leg) for leg in legs]) == name

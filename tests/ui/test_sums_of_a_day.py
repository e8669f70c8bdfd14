"""Sums below positions: of one day, of what is shown, and with what they lack."""

import datetime as dt
from decimal import Decimal

from qm_tui.domain.selection import Scope
from qm_tui.queries.netting import exposures, holdings, merged
from qm_tui.queries.option_groups import option_groups
from qm_tui.queries.options import options
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store
from qm_tui.ui.format import Format
from qm_tui.ui.heading_sums import position_heading
from qm_tui.ui.sum_words import lacks
from qm_tui.ui.sums import as_stored, of_one_day, position_sums
from tests.builders import a_batch, a_position, an_account, an_equity
from tests.conftest import NOW
from tests.queries.test_netting import CALL, HERE, TASTY, THERE, at_both_brokers
from tests.queries.test_profit_days import AWAY, BEFORE, a_broker_that_is_away_since_days
from tests.ui.books import a_context, monitor
from tests.ui.desk_books import IB

FORM = Format(zone=dt.UTC)


async def the_same_at_a_broker_that_is_away(store: Store) -> None:
    """10 KO at each of two, 40.00 gained on the day each told last."""
    for source, account, as_of in ((IB, THERE, NOW), (TASTY, AWAY, BEFORE)):
        held = a_position(
            account=account, instrument=an_equity("KO"), quantity=10, market_price="100",
            daily_pnl="40", as_of=as_of,
        )  # fmt: skip
        await store.writer.save(source, a_batch(an_account(account)))
        await store.writer.save(source, a_batch(held))


# --- of one day --------------------------------------------------------------------------------


async def test_the_sum_of_the_day_names_who_told_an_earlier_one(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    held = of_one_day([as_stored(view) for view in await positions(store.reader)])
    (total,) = position_sums(held)
    assert total.market_value.value == 2_000
    assert total.daily_pnl.value == 40
    said = lacks(total.daily_pnl, FORM)
    assert said == f"(without {AWAY}: an earlier day's; covers 50 % of value)"


async def test_where_all_is_of_one_day_nothing_is_left_out(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    held = of_one_day([as_stored(v) for v in await positions(store.reader, Scope(account=AWAY))])
    (total,) = position_sums(held)
    assert total.daily_pnl.value == 40
    assert lacks(total.daily_pnl, FORM) == ""


async def test_a_currency_of_which_all_is_of_an_earlier_day_says_why_there_is_no_sum(
    store: Store,
) -> None:
    await a_broker_that_is_away_since_days(store)
    euro = a_position(
        account=AWAY, instrument=an_equity("SIE", currency="EUR"), currency="EUR", quantity=1,
        market_price="100", daily_pnl="1", as_of=BEFORE,
    )  # fmt: skip
    await store.writer.save(TASTY, a_batch(euro))
    held = of_one_day([as_stored(view) for view in await positions(store.reader)])
    first, _ = position_sums(held)
    assert (first.currency, first.daily_pnl.value) == ("EUR", None)
    assert lacks(first.daily_pnl, FORM) == f"({AWAY}: an earlier day's)"


async def test_the_foot_of_positions_says_so(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    async with monitor(a_context(store), (120, 30)) as it:
        await it.press("2")
        assert f"(without {AWAY}: an earlier day's" in it.text
        assert "+80.00" not in it.text


async def test_a_heading_marks_a_day_of_which_it_lacks_some(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    rows = await positions(store.reader)
    assert position_heading(rows, FORM, None)["daily_pnl"].cell.text == "? +40.00"
    away = [row for row in rows if row.account == AWAY]
    assert position_heading(away, FORM, None)["daily_pnl"].cell.text == "+40.00"


async def test_what_several_accounts_hold_gains_on_one_day_only(store: Store) -> None:
    await the_same_at_a_broker_that_is_away(store)
    held = await holdings(store.reader, today=NOW.date())
    (row,) = merged(held)
    assert row.daily_pnl is None
    assert row.market_value == 2_000
    (exposure,) = exposures(held)
    assert exposure.daily_pnl == 40
    assert exposure.without_day == 1


# --- what is taken together --------------------------------------------------------------------


async def test_merged_positions_are_summed_below_as_far_as_the_filter_lets_through(
    store: Store,
) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (120, 30)) as it:
        await it.press("2", "m")
        # 100 at 200 and 50 at 160, a call at 5 and two that are owed.
        end = it.table.edges["market_value"]
        assert it.row("Σ USD")[:end].endswith(" 27,500.00")
        await it.press("slash")
        await it.type("261218C")
        await it.until_shown("1 of 2 instruments")
        assert it.row("Σ USD")[:end].endswith(" -500.00")


async def test_exposures_are_summed_below_in_money(store: Store) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (200, 30)) as it:
        await it.press("2", "x")
        foot = it.row("Σ USD")
        end = it.table.edges["delta_value"]
        # 150 shares and options on -100 that move by a half, at 160.
        assert foot[:end].endswith("16,000.00")
        assert "+10.00" in foot
        await it.press("dollar_sign")
        await it.until(lambda: "••••" in it.row("Σ USD"))
        assert "16,000.00" not in it.text


async def test_unknown_gains_are_counted_where_sums_lack_them(store: Store) -> None:
    await store.writer.save(TASTY, a_batch(an_account(HERE)))
    known = {"account": HERE, "market_price": "5", "unrealized_pnl": "12", "as_of": NOW}
    unknown = {"account": HERE, "market_price": None, "unrealized_pnl": None, "as_of": NOW}
    await store.writer.save(
        TASTY,
        a_batch(
            a_position(instrument=CALL, quantity=3, **known),
            a_position(instrument=an_equity("AAPL"), quantity=1, **unknown),
        ),
    )
    (row,) = exposures(await holdings(store.reader, today=NOW.date()))
    assert row.unrealized_pnl == Decimal(12)
    assert (row.without_gain, row.without_value, row.without_day) == (1, 1, 2)
    (group,) = option_groups(await options(store.reader, today=NOW.date()), "underlying")
    assert (group.without_gain, group.without_day) == (0, 1)
    async with monitor(a_context(store), (200, 30)) as it:
        await it.press("2", "x")
        assert "? +12.00" in it.row("AAPL ")

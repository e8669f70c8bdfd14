"""Gains of a day are of one day: what was gained on another is not added to them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from qm_tui.queries.accounts import account_totals, accounts
from qm_tui.queries.charts import charts
from qm_tui.queries.pulse import pulse
from qm_tui.store.store import Store
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.lines import day_word
from qm_tui.ui.pulse.soon import movers_title
from qm_tui.ui.pulse.worth import draw_worth
from tests.builders import a_balance, a_batch, a_position, an_account, an_equity
from tests.conftest import NOW
from tests.ui.desk_books import IB, TASTY

HERE, AWAY = "U1", "5WX1"
TODAY = NOW.date()
BEFORE = NOW - dt.timedelta(days=3)


def worth(account: str, day: str, as_of: dt.datetime) -> list[Any]:
    return [
        a_balance(account=account, tag="NetLiquidation", value="10000", as_of=as_of),
        a_balance(account=account, tag="DailyPnL", value=day, as_of=as_of),
    ]


async def a_broker_that_is_away_since_days(store: Store) -> None:
    for source, account, as_of, symbol in ((IB, HERE, NOW, "AAPL"), (TASTY, AWAY, BEFORE, "KO")):
        held = a_position(
            account=account, instrument=an_equity(symbol), quantity=10, market_price="100",
            daily_pnl="40", as_of=as_of,
        )  # fmt: skip
        await store.writer.save(source, a_batch(an_account(account)))
        await store.writer.save(source, a_batch(*worth(account, "40", as_of)))
        await store.writer.save(source, a_batch(held))


async def test_a_gain_of_an_earlier_day_is_not_in_the_sum_of_the_day(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    view = await pulse(store.reader, today=TODAY)
    assert view.day == TODAY
    assert view.daily_pnl.value == 40
    assert view.daily_pnl.missing == (AWAY,)
    assert view.daily_pnl.share == Decimal(40) / 9960
    assert [(one.symbol, one.daily_pnl) for one in view.movers] == [("AAPL", Decimal(40))]
    assert view.without_day == 1


async def test_totals_of_accounts_name_who_told_an_earlier_day(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    (total,) = account_totals(await accounts(store.reader))
    assert total.daily_pnl == 40
    assert total.missing["daily_pnl"] == (AWAY,)
    assert total.net_liquidation == 20_000


async def test_the_chart_of_the_day_is_of_one_day(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    view = await charts(store.reader)
    assert view.daily == (("AAPL", Decimal(40)),)
    assert view.without_day == 1


async def test_on_a_weekend_the_day_is_named(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    later = TODAY + dt.timedelta(days=2)
    view = await pulse(store.reader, today=later)
    assert view.day == TODAY
    assert view.daily_pnl.value == 40
    word = day_word(view.day, later)
    assert word == f"{TODAY:%a}"
    assert movers_title(view.day, later) == f"Movers of {word}"
    lines = draw_worth(view, Format(zone=dt.UTC), later, "90 days", 80, 12)
    assert any(word in line.plain and "+40.00" in line.plain for line in lines)


def test_today_is_called_day_and_what_is_older_than_a_week_by_its_date() -> None:
    assert day_word(TODAY, TODAY) == day_word(None, TODAY) == "day"
    assert movers_title(TODAY, TODAY) == "Movers today"
    assert day_word(dt.date(2026, 1, 5), dt.date(2026, 2, 1)) == "01-05"


async def test_a_share_of_the_day_needs_the_worth_of_all_who_gained(store: Store) -> None:
    await a_broker_that_is_away_since_days(store)
    await store.writer.save(IB, a_batch(an_account("U9")))
    await store.writer.save(
        IB, a_batch(a_balance(account="U9", tag="DailyPnL", value=5, as_of=NOW))
    )
    view = await pulse(store.reader, today=TODAY)
    assert view.daily_pnl.value == 45
    assert view.daily_pnl.share is None

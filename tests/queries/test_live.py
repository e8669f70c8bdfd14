"""What was pushed is laid over what is stored where it is newer, and nowhere else."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from qm_tui.domain.instruments import Crypto
from qm_tui.domain.live import LiveBook
from qm_tui.domain.records import AccountNotice, Greeks, Quote, Record
from qm_tui.domain.words import Section
from qm_tui.queries.accounts import account_bases, account_totals, account_view, accounts
from qm_tui.queries.live import position_now, worth_now
from qm_tui.queries.options import option_now, options
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.positions import positions
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import (
    a_balance,
    a_batch,
    a_position,
    an_account,
    an_equity,
    an_option,
)
from tests.conftest import NOW

STORED = NOW - dt.timedelta(minutes=5)
TODAY = NOW.date()
D = Decimal
LIVE = Source(connection="ib", broker="ibkr", kind="sync", live=True)
AAPL = an_equity("AAPL", conid="265598")
CALL = an_option(expiry="2026-03-20", conid="900")


def a_book(*records: Record) -> LiveBook:
    book = LiveBook()
    book.apply(records)
    return book


async def a_stored(store: Store, *records: Record) -> None:
    await store.writer.save(LIVE, a_batch(an_account(), *records))


async def stored_position(store: Store, **changes: object) -> PositionView:
    known: dict[str, object] = {
        "instrument": AAPL, "quantity": 100, "market_price": 150, "market_value": 15000,
        "cost_basis": 14000, "unrealized_pnl": 1000, "as_of": STORED, "daily_pnl": 7,
    }  # fmt: skip
    await a_stored(store, a_position(**known | changes))
    return (await positions(store.reader))[0]


async def test_a_newer_price_is_shown(store: Store) -> None:
    view = await stored_position(store)
    book = a_book(
        a_position(
            instrument=AAPL, quantity=100, market_price=160, market_value=16000,
            unrealized_pnl=2000, cost_basis=None, as_of=NOW,
        )
    )  # fmt: skip
    now = position_now(view, book)
    assert (now.market_price, now.market_value, now.as_of) == (D(160), D(16000), NOW)
    assert now.cost_basis == D(14000), "what does not change with the price stays"
    assert worth_now(book, view)[:2] == (D(16000), D(2000))


async def test_what_is_stored_holds_against_what_is_older(store: Store) -> None:
    view = await stored_position(store)
    older = a_position(instrument=AAPL, quantity=1, as_of=STORED - dt.timedelta(seconds=1))
    assert position_now(view, a_book(older)) is view
    same = a_position(instrument=AAPL, quantity=1, as_of=STORED)
    assert position_now(view, a_book(same)) is view


async def test_a_position_without_a_pushed_price_is_confirmed_with_its_old_one(
    store: Store,
) -> None:
    view = await stored_position(store)
    bare = a_position(
        instrument=AAPL, quantity=100, market_price=None, market_value=None, as_of=NOW
    )
    now = position_now(view, a_book(bare))
    assert (now.market_value, now.as_of, now.stale) == (D(15000), STORED, False)


async def test_what_was_pushed_before_an_answer_that_was_not_whole_stays_unconfirmed(
    store: Store,
) -> None:
    stored = await stored_position(store)
    unseen = replace(stored, stale=True)
    pushed = a_position(instrument=AAPL, quantity=100, market_price=160, as_of=NOW)
    book = a_book(pushed)

    book.doubt([stored.account], NOW + dt.timedelta(minutes=1))
    now = position_now(unseen, book)
    assert (now.market_price, now.stale) == (D(160), True)

    book.doubt([stored.account], NOW - dt.timedelta(minutes=1))
    assert not position_now(unseen, book).stale, "it was pushed since"


async def test_another_quantity_without_a_price_has_no_value(store: Store) -> None:
    view = await stored_position(store)
    bare = a_position(
        instrument=AAPL, quantity=50, market_price=None, market_value=None, cost_basis=None,
        unrealized_pnl=None, as_of=NOW,
    )  # fmt: skip
    now = position_now(view, a_book(bare))
    assert (now.quantity, now.market_value, now.cost_basis, now.as_of) == (D(50), None, None, NOW)


async def test_a_profit_of_an_earlier_day_says_nothing_of_today(store: Store) -> None:
    view = await stored_position(store, as_of=NOW - dt.timedelta(days=1))
    pushed = a_position(
        instrument=AAPL, quantity=100, market_price=160, market_value=16000, as_of=NOW,
        daily_pnl=None,
    )  # fmt: skip
    assert position_now(view, a_book(pushed)).daily_pnl is None


@pytest.mark.parametrize(
    "other",
    [
        an_equity("AAPL", conid="38708077"),
        an_equity("AAPL", currency="MXN"),
    ],
)
async def test_another_stock_of_the_same_ticker_is_not_taken_for_it(
    store: Store, other: object
) -> None:
    view = await stored_position(store)
    pushed = a_position(instrument=other, quantity=1, as_of=NOW)
    assert position_now(view, a_book(pushed)) is view


async def test_a_fund_and_a_coin_of_one_ticker_have_each_its_own_news(store: Store) -> None:
    both = (an_equity("BTC"), Crypto(symbol="BTC", currency="USD"))
    await a_stored(store, *(a_position(instrument=one, quantity=1, as_of=STORED) for one in both))

    book = a_book(
        *(a_position(instrument=one, quantity=n, as_of=NOW) for n, one in enumerate(both, 2))
    )

    now = {one.instrument_type: position_now(one, book) for one in await positions(store.reader)}
    assert {kind: one.quantity for kind, one in now.items()} == {"equity": 2, "crypto": 3}


async def test_what_was_closed_is_no_position(store: Store) -> None:
    await stored_position(store)
    closed = a_position(instrument=AAPL, quantity=0, as_of=NOW)
    assert await positions(store.reader, live=a_book(closed)) == []


# --- accounts ----------------------------------------------------------------------------------


def values(as_of: dt.datetime, **tags: object) -> Sequence[Record]:
    return [a_balance(tag=tag, value=value, as_of=as_of) for tag, value in tags.items()]


async def test_an_accounts_values_are_the_newest_of_each(store: Store) -> None:
    await a_stored(store, *values(STORED, NetLiquidation="100", BuyingPower="50", DailyPnL="1"))
    book = a_book(*values(NOW, NetLiquidation="120", DailyPnL="21", UnrealizedPnL="33"))
    (view,) = await accounts(store.reader, live=book)
    assert (view.net_liquidation, view.buying_power, view.daily_pnl) == (D(120), D(50), D(21))
    assert view.unrealized_pnl == 33
    assert view.as_of == NOW
    (total,) = account_totals([view])
    assert (total.net_liquidation, total.unrealized_pnl) == (D(120), D(33))


async def test_an_accounts_unrealized_gain_follows_its_positions(store: Store) -> None:
    await stored_position(store)
    book = a_book(
        a_position(
            instrument=AAPL, quantity=100, market_price=160, market_value=16000,
            unrealized_pnl=2000, as_of=NOW,
        )
    )  # fmt: skip
    (basis,) = await account_bases(store.reader)
    assert account_view(basis).unrealized_pnl == 1000
    assert account_view(basis, book).unrealized_pnl == 2000


async def test_paper_accounts_and_notices_are_told(store: Store) -> None:
    notice = AccountNotice(
        account="DU123", kind="restriction", message="Closing orders only.", noticed_at=NOW
    )
    await store.writer.save(LIVE, a_batch(an_account(), an_account("DU123")))
    await store.writer.save(LIVE, a_batch(notice, section=Section.NOTICES))
    paper, real = await accounts(store.reader)
    assert (paper.paper, real.paper) == (True, False)
    assert [each.message for each in paper.notices] == ["Closing orders only."]
    assert real.notices == ()


# --- options -----------------------------------------------------------------------------------


def greeks(delta: str, as_of: dt.datetime, **changes: object) -> Greeks:
    known: dict[str, object] = {
        "account": "", "instrument": CALL, "as_of": as_of, "delta": Decimal(delta),
        "theta": Decimal("-0.05"), "source": "ibkr",
    }  # fmt: skip
    return Greeks(**known | changes)  # type: ignore[arg-type]


async def an_option_held(store: Store, *said: Record) -> None:
    await a_stored(store, a_position(instrument=CALL, quantity=-2, as_of=STORED))
    if said:
        await store.writer.save(LIVE, a_batch(*said, section=Section.GREEKS))


async def test_a_short_call_has_a_negative_delta_and_earns_theta(store: Store) -> None:
    await an_option_held(store, greeks("0.5", STORED))
    (view,) = await options(store.reader, today=TODAY)
    assert (view.delta, view.position_delta, view.position_theta) == (D("0.5"), D(-100), D(10))
    assert (view.gamma, view.position_gamma) == (None, None)
    assert (view.days_to_expiry, view.greeks_source) == (18, "ibkr")


async def test_greeks_that_nobody_said_are_unknown(store: Store) -> None:
    await an_option_held(store)
    (view,) = await options(store.reader, today=TODAY)
    assert (view.delta, view.position_delta, view.greeks_as_of) == (None, None, None)


async def test_pushed_greeks_hold_if_they_are_newer(store: Store) -> None:
    await an_option_held(store, greeks("0.5", STORED))
    quote = Quote(account="", instrument=CALL, as_of=NOW, bid=Decimal(3), delayed=True)
    (view,) = await options(store.reader, today=TODAY)
    now = option_now(view, a_book(greeks("0.6", NOW), quote))
    assert (now.delta, now.position_delta, now.bid) == (D("0.6"), D(-120), D(3))
    assert now.delayed, "one of the prices behind them comes late"
    assert option_now(view, a_book(greeks("0.6", STORED))) is view


async def test_what_expires_soonest_stands_first_and_stocks_are_none(store: Store) -> None:
    later = an_option(expiry="2026-06-19")
    await a_stored(
        store,
        a_position(instrument=later, as_of=STORED),
        a_position(instrument=CALL, as_of=STORED),
        a_position(instrument=AAPL, as_of=STORED),
    )
    found = await options(store.reader, today=TODAY)
    assert [view.days_to_expiry for view in found] == [18, 109]

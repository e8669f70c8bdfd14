"""What both brokers hold of the same is one: an instrument merged, an underlying netted."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.live import LiveBook
from qm_tui.domain.records import Greeks
from qm_tui.domain.words import Section
from qm_tui.queries.netting import exposures, holdings, merged
from qm_tui.queries.position_views import MergedView, OptionView, PositionView
from qm_tui.queries.positions import positions
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_batch, a_position, an_account, an_equity, an_option
from tests.conftest import NOW

IB = Source(connection="ib", broker="ibkr", kind="sync", live=True)
TASTY = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)
THERE, HERE = "U1234567", "5WX00001"
CALL = an_option("AAPL", "2026-12-18", "C", 150)
TODAY = NOW.date()


def greeks(delta: str, **more: str) -> Greeks:
    said: dict[str, Any] = {name: Decimal(value) for name, value in more.items()}
    return Greeks(
        account="", instrument=CALL, as_of=NOW, delta=Decimal(delta), source="tastytrade", **said
    )


async def at_both_brokers(store: Store) -> None:
    """100 shares there and 50 here; a long call there, two short ones of the same here."""
    seen = {"as_of": NOW}
    ib = an_equity("AAPL", "265598")
    await store.writer.save(IB, a_batch(an_account(THERE)))
    await store.writer.save(
        IB,
        a_batch(
            a_position(account=THERE, instrument=ib, quantity=100, market_price="200", **seen),
            a_position(
                account=THERE, instrument=replace(CALL, identifiers=replace(
                    CALL.identifiers, conid="900")), quantity=1, market_price="5", **seen
            ),
        ),
    )  # fmt: skip
    await store.writer.save(TASTY, a_batch(an_account(HERE)))
    await store.writer.save(
        TASTY,
        a_batch(
            a_position(account=HERE, instrument=an_equity("AAPL"), quantity=50, **seen),
            a_position(account=HERE, instrument=CALL, quantity=-2, market_price="5", **seen),
        ),
    )
    batch = a_batch(greeks("0.5", theta="-0.1", gamma="0.02", vega="0.3"), section=Section.GREEKS)
    await store.writer.save(TASTY, batch)


async def test_what_both_brokers_hold_is_two_rows_apart_and_one_merged(store: Store) -> None:
    await at_both_brokers(store)

    apart = [view for view in await positions(store.reader) if view.symbol == "AAPL"]
    together = {row.symbol: row for row in merged(await positions(store.reader))}

    assert {view.account: int(view.quantity) for view in apart} == {HERE: 50, THERE: 100}
    assert together["AAPL"].quantity == 150
    assert together["AAPL"].accounts == (HERE, THERE)
    assert together["AAPL"].cost_basis == 150 * 150
    assert together["AAPL"].average_cost == 150


async def test_long_here_and_short_there_is_told_beside_the_net(store: Store) -> None:
    await at_both_brokers(store)

    call = next(row for row in merged(await positions(store.reader)) if row.symbol != "AAPL")

    assert [call.quantity, call.long_quantity, call.short_quantity] == [-1, 1, -2]
    assert call.average_cost is None


async def test_greeks_and_shares_of_both_brokers_net_by_underlying(store: Store) -> None:
    await at_both_brokers(store)

    (apple,) = exposures(await holdings(store.reader, today=TODAY))

    assert apple.underlying == "AAPL"
    assert apple.units == 150
    assert apple.delta == 150 + Decimal("0.5") * (1 - 2) * 100
    assert apple.theta == Decimal("-0.1") * (1 - 2) * 100
    assert apple.price is not None
    assert apple.delta_value == apple.delta * apple.price
    assert apple.without_greeks == 0
    assert (apple.positions, apple.options) == (4, 2)


async def test_what_is_pushed_changes_what_is_netted(store: Store) -> None:
    await at_both_brokers(store)
    live = LiveBook()
    later = NOW + dt.timedelta(seconds=5)
    live.apply([replace(greeks("0.25"), as_of=later)])

    (apple,) = exposures(await holdings(store.reader, today=TODAY, live=live))

    assert apple.delta == 150 - 25


async def test_options_without_greeks_are_counted_and_left_out(store: Store) -> None:
    await store.writer.save(TASTY, a_batch(an_account(HERE)))
    await store.writer.save(
        TASTY, a_batch(a_position(account=HERE, instrument=CALL, quantity=3, as_of=NOW))
    )

    (apple,) = exposures(await holdings(store.reader, today=TODAY))

    assert (apple.delta, apple.theta, apple.without_greeks) == (None, None, 1)


# --- laws ------------------------------------------------------------------------------------

amounts = st.decimals(-1000, 1000, places=2, allow_nan=False)


@st.composite
def held(draw: st.DrawFn) -> list[PositionView]:
    """Some holdings of three instruments in three accounts, each once."""
    places = draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), unique=True, max_size=9)
    )
    rows = []
    for number, (account, instrument) in enumerate(places):
        option = instrument == 3
        said: dict[str, Any] = {"position_delta": draw(st.none() | amounts)} if option else {}
        kind: Callable[..., PositionView] = OptionView if option else PositionView
        rows.append(
            kind(
                id=number, instrument_id=instrument, account=account, broker="x",
                symbol="UL" if instrument != 2 else "OTHER", description=None,
                instrument_type="equity_option" if option else "equity",
                underlying="UL" if option else None, conid=None, osi_symbol=None, isin=None,
                currency="USD", quantity=draw(amounts), average_cost=None,
                cost_basis=draw(st.none() | amounts), market_price=draw(st.none() | amounts),
                market_value=draw(st.none() | amounts), unrealized_pnl=draw(st.none() | amounts),
                realized_pnl=None, daily_pnl=draw(st.none() | amounts),
                multiplier=Decimal(100 if option else 1), fx_rate_to_base=None,
                as_of=NOW - dt.timedelta(seconds=number), stale=draw(st.booleans()), **said,
            )
        )  # fmt: skip
    return rows


@given(held())
def test_merging_loses_no_share_and_no_account(rows: list[PositionView]) -> None:
    found = merged(rows)

    assert sum(row.quantity for row in found) == sum(row.quantity for row in rows)
    assert sum(len(row.accounts) for row in found) == len(rows)
    for row in found:
        parts = [one for one in rows if one.instrument_id == row.instrument_id]
        assert row.stale is any(one.stale for one in parts)
        assert row.as_of == min(one.as_of for one in parts)
        assert (row.market_value is None) is any(one.market_value is None for one in parts)


@given(held(), st.randoms())
def test_the_order_of_holdings_does_not_matter(rows: list[PositionView], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def plain(found: list[MergedView]) -> list[object]:
        return [(row.symbol, row.quantity, row.market_value, row.accounts) for row in found]

    assert sorted(map(repr, plain(merged(rows)))) == sorted(map(repr, plain(merged(shuffled))))
    assert exposures(rows) == exposures(shuffled)


@given(held())
def test_every_position_is_in_one_exposure(rows: list[PositionView]) -> None:
    found = exposures(rows)

    assert sum(row.positions for row in found) == len(rows)
    known = [row.market_value for row in rows if row.market_value is not None]
    assert sum(row.market_value or 0 for row in found) == sum(known)
    assert sum(row.without_value for row in found) == len(rows) - len(known)

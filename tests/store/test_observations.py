"""What is held follows from the newest answers, in whatever order they came to be stored."""

import datetime as dt
import itertools
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.store.store import Store
from tests.builders import (
    MOMENT,
    a_balance,
    a_batch,
    a_broker_lot,
    a_position,
    an_equity,
    holds,
)
from tests.examples import examples
from tests.store.stores import T1, T2, T3, Contents, Told, after, differences, told, values

LATER = MOMENT + dt.timedelta(days=1)
APPLE, MICROSOFT, TESLA = (
    an_equity(symbol, conid=conid)
    for symbol, conid in (("AAPL", "265598"), ("MSFT", "272093"), ("TSLA", "76792991"))
)
BOTH = (a_position(instrument=APPLE), a_position(instrument=MICROSOFT))


def in_any_order(*all_told: Told) -> Contents:
    """Tell in all orders; return what is known, which must be the same each time."""
    first = after(*all_told)
    for order in itertools.permutations(all_told):
        assert differences(first, after(*order)) == []
    return first


def test_the_newest_answer_says_what_is_held() -> None:
    found = in_any_order(
        told(a_batch(a_position(quantity=100), holds=[holds("positions")]), at=T1),
        told(
            a_batch(a_position(quantity=70, as_of=LATER), holds=[holds("positions", as_of=LATER)]),
            at=T2,
        ),
    )

    assert values(found["positions"], "quantity", "stale") == [(Decimal(70), False)]


def test_a_position_missing_from_a_complete_answer_is_closed() -> None:
    found = in_any_order(
        told(a_batch(*BOTH, holds=[holds("positions")]), at=T1),
        told(
            a_batch(
                a_position(instrument=APPLE, as_of=LATER), holds=[holds("positions", as_of=LATER)]
            ),
            at=T2,
        ),
    )

    assert values(found["positions"], "symbol") == ["AAPL"]


def test_a_complete_answer_that_names_nothing_closes_everything() -> None:
    found = in_any_order(
        told(a_batch(*BOTH, holds=[holds("positions")]), at=T1),
        told(a_batch(holds=[holds("positions", as_of=LATER)]), at=T2),
    )

    assert found["positions"] == []


def test_a_position_missing_from_an_incomplete_answer_stays_and_is_stale() -> None:
    found = in_any_order(
        told(a_batch(*BOTH, holds=[holds("positions")]), at=T1),
        told(a_batch(a_position(instrument=APPLE, as_of=LATER)), at=T2),
    )

    assert sorted(values(found["positions"], "symbol", "stale")) == [
        ("AAPL", False),
        ("MSFT", True),
    ]


def test_a_statement_of_the_same_moment_made_later_replaces_the_former() -> None:
    found = in_any_order(
        told(a_batch(*BOTH, holds=[holds("positions")]), at=T1),
        told(a_batch(a_position(instrument=APPLE, quantity=99), holds=[holds("positions")]), at=T2),
    )

    assert values(found["positions"], "symbol", "quantity") == [("AAPL", Decimal(99))]


def test_a_cut_off_statement_of_the_same_moment_takes_nothing_away() -> None:
    found = in_any_order(
        told(a_batch(*BOTH, holds=[holds("positions")]), at=T1),
        told(a_batch(a_position(instrument=APPLE, quantity=99)), at=T2),
    )

    assert sorted(values(found["positions"], "symbol")) == ["AAPL", "MSFT"]


def test_two_statements_made_in_the_same_second_end_the_same_in_any_order() -> None:
    in_any_order(
        told(a_batch(a_position(quantity=100), holds=[holds("positions")]), at=T1),
        told(a_batch(a_position(quantity=99), holds=[holds("positions")]), at=T1),
    )


def test_at_the_same_moment_the_live_source_holds() -> None:
    found = in_any_order(
        told(a_batch(a_position(quantity=90), holds=[holds("positions")]), at=T3),
        told(
            a_batch(a_position(quantity=100), holds=[holds("positions")]),
            at=T1,
            connection="ib",
            live=True,
        ),
    )

    assert values(found["positions"], "quantity") == [Decimal(100)]


def test_accounts_do_not_close_each_others_positions() -> None:
    found = in_any_order(
        told(a_batch(*BOTH, holds=[holds("positions")]), at=T1),
        told(a_batch(holds=[holds("positions", account="U7", as_of=LATER)]), at=T2),
    )

    assert len(found["positions"]) == 2


def test_a_position_of_zero_is_not_held() -> None:
    assert after(told(a_batch(a_position(quantity=0))))["positions"] == []


def test_lots_and_balances_follow_the_newest_answer_too() -> None:
    found = in_any_order(
        told(
            a_batch(a_broker_lot(key="1"), a_broker_lot(key="2"), holds=[holds("broker_lots")]),
            a_batch(a_balance(value=5), a_balance(tag="Gone"), holds=[holds("balances")]),
            at=T1,
        ),
        told(
            a_batch(a_broker_lot(key="2", as_of=LATER), holds=[holds("broker_lots", as_of=LATER)]),
            a_batch(a_balance(value=7, as_of=LATER), holds=[holds("balances", as_of=LATER)]),
            at=T2,
        ),
    )

    assert len(found["lots"]) == 1
    assert values(found["balances"], "tag", "value") == [("TotalCashValue", Decimal(7))]


async def test_a_statement_made_again_with_the_same_holdings_counts_as_unchanged(
    store: Store,
) -> None:
    batch = a_batch(*BOTH, holds=[holds("positions")])
    changed = a_batch(a_position(instrument=APPLE, quantity=1), holds=[holds("positions")])

    first = await store.writer.save(told(batch, at=T1).source, batch)
    again = await store.writer.save(told(batch, at=T2).source, batch)
    other = await store.writer.save(told(changed, at=T3).source, changed)

    assert (first.added, first.unchanged) == (2, 0)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert (other.added, other.changed) == (0, 1)


ANSWERS = st.lists(
    st.tuples(
        st.sets(st.sampled_from([APPLE, MICROSOFT, TESLA])),
        st.sampled_from([MOMENT, LATER]),
        st.sampled_from([T1, T2, T3]),
        st.integers(1, 3),
        st.booleans(),
    ),
    min_size=2,
    max_size=4,
)


@st.composite
def answers_in_two_orders(draw: st.DrawFn) -> tuple[list[Told], list[Told]]:
    """Answers about three positions at two moments, complete or not; and in another order."""
    answers = []
    for seen, as_of, at, quantity, complete in draw(ANSWERS):
        rows = [
            a_position(instrument=instrument, as_of=as_of, quantity=quantity)
            for instrument in sorted(seen, key=lambda one: one.symbol)
        ]
        held = [holds("positions", as_of=as_of)] if complete else []
        answers.append(told(a_batch(*rows, section="positions", holds=held), at=at))
    return answers, draw(st.permutations(answers))


@settings(max_examples=examples(12), deadline=None)
@given(answers_in_two_orders())
def test_any_answers_in_any_order_end_in_the_same_holdings(
    orders: tuple[list[Told], list[Told]],
) -> None:
    one, other = orders

    assert differences(after(*one), after(*other)) == []


def test_what_a_later_query_of_the_same_moment_leaves_out_stays_as_an_earlier_one_said() -> None:
    """Two queries of one day tick different fields; neither unsays what the other says."""
    rich = a_position(market_price=160)
    poor = a_position(market_price=None, market_value=None, unrealized_pnl=None)
    found = in_any_order(
        told(a_batch(rich, holds=[holds("positions")]), at=T1),
        told(a_batch(poor, holds=[holds("positions")]), at=T2),
    )

    assert [row["market_value"] for row in found["positions"]] == [Decimal(16000)]


def test_a_position_that_only_an_overruled_answer_names_is_closed() -> None:
    found = in_any_order(
        told(
            a_batch(a_position(), a_position(instrument="GONE"), holds=[holds("positions")]), at=T1
        ),
        told(a_batch(a_position(), holds=[holds("positions")]), at=T2),
    )

    assert [row["symbol"] for row in found["positions"]] == ["AAPL"]

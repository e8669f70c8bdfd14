"""Not one alarm on a clean book, whenever the broker counted and however late it booked."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.words import View
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.judging import judge_cash, judge_holding, judge_total
from qm_tui.domain.reconciliation.sides import (
    CashMovement,
    CashSide,
    History,
    Holding,
    MovementKind,
    Part,
    ToldBalance,
    ToldLot,
    ToldPosition,
    Total,
)
from tests.domain.reconciliation.books import (
    FIRST_DAY,
    OPTION,
    STOCK,
    Life,
    a_movement,
    alarms,
    d,
    judge,
    lives,
    lots_of,
    moment,
)

FEW = settings(max_examples=50, deadline=None)
HOURS = st.integers(min_value=-48, max_value=12_000)


def at(hours: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours)


@FEW
@given(lives(), HOURS, st.lists(HOURS, max_size=4))
def test_whatever_happened_and_whenever_it_was_counted_both_sides_agree(
    life: Life, as_of: int, seen: list[int]
) -> None:
    earlier = [at(hours) for hours in seen if hours < as_of]
    holding = life.holding(at(as_of), *earlier)
    assert judge([holding]) == []


@FEW
@given(lives())
def test_the_lots_of_the_broker_are_compared_with_its_own_position(life: Life) -> None:
    told = [
        ToldLot(quantity=lot.quantity, as_of=life.end, cost_basis=lot.cost_basis)
        for lot in lots_of(life.movements)
    ]
    assert judge([life.holding(life.end, broker_lots=told)]) == []


@FEW
@given(lives(), st.sampled_from(("0.01", "0.0001")))
def test_brokers_count_cost_in_their_own_ways(life: Life, places: str) -> None:
    holding = life.holding(life.end)
    told = holding.position
    assert told is not None
    if not told.quantity or told.cost_basis is None or not life.movements[-1].price:
        return
    average = (told.cost_basis / told.quantity).quantize(Decimal(places))
    rounded = replace(told, cost_basis=average * told.quantity)
    assert judge([replace(holding, position=rounded)]) == []
    fees = sum(
        -(each.commission or 0)
        for each in life.movements
        for lot in holding.lots or ()
        if lot.opened_by == each.fact and lot.quantity == each.quantity
    )
    if any(each.type == "split" for each in life.movements):
        # After a split a part of a trade may be just as many shares as all of it was.
        return
    if len({lot.opened_by for lot in holding.lots or ()}) == sum(
        lot.quantity == each.quantity
        for lot in holding.lots or ()
        for each in life.movements
        if each.fact == lot.opened_by and each.kind is MovementKind.TRADE
    ):
        bare = replace(told, cost_basis=told.cost_basis - fees)
        assert judge([replace(holding, position=bare)]) == []


def test_an_average_that_stays_when_some_is_sold_is_a_way_to_count() -> None:
    life = Life(
        STOCK,
        (
            a_movement(1, dt.date(2024, 2, 1), 100, price=d(10)),
            a_movement(2, dt.date(2024, 3, 1), 100, price=d(20)),
            a_movement(3, dt.date(2024, 4, 1), -100, price=d(30)),
        ),
        (moment("2024-02-01"), moment("2024-03-01"), moment("2024-04-01")),
    )
    holding = life.holding(moment("2024-06-01"))
    assert holding.position is not None
    averaged = replace(holding.position, cost_basis=d("1500.35"))
    assert judge_holding(replace(holding, position=averaged)) == ()


def test_a_wash_sale_that_only_one_of_both_counts_is_a_way_to_count() -> None:
    life = Life(STOCK, (a_movement(1, dt.date(2024, 2, 1), 100, price=d(10)),), (at(0),))
    holding = life.holding(moment("2024-06-01"))
    lot = lots_of(life.movements)[0]
    washed = replace(lot, cost_basis=d("1250.35"))
    both = replace(holding, lots=(washed,), bases={View.ECONOMIC: lot.cost_basis})
    assert judge_holding(both) == ()


@FEW
@given(st.integers(min_value=-5, max_value=5), st.integers(min_value=0, max_value=96))
def test_an_option_may_be_shown_over_the_weekend_after_it_expired(held: int, hours: int) -> None:
    if not held:
        return
    opened = a_movement(1, dt.date(2024, 11, 1), held, multiplier=100)
    expired = a_movement(2, dt.date(2024, 12, 20), -held, kind=MovementKind.OPTION_EVENT)
    counted = (moment("2024-11-01T21:00"), moment("2024-12-20") + dt.timedelta(hours=hours))
    life = Life(OPTION, (opened, expired), counted)
    for as_of in range(0, 240, 29):
        assert judge([life.holding(moment("2024-12-18") + dt.timedelta(hours=as_of))]) == []


def test_what_the_broker_never_told_completely_is_no_alarm() -> None:
    life = Life(STOCK, (a_movement(1, dt.date(2024, 2, 1), 100),), (at(0),))
    silent = replace(life.holding(life.end), position=None)
    (found,) = judge_holding(silent)
    assert (found.verdict.value, found.severity.value, alarms(found)) == (
        "not_known",
        "dust",
        False,
    )


def test_a_broker_that_never_told_what_happened_raises_no_alarm() -> None:
    told = ToldPosition(quantity=d(100), as_of=moment("2024-06-01"), market_price=d(10))
    (found,) = judge_holding(
        Holding(account=1, instrument=STOCK, position=told, history=History(moved=False))
    )
    assert (found.verdict.value, alarms(found)) == ("not_known", False)


def test_a_statement_that_is_a_day_behind_raises_no_alarm() -> None:
    life = Life(
        STOCK,
        (a_movement(1, dt.date(2024, 2, 1), 100), a_movement(2, dt.date(2024, 6, 3), 50)),
        (moment("2024-02-01"), moment("2024-06-03")),
    )
    known = life.movements[:1]
    holding = life.holding(
        moment("2024-06-04"),
        moment("2024-06-01"),
        movements=known,
        history=History(first_day=FIRST_DAY, last_day=dt.date(2024, 6, 1), whole=True),
    )
    (found,) = judge_holding(holding)
    assert (found.verdict.value, found.cause.value) == ("not_known", "unsettled")


@FEW
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(-(10**7), 10**7), st.booleans()), max_size=12
    ),
    st.integers(0, 70),
    st.integers(1, 40),
)
def test_cash_agrees_whatever_moved(
    moves: list[tuple[int, int, bool]], start: int, length: int
) -> None:
    first = moment("2024-03-01")
    movements, counted = [], []
    for number, (day, cents, timed) in enumerate(moves):
        happened = first + dt.timedelta(days=day, hours=15)
        movements.append(
            CashMovement(
                fact=FactRef("cash_transactions", number),
                key=f"C:{number}",
                day=happened.date(),
                at=happened if timed else None,
                amount=Decimal(cents).scaleb(-2),
                says="a dividend of AAA",
            )
        )
        counted.append(happened if timed else happened + dt.timedelta(hours=number * 7))

    def balance(day: int) -> ToldBalance:
        as_of = first + dt.timedelta(days=day, hours=3)
        total = sum(
            (each.amount or 0)
            for each, when in zip(movements, counted, strict=True)
            if when <= as_of
        )
        return ToldBalance(value=Decimal(10_000) + total, as_of=as_of)

    side = CashSide(
        account=1,
        currency="USD",
        balance=balance(start + length),
        anchor=balance(start),
        movements=movements,
    )
    assert judge_cash(side) == ()


@FEW
@given(st.lists(st.decimals(-(10**6), 10**6, places=4), min_size=1, max_size=30))
def test_a_total_of_rounded_parts_agrees_to_a_cent_for_each(values: list[Decimal]) -> None:
    total = sum(values, Decimal(0)).quantize(d("0.01"))
    parts = [Part(says="a part", value=each.quantize(d("0.01"))) for each in values]
    told = Total(account=1, currency="USD", tag="NetLiquidation", value=total, parts=parts)
    assert judge_total(told) == ()

"""Of thousands of holdings that differ, those are looked at together that one cause can explain."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.reconciliation import together
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.sides import Holding, InstrumentSide
from qm_tui.domain.reconciliation.words import Cause, Severity, Verdict

few = st.integers(1, 4)
instruments = st.builds(
    InstrumentSide,
    id=few,
    symbol=st.just("X"),
    type=st.sampled_from([InstrumentType.EQUITY, InstrumentType.EQUITY_OPTION]),
    currency=st.sampled_from(["USD", "EUR"]),
    multiplier=st.sampled_from([Decimal(1), Decimal(2)]),
    right=st.sampled_from([None, *Right]),
    underlying=st.none() | few,
    issuer=st.sampled_from([None, "A", "B"]),
    same_ticker=st.frozensets(few, max_size=1),
    successor=st.none() | few,
)
differences = st.sampled_from([Decimal(-2), Decimal(-1), Decimal(1), Decimal(2)])


def an_odd_one(account: int, instrument: InstrumentSide, difference: Decimal) -> together._Odd:
    found = Discrepancy(
        verdict=Verdict.QUANTITY,
        account=account,
        instrument=instrument.id,
        symbol=instrument.symbol,
        currency=None,
        expected=Decimal(0),
        actual=difference,
        difference=difference,
        currency_value=None,
        severity=Severity.MAJOR,
        cause=Cause.UNEXPLAINED,
        confidence=Decimal(0),
        explanation="",
    )
    return together._Odd(found, Holding(account=account, instrument=instrument), difference)


@settings(max_examples=150)
@given(st.lists(st.builds(an_odd_one, st.integers(1, 2), instruments, differences), max_size=6))
def test_nothing_is_missed_that_each_compared_with_each_would_find(
    odd: list[together._Odd],
) -> None:
    each_with_each = [
        (one.place, other.place, seen)
        for one, other in combinations(odd, 2)
        if (seen := together._pair(one, other)) is not None
    ]
    looked_at = [
        (one.place, other.place, seen)
        for one, other in together._pairs(odd)
        if (seen := together._pair(one, other)) is not None
    ]
    assert looked_at == each_with_each


def test_of_thousands_that_differ_few_are_compared_with_each_other() -> None:
    odd = [
        an_odd_one(1, InstrumentSide(id=number, symbol="X"), Decimal((-1) ** number))
        for number in range(2_000)
    ]
    assert not list(together._pairs(odd))

"""Section 1256 contracts: 26 USC 1256, Publication 550, Form 6781."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Event, Source, YearEndMark
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.section_1256 import is_section_1256, split_60_40
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import Closing, FindingKind, Origin, Term, View
from qm_tui.domain.instruments import InstrumentType
from tests.domain.booking.histories import ACCOUNT, a_fill, book, day, each, the

FUTURE = 21
FUTURES: Mapping[int, Security] = {
    FUTURE: Security(
        id=FUTURE, symbol="ESZ4", kind=InstrumentType.FUTURE, multiplier=Decimal(50),
        section_1256=True,
    )
}  # fmt: skip


def contracts(on: str, quantity: int, price: int) -> Event:
    return a_fill(on, quantity, price * 50, security=FUTURE)


def a_mark(on: str, price: int | None) -> YearEndMark:
    return YearEndMark(
        day=day(on), account=ACCOUNT, security=FUTURE,
        price=None if price is None else Decimal(price), source=Source("prices", 1),
    )  # fmt: skip


def marked(*events: Event, view: View = View.TAXPAYER) -> Booked:
    return book(*events, securities=FUTURES, view=view)


@pytest.mark.parametrize(
    ("kind", "root"),
    [
        (InstrumentType.EQUITY_OPTION, "SPX"),
        (InstrumentType.EQUITY_OPTION, "SPXW"),
        (InstrumentType.EQUITY_OPTION, "NDXP"),
        (InstrumentType.EQUITY_OPTION, "rutw "),
        (InstrumentType.EQUITY_OPTION, "VIX"),
        (InstrumentType.EQUITY_OPTION, "XSP"),
        (InstrumentType.FUTURE, "ES"),
        (InstrumentType.FUTURE_OPTION, "CL"),
        (InstrumentType.FUTURE, None),
    ],
)
def test_broad_index_options_and_futures_are_section_1256(
    kind: InstrumentType, root: str | None
) -> None:
    assert is_section_1256(kind, root)


@pytest.mark.parametrize(
    ("kind", "root"),
    [
        (InstrumentType.EQUITY_OPTION, "SPY"),
        (InstrumentType.EQUITY_OPTION, "QQQ"),
        (InstrumentType.EQUITY_OPTION, "IWM"),
        (InstrumentType.EQUITY_OPTION, "AAPL"),
        (InstrumentType.EQUITY_OPTION, None),
        (InstrumentType.EQUITY, "SPX"),
        (InstrumentType.FUND, "NDX"),
    ],
)
def test_options_on_funds_and_stocks_are_not(kind: InstrumentType, root: str | None) -> None:
    assert not is_section_1256(kind, root)


def test_the_user_has_the_last_word_on_a_root() -> None:
    says = {"SPY": True, "SPX": False, "AAPL1D": False}
    assert is_section_1256(InstrumentType.EQUITY_OPTION, "SPY", says)
    assert not is_section_1256(InstrumentType.EQUITY_OPTION, "SPX", says)
    assert not is_section_1256(InstrumentType.FUTURE, "AAPL1D", says)
    assert not is_section_1256(InstrumentType.EQUITY, "SPY", says)


def test_sixty_percent_is_long_term_whatever_the_holding() -> None:
    assert split_60_40(Decimal(1000)) == (Decimal(400), Decimal(600))
    assert split_60_40(Decimal("-0.01")) == (Decimal("-0.004"), Decimal("-0.006"))


@given(st.decimals(-(10**12), 10**12, places=10))
def test_the_two_parts_add_up(gain: Decimal) -> None:
    short, long = split_60_40(gain)
    assert short + long == gain


def test_a_mark_closes_and_reopens_at_the_price() -> None:
    booked = marked(contracts("2024-03-01", 2, 100), a_mark("2024-12-31", 110))
    [closed], [lot] = booked.slices, booked.lots
    assert the(closed, "how", "proceeds", "basis", "gain") == (Closing.MARK, 11_000, 10_000, 1_000)
    assert term_of(closed, FUTURES[FUTURE]) is Term.SECTION_1256
    assert the(lot, "quantity", "basis", "acquired", "holding_start", "origin", "bought") == (
        2, 11_000, day("2024-12-31"), day("2024-12-31"), Origin.MARK, None,
    )  # fmt: skip


def test_a_short_is_marked_too() -> None:
    booked = marked(contracts("2024-03-01", -2, 100), a_mark("2024-12-31", 110))
    assert each(booked.slices, "short", "gain") == [(True, -1_000)]
    assert each(booked.lots, "short", "basis") == [(True, 11_000)]


def test_the_gain_after_a_mark_counts_from_the_mark() -> None:
    booked = marked(
        contracts("2024-03-01", 1, 100), contracts("2024-06-03", 1, 120),
        a_mark("2024-12-31", 110), contracts("2025-02-03", -1, 130),
    )  # fmt: skip
    assert each(booked.slices, "gain") == [(500,), (-500,), (1000,)]
    assert each(booked.lots, "quantity", "basis") == [(1, 5_500)]


def test_a_marked_loss_is_no_wash_sale() -> None:
    booked = marked(
        contracts("2024-12-16", 1, 100), a_mark("2024-12-31", 80), contracts("2025-01-02", 1, 80)
    )
    assert booked.adjustments == []
    assert each(booked.slices, "gain", "disallowed") == [(-1_000, 0)]


def test_a_missing_price_is_reported_where_something_is_open() -> None:
    nothing = marked(a_mark("2024-12-31", None))
    assert nothing.findings == []
    booked = marked(contracts("2024-03-01", -2, 100), a_mark("2024-12-31", None))
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.MARK_MISSING, -2)]
    assert each(booked.lots, "basis") == [(10_000,)]


@given(
    trades=st.lists(st.tuples(st.integers(-5, 5).filter(bool), st.integers(50, 150)), max_size=8),
    price=st.integers(50, 150),
)
def test_a_mark_moves_gains_between_years_and_makes_none(
    trades: list[tuple[int, int]], price: int
) -> None:
    """Flat in the end, the sum of the gains is the same with and without the mark."""
    events = [
        contracts(f"2024-03-{n + 1:02}", quantity, at) for n, (quantity, at) in enumerate(trades)
    ]
    held = sum(quantity for quantity, _ in trades)
    events += [contracts("2025-02-03", -held, 100)] if held else []
    plain = marked(*events)
    with_mark = marked(*events, a_mark("2024-12-31", price))
    assert with_mark.lots == plain.lots == []
    assert _total(with_mark) == _total(plain)


def _total(booked: Booked) -> Decimal:
    return sum((closed.gain or Decimal(0) for closed in booked.slices), Decimal(0))

"""Events of DXLink: rows of values and objects to the latest of each symbol, and to records."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest

from qm_tui.brokers.tastytrade.dxlink_events import BadEvents, Feed
from qm_tui.brokers.tastytrade.ticks import Ticks, exact
from qm_tui.domain.instruments import Equity, EquityOption, Future, Instrument
from qm_tui.domain.records import Quote

NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(seconds=5)
SPY = Equity(symbol="SPY")
CALL = EquityOption(symbol="SPY   261218C00600000")


def taken(feed: Feed) -> list[tuple[str, str, tuple[object, ...]]]:
    return list(feed.taken(1000))


def ticks_of(instrument: Instrument, *events: tuple[str, Sequence[object]]) -> Ticks:
    ticks = Ticks(instrument)
    for kind, row in events:
        ticks.take(kind, ("SPY", *row), NOW, delayed=False)
    return ticks


def quote_of(instrument: Instrument, *events: tuple[str, Sequence[object]]) -> Quote:
    quote = ticks_of(instrument, *events).quote(delayed=False)
    assert quote is not None
    return quote


# --- messages ------------------------------------------------------------------------------------


def test_the_last_of_many_events_of_a_symbol_is_kept() -> None:
    feed = Feed(["SPY", "AAPL"])
    feed.add(["Quote", ["SPY", 1, 2, 3, 4, "AAPL", 5, 6, 7, 8, "SPY", 9, 10, 11, 12]], "Quote")
    feed.add(["Quote", ["AAPL", 5, 7, 7, 8]], "Quote")
    assert taken(feed) == [
        ("Quote", "SPY", ("SPY", 9, 10, 11, 12)),
        ("Quote", "AAPL", ("AAPL", 5, 7, 7, 8)),
    ]
    assert not feed.pending


def test_one_message_may_have_events_of_several_kinds() -> None:
    feed = Feed(["SPY"])
    feed.add(["Quote", ["SPY", 1, 2, 3, 4], "Trade", ["SPY", 5]], "Quote")
    assert [kind for kind, _, _ in taken(feed)] == ["Quote", "Trade"]


def test_fields_are_read_in_the_order_in_which_the_server_says_them() -> None:
    feed = Feed(["SPY"])
    feed.configure({"Quote": ["eventType", "askPrice", "bidPrice", "more", "eventSymbol"]})
    feed.add(["Quote", ["Quote", 2, 1, "?", "SPY"]], "Quote")
    assert taken(feed) == [("Quote", "SPY", ("SPY", 1, 2, None, None))]


def test_a_configuration_of_other_kinds_changes_nothing() -> None:
    feed = Feed(["SPY"])
    feed.configure(None)
    feed.configure({"Candle": ["open"], "Trade": ["price", "eventSymbol"]})
    feed.add(["Quote", ["SPY", 1, 2, 3, 4]], "Quote")
    feed.add(["Trade", [5, "SPY"]], "Trade")
    assert taken(feed) == [("Quote", "SPY", ("SPY", 1, 2, 3, 4)), ("Trade", "SPY", ("SPY", 5))]


@pytest.mark.parametrize("fields", ["text", {"Quote": "bidPrice"}, {"Quote": ["bidPrice"]}])
def test_a_configuration_that_cannot_be_read_is_refused(fields: object) -> None:
    with pytest.raises(BadEvents):
        Feed([]).configure(fields)


def test_objects_are_read_as_well() -> None:
    feed = Feed(["SPY"])
    event = {"eventType": "Trade", "eventSymbol": "SPY", "price": 5, "size": 1}
    feed.add([event, {"eventSymbol": "SPY", "bidPrice": 1}], "Quote")
    assert taken(feed) == [
        ("Quote", "SPY", ("SPY", 1, None, None, None)),
        ("Trade", "SPY", ("SPY", 5)),
    ]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"Quote": []},
        ["Quote"],
        ["Quote", "SPY"],
        ["Quote", ["SPY", 1, 2, 3]],
        ["Quote", [["SPY"], 1, 2, 3, 4]],
        [{"eventType": "Quote"}],
        [{"eventSymbol": "SPY"}, 7],
    ],
)
def test_a_message_that_cannot_be_read_is_refused(data: object) -> None:
    with pytest.raises(BadEvents):
        Feed([]).add(data, "Quote")


def test_events_of_kinds_nobody_asked_for_are_left_out() -> None:
    feed = Feed(["SPY"])
    feed.add(["Candle", ["SPY", 1]], "Quote")
    feed.add([{"eventType": "Candle", "eventSymbol": "SPY"}], "Quote")
    assert not feed.pending


def test_symbols_nobody_asked_for_do_not_pile_up() -> None:
    feed = Feed(["SPY"])
    feed.add(["Trade", ["SPY", 1]], "Trade")
    for number in range(3):
        names = [f"X{number}-{index}" for index in range(1000)]
        feed.add(["Trade", [value for name in names for value in (name, 1)]], "Trade")
    assert len(taken(feed)) <= 1001


def test_what_waits_longest_is_taken_first() -> None:
    feed = Feed(["A", "B", "C"])
    feed.add(["Trade", ["A", 1, "B", 1, "C", 1]], "Trade")
    assert [symbol for _, symbol, _ in feed.taken(2)] == ["A", "B"]
    feed.add(["Trade", ["A", 2, "C", 2]], "Trade")
    assert taken(feed) == [("Trade", "C", ("C", 2)), ("Trade", "A", ("A", 2))]


# --- prices --------------------------------------------------------------------------------------


def test_prices_are_exact_however_they_are_written() -> None:
    quote = quote_of(SPY, ("Quote", [Decimal("600.10"), "600.30", 1, 2]), ("Trade", [600.2]))
    assert (quote.bid, quote.ask, quote.last) == (
        Decimal("600.10"),
        Decimal("600.30"),
        Decimal("600.2"),
    )


def test_a_number_that_is_none_costs_only_itself() -> None:
    quote = quote_of(SPY, ("Quote", ["NaN", 600.3, "Infinity", 2]), ("Summary", [{"a": 1}]))
    assert (quote.bid, quote.ask, quote.last, quote.close) == (None, Decimal("600.3"), None, None)


def test_a_price_that_is_taken_back_is_unknown() -> None:
    ticks = ticks_of(SPY, ("Trade", [600]), ("Trade", ["NaN"]))
    assert ticks.quote(delayed=False) is None


def test_a_bid_of_0_counts_only_with_a_size() -> None:
    assert quote_of(CALL, ("Quote", [0, 0.05, 0, 10])).bid is None
    assert quote_of(CALL, ("Quote", [0, 0.05, 10, 10])).bid == 0


def test_only_futures_may_cost_less_than_nothing() -> None:
    events = ("Quote", [-37.6, -37.5, 1, 1]), ("Trade", [-37.55])
    assert quote_of(Future(symbol="CLK0"), *events).last == Decimal("-37.55")
    assert ticks_of(SPY, *events).quote(delayed=False) is None


@pytest.mark.parametrize(
    ("events", "mark"),
    [
        ([("Quote", [600.1, 600.3, 1, 1]), ("Trade", [599])], "600.2"),
        ([("Quote", [0, 0.05, 0, 1]), ("Trade", [3.00])], "0.025"),
        ([("Quote", ["NaN", 0.05, 5, 1])], "0.025"),
        ([("Quote", [0, 9.99, 0, 1]), ("Trade", [0.02])], "0.02"),
        ([("Quote", [0.05, 1.05, 5, 1]), ("Trade", [0.06])], "0.55"),
        ([("Quote", [0.05, "NaN", 5, 1]), ("Trade", [0.02])], "0.05"),
        ([("Quote", ["NaN", "NaN", 0, 0]), ("Trade", [0.02])], "0.02"),
        ([("Summary", [599])], None),
    ],
)
def test_a_holding_is_marked_at_the_middle_or_at_the_last_price(
    events: list[tuple[str, Sequence[object]]], mark: str | None
) -> None:
    assert ticks_of(CALL, *events).mark == (None if mark is None else Decimal(mark))


@pytest.mark.parametrize(
    ("quote", "last", "mark"),
    [
        ([599, 601, 1, 1], 600.5, "600"),
        ([0.01, 199_999, 1, 1], 600.5, "600.5"),
        ([610, 199_999, 1, 1], 600.5, "610"),
        (["NaN", 599, 0, 1], 600.5, "599"),
        ([601, "NaN", 1, 0], 600.5, "601"),
    ],
)
def test_a_share_is_not_marked_where_quotes_say_little(
    quote: Sequence[object], last: float, mark: str
) -> None:
    assert ticks_of(SPY, ("Quote", quote), ("Trade", [last])).mark == Decimal(mark)


@pytest.mark.parametrize("value", [None, True, "abc", "", "1" * 50, 10**30, float("nan"), [1]])
def test_what_is_no_sensible_number_is_unknown(value: object) -> None:
    assert exact(value) is None


# --- Greeks --------------------------------------------------------------------------------------

GREEKS = [0.21, 0.55, 0.01, -0.12, 0.1, 0.6]
"""Volatility, delta, gamma, theta, rho, vega."""


def milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_greeks_say_when_they_were_computed() -> None:
    ticks = ticks_of(CALL)
    ticks.take("Greeks", ("C", milliseconds(NOW), 13.2, *GREEKS), LATER, delayed=True)
    greeks = ticks.greeks
    assert greeks is not None
    assert greeks.as_of == NOW
    assert greeks.source == "tastytrade"
    assert greeks.delayed
    assert (greeks.delta, greeks.theta) == (Decimal("0.55"), Decimal("-0.12"))
    assert (greeks.rho, greeks.vega) == (Decimal("0.1"), Decimal("0.6"))
    assert (greeks.implied_volatility, greeks.option_price) == (Decimal("0.21"), Decimal("13.2"))


@pytest.mark.parametrize("time", [0, "NaN", -5, 10**20, milliseconds(LATER) + 60_000])
def test_greeks_with_an_absurd_time_are_of_when_they_came(time: object) -> None:
    ticks = ticks_of(CALL)
    ticks.take("Greeks", ("C", time, 13.2, *GREEKS), LATER, delayed=False)
    assert ticks.greeks is not None
    assert ticks.greeks.as_of == LATER


def test_a_greek_that_is_nan_costs_only_itself() -> None:
    ticks = ticks_of(CALL, ("Greeks", [0, 13.2, 0.21, "NaN", 0.01, -0.12, 0.1, 0.6]))
    assert ticks.greeks is not None
    assert (ticks.greeks.delta, ticks.greeks.gamma) == (None, Decimal("0.01"))


def test_no_greeks_at_all_leave_those_before_with_their_age() -> None:
    ticks = ticks_of(CALL, ("Greeks", [0, 13.2, *GREEKS]))
    ticks.take("Greeks", ("C", 0, *["NaN"] * 7), LATER, delayed=False)
    assert ticks.greeks is not None
    assert ticks.greeks.as_of == NOW
    assert ticks.answered == {"Greeks"}

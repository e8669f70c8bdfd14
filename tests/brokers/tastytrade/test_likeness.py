"""What the API and the exports tell of one history is alike, row for row."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qm_tui.brokers.tastytrade.likeness import likeness
from tests.brokers.tastytrade.histories import (
    NEW,
    NEW_WITH_TOTAL,
    OLD,
    Happening,
    delivery,
    kept,
    movement,
    open_export,
    record,
    shares,
)

happenings = st.builds(
    Happening,
    at=st.datetimes(
        dt.datetime(2018, 1, 2), dt.datetime(2026, 11, 20), timezones=st.just(dt.UTC)  # noqa: DTZ001
    ).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
    # The hour that the clocks go back is written twice without a zone.
    .filter(lambda at: at.month != 10),
    buys=st.booleans(),
    opens=st.booleans(),
    root=st.sampled_from(["AAPL", "F", "SPXW"]),
    expiry=st.none() | st.dates(dt.date(2018, 1, 5), dt.date(2029, 12, 31)),
    strike=st.integers(1, 99_999),
    call=st.booleans(),
    quantity=st.integers(1, 500),
    cents=st.integers(1, 500_000),
)  # fmt: skip


@given(history=st.lists(happenings, max_size=6).map(lambda some: some + some[:2]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_each_row_of_an_export_is_like_one_of_the_api(
    tmp_path: Path, history: list[Happening]
) -> None:
    by_api = [record(one.by_api()) for one in history]
    likenesses = Counter(trade.likeness for trade in by_api)
    keys = set()
    for header, lines in (
        (NEW, [one.by_export() for one in history]),
        (NEW_WITH_TOTAL, [one.by_export(total=True) for one in reversed(history)]),
        (OLD, [one.by_old_export() for one in history]),
    ):
        path = tmp_path / "export.csv"
        path.write_text(header + "".join(lines))
        trades = kept(open_export(path))
        assert Counter(trade.likeness for trade in trades) == likenesses
        assert booked(trades) == booked(by_api)
        keys.add(frozenset(trade.key for trade in trades))
    assert len(keys) == 1
    assert len(keys.pop()) == len(history)


def booked(trades: list[Any]) -> Counter[tuple[Any, ...]]:
    """What lots are made of, but for the second."""
    return Counter(
        (
            trade.instrument.symbol, trade.quantity, trade.price, trade.proceeds, trade.commission,
            trade.trade_date, trade.open_close, trade.transaction_type,
        )
        for trade in trades
    )  # fmt: skip


def from_export(tmp_path: Path, line: str) -> Any:
    """The record of a line of a present export."""
    path = tmp_path / "export.csv"
    path.write_text(NEW + line + "\n")
    [found] = kept(open_export(path))
    return found


def test_what_is_no_trade_is_alike_too(tmp_path: Path) -> None:
    pairs = [
        (
            delivery("Assignment", quantity="1.0"),
            "2023-06-09T23:00:00+0200,Receive Deliver,Assignment,,RIVN  230609P00014000,"
            "Equity Option,Removal of option due to assignment,0.00,1,0.00,--,0.00,100,RIVN,RIVN,"
            "6/9/23,14,PUT,,USD",
        ),
        (
            shares("Forward Split", "Sell to Close", "54", value="9940.86", value_effect="Credit"),
            "2023-06-09T23:00:00+0200,Receive Deliver,Forward Split,SELL_TO_CLOSE,TQQQ,Equity,"
            'Forward split: Close 54.0 TQQQ,"9,940.86",54,184.09,--,0.00,,,,,,,,USD',
        ),
        (
            shares("ACAT", "Buy to Open", "1000"),
            "2023-06-09T23:00:00+0200,Receive Deliver,ACAT,BUY_TO_OPEN,TQQQ,Equity,"
            'Received 1000 Long TQQQ via ACAT,0.00,"1,000",0.00,--,0.00,,,,,,,,USD',
        ),
        (
            # Old exports call interest a deposit.
            movement("Credit Interest", "0.06", description="INTEREST ON CREDIT BALANCE"),
            "2023-06-09T23:00:00+0200,Money Movement,Deposit,,,,INTEREST ON CREDIT BALANCE,0.06,0,"
            ",--,0.00,,,,,,,,USD",
        ),
    ]
    for by_api, line in pairs:
        one, other = record(by_api), from_export(tmp_path, line)
        assert type(one) is type(other)
        assert one.likeness == other.likeness


def test_what_differs_is_not_alike() -> None:
    at = dt.datetime(2026, 11, 20, 15, 30, 59, tzinfo=dt.UTC)
    base: dict[str, Any] = {
        "kind": "Trade", "what": "buy", "moment": at, "symbol": "A", "quantity": Decimal(1),
        "value": Decimal(-10),
    }  # fmt: skip
    others: list[dict[str, Any]] = [
        {"moment": at + dt.timedelta(seconds=1)},
        {"symbol": "B"},
        {"quantity": Decimal(2)},
        {"value": Decimal(10)},
        {"what": "sell"},
        {"kind": "Receive Deliver"},
    ]
    told = {likeness(**(base | other)) for other in others}
    assert likeness(**base) not in told
    assert len(told) == len(others)


def test_seconds_zones_and_ways_to_write_numbers_make_no_difference() -> None:
    at = dt.datetime(2026, 11, 20, 15, 30, 5, tzinfo=dt.UTC)
    there = at.replace(second=0).astimezone(dt.timezone(dt.timedelta(hours=2)))
    assert likeness("Trade", "buy", at, "A", Decimal("10.0"), Decimal("-1500.0")) == likeness(
        "TRADE", "buy", there, "A", Decimal(-10), Decimal(-1500)
    )


def test_an_adjusted_option_is_like_what_an_export_calls_by_the_old_name() -> None:
    at = dt.datetime(2020, 5, 19, 15, 30, tzinfo=dt.UTC)
    one, other = (
        likeness("Trade", "sell", at, symbol, Decimal(6), Decimal(30))
        for symbol in ("USO1  200717P00002000", "USO   200717P00002000")
    )
    assert one == other

"""Section 1256 contracts are marked at every year's end at which they were open."""

from decimal import Decimal

from qm_tui.domain.booking.events import Source, YearEndMark
from qm_tui.domain.booking.facts import YearEndPrice
from qm_tui.domain.words import OptionEventType
from tests.domain.booking.translate.told import (
    FUTURE,
    INDEX_CALL,
    STOCK,
    Fact,
    a_trade,
    a_transfer,
    an_end,
    day,
    these,
    translated,
)


def marks(*facts: Fact, **more: object) -> list[YearEndMark]:
    found = translated(*facts, **more)
    return [event for event in found.events if isinstance(event, YearEndMark)]


def test_an_open_contract_is_marked_at_the_last_business_day_at_its_price() -> None:
    price = YearEndPrice(FUTURE, day("2022-12-30"), Decimal(3860), 17)
    (mark,) = marks(
        a_trade("2022-11-01", 1, 3800, FUTURE),
        a_trade("2023-02-01", -1, 3900, FUTURE),
        year_end_prices=[price],
    )
    assert these(mark.day, mark.price, mark.security) == (day("2022-12-30"), Decimal(3860), FUTURE)
    assert mark.source == Source("positions", 17)


def test_without_a_price_the_mark_is_there_all_the_same() -> None:
    (mark,) = marks(a_trade("2023-11-01", 1, 3800, FUTURE), a_trade("2024-02-01", -1, 3900, FUTURE))
    assert these(mark.day, mark.price) == (day("2023-12-29"), None)


def test_what_was_closed_before_is_not_marked() -> None:
    assert not marks(
        a_trade("2023-11-01", 1, 3800, FUTURE),
        a_trade("2023-12-01", -1, 3900, FUTURE),
        a_trade("2024-02-01", 100),
    )


def test_years_after_the_last_day_known_and_after_expiry_are_not_marked() -> None:
    assert not marks(a_trade("2024-11-01", 1, 3800, FUTURE), a_trade("2024-12-20", 100))
    assert not marks(a_trade("2024-03-01", 1, 5, INDEX_CALL), a_trade("2025-06-01", 100))


def test_every_year_has_its_mark() -> None:
    found = marks(a_trade("2020-11-01", 1, 3800, FUTURE), a_trade("2023-02-01", 100))
    assert [mark.day.year for mark in found] == [2020, 2021, 2022]
    assert len({mark.key for mark in found}) == 3


def test_what_was_transferred_in_is_held_too() -> None:
    assert len(marks(a_transfer("2023-11-01", 1, security=FUTURE), a_trade("2024-01-05", 1))) == 1


def test_an_end_that_only_an_event_tells_ends_it() -> None:
    assert not marks(
        a_trade("2023-01-03", 1, 5, INDEX_CALL),
        an_end(OptionEventType.EXPIRATION, "2023-06-16", -1, INDEX_CALL),
        a_trade("2024-03-15", 100, security=STOCK),
    )


def test_stock_is_not_marked() -> None:
    assert not marks(a_trade("2023-01-03", 100), a_trade("2024-03-15", -100))

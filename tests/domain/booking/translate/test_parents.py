"""What an action happens to is found by what its text calls it."""

import datetime as dt

from qm_tui.domain.booking.securities import Alias
from qm_tui.domain.booking.translate.descriptions import said
from qm_tui.domain.booking.translate.parents import bearers

DAY = dt.date(2024, 8, 26)
TEXT = said("PAR(US0000000026) SPINOFF  1 FOR 5 (CHD, CHILD INC, US0000000027)")


def named(scheme: str, value: str, first: str = "", last: str = "") -> Alias:
    return Alias(scheme, value, _day(first), _day(last))


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def test_an_identifier_goes_before_a_ticker() -> None:
    aliases = {1: [named("ticker", "PAR")], 2: [named("isin", "US0000000026")]}
    assert bearers(TEXT, DAY, aliases, held={1, 2}) == [2]


def test_an_isin_has_a_cusip_in_it() -> None:
    assert bearers(TEXT, DAY, {2: [named("cusip", "000000002")]}, held={2}) == [2]


def test_the_ticker_counts_where_nothing_of_the_account_bears_the_identifier() -> None:
    aliases = {1: [named("ticker", "PAR")], 2: [named("isin", "US0000000026")]}
    assert bearers(TEXT, DAY, aliases, held={1}) == [1]


def test_what_is_not_held_is_better_than_nothing() -> None:
    aliases = {1: [named("ticker", "PAR")], 2: [named("isin", "US0000000026")]}
    assert bearers(TEXT, DAY, aliases, held=set()) == [2]


def test_of_two_that_bore_a_ticker_the_one_of_that_time_counts() -> None:
    aliases = {
        1: [named("ticker", "PAR", "2010-01-04", "2015-03-02")],
        2: [named("ticker", "PAR", "2023-01-15", "2023-01-15")],
    }
    assert bearers(TEXT, DAY, aliases, held={1, 2}) == [2]


def test_a_ticker_may_be_spelled_in_more_than_one_way() -> None:
    text = said("BRK.B(US0846707026) SPINOFF  1 FOR 5 (CHD, CHILD INC, US0000000027)")
    assert bearers(text, DAY, {1: [named("ticker", "BRK B")]}, held={1}) == [1]


def test_a_text_that_says_nothing_names_nothing() -> None:
    assert bearers(said("spun off"), DAY, {1: [named("ticker", "PAR")]}, held={1}) == []

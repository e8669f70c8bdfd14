"""How values lie in the store: every digit of a number, every time with its zone."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.exact import canonical, utc_text
from qm_tui.store.store import Store
from qm_tui.store.texts import json_text
from tests.builders import a_batch, a_cash_transaction, a_position, a_trade
from tests.store.stores import contents, tell, told, values

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=None)


@given(DECIMALS.filter(lambda value: abs(value.adjusted()) < 200))
def test_a_number_is_written_without_losing_a_digit(value: Decimal) -> None:
    assert Decimal(canonical(value)) == value


@given(DECIMALS.filter(lambda value: abs(value.adjusted()) < 200), st.integers(0, 5))
def test_equal_numbers_are_written_alike(value: Decimal, zeros: int) -> None:
    padded = Decimal(f"{value:f}{'' if '.' in f'{value:f}' else '.'}{'0' * zeros}")

    assert canonical(padded) == canonical(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1E-18", "0.000000000000000001"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("-0E+3", "0"),
        ("1E+3", "1000"),
        ("1.50", "1.5"),
        ("-100.00", "-100"),
        ("100", "100"),
    ],
)
def test_a_number_has_one_way_to_be_written(value: str, text: str) -> None:
    assert canonical(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a number that can be stored"):
        canonical(Decimal(value))


@pytest.mark.parametrize(
    "amount", ["1E-18", "-0.000000000000000001", "123456789012345678901234567890.123456789", "0"]
)
async def test_an_amount_comes_back_exactly(store: Store, amount: str) -> None:
    await tell(store, told(a_batch(a_cash_transaction(amount=amount))))

    found = await contents(store.reader)
    assert values(found["cash_transactions"], "amount") == [Decimal(amount)]


async def test_minus_zero_is_zero(store: Store) -> None:
    await tell(store, told(a_batch(a_cash_transaction(amount="-0.00"))))

    (amount,) = values((await contents(store.reader))["cash_transactions"], "amount")
    assert str(amount) == "0"


async def test_a_time_comes_back_in_utc(store: Store) -> None:
    here = dt.datetime(2024, 3, 15, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=-4)))
    await tell(store, told(a_batch(a_trade(executed_at=here))))

    (moment,) = values((await contents(store.reader))["trades"], "executed_at")
    assert (moment, moment.tzinfo) == (here, dt.UTC)


@pytest.mark.parametrize(
    "record",
    [
        a_trade(executed_at=dt.datetime(2024, 3, 15)),  # noqa: DTZ001 - the point of the test
        a_position(as_of=dt.datetime(2024, 3, 15)),  # noqa: DTZ001
    ],
    ids=["fact", "observation"],
)
async def test_a_time_without_zone_is_refused_and_nothing_stored(
    store: Store, record: object
) -> None:
    before = await contents(store.reader)
    with pytest.raises(ValueError, match="without zone"):
        await tell(store, told(a_batch(a_trade(), record, section="trades")))  # type: ignore[arg-type]

    assert await contents(store.reader) == before


def test_times_sort_as_text() -> None:
    moments = [
        dt.datetime(2024, 3, 15, 20, 0, tzinfo=dt.UTC),
        dt.datetime(2024, 3, 15, 20, 0, 0, 1, tzinfo=dt.UTC),
        dt.datetime(2024, 3, 15, 17, 0, tzinfo=dt.timezone(dt.timedelta(hours=-4))),
    ]

    assert [utc_text(moment) for moment in moments] == sorted(map(utc_text, moments))


def test_equal_mappings_are_equal_text() -> None:
    assert json_text({"b": "2", "a": "ä"}) == json_text({"a": "ä", "b": "2"}) == '{"a":"ä","b":"2"}'

"""What accounts were worth day by day: nothing is invented, nothing counted twice."""

import datetime as dt
from decimal import Decimal

from qm_tui.queries.conversion import RatesByDay, common_base, rate
from qm_tui.queries.net_liquidation import net_liquidation
from qm_tui.store.reading.rates import newest_rates
from qm_tui.store.reading.value_history import daily_rates
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_balance, a_batch, a_nav, an_account, an_fx_rate

ONE, OTHER = "U1234567", "U7654321"
DAY = dt.date(2024, 3, 15)


async def save(store: Store, *records: object) -> None:
    source = Source(connection="ib", broker="ibkr", kind="sync", live=True)
    async with store.writer.unit(source) as unit:
        for record in records:
            await unit.save(a_batch(record))  # type: ignore[arg-type]


def a_day(account: str, days: int, total: str, currency: str = "USD") -> object:
    day = DAY + dt.timedelta(days=days)
    return a_nav(account=account, to_date=day, total=Decimal(total), currency=currency)


async def test_values_of_a_day_are_summed_over_accounts(store: Store) -> None:
    await save(
        store, an_account(), an_account(OTHER),
        a_day(ONE, 0, "100.10"), a_day(ONE, 1, "110"), a_day(OTHER, 0, "50"), a_day(OTHER, 1, "40"),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert [value for _, value in view.total.points] == [Decimal("150.10"), Decimal(150)]
    assert [each.account for each in view.accounts] == [ONE, OTHER]


async def test_an_account_counts_from_its_first_day_on_and_that_is_told(store: Store) -> None:
    await save(
        store, an_account(), an_account(OTHER, nickname="Late"),
        a_day(ONE, 0, "100"), a_day(ONE, 1, "100"), a_day(OTHER, 1, "40"),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert [value for _, value in view.total.points] == [Decimal(100), Decimal(140)]
    assert view.begun == (("Late", DAY + dt.timedelta(days=1)),)


async def test_between_two_values_far_apart_the_sum_is_unknown(store: Store) -> None:
    await save(
        store, an_account(), an_account(OTHER),
        a_day(ONE, 0, "100"), a_day(ONE, 60, "120"),
        *(a_day(OTHER, days, "10") for days in (0, 5, 30, 60)),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert [value for _, value in view.total.points] == [
        Decimal(110), None, None, Decimal(130),
    ]  # fmt: skip


async def test_what_an_account_was_last_worth_holds_until_it_is_closed(store: Store) -> None:
    gone = DAY + dt.timedelta(days=2)
    await save(
        store, an_account(), an_account(OTHER, closed=gone),
        *(a_day(ONE, days, "100") for days in range(5)), a_day(OTHER, 0, "7"),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert [value for _, value in view.total.points] == [Decimal(107)] * 3 + [Decimal(100)] * 2


async def test_an_answer_of_the_evening_is_newer_than_one_of_the_morning(store: Store) -> None:
    early = dt.datetime(2024, 3, 18, 14, 0, tzinfo=dt.UTC)
    for hours, value in ((0, "100"), (4, "101"), (2, "99")):
        await save(
            store,
            an_account(),
            a_balance(tag="NetLiquidation", value=value, as_of=early + dt.timedelta(hours=hours)),
        )
    view = await net_liquidation(store.reader)
    assert view.total.points == ((dt.date(2024, 3, 18), Decimal(101)),)


async def test_currencies_are_converted_with_the_rate_of_the_day(store: Store) -> None:
    await save(
        store, an_account(), an_account(OTHER, base_currency="EUR"),
        an_fx_rate(date=DAY, rate="1.10"),
        an_fx_rate(date=DAY + dt.timedelta(days=1), rate="1.20"),
        a_day(ONE, 0, "100"), a_day(ONE, 1, "100"),
        a_day(OTHER, 0, "10", "EUR"), a_day(OTHER, 1, "10", "EUR"),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert view.base_currency == "USD"
    assert [value for _, value in view.total.points] == [Decimal("111.0"), Decimal("112.0")]


async def test_a_third_currency_leads_from_one_to_the_other(store: Store) -> None:
    await save(
        store, an_account(), an_account(OTHER, base_currency="GBP"),
        an_fx_rate(date=DAY, rate="1.25"),
        an_fx_rate(date=DAY, from_currency="GBP", to_currency="EUR", rate="1.2"),
        a_day(ONE, 0, "100"), a_day(OTHER, 0, "10", "GBP"),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert [value for _, value in view.total.points] == [Decimal(115)]


async def test_only_rates_of_the_currencies_that_matter_are_read(store: Store) -> None:
    await save(
        store,
        an_fx_rate(date=DAY, rate="1.1"),
        an_fx_rate(date=DAY, from_currency="JPY", rate="0.01"),
    )
    named = await store.reader.read(daily_rates, {"USD", "EUR"})
    assert named == {("EUR", "USD"): [(DAY, Decimal("1.1"))]}
    assert len(await store.reader.read(daily_rates)) == 2


async def test_of_many_rates_the_newest_holds_that_is_not_too_late(store: Store) -> None:
    await save(
        store,
        *(an_fx_rate(date=DAY + dt.timedelta(days=n), rate=f"1.{n + 1}") for n in (2, 0, 1)),
        an_fx_rate(date=DAY + dt.timedelta(days=2), from_currency="JPY", rate="0.01"),
    )
    newest = await store.reader.read(newest_rates)
    assert newest == {("EUR", "USD"): Decimal("1.3"), ("JPY", "USD"): Decimal("0.01")}
    then = await store.reader.read(newest_rates, DAY + dt.timedelta(days=1))
    assert then == {("EUR", "USD"): Decimal("1.2")}


async def test_what_cannot_be_converted_is_named_and_left_out(store: Store) -> None:
    await save(
        store, an_account(), an_account(OTHER, base_currency="CHF"),
        a_day(ONE, 0, "100"), a_day(OTHER, 0, "10", "CHF"),
    )  # fmt: skip
    view = await net_liquidation(store.reader)
    assert view.unconverted == (OTHER,)
    assert view.total.points == ((DAY, Decimal(100)),)


async def test_an_empty_store_has_no_history(store: Store) -> None:
    view = await net_liquidation(store.reader)
    assert view.total.points == ()
    assert view.accounts == ()


def test_a_rate_is_found_the_other_way_round_and_by_a_third_currency() -> None:
    rates = {("EUR", "USD"): Decimal("1.25"), ("GBP", "USD"): Decimal("1.5")}
    assert rate(rates, "USD", "EUR") == Decimal("0.8")
    assert rate(rates, "GBP", "EUR") == Decimal("1.2")
    assert rate(rates, "JPY", "EUR") is None
    assert rate(rates, "EUR", "EUR") == 1


def test_a_day_before_all_rates_has_the_first_of_them() -> None:
    rates = RatesByDay({("EUR", "USD"): [(DAY, Decimal("1.1"))]})
    assert rates.rate("EUR", "USD", DAY - dt.timedelta(days=9)) == Decimal("1.1")


def test_sums_are_in_the_currency_of_most_accounts() -> None:
    assert common_base(["EUR", "EUR", "USD", None]) == "EUR"
    assert common_base(["EUR", "USD"]) == "USD"
    assert common_base([None]) is None

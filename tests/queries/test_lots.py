"""Derived lots and gains as they are shown: narrowed to a view, signed, summed exactly."""

import datetime as dt
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.booking.finding_words import ADJUSTMENT_WORDS, FINDING_WORDS
from qm_tui.domain.booking.words import AdjustmentKind, FindingKind, View
from qm_tui.domain.selection import Order, Scope
from qm_tui.queries import lots
from qm_tui.queries.lot_views import GainView
from qm_tui.queries.paging import PAGE_SIZE
from qm_tui.store.reading.booked import gains_of
from qm_tui.store.store import Store
from tests.builders import a_batch, a_position, holds
from tests.queries.derived import FIRST, SECOND, derived_in
from tests.store.stores import tell, told

TODAY = dt.date(2025, 6, 20)


def the(view: object, *names: str) -> tuple[Any, ...]:
    """Some fields of a view."""
    return tuple(getattr(view, name) for name in names)


async def gains_in(store: Store, scope: Scope = Scope(), **how: Any) -> list[GainView]:
    found, after = await lots.gains(store.reader, scope, **({"today": TODAY} | how)).onward(None)
    assert after is None
    return list(found)


async def test_a_lot_says_how_long_it_was_held_and_what_it_is_worth(store: Store) -> None:
    derived = await derived_in(store)
    derived.lot(wash_adjustment=25)
    at = dt.datetime(2025, 6, 19, 20, tzinfo=dt.UTC)
    held = a_position(as_of=at, quantity=100, market_price="12.5", market_value=1250)
    await tell(store, told(a_batch(held, holds=[holds("positions", as_of=at)])))

    [lot] = await lots.lots(store.reader, today=TODAY)

    assert the(lot, "account", "symbol", "number", "source", "view") == (
        FIRST, "AAPL", 1, "derived", "taxpayer",
    )  # fmt: skip
    assert the(lot, "days_held", "days_to_long_term", "term") == (169, 197, "short")
    assert the(lot, "unit_cost", "cost_basis_usd", "wash_adjustment") == (10, 1000, 25)
    assert the(lot, "market_price", "market_value", "unrealized_pnl", "as_of") == (
        Decimal("12.5"), 1250, 250, at,
    )  # fmt: skip
    assert lot.document_id is not None


async def test_without_a_position_nobody_knows_the_value_of_a_lot(store: Store) -> None:
    (await derived_in(store)).lot()

    [lot] = await lots.lots(store.reader, today=TODAY)

    assert the(lot, "market_price", "market_value", "unrealized_pnl", "as_of") == (None,) * 4


async def test_a_price_in_other_money_is_no_price_of_the_lot(store: Store) -> None:
    (await derived_in(store)).lot(currency="EUR")
    await tell(store, told(a_batch(a_position(market_price=12), holds=[holds("positions")])))

    [lot] = await lots.lots(store.reader, today=TODAY)

    assert lot.market_value is None


@pytest.mark.parametrize(
    ("changes", "term", "left"),
    [
        ({"holding_start": "2024-06-19"}, "long", None),
        ({"holding_start": "2024-06-20"}, "short", 1),
        ({"quantity": -5, "cost_basis": -50}, "short", None),
        ({"section_1256": 1}, "section_1256", None),
        ({"holding_start": None, "acquisition_date": None}, None, None),
    ],
)
async def test_the_term_of_a_lot_is_that_of_a_sale_today(
    store: Store, changes: dict[str, Any], term: str | None, left: int | None
) -> None:
    (await derived_in(store)).lot(**changes)

    [lot] = await lots.lots(store.reader, today=TODAY)

    assert the(lot, "term", "days_to_long_term") == (term, left)


async def test_each_view_has_its_own_rows_and_those_that_stand_for_all(store: Store) -> None:
    derived = await derived_in(store)
    derived.lot(view="every", number=1)
    for number, view in enumerate(View, start=2):
        derived.lot(view=view, number=number)
        derived.gain(view=view, number=number)

    for number, view in enumerate(View, start=2):
        found = await lots.lots(store.reader, view=view, today=TODAY)
        assert [lot.number for lot in found] == [1, number]
        assert {lot.view for lot in found} == {view.value}
        [gain] = await gains_in(store, view=view)
        assert the(gain, "number", "view") == (number, view.value)


async def test_an_account_and_a_symbol_narrow_lots_and_gains(store: Store) -> None:
    derived = await derived_in(store)
    for account in (FIRST, SECOND):
        derived.lot(account=account)
        derived.gain(account=account)

    for scope in (Scope(account=SECOND), Scope(text="u2")):
        [lot] = await lots.lots(store.reader, scope, today=TODAY)
        [gain] = await gains_in(store, scope)
        assert lot.account == gain.account == SECOND
    assert await lots.lots(store.reader, Scope(symbol="MSFT"), today=TODAY) == []
    assert await gains_in(store, Scope(symbol="MSFT")) == []


# --- gains -----------------------------------------------------------------------------------


async def test_a_gain_keeps_what_was_disallowed_apart(store: Store) -> None:
    derived = await derived_in(store)
    derived.gain(proceeds=80, cost_basis=100, gain=-20, wash_disallowed=20)

    [gain] = await gains_in(store)

    assert the(gain, "gain", "wash_disallowed", "net_gain", "net_gain_usd") == (-20, 20, 0, 0)
    assert gain.document_id is not None
    assert gain.document_row is not None
    assert gain.tax_treatment == "taxable"


async def test_an_unknown_basis_makes_an_unknown_gain_and_no_zero(store: Store) -> None:
    (await derived_in(store)).gain(cost_basis=None, gain=None, basis_status="unknown", term=None)

    [gain] = await gains_in(store)

    assert the(gain, "proceeds", "cost_basis", "gain", "net_gain") == (150, None, None, None)
    assert gain.provisional is False


LOSS: dict[str, Any] = {"proceeds": 80, "cost_basis": 100, "gain": -20}


@pytest.mark.parametrize(
    ("changes", "view", "provisional"),
    [
        (LOSS | {"disposition_date": "2025-05-21"}, View.TAXPAYER, True),
        (LOSS | {"disposition_date": "2025-05-20"}, View.TAXPAYER, False),
        (LOSS, View.BROKER, True),
        (LOSS, View.ECONOMIC, False),
        (LOSS | {"wash_disallowed": 5}, View.TAXPAYER, True),
        (LOSS | {"wash_disallowed": 20}, View.TAXPAYER, False),
        (LOSS | {"account": SECOND}, View.TAXPAYER, False),
        (LOSS | {"term": "section_1256"}, View.TAXPAYER, False),
        ({}, View.TAXPAYER, False),
    ],
    ids=[
        "thirty days ago", "thirty-one days ago", "for the broker", "without wash sales",
        "washed in part", "washed as a whole", "in an IRA", "marked to market", "a gain",
    ],
)  # fmt: skip
async def test_a_loss_is_provisional_while_a_purchase_could_disallow_it(
    store: Store, changes: dict[str, Any], view: View, provisional: bool
) -> None:
    (await derived_in(store)).gain(**changes)

    [gain] = await gains_in(store, view=view)

    assert gain.provisional is provisional


@pytest.mark.parametrize(
    ("changes", "view", "box", "code"),
    [
        ({}, View.TAXPAYER, "A", None),
        ({"term": "long"}, View.TAXPAYER, "D", None),
        (LOSS | {"wash_disallowed": 20}, View.TAXPAYER, "A", "W"),
        (LOSS | {"wash_disallowed": 20}, View.BROKER, "A", "W"),
        ({"acquisition_date": "2010-12-31", "term": "long"}, View.TAXPAYER, "E", None),
        ({}, View.ECONOMIC, None, None),
        ({"account": SECOND}, View.TAXPAYER, None, None),
        ({"term": "section_1256"}, View.TAXPAYER, None, None),
        ({"term": None, "gain": None}, View.TAXPAYER, None, None),
    ],
    ids=[
        "covered", "long-term", "washed", "washed for the broker", "from before brokers had to",
        "without wash sales", "in an IRA", "on Form 6781", "unknown",
    ],
)  # fmt: skip
async def test_a_gain_knows_its_box_and_code_on_form_8949(
    store: Store, changes: dict[str, Any], view: View, box: str | None, code: str | None
) -> None:
    (await derived_in(store)).gain(**changes)

    [gain] = await gains_in(store, view=view)

    assert (gain.form_8949_box, gain.form_8949_code) == (box, code)


async def test_a_value_of_many_digits_is_not_rounded(store: Store) -> None:
    derived = await derived_in(store)
    derived.lot(quantity="1234567890.0123456789", cost_basis="0.0000000001")
    price = Decimal("98765.432100123")
    held = a_position(market_price=price)
    await tell(store, told(a_batch(held, holds=[holds("positions")])))

    [lot] = await lots.lots(store.reader, today=TODAY)

    assert str(lot.market_value) == "121932631114006.4471615978712085047"


def test_the_labels_of_the_listing_are_the_fields_of_the_view() -> None:
    shown = {field.name for field in fields(GainView)}

    assert set(gains_of(View.TAXPAYER).columns) - {
        "instrument_type", "wash_in_basis", "basis_status",
    } == shown - {"provisional", "form_8949_box", "form_8949_code"}  # fmt: skip


@pytest.mark.parametrize("descending", [False, True])
async def test_every_field_of_the_listing_sorts_and_pages(store: Store, descending: bool) -> None:
    derived = await derived_in(store)
    for number in range(PAGE_SIZE + 7):
        day = dt.date(2024, 1, 1) + dt.timedelta(days=number % 90)
        derived.gain(gain=number % 11 - 5, wash_disallowed=number % 3, disposition_date=day)
    derived.gain(gain=None, tax_gain=None, acquisition_date=None)
    for field in sorted(set(gains_of(View.TAXPAYER).columns) & {f.name for f in fields(GainView)}):
        order = Order(field=field, descending=descending)
        pages = lots.gains(store.reader, order=order, today=TODAY)
        rows = list(await pages.page(None))
        for anchor in await pages.anchors():
            rows += await pages.page(anchor)

        assert len({row.id for row in rows}) == len(rows) == await pages.count() == PAGE_SIZE + 8
        known = [value for row in rows if (value := getattr(row, field)) is not None]
        assert known == sorted(known, reverse=descending), field


# --- years -----------------------------------------------------------------------------------


async def test_years_are_summed_exactly_and_an_ira_apart(store: Store) -> None:
    derived = await derived_in(store)
    for _ in range(10):
        derived.gain(gain="0.1")
    derived.gain(gain="-5.3", wash_disallowed="1.3", term="long")
    derived.gain(gain="1000", term="section_1256", disposition_date="2025-12-31")
    derived.gain(gain=None, term=None, cost_basis=None)
    derived.gain(gain=7, account=SECOND)
    derived.gain(gain=3, disposition_date="2024-12-31")

    newest, in_ira, older = await lots.gain_years(store.reader)

    assert the(newest, "year", "tax_treatment") == (2025, "taxable")
    assert the(newest, "short", "long", "disallowed") == (1, -4, Decimal("1.3"))
    assert the(newest, "section_1256", "section_1256_short", "section_1256_long") == (
        1000, 400, 600,
    )  # fmt: skip
    assert the(newest, "count", "unknown", "total") == (13, 1, 997)
    assert the(in_ira, "year", "tax_treatment", "total") == (2025, "ira", 7)
    assert the(older, "year", "total") == (2024, 3)


async def test_a_year_is_that_of_the_sale_and_no_text(store: Store) -> None:
    derived = await derived_in(store)
    derived.gain(number=1, disposition_date="2024-12-31")
    derived.gain(number=2, disposition_date="2025-01-01", acquisition_date="2024-03-01")
    derived.gain(number=3, disposition_date="2025-12-31")
    derived.gain(number=4, disposition_date="2026-01-01")

    of_year = Scope(year=2025)
    assert {gain.number for gain in await gains_in(store, of_year)} == {2, 3}
    assert [year.year for year in await lots.gain_years(store.reader, of_year)] == [2025]


async def test_an_amount_without_a_rate_is_unknown_in_the_year(store: Store) -> None:
    derived = await derived_in(store)
    derived.gain(gain=50, tax_gain=None, currency="EUR")

    [year] = await lots.gain_years(store.reader)

    assert the(year, "total", "unknown") == (0, 1)


async def test_what_an_ira_bought_is_lost_for_good(store: Store) -> None:
    derived = await derived_in(store)
    derived.gain(**LOSS, wash_disallowed=20, permanent_disallowed=20, view="taxpayer", number=1)
    derived.adjustment(kind="permanent_wash_sale", view="taxpayer", lot_number=None)

    [year] = await lots.gain_years(store.reader)
    [adjustment] = await lots.adjustments(store.reader)

    assert the(year, "total", "disallowed", "permanent") == (0, 20, 20)
    assert the(adjustment, "to_account", "amount") == (None, 20)
    assert "lost for good" in adjustment.words


async def test_an_adjustment_says_where_the_loss_came_from_and_went(store: Store) -> None:
    derived = await derived_in(store)
    derived.gain(**LOSS, wash_disallowed=20, view="taxpayer", number=1)
    derived.lot(view="taxpayer", number=2, account=SECOND)
    derived.adjustment(view="taxpayer")

    [adjustment] = await lots.adjustments(store.reader)

    assert the(adjustment, "account", "to_account") == (FIRST, SECOND)
    assert the(adjustment, "sold_on", "day") == (dt.date(2025, 6, 2), dt.date(2025, 6, 10))
    assert await lots.adjustments(store.reader, view=View.ECONOMIC) == []


# --- findings --------------------------------------------------------------------------------


async def test_a_finding_says_what_to_do_and_where_it_comes_from(store: Store) -> None:
    (await derived_in(store)).finding()

    [finding] = await lots.findings(store.reader)

    assert "import the older history" in finding.words
    assert the(finding, "quantity", "table") == (10, "trades")
    assert finding.document_id is not None
    assert await lots.findings(store.reader, Scope(account=SECOND)) == []


def test_every_kind_of_finding_and_adjustment_has_its_words() -> None:
    assert set(FINDING_WORDS) == set(FindingKind)
    assert set(ADJUSTMENT_WORDS) == set(AdjustmentKind)


async def test_the_state_says_whether_anything_is_derived(store: Store) -> None:
    assert (await lots.derived_state(store.reader)).derived is False

    derived = await derived_in(store)
    assert (await lots.derived_state(store.reader)).derived is False

    derived.lot()
    assert (await lots.derived_state(store.reader)).derived is True

"""What a sale would bring, before anybody makes it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.booking.events import Event, Fill
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.securities import MethodFrom, Security
from qm_tui.domain.booking.what_if import Outcome, Sale, what_if
from qm_tui.domain.booking.words import LotMethod, Term, View
from qm_tui.domain.instruments import InstrumentType
from tests.domain.booking.histories import (
    ACCOUNT,
    ACCOUNTS,
    IRA,
    OTHER_STOCK,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    Number,
    book,
    bought,
    day,
    each,
    sold,
    the,
)

BOUGHT: list[Event] = [
    bought("2022-01-03", 100, 20),
    bought("2024-01-03", 100, 40),
    bought("2024-01-04", 100, 10),
]


def a_sale(on: str, quantity: Number, price: Number, **more: Any) -> Sale:
    given: dict[str, Any] = {"account": ACCOUNT, "security": STOCK}
    return Sale(day=day(on), quantity=Decimal(quantity), price=Decimal(price), **(given | more))


def outcomes(events: list[Event], sale: Sale, **more: Any) -> dict[LotMethod, Outcome]:
    given: dict[str, Any] = {"securities": SECURITIES, "accounts": ACCOUNTS}
    return {outcome.method: outcome for outcome in what_if(events, sale, **(given | more))}


def test_each_method_closes_other_lots() -> None:
    found = outcomes(BOUGHT, a_sale("2024-06-03", 100, 30, fees=Decimal(1)))
    assert {method: outcome.gain for method, outcome in found.items()} == {
        LotMethod.FIFO: 999,
        LotMethod.LIFO: 1999,
        LotMethod.HIFO: -1001,
        LotMethod.LOFO: 1999,
    }
    fifo = found[LotMethod.FIFO]
    assert the(fifo, "proceeds", "basis", "quantity", "missing", "short") == (
        2999, 2000, 100, 0, False,
    )  # fmt: skip
    assert each(fifo.slices, "quantity", "acquired") == [(100, day("2022-01-03"))]


def test_the_gain_is_told_by_term() -> None:
    fifo = outcomes(BOUGHT, a_sale("2024-06-03", 150, 30))[LotMethod.FIFO]
    assert (fifo.gain_of(Term.LONG), fifo.gain_of(Term.SHORT)) == (Decimal(1000), Decimal(-500))
    assert fifo.gain == 500


def test_the_lots_have_the_numbers_that_they_have_in_the_book() -> None:
    [hifo] = [
        o for o in outcomes(BOUGHT, a_sale("2024-06-03", 50, 30)).values() if o.method == "hifo"
    ]
    held = {lot.number: lot for lot in book(*BOUGHT).lots}
    assert [held[closed.lot or 0].basis for closed in hifo.slices] == [4000]


@pytest.mark.parametrize(
    ("method", "shown"), [(LotMethod.LIFO, LotMethod.LIFO), (LotMethod.SPECIFIC, LotMethod.FIFO)]
)
def test_the_accounts_own_method_is_marked(method: LotMethod, shown: LotMethod) -> None:
    methods = (MethodFrom(from_day=day("2024-06-03"), method=method),)
    accounts = ACCOUNTS | {ACCOUNT: replace(ACCOUNTS[ACCOUNT], methods=methods)}
    found = outcomes(BOUGHT, a_sale("2024-06-03", 50, 30), accounts=accounts)
    assert [outcome.method for outcome in found.values() if outcome.own] == [shown]


def test_the_history_keeps_the_methods_that_it_had() -> None:
    """A sale of the same day in the same account is closed by the account's method, not ours."""
    before = sold("2024-06-03", 100, 30)
    found = outcomes([*BOUGHT, before], a_sale("2024-06-03", 100, 30))
    assert found[LotMethod.LIFO].basis == 1000
    assert found[LotMethod.FIFO].basis == 4000


def test_average_is_for_funds() -> None:
    fund = {STOCK: Security(id=STOCK, symbol="FUND", kind=InstrumentType.FUND)}
    found = outcomes(BOUGHT, a_sale("2024-06-03", 30, 30), securities=fund)
    assert found[LotMethod.AVERAGE].basis == 700
    assert LotMethod.AVERAGE not in outcomes(BOUGHT, a_sale("2024-06-03", 30, 30))


def test_a_short_is_covered() -> None:
    shorts: list[Event] = [sold("2024-01-03", 100, 40), sold("2024-01-04", 100, 10)]
    found = outcomes(shorts, a_sale("2024-06-03", 100, 30))
    assert {method: outcome.gain for method, outcome in found.items()} == {
        LotMethod.FIFO: 1000,
        LotMethod.LIFO: -2000,
        LotMethod.HIFO: -2000,
        LotMethod.LOFO: 1000,
    }
    assert all(outcome.short for outcome in found.values())


def test_more_than_is_held_is_said() -> None:
    for outcome in outcomes(BOUGHT, a_sale("2024-06-03", 350, 30)).values():
        assert the(outcome, "quantity", "missing", "gain") == (300, 50, 2000)


def test_nothing_held_is_nothing_sold() -> None:
    for outcome in outcomes([], a_sale("2024-06-03", 10, 30)).values():
        assert the(outcome, "quantity", "missing", "slices", "gain") == (0, 10, [], 0)


def test_what_comes_later_does_not_count() -> None:
    found = outcomes(BOUGHT, a_sale("2023-06-05", 150, 30))
    assert the(found[LotMethod.HIFO], "quantity", "missing", "basis") == (100, 50, 2000)


def test_an_unknown_rate_is_an_unknown_gain() -> None:
    euro = {STOCK: replace(SECURITIES[STOCK], currency="EUR")}
    events: list[Event] = [bought("2024-01-03", 100, 40, rate=Decimal("1.1"))]
    unknown = outcomes(events, a_sale("2024-06-03", 100, 50), securities=euro)[LotMethod.FIFO]
    assert the(unknown, "proceeds", "basis", "gain") == (None, 4400, None)
    sale = a_sale("2024-06-03", 100, 50, rate=Decimal("1.2"))
    known = outcomes(events, sale, securities=euro)[LotMethod.FIFO]
    assert the(known, "proceeds", "basis", "gain") == (6000, 4400, 1600)


# --- wash sales -----------------------------------------------------------------------------------


def test_a_loss_waits_thirty_days_for_a_purchase() -> None:
    fifo = outcomes(BOUGHT, a_sale("2024-06-03", 100, 15))[LotMethod.FIFO]
    assert the(fifo, "disallowed", "washable", "provisional_until", "earliest_clean_day") == (
        0, 500, day("2024-07-03"), None,
    )  # fmt: skip


def test_a_gain_waits_for_nothing() -> None:
    fifo = outcomes(BOUGHT, a_sale("2024-06-03", 100, 30))[LotMethod.FIFO]
    assert the(fifo, "washable", "provisional_until") == (0, None)


@pytest.mark.parametrize(("account", "permanent"), [(ACCOUNT, 0), (SECOND_ACCOUNT, 0), (IRA, 300)])
def test_a_purchase_before_disallows_wherever_it_was_made(account: int, permanent: int) -> None:
    events = [*BOUGHT, bought("2024-05-10", 60, 14, account=account)]
    sale = a_sale("2024-06-03", 100, 15)
    fifo = outcomes(events, sale)[LotMethod.FIFO]
    assert the(fifo, "gain", "disallowed", "permanent", "washable") == (-500, 300, permanent, 200)
    assert fifo.earliest_clean_day == day("2024-06-10")
    clean = outcomes(events, replace(sale, day=day("2024-06-10")))[LotMethod.FIFO]
    assert clean.disallowed == 0
    still = outcomes(events, replace(sale, day=day("2024-06-09")))[LotMethod.FIFO]
    assert still.disallowed == 300


def test_the_clean_day_counts_from_the_last_purchase_not_the_one_that_was_used() -> None:
    events = [*BOUGHT, bought("2024-05-10", 100, 14), bought("2024-05-31", 100, 14)]
    fifo = outcomes(events, a_sale("2024-06-03", 100, 15))[LotMethod.FIFO]
    assert fifo.disallowed == 500
    assert fifo.earliest_clean_day == day("2024-07-01")


def test_selling_the_purchase_itself_is_clean() -> None:
    events: list[Event] = [bought("2024-05-31", 100, 20)]
    fifo = outcomes(events, a_sale("2024-06-03", 40, 15))[LotMethod.FIFO]
    assert the(fifo, "disallowed", "earliest_clean_day") == (0, None)


def test_what_is_substantially_identical_counts_for_the_taxpayer_alone() -> None:
    alike = {
        STOCK: replace(SECURITIES[STOCK], identity=7),
        OTHER_STOCK: replace(SECURITIES[OTHER_STOCK], identity=7),
    }
    events = [*BOUGHT, bought("2024-05-31", 100, 14, security=OTHER_STOCK)]
    sale = a_sale("2024-06-03", 100, 15)
    taxpayer = outcomes(events, sale, securities=alike)[LotMethod.FIFO]
    assert the(taxpayer, "disallowed", "earliest_clean_day") == (500, day("2024-07-01"))
    broker = outcomes(events, sale, securities=alike, view=View.BROKER)[LotMethod.FIFO]
    assert the(broker, "disallowed", "earliest_clean_day") == (0, None)


def test_there_is_no_wash_sale_in_an_ira_or_without_a_view_of_it() -> None:
    events: list[Event] = [
        bought("2022-01-03", 100, 20, account=IRA), bought("2024-05-31", 100, 14, account=IRA)
    ]  # fmt: skip
    fifo = outcomes(events, a_sale("2024-06-03", 100, 15, account=IRA))[LotMethod.FIFO]
    assert the(fifo, "disallowed", "washable", "provisional_until") == (0, 0, None)
    economic = outcomes(BOUGHT, a_sale("2024-06-03", 100, 15), view=View.ECONOMIC)
    assert economic[LotMethod.FIFO].washable == 0


def test_section_1256_is_never_washed() -> None:
    index = {
        STOCK: replace(
            SECURITIES[STOCK], kind=InstrumentType.EQUITY_OPTION, multiplier=Decimal(100),
            section_1256=True,
        )
    }  # fmt: skip
    events: list[Event] = [bought("2024-01-03", 1, 2000), bought("2024-05-31", 1, 1400)]
    fifo = outcomes(events, a_sale("2024-06-03", 1, 15), securities=index)[LotMethod.FIFO]
    assert the(fifo, "gain", "washable", "earliest_clean_day") == (-500, 0, None)
    assert fifo.gain_of(Term.SECTION_1256) == -500


@pytest.mark.parametrize("view", list(View))
def test_a_try_is_what_the_book_would_say_of_the_sale(view: View) -> None:
    """The copies of the book say what booking the sale with the history says."""
    events: list[Event] = [
        *BOUGHT,
        sold("2024-01-10", 50, 15),
        bought("2024-01-20", 70, 14, account=SECOND_ACCOUNT),
        bought("2024-02-01", 30, 13),
        sold("2024-02-10", 60, 12),
    ]
    sale = a_sale("2024-02-12", 120, 11)
    for method, outcome in outcomes(events, sale, view=view).items():
        fill: Fill = replace(sold("2024-02-12", 120, 11), method=method)
        booked = book(*events, fill, view=view)
        closed = [closed for closed in booked.slices if closed.closed_by == fill.source]
        assert _by_lot(outcome.slices) == _by_lot(closed)


def _by_lot(slices: Iterable[Slice]) -> dict[int | None, tuple[Decimal, Decimal, Decimal]]:
    """Quantity, gain and disallowed loss: a slice that is replaced in part may stand as two."""
    sums: dict[int | None, tuple[Decimal, Decimal, Decimal]] = {}
    for closed in slices:
        quantity, gain, disallowed = sums.get(closed.lot, (ZERO, ZERO, ZERO))
        assert closed.gain is not None
        sums[closed.lot] = (
            quantity + closed.quantity, gain + closed.gain, disallowed + closed.disallowed,
        )  # fmt: skip
    return sums


def test_the_policys_method_is_no_obstacle() -> None:
    found = outcomes(BOUGHT, a_sale("2024-06-03", 100, 30), policy=Policy(method=LotMethod.HIFO))
    assert found[LotMethod.FIFO].gain == 1000
    assert found[LotMethod.HIFO].own

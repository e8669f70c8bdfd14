"""What would a sale bring, and which method does an account use: the dialogs of the lots screen."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.decisions.lot_methods import chosen_methods
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.what_if import Outcome
from qm_tui.domain.booking.words import LotMethod, Term
from qm_tui.store.store import Store
from qm_tui.ui.dialogs.lot_method import LotMethodDialog
from qm_tui.ui.dialogs.what_if import WhatIfDialog
from qm_tui.ui.dialogs.what_if_rows import supposed
from qm_tui.ui.format import Format
from tests.ui.books import Monitor, a_context, monitor
from tests.ui.lot_books import a_book_to_derive, a_derived_book, open_methods

SIZES = [(80, 24), (200, 60)]
NO_SLICES: Sequence[Slice] = ()


def a_deciding_context(store: Store) -> Any:
    return a_context(store, open_methods=open_methods(store))


async def replace_text(it: Monitor, text: str) -> None:
    await it.press("home", "ctrl+k")
    await it.type(text)


# --- what if -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_x_shows_side_by_side_what_a_sale_would_bring(
    store: Store, size: tuple[int, int]
) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("4", "x")
        await it.until_shown("It would bring 8,000.00 USD; best: the least net gain.")
        assert "What if: sell AAPL in U1234567 (150 held)" in it.text
        assert "+3,000.00" in it.row("FIFO")
        assert "own" in it.row("FIFO")
        assert "-2,000.00" in it.row("HIFO ")
        assert "best" in it.row("HIFO ")
        assert "no loss" in it.row("LOFO")
        assert "today" in it.row("LIFO")
        assert "Washed" in it.text
        assert it.table.virtual_size.width <= it.table.size.width
        await it.press("escape")
        assert it.trail == "Lots"


async def test_the_answer_follows_what_is_typed(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "x")
        await it.until_shown("It would bring 8,000.00 USD")
        await replace_text(it, "150")
        await it.until_shown("It would bring 24,000.00 USD; the method makes no difference.")
        await it.press("tab")
        await replace_text(it, "100")
        await it.until_shown("It would bring 15,000.00 USD")
        await it.press("tab")
        await replace_text(it, "10")
        await it.until_shown("It would bring 14,990.00 USD")


@pytest.mark.parametrize(
    ("keys", "typed", "said"),
    [
        ([], "many", "How many? A number above 0, such as 1,000 or 0.5."),
        ([], "0", "How many? A number above 0"),
        ([], "0,3", "How many? A number above 0"),
        ([], "1,00", "How many? A number above 0"),
        ([], "1e999999", "How many? A number above 0"),
        (["tab"], "", "At which price? A number, 0 or more, such as 12.50."),
        (["tab"], "NaN", "At which price? A number, 0 or more"),
        (["tab", "tab"], "-1", "Which fees? A number, 0 or more."),
    ],
)
async def test_what_is_no_number_is_asked_for_again(
    store: Store, keys: list[str], typed: str, said: str
) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "x", *keys)
        await replace_text(it, typed)
        await it.press("enter")
        await it.until_shown(said)


async def test_more_than_is_held_is_left_out_and_said(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "x")
        await replace_text(it, "1,000")
        await it.until_shown("! 850 of it are not held here, and are left out.")


async def test_an_unknown_basis_has_no_best_and_a_price_is_asked_for(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "slash")
        await it.type("vt")
        await it.until_shown("1 of ")
        await it.press("enter", "x")
        await it.until_shown("At which price?")
        await it.press("tab")
        await it.type("100")
        await it.until_shown("The basis of some of the lots is unknown")
        assert "best" not in it.row("FIFO")


def an_outcome(method: LotMethod, gain: int | None, **changes: Any) -> Outcome:
    values: dict[str, Any] = {
        "quantity": Decimal(1),
        "slices": NO_SLICES,
        "proceeds": Decimal(100),
        "basis": None if gain is None else Decimal(100 - gain),
        "gain": None if gain is None else Decimal(gain),
        "gains": {} if gain is None else {Term.SHORT: Decimal(gain)},
    }
    return Outcome(method=method, **values | changes)


FORM = Format(zone=dt.UTC)


def best_of(*outcomes: Outcome) -> list[str]:
    return [row.method for row in supposed(outcomes, FORM).rows if "best" in row.marks]


def test_the_best_has_the_least_net_gain_and_a_washed_loss_is_none() -> None:
    washed = an_outcome(LotMethod.HIFO, -50, disallowed=Decimal(50))
    assert best_of(an_outcome(LotMethod.FIFO, 20), an_outcome(LotMethod.LIFO, -10)) == ["LIFO"]
    assert best_of(an_outcome(LotMethod.LIFO, -10), washed) == ["LIFO"]


def test_of_equal_gains_the_one_that_is_long_term_is_best() -> None:
    long = an_outcome(LotMethod.LOFO, 20, gains={Term.LONG: Decimal(20)})
    assert best_of(an_outcome(LotMethod.FIFO, 20), long) == ["LOFO"]


def test_none_is_best_where_nothing_is_known_or_all_are_alike() -> None:
    assert best_of(an_outcome(LotMethod.FIFO, None), an_outcome(LotMethod.LIFO, None)) == []
    assert best_of(an_outcome(LotMethod.FIFO, 5), an_outcome(LotMethod.LIFO, 5)) == []
    assert supposed((), FORM).headline == "Nothing is held to be sold."


def test_what_is_lost_for_good_and_until_when_is_said() -> None:
    day = dt.date(2026, 4, 1)
    outcome = an_outcome(
        LotMethod.FIFO, -50, disallowed=Decimal(20), permanent=Decimal(5), washable=Decimal(30),
        provisional_until=day,
    )  # fmt: skip
    said = "\n".join(supposed([outcome], FORM).lines)
    assert "20.00 of the loss would be disallowed" in said
    assert "5.00 of that for good" in said
    assert f"a purchase until {day} would disallow up to 30.00" in said


# --- the method of an account --------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_method_is_asked_about_decided_and_undone(
    store: Store, size: tuple[int, int]
) -> None:
    await a_derived_book(store)
    async with monitor(a_deciding_context(store), size) as it:
        await it.press("4", "A")
        assert "Lot method of U1234567" in it.text
        assert "Nothing was decided yet." in it.text
        await it.press("down", "down", "enter")
        await replace_text(it, "2025-01-01")
        await it.press("enter")
        await it.type("taxes [b]first[/b]")
        await it.press("enter")
        await it.until_shown("Sales of U1234567 from 2025-01-01 on use HIFO.")
        assert await chosen_methods(store.reader) == []
        await it.press("enter")
        await it.until_shown("Done; lots and gains follow it.")
        assert "taxes [b]first[/b]" in it.row("2025-01-01 HIFO")
        (decided,) = await chosen_methods(store.reader, "U1234567")
        assert (decided.method, decided.reason) == (LotMethod.HIFO, "taxes [b]first[/b]")
        await it.press("escape", "c")
        await it.until_shown("-2,500.00")
        await it.press("A", "tab", "tab", "tab", "enter")
        await it.until_shown("Undo HIFO from 2025-01-01 on.")
        await it.press("enter")
        await it.until_shown("Nothing was decided yet.")
        await it.press("escape")
        await it.until_shown("+2,500.00")


async def test_escape_answers_the_question_with_no(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_deciding_context(store)) as it:
        await it.press("4", "A", "enter", "enter", "enter")
        assert "Enter does it, Esc does not." in it.text
        await it.press("escape")
        assert isinstance(it.app.screen, LotMethodDialog)
        assert "Enter does it" not in it.text
        await it.press("escape")
        assert it.trail == "Lots"
        assert await chosen_methods(store.reader) == []


async def test_a_change_after_the_question_is_asked_about_again(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_deciding_context(store)) as it:
        await it.press("4", "A", "enter", "enter", "enter")
        await it.type("because")
        assert "Enter does it" not in it.text
        await it.press("enter")
        assert "Enter does it" in it.text
        assert await chosen_methods(store.reader) == []


async def test_a_day_that_is_none_and_a_missing_method_are_said(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_deciding_context(store), (80, 24)) as it:
        await it.press("4", "A", "tab")
        await replace_text(it, "01/02/2025")
        await it.press("enter")
        assert "01/02/2025 is no day; write it as 2026-03-02." in it.text
        await it.press("tab", "enter")
        assert "Choose the method first." in it.text


async def test_where_nothing_may_be_decided_m_says_so(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "A")
        assert it.toasts == ["Nothing can be decided here."]


async def test_the_dialogs_open_over_lots_that_only_the_broker_reported(store: Store) -> None:
    await a_book_to_derive(store)
    async with monitor(a_deciding_context(store)) as it:
        await it.press("4", "x")
        assert isinstance(it.app.screen, WhatIfDialog)
        await it.press("escape", "A")
        assert isinstance(it.app.screen, LotMethodDialog)

"""Laws of comparing: clean in, nothing out; whatever is changed is told; order does not matter."""

import asyncio
import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.words import CashType
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.store.store import Store, open_store
from tests.book.reconciled import breaks, reconciled, told_of
from tests.book.test_reconciling import BEGAN, LATER, SEEN, bought, cash, held, history, seen
from tests.builders import a_cash_transaction, an_equity
from tests.conftest import NOW
from tests.examples import examples
from tests.store.stores import Told, an_empty_store, tell

T = TypeVar("T")
STOCKS = [an_equity(name, conid=str(number + 1)) for number, name in enumerate(("AA", "BB", "CC"))]
DEPOSIT = 100_000
FEE = 1


@dataclass(frozen=True)
class Deal:
    """A trade at a price in whole units, some days after the account was opened."""

    stock: int
    quantity: int
    price: int
    day: int

    @property
    def paid(self) -> int:
        """What it cost, with its commission."""
        return self.quantity * self.price + FEE


@dataclass(frozen=True)
class Book:
    """An account: what happened, and what its broker says there is."""

    deals: Sequence[Deal]
    held: dict[int, int]
    cash: int

    def told(self, at: dt.datetime = SEEN) -> list[Told]:
        """Return what would be synced."""
        trades = [
            bought(
                deal.quantity, f"{dt.date(2024, 1, 3) + dt.timedelta(days=deal.day)}",
                instrument=STOCKS[deal.stock], price=deal.price, key=f"TX:{number}",
            )
            for number, deal in enumerate(self.deals)
        ]  # fmt: skip
        paid_in = a_cash_transaction(
            amount=DEPOSIT, currency="USD", date="2024-01-02", key="TX:in", type=CashType.DEPOSIT
        )
        return [
            history(paid_in, *trades),
            seen(
                *(held(size, STOCKS[stock], at) for stock, size in self.held.items() if size),
                at=at,
            ),
            cash("0", BEGAN - dt.timedelta(days=1)),
            cash(f"{self.cash}", at),
        ]  # fmt: skip


def clean(deals: Sequence[Deal]) -> Book:
    """Let the broker say what follows."""
    sizes: defaultdict[int, int] = defaultdict(int)
    for deal in deals:
        sizes[deal.stock] += deal.quantity
    return Book(deals, dict(sizes), DEPOSIT - sum(deal.paid for deal in deals))


DEALS = st.lists(
    st.builds(
        Deal,
        stock=st.integers(0, 2),
        quantity=st.integers(-50, 50).filter(bool),
        price=st.integers(5, 200),
        day=st.integers(0, 150),
    ),
    min_size=2,
    max_size=6,
)


def in_a_store(run: Callable[[Store], Awaitable[T]]) -> T:
    async def opened(path: Path) -> T:
        store = await open_store(path, lambda: NOW)
        try:
            return await run(store)
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(opened(an_empty_store(Path(folder))))


async def found_in(store: Store, told: Sequence[Told]) -> Sequence[DiscrepancyView]:
    for one in told:
        await tell(store, one)
    await reconciled(store)
    return await breaks(store)


@given(DEALS)
@settings(max_examples=examples(4), deadline=None)
def test_a_clean_book_has_no_discrepancy(deals: list[Deal]) -> None:
    assert in_a_store(lambda store: found_in(store, clean(deals).told())) == []


@given(DEALS, st.sampled_from(["untold", "other quantity", "held", "cash"]), st.data())
@settings(max_examples=examples(8), deadline=None)
def test_whatever_is_changed_is_told_of_its_symbol_or_currency(
    deals: list[Deal], fault: str, data: st.DataObject
) -> None:
    book = clean(deals)
    place = data.draw(st.integers(0, len(deals) - 1))
    more = data.draw(st.integers(1, 300))
    stock: int | None = deals[place].stock
    match fault:
        case "untold":
            book = replace(book, deals=[*deals[:place], *deals[place + 1 :]])
        case "other quantity":
            other = replace(deals[place], quantity=deals[place].quantity + more)
            book = replace(book, deals=[*deals[:place], other, *deals[place + 1 :]])
        case "held":
            sizes = book.held | {deals[place].stock: book.held[deals[place].stock] + more}
            book = replace(book, held=sizes)
        case _:
            book, stock = replace(book, cash=book.cash + more), None

    found = in_a_store(lambda store: found_in(store, book.told()))

    wanted = "USD" if stock is None else STOCKS[stock].symbol
    assert wanted in {one.symbol or one.currency for one in found}
    if stock is None:
        assert [(one.verdict, one.difference) for one in found] == [("cash", Decimal(more))]


@given(DEALS, st.permutations(range(4)))
@settings(max_examples=examples(2), deadline=None)
def test_order_does_not_matter_and_comparing_again_changes_nothing(
    deals: list[Deal], order: list[int]
) -> None:
    book = replace(clean(deals), cash=7, held={deals[0].stock: 1234})

    async def run(store: Store) -> None:
        before = await found_in(store, book.told())
        await tell(store, book.told()[1])
        await reconciled(store, NOW + dt.timedelta(hours=1))
        after = await breaks(store)
        assert told_of(after) == told_of(before)
        assert [(one.id, one.first_seen) for one in after] == [
            (one.id, one.first_seen) for one in before
        ]

    async def shuffled(store: Store) -> Sequence[DiscrepancyView]:
        return await found_in(store, [book.told()[number] for number in order])

    in_a_store(run)
    plain = in_a_store(lambda store: found_in(store, book.told()))
    assert told_of(in_a_store(shuffled)) == told_of(plain)


@given(DEALS)
@settings(max_examples=examples(2), deadline=None)
def test_what_is_mended_closes_by_itself_and_opens_again_as_the_same(deals: list[Deal]) -> None:
    right = clean(deals)
    stock = deals[0].stock
    wrong = replace(right, held=right.held | {stock: right.held[stock] + 5})
    hours = [dt.timedelta(hours=number) for number in range(3)]

    async def run(store: Store) -> None:
        first = await found_in(store, wrong.told())
        assert first
        for book, after, left in ((right, hours[1], 0), (wrong, hours[2], len(first))):
            for told in book.told(at=LATER + after)[1:]:
                await tell(store, told)
            await reconciled(store, NOW + after)
            assert len(await breaks(store)) == left
        again = await breaks(store)
        assert [one.id for one in again] == [one.id for one in first]
        assert {one.first_seen for one in again} == {one.first_seen for one in first}

    in_a_store(run)

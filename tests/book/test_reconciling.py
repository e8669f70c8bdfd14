"""What brokers say is compared with what follows from facts, and what does not add up is kept."""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.book.reconciling import Reconciler
from qm_tui.domain.records import Record
from qm_tui.domain.words import CorporateActionType
from qm_tui.queries.breaks import open_breaks
from qm_tui.queries.discrepancies import discrepancies, life, reconciliation
from qm_tui.store.discrepancies import Compared, Counts
from qm_tui.store.reading.reconciliation_sides import money, overview
from qm_tui.store.reading.reconciliation_state import state
from qm_tui.store.store import Store, open_store
from tests.book.following import derived, rebuilt
from tests.book.reconciled import breaks, reconciled, told_of
from tests.builders import (
    a_balance,
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_nav,
    a_position,
    a_trade,
    a_transfer,
    an_account,
    an_equity,
    covers,
    holds,
)
from tests.conftest import NOW
from tests.store.stores import Told, an_empty_store, tell, told

AAPL = an_equity("AAPL", conid="1")
MSFT = an_equity("MSFT", conid="2")
SEEN = dt.datetime(2024, 6, 28, 20, tzinfo=dt.UTC)
LATER = SEEN + dt.timedelta(days=3)


def history(*records: Record, since: str = "2024-01-01", **changes: Any) -> Told:
    """What happened, told for half a year, in an account that was opened then."""
    return told(
        a_batch(
            an_account(opened="2024-01-01"), *records, coverage=[covers(since, "2024-07-01")],
            **changes,
        )
    )  # fmt: skip


def seen(*records: Record, at: dt.datetime = SEEN) -> Told:
    """A complete answer of what is held."""
    return told(a_batch(*records, section="positions", holds=[holds("positions", as_of=at)]), at=at)


def held(quantity: int, instrument: Any = AAPL, at: dt.datetime = SEEN, **changes: Any) -> Record:
    changes.setdefault("cost_basis", None)
    return a_position(instrument=instrument, quantity=quantity, as_of=at, **changes)


def bought(quantity: int, day: str = "2024-02-01", **changes: Any) -> Record:
    changes.setdefault("instrument", AAPL)
    return a_trade(quantity=quantity, trade_date=day, **changes)


async def test_nothing_is_found_where_both_sides_agree(store: Store) -> None:
    await tell(store, history(bought(100), bought(-40, "2024-03-01")), seen(held(60)))

    kept = await reconciled(store)

    assert (kept.opened, kept.open_breaks) == (0, 0)
    assert await breaks(store, every=True) == []


async def test_a_sale_that_never_arrived_is_found(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(60)))

    kept = await reconciled(store)

    assert (kept.opened > 0, kept.open_breaks, kept.major) == (True, 1, 1)
    assert ("quantity", "AAPL", "-40", "missing_trade") in told_of(await breaks(store))


async def test_a_purchase_that_was_told_twice_under_two_keys_is_found(store: Store) -> None:
    await tell(
        store, history(bought(100, key="TX:1")), history(bought(100, key="H:abc")), seen(held(100))
    )

    await reconciled(store)

    assert ("quantity", "AAPL", "-100", "duplicate_import") in told_of(await breaks(store))


async def test_a_history_that_begins_later_is_found(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(
                an_account(),
                bought(50, "2024-05-02"),
                coverage=[covers("2024-05-01", "2024-06-28")],
            )
        ),
        seen(held(150)),
    )

    await reconciled(store)

    assert ("quantity", "AAPL", "100", "history_starts_later") in told_of(await breaks(store))


async def test_a_split_that_nobody_told_is_found(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(400, market_price=39)))

    await reconciled(store)

    assert ("quantity", "AAPL", "300", "split_not_applied") in told_of(await breaks(store))


async def test_a_split_that_was_told_is_none(store: Store) -> None:
    split = a_corporate_action(
        instrument=AAPL, type=CorporateActionType.SPLIT, date="2024-03-01", quantity=300,
        description="AAPL(US0378331005) SPLIT 4 FOR 1 (AAPL, APPLE INC, US0378331005)",
    )  # fmt: skip
    await tell(store, history(bought(100), split), seen(held(400)))

    await reconciled(store)

    assert await breaks(store) == []


async def test_a_transfer_without_basis_is_found_by_its_cost(store: Store) -> None:
    came = a_transfer(instrument=AAPL, quantity=100, date="2024-02-01", cost_basis=None)
    await tell(store, history(came), seen(held(100, cost_basis=15000)))

    await reconciled(store)

    [only] = told_of(await breaks(store))
    assert only[0] == "cost_basis"
    assert only[3] == "transfer_without_basis"


# --- what becomes of it --------------------------------------------------------------------------


async def test_what_adds_up_again_is_closed_and_what_parts_again_is_the_same_as_before(
    store: Store,
) -> None:
    await tell(store, history(bought(100)), seen(held(60)))
    await reconciled(store, SEEN)
    [first] = [one for one in await breaks(store) if one.verdict == "quantity"]

    await tell(store, history(bought(-40, "2024-03-01")))
    kept = await reconciled(store, LATER)
    assert (kept.closed > 0, kept.open_breaks) == (True, 0)
    assert await breaks(store) == []
    [closed] = [one for one in await breaks(store, every=True) if one.verdict == "quantity"]
    assert (closed.id, closed.status, closed.closed_at) == (first.id, "closed", LATER)
    assert (closed.first_seen, closed.last_seen) == (SEEN, SEEN)

    await tell(store, seen(held(55, at=LATER), at=LATER))
    await reconciled(store, NOW)
    [again] = [one for one in await breaks(store) if one.verdict == "quantity"]
    assert (again.id, again.first_seen, again.closed_at) == (first.id, SEEN, None)
    events = await life(store.reader, first.id)
    assert [event.event for event in events] == ["opened", "closed", "reopened"]
    assert (events[-1].before["difference"], events[-1].after["difference"]) == ("-40", "-5")


async def test_other_numbers_are_the_same_discrepancy(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(60)))
    await reconciled(store, SEEN)

    await tell(store, seen(held(50, at=LATER), at=LATER))
    kept = await reconciled(store, LATER)

    assert (kept.opened, kept.closed, kept.changed > 0) == (0, 0, True)
    [only] = [one for one in await breaks(store) if one.verdict == "quantity"]
    assert [event.event for event in await life(store.reader, only.id)] == ["opened", "changed"]


async def test_nothing_is_compared_again_where_nothing_has_changed(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(60)))
    reconciler = Reconciler(store.reader, store.writer, lambda: NOW)
    await derived(store)

    assert await reconciler.reconcile() is not None
    assert await reconciler.reconcile() is None

    await tell(store, seen(held(100, at=LATER), at=LATER))
    assert await reconciler.reconcile() is not None


async def test_an_answer_that_did_not_come_closes_nothing_and_opens_nothing(store: Store) -> None:
    await tell(
        store, history(bought(100), bought(10, instrument=MSFT)), seen(held(60), held(10, MSFT))
    )
    await reconciled(store, SEEN)
    before = told_of(await breaks(store))

    failed = a_batch(section="positions", incomplete="Positions did not come.")
    part = a_batch(held(60, at=LATER), section="positions", incomplete="Not all of it came.")
    await tell(store, told(failed, at=LATER), told(part, at=LATER))
    await reconciled(store, LATER)

    assert told_of(await breaks(store)) == before
    assert {symbol for _, symbol, _, _ in before} == {"AAPL"}


async def test_what_is_not_in_a_complete_answer_is_flat(store: Store) -> None:
    await tell(store, history(bought(100), bought(10, instrument=MSFT)), seen(held(10, MSFT)))

    await reconciled(store)

    assert [one[:3] for one in told_of(await breaks(store)) if one[0] == "quantity"] == [
        ("quantity", "AAPL", "-100")
    ]


async def test_an_account_whose_broker_says_nothing_has_nothing_to_compare(store: Store) -> None:
    await tell(store, history(bought(100)))

    kept = await reconciled(store)

    assert (kept.opened, kept.open_breaks) == (0, 0)


async def test_lots_are_not_compared_while_facts_wait(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(60)))

    kept = await Reconciler(store.reader, store.writer, lambda: NOW).reconcile()

    assert kept is not None
    assert {view.verdict for view in await breaks(store)} == {"quantity"}


async def test_it_survives_that_everything_is_derived_again(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(60)))
    await reconciled(store, SEEN)
    before = await breaks(store)

    await rebuilt(store)
    await reconciled(store, SEEN)

    assert await breaks(store) == before


async def test_what_changed_meanwhile_is_not_written_over(store: Store) -> None:
    await tell(store, history(bought(100)), seen(held(60)))
    await derived(store)
    then = await store.reader.read(state)
    compared = Compared(
        counts={1: Counts(holdings=1)}, accounts={1}, currencies=(), totals=(), derived=True,
        state=then,
    )  # fmt: skip
    await tell(store, history(bought(-40, "2024-03-01")))

    assert await store.writer.keep_discrepancies([], compared, NOW) is None
    assert (await reconciliation(store.reader)).reconciled_at is None


# --- in whatever order it comes ------------------------------------------------------------------

_SOURCES = (
    history(bought(100, key="TX:1"), bought(30, instrument=MSFT, key="TX:2")),
    history(bought(100, key="H:x"), bought(-10, "2024-03-04", key="TX:3")),
    seen(held(90), held(20, MSFT)),
    seen(held(100, at=SEEN - dt.timedelta(days=30)), at=SEEN - dt.timedelta(days=30)),
)


@given(st.permutations(_SOURCES))
@settings(max_examples=6, deadline=None)
def test_any_order_of_sources_ends_in_the_same_discrepancies(sources: list[Told]) -> None:
    assert _found_after(sources, each=True) == _found_after(_SOURCES, each=False)


def _found_after(sources: Sequence[Told], *, each: bool) -> object:
    async def run(path: Path) -> object:
        store = await open_store(path, lambda: NOW)
        try:
            for one in sources:
                await tell(store, one)
                if each:
                    await reconciled(store)
            if not each:
                await reconciled(store)
            return told_of(await breaks(store))
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(an_empty_store(Path(folder))))


# --- cash ----------------------------------------------------------------------------------------


def cash(value: str, at: dt.datetime) -> Told:
    balance = a_balance(tag="cash-balance", currency="USD", value=value, as_of=at)
    return told(a_batch(balance, section="balances", holds=[holds("balances", as_of=at)]), at=at)


BEGAN = dt.datetime(2024, 1, 2, 4, tzinfo=dt.UTC)


async def test_cash_that_comes_out_is_no_discrepancy(store: Store) -> None:
    paid = a_cash_transaction(amount=25, currency="USD", date="2024-05-01")
    await tell(
        store, history(bought(100, price=10), paid), seen(held(100)),
        cash("5000", BEGAN), cash("4024", SEEN),
    )  # fmt: skip

    await reconciled(store)

    assert await breaks(store) == []


async def test_cash_that_nobody_accounts_for_is_found(store: Store) -> None:
    await tell(
        store, history(bought(100, price=10)), seen(held(100)), cash("5000", BEGAN),
        cash("4499", SEEN),
    )  # fmt: skip

    await reconciled(store)

    [only] = await breaks(store)
    assert (only.verdict, only.symbol, only.currency) == ("cash", None, "USD")
    assert only.difference == 500


async def test_cash_counts_as_compared_where_no_positions_are_told(store: Store) -> None:
    await tell(store, history(bought(100, price=10)), cash("5000", BEGAN), cash("4499", SEEN))

    kept = await reconciled(store)

    assert (kept.open_breaks, kept.major) == (1, 1)
    now = await reconciliation(store.reader)
    assert (now.reconciled_at, now.holdings, now.breaks, now.major) == (NOW, 0, 1, 1)


# --- totals --------------------------------------------------------------------------------------


def summed(stock: int) -> Told:
    """A statement with its positions and the sum of them, as of the same moment."""
    nav = a_nav(as_of=SEEN, to_date="2024-06-28", stock=stock, options=0, total=stock, cash=0)
    seen_then = held(100, market_price=20)
    return told(
        a_batch(nav, seen_then, section="positions", holds=[holds("positions", as_of=SEEN)])
    )


async def test_a_total_that_is_the_sum_of_its_parts_is_no_discrepancy(store: Store) -> None:
    await tell(store, history(bought(100)), summed(2000))

    await reconciled(store)

    assert await breaks(store) == []
    seen = await store.reader.read(overview)
    assert (await store.reader.read(money, seen.sides)).totals


async def test_a_total_that_is_more_than_its_parts_is_found(store: Store) -> None:
    await tell(store, history(bought(100)), summed(2600))

    await reconciled(store)

    [only] = await breaks(store)
    assert (only.verdict, only.symbol, only.tag) == ("market_value", None, "securities")
    assert abs(only.difference or 0) == 600


async def test_a_statement_without_one_cash_transaction_leaves_cash_unknown_and_says_so(
    store: Store,
) -> None:
    told_of_cash = [
        a_balance(tag=tag, currency="USD", value=value, as_of=SEEN)
        for tag, value in (("startingCash", "0"), ("endingCash", "4000"))
    ]
    statement = a_batch(
        an_account(opened="2024-01-01"), *told_of_cash,
        coverage=[covers("2024-01-01", "2024-06-28")], section="balances",
        holds=[holds("balances", as_of=SEEN)],
    )  # fmt: skip
    await tell(store, told(statement), history(bought(100, price=10)), seen(held(100)))

    await reconciled(store)

    assert await breaks(store) == []
    [only] = await discrepancies(store.reader)
    assert (only.verdict, only.currency, only.difference) == ("not_known", "USD", None)
    assert "no cash transactions" in (only.explanation or "")
    counted = await open_breaks(store.reader)
    assert counted is not None
    assert (counted.open, counted.dust, counted.unknown) == (0, 0, 1)

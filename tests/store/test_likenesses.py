"""What sources without a common id tell: as often as the one that tells it most often."""

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.batches import Authority, Batch
from qm_tui.domain.records import Record
from qm_tui.domain.words import OptionEventType
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from tests.builders import (
    ACCOUNT,
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_trade,
    a_transfer,
    an_option_event,
)
from tests.conftest import NOW
from tests.examples import examples
from tests.store.stores import (
    T1,
    T2,
    Contents,
    Told,
    an_empty_store,
    contents,
    differences,
    tell,
    told,
    values,
)

API = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)
MAKE: dict[str, Any] = {
    "trades": a_trade,
    "cash_transactions": a_cash_transaction,
    "transfers": a_transfer,
    "corporate_actions": a_corporate_action,
    "option_events": an_option_event,
}
Page = Batch
"""What the broker itself answers, in a transaction of its own."""


def with_id(number: int, like: str = "a", table: str = "trades", **fields: Any) -> Record:
    """A row of the history, which has an id."""
    if table == "trades":
        fields = {"broker_transaction_id": str(number), "commission": "-1", **fields}
    made: Record = MAKE[table](key=f"TX:{number}", likeness=like, **fields)
    return made


def without_id(count: int, like: str = "a", table: str = "trades", **fields: Any) -> Record:
    """A row of an export: the how many-eth of those it cannot be told from."""
    made: Record = MAKE[table](key=f"CT:{like}:{count}", likeness=like, **fields)
    return made


def export(*batches: Sequence[Record], at: dt.datetime = T1) -> Told:
    """A file with rows, read in batches."""
    return told(
        *(a_batch(*rows) for rows in batches),
        at=at, authority=Authority.PROVISIONAL, broker="tastytrade",
    )  # fmt: skip


def page(*rows: Record) -> Page:
    return a_batch(*rows, section="transactions")


async def hear(store: Store, *said: Told | Page) -> None:
    for one in said:
        if isinstance(one, Told):
            await tell(store, one)
            continue
        async with store.writer.run(API) as run:
            await run.save(one)


async def known(*said: Told | Page) -> Contents:
    """All that a new store knows when it has heard all of this."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(an_empty_store(Path(folder)), lambda: NOW)
        try:
            await hear(store, *said)
            return await contents(store.reader)
        finally:
            await store.close()


@pytest.mark.parametrize("table", MAKE)
@pytest.mark.parametrize("export_first", [True, False])
async def test_what_both_tell_is_one_under_its_id(table: str, *, export_first: bool) -> None:
    both: list[Told | Page] = [
        export([without_id(0, table=table)]),
        page(with_id(7, table=table)),
    ]

    found = await known(*(both if export_first else both[::-1]))

    assert values(found[table], "key", "authority") == [("TX:7", int(Authority.FINAL))]


@pytest.mark.parametrize("export_first", [True, False])
async def test_the_broker_s_own_word_holds_and_the_export_fills_in(*, export_first: bool) -> None:
    said: list[Told | Page] = [
        export([without_id(0, commission="-9", broker_order_id="77")], at=T2),
        page(with_id(7, commission="-1.25")),
    ]

    found = await known(*(said if export_first else said[::-1]))

    assert values(found["trades"], "commission", "broker_order_id") == [(Decimal("-1.25"), "77")]


async def test_equal_rows_stay_as_many_as_they_are() -> None:
    three = export([without_id(n) for n in range(3)])

    found = await known(page(with_id(7), with_id(8)), three, page(with_id(9)))

    assert sorted(values(found["trades"], "key")) == ["TX:7", "TX:8", "TX:9"]


async def test_what_one_file_has_more_often_than_the_history_is_kept() -> None:
    three, two = export([without_id(n) for n in range(3)]), export([without_id(0), without_id(1)])

    orders: list[list[Told | Page]] = [
        [page(with_id(7)), three, two],
        [two, three, page(with_id(7))],
    ]
    for said in orders:
        found = await known(*said)
        assert sorted(values(found["trades"], "key")) == ["CT:a:1", "CT:a:2", "TX:7"]


async def test_more_than_ten_equal_rows_are_taken_in_their_order() -> None:
    many = export([without_id(n) for n in range(12)])

    found = await known(many, page(*(with_id(n) for n in range(1, 11))), many_again(12))

    left = [key for key in values(found["trades"], "key") if key.startswith("CT")]
    assert sorted(left) == ["CT:a:10", "CT:a:11"]
    assert len(found["trades"]) == 12


def many_again(count: int) -> Told:
    """The same rows in another file, one a batch."""
    return export(*([without_id(n)] for n in range(count)))


@pytest.mark.parametrize("other", [{"like": "b"}, {"account": "5WX00002"}, {"table": "transfers"}])
async def test_what_is_not_alike_or_is_elsewhere_is_something_else(other: dict[str, Any]) -> None:
    found = await known(export([without_id(0)]), page(with_id(7, **other)))

    assert sum(len(found[table]) for table in MAKE) == 2


async def test_rows_that_are_like_nothing_are_not_alike() -> None:
    plain = a_trade(key="CT:a:0")

    found = await known(export([plain]), page(a_trade(key="TX:7")))

    assert len(found["trades"]) == 2


async def test_a_page_that_comes_again_and_again_changes_nothing(store: Store) -> None:
    await hear(store, export([without_id(0), without_id(1)]), page(with_id(7)))
    before = await contents(store.reader)

    for _ in range(2):
        async with store.writer.run(API) as run:
            counts = await run.save(page(with_id(7)))
            assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 1)
        counted = await store.writer.save(
            export([]).source, a_batch(without_id(0), without_id(1), section="trades")
        )
        assert (counted.added, counted.changed, counted.unchanged) == (0, 0, 2)

    after = await contents(store.reader)
    assert differences(before, after) == []


async def test_an_end_without_a_sign_is_the_same_in_both() -> None:
    ended: dict[str, Any] = {"type": OptionEventType.EXPIRATION, "quantity": 2}
    both = (
        export([without_id(0, table="option_events", **ended)]),
        page(with_id(7, table="option_events", **ended)),
    )

    found = await known(*both)

    assert values(found["option_events"], "key", "quantity") == [("TX:7", 2)]


_COUNTS = st.fixed_dictionaries({like: st.integers(0, 3) for like in "ab"})


@st.composite
def _sources(draw: st.DrawFn) -> list[Told | Page]:
    """Files, and pages of a history that overlap, in any order; trades and cash in all of them."""
    said: list[Told | Page] = []
    for number, counts in enumerate(draw(st.lists(_COUNTS, max_size=3))):
        rows = [
            without_id(n, like, table, account=ACCOUNT)
            for table in ("trades", "cash_transactions")
            for like, count in counts.items()
            for n in range(count)
        ]
        cut = draw(st.integers(0, len(rows)))
        said.append(export(rows[:cut], rows[cut:], at=T1 + dt.timedelta(days=number)))
    history = [
        with_id(number, draw(st.sampled_from("ab")), table)
        for table in ("trades", "cash_transactions")
        for number in range(draw(st.integers(0, 4)))
    ]
    while history:
        size = draw(st.integers(1, len(history)))
        said.append(page(*draw(st.permutations(history[:size]))))
        history = history[draw(st.integers(1, size)) :]
    return draw(st.permutations(said))


def _most(said: Sequence[Told | Page]) -> Counter[tuple[str, str]]:
    """Count by table and likeness what each source tells, and take the most."""
    most: Counter[tuple[str, str]] = Counter()
    history: set[tuple[str, str, str]] = set()
    for one in said:
        if isinstance(one, Batch):
            history |= {(type(row).__name__, row.likeness, row.key) for row in _alike(one)}
        else:
            rows = (row for batch in one.batches for row in _alike(batch))
            most |= Counter((type(row).__name__, row.likeness) for row in rows)
    return most | Counter((kind, like) for kind, like, _ in history)


def _alike(batch: Batch) -> list[Any]:
    return list(batch.records)


@settings(max_examples=examples(6), deadline=None)
@given(_sources(), st.randoms(use_true_random=False))
async def test_each_fact_is_there_as_often_as_its_most_talkative_source_tells_it(
    said: list[Told | Page], random: Any
) -> None:
    found = await known(*said)

    tables = {"Trade": "trades", "CashTransaction": "cash_transactions"}
    counted = Counter(
        (kind, like) for kind, table in tables.items() for like in values(found[table], "likeness")
    )
    assert counted == _most(said)
    other = list(said)
    random.shuffle(other)
    assert keys(found) == keys(await known(*other))


def keys(found: Contents) -> dict[str, list[str]]:
    return {table: sorted(values(found[table], "key")) for table in MAKE}

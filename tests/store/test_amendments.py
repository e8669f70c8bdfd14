"""What changed since an answer is added to it; what is not named is neither closed nor in doubt."""

import asyncio
import datetime as dt
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.batches import Batch
from qm_tui.store.reading.holdings import current_balances
from qm_tui.store.reading.links import link_history
from qm_tui.store.reading.runs import state
from qm_tui.store.store import Store, open_store
from tests.builders import a_balance, a_batch, a_position, an_equity, holds
from tests.conftest import NOW
from tests.examples import examples
from tests.store.live import BETWEEN, LIVE, Clock, held
from tests.store.stores import an_empty_store

NAMES = ("A", "B", "C")


Answer = tuple[int, Batch]
"""At which minute it came, and what it was."""


def at(minute: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minute)


def positions(minute: int, /, **quantities: int) -> list[Any]:
    return [
        a_position(instrument=an_equity(name, name), quantity=quantity, as_of=at(minute))
        for name, quantity in quantities.items()
    ]


def whole(minute: int, /, **quantities: int) -> Answer:
    rows = positions(minute, **quantities)
    return minute, a_batch(*rows, holds=[holds("positions", as_of=at(minute))])


def part(minute: int, /, **quantities: int) -> Answer:
    rows = positions(minute, **quantities)
    return minute, a_batch(*rows, section="positions", incomplete="It was cut off.")


def change(minute: int, /, **quantities: int) -> Answer:
    return minute, a_batch(*positions(minute, **quantities), section="positions", amends=True)


async def hear(store: Store, clock: Clock, *answers: Answer) -> dict[str, tuple[int, bool]]:
    """Store answers, each in a run of its own; return what is held then."""
    for minute, batch in answers:
        clock.now = at(minute)
        async with store.writer.run(BETWEEN if batch.amends else LIVE) as run:
            await run.save(batch)
    return await held(store.reader)


async def test_an_amendment_puts_nothing_else_in_doubt(store: Store, clock: Clock) -> None:
    assert await hear(store, clock, whole(0, A=1, B=2), change(1, A=5)) == {
        "A": (5, False),
        "B": (2, False),
    }


async def test_a_quantity_of_zero_closes_and_a_later_one_opens_again(
    store: Store, clock: Clock
) -> None:
    assert await hear(store, clock, whole(0, A=1, B=2), change(1, A=0)) == {"B": (2, False)}
    assert await hear(store, clock, change(2, A=3, C=4)) == {
        "A": (3, False),
        "B": (2, False),
        "C": (4, False),
    }


async def test_an_incomplete_answer_makes_stale_what_it_does_not_name(
    store: Store, clock: Clock
) -> None:
    found = await hear(
        store, clock, whole(0, A=1, B=2, C=3), change(1, B=4), part(2, A=1), change(3, C=5)
    )

    assert found == {"A": (1, False), "B": (4, True), "C": (5, False)}


async def test_an_answer_that_did_not_come_makes_all_stale_and_seems_no_newer(
    store: Store, clock: Clock
) -> None:
    assert await hear(store, clock, whole(0, A=1, B=2), change(1, B=3), part(5)) == {
        "A": (1, True),
        "B": (3, True),
    }
    assert (await store.reader.read(state)).newest_as_of == at(1)
    (link,) = await store.reader.read(link_history)
    assert link.newest_as_of == at(1)


async def test_a_complete_answer_replaces_all_that_was_amended(store: Store, clock: Clock) -> None:
    found = await hear(
        store, clock, whole(0, A=1, B=2), change(1, A=0, C=9), part(2), whole(3, A=7)
    )

    assert found == {"A": (7, False)}


async def test_the_last_word_of_one_moment_holds(store: Store, clock: Clock) -> None:
    assert await hear(store, clock, whole(0, A=1), change(0, A=2)) == {"A": (2, False)}
    assert await hear(store, clock, change(0, A=3)) == {"A": (3, False)}
    twice = 0, a_batch(*positions(0, A=4), *positions(0, A=6), amends=True)
    assert await hear(store, clock, twice) == {"A": (6, False)}


async def test_an_amendment_of_the_same_run_is_not_lost(store: Store, clock: Clock) -> None:
    async with store.writer.run(LIVE) as run:
        await run.save(whole(0, A=1, B=2)[1])
        await run.save(change(0, A=5)[1])

    assert await held(store.reader) == {"A": (5, False), "B": (2, False)}


async def test_an_amendment_holds_nothing_completely(store: Store, clock: Clock) -> None:
    batch = a_batch(*positions(1, A=5), amends=True, holds=[holds("positions", as_of=at(1))])

    assert await hear(store, clock, whole(0, A=1, B=2), (1, batch)) == {
        "A": (5, False),
        "B": (2, False),
    }


async def test_before_any_complete_answer_what_was_amended_is_held(
    store: Store, clock: Clock
) -> None:
    assert await hear(store, clock, change(0, A=1), change(1, B=2)) == {
        "A": (1, False),
        "B": (2, False),
    }


async def test_an_account_that_came_whole_is_whole_beside_one_that_did_not(
    store: Store, clock: Clock
) -> None:
    other = a_position(account="U7", instrument=an_equity("X", "X"), as_of=at(0))
    both = a_batch(other, holds=[holds("positions", "U7", at(0))])
    await hear(store, clock, whole(0, A=1, B=2), (0, both))
    answer = a_batch(
        *positions(1, A=1), holds=[holds("positions", as_of=at(1))], incomplete="U7 did not answer."
    )

    assert await hear(store, clock, (1, answer)) == {"A": (1, False), "X": (100, True)}


async def test_account_values_are_amended_too(store: Store, clock: Clock) -> None:
    def value(minute: int, tag: str, amount: int) -> Any:
        return a_balance(tag=tag, value=amount, as_of=at(minute))

    first = a_batch(
        value(0, "Cash", 1), value(0, "Gone", 2), holds=[holds("balances", as_of=at(0))]
    )  # fmt: skip
    later = a_batch(value(1, "Cash", 3), value(1, "DailyPnL", 4), amends=True)
    await hear(store, clock, (0, first), (1, later))

    async def values() -> dict[str, Decimal]:
        rows = await store.reader.read(current_balances)
        return {row.tag: row.value for row in rows}

    assert await values() == {"Cash": 3, "DailyPnL": 4, "Gone": 2}
    again = a_batch(value(2, "Cash", 5), holds=[holds("balances", as_of=at(2))])
    await hear(store, clock, (2, again))
    assert await values() == {"Cash": 5}


@dataclass
class Model:
    """What should be held, reckoned in the simplest way."""

    quantities: dict[str, int]
    doubted: set[str]

    def hear(self, kind: str, said: dict[str, int]) -> None:
        if kind == "whole":
            self.quantities = {}
        if kind != "change":
            self.doubted = set(self.quantities) - said.keys()
        self.quantities |= said
        self.doubted -= said.keys()

    def shown(self) -> dict[str, tuple[int, bool]]:
        return {
            name: (quantity, name in self.doubted)
            for name, quantity in self.quantities.items()
            if quantity
        }


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(["whole", "part", "change"]),
        st.dictionaries(st.sampled_from(NAMES), st.integers(-1, 2), max_size=3),
    ),
    min_size=1,
    max_size=6,
)
KINDS = {"whole": whole, "part": part, "change": change}


@settings(max_examples=examples(10), deadline=None)
@given(ANSWERS)
def test_whatever_comes_nothing_is_closed_but_by_a_complete_answer_or_a_zero(
    answers: list[tuple[str, dict[str, int]]],
) -> None:
    async def run(path: Path) -> None:
        clock = Clock(NOW)
        store = await open_store(path, clock)
        model = Model({}, set())
        try:
            for minute, (kind, said) in enumerate(answers):
                model.hear(kind, said)
                assert await hear(store, clock, KINDS[kind](minute, **said)) == model.shown()
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(an_empty_store(Path(folder))))

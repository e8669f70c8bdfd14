"""Whatever fails, and in whatever order: nothing is lost, invented, or closed by mistake."""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.domain.batches import Batch
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store, open_store
from qm_tui.sync.once import sync_once
from tests.builders import a_batch, a_position, an_account, an_equity, holds
from tests.conftest import NOW
from tests.store.stores import an_empty_store
from tests.sync.scripted import (
    HOLDER,
    QUICK,
    Broker,
    Scene,
    Step,
    a_deriver,
    an_importer,
)

SYMBOLS = ("AAPL", "MSFT", "IBM", "KO")
AWAY, REFUSED = BrokerUnavailable("Away."), BrokerRefused("No.")
ANSWERS = st.tuples(
    st.sampled_from(
        [
            "whole",
            "part",
            "nothing",
            "cut",
            "away",
            "refused",
            "broken",
            "lost before",
            "lost after",
        ]
    ),
    st.frozensets(st.sampled_from(SYMBOLS)),
)
"""How an answer ends, and what it names."""


def the_scene(kind: str, named: frozenset[str], at: dt.datetime) -> Scene:
    found = tuple(
        a_position(account="U1", instrument=an_equity(one, str(SYMBOLS.index(one) + 1)), as_of=at)
        for one in sorted(named)
    )
    part = Batch(section=Section.POSITIONS, records=found, incomplete="It did not come in time.")
    whole = Batch(section=Section.POSITIONS, records=found, holds=(holds("positions", "U1", at),))
    first: Step = a_batch(an_account("U1"))
    pulls: dict[str, Sequence[Step]] = {
        "whole": (first, whole),
        "part": (first, part),
        "nothing": (),
        "cut": (first, Batch(section=Section.POSITIONS, incomplete="Nothing came.")),
        "refused": (first, REFUSED),
        "broken": (first, part, KeyError("oops")),
        "lost before": (first, AWAY),
        "lost after": (first, whole, AWAY),
    }
    if kind == "away":
        return Scene(connect=AWAY)
    return Scene(pulls=[pulls[kind]])


async def synced(store: Store, scene: Scene) -> None:
    links = [Broker(scene).link()]
    events = sync_once(
        store, an_importer(store), a_deriver(store), links, lambda: NOW, HOLDER, QUICK
    )
    async with aclosing(events):
        async for _ in events:
            pass


async def lived(path: Path, answers: Sequence[tuple[str, frozenset[str]]]) -> None:
    store = await open_store(path, lambda: NOW)
    try:
        held: frozenset[str] = frozenset()
        for hour, (kind, named) in enumerate(answers):
            await synced(store, the_scene(kind, named, NOW + dt.timedelta(hours=hour)))
            if kind in {"whole", "lost after"}:
                held = named
            elif kind in {"part", "broken"}:
                held |= named
            shown = await positions(store.reader, Scope())
            assert {view.symbol for view in shown} == held
            assert len(shown) == len(held)
    finally:
        await store.close()


@given(st.lists(ANSWERS, min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_only_a_complete_answer_closes_a_position(
    answers: Sequence[tuple[str, frozenset[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(lived(an_empty_store(Path(folder)), answers))

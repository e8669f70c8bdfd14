"""The law of importing: what is known follows from the files, not from the order they came in."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.brokers.registry import recognize
from qm_tui.domain.events import SyncFailed, SyncFinished
from qm_tui.store.store import open_store
from qm_tui.sync.service import Importer
from tests.conftest import NOW
from tests.examples import examples
from tests.store.stores import Contents, an_empty_store, booked, contents, differences
from tests.sync.histories import CUTS, HAPPENINGS, Cut, Happening, text


def imported(files: Sequence[str]) -> Contents:
    """All that is known once these files were imported, one after the other."""

    async def run(folder: Path) -> Contents:
        paths = [
            folder / f"{number}.{'xml' if content.startswith('<') else 'csv'}"
            for number, content in enumerate(files)
        ]
        for path, content in zip(paths, files, strict=True):
            path.write_text(content)
        store = await open_store(an_empty_store(folder), lambda: NOW)
        try:
            importer = Importer(store.writer, recognize, ZoneInfo("America/New_York"))
            told = [event async for event in importer.import_files(paths)]
            assert not [event for event in told if isinstance(event, SyncFailed)]
            assert not [e for e in told if isinstance(e, SyncFinished) and e.refused]
            return await contents(store.reader)
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(Path(folder)))


@st.composite
def cuts_in_two_orders(draw: st.DrawFn) -> tuple[list[Cut], list[Cut]]:
    """Overlapping statements; and in another order, some of them twice."""
    cuts = draw(CUTS)
    again = draw(st.lists(st.sampled_from(cuts), max_size=2))
    return cuts, draw(st.permutations(cuts + again))


@settings(max_examples=examples(15), deadline=None)
@given(HAPPENINGS, cuts_in_two_orders())
def test_any_order_of_overlapping_statements_ends_in_the_same_store(
    history: list[Happening], orders: tuple[list[Cut], list[Cut]]
) -> None:
    one, other = (imported([text(cut, history) for cut in cuts]) for cuts in orders)

    assert differences(one, other) == []


@settings(max_examples=examples(10), deadline=None)
@given(HAPPENINGS, CUTS)
def test_overlapping_statements_bring_each_fill_once(
    history: list[Happening], cuts: list[Cut]
) -> None:
    found = imported([text(cut, history) for cut in cuts])

    happened = {
        one.number
        for one in history
        for cut in cuts
        if one.kind in ("trade", "no ids", "cancelled") and cut.tells(one)
    }
    assert len(booked(found)) == len(happened)

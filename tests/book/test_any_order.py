"""The law of deriving: rows follow from the facts, not from when and in how many steps."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from qm_tui.brokers.registry import recognize
from qm_tui.domain.events import SyncFailed
from qm_tui.store.store import open_store
from qm_tui.sync.service import Importer
from tests.book.following import derived, following, marks, rebuilt
from tests.conftest import NOW
from tests.examples import examples
from tests.store.stores import Contents, an_empty_store, differences
from tests.sync.histories import CUTS, HAPPENINGS, Cut, Happening, text
from tests.sync.test_any_order import cuts_in_two_orders


def derived_from(files: Sequence[str], *, at_once: bool) -> Contents:
    """What follows once these files were imported, derived after each of them or after all."""

    async def run(folder: Path) -> Contents:
        store = await open_store(an_empty_store(folder), lambda: NOW)
        try:
            importer = Importer(store.writer, recognize, ZoneInfo("America/New_York"))
            for number, content in enumerate(files):
                path = folder / f"{number}.{'xml' if content.startswith('<') else 'csv'}"
                path.write_text(content)
                told = [event async for event in importer.import_files([path])]
                assert not [event for event in told if isinstance(event, SyncFailed)]
                if not at_once:
                    await derived(store)
            await derived(store)
            assert await marks(store.reader) == 0
            found = await following(store.reader)
            assert (await rebuilt(store)).differences == []
            return found
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(Path(folder)))


@settings(max_examples=examples(10), deadline=None)
@given(HAPPENINGS, CUTS)
def test_deriving_file_by_file_ends_in_the_same_rows_as_deriving_once(
    history: list[Happening], cuts: list[Cut]
) -> None:
    files = [text(cut, history) for cut in cuts]

    one, other = (derived_from(files, at_once=at_once) for at_once in (False, True))

    assert differences(one, other) == []


@settings(max_examples=examples(10), deadline=None)
@given(HAPPENINGS, cuts_in_two_orders())
def test_any_order_of_files_ends_in_the_same_rows(
    history: list[Happening], orders: tuple[list[Cut], list[Cut]]
) -> None:
    one, other = (
        derived_from([text(cut, history) for cut in cuts], at_once=False) for cuts in orders
    )

    assert differences(one, other) == []

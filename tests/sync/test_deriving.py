"""What an import tells of deriving, and what becomes of it when nobody listens any more."""

from contextlib import aclosing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qm_tui.brokers.registry import recognize
from qm_tui.domain.events import Derived, Deriving, SyncFinished
from qm_tui.store.store import Store
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.service import Importer
from tests.book.following import derived, groups, marks
from tests.conftest import NOW


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.csv"
    path.write_text(
        "Date,Account,Symbol,Quantity,Price,Commission,Type,Id,Currency\n"
        "2024-01-02,U1,AAPL,100,10,1,BUY,1,USD\n"
        "2024-01-02,U1,MSFT,100,10,1,BUY,2,USD\n"
    )
    return path


@pytest.fixture
def importer(store: Store) -> Importer:
    deriver = Deriver(store.reader, store.writer, lambda: NOW)
    return Importer(store.writer, recognize, ZoneInfo("America/New_York"), deriver=deriver)


async def test_an_import_derives_behind_its_last_file(importer: Importer, ledger: Path) -> None:
    told = [event async for event in importer.import_files([ledger])]

    kinds = [type(event) for event in told]
    assert kinds.index(SyncFinished) < kinds.index(Deriving)
    assert isinstance(told[-1], Derived)
    assert (told[-1].groups, told[-1].lots, told[-1].findings) == (2, 2, 0)


async def test_an_import_that_brings_nothing_new_derives_nothing(
    importer: Importer, ledger: Path
) -> None:
    [event async for event in importer.import_files([ledger])]

    again = [event async for event in importer.import_files([ledger])]

    assert isinstance(again[-1], SyncFinished)


async def test_who_stops_listening_leaves_what_is_stored_and_what_waits(
    store: Store, importer: Importer, ledger: Path
) -> None:
    async with aclosing(importer.import_files([ledger])) as events:
        async for event in events:
            if isinstance(event, Deriving):
                break

    assert await marks(store.reader) + len(await groups(store.reader)) == 2
    await derived(store)
    assert await marks(store.reader) == 0

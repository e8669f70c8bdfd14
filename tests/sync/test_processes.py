"""Imports that are killed, that meet each other, and that lose the process that reads for them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

import pytest

from benchmarks.flex_generator import write_statement
from qm_tui.brokers.registry import recognize
from qm_tui.domain.events import SyncFailed, SyncFinished, SyncProgress, SyncStarted
from qm_tui.store.store import Store, open_store
from qm_tui.sync.service import Importer
from tests.cli.program import Program
from tests.conftest import NOW
from tests.store.stores import Contents, contents, differences
from tests.sync.processes import children, is_running, kill, size_of, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

EXECUTIONS = 3000
MOMENTS = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("statements")


@pytest.fixture(scope="module")
def large(folder: Path) -> Path:
    """Large enough for a process of its own to read it."""
    path = folder / "large.xml"
    write_statement(path, executions=EXECUTIONS, instruments=50)
    assert path.stat().st_size > 4_000_000
    return path


@pytest.fixture(scope="module")
def small(folder: Path) -> Path:
    path = folder / "small.xml"
    write_statement(path, executions=100, accounts=2, instruments=20, seed=2)
    path.write_text(path.read_text().replace("U900000", "U800000"))
    return path


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path / "home")
    made.home.mkdir()
    return made


@pytest.fixture
def importer(store: Store) -> Importer:
    return Importer(store.writer, recognize, ZoneInfo("America/New_York"))


def trades(program: Program) -> int:
    return len(json.loads(program("show", "trades", "--format", "json").out))


def started(program: Program, path: Path) -> "subprocess.Popen[bytes]":
    return program.start(
        "import", path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_an_import_that_is_killed_leaves_all_or_nothing(
    program: Program, small: Path, large: Path
) -> None:
    assert program("import", small).status == 0
    before, known = trades(program), program.store.stat().st_size
    log = program.store.with_name("portfolio.db-wal")
    # The journal of a whole import is about as large as what the import adds to the store.
    whole = Program(program.home.with_name("whole"))
    whole.home.mkdir()
    assert whole("import", large).status == 0
    growth = whole.store.stat().st_size

    seen = set()
    for moment in range(MOMENTS):
        running = started(program, large)
        enough = growth * moment // MOMENTS
        wait_until(
            lambda running=running, enough=enough: (  # type: ignore[misc]
                running.poll() is not None
                or size_of(log) + program.store.stat().st_size - known > enough
                or (not enough and bool(children(running.pid)))
            ),
            "the import is far enough",
        )
        readers = children(running.pid)
        kill(running)
        for reader in readers:
            wait_until(lambda reader=reader: not is_running(reader), "its reader ended")  # type: ignore[misc]
        assert program("db", "check").status == 0
        seen.add(trades(program))

    assert seen <= {before, before + EXECUTIONS}
    assert before in seen
    assert program("import", large).status == 0
    assert trades(program) == before + EXECUTIONS


def test_two_imports_at_once_into_a_new_store_both_complete(
    program: Program, small: Path, large: Path
) -> None:
    both = [started(program, path) for path in (large, small)]

    assert [running.wait(120) for running in both] == [0, 0]
    assert trades(program) == EXECUTIONS + 100
    assert program("db", "check").status == 0


def test_one_file_imported_twice_at_once_is_stored_once(program: Program, large: Path) -> None:
    both = [started(program, large) for _ in range(2)]

    assert [running.wait(120) for running in both] == [0, 0]
    assert trades(program) == EXECUTIONS
    assert (
        len({row["run"] for row in json.loads(program("show", "syncs", "--format", "json").out)})
        == 1
    )


async def test_a_document_that_another_stored_meanwhile_is_known(
    store: Store, importer: Importer, small: Path
) -> None:
    other = await open_store(store.path, lambda: NOW)
    rival = Importer(other.writer, recognize, ZoneInfo("America/New_York"))
    told = []
    async for event in importer.import_files([small]):
        told.append(event)
        if isinstance(event, SyncStarted):
            [one async for one in rival.import_files([small])]
    await other.close()

    assert isinstance(told[-1], SyncFinished)
    assert told[-1].already_known
    assert len((await contents(store.reader))["trades"]) == 100


async def test_a_reader_notices_what_another_process_stored(
    store: Store, program: Program, small: Path
) -> None:
    program.store = store.path
    before = await store.reader.data_version()
    assert await store.reader.data_version() == before

    assert (await asyncio.to_thread(program.apart, "import", small)).status == 0

    assert await store.reader.data_version() != before


@pytest.mark.parametrize("size", ["large", "small"])
async def test_an_import_that_is_cancelled_leaves_nothing(
    store: Store, importer: Importer, size: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(size)
    before = await contents(store.reader)
    async with aclosing(importer.import_files([path])) as events:
        async for event in events:
            if isinstance(event, SyncProgress) and event.rows:
                break

    assert await contents(store.reader) == before
    assert children(os.getpid()) == []
    told = [event async for event in importer.import_files([path])]
    assert isinstance(told[-1], SyncFinished)
    assert not told[-1].already_known


async def test_an_import_whose_reading_process_is_killed_says_so_and_stores_nothing(
    store: Store, importer: Importer, large: Path
) -> None:
    before = await contents(store.reader)
    told = []
    async for event in importer.import_files([large]):
        told.append(event)
        if isinstance(event, SyncProgress):
            for reader in children(os.getpid()):
                os.kill(reader, signal.SIGKILL)

    (failed,) = [event for event in told if isinstance(event, SyncFailed)]
    assert failed.reason.startswith("The process that read large.xml ended early.")
    assert isinstance(told[0], SyncStarted)
    assert not any(isinstance(event, SyncFinished) for event in told)
    assert await contents(store.reader) == before


async def test_a_file_that_vanishes_while_it_is_read_stores_nothing(
    store: Store, importer: Importer, large: Path, tmp_path: Path
) -> None:
    path = tmp_path / "vanishing.xml"
    await asyncio.to_thread(copyfile, large, path)
    told = []
    async for event in importer.import_files([path]):
        told.append(event)
        if isinstance(event, SyncStarted):
            path.unlink()

    assert isinstance(told[-1], SyncFailed)
    assert (await contents(store.reader))["trades"] == []


async def test_what_was_imported_before_is_not_read_again(importer: Importer, small: Path) -> None:
    first = [event async for event in importer.import_files([small])]
    again = [event async for event in importer.import_files([small])]

    assert isinstance(first[-1], SyncFinished)
    assert isinstance(again[-1], SyncFinished)
    assert again[-1].already_known


async def test_large_and_small_ways_of_reading_store_the_same(tmp_path: Path, small: Path) -> None:
    async def after(folder: str, *, apart_from: int) -> Contents:
        store = await open_store(tmp_path / folder / "portfolio.db", lambda: NOW)
        zone = ZoneInfo("America/New_York")
        importer = Importer(store.writer, recognize, zone, apart_from=apart_from)
        told = [event async for event in importer.import_files([small])]
        found = await contents(store.reader)
        await store.close()
        assert isinstance(told[-1], SyncFinished)
        return found

    here = await after("here", apart_from=10**12)

    assert here["trades"]
    assert differences(here, await after("apart", apart_from=0)) == []

"""Programs that are killed while they sync: who comes next takes over, and knows it."""

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import OperationalError, connect

import pytest

from qm_tui.domain.events import SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.selection import Scope
from qm_tui.queries.positions import positions
from qm_tui.store.store import open_store
from tests.cli.doubles import a_gateway
from tests.cli.program import Program as Command
from tests.conftest import NOW
from tests.sync.processes import kill, wait_until
from tests.sync.scripted import Broker, Scene, a_program, runs_of
from tests.sync.test_workers import a_pull

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks which processes run")


def runs_that_go_on(store: Path) -> int:
    """How many runs say that they run and have something to show."""
    if not store.exists():
        return 0
    with closing(connect(f"file:{store}?mode=ro", uri=True)) as file:
        try:
            found = file.execute(
                "SELECT count(*) FROM sync_runs r WHERE state = 'running' AND EXISTS "
                "(SELECT 1 FROM sync_sections s WHERE s.run_id = r.id)"
            ).fetchone()
        except OperationalError:
            return 0
    return int(found[0])


async def test_a_sync_that_was_killed_is_taken_over_at_once(tmp_path: Path) -> None:
    command = Command(tmp_path)
    # Says what is held, and never that this was all: so the sync goes on for a while.
    with a_gateway("--fault", "no-position-end", "--after", "0") as gateway:
        command.config.write_text(
            f"[[connection]]\nname='ib'\nbroker='ibkr'\nport={gateway.said}\nmarket_data=false\n"
        )
        running = command.start(
            "--config", command.config, "sync",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await asyncio.to_thread(
                wait_until, lambda: runs_that_go_on(command.store) == 1, "a sync goes on"
            )
        finally:
            await asyncio.to_thread(kill, running)

    store = await open_store(command.store, lambda: NOW)
    try:
        (orphan,) = await runs_of(store)
        assert orphan.state == "running"
        holder = f"{os.getpid()}@{socket.gethostname()} monitor"
        async with a_program(
            store, Broker(Scene(pulls=[a_pull()])).link(), holder=holder
        ) as program:
            health = await program.state(LinkState.LIVE)
            assert program.all(SyncFinished)
            assert (health.runs, health.failures) == (2, 1)
        orphan, ours = sorted(await runs_of(store), key=lambda run: run.run)
        assert (orphan.state, ours.state) == ("failed", "done")
        assert "ended early" in orphan.error
        assert "AAPL" in {view.symbol for view in await positions(store.reader, Scope())}
    finally:
        await store.close()

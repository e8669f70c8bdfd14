"""Whoever is asked to end by the system gives the terminal back, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection, connect

import pytest
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread

from qm_tui.ui.lost_terminal import outlive_terminals
from tests.terminal import Terminal, terminal


def asked_to_end(it: Terminal, number: signal.Signals) -> int:
    assert it.child.pid is not None
    os.kill(it.child.pid, number)
    return it.until_ended()


@pytest.fixture
def passing(tmp_path: Path) -> Path:
    """Where stores are that are gone afterwards."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


def test_a_demo_that_is_asked_to_end_leaves_no_store_behind(tmp_path: Path, passing: Path) -> None:
    with terminal(tmp_path, "--demo", TMPDIR=str(passing)) as it:
        it.until_shown("3 accounts")
        assert list(passing.glob("*/portfolio.db"))
        assert asked_to_end(it, signal.SIGTERM) == 128 + signal.SIGTERM
    assert list(passing.iterdir()) == []
    assert b"Traceback" not in it.written


def test_a_demo_that_has_hardly_begun_leaves_no_store_behind(tmp_path: Path, passing: Path) -> None:
    with terminal(tmp_path, "--demo", TMPDIR=str(passing)) as it:
        it.until(lambda: list(passing.iterdir()))
        assert asked_to_end(it, signal.SIGTERM) == 128 + signal.SIGTERM
    assert list(passing.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_given_back_by_who_is_asked_to_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    with terminal(tmp_path) as it:
        it.until_shown("Welcome to qm-tui")
        assert asked_to_end(it, number) == 128 + number
    for given_back, taken in (
        (b"\x1b[?1049l", b"\x1b[?1049h"),
        (b"\x1b[?25h", b"\x1b[?25l"),
        (b"\x1b[?1000l", b"\x1b[?1000h"),
    ):
        assert it.written.rfind(given_back) > it.written.rfind(taken) >= 0


@contextmanager
def something_to_write_into_a_locked_store(folder: Path) -> Iterator[tuple[Terminal, Connection]]:
    """Quit while a column that was widened cannot be kept yet."""
    store = folder / "portfolio.db"
    with terminal(folder, "--store", str(store)) as it:
        it.until_shown("Welcome to qm-tui")
        with closing(connect(store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            it.press("7>q")
            it.until_shown("another program holds it locked. Ctrl+C leaves at once")
            yield it, other


def test_who_quits_while_the_store_is_locked_has_the_terminal_back_and_may_leave(
    tmp_path: Path,
) -> None:
    with something_to_write_into_a_locked_store(tmp_path) as (it, _):
        assert it.written.rfind(b"\x1b[?1049l") > it.written.rfind(b"\x1b[?1049h") >= 0
        it.press("\x03")
        assert it.until_ended() == 128 + signal.SIGINT
    assert b"Traceback" not in it.written


def test_who_waits_until_the_store_is_free_loses_nothing(tmp_path: Path) -> None:
    with something_to_write_into_a_locked_store(tmp_path) as (it, other):
        other.execute("ROLLBACK")
        assert it.until_ended() == 0
        [(kept,)] = other.execute("SELECT preferences FROM users").fetchall()
        assert "widths" in kept


def test_a_monitor_whose_terminal_is_gone_ends(tmp_path: Path) -> None:
    with terminal(tmp_path) as it:
        it.until_shown("Welcome to qm-tui")
        it.child.ptyproc.fileobj.close()
        waiting = threading.Thread(target=it.child.wait, daemon=True)
        waiting.start()
        waiting.join(timeout=20)
        assert not waiting.is_alive()


def test_nobody_waits_for_a_terminal_that_is_gone_to_take_what_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linux_driver, "WriterThread", WriterThread)
    outlive_terminals()
    window, program = os.openpty()
    file = os.fdopen(program, "w")
    writer: WriterThread = vars(linux_driver)["WriterThread"](file)
    writer.start()
    os.close(window)

    def draw() -> None:
        for _ in range(1_000):
            writer.write("a line")
        writer.stop()

    drawing = threading.Thread(target=draw, daemon=True)
    drawing.start()
    drawing.join(timeout=10)
    with suppress(OSError):
        file.close()
    assert not drawing.is_alive()


_FROZEN = """
import asyncio, os, queue, signal
from textual.app import App
from qm_tui.ui import ending

async def draw():
    ending._LONGEST = 0.2
    ending.end_when_asked(App())
    lines = queue.Queue(1)
    lines.put("what the terminal does not take")
    os.kill(os.getpid(), signal.SIGTERM)
    lines.put("what waits for it")

asyncio.run(draw())
"""


def test_a_monitor_whose_terminal_stands_still_ends_when_it_is_asked_to() -> None:
    ended = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", _FROZEN], timeout=30, check=False
    )
    assert ended.returncode == 128 + signal.SIGTERM

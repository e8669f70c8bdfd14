"""Whoever is asked to end by the system gives the terminal back, and leaves nothing behind."""

import os
import signal
from pathlib import Path

import pytest

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

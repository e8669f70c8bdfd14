"""`login` and `logout`: asked, tried, kept in the keyring, and taken out of it again."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import keyrings
from tests.cli.doubles import Double, a_flex_service
from tests.cli.program import ROOT, Program, Ran
from tests.keyrings import MemoryKeyring, SilentKeyring, TroubledKeyring

TOKEN = "402837465564738291"  # noqa: S105 - nobody takes it
KEPT = "qm-tui ib-flex:token"


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with a_flex_service("--token", TOKEN, "--query", "123456") as running:
        yield running


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    made = MemoryKeyring()
    keyrings.use(made, monkeypatch)
    return made


def configured(program: Program, url: str, query: str = "123456") -> Program:
    program.config.write_text(
        f"[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\nquery_id='{query}'\n"
        f"base_url='{url}'\n\n[[connection]]\nname='ib'\nbroker='ibkr'\n\n"
        "[[connection]]\nname='tasty'\nbroker='tastytrade'\n"
    )
    return program


@pytest.fixture
def flex(program: Program, service: Double) -> Program:
    return configured(program, service.said)


def run(program: Program, *arguments: str, given: str = "") -> Ran:
    """Run a command with something on its standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(given))
        return program("--config", program.config, *arguments)


def test_a_token_that_is_piped_in_is_tried_and_kept(flex: Program, memory: MemoryKeyring) -> None:
    ran = run(flex, "login", "ib-flex", given=f"  {TOKEN}\r\n")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "The token and the query are accepted.",
        "The token of ib-flex is in the keyring.",
    ]
    assert memory.kept == {KEPT: TOKEN}


def test_a_token_that_is_refused_is_not_kept(flex: Program, memory: MemoryKeyring) -> None:
    memory.kept[KEPT] = "the former"

    ran = run(flex, "login", "ib-flex", given="999\n")

    assert (ran.status, ran.out) == (1, "")
    assert "token" in ran.err
    assert "Nothing is stored." in ran.err
    assert "999" not in ran.err
    assert memory.kept == {KEPT: "the former"}


def test_a_token_that_cannot_be_tried_is_kept_and_that_is_said(
    program: Program, memory: MemoryKeyring
) -> None:
    with a_flex_service() as gone:
        url = gone.said
    configured(program, url)

    ran = run(program, "login", "ib-flex", given=TOKEN)

    assert ran.status == 0
    assert ran.out == "The token of ib-flex is in the keyring.\n"
    assert "it could not be tried" in ran.err
    assert memory.kept == {KEPT: TOKEN}


@pytest.mark.parametrize("given", ["", "\n", "12 34", "1" * 9000, "12\x0034"])
def test_what_cannot_be_a_token_is_not_even_tried(
    flex: Program, memory: MemoryKeyring, given: str
) -> None:
    ran = run(flex, "login", "ib-flex", given=given)

    assert (ran.status, ran.out) == (1, "")
    assert "Nothing is stored." in ran.err
    assert memory.kept == {}


def test_without_a_keyring_nothing_is_asked_and_the_variable_is_named(flex: Program) -> None:
    ran = run(flex, "login", "ib-flex", given=TOKEN)

    assert (ran.status, ran.out) == (1, "")
    assert "There is no keyring that could keep a secret" in ran.err
    assert "QM_TUI_IB_FLEX_TOKEN" in ran.err


def test_a_keyring_that_is_locked_is_told(flex: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    keyrings.use(TroubledKeyring(), monkeypatch)

    ran = run(flex, "login", "ib-flex", given=TOKEN)

    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "The keyring is locked." in ran.err
    assert "The token is not stored." in ran.err


def test_a_connection_without_query_cannot_be_tried_and_says_what_is_missing(
    program: Program, memory: MemoryKeyring
) -> None:
    program.config.write_text("[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\n")

    ran = run(program, "login", "ib-flex", given=TOKEN)

    assert ran.status == 1
    assert "has no query_id in the configuration" in ran.err
    assert memory.kept == {}


def test_the_gateway_needs_no_secret(flex: Program, memory: MemoryKeyring) -> None:
    for command in ("login", "logout"):
        ran = run(flex, command, "ib")
        assert (ran.status, ran.err) == (0, "")
        assert "logs in by itself" in ran.out


@pytest.mark.parametrize("command", ["login", "logout", "sync"])
def test_a_name_that_is_not_configured_is_told_with_those_that_are(
    flex: Program, command: str
) -> None:
    ran = run(flex, command, "ib-flx")

    assert (ran.status, ran.out) == (2, "")
    assert "there is no connection 'ib-flx'; the connections are ib-flex, ib, tasty" in ran.err


@pytest.mark.parametrize("command", [["login", "x"], ["logout", "x"], ["sync"], ["sync", "x"]])
def test_without_a_connection_it_is_said_what_to_write_where(
    program: Program, command: list[str]
) -> None:
    program.config.write_text("")

    ran = run(program, *command)

    assert (ran.status, ran.out) == (2, "")
    assert f"Write into {program.config}" in ran.err
    assert '[[connection]]\nname = "ib"' in ran.err


def test_logout_removes_what_login_kept(flex: Program, memory: MemoryKeyring) -> None:
    memory.kept[KEPT] = TOKEN

    first, second = (run(flex, "logout", "ib-flex") for _ in range(2))

    assert (first.status, first.err) == (0, "")
    assert first.out == "The token of ib-flex is removed from the keyring.\n"
    assert (second.status, second.out) == (0, "The keyring has no token of ib-flex.\n")
    assert memory.kept == {}


def test_logout_says_when_the_environment_still_has_one(
    flex: Program, memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", TOKEN)

    ran = run(flex, "logout", "ib-flex")

    assert ran.status == 0
    assert "QM_TUI_IB_FLEX_TOKEN is still set" in ran.err
    assert TOKEN not in ran.err + ran.out


def test_logout_without_a_keyring_says_so(flex: Program) -> None:
    ran = run(flex, "logout", "ib-flex")

    assert (ran.status, ran.out) == (1, "")
    assert "There is no keyring to use" in ran.err


def test_a_keyring_that_hangs_is_given_up(flex: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = SilentKeyring()
    keyrings.use(silent, monkeypatch)
    monkeypatch.setattr("qm_tui.cli.login._PATIENCE", 0.1)

    ran = run(flex, "logout", "ib-flex")

    silent.answers.set()
    assert ran.status == 1
    assert "did not answer within" in ran.err


def test_at_a_terminal_the_token_is_asked_for_and_not_shown(flex: Program, tmp_path: Path) -> None:
    kept = tmp_path / "keyring.json"
    environment = flex.environment | {
        "PYTHON_KEYRING_BACKEND": "tests.keyrings.FileKeyring",
        keyrings.FILE: str(kept),
    }
    command = [
        sys.executable, str(ROOT / "tests/cli/with_keyring.py"), "--store", str(flex.store),
        "--config", str(flex.config), "login", "ib-flex",
    ]  # fmt: skip
    ours, theirs = pty.openpty()
    running = subprocess.Popen(  # noqa: S603
        command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, TOKEN.encode() + b"\n")
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
    os.close(ours)

    assert running.wait(timeout=30) == 0, shown
    assert b"Token of ib-flex (not shown): " in shown
    assert b"The token of ib-flex is in the keyring." in shown
    assert TOKEN.encode() not in shown
    assert TOKEN in kept.read_text()

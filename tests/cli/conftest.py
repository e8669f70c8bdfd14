import shutil
from pathlib import Path

import pytest

from benchmarks.flex_generator import write_statement
from tests.cli.program import Program
from tests.store.laid import lay


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program with a home of its own and nothing in it."""
    made = Program(tmp_path / "home")
    made.home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, made.environment[name])
    monkeypatch.delenv("QM_TUI_CONFIG", raising=False)
    return made


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the keyring of whoever runs the tests out of them."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    # It may have been looked up before.
    monkeypatch.setattr("keyring.core._keyring_backend", None)


@pytest.fixture(autouse=True)
def no_requests_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten requests a minute are allowed with one token: earlier tests used none of them up."""
    monkeypatch.setattr("qm_tui.brokers.ibkr.flex_pace._paces", {})


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small statement of two accounts with everything a query can have; nobody writes to it."""
    path = tmp_path_factory.mktemp("generated") / "statement.xml"
    write_statement(path, executions=60, accounts=2, instruments=20, details=True)
    return path


@pytest.fixture
def statement(tmp_path: Path, generated: Path) -> Path:
    """A copy of the statement."""
    return shutil.copyfile(generated, tmp_path / "statement.xml")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory, generated: Path) -> Path:
    """The store into which the statement was imported; nobody writes to it."""
    program = Program(tmp_path_factory.mktemp("imported"))
    assert program("import", generated).status == 0
    return program.store


@pytest.fixture
def filled(program: Program, imported: Path) -> Program:
    """The program with the statement in its store."""
    lay(program.store).write_bytes(imported.read_bytes())
    return program

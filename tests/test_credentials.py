"""Whether the keyring can be used, found out without asking it for anything."""

import subprocess
import sys

import pytest

from qm_tui.credentials import environment_name


@pytest.mark.parametrize(
    ("connection", "field", "name"),
    [
        ("ib-flex", "token", "QM_TUI_IB_FLEX_TOKEN"),
        ("tasty", "client_secret", "QM_TUI_TASTY_CLIENT_SECRET"),
        ("tasty", "refresh_token", "QM_TUI_TASTY_REFRESH_TOKEN"),
    ],
)
def test_a_secret_has_an_environment_variable_of_its_own(
    connection: str, field: str, name: str
) -> None:
    assert environment_name(connection, field) == name


def _status(backend: str) -> str:
    # In a process of its own: keyring keeps the backend it has once found.
    code = "from qm_tui.credentials import keyring_status as s; t = s(); print(t.usable, t.detail)"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        env={"PYTHON_KEYRING_BACKEND": backend, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    "backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"]
)
def test_a_backend_that_keeps_nothing_is_not_usable(backend: str) -> None:
    assert _status(backend).startswith("False")


def test_a_backend_that_does_not_exist_is_said_and_breaks_nothing() -> None:
    assert _status("no.such.Backend").startswith("False the configured backend fails")

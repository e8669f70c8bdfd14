"""Secrets: where they are found, how they are kept, and a keyring that is of no help."""

import asyncio
import pickle
import subprocess
import sys
import time

import pytest
from keyring.errors import KeyringError, KeyringLocked, PasswordSetError

from qm_tui.credentials import (
    Secret,
    SecretTrouble,
    Trouble,
    Vault,
    Whereabouts,
    environment_name,
    keyring_status,
    secret_of,
)
from tests import keyrings
from tests.keyrings import (
    Chain,
    KeychainDenied,
    MemoryKeyring,
    SilentKeyring,
    TroubledKeyring,
)

VARIABLE = "QM_TUI_IB_FLEX_TOKEN"


@pytest.mark.parametrize(
    ("connection", "field", "name"),
    [
        ("ib-flex", "token", "QM_TUI_IB_FLEX_TOKEN"),
        ("tasty", "client_secret", "QM_TUI_TASTY_CLIENT_SECRET"),
        ("tasty", "refresh_token", "QM_TUI_TASTY_REFRESH_TOKEN"),
        ("my ib.2", "token", "QM_TUI_MY_IB_2_TOKEN"),
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


def test_a_backend_with_the_name_of_a_trusted_one_in_front_is_not_trusted() -> None:
    assert _status("keyring.backends.nullSecretService.Keyring").startswith("False")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    made = MemoryKeyring()
    keyrings.use(made, monkeypatch)
    return made


async def test_what_is_kept_is_found_under_the_connection_and_the_name(
    memory: MemoryKeyring,
) -> None:
    vault = Vault({})

    await vault.keep("ib-flex", "token", Secret("123"))

    assert memory.kept == {"qm-tui ib-flex:token": "123"}
    found = await vault.find("ib-flex", "token")
    assert found is not None
    assert (found.secret.reveal(), found.where) == ("123", Whereabouts.KEYRING)
    assert await vault.find("other", "token") is None


async def test_the_keyring_goes_before_the_environment(memory: MemoryKeyring) -> None:
    vault = Vault({VARIABLE: "from outside\n"})
    found = await vault.find("ib-flex", "token")
    assert found is not None
    assert (found.secret.reveal(), found.where) == ("from outside", Whereabouts.ENVIRONMENT)

    await vault.keep("ib-flex", "token", Secret("kept"))

    found = await vault.find("ib-flex", "token")
    assert found is not None
    assert found.secret.reveal() == "kept"


async def test_removing_tells_whether_there_was_one(memory: MemoryKeyring) -> None:
    vault = Vault({})
    await vault.keep("ib-flex", "token", Secret("123"))

    assert [await vault.forget("ib-flex", "token") for _ in range(2)] == [True, False]
    assert memory.kept == {}


@pytest.mark.parametrize("empty", ["", " ", "\n"])
async def test_an_empty_variable_is_none(memory: MemoryKeyring, empty: str) -> None:
    assert await Vault({VARIABLE: empty}).find("ib-flex", "token") is None


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (KeyringLocked("x"), Trouble.LOCKED),
        (KeychainDenied("x"), Trouble.DENIED),
        (PasswordSetError("hunter2"), Trouble.FAILED),
        (KeyringError("hunter2"), Trouble.FAILED),
        (OSError("hunter2"), Trouble.FAILED),
        (TypeError("hunter2"), Trouble.FAILED),
    ],
)
async def test_a_keyring_that_fails_is_told_in_words_without_its_own(
    monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: Trouble
) -> None:
    made = TroubledKeyring()
    made.error = error
    keyrings.use(made, monkeypatch)

    with pytest.raises(SecretTrouble) as told:
        await Vault({}).keep("ib-flex", "token", Secret("hunter2"))

    assert told.value.trouble is trouble
    assert "hunter2" not in str(told.value)


async def test_the_environment_stands_in_for_a_keyring_that_is_locked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyrings.use(TroubledKeyring(), monkeypatch)

    found = await Vault({VARIABLE: "123"}).find("ib-flex", "token")

    assert found is not None
    assert found.where is Whereabouts.ENVIRONMENT
    with pytest.raises(SecretTrouble, match="The keyring is locked"):
        await Vault({}).find("ib-flex", "token")


async def test_a_keyring_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = SilentKeyring()
    keyrings.use(silent, monkeypatch)
    vault = Vault({}, patience=0.05)

    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(SecretTrouble, match="did not answer within") as told:
            await vault.find("ib-flex", "token")
        assert told.value.trouble is Trouble.TIMED_OUT
    assert time.monotonic() - began < 2

    silent.answers.set()
    assert await vault.find("ib-flex", "token", 5) is None
    # What nobody waits for any more is not asked: each question may open a window.
    assert silent.asked == 2


def test_a_keyring_that_does_not_answer_does_not_keep_the_program_from_ending() -> None:
    code = (
        "import asyncio, pytest\n"
        "from tests import keyrings\n"
        "from qm_tui.credentials import SecretTrouble, Vault\n"
        "with pytest.MonkeyPatch.context() as patch:\n"
        "    keyrings.use(keyrings.SilentKeyring(), patch)\n"
        "    try: asyncio.run(Vault({}, patience=0.1).find('a', 'b'))\n"
        "    except SecretTrouble as told: print(told.trouble)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert (done.stdout, done.stderr) == ("timed_out\n", "")


async def test_without_a_keyring_nothing_is_kept_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Not trusted: it is only the keyring.
    monkeypatch.setattr("keyring.core._keyring_backend", made := MemoryKeyring())

    with pytest.raises(SecretTrouble, match="There is no keyring to use") as told:
        await Vault({}).keep("ib-flex", "token", Secret("123"))

    assert told.value.trouble is Trouble.NO_KEYRING
    assert made.kept == {}
    assert await Vault({}).find("ib-flex", "token") is None


async def test_of_a_chain_only_the_trusted_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_file = type("PlaintextKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})()
    trusted = MemoryKeyring()
    keyrings.use(Chain(plain_file, trusted), monkeypatch)

    await Vault({}).keep("ib-flex", "token", Secret("123"))

    assert keyring_status().usable
    assert (plain_file.kept, list(trusted.kept.values())) == ({}, ["123"])


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{!r:>40}".format])
def test_a_secret_is_never_shown(shown: type[str]) -> None:
    assert "hunter2" not in shown(Secret("hunter2"))
    with pytest.raises(TypeError):
        pickle.dumps(Secret("hunter2"))


@pytest.mark.parametrize("pasted", ["123", " 123\n", "\ufeff123\r\n", "\t123\u200b ", "\xa0123"])
def test_what_was_pasted_around_a_token_is_not_of_it(pasted: str) -> None:
    assert secret_of(pasted).reveal() == "123"


@pytest.mark.parametrize(
    ("pasted", "trouble"),
    [
        ("", Trouble.EMPTY),
        (" \n", Trouble.EMPTY),
        ("12 34", Trouble.BROKEN),
        ("12\n34", Trouble.BROKEN),
        ("12\x0034", Trouble.BROKEN),
        ("1" * 2501, Trouble.TOO_LONG),
    ],
)
def test_what_cannot_be_a_secret_is_refused_without_repeating_it(
    pasted: str, trouble: Trouble
) -> None:
    with pytest.raises(SecretTrouble) as told:
        secret_of(pasted)

    assert told.value.trouble is trouble
    assert "34" not in str(told.value)


async def test_nothing_is_asked_for_whoever_gave_up_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = SilentKeyring()
    keyrings.use(silent, monkeypatch)
    vault = Vault({})

    asking = asyncio.create_task(vault.find("ib-flex", "token"))
    await asyncio.to_thread(silent.begun.wait)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    silent.answers.set()

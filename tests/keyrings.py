"""Keyrings that behave as tests need them. The program trusts none of them: tests make it."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError
from typing_extensions import override

from qm_tui import credentials

FILE = "TEST_KEYRING_FILE"


class MemoryKeyring(KeyringBackend):
    """Keeps secrets while it lives."""

    priority = -1.0  # never the one that keyring picks by itself

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[str, str] = {}

    @override
    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(f"{service} {username}")

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[f"{service} {username}"] = password

    @override
    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError("there is no such password")


class KeychainDenied(KeyringError):  # noqa: N818 - so it is called there
    """Named as the one of macOS."""


class TroubledKeyring(MemoryKeyring):
    """Raises something instead of answering."""

    error: Exception = KeyringLocked("locked, and here is the secret: hunter2")

    @override
    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


class SilentKeyring(MemoryKeyring):
    """Never answers, like one that waits for a password in a window that nobody sees."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = Event()
        self.answers = Event()
        self.asked = 0

    @override
    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.begun.set()
        self.answers.wait()
        return super().get_password(service, username)


class Chain(ChainerBackend):
    """Asks several, one after the other."""

    priority = -1.0
    backends: Sequence[KeyringBackend] = ()

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.backends = backends


class FileKeyring(MemoryKeyring):
    """For processes: keeps secrets in the file that the environment names."""

    @override
    def get_password(self, service: str, username: str) -> str | None:
        self._read()
        return super().get_password(service, username)

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        self._read()
        super().set_password(service, username, password)
        self._write()

    @override
    def delete_password(self, service: str, username: str) -> None:
        self._read()
        super().delete_password(service, username)
        self._write()

    def _read(self) -> None:
        path = Path(os.environ[FILE])
        self.kept = json.loads(path.read_text()) if path.exists() else {}

    def _write(self) -> None:
        Path(os.environ[FILE]).write_text(json.dumps(self.kept))


def trust(patch: pytest.MonkeyPatch) -> None:
    """Let this module be one of those whose backends are trusted."""
    patch.setattr(credentials, "_TRUSTED", (*credentials._TRUSTED, __name__))


def use(backend: KeyringBackend, patch: pytest.MonkeyPatch) -> None:
    """Make a backend the keyring of this machine."""
    trust(patch)
    patch.setattr(keyring.core, "_keyring_backend", backend)

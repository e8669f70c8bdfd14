"""Secrets: in the keyring of the operating system, or in the environment where there is none.

A keyring may be locked, ask its owner, or never answer. So whoever has an event loop goes through
`Vault`, which waits only so long, and never in a thread that could hold up the program's end.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

_log = logging.getLogger(__name__)

SERVICE = "qm-tui"
"""Under this name the keyring shows our secrets; the user is `<connection>:<field>`."""

_TRUSTED = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
"""Backends of operating systems. Others may write plain files, or ask on the terminal."""

_LONGEST = 2500
"""Bytes: what the smallest of the keyrings takes."""


class Secret:
    """A text that is shown to nobody by accident: not in a log, a traceback or a message."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for the broker alone."""
        return self._text

    @override
    def __repr__(self) -> str:
        return "Secret(…)"

    @override
    def __reduce__(self) -> str:
        """Refuse to be pickled: a copy could lie anywhere."""
        raise TypeError("a secret stays where it is")


class Trouble(StrEnum):
    """Why a secret could not be read, stored or removed."""

    NO_KEYRING = "no_keyring"
    LOCKED = "locked"
    DENIED = "denied"
    TIMED_OUT = "timed_out"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    BROKEN = "broken"
    """Holds what no secret has: a space or a line break in its middle."""
    FAILED = "failed"


class SecretTrouble(Exception):  # noqa: N818 - most are states of the world
    """A secret could not be read, stored or removed. Speaks to the user."""

    def __init__(self, trouble: Trouble, says: str) -> None:
        super().__init__(says)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringStatus:
    """Whether there is a keyring that can be used, and its name or the reason why not."""

    usable: bool
    detail: str


class Whereabouts(StrEnum):
    """Where a secret was found."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A secret, and where it was."""

    secret: Secret
    where: Whereabouts


def environment_name(connection: str, field: str) -> str:
    """Return the environment variable that stands in for a secret, e.g. `QM_TUI_IB_FLEX_TOKEN`."""
    return re.sub(r"[^A-Z0-9]", "_", f"QM_TUI_{connection}_{field}".upper())


def secret_of(text: str) -> Secret:
    """Make a secret of what was typed or pasted: spaces and line ends around it are not of it.

    Raises:
        SecretTrouble: nothing is left, it is too long, or something else was pasted.
    """
    stripped = text.strip().strip("\ufeff\u200b").strip()
    if not stripped:
        raise SecretTrouble(Trouble.EMPTY, "Nothing was given.")
    if len(stripped.encode("utf-8", "surrogatepass")) > _LONGEST:
        raise SecretTrouble(
            Trouble.TOO_LONG,
            f"What was given has {len(stripped):,} characters, and a keyring takes {_LONGEST:,}. "
            "Was something else pasted?",
        )
    if any(character.isspace() or not character.isprintable() for character in stripped):
        raise SecretTrouble(
            Trouble.BROKEN,
            "What was given has a space, a line break or an invisible character in its middle. "
            "Copy it again.",
        )
    return Secret(stripped)


# --- the keyring: blocking calls -------------------------------------------------------------


def keyring_status() -> KeyringStatus:
    """Look at the backend that keyring would use. May block: call it in a thread."""
    backend = _backend()
    if isinstance(backend, str):
        return KeyringStatus(usable=False, detail=backend)
    return KeyringStatus(usable=True, detail=type(backend).__module__)


def read_secret(connection: str, field: str) -> Secret | None:
    """Read a secret from the keyring; None when it has none. Blocks.

    Raises:
        SecretTrouble: the keyring could not be asked.
    """
    found = _asked(lambda keyring: keyring.get_password(SERVICE, _user(connection, field)))
    # Whoever put it there by other means may have pasted a line end.
    return Secret(found.strip()) if found and found.strip() else None


def store_secret(connection: str, field: str, secret: Secret) -> None:
    """Put a secret into the keyring, in place of an older one. Blocks.

    Raises:
        SecretTrouble: it is not stored.
    """
    _asked(lambda keyring: keyring.set_password(SERVICE, _user(connection, field), secret.reveal()))


def delete_secret(connection: str, field: str) -> bool:
    """Remove a secret from the keyring; tells whether there was one. Blocks.

    Raises:
        SecretTrouble: the keyring could not be asked.
    """

    def delete(keyring: "KeyringBackend") -> bool:
        user = _user(connection, field)
        if keyring.get_password(SERVICE, user) is None:
            return False
        keyring.delete_password(SERVICE, user)
        return True

    return _asked(delete)


def _user(connection: str, field: str) -> str:
    return f"{connection}:{field}"


def _backend() -> "KeyringBackend | str":
    """Return the keyring of the operating system, or why there is none.

    Of several in a chain the trusted one is taken by itself: the chain would go on to the next,
    which may be a plain file, where the first refuses.
    """
    # Late: only who asks for secrets pays for loading keyring.
    import keyring  # noqa: PLC0415
    from keyring.backends import chainer  # noqa: PLC0415

    try:
        backend = keyring.get_keyring()
    except (ImportError, AttributeError, ValueError, RuntimeError) as error:
        # A PYTHON_KEYRING_BACKEND that names nothing comes out as whatever importing it raised.
        return f"the configured backend fails: {error}"
    backends = backend.backends if isinstance(backend, chainer.ChainerBackend) else [backend]
    for candidate in backends:
        module = type(candidate).__module__
        if any(module == name or module.startswith(f"{name}.") for name in _TRUSTED):
            return candidate
    names = ", ".join(type(candidate).__module__ for candidate in backends) or "none"
    return f"no keyring of the operating system (found: {names})"


def _asked(question: "Callable[[KeyringBackend], T]") -> T:
    backend = _backend()
    if isinstance(backend, str):
        raise SecretTrouble(Trouble.NO_KEYRING, f"There is no keyring to use: {backend}.")
    try:
        return question(backend)
    except Exception as error:  # noqa: BLE001 - each backend has the errors of its own system
        raise _trouble(error) from None


def _trouble(error: Exception) -> SecretTrouble:
    """Put what a backend raised into words; its own text could hold anything, even the secret."""
    causes = (error, error.__cause__, error.__context__)
    names = " ".join(type(cause).__name__ for cause in causes if cause is not None)
    _log.warning("the keyring raised %s", names)
    if "Denied" in names or "Dismissed" in names:
        return SecretTrouble(
            Trouble.DENIED, "The keyring did not let qm-tui in. Allow it when it asks."
        )
    if "Locked" in names:
        return SecretTrouble(
            Trouble.LOCKED, "The keyring is locked. Unlock it, or log in to the desktop again."
        )
    return SecretTrouble(
        Trouble.FAILED, "The keyring failed. Restart it, or log in to the desktop again."
    )


# --- the same without waiting for ever ---------------------------------------------------------


class _Desk:
    """Makes blocking calls one after the other, in a thread that the program's end does not await.

    One at a time: a keyring that asks its owner would ask for every one of them at once.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: Thread | None = None

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Have something called; cancelling what is returned leaves it out, unless it has begun."""
        future: Future[T] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
                    future.set_exception(error)

        self._calls.put(run)
        if self._thread is None:
            self._thread = Thread(target=self._work, name="keyring", daemon=True)
            self._thread.start()
        return future

    def _work(self) -> None:
        while True:
            self._calls.get()()


class Vault:
    """Reads, keeps and removes secrets, and waits only so long for the keyring."""

    def __init__(self, environment: Mapping[str, str], *, patience: float = 20.0) -> None:
        """Take what stands in for a keyring.

        Args:
            environment: variables, as `os.environ` has them.
            patience: seconds that a keyring may take: its owner may have to unlock it.
        """
        self._environment = environment
        self._patience = patience
        self._desk = _Desk()

    async def status(self, patience: float | None = None) -> KeyringStatus:
        """Tell whether there is a keyring, without asking it for anything.

        Raises:
            SecretTrouble: it did not answer in time.
        """
        return await self._call(keyring_status, patience)

    async def find(
        self, connection: str, field: str, patience: float | None = None
    ) -> Found | None:
        """Look for a secret: in the keyring, then in the environment.

        Raises:
            SecretTrouble: the keyring could not be asked, and the environment has none.
        """
        trouble: SecretTrouble | None = None
        try:
            secret = await self._call(lambda: read_secret(connection, field), patience)
            if secret is not None:
                return Found(secret=secret, where=Whereabouts.KEYRING)
        except SecretTrouble as error:
            trouble = error
        if (secret := self.in_environment(connection, field)) is not None:
            return Found(secret=secret, where=Whereabouts.ENVIRONMENT)
        if trouble is None or trouble.trouble is Trouble.NO_KEYRING:
            return None
        raise trouble

    async def keep(
        self, connection: str, field: str, secret: Secret, patience: float | None = None
    ) -> None:
        """Put a secret into the keyring.

        Raises:
            SecretTrouble: it is not stored, as far as is known.
        """
        await self._call(lambda: store_secret(connection, field, secret), patience)

    async def forget(self, connection: str, field: str, patience: float | None = None) -> bool:
        """Remove a secret from the keyring; tells whether there was one.

        Raises:
            SecretTrouble: the keyring could not be asked.
        """
        return await self._call(lambda: delete_secret(connection, field), patience)

    def in_environment(self, connection: str, field: str) -> Secret | None:
        """Return the secret that the environment has, if any."""
        text = self._environment.get(environment_name(connection, field), "").strip()
        return Secret(text) if text else None

    async def _call(self, call: Callable[[], T], patience: float | None) -> T:
        seconds = self._patience if patience is None else patience
        future = asyncio.wrap_future(self._desk.submit(call))
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            raise SecretTrouble(
                Trouble.TIMED_OUT,
                f"The keyring did not answer within {seconds:.0f} seconds. It may be waiting for "
                "its password in another window: unlock it and try again.",
            ) from None

"""Secrets: whether the operating system's keyring can keep them, without asking it for any."""

from dataclasses import dataclass

_TRUSTED = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
"""Backends of operating systems. Others may write plain files, or ask on the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringStatus:
    """Whether there is a keyring that can be used, and its name or the reason why not."""

    usable: bool
    detail: str


def keyring_status() -> KeyringStatus:
    """Look at the backend that keyring would use. May block: call it in a thread."""
    # Late: only who asks for secrets pays for loading keyring.
    import keyring  # noqa: PLC0415
    from keyring.backends import chainer  # noqa: PLC0415

    try:
        backend = keyring.get_keyring()
    except (ImportError, AttributeError, RuntimeError) as error:
        # A PYTHON_KEYRING_BACKEND that names nothing comes out as whatever importing it raised.
        return KeyringStatus(usable=False, detail=f"the configured backend fails: {error}")
    backends = backend.backends if isinstance(backend, chainer.ChainerBackend) else [backend]
    for candidate in backends:
        if type(candidate).__module__.startswith(_TRUSTED):
            return KeyringStatus(usable=True, detail=type(candidate).__module__)
    names = ", ".join(type(candidate).__module__ for candidate in backends) or "none"
    return KeyringStatus(
        usable=False, detail=f"no keyring of the operating system (found: {names})"
    )


def environment_name(connection: str, field: str) -> str:
    """Return the environment variable that stands in for a secret, e.g. `QM_TUI_IB_FLEX_TOKEN`."""
    return f"QM_TUI_{connection}_{field}".upper().replace("-", "_")

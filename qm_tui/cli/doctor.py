"""`qm-tui doctor`: look at everything the program needs, and say what to do."""

import asyncio
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from qm_tui.cli.environment import Environment
from qm_tui.config import log_path
from qm_tui.credentials import environment_name, keyring_status
from qm_tui.queries.accounts import accounts
from qm_tui.queries.status import status
from qm_tui.store.migrate import is_current
from qm_tui.store.store import open_reader
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import plain

_SECRETS = {
    "ibkr": (),
    "ibkr-flex": ("token",),
    "tastytrade": ("client_secret", "refresh_token"),
}
_KEYRING_PATIENCE = 5.0
"""Seconds: a keyring may wait for somebody to unlock it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do about it."""

    what: str
    says: str
    advice: str | None = None
    well: bool = True


def _trouble(what: str, says: str, advice: str) -> Finding:
    return Finding(what, says, advice, well=False)


async def doctor(here: Environment) -> int:
    """Print the findings; the exit status is 1 when something has to be done."""
    findings = [
        _configuration(here),
        await _store(here),
        *_connections(here),
        await _keyring(here),
        Finding("log", str(log_path())),
    ]
    for finding in findings:
        mark = "ok " if finding.well else "!! "
        here.out.write(f"{mark} {finding.what:<14} {plain(finding.says)}\n")
        if finding.advice:
            here.out.write(f"{'':<19}→ {plain(finding.advice)}\n")
    return 0 if all(finding.well for finding in findings) else 1


def _configuration(here: Environment) -> Finding:
    config = here.config
    if not config.exists:
        return Finding(
            "configuration",
            f"{config.path} is not there; the defaults hold",
            "to change anything, copy config.example.toml there",
        )
    counts = f"{len(config.connections)} connections, {len(config.accounts)} accounts"
    return Finding("configuration", f"{config.path}: {counts}")


async def _store(here: Environment) -> Finding:
    path = here.store_path
    if not path.exists():
        return Finding(
            "store",
            f"{path} is not there yet",
            "it is made by the first `qm-tui import FILE`",
        )
    try:
        if not is_current(path):
            return Finding(
                "store",
                f"{path} was made by an older version",
                "it is brought up to date, after a backup, when it is next opened",
            )
    except StoreRefused as error:
        return _trouble("store", str(error), "name another store with --store")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return _trouble("store", f"{path} can be read by other users", f"run `chmod 600 {path}`")
    reader = await open_reader(path, here.now)
    try:
        known = await status(reader)
        numbers = [view.account for view in await accounts(reader)]
    finally:
        await reader.close()
    says = f"{path}: {len(numbers)} accounts"
    if known.newest_as_of is not None:
        says += f", newest data of {known.newest_as_of:%Y-%m-%d}"
    return Finding("store", says)


def _connections(here: Environment) -> Iterator[Finding]:
    for connection in here.config.connections:
        yield Finding(
            f"[{connection.name}]",
            f"{connection.broker}: this version reads statements from files",
            "download a Flex statement and run `qm-tui import FILE`",
        )


async def _keyring(here: Environment) -> Finding:
    try:
        found = await asyncio.wait_for(asyncio.to_thread(keyring_status), _KEYRING_PATIENCE)
    except TimeoutError:
        return _trouble("keyring", "does not answer", "unlock it, or log in again")
    if found.usable:
        return Finding("keyring", found.detail)
    names = [
        environment_name(connection.name, field)
        for connection in here.config.connections
        for field in _SECRETS[connection.broker]
    ]
    if not names:
        return Finding("keyring", f"{found.detail}; nothing needs one so far")
    return _trouble(
        "keyring", found.detail, "put secrets into the environment: " + ", ".join(names)
    )

"""`qm-tui doctor`: look at everything the program needs, and say what to do."""

import stat
from collections.abc import Sequence

from qm_tui.brokers.registry import SECRETS
from qm_tui.cli.doctor_links import History, look_at
from qm_tui.cli.doctor_screen import of_the_screen
from qm_tui.cli.environment import Environment
from qm_tui.cli.findings import Finding, trouble
from qm_tui.config import log_path
from qm_tui.credentials import SecretTrouble, environment_name
from qm_tui.queries import syncs
from qm_tui.queries.accounts import accounts
from qm_tui.queries.links import links
from qm_tui.queries.status import status
from qm_tui.queries.sync_views import RunView
from qm_tui.store.migrate import is_current
from qm_tui.store.reader import Reader
from qm_tui.store.reading.known import covered
from qm_tui.store.store import open_reader
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import plain

_KEYRING_PATIENCE = 5.0
"""Seconds: a keyring may wait for somebody to unlock it."""
_MARGIN = " " * 19


async def doctor(here: Environment) -> int:
    """Print the findings; the exit status is 1 when something has to be done."""
    store, histories = await _store(here)
    findings = [
        _configuration(here),
        *of_the_screen(here.config),
        store,
        *await look_at(here, histories),
        await _keyring(here),
        Finding("log", str(log_path())),
    ]
    for finding in findings:
        mark = "ok " if finding.well else "!! "
        here.out.write(f"{mark} {finding.what:<14} {plain(finding.says)}\n")
        here.out.writelines(f"{_MARGIN}{plain(line)}\n" for line in finding.more)
        if finding.advice:
            here.out.write(f"{_MARGIN}→ {plain(finding.advice)}\n")
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


async def _store(here: Environment) -> tuple[Finding, dict[str, History]]:
    path = here.store_path
    if not path.exists():
        return Finding(
            "store",
            f"{path} is not there yet",
            "it is made by the first `qm-tui sync` or `qm-tui import FILE`",
        ), {}
    try:
        if not is_current(path):
            return Finding(
                "store",
                f"{path} was made by an older version",
                "it is brought up to date, after a backup, when it is next opened",
            ), {}
    except StoreRefused as error:
        return trouble("store", str(error), "name another store with --store"), {}
    reader = await open_reader(path, here.now)
    try:
        known = await status(reader)
        numbers = [view.account for view in await accounts(reader)]
        histories = await _histories(reader)
    finally:
        await reader.close()
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        finding = trouble("store", f"{path} can be read by other users", f"run `chmod 600 {path}`")
        return finding, histories
    says = f"{path}: {len(numbers)} accounts"
    if known.newest_as_of is not None:
        says += f", newest data of {known.newest_as_of:%Y-%m-%d}"
    return Finding("store", says), histories


async def _histories(reader: Reader) -> dict[str, History]:
    runs: dict[str, list[RunView]] = {}
    for run in await syncs.runs(reader):
        runs.setdefault(run.connection, []).append(run)
    return {
        link.connection: History(
            link=link,
            last=next(iter(runs.get(link.connection, ())), None),
            covered=await reader.read(covered, link.connection),
            warnings=_warnings(runs.get(link.connection, ())),
        )
        for link in await links(reader)
    }


def _warnings(runs: Sequence[RunView]) -> Sequence[str]:
    """Return what the newest run that brought something warned of."""
    return next((run.warnings for run in runs if run.state in ("done", "partial")), ())


async def _keyring(here: Environment) -> Finding:
    try:
        found = await here.vault.status(_KEYRING_PATIENCE)
    except SecretTrouble:
        return trouble("keyring", "does not answer", "unlock it, or log in again")
    if found.usable:
        return Finding("keyring", found.detail)
    wanted = [
        (connection.name, field)
        for connection in here.config.connections
        for field in SECRETS[connection.broker]
    ]
    lacking = [
        environment_name(name, field)
        for name, field in wanted
        if here.vault.in_environment(name, field) is None
    ]
    if not wanted:
        return Finding("keyring", f"{found.detail}; nothing needs one so far")
    if not lacking:
        return Finding("keyring", f"{found.detail}; the environment has all secrets")
    return trouble(
        "keyring", found.detail, "put secrets into the environment: " + ", ".join(lacking)
    )

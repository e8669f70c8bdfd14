"""`qm-tui login` and `logout`: a connection's secrets into the keyring, and out of it."""

import asyncio
import getpass
from collections.abc import Mapping
from typing import TextIO

from qm_tui.brokers.client import BrokerClient, BrokerRefused, BrokerUnavailable
from qm_tui.brokers.registry import SECRETS
from qm_tui.cli.environment import Environment, hide
from qm_tui.cli.links import client, unknown, words
from qm_tui.cli.telling import plain_lines
from qm_tui.config import ConnectionSettings
from qm_tui.credentials import Secret, SecretTrouble, environment_name, secret_of
from qm_tui.sync.links import makes_statements
from qm_tui.ui.cell import plain

_LONGEST_LINE = 10_000
_PATIENCE = 120.0
"""Seconds: whoever types at a terminal may have to type the keyring's password first."""


def login(here: Environment, name: str, given: TextIO) -> int:
    """Ask for the secrets, try them, keep them; return the exit status."""
    connection = _named(here, name)
    if connection is None:
        return 2
    fields = SECRETS[connection.broker]
    if not fields:
        here.out.write(
            f"{name} needs no secret: TWS or IB Gateway logs in by itself. Start it, log in there, "
            f"and run `qm-tui sync {name}`.\n"
        )
        return 0
    # Asked first: nobody should look for a token that cannot be kept.
    if (says := asyncio.run(_no_keyring(here, connection))) is not None:
        return _fail(here, says)
    typed: dict[str, Secret] = {}
    for field in fields:
        try:
            typed[field] = secret_of(_asked(connection.name, field, given))
        except SecretTrouble as trouble:
            return _fail(here, f"{trouble} Nothing is stored.")
        hide(typed[field].reveal())
    return asyncio.run(_try_and_keep(here, connection, typed))


def _named(here: Environment, name: str) -> ConnectionSettings | None:
    if (says := unknown(here, [name])) is not None:
        here.err.write(f"qm-tui: {plain_lines(says)}\n")
        return None
    return next(each for each in here.config.connections if each.name == name)


def _fail(here: Environment, says: str) -> int:
    here.err.write(f"qm-tui: {plain(says)}\n")
    return 1


async def _no_keyring(here: Environment, connection: ConnectionSettings) -> str | None:
    try:
        status = await here.vault.status(_PATIENCE)
    except SecretTrouble as trouble:
        return str(trouble)
    if status.usable:
        return None
    names = [environment_name(connection.name, field) for field in SECRETS[connection.broker]]
    return (
        f"There is no keyring that could keep a secret: {status.detail}. Set "
        f"{' and '.join(names)} in the environment instead; qm-tui writes no secret to a file."
    )


def _asked(connection: str, field: str, given: TextIO) -> str:
    """Ask without showing what is typed; what a script pipes in is read line by line."""
    if not given.isatty():
        try:
            return given.readline(_LONGEST_LINE)
        except UnicodeDecodeError:
            return "no text"
    try:
        return getpass.getpass(f"{words(field).capitalize()} of {connection} (not shown): ")
    except EOFError:
        return ""


async def _try_and_keep(
    here: Environment, connection: ConnectionSettings, typed: Mapping[str, Secret]
) -> int:
    async def secret(field: str) -> str:
        return typed[field].reveal()

    untried: str | None = None
    try:
        made = client(here, connection, secret)
        try:
            says = await made.check() if makes_statements(made) else await _greeted(made)
        finally:
            await made.close()
    except BrokerRefused as refused:
        return _fail(here, f"{refused} Nothing is stored.")
    except BrokerUnavailable as unavailable:
        says, untried = "", str(unavailable)
    for field, value in typed.items():
        try:
            await here.vault.keep(connection.name, field, value, _PATIENCE)
        except SecretTrouble as trouble:
            return _fail(here, f"{trouble} The {words(field)} is not stored.")
    if says:
        here.out.write(f"{plain(says)}\n")
    stored = " and ".join(words(field) for field in typed)
    are = "is" if len(typed) == 1 else "are"
    here.out.write(f"The {stored} of {connection.name} {are} in the keyring.\n")
    if untried is not None:
        what = "it" if len(typed) == 1 else "they"
        here.err.write(f"qm-tui: {what} could not be tried. {plain(untried)}\n")
    return 0


async def _greeted(made: BrokerClient) -> str:
    greeting = await made.connect()
    return f"{greeting.says} {', '.join(greeting.accounts)}"


async def logout(here: Environment, name: str) -> int:
    """Remove the secrets from the keyring; return the exit status."""
    connection = _named(here, name)
    if connection is None:
        return 2
    fields = SECRETS[connection.broker]
    if not fields:
        here.out.write(f"{name} has no secrets: TWS or IB Gateway logs in by itself.\n")
    for field in fields:
        try:
            was_there = await here.vault.forget(name, field, _PATIENCE)
        except SecretTrouble as trouble:
            here.err.write(f"qm-tui: {plain(str(trouble))}\n")
            _tell_of_environment(here, name, field)
            return 1
        here.out.write(
            f"The {words(field)} of {name} is removed from the keyring.\n"
            if was_there
            else f"The keyring has no {words(field)} of {name}.\n"
        )
        _tell_of_environment(here, name, field)
    return 0


def _tell_of_environment(here: Environment, name: str, field: str) -> None:
    if here.vault.in_environment(name, field) is not None:
        here.err.write(
            f"qm-tui: {environment_name(name, field)} is still set in the environment, and used.\n"
        )

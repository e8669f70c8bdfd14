"""What is configured of connections, joined with their secrets: links that a sync can use."""

import os
import socket
from collections.abc import Sequence
from functools import partial

from qm_tui.brokers.client import BrokerClient, BrokerRefused, Secrets, StatementService
from qm_tui.brokers.registry import LinkSettings, connect_to
from qm_tui.cli.environment import Environment, hide
from qm_tui.config import ConnectionSettings
from qm_tui.credentials import SecretTrouble, Trouble, environment_name
from qm_tui.sync.links import Link


def links(here: Environment, connections: Sequence[ConnectionSettings]) -> list[Link]:
    """Make the links of some connections; no broker and no keyring is asked yet."""
    return [
        Link(
            name=connection.name,
            broker=connection.broker,
            make=partial(client, here, connection, secrets(here, connection.name)),
            timezone=connection.timezone,
        )
        for connection in connections
    ]


def client(
    here: Environment, connection: ConnectionSettings, secret: Secrets
) -> BrokerClient | StatementService:
    """Make the client of a connection.

    Raises:
        BrokerRefused: there is none for it; says what to do.
    """
    settings = LinkSettings(
        name=connection.name,
        broker=connection.broker,
        options=connection.options,
        timezone=connection.timezone,
    )
    return connect_to(settings, secret, here.now)


def secrets(here: Environment, connection: str) -> Secrets:
    """Return what hands out the secrets of a connection, when they are needed."""

    async def secret(field: str) -> str:
        try:
            found = await here.vault.find(connection, field)
        except SecretTrouble as trouble:
            raise BrokerRefused(
                f"The {words(field)} of {connection} could not be read. {trouble}"
            ) from None
        if found is None:
            raise BrokerRefused(await missing(here, connection, field))
        text = found.secret.reveal()
        hide(text)
        return text

    return secret


async def missing(here: Environment, connection: str, field: str) -> str:
    """Say that there is no secret, and where to put one."""
    variable = environment_name(connection, field)
    says = f"There is no {words(field)} for {connection}."
    if await has_keyring(here):
        return f"{says} Run `qm-tui login {connection}`, or set {variable} in the environment."
    return f"{says} There is no keyring to keep one; set {variable} in the environment."


async def has_keyring(here: Environment) -> bool:
    """Tell whether secrets can be kept; a keyring that only does not answer can."""
    try:
        return (await here.vault.status()).usable
    except SecretTrouble as trouble:
        return trouble.trouble is not Trouble.NO_KEYRING


def words(field: str) -> str:
    """Write a secret's name as one says it."""
    return field.replace("_", " ")


def holder(kind: str) -> str:
    """Say who holds a connection, so that another program can name it: `4711@desk sync`."""
    return f"{os.getpid()}@{socket.gethostname()} {kind}"


def unknown(here: Environment, names: Sequence[str]) -> str | None:
    """Say which of some names are no connection's, and what there is; None when all are known."""
    known = [connection.name for connection in here.config.connections]
    strange = [name for name in names if name not in known]
    if not strange and known:
        return None
    if not known:
        return nothing_configured(here)
    there = "connection is" if len(known) == 1 else "connections are"
    listed = " and ".join(repr(name) for name in strange)
    return f"there is no connection {listed}; the {there} {', '.join(known)}"


def nothing_configured(here: Environment) -> str:
    """Say what to write into which file."""
    return (
        f"no connection is configured. Write into {here.config.path}, for example:\n\n"
        '[[connection]]\nname = "ib"\nbroker = "ibkr"            # TWS or IB Gateway\n'
        "port = 4001                # IB Gateway; TWS: 7496\n\n"
        '[[connection]]\nname = "ib-flex"\nbroker = "ibkr-flex"       # the Flex web service\n'
        'query_id = "123456"        # then: qm-tui login ib-flex\n'
    )

"""What `doctor` finds out about connections: asked now, and from what the store knows of them."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qm_tui.brokers.client import BrokerClient, BrokerRefused, BrokerUnavailable, StatementService
from qm_tui.brokers.registry import SECRETS
from qm_tui.cli.environment import Environment
from qm_tui.cli.findings import Finding, trouble
from qm_tui.cli.links import client, missing, secrets, words
from qm_tui.config import ConnectionSettings
from qm_tui.credentials import SecretTrouble, Whereabouts, environment_name
from qm_tui.domain.batches import Coverage
from qm_tui.queries.sync_views import LinkView, RunView
from qm_tui.sync.links import makes_statements
from qm_tui.ui.format import age, count

_NETWORK = "check this computer's network, and try again later"
_OVER_THE_NETWORK = (20.0, _NETWORK)
_GREETING = {
    "ibkr": (8.0, "look whether TWS or IB Gateway is up, logged in, and waits for a click")
}
"""Broker → the seconds that it may take to greet, and what to do when it takes longer."""
_CHECKING = 45.0
"""Seconds for a service that is asked to begin a statement: it is slow, and tries again."""
_KEYRING = 5.0
_CROWDED = "too many requests"
_LET_COOL = dt.timedelta(minutes=10)
"""After a complaint about too many requests; each further one would make it longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the store knows of a connection."""

    link: LinkView | None = None
    last: RunView | None = None
    """The newest run."""
    covered: Sequence[Coverage] = ()
    warnings: Sequence[str] = field(default=())
    """Of the newest run that brought a statement."""


async def look_at(here: Environment, histories: Mapping[str, History]) -> list[Finding]:
    """Look at every connection, all at the same time."""
    looked = (
        _look(here, connection, histories.get(connection.name, History()))
        for connection in here.config.connections
    )
    return list(await asyncio.gather(*looked))


async def _look(here: Environment, connection: ConnectionSettings, known: History) -> Finding:
    what = f"[{connection.name}]"
    places, lacking = await _secrets(here, connection)
    more = [*places, *_past(here.now(), known), *known.warnings]
    if lacking is not None:
        says, _, advice = lacking.partition(". ")
        return trouble(what, f"{connection.broker}: {says}", advice, more)
    try:
        return await _asked(here, connection, known, more)
    except (BrokerRefused, BrokerUnavailable) as error:
        return trouble(what, *_split(str(error)), more)


async def _asked(
    here: Environment, connection: ConnectionSettings, known: History, more: list[str]
) -> Finding:
    made = client(here, connection, secrets(here, connection.name))
    what = f"[{connection.name}]"
    try:
        if makes_statements(made):
            return await _service(here, what, made, known, more)
        if SECRETS[connection.broker] and known.link is not None and known.link.lease is not None:
            # A login that fails counts against all programs of this machine.
            return _left_alone(what, more)
        return await _greeted(connection, what, made, more)
    finally:
        await made.close()


def _left_alone(what: str, more: Sequence[str]) -> Finding:
    return Finding(what, "not asked now, for another program is at it", more=tuple(more))


async def _greeted(
    connection: ConnectionSettings, what: str, made: BrokerClient, more: list[str]
) -> Finding:
    patience, advice = _GREETING.get(connection.broker, _OVER_THE_NETWORK)
    try:
        greeting = await asyncio.wait_for(made.connect(), patience)
    except TimeoutError:
        return trouble(what, f"it did not answer within {patience:.0f} seconds", advice, more)
    answered = f"answers in {greeting.latency.total_seconds() * 1000:.0f} ms"
    accounts = f"accounts: {', '.join(greeting.accounts)}"
    return Finding(what, greeting.says, more=(answered, accounts, *more))


async def _service(
    here: Environment, what: str, made: StatementService, known: History, more: list[str]
) -> Finding:
    link = known.link
    asked = None if link is None else link.last_success
    due = made.due(known.covered, here.now(), asked)
    when = "now" if due <= here.now() else f"{due.astimezone():%Y-%m-%d %H:%M}"
    more.append(f"next statement: {when}")
    if link is not None and link.lease is not None:
        return _left_alone(what, more)
    if _is_crowded(here.now(), known):
        return Finding(
            what, "not asked now: it complained about too many requests a while ago",
            advice="wait ten minutes", more=tuple(more),
        )  # fmt: skip
    try:
        says = await asyncio.wait_for(made.check(), _CHECKING)
    except TimeoutError:
        return trouble(
            what, f"it did not answer within {_CHECKING:.0f} seconds",
            _NETWORK, more,
        )  # fmt: skip
    return Finding(what, says, more=tuple(more))


def _is_crowded(now: dt.datetime, known: History) -> bool:
    last = known.last
    return (
        last is not None
        and _CROWDED in (last.error or "")
        and now - (last.finished_at or last.started_at) < _LET_COOL
    )


def _split(says: str) -> tuple[str, str]:
    """Take what happened apart from what to do about it."""
    what, _, advice = says.partition(". ")
    return what.rstrip("."), advice or "try again later"


async def _secrets(
    here: Environment, connection: ConnectionSettings
) -> tuple[list[str], str | None]:
    """Say where the secrets are, never what they are, and what to do for the first that is not."""
    places: list[str] = []
    for name in SECRETS[connection.broker]:
        try:
            found = await here.vault.find(connection.name, name, _KEYRING)
        except SecretTrouble as problem:
            return places, f"the {words(name)} could not be read. {problem}"
        if found is None:
            return places, await missing(here, connection.name, name)
        variable = environment_name(connection.name, name)
        if found.where is Whereabouts.ENVIRONMENT:
            places.append(f"{words(name)}: in the environment, {variable}")
        elif here.vault.in_environment(connection.name, name) is not None:
            places.append(f"{words(name)}: in the keyring ({variable} is set too, and not used)")
        else:
            places.append(f"{words(name)}: in the keyring")
    return places, None


def _past(now: dt.datetime, known: History) -> Iterator[str]:
    """Say what the store knows: when it last went well, how often it did not, who is at it."""
    link = known.link
    if link is None or not (link.runs or link.lease):
        yield "never synced so far"
        return
    whole = "never" if link.last_success is None else f"{age(now, link.last_success)} ago"
    said = [f"last whole sync: {whole}"]
    if link.data_as_of is not None:
        said.append(f"newest data: {age(now, link.data_as_of)} old")
    if link.runs:
        said.append(f"not whole: {link.failures} of the last {count(link.runs, 'sync')}")
    yield "; ".join(said)
    if link.delayed:
        yield "prices are delayed by some fifteen minutes: live ones are not subscribed"
    if known.last is not None and known.last.error:
        yield f"the last one {_ended(known.last)}: {known.last.error}"
    if link.lease is not None:
        yield f"synced by {link.lease} now"


def _ended(run: RunView) -> str:
    return {"failed": "failed", "cancelled": "was cancelled"}.get(run.state, "was not whole")

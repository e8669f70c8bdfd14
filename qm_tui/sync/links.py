"""What a sync needs of a connection: its names, and what makes a client of it."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from typing_extensions import TypeIs

from qm_tui.brokers.client import BrokerClient, StatementService

Client = BrokerClient | StatementService


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A connection that can be synced."""

    name: str
    broker: str
    make: Callable[[], Client]
    """Makes another client, for one connection; raises `BrokerRefused` where there is none."""
    timezone: ZoneInfo | None = None
    """In which a statement's times without zone are meant; None: as in files that are imported."""


def makes_statements(client: Client) -> TypeIs[StatementService]:
    """Tell a service that makes statements from a connection that is held open."""
    return hasattr(client, "fetch")

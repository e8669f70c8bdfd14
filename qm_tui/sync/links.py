"""What a sync needs of a connection: its names, and what makes a client of it."""

from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import TypeIs

from qm_tui.brokers.client import BrokerClient, StatementService


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A connection that can be synced."""

    name: str
    broker: str
    make: Callable[[], BrokerClient | StatementService]
    """Makes another client, for one connection; raises `BrokerRefused` where there is none."""


def makes_statements(made: BrokerClient | StatementService) -> TypeIs[StatementService]:
    """Tell a service that makes statements from a connection that is held open."""
    return hasattr(made, "fetch")

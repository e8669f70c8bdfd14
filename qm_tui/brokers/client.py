"""What the program asks of a broker: batches by section, documents, and two ways to fail."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from qm_tui.domain.batches import Batch, Document
from qm_tui.domain.words import Section


class BrokerUnavailable(Exception):  # noqa: N818 - it is a state of the world, not a fault of ours
    """The broker did not answer as it should; trying again later may help. Speaks to the user."""


class BrokerRefused(Exception):  # noqa: N818
    """The broker, or what it sent, cannot be used as it is: the user has to act. Speaks to him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a file does not say about itself."""

    account: str | None = None
    """Whose rows these are, where the file names no account."""
    timezone: ZoneInfo
    """In which a statement's times without zone are meant."""


class Statement(Protocol):
    """A document that was recognized and can be read row by row."""

    @property
    def document(self) -> Document:
        """What it is, with its hash: known before the first row is read."""

    @property
    def broker(self) -> str:
        """Whose accounts it speaks of, e.g. `ibkr`."""

    def batches(self) -> Iterator[Batch]:
        """Yield small batches in the order of the document.

        Never holds more than a few hundred rows. The first mistake that makes the whole document
        unusable (truncated, not what it claimed to be) raises and the caller keeps nothing.

        Raises:
            BrokerRefused: in words for the user.
        """


class StatementReader(Protocol):
    """Knows one kind of document."""

    def recognizes(self, head: bytes, name: str) -> bool:
        """Tell from the first 64 KiB whether this reader reads such documents."""

    def open(self, path: Path, options: ReadOptions) -> Statement:
        """Look once over the file (hash, outline); blocks for as long as reading it takes.

        Raises:
            BrokerRefused: the file cannot be a statement, in words for the user.
        """


class BrokerClient(Protocol):
    """A connection to a broker. Read-only: there is nothing here that could place an order."""

    @property
    def broker(self) -> str:
        """The broker's name in the registry."""

    def pull(self, cursors: Mapping[Section, str]) -> AsyncIterator[Batch]:
        """Bring every section, one or more batches each, going on from where the cursors stand.

        Raises:
            BrokerUnavailable: try again later; what was yielded before stays valid.
            BrokerRefused: the user has to act.
        """

    async def close(self) -> None:
        """Let go of the connection."""

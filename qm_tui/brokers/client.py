"""What the program asks of a broker: batches by section, documents, and two ways to fail."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from qm_tui.domain.batches import Batch, Coverage, Document
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section


class BrokerUnavailable(Exception):  # noqa: N818 - it is a state of the world, not a fault of ours
    """The broker did not answer as it should; trying again later may help. Speaks to the user.

    Args:
        says: what happened, to what, what to do.
        not_before: when the broker wants to be asked again at the earliest; None: it did not say.
    """

    def __init__(self, says: str, *, not_before: dt.datetime | None = None) -> None:
        super().__init__(says)
        self.not_before = not_before


class BrokerRefused(Exception):  # noqa: N818
    """The broker, or what it sent, cannot be used as it is: the user has to act. Speaks to him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a file does not say about itself."""

    account: str | None = None
    """Whose rows these are, where the file names no account."""
    timezone: ZoneInfo
    """In which a statement's times without zone are meant."""
    timezones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    """By broker, where the user says so for files of one."""

    def timezone_of(self, broker: str) -> ZoneInfo:
        """Return in which times without zone are meant in a file of a broker."""
        return self.timezones.get(broker, self.timezone)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows already, so that a client need not ask for it again."""

    cursors: Mapping[Section, str] = field(default_factory=dict)
    described: frozenset[str] = frozenset()
    """Contract ids of the instruments whose details were fetched."""
    held: tuple[Instrument, ...] = ()
    """What the accounts of this connection held when last seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a broker says when a connection is made."""

    accounts: tuple[str, ...]
    latency: dt.timedelta
    says: str
    """A sentence: to what one is connected, and what is not as configured (another client id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a broker pushed since the update before, coalesced to the latest of everything."""

    records: tuple[Record, ...] = ()
    """Positions, balances, quotes, Greeks: to be shown. A quantity of 0 is a closed position."""
    changed: tuple[Batch, ...] = ()
    """What is to be stored now: positions that were opened, closed or resized, and fills."""
    says: str | None = None
    """What is going on with the connection, when that changed: a sentence for the user."""
    fresh: bool = True
    """Whether what is shown can be trusted to be of now. Holds until the next update."""
    delayed: bool = False
    """Whether prices come late, as far as known."""
    latency: dt.timedelta | None = None
    resync: bool = False
    """Something may have been missed: everything should be pulled again."""


class BrokerClient(Protocol):
    """A connection to a broker. Read-only: there is nothing here that could place an order.

    One connection each: after `close`, or after anything it raised, another client is made.
    """

    @property
    def broker(self) -> str:
        """The broker's name in the registry."""

    async def connect(self) -> Greeting:
        """Connect, log in, and hear which accounts there are.

        Raises:
            BrokerUnavailable: try again later.
            BrokerRefused: the user has to act.
        """

    def pull(self, known: Known) -> AsyncIterator[Batch]:
        """Bring every section, one or more batches each; a section that fails says so in its batch.

        Raises:
            BrokerUnavailable: the connection is lost; what was yielded before stays valid.
            BrokerRefused: the user has to act.
        """

    def snapshot(self) -> Sequence[Batch]:
        """Say what is held and owned now, from what was pushed; nothing where that is not sure."""

    def updates(self) -> AsyncIterator[Update]:
        """Tell what changes, at most 20 times a second, until the connection ends.

        Ends at once where the broker pushes nothing.

        Raises:
            BrokerUnavailable: the connection is lost.
        """

    async def close(self) -> None:
        """Let go of the connection; may be called at any time, and twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A document that was fetched, in a file of our own that its reader deletes."""

    path: Path
    name: str
    """What it is called where it is shown, e.g. `ib-flex 2025-01-01 … 2025-12-31`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The broker is not ready; it is asked again by itself."""

    says: str
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """So much of a document has arrived."""

    name: str
    done_bytes: int
    total_bytes: int
    """0 while nobody knows."""


class StatementService(Protocol):
    """Makes statements when asked. Read-only, and slow: minutes may pass."""

    @property
    def broker(self) -> str:
        """The broker's name in the registry."""

    async def check(self) -> str:
        """Try the secret and the query without waiting for a statement; what came of it, in words.

        Raises:
            BrokerUnavailable, BrokerRefused: with what to do.
        """

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know of the last fetch, one sentence each; whole when it ended."""

    def due(
        self, covered: Sequence[Coverage], now: dt.datetime, asked: dt.datetime | None = None
    ) -> dt.datetime:
        """Return when statements should be fetched next; `now` when they are there already.

        Args:
            covered: days of which there are statements of this connection.
            now: aware.
            asked: when they were last fetched with success; None when never.
        """

    def fetch(
        self, covered: Sequence[Coverage], folder: Path, *, unfinished: bool = False
    ) -> AsyncIterator[Fetched | Waits | Progress]:
        """Fetch what is not covered yet, the newest first.

        The caller stores each document before it asks for the next one.

        Args:
            covered: days of which there are statements of this connection, per account.
            folder: private, where files may be put.
            unfinished: the fetch before ended early (failed, cancelled), so there may be holes.

        Raises:
            BrokerUnavailable, BrokerRefused: with what to do; what was yielded stays valid.
        """

    async def close(self) -> None:
        """Let go of the connection."""


Secrets = Callable[[str], Awaitable[str]]
"""Secret's name (`token`) → the secret; raises `BrokerRefused` with what to do without one."""

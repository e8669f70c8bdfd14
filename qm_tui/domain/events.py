"""What a sync or an import tells while it runs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qm_tui.domain.batches import Novelty, RefusedRow
from qm_tui.domain.words import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionCounts:
    """What became of the rows of one section."""

    received: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: "SectionCounts") -> "SectionCounts":
        return SectionCounts(
            received=self.received + other.received,
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            refused=self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Anything a run tells."""

    source: str
    """A connection's name, or a file's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStarted(_Told):
    """A run began."""

    total_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress(_Told):
    """How far a run is."""

    done_bytes: int
    total_bytes: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncWaits(_Told):
    """A run goes on when somebody else is ready; `says` is a sentence for the user."""

    says: str
    until: dt.datetime | None = None
    """When it goes on at the latest, for a countdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDone(_Told):
    """A section (or page) of a sync is stored, or failed."""

    run: int
    section: Section
    counts: SectionCounts
    error: str | None = None
    """Why it is not whole; what came is stored all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncFinished(_Told):
    """A run ended and what it brought is stored."""

    run: int | None
    """The run's number in the store; None when the document had been read before."""
    sections: dict[Section, SectionCounts]
    refused: Sequence[RefusedRow] = ()
    novelties: Sequence[Novelty] = ()
    warnings: Sequence[str] = ()
    accounts: Sequence[str] = field(default=())
    already_known: bool = False
    incomplete: Mapping[Section, str] = field(default_factory=dict)
    """Sections that failed or came in part → why."""

    @property
    def totals(self) -> SectionCounts:
        """The counts of all sections together."""
        return sum(self.sections.values(), SectionCounts())


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncFailed(_Told):
    """A run ended early; `reason` is a sentence for the user.

    Of a document nothing is stored; of a sync, the sections that were done by then.
    """

    reason: str
    run: int | None = None
    cancelled: bool = False
    """The user ended it."""
    leased: bool = False
    """Another program syncs this connection; nothing was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deriving:
    """How far it is to derive what follows from facts."""

    done: int
    """Booking groups."""
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What follows from facts is stored; lots, gains and findings as the taxpayer sees them."""

    groups: int
    lots: int
    gains: int
    findings: int
    """Of the groups that were derived: what could not be settled."""
    kinds: Mapping[str, int]
    """Kind of finding → how many."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivingFailed:
    """The facts are stored; what follows from them is derived the next time."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What the brokers say was compared with what follows from facts."""

    opened: int
    """Discrepancies that were not there before, or are there again."""
    closed: int
    """Those that have gone by themselves."""
    open_breaks: int
    """Holdings, currencies and totals that do not add up by now; dust does not count."""
    major: int = 0
    """Those of them that are major."""
    holdings: int = 0
    """Holdings that were compared."""
    changed: int = 0
    """Discrepancies that are there as before, with other numbers or another cause."""

    @property
    def is_news(self) -> bool:
        """Whether anything is other than it was."""
        return bool(self.opened or self.closed or self.changed)


DerivingEvent = Deriving | Derived | DerivingFailed | Reconciled
SyncEvent = (
    SyncStarted | SyncProgress | SyncWaits | SectionDone | SyncFinished | SyncFailed | DerivingEvent
)
"""Anything a run tells while it goes on."""

"""What the monitor is built from; the command line makes and joins the parts."""

import datetime as dt
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qm_tui.ui.numerals import PLAIN_NUMERALS, Numerals

if TYPE_CHECKING:
    # Nothing of the store or of its records is needed for the first frame.
    from qm_tui.decisions.lot_methods import ChosenMethod
    from qm_tui.domain.booking.words import LotMethod
    from qm_tui.domain.events import SectionCounts, SyncEvent
    from qm_tui.domain.health import Health
    from qm_tui.domain.live import LiveBook, LiveChange
    from qm_tui.domain.words import Section
    from qm_tui.store.reader import Reader


class Importer(Protocol):
    """Reads statements into the store."""

    @property
    def last_stored(self) -> str | None:
        """The name of the file that was stored last."""

    def import_files(
        self, paths: Sequence[Path], account: str | None
    ) -> "AsyncIterator[SyncEvent]":
        """Tell how it goes; closing the iterator ends it, and of the file under way nothing stays.

        Args:
            paths: Read one after the other, each stored as a whole or not at all.
            account: The number of the account, for files that do not name it.
        """


class MethodDesk(Protocol):
    """Writes down which method an account uses; lots follow before it answers."""

    async def chosen_methods(self, account: str) -> "Sequence[ChosenMethod]":
        """What holds now, the newest first."""

    async def choose_method(
        self, account: str, method: "LotMethod", from_day: dt.date, reason: str | None
    ) -> None:
        """Use a method for the sales of an account from a day on."""

    async def undo_method(self, decision: int) -> None:
        """Take a decision back."""


class Preferences(Protocol):
    """Keeps how the user wants the monitor to be: saved views, the last export."""

    async def all(self) -> "Mapping[str, Any]":
        """What was kept, by name; nothing of it was checked."""

    async def keep(self, name: str, value: Any) -> None:
        """Keep what JSON can hold under a name; None forgets it."""


class UnderWay(Protocol):
    """A sync that goes on."""

    @property
    def connection(self) -> str:
        """Which connection is synced."""

    @property
    def run(self) -> int | None:
        """The run's number in the store; None before it has one."""

    @property
    def started_at(self) -> dt.datetime:
        """When it began."""

    @property
    def sections(self) -> "Mapping[Section, SectionCounts]":
        """What is stored so far."""

    @property
    def says(self) -> str:
        """What it is at: a section, or a sentence about what it waits for."""

    @property
    def until(self) -> dt.datetime | None:
        """When it goes on at the latest, while it waits."""

    @property
    def done_bytes(self) -> int:
        """Of a document that is fetched."""

    @property
    def total_bytes(self) -> int:
        """0 while nobody knows."""


class Syncs(Protocol):
    """Keeps connections synced while the monitor is open; begun and closed by who made it."""

    @property
    def live(self) -> "LiveBook":
        """The latest of all that was pushed."""

    def health(self) -> "Sequence[Health]":
        """How each connection is doing, in the order of the configuration."""

    def request(self, connections: Collection[str] | None = None) -> None:
        """Sync these now, or all; also those that wait or were refused."""

    def cancel(self, connection: str) -> None:
        """End the sync that goes on; what it has stored stays."""

    def progress(self) -> "Sequence[UnderWay]":
        """The syncs that go on."""

    def news(self) -> "AsyncIterator[SyncEvent | Health | LiveChange]":
        """Tell what happens; closing the iterator ends it. It ends by itself when syncs do."""


async def _nothing() -> None:
    """Nothing was opened that must be closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The parts and preferences of one run of the monitor."""

    open_reader: "Callable[[], Awaitable[Reader]]"
    """Awaited after the first frame, once; again only if it failed."""
    open_importer: Callable[[], Awaitable[Importer]]
    open_methods: "Callable[[], Awaitable[MethodDesk]] | None" = None
    """None where nothing may be decided."""
    open_syncs: "Callable[[], Awaitable[Syncs]] | None" = None
    """None where no connection is configured. Awaited after the first rows, until it succeeds."""
    open_preferences: "Callable[[], Awaitable[Preferences]] | None" = None
    """None where nothing is kept: what the user changes holds until he leaves."""
    now: Callable[[], dt.datetime]
    """The present, aware."""
    zone: dt.tzinfo
    """In which times are shown."""
    version: str
    close: Callable[[], Coroutine[Any, Any, None]] = _nothing
    """Closes what was opened, before the event loop ends."""
    demo: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    """Binding id → keys, as in the `[keys]` of the configuration."""
    hide_amounts: bool = False
    log_file: Path | None = None
    """Where the program writes what happens; None where it does not."""
    numerals: Numerals = PLAIN_NUMERALS
    """How digits are grouped and where the point is."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """Screen → its columns, as in the `[ui.columns]` of the configuration."""
    terminal: Mapping[str, str] = field(default_factory=dict)
    """The environment, as far as it tells of the terminal."""
    categories: Mapping[str, str] = field(default_factory=dict)
    """Account → what kind of account it is to its owner, as in the configuration."""
    theme: str | None = None
    """One of the monitor's or of Textual's; None is the monitor's own dark one."""

"""What the monitor is built from; the command line makes and joins the parts."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Nothing of the store or of its records is needed for the first frame.
    from qm_tui.decisions.lot_methods import ChosenMethod
    from qm_tui.domain.booking.words import LotMethod
    from qm_tui.domain.events import SyncEvent
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
    now: Callable[[], dt.datetime]
    """The present, aware."""
    zone: dt.tzinfo
    """In which times are shown."""
    version: str
    close: Callable[[], Awaitable[None]] = _nothing
    """Closes what was opened, before the event loop ends."""
    demo: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    """Binding id → keys, as in the `[keys]` of the configuration."""
    hide_amounts: bool = False
    theme: str | None = None
    """One of the monitor's or of Textual's; None is the monitor's own dark one."""

"""What all screens share while the monitor is open: the store's reader, syncs, and formats."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qm_tui.ui.context import Context
from qm_tui.ui.format import Format
from qm_tui.ui.kept import Kept
from qm_tui.ui.troubles import Troubles

if TYPE_CHECKING:
    from qm_tui.domain.health import Health
    from qm_tui.domain.live import LiveBook
    from qm_tui.queries.sync_views import StatusView
    from qm_tui.store.reader import Reader
    from qm_tui.ui.context import Syncs, UnderWay
    from qm_tui.ui.pause import Pause

_NEW_YORK = ZoneInfo("America/New_York")
_FAILING = frozenset({"waiting", "refused"})
"""States of connections; what comes late or in part is no error yet."""


class Session:
    """One run of the monitor. `generation` grows when the store may hold something new."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.format = Format(
            zone=context.zone, hidden=context.hide_amounts, numerals=context.numerals
        )
        self.generation = 0
        self.version: int | None = None
        """What the store was at when it was last looked at; see `Reader.data_version`."""
        self.status: StatusView | None = None
        self.first_frame = asyncio.Event()
        """Set when something is on the screen: what is slow to import waits for it."""
        self.first_rows = asyncio.Event()
        """Set when a screen has been read: what is slow to begin waits for it."""
        self.under_way: str | None = None
        """What the status bar says about an import that runs."""
        self.kept = Kept(context)
        """What the user wants to find again."""
        self.troubles = Troubles(context.now)
        """What failed in the program itself."""
        self.pause: Pause | None = None
        """Set while the screens stand still."""
        self.beside: bool | None = None
        """Whether the user wants all of a row beside tables; None: where there is room."""
        self.filters: list[str] = []
        """What rows were filtered by, the newest last."""
        self.syncs: Syncs | None = None
        """None until they are opened, and where there are no connections."""
        self._opening: asyncio.Task[Reader] | None = None

    @property
    def today(self) -> dt.date:
        """The day in New York, where the tax year is."""
        return self.context.now().astimezone(_NEW_YORK).date()

    @property
    def live(self) -> "LiveBook | None":
        """The latest of all that brokers push; while paused, what it was then."""
        if self.pause is not None:
            return self.pause.live
        return None if self.syncs is None else self.syncs.live

    @property
    def health(self) -> "Sequence[Health]":
        """How each connection is doing, in the order of the configuration."""
        return () if self.syncs is None else self.syncs.health()

    @property
    def progress(self) -> "Sequence[UnderWay]":
        """The syncs that go on."""
        return () if self.syncs is None else self.syncs.progress()

    @property
    def errors(self) -> int:
        """How many things fail now: connections that do not come, and the program's own."""
        return self.troubles.open + sum(each.state in _FAILING for each in self.health)

    def connections_of(self, account: str | None) -> Sequence[str]:
        """Name the connections that can sync an account, or anything."""
        stored = self.status.connections_of.get(account or "", ()) if self.status else ()
        return [
            each.connection
            for each in self.health
            if account is None or account in each.accounts or each.connection in stored
        ]

    async def reader(self) -> "Reader":
        """The store's reader, opened by whoever asks first.

        Raises:
            Exception: What opening raised; the next to ask tries again.
        """
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        opening = self._opening
        try:
            # A screen that is left while the store opens must not end that for the others.
            return await asyncio.shield(opening)
        finally:
            if opening.done() and (opening.cancelled() or opening.exception() is not None):
                self._opening = None

    async def read_status(self) -> "StatusView":
        """Ask the store what the status bar says."""
        # Here, because `queries` brings SQLAlchemy, which must not delay the first frame.
        from qm_tui.queries.status import status  # noqa: PLC0415

        self.status = await status(await self.reader())
        return self.status

    async def take_note(self, reader: "Reader") -> bool:
        """Look whether anybody has written to the store since the last look; whether so.

        What is read after this is at least as new as what it saw.
        """
        version = await reader.data_version()
        before, self.version = self.version, version
        if before is None or before == version:
            return False
        self.generation += 1
        return True

    async def _open(self) -> "Reader":
        return await self.context.open_reader()

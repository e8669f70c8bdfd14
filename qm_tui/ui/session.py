"""What all screens share while the monitor is open: the store's reader, and how numbers look."""

import asyncio
import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qm_tui.ui.context import Context
from qm_tui.ui.format import Format

if TYPE_CHECKING:
    from qm_tui.queries.views import StatusView
    from qm_tui.store.reader import Reader

_NEW_YORK = ZoneInfo("America/New_York")


class Session:
    """One run of the monitor. `generation` grows when the store may hold something new."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.format = Format(zone=context.zone, hidden=context.hide_amounts)
        self.generation = 0
        self.status: StatusView | None = None
        self.first_frame = asyncio.Event()
        """Set when something is on the screen: what is slow to import waits for it."""
        self.under_way: str | None = None
        """What the status bar says about an import that runs."""
        self._opening: asyncio.Task[Reader] | None = None

    @property
    def today(self) -> dt.date:
        """The day in New York, where the tax year is."""
        return self.context.now().astimezone(_NEW_YORK).date()

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

    async def _open(self) -> "Reader":
        return await self.context.open_reader()

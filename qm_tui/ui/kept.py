"""What the user wants to find again the next time: read once, written when it changes."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.context import Context

if TYPE_CHECKING:
    from qm_tui.ui.context import Preferences

_log = logging.getLogger(__name__)

_PATIENCE = 0.25
"""Seconds to wait until something is stored before going on without."""


class Kept:
    """Preferences by name; where nothing can be stored they hold until the monitor is left."""

    def __init__(self, context: Context) -> None:
        self._open = context.open_preferences
        self._desk: Preferences | None = None
        self._known: dict[str, Any] | None = None
        self._held: dict[str, Any] = {}
        """What was wished while nobody could tell what is stored."""
        self._why: StoreRefused | None = None
        """Why nobody can."""
        self._reading = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._writing: set[asyncio.Task[None]] = set()
        self.refused: Callable[[str], None] | None = None
        """Told why something will not be found again."""

    @property
    def is_read(self) -> bool:
        """Whether `get` tells what is stored."""
        return self._known is not None or self._open is None

    async def read(self) -> None:
        """Read what is stored, unless that has been done; it may be that nobody can."""
        async with self._reading:
            if self._known is not None:
                return
            try:
                if self._open is not None:
                    self._desk = await self._open()
                stored = {} if self._desk is None else await self._desk.all()
            except StoreRefused as error:
                # No screen and no key fails because it is not known how they were left.
                _log.warning("what was kept is not to be had: %s", error)
                self._why = error
                return
            self._known = {**stored, **self._held}

    def get(self, name: str) -> Any:
        """Return what is kept under a name, unchecked; None where that is nothing."""
        return (self._held if self._known is None else self._known).get(name)

    async def keep(self, name: str, value: Any) -> None:
        """Keep what JSON can hold; None forgets it."""
        await self.read()
        if self._known is None:
            assert self._why is not None
            self._held[name] = value
            self._refuse(name, self._why)
            return
        if self._known.get(name) == value:
            return
        self._known[name] = value
        if value is None:
            del self._known[name]
        if self._desk is not None:
            writing = asyncio.create_task(self._write(self._desk, name, value))
            self._writing.add(writing)
            writing.add_done_callback(self._written)
            # No key waits for a store that another program holds locked.
            await asyncio.wait({writing}, timeout=_PATIENCE)

    async def written(self) -> None:
        """Wait until all that was decided is written, or refused."""
        if self._writing:
            await asyncio.wait(self._writing)

    async def _write(self, desk: "Preferences", name: str, value: Any) -> None:
        # In the order in which they were decided.
        async with self._turn:
            try:
                await desk.keep(name, value)
            except StoreRefused as error:
                # A full disk is no reason to take from the user what he looks at.
                self._refuse(name, error)

    def _written(self, writing: asyncio.Task[None]) -> None:
        self._writing.discard(writing)
        error = None if writing.cancelled() else writing.exception()
        if error is not None:
            self._refuse("something", error)

    def _refuse(self, name: str, error: BaseException) -> None:
        _log.warning("%s is not kept: %s", name, error, exc_info=error)
        if self.refused is not None:
            self.refused(f"This holds until you quit, and is not kept: {error}")

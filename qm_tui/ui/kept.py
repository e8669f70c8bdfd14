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


class Kept:
    """Preferences by name; where nothing can be stored they hold until the monitor is left."""

    def __init__(self, context: Context) -> None:
        self._open = context.open_preferences
        self._desk: Preferences | None = None
        self._known: dict[str, Any] | None = None
        self._reading = asyncio.Lock()
        self.refused: Callable[[str], None] | None = None
        """Told why something will not be found again."""

    @property
    def is_read(self) -> bool:
        """Whether `get` tells what is stored."""
        return self._known is not None or self._open is None

    async def read(self) -> None:
        """Read what is stored, unless that has been done."""
        async with self._reading:
            if self._known is not None:
                return
            if self._open is not None:
                self._desk = await self._open()
            self._known = dict(await self._desk.all()) if self._desk is not None else {}

    def get(self, name: str) -> Any:
        """Return what is kept under a name, unchecked; None where that is nothing."""
        return (self._known or {}).get(name)

    async def keep(self, name: str, value: Any) -> None:
        """Keep what JSON can hold; None forgets it."""
        await self.read()
        assert self._known is not None
        if self._known.get(name) == value:
            return
        self._known[name] = value
        if value is None:
            del self._known[name]
        if self._desk is not None:
            try:
                await self._desk.keep(name, value)
            except StoreRefused as error:
                # A full disk is no reason to take from the user what he looks at.
                _log.warning("%s is not kept: %s", name, error)
                if self.refused is not None:
                    self.refused(f"This holds until you quit, and is not kept: {error}")

"""Derive when facts have come, once for all that come shortly after each other."""

import asyncio
import logging
from collections.abc import Callable

from qm_tui.domain.events import DerivingEvent, DerivingFailed
from qm_tui.sync.deriving import Deriver

_log = logging.getLogger(__name__)


class Derivations:
    """Has what waits derived; one derivation at a time."""

    def __init__(
        self, deriver: Deriver, tell: Callable[[DerivingEvent], None], quiet: float
    ) -> None:
        self._deriver = deriver
        self._tell = tell
        self._quiet = quiet
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Facts have come."""
        self._asked.set()

    async def run(self) -> None:
        """Derive whenever it was asked for, and nothing was for a while."""
        while True:
            await self._asked.wait()
            while self._asked.is_set():
                self._asked.clear()
                await asyncio.sleep(self._quiet)
            async for event in self._deriver.derive():
                if isinstance(event, DerivingFailed):
                    _log.warning("what follows from facts was not derived: %s", event.reason)
                self._tell(event)

"""Have derived and compared what live connections bring, a moment after it came."""

import asyncio
import logging
from contextlib import aclosing

from qm_tui.domain.events import DerivingFailed
from qm_tui.store.troubles import StoreRefused
from qm_tui.sync.courses import Tell
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.waiting import outcome
from qm_tui.sync.words import NOT_DERIVED

_log = logging.getLogger(__name__)

_AT_MOST = 5
"""So many times facts that still come may put it off."""


_LONG = 0.25
"""Seconds of comparing after which it rests."""
_REST = 8
"""So many times as long as it compared."""
_MOST_REST = 30.0


class Derivation:
    """Derives when facts were stored, once for all that come together."""

    def __init__(self, deriver: Deriver, tell: Tell, after: float) -> None:
        """Begin with nothing to do.

        Args:
            deriver: of the store.
            tell: is told how it goes.
            after: seconds to wait for more facts.
        """
        self._deriver = deriver
        self._tell = tell
        self._after = after
        self._wanted = asyncio.Event()

    def soon(self) -> None:
        """Facts may have been stored."""
        self._wanted.set()

    async def run(self) -> None:
        """Derive whenever there is something, without end."""
        while True:
            await self._wanted.wait()
            for _ in range(_AT_MOST):
                self._wanted.clear()
                await asyncio.sleep(self._after)
                if not self._wanted.is_set():
                    break
            self._wanted.clear()
            error = await outcome(self._derive())
            if error is not None:
                # The marks are still there: the next facts, or the next start, derive them.
                _log.error("what follows from facts was not derived", exc_info=error)
                self._tell(DerivingFailed(reason=NOT_DERIVED))
            if (took := self._deriver.compared_in) > _LONG:
                # What live connections push without end must not be compared without end.
                await asyncio.sleep(min(_REST * took, _MOST_REST))

    async def _derive(self) -> None:
        try:
            if not await self._deriver.is_due():
                return
        except StoreRefused as error:
            _log.warning("what follows from facts was not derived: %s", error)
            return
        async with aclosing(self._deriver.derive()) as events:
            async for event in events:
                if isinstance(event, DerivingFailed):
                    _log.warning("what follows from facts was not derived: %s", event.reason)
                self._tell(event)

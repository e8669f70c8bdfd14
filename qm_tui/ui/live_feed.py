"""What syncs tell, handed to the screen in front: health, what is stored, what has changed."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from textual.app import App
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.troubles import reason_of
from qm_tui.ui.troubles_told import hear

if TYPE_CHECKING:
    from qm_tui.domain.events import SyncEvent
    from qm_tui.domain.live import LiveChange
    from qm_tui.ui.context import Syncs

_log = logging.getLogger(__name__)

_SOON = 0.1
"""Seconds from the end of a sync to reading again."""
_FIRST = 1.0
"""Seconds from a sync's first section to reading again; each time longer while it goes on."""
_LONGER = 6
AGAIN = 2.0
"""Seconds until a subscription that failed is tried again; each time longer."""
_AGAIN_AT_MOST = 60.0
_LONGEST = 300
"""Characters of a reason that is told in passing."""
_STEADY = 0.5
"""Seconds between two repaints of the status bar because of news."""


class LiveFeed:
    """Subscribes to syncs when the first rows are there, and again when that fails."""

    def __init__(
        self,
        app: App[None],
        session: Session,
        page: Callable[[], Page | None],
        stored: Callable[[], None],
    ) -> None:
        """Join syncs and screens.

        Args:
            app: runs the worker that listens.
            session: gets the syncs once they are open.
            page: the screen in front.
            stored: called when there is something new to read.
        """
        self._app = app
        self._session = session
        self._page = page
        self._stored = stored
        self._worker: Worker[None] | None = None
        self._again = AGAIN
        self._wait = _FIRST
        self._reading: Timer | None = None
        self._reading_soon = False
        self._frame: Timer | None = None
        self._frame_is_due = False

    def begin(self) -> None:
        """Listen from the first rows on."""
        if self._session.context.open_syncs is not None:
            self._worker = self._app.run_worker(self._listen(), group="live", exit_on_error=False)

    def take_note(self, event: Worker.StateChanged) -> None:
        """A worker's state has changed; if it was ours and failed, say so and try again."""
        if event.worker is not self._worker or event.state is not WorkerState.ERROR:
            return
        _log.error("live updates broke off", exc_info=event.worker.error)
        reason = reason_of(event.worker.error)[:_LONGEST]
        self._app.notify(
            f"{reason} Tried again in {self._again:.0f} s; what is stored stays on the screen.",
            title="No live updates",
            severity="error",
            markup=False,
        )
        self._app.set_timer(self._again, self.begin)
        self._again = min(self._again * 2, _AGAIN_AT_MOST)

    async def _listen(self) -> None:
        await self._session.first_rows.wait()
        open_syncs = self._session.context.open_syncs
        assert open_syncs is not None
        if self._session.syncs is None:
            self._session.syncs = await open_syncs()
        self._show_frame()
        await self._hear(self._session.syncs)

    async def _hear(self, syncs: "Syncs") -> None:
        # Late: the first frame needs neither records nor events.
        from qm_tui.domain.health import Health  # noqa: PLC0415
        from qm_tui.domain.live import LiveChange  # noqa: PLC0415

        news = syncs.news()
        assert isinstance(news, AsyncGenerator)
        async with aclosing(news):
            async for item in news:
                self._again = AGAIN
                self._session.troubles.settle("live")
                match item:
                    case LiveChange():
                        self._show_change(item)
                    case Health():
                        self._show_frame()
                    case _:
                        self._take(item)

    def _show_change(self, change: "LiveChange") -> None:
        if self._session.pause is not None:
            self._session.pause.take(change)
        elif (page := self._page()) is not None:
            page.on_live(change)

    def _take(self, event: "SyncEvent") -> None:
        from qm_tui.domain.events import (  # noqa: PLC0415 - see above
            Derived,
            Reconciled,
            SectionDone,
            SyncFailed,
            SyncFinished,
        )

        hear(self._session.troubles, event)
        match event:
            case SyncFinished() | SyncFailed() | Derived():
                self._wait = _FIRST
                self._read(_SOON)
            case Reconciled() if event.is_news:
                self._read(_SOON)
            case SectionDone():
                if self._reading is None:
                    self._read(self._wait)
                    self._wait *= _LONGER
            case _:
                pass
        self._show_frame()

    def _read(self, seconds: float) -> None:
        """Have what is stored read, once for all that is told until then."""
        soon = seconds == _SOON
        if self._reading is not None:
            if self._reading_soon or not soon:
                return
            self._reading.stop()
        self._reading_soon = soon
        self._reading = self._app.set_timer(seconds, self._read_now)

    def _read_now(self) -> None:
        self._reading = None
        if self._session.pause is not None:
            self._session.pause.waiting += 1
        else:
            self._stored()

    def _show_frame(self) -> None:
        """Bring the bars up to date, at once or when the time since the last is over."""
        if self._frame is not None:
            self._frame_is_due = True
            return
        self._frame = self._app.set_timer(_STEADY, self._frame_over)
        self._frame_is_due = False
        if (page := self._page()) is not None:
            page.on_health()

    def _frame_over(self) -> None:
        self._frame = None
        if self._frame_is_due:
            self._show_frame()

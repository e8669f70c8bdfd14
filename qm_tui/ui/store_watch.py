"""Notice what another process writes to the store while the monitor is open."""

from collections.abc import Callable

from textual.app import App

from qm_tui.ui.session import Session

_EVERY = 2.0
"""Seconds; one look costs less than a millisecond."""


class StoreWatch:
    """Looks at the store now and then, and says when somebody has written to it."""

    def __init__(self, app: App[None], session: Session, changed: Callable[[], None]) -> None:
        self._app = app
        self._session = session
        self._changed = changed

    def begin(self) -> None:
        """Look from now on; to be called when the first rows are on the screen."""
        self._app.set_interval(_EVERY, self._start_look, name="store-watch")

    def _start_look(self) -> None:
        # What our own syncs write is told by them, and not at every section.
        if self._session.status is not None and not self._session.progress:
            self._app.run_worker(
                self._look(), group="store-watch", exclusive=True, exit_on_error=False
            )

    async def _look(self) -> None:
        if await self._session.take_note(await self._session.reader()):
            self._changed()

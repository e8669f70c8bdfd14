"""Notice what another process writes to the store while the monitor is open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from qm_tui.ui.cell import plain
from qm_tui.ui.session import Session

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_EVERY = 2.0
"""Seconds; one look costs less than a millisecond."""
_FILE = "store-file"
"""The key of a store that is not in its place."""
_GONE = "The store file is gone"
_ADVICE = (
    "Put it back, or leave (q) and begin again: what the brokers still tell is synced anew, what "
    "only files told has to be imported again."
)


class StoreWatch:
    """Looks at the store now and then, and says when somebody has written to it."""

    def __init__(self, app: App[None], session: Session, changed: Callable[[], None]) -> None:
        self._app = app
        self._session = session
        self._changed = changed
        self._is_gone = False

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
        reader = await self._session.reader()
        await self._look_for_file(reader)
        if await self._session.take_note(reader):
            self._changed()

    async def _look_for_file(self, reader: "Reader") -> None:
        was_gone, self._is_gone = self._is_gone, not await reader.is_in_its_place()
        if not self._is_gone:
            self._session.troubles.settle(_FILE)
        elif not was_gone:
            says = (
                f"{reader.path} was deleted or replaced while the monitor is open. What is synced "
                "from now on is lost when you leave."
            )
            self._session.troubles.note(_FILE, _GONE, says, advice=_ADVICE)
            self._app.notify(
                f"{plain(says)} {_ADVICE}", title=_GONE, severity="error", timeout=15, markup=False
            )

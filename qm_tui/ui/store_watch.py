"""Notice what another process writes to the store while the monitor is open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App
from textual.worker import Worker

from qm_tui.store.troubles import StoreRefused
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
_CLOSED = "The store cannot be reached"
_BY_ITSELF = "What is on the screens stays, and all goes on by itself when it can be read again."


class StoreWatch:
    """Looks at the store now and then, and says when somebody has written to it."""

    def __init__(self, app: App[None], session: Session, changed: Callable[[], None]) -> None:
        self._app = app
        self._session = session
        self._changed = changed
        self._missed: str | None = None
        self._looking: Worker[None] | None = None

    def begin(self) -> None:
        """Look from now on; to be called when the first rows are on the screen."""
        self._app.set_interval(_EVERY, self._start_look, name="store-watch")

    def _start_look(self) -> None:
        # What our own syncs write is told by them, and not at every section.
        if self._session.status is not None and not self._session.progress:
            # Not begun here: one that is cancelled before it ran would be left behind.
            self._looking = self._app.run_worker(
                self._look, group="store-watch", exclusive=True, exit_on_error=False
            )

    async def _look(self) -> None:
        reader = await self._session.reader()
        try:
            await self._look_for_file(reader)
        except StoreRefused as error:
            self._miss(_CLOSED, str(error), _BY_ITSELF)
            return
        if await self._session.take_note(reader):
            self._changed()

    async def _look_for_file(self, reader: "Reader") -> None:
        if await reader.is_in_its_place():
            if self._missed is not None:
                # What could not be read meanwhile can be.
                self._changed()
            self._missed = None
            self._session.troubles.settle(_FILE)
            return
        says = (
            f"{reader.path} was deleted or replaced while the monitor is open. What is synced "
            "from now on is lost when you leave."
        )
        self._miss(_GONE, says, _ADVICE)

    def _miss(self, what: str, says: str, advice: str) -> None:
        """Say once that the file is not where it was, or not to be had."""
        if what == self._missed:
            return
        self._missed = what
        self._session.troubles.note(_FILE, what, says, advice=advice)
        self._app.notify(
            f"{plain(says)} {advice}", title=what, severity="error", timeout=15, markup=False
        )

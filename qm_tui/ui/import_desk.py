"""The one import that may run while everything else goes on: begun, watched, ended."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from textual.app import App
from textual.worker import Worker, WorkerState

from qm_tui.ui.context import Importer
from qm_tui.ui.session import Session
from qm_tui.ui.troubles import reason_of
from qm_tui.ui.troubles_told import see_how_it_ended

if TYPE_CHECKING:
    # What an import tells is made of records; none is needed for the first frame.
    from qm_tui.ui.import_job import ImportJob

_log = logging.getLogger(__name__)

_ENDED = (WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED)


class ImportDesk:
    """Runs imports as workers of the app, so that they outlive every screen."""

    def __init__(
        self,
        app: App[None],
        session: Session,
        on_progress: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self._app = app
        self._session = session
        self._on_progress = on_progress
        self._on_end = on_end
        self._job: ImportJob | None = None
        self._worker: Worker[None] | None = None
        self._importer: Importer | None = None

    @property
    def file_under_way(self) -> str | None:
        """The name of the file that is being read; None while no import runs."""
        if self._job is None or self._job.over:
            return None
        return self._job.current or self._job.paths[0].name

    def open(self, path: str = "") -> None:
        """Ask what to import, or show the import that runs.

        Args:
            path: of a file that is asked for again.
        """
        if self._job is not None and not self._job.over:
            self._show_progress(self._job)
        else:
            self._ask(path)

    def _ask(self, path: str) -> None:
        from qm_tui.ui.dialogs.import_form import ImportForm  # noqa: PLC0415 - when asked for

        self._app.push_screen(ImportForm(path), self._begin)

    def _ask_again(self, path: str | None) -> None:
        if path is not None:
            self._ask(path)

    def take_note(self, event: Worker.StateChanged) -> None:
        """A worker's state has changed; if it was the import's, say how that ended."""
        job, worker = self._job, event.worker
        if job is None or worker is not self._worker or event.state not in _ENDED:
            return
        match event.state:
            case WorkerState.ERROR:
                _log.error("the import broke", exc_info=worker.error)
                job.fail(reason_of(worker.error))
            case WorkerState.CANCELLED:
                job.cancel(self._importer.last_stored if self._importer else None)
            case _:
                job.over = True
        see_how_it_ended(self._session.troubles, job, self.open)
        if not self._show(job):
            self._app.notify(
                job.result(self._session.format),
                title="Import",
                severity="information" if job.finished and not job.failed else "warning",
                markup=False,
            )
        self._on_end()

    def _begin(self, job: "ImportJob | None") -> None:
        if job is not None:
            self._job = job
            self._worker = self._app.run_worker(self._run(job), group="import", exit_on_error=False)
            self._show_progress(job)

    async def _run(self, job: "ImportJob") -> None:
        self._importer = importer = await self._session.context.open_importer()
        events = importer.import_files(job.paths, job.account)
        assert isinstance(events, AsyncGenerator)
        async with aclosing(events):
            async for event in events:
                job.take(event)
                self._show(job)

    def _show_progress(self, job: "ImportJob") -> None:
        from qm_tui.ui.dialogs.import_progress import ImportProgress  # noqa: PLC0415 - see above

        assert self._worker is not None
        self._app.push_screen(
            ImportProgress(job, self._worker.cancel, self._session.format), self._ask_again
        )

    def _show(self, job: "ImportJob") -> bool:
        """Show how it stands; whether that is in a dialog and not in the status bar alone."""
        from qm_tui.ui.dialogs.import_progress import ImportProgress  # noqa: PLC0415 - see above

        self._session.under_way = None if job.over else job.in_short(self._session.format)
        self._on_progress()
        if not isinstance(self._app.screen, ImportProgress):
            return False
        self._app.screen.show_job()
        return True

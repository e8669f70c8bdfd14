"""What a dialog says when something that it began has failed."""

import logging

from textual.worker import Worker, WorkerState

from qm_tui.ui.troubles import reason_of

_log = logging.getLogger(__name__)


def failure(event: Worker.StateChanged) -> str | None:
    """Return why a worker failed, and log where; None where none did."""
    if event.state is not WorkerState.ERROR:
        return None
    _log.error("%s failed", event.worker.group, exc_info=event.worker.error)
    return reason_of(event.worker.error)

"""Troubles that syncs and imports tell of, beside workers that die."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from qm_tui.ui.troubles import DERIVING, Troubles

if TYPE_CHECKING:
    from pathlib import Path

    from qm_tui.domain.events import SyncEvent
    from qm_tui.ui.import_job import ImportJob


def hear(troubles: Troubles, event: "SyncEvent") -> None:
    """Take note of what a sync tells: whether lots and gains could be derived."""
    from qm_tui.domain.events import Derived, DerivingFailed  # noqa: PLC0415 - not at the start

    if isinstance(event, DerivingFailed):
        _not_derived(troubles, event.reason)
    elif isinstance(event, Derived):
        troubles.settle(DERIVING)


def see_how_it_ended(troubles: Troubles, job: "ImportJob", ask: Callable[[str], object]) -> None:
    """Take note of the files of an import that were not stored, and of those that were now.

    Args:
        troubles: what fails.
        job: the import.
        ask: opens the form for a file.
    """
    from qm_tui.domain.events import SyncFailed  # noqa: PLC0415 - not at the start

    # The files behind one during which it was ended have no outcome.
    for path, outcome in zip(job.paths, job.outcomes, strict=False):
        if isinstance(outcome, SyncFailed):
            _not_imported(troubles, path, outcome.reason, ask)
        else:
            troubles.settle(f"file {path}")
    if job.not_derived:
        _not_derived(troubles, job.not_derived)
    elif job.finished and job.cancelled is None:
        troubles.settle(DERIVING)


def _not_imported(
    troubles: Troubles, path: "Path", reason: str, ask: Callable[[str], object]
) -> None:
    what = f"{path.name} was not imported"
    advice = "Nothing of it is stored. r opens the form for it again."
    troubles.note(f"file {path}", what, reason, advice=advice, ask=partial(ask, str(path)))


def _not_derived(troubles: Troubles, reason: str) -> None:
    advice = "The facts are stored. It is done with the next sync or import, or by `db rebuild`."
    troubles.note(DERIVING, "Lots and gains could not be derived", reason, advice=advice)

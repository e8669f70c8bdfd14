"""Troubles that syncs and imports tell of, beside workers that die."""

from typing import TYPE_CHECKING

from qm_tui.ui.troubles import DERIVING, Troubles

if TYPE_CHECKING:
    from qm_tui.domain.events import SyncEvent
    from qm_tui.ui.import_job import ImportJob


def hear(troubles: Troubles, event: "SyncEvent") -> None:
    """Take note of what a sync tells: whether lots and gains could be derived."""
    from qm_tui.domain.events import Derived, DerivingFailed  # noqa: PLC0415 - not at the start

    if isinstance(event, DerivingFailed):
        _not_derived(troubles, event.reason)
    elif isinstance(event, Derived):
        troubles.settle(DERIVING)


def see_how_it_ended(troubles: Troubles, job: "ImportJob") -> None:
    """Take note of the files of an import that were not stored, and of those that were now."""
    for failed in job.failed:
        what = f"{failed.source} was not imported"
        advice = "Nothing of it is stored. I imports it again."
        troubles.note(f"file {failed.source}", what, failed.reason, advice=advice)
    for finished in job.finished:
        troubles.settle(f"file {finished.source}")
    if job.not_derived:
        _not_derived(troubles, job.not_derived)
    elif job.finished and job.cancelled is None:
        troubles.settle(DERIVING)


def _not_derived(troubles: Troubles, reason: str) -> None:
    advice = "The facts are stored. It is done with the next sync or import, or by `db rebuild`."
    troubles.note(DERIVING, "Lots and gains could not be derived", reason, advice=advice)

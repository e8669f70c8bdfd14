"""An import while it runs, and what it brought."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static
from typing_extensions import override

from qm_tui.domain.events import SectionCounts, SyncFailed, SyncFinished
from qm_tui.ui.format import Format, size
from qm_tui.ui.import_job import ImportJob
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.key_hints import key_hints

_BAR = 40
"""Cells of the progress bar."""
_NAMED = 20
"""Refused rows and novelties that are named one by one; the imports screen has them all."""
_COLUMNS = {
    "rows": "received",
    "added": "added",
    "changed": "changed",
    "same": "unchanged",
    "refused": "refused",
}
_NAME, _NUMBER = 18, 9
"""Cells; with the indent they must fit into a dialog on a terminal of 80."""


class ImportProgress(LeftOnce[str | None], ModalScreen[str | None]):
    """Shows a job; the app runs it, also when this is hidden. Answers with what to ask for anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "end", "Cancel", id="import.cancel"),
        Binding("enter,b", "hide", "Go on in the background", id="import.hide"),
        Binding("I,ctrl+o", "again", "Import another", id="import.again"),
    ]

    def __init__(self, job: ImportJob, cancel: Callable[[], None], form: Format) -> None:
        super().__init__()
        self._form = form
        self.job = job
        self._cancel = cancel

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Label("Import", classes="title", id="import-title", markup=False)
            with VerticalScroll(id="import-body"):
                yield Static(id="import-text", markup=False)
            yield Bar(id="import-hints")

    def on_mount(self) -> None:
        """Show how it stands."""
        self.show_job()

    def show_job(self) -> None:
        """The job has gone on."""
        if not self.query("#import-text"):
            return  # The first events may come before the screen is composed.
        job = self.job
        self.query_one("#import-title", Label).update(
            words("Import" if job.over else job.in_short(self._form), "bold $primary")
        )
        lines = list(_result(job, self._form) if job.over else _progress(job, self._form))
        self.query_one("#import-text", Static).update(Content("\n").join(lines))
        hints = (
            [("esc", "Close", "screen.end"), ("I", "Import another", "screen.again")]
            if job.over
            else [("esc", "Cancel", "screen.end"), ("enter", "In the background", "screen.hide")]
        )
        self.query_one("#import-hints", Bar).say(key_hints(hints))

    def action_end(self) -> None:
        """Cancel what runs; close what is over."""
        if self.job.over:
            self.dismiss()
        else:
            self._cancel()

    def action_again(self) -> None:
        """Open the form, with the path in it if it was the account that was missing."""
        if self.job.over:
            lacking = _lacks_account(self.job) and len(self.job.paths) == 1
            self.dismiss(str(self.job.paths[0]) if lacking else "")

    def action_hide(self) -> None:
        """Let it run on, with its progress in the status bar."""
        self.dismiss()


def _progress(job: ImportJob, form: Format) -> Iterator[Content]:
    done = round((job.share or 0) * _BAR)
    yield Content.assemble(
        words("━" * done, "$success"),
        words("─" * (_BAR - done), "$text-muted"),
        words("" if job.share is None else f"  {job.share:.0%}"),
    )
    total = f" of {size(job.total_bytes)}" if job.total_bytes else ""
    yield words(f"{size(job.done_bytes)}{total}, {form.count(job.rows, 'row')}")
    for outcome in job.outcomes:
        yield words(_in_a_line(outcome, form), "$text-muted")


def _in_a_line(outcome: SyncFinished | SyncFailed, form: Format) -> str:
    if isinstance(outcome, SyncFailed):
        return f"✗ {outcome.source}: {outcome.reason}"
    return f"✓ {outcome.source}: {form.count(outcome.totals.added, 'row')} added"


def _result(job: ImportJob, form: Format) -> Iterator[Content]:
    yield words(job.result(form), "bold")
    for outcome in job.outcomes:
        yield Content()
        yield from _failed(outcome) if isinstance(outcome, SyncFailed) else _finished(outcome, form)
    if _lacks_account(job):
        yield Content()
        yield words("I opens the form again: give the account number there.", "$text-accent")


def _lacks_account(job: ImportJob) -> bool:
    """Whether a file does not say whose it is; the reason names what the shell is told."""
    return any("--account" in outcome.reason for outcome in job.failed)


def _failed(outcome: SyncFailed) -> Iterator[Content]:
    yield words(f"✗ {outcome.source}", "bold $text-error")
    yield words(f"  {outcome.reason}")


def _finished(outcome: SyncFinished, form: Format) -> Iterator[Content]:
    accounts = f"  {', '.join(outcome.accounts)}" if outcome.accounts else ""
    yield Content.assemble(
        words(f"✓ {outcome.source}", "bold $text-success"), words(accounts, "$text-muted")
    )
    if outcome.already_known:
        yield words("  This document was read before; nothing new.", "$text-muted")
    if outcome.sections:
        yield words(
            "  " + " " * _NAME + "".join(f"{h:>{_NUMBER}}" for h in _COLUMNS), "$text-muted"
        )
        for section, counts in outcome.sections.items():
            yield _counts(section.value.replace("_", " "), counts, form)
        yield _counts("in all", outcome.totals, form)
    for warning in outcome.warnings:
        yield words(f"  ! {warning}", "$text-warning")
    yield from _novelties(outcome, form)
    yield from _refused(outcome, form)


def _counts(name: str, counts: SectionCounts, form: Format) -> Content:
    *numbers, refused = (getattr(counts, column) for column in _COLUMNS.values())
    cells = [
        words(f"{form.number(number):>{_NUMBER}}", "" if number else "$text-muted")
        for number in numbers
    ]
    style = "$text-error" if refused else "$text-muted"
    cells.append(words(f"{form.number(refused):>{_NUMBER}}", style))
    return Content.assemble(words(f"  {name:<{_NAME}}"), *cells)


def _novelties(outcome: SyncFinished, form: Format) -> Iterator[Content]:
    if outcome.novelties:
        yield words("  This statement has something new, which was kept as it is:", "$text-warning")
    for new in outcome.novelties[:_NAMED]:
        yield words(f"    {new.what} {new.where}, {form.count(new.count, 'time')}: {new.example}")
    yield from _more(len(outcome.novelties), form)


def _refused(outcome: SyncFinished, form: Format) -> Iterator[Content]:
    if outcome.refused:
        yield words("  These rows could not be read and were left out:", "$text-error")
    for row in outcome.refused[:_NAMED]:
        what = f"{row.section} row {form.number(row.document_row + 1)}, {row.field} “{row.text}”"
        yield words(f"    {what}: {row.reason}")
    yield from _more(len(outcome.refused), form)


def _more(number: int, form: Format) -> Iterator[Content]:
    if number > _NAMED:
        yield words(f"    and {form.number(number - _NAMED)} more; see Imports (7)", "$text-muted")

"""Which statements to import: a path or a pattern, completed from the folders there are."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label
from textual.worker import Worker
from typing_extensions import override

from qm_tui.domain.account_numbers import WHAT_IT_IS, is_account_number
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.dialogs.failing import failure
from qm_tui.ui.file_names import Entry, Listing, list_matching
from qm_tui.ui.format import size
from qm_tui.ui.import_job import ImportJob
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.bar import Bar
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.key_hints import key_hints
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

_HINT = "Name a file, or a pattern that matches some."


class ImportForm(LeftOnce[ImportJob | None], ModalScreen[ImportJob | None]):
    """Answers with what to import, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="import.leave"),
        Binding("tab", "complete", "Complete", id="import.complete", priority=True),
        Binding("down", "to_files", "Files", id="import.files", show=False),
        Binding("shift+tab", "to_account", "Account", id="import.account", priority=True),
    ]

    def __init__(self, path: str = "") -> None:
        """Ask.

        Args:
            path: Typed already; then the account is what is asked for first.
        """
        super().__init__()
        self._typed_already = path
        self._listing = Listing()
        self._listed = ""
        """The text that the listing is of."""
        self._completing: str | None = None
        """The text that is to be completed as soon as its listing is there."""
        self._entries: ListSource[Entry] = ListSource([], key=lambda entry: entry.path)

    @override
    def compose(self) -> ComposeResult:
        columns = (
            Column(key="name", title="Matching files", cell=_name, width=40, flexible=True),
            Column(key="size", title="Size", cell=_size, width=9, align="right"),
        )
        with Vertical(id="box", classes="dialog"):
            yield Label("Import statements", classes="title", markup=False)
            yield Label("File, or several with a pattern such as ~/flex/*.xml", markup=False)
            yield Input(self._typed_already, placeholder="path", id="path", select_on_focus=False)
            yield RecordTable(columns, self._entries, empty=_HINT, id="files")
            yield Label("Account number, only if the file does not name it", markup=False)
            yield Input(placeholder="from the file", id="account")
            yield Bar(id="form-hints")

    def on_mount(self) -> None:
        """Begin with the path."""
        self.query_one("#account" if self._typed_already else "#path", Input).focus()
        hints = (
            ("enter", "Import", "screen.submit"),
            ("tab", "Complete", "screen.complete"),
            ("↓", "Choose", "screen.to_files"),
            ("⇧tab", "Account", "screen.to_account"),
            ("esc", "Cancel", "screen.leave"),
        )
        self.query_one("#form-hints", Bar).say(key_hints(hints))

    @on(Input.Changed, "#path")
    def _list(self, event: Input.Changed) -> None:
        if event.value != self._completing:
            self._completing = None
        self.run_worker(
            self._show_matching(event.value), group="list", exclusive=True, exit_on_error=False
        )

    async def _show_matching(self, typed: str) -> None:
        self._listing = await list_matching(typed) if typed.strip() else Listing()
        self._listed = typed
        self.query_one("#files", RecordTable).empty = _why_empty(self._listing, typed)
        self._entries.replace(self._listing.entries)
        if self._completing == typed:
            self.action_complete()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that names could not be listed; one that is typed in full can be imported still."""
        if (reason := failure(event)) is not None:
            self.app.notify(
                reason, title="Files could not be listed", severity="error", markup=False
            )

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        await self.action_submit()

    @on(RecordTable.Chosen, "#files")
    async def _chosen(self, event: RecordTable.Chosen) -> None:
        entry: Entry = event.row
        self._type(entry.typed)
        if entry.is_folder:
            self.query_one("#path", Input).focus()
        else:
            await self.action_submit()

    @on(RecordTable.LeaveRequested, "#files")
    def _back_to_path(self) -> None:
        self.query_one("#path", Input).focus()

    async def action_submit(self) -> None:
        """Import the file, or every file the pattern matches."""
        typed = self.query_one("#path", Input).value
        listing = await list_matching(typed)
        if listing.folder is not None:
            self._step_into(listing.folder)
            return
        if not listing.files:
            reason = f"There is no such file. {_HINT}" if typed.strip() else _HINT
            self.app.notify(reason, severity="warning", markup=False)
            return
        account = self.query_one("#account", Input).value.strip()
        if account and not is_account_number(account):
            # Nothing takes away an account that a slip has made.
            reason = f"That is no account number: {WHAT_IT_IS}."
            self.app.notify(reason, severity="warning", markup=False)
            self.action_to_account()
            return
        self.dismiss(ImportJob(paths=listing.files, account=account or None))

    def _step_into(self, folder: str) -> None:
        """Show what is in it; where that is shown already, choose among it."""
        path = self.query_one("#path", Input)
        if path.value == folder:
            self.action_to_files()
        else:
            self._type(folder)
            path.focus()

    def action_complete(self) -> None:
        """Type as much as all matching names have in common, once they are known."""
        path = self.query_one("#path", Input)
        if not path.has_focus:
            path.focus()
        elif self._listed != path.value:
            # A slow folder: what it held for an earlier text would undo what was typed since.
            self._completing = path.value
        else:
            self._completing = None
            self._type(self._listing.completion or path.value)

    def action_to_files(self) -> None:
        """Choose among the files that match."""
        self.query_one("#files", RecordTable).focus()

    def action_to_account(self) -> None:
        """Type the account's number."""
        self.query_one("#account", Input).focus()

    def action_leave(self) -> None:
        """Import nothing."""
        self.dismiss(None)

    def _type(self, text: str) -> None:
        path = self.query_one("#path", Input)
        path.value = text
        path.cursor_position = len(text)


def _why_empty(listing: Listing, typed: str) -> str:
    if not typed.strip():
        return _HINT
    return "No such file." if listing.folder is None else "Nothing is in this folder."


def _name(entry: Entry) -> Cell:
    return Cell(entry.name, Tone.ACCENT if entry.is_folder else Tone.PLAIN)


def _size(entry: Entry) -> Cell:
    return Cell("" if entry.size is None else size(entry.size), Tone.MUTED)

"""What to write into which file, and how far that is."""

import os
from collections.abc import Awaitable
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label
from textual.worker import Worker, WorkerState
from typing_extensions import override

from qm_tui.ui.cell import plain
from qm_tui.ui.dialogs.failing import failure
from qm_tui.ui.dialogs.letters import LetterDialog
from qm_tui.ui.exports.choice import Choice, Offer, with_suffix
from qm_tui.ui.exports.desk import Told
from qm_tui.ui.exports.formats import FORMS
from qm_tui.ui.exports.rows import Which
from qm_tui.ui.file_names import Listing, list_matching
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.choice_line import ChoiceLine
from qm_tui.ui.widgets.key_hints import key_hints

_WORDS = {Which.MARKED: "marked", Which.SHOWN: "shown", Which.ALL: "all"}


class Write(Protocol):
    """Writes the file; what was done, in a sentence."""

    def __call__(self, choice: Choice, told: Told, *, replace: bool) -> Awaitable[str]:
        """May raise OSError."""


class ExportDialog(LeftOnce[None], ModalScreen[None]):
    """Asks, writes and leaves; Esc ends it at any time, and then nothing is written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="export.leave", priority=True),
        Binding("enter", "write", "Export", id="export.write", priority=True),
        Binding("tab", "complete", "Complete the path", id="export.complete", priority=True),
        Binding("down", "app.focus_next", "Next line", id="export.next", priority=True),
        Binding("up", "app.focus_previous", "Line before", id="export.before", priority=True),
    ]

    def __init__(self, offer: Offer, choice: Choice, write: Write) -> None:
        """Ask.

        Args:
            offer: what there is.
            choice: what is chosen at first.
            write: does it.
        """
        super().__init__()
        self._offer = offer
        self._first = choice
        self._write = write
        self._writing: Worker[str] | None = None

    @override
    def compose(self) -> ComposeResult:
        offer, first = self._offer, self._first
        rows = {
            which.value: f"{_WORDS[which]} {'' if number is None else offer.number(number)}".strip()
            for which, number in offer.rows.items()
        }
        in_sight, every = offer.columns
        with Vertical(id="box", classes="dialog"):
            yield Label("Export", classes="title", markup=False)
            yield ChoiceLine("Format", {name: name for name in FORMS}, first.form, id="form")
            yield ChoiceLine("Rows", rows, first.which.value, id="which")
            columns = {"sight": f"in sight {in_sight}", "all": f"all {every}"}
            chosen = "all" if first.all_columns else "sight"
            yield ChoiceLine("Columns", columns, chosen, id="columns")
            yield Input(first.path, placeholder="path", id="path", select_on_focus=False)
            yield Label("", id="about", markup=False)
            yield Bar(id="form-hints")

    def on_mount(self) -> None:
        """Begin with the path: most of the time the rest is as it should be."""
        self.query_one("#path", Input).focus()
        self._say(self._about())
        self._show_keys(
            ("enter", "Export", "screen.write"),
            ("tab", "Complete", "screen.complete"),
            ("↑↓", "Line", "app.focus_next"),
            ("←→", "Choose", "app.focus_next"),
            ("esc", "Cancel", "screen.leave"),
        )

    def _show_keys(self, *keys: tuple[str, str, str]) -> None:
        self.query_one("#form-hints", Bar).say(key_hints(keys))

    def _about(self) -> str:
        exact = self._form() != "Markdown"
        says = "Exact values, as `show` names them." if exact else "As it is on the screen."
        return (
            f"Amounts are hidden, in the file too ($ shows them). {says}"
            if self._offer.hidden
            else says
        )

    def _say(self, text: str) -> None:
        self.query_one("#about", Label).update(words(text))

    def _form(self) -> str:
        return self.query_one("#form", ChoiceLine).chosen

    @property
    def _choice(self) -> Choice:
        return Choice(
            form=self._form(),
            which=Which(self.query_one("#which", ChoiceLine).chosen),
            all_columns=self.query_one("#columns", ChoiceLine).chosen == "all",
            path=self.query_one("#path", Input).value,
        )

    @on(ChoiceLine.Chosen, "#form")
    def _name_it_so(self, event: ChoiceLine.Chosen) -> None:
        path = self.query_one("#path", Input)
        path.value = with_suffix(path.value, event.key)
        self._say(self._about())

    @on(Input.Changed, "#path")
    def _write_it_so(self, event: Input.Changed) -> None:
        for name, form in FORMS.items():
            if event.value.lower().endswith(form.suffix):
                self.query_one("#form", ChoiceLine).choose(name)

    async def action_complete(self) -> None:
        """Type as much as all matching names have in common, and name them."""
        path = self.query_one("#path", Input)
        if not path.has_focus:
            path.focus()
            return
        listing = await list_matching(path.value)
        if listing.completion is not None:
            path.value = listing.completion
            path.cursor_position = len(path.value)
        self._say(_named(listing))

    def action_write(self) -> None:
        """Write it; where there is a file already, ask before."""
        if self._writing is not None:
            return
        choice = self._choice
        # Not Path's: of what may not be looked at, or is too long for a name, they raise.
        if not choice.path.strip():
            self._say("Name a file.")
        elif os.path.isdir(choice.file):  # noqa: PTH112
            self._say("Name a file: this is a folder.")
        elif os.path.lexists(choice.file) and not os.path.isfile(choice.file):  # noqa: PTH113
            self._say("Choose another name: this is no ordinary file.")
        elif os.path.lexists(choice.file):
            question = f"{plain(choice.file.name)} is there already. Replace it?"
            letters = {"y": ("yes", "yes"), "n": ("", "no")}
            # Said where one looks, too: what is answered stands at the foot of the screen.
            self._say(f"{question} y yes, n no")

            def take(answer: str | None) -> None:
                self._say(self._about())
                if answer == "yes":
                    self._begin(choice, replace=True)

            self.app.push_screen(LetterDialog(question, letters), take)
        else:
            self._begin(choice, replace=False)

    def _begin(self, choice: Choice, *, replace: bool) -> None:
        self._show_keys(("esc", "Cancel: then nothing is written", "screen.leave"))
        work = self._at_work(choice, replace=replace)
        self._writing = self.run_worker(work, group="export", exit_on_error=False)

    async def _at_work(self, choice: Choice, *, replace: bool) -> str:
        whole, number = self._offer.rows.get(choice.which), self._offer.number
        of = f" of {number(whole)}" if whole else ""

        def told(written: int) -> None:
            self._say(f"{number(written)}{of} rows written…")

        return await self._write(choice, told, replace=replace)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say how it ended."""
        if event.worker is not self._writing:
            return
        if event.state is WorkerState.SUCCESS:
            self.app.notify(plain(str(event.worker.result)), timeout=6, markup=False)
            self.dismiss()
        elif (reason := failure(event)) is not None:
            self._writing = None
            self.on_mount()
            # Which file it was stands above, and a long name would leave no room for the rest.
            said = getattr(event.worker.error, "strerror", None)
            self._say(f"Nothing was written: {f'{said}.' if said else reason}")

    def action_leave(self) -> None:
        """Write nothing; what was written so far is gone."""
        if self._writing is not None:
            self._writing.cancel()
            self.app.notify("Export cancelled; nothing was written.", timeout=4, markup=False)
        self.dismiss()


def _named(listing: Listing) -> str:
    names = [entry.name for entry in listing.entries]
    return plain("  ".join(names[:20])) if names else "Nothing here begins so."

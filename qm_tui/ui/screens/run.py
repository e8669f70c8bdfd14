"""One import or sync: its sections, and what it changed row by row."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.conditions import Wanted
from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.paging import Pages
from qm_tui.queries.sync_views import ChangeView, RunView, SyncView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, PagedFeed
from qm_tui.ui.format import as_sentences, duration
from qm_tui.ui.link_words import doing
from qm_tui.ui.masked import masked
from qm_tui.ui.screens.syncs import STATES, about_run
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource
from qm_tui.ui.widgets.sentences import Sentences

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_CHANGES = {
    "added": ("+ added", Tone.POSITIVE),
    "changed": ("~ changed", Tone.ACCENT),
    "refused": ("! refused", Tone.ERROR),
    "new": ("? new", Tone.WARNING),
    "seen": ("= seen", Tone.MUTED),
}
_SECTIONS = 7
"""In sight at once, at most."""


class RunScreen(TableScreen[ChangeView]):
    """What one run added, changed, refused or met for the first time."""

    noun = ("change", "changes")
    EMPTY: ClassVar[str] = "This run changed nothing."
    DRILLS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "other_list", "Other list", id="run.other-list", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], run: RunView) -> None:
        super().__init__(session, trail, Scope(run=run.run))
        self.run = run
        self._section_source = ListSource[SyncView]([], lambda section: section.section)
        self.sections = RecordTable(
            _section_columns(Kinds(session.format)), self._section_source, id="sections"
        )

    @override
    def body(self) -> ComposeResult:
        yield self.sections
        yield Sentences(id="about-run")
        yield from super().body()

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self.sections.display = False
        self._tell()
        self.table.focus()

    @override
    def columns(self) -> Sequence[Column[ChangeView]]:
        return (
            Column(key="change", title="Change", cell=_change, width=10),
            Column(key="section", title="Section", cell=lambda c: Cell(c.section), width=16),
            Column(key="account", title="Account", cell=lambda c: Cell(c.account or "—"), width=10),
            Column(
                key="what",
                title="What",
                cell=lambda c: Cell(masked(self.session.format, c.what, c.symbol, c.account)),
                width=36,
                min_width=20,
                flexible=True,
            ),
            Column(
                key="row",
                title="Row",
                width=8,
                align="right",
                drop_order=1,
                cell=lambda c: Cell(
                    "—"
                    if c.document_row is None
                    else self.session.format.number(c.document_row + 1),
                    Tone.MUTED,
                ),
            ),
        )

    @override
    async def load(self, reader: "Reader") -> None:
        from qm_tui.queries.syncs import runs, sections_of  # noqa: PLC0415 - brings SQLAlchemy

        if self.run.state == "running":
            found = [run for run in await runs(reader) if run.run == self.run.run]
            self.run = found[0] if found else self.run
            self._follow()
        sections = await sections_of(reader, self.run.run)
        self._section_source.replace(sections)
        self.sections.display = bool(sections)
        self.sections.styles.height = min(len(sections), _SECTIONS) + 1
        self.sections.redraw()
        await super().load(reader)
        self._tell()

    @override
    def make_feed(self) -> Feed[ChangeView]:
        return PagedFeed(
            self._ask,
            Order(field="id"),
            key=lambda change: (change.change, change.section, change.id),
            spawn=lambda work: self.run_worker(work, group="pages", exit_on_error=False),
            on_count=self.show_frame,
        )

    def _ask(self, reader: "Reader", wanted: Wanted, order: Order) -> Pages[ChangeView]:
        from qm_tui.queries.syncs import changes  # noqa: PLC0415 - brings SQLAlchemy

        del wanted, order  # The list of changes has one order and no filter.
        return changes(reader, self.run.run)

    @override
    def on_second(self) -> None:
        super().on_second()
        if self.run.state == "running":
            self._follow()
            self._tell()

    def _follow(self) -> None:
        """Take over what the run is at, while it goes on here."""
        now = self.session.context.now()
        at = next((sync for sync in self.session.progress if sync.run == self.run.run), None)
        if at is not None:
            self.run = replace(self.run, state="running", doing=doing(at, now, self.session.format))

    @override
    def empty_text(self) -> str:
        return "Nothing so far." if self.run.state == "running" else super().empty_text()

    @on(RecordTable.Highlighted, "#sections")
    def _tell(self) -> None:
        """Say in full what went wrong: with the section under the cursor, or with the run."""
        section = self.sections.cursor_row
        said = about_run(self.run)
        if section is not None and section.error and self.sections.has_focus:
            name = words(f"{_named(section)}: ", "bold $primary")
            said = Content.assemble(name, words(as_sentences(section.error), "$text-warning"))
        about = self.query_one("#about-run", Sentences)
        # Beside the changes there is room for a few lines; who goes to the sections reads all.
        about.set_class(self.sections.has_focus or not self.sections.display, "whole")
        about.say(said)

    @on(RecordTable.Chosen, "#sections")
    @on(RecordTable.LeaveRequested, "#sections")
    def _to_changes(self) -> None:
        self.table.focus()

    def action_other_list(self) -> None:
        """Give the keyboard to the other list."""
        at_sections = self.sections.has_focus or not self.sections.display
        (self.table if at_sections else self.sections).focus()
        self.call_after_refresh(self._tell)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"filter", "sort"}:
            return False
        return super().check_action(action, parameters)


def _section_columns(kinds: Kinds[SyncView]) -> Sequence[Column[SyncView]]:
    return (
        kinds.text("section", "Section", 18, _named),
        Column(
            key="state",
            title="State",
            cell=lambda s: Cell(*STATES.get(s.state, (s.state, Tone.PLAIN))),
            width=11,
        ),
        kinds.number("received", "In", 8, lambda s: s.received),
        kinds.number("added", "New", 8, lambda s: s.added),
        kinds.number("changed", "Changed", 8, lambda s: s.changed),
        kinds.number("unchanged", "Same", 8, lambda s: s.unchanged, drop_order=2),
        kinds.number(
            "refused", "Refused", 7, lambda s: s.refused, tone=Tone.ERROR, drop_order=3
        ),
        kinds.text(
            "duration", "Took", 9, lambda s: duration(s.started_at, s.finished_at), drop_order=1
        ),
        kinds.text(
            "error", "Error", 30, lambda s: s.error, tone=Tone.ERROR, drop_order=4, flexible=True,
            min_width=20,
        ),
    )  # fmt: skip


def _named(section: SyncView) -> str:
    return section.section.replace("_", " ")


def _change(change: ChangeView) -> Cell:
    return Cell(*_CHANGES.get(change.change, (change.change, Tone.PLAIN)))

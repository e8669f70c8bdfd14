"""Connections and how they are doing; below, every import and sync, with what runs now."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.selection import Scope
from qm_tui.queries.sync_views import LinkView, RunView
from qm_tui.ui.cell import Cell, Tone, plain
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.context import UnderWay
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import as_sentences, duration
from qm_tui.ui.link_words import doing
from qm_tui.ui.screens.link_columns import about_link, link_columns
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.raw_row import FIRST_ROW
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.live_source import LiveSource
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource
from qm_tui.ui.widgets.sentences import Sentences

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

STATES: Mapping[str, tuple[str, Tone]] = {
    "running": ("↻ running", Tone.ACCENT),
    "done": ("done", Tone.PLAIN),
    "partial": ("◐ partial", Tone.WARNING),
    "failed": ("! failed", Tone.ERROR),
    "cancelled": ("× cancelled", Tone.WARNING),
}
_LINKS = 6
"""Connections in sight at once, at most."""
_NEWEST = 1 << 60
"""Sorts a run that has no number yet before all others."""


class SyncsScreen(TableScreen[RunView]):
    """Every connection, and every import and sync, the newest first."""

    noun = ("run", "runs")
    EMPTY: ClassVar[str] = "Nothing was imported or synced yet. Press I to import a statement."
    sorted_by = ("run", True)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "resync", "Sync this", id="syncs.sync"),
        Binding("c", "cancel", "Cancel", id="syncs.cancel"),
        Binding("tab,shift+tab", "other_list", "Other list", id="syncs.other-list", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self._stored_runs: Sequence[RunView] = ()
        self._stored_links: Sequence[LinkView] = ()
        self._at: Mapping[str, UnderWay] = {}
        super().__init__(session, trail, scope)
        self._link_source = ListSource[LinkView]([], lambda link: link.connection)
        self.links = RecordTable(
            link_columns(session.context.now, lambda: self._at, session.format),
            self._link_source,
            id="links",
        )

    # The screen

    @override
    def body(self) -> ComposeResult:
        yield self.links
        yield Sentences(id="about-link")
        yield from super().body()
        yield Sentences(id="about-run")

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self._show_links()
        self.table.focus()

    @override
    def columns(self) -> Sequence[Column[RunView]]:
        kinds = Kinds[RunView](self.session.format)
        return (
            Column(
                key="run",
                title="Run",
                cell=lambda r: Cell(self.session.format.number(r.run) if r.run else "·"),
                width=5,
                align="right",
                sort_key=lambda r: r.run or _NEWEST,
                letter="r",
            ),
            kinds.moment("started_at", "Started", lambda r: r.started_at, letter="t"),
            kinds.text("name", "What", 30, _what, min_width=12, letter="n", flexible=True),
            kinds.text("kind", "Kind", 8, lambda r: r.kind, drop_order=8),
            Column(
                key="state",
                title="State",
                cell=lambda r: Cell(*STATES.get(r.state, (r.state, Tone.PLAIN))),
                width=11,
                letter="s",
                sort_key=lambda r: r.state,
            ),
            kinds.text("duration", "Took", 11, self._took, drop_order=5),
            kinds.number("received", "Rows", 8, lambda r: r.received, drop_order=4),
            kinds.number("added", "Added", 7, lambda r: r.added, letter="a"),
            kinds.number("changed", "Changed", 7, lambda r: r.changed, letter="c"),
            kinds.number("unchanged", "Same", 8, lambda r: r.unchanged, drop_order=3),
            kinds.number(
                "refused", "Refused", 7, lambda r: r.refused, tone=Tone.ERROR, drop_order=1,
                letter="f",
            ),
            kinds.number(
                "warnings", "Warn.", 5, lambda r: len(r.warnings), tone=Tone.WARNING,
                drop_order=2, letter="w",
            ),
            kinds.text(
                "accounts", "Accounts", 24, lambda r: ", ".join(r.accounts) or None, drop_order=6
            ),
            kinds.text("error", "Error", 30, lambda r: r.error, drop_order=7, tone=Tone.ERROR),
        )  # fmt: skip

    def _took(self, run: RunView) -> str:
        if run.doing is not None:
            return duration(run.started_at, self.session.context.now())
        return duration(run.started_at, run.finished_at)

    # What is stored, and what runs

    @override
    def make_feed(self) -> Feed[RunView]:
        self.source = LiveSource[RunView]([], _key, self._latest)
        return ListFeed(self._fetch, _key, self.source)

    async def _fetch(self, reader: "Reader") -> Sequence[RunView]:
        from qm_tui.queries.links import links  # noqa: PLC0415 - brings SQLAlchemy
        from qm_tui.queries.syncs import runs  # noqa: PLC0415 - see above

        self._stored_runs = await runs(reader)
        if not self.session.health:
            self._stored_links = await links(reader)
        self._take_progress()
        return self._all_runs()

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        self._show_links()
        self._tell()

    @override
    def on_health(self) -> None:
        super().on_health()
        self.on_second()

    @override
    def on_second(self) -> None:
        super().on_second()
        before = self._at
        self._take_progress()
        if self._at or before:
            runs = self._all_runs()
            if [_key(run) for run in runs] != [_key(run) for run in self.source.rows]:
                self.source.replace(runs)
            self.source.forget()
            self.table.update_rows([_key(run) for run in runs if run.state == "running"])
        self._show_links()
        self._tell()

    @override
    def redraw(self) -> None:
        self.source.forget()
        super().redraw()
        self.links.redraw()

    def _take_progress(self) -> None:
        self._at = {sync.connection: sync for sync in self.session.progress}

    def _all_runs(self) -> Sequence[RunView]:
        """The runs that are stored, and before them those that have no number yet."""
        stored = {run.run for run in self._stored_runs}
        new = [
            _begun(sync)
            for sync in self._at.values()
            if sync.run is None or (self.loaded is not None and sync.run not in stored)
        ]
        return [*new, *self._stored_runs]

    def _latest(self, run: RunView) -> RunView:
        sync = self._at.get(run.connection)
        if sync is None or (sync.run or 0) != run.run:
            return run
        counts = sum(sync.sections.values(), SectionCounts())
        return replace(
            run,
            state="running",
            received=counts.received,
            added=counts.added,
            changed=counts.changed,
            unchanged=counts.unchanged,
            refused=counts.refused,
            doing=doing(sync, self.session.context.now(), self.session.format),
        )

    def _show_links(self) -> None:
        links = self._stored_links
        if health := self.session.health:
            from qm_tui.queries.links import link_of  # noqa: PLC0415 - brings SQLAlchemy

            links = [link_of(each) for each in health]
        self.links.display = bool(links)
        self.links.styles.height = min(len(links), _LINKS) + 1
        self._link_source.replace(links)
        self.links.redraw()

    # What is under the cursors

    @property
    def link(self) -> LinkView | None:
        """The connection under the cursor of the upper list."""
        return self.links.cursor_row

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        link, run = self.link, self.table.cursor_row
        now = self.session.context.now()
        at = None if link is None else self._at.get(link.connection)
        said = Content() if link is None else about_link(link, at, now, self.session.format)
        self.query_one("#about-link", Sentences).say(said)
        self.query_one("#about-run", Sentences).say(Content() if run is None else about_run(run))
        self.refresh_bindings()

    @on(RecordTable.Chosen, "#links")
    @on(RecordTable.LeaveRequested, "#links")
    def _to_runs(self) -> None:
        self.table.focus()

    def action_other_list(self) -> None:
        """Give the keyboard to the other list."""
        at_links = self.links.has_focus or not self.links.display
        (self.table if at_links else self.links).focus()

    # What can be done

    @override
    def action_resync(self) -> None:
        """Sync the connection under the cursor."""
        self.action_reload()
        chosen = self.link
        known = self.session.connections_of(None)
        if chosen is None:
            self.resync(known)
        elif chosen.connection in known:
            self.resync([chosen.connection])

    def action_cancel(self) -> None:
        """End the sync of the run, or of the connection, under the cursor."""
        sync = self._to_cancel()
        if sync is None or self.session.syncs is None:
            return
        self.session.syncs.cancel(sync.connection)
        self.notify(
            f"Cancelling the sync of {plain(sync.connection)}; what it has stored stays.",
            timeout=3,
            markup=False,
        )

    def _to_cancel(self) -> UnderWay | None:
        run, link = self.table.cursor_row, self.link
        named = [link.connection] if link is not None else []
        if run is not None and run.doing is not None and not self.links.has_focus:
            named.insert(0, run.connection)
        found = [self._at[name] for name in named if name in self._at]
        # With one sync under way there is no doubt which one is meant.
        return next(iter(found or (list(self._at.values()) if len(self._at) == 1 else [])), None)

    @override
    def below(self, row: RunView) -> Page | None:
        from qm_tui.ui.screens.run import RunScreen  # noqa: PLC0415 - when asked for

        if not row.run:
            return None
        name = f"{row.run} {row.name or row.connection}"
        return RunScreen(self.session, (*self.trail, name), row)

    @override
    def source_of(self, row: RunView) -> tuple[int | None, int | None]:
        return row.document_id, FIRST_ROW

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cancel":
            return self._to_cancel() is not None
        return super().check_action(action, parameters)

    @override
    def offers(self, action: str) -> bool:
        if action == "resync":
            return bool(self.session.health)
        return super().offers(action)


def about_run(run: RunView) -> Content:
    """What a run is at, why it failed, and of what it warned: in full."""
    said = as_sentences(run.doing, run.error, *run.warnings)
    if not said:
        return Content()
    style = STATES.get(run.state, ("", Tone.PLAIN))[1]
    styled = {Tone.ERROR: "$text-error", Tone.WARNING: "$text-warning"}.get(style, "")
    name = words(f"Run {run.run}: " if run.run else f"{run.connection}: ", "bold $primary")
    return Content.assemble(name, words(said, styled))


def _key(run: RunView) -> Hashable:
    return run.run or run.connection


def _what(run: RunView) -> str:
    return (run.doing and f"{run.connection}: {run.doing}") or run.name or run.connection


def _begun(sync: UnderWay) -> RunView:
    return RunView(
        run=sync.run or 0,
        connection=sync.connection,
        name=None,
        kind="sync",
        state="running",
        started_at=sync.started_at,
        finished_at=None,
        received=0,
        added=0,
        changed=0,
        unchanged=0,
        refused=0,
        accounts=(),
        warnings=(),
        error=None,
        document_id=None,
    )

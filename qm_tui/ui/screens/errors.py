"""Everything that fails, where one can work on it: since when, how often, what to do, try again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import UNKNOWN, age
from qm_tui.ui.screens.errors_found import (
    STATES,
    Failure,
    ailing,
    gone_wrong,
    of_run,
    of_the_program,
    together,
)
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.sentences import Sentences

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_LOOK = 1
"""Seconds between two looks at connections."""


class ErrorsScreen(TableScreen[Failure]):
    """Shows what it knows even where the store cannot be read: then above all."""

    noun = ("error", "errors")
    EMPTY: ClassVar[str] = "Nothing fails. o opens the log."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "resync", "Try again", id="errors.retry"),
        Binding("o", "log", "Log", id="errors.log"),
        Binding("d", "drop", "Take off the list", id="errors.drop"),
    ]

    _runs: Sequence[Failure] = ()

    # The rows

    @override
    def columns(self) -> Sequence[Column[Failure]]:
        now, number = self.session.context.now, self.session.format.number

        def ago(failure: Failure) -> Cell:
            if failure.since is None:
                return UNKNOWN
            return Cell(age(now(), failure.since), Tone.MUTED)

        return (
            Column(
                key="state", title="State", width=8, letter="s",
                cell=lambda f: STATES[f.state], sort_key=lambda f: -f.state,
            ),
            Column(
                key="what", title="What", width=34, min_width=18, letter="w",
                cell=lambda f: Cell(f.what), sort_key=lambda f: f.what.casefold(),
            ),
            Column(
                key="since", title="Since", width=6, align="right", letter="c", cell=ago,
                sort_key=lambda f: f.since,
            ),
            Column(
                key="times", title="Times", width=5, align="right", letter="n", drop_order=1,
                cell=lambda f: UNKNOWN if f.times is None else Cell(number(f.times)),
                sort_key=lambda f: f.times,
            ),
            Column(
                key="says", title="Why", width=50, min_width=24, flexible=True, letter="y",
                cell=lambda f: Cell(f.says), sort_key=lambda f: f.says.casefold(),
            ),
        )  # fmt: skip

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield Sentences(id="about-error")

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(_LOOK, self._look)

    @override
    def make_feed(self) -> Feed[Failure]:
        self.list: ListFeed[Failure] = ListFeed(self._fetch, lambda failure: failure.key)
        return self.list

    async def _fetch(self, reader: "Reader") -> Sequence[Failure]:
        from qm_tui.queries.syncs import runs, sections_of  # noqa: PLC0415 - brings SQLAlchemy

        self._runs = [
            of_run(run, await sections_of(reader, run.run), self.session.format)
            for run in gone_wrong(await runs(reader))
        ]
        return self._known()

    def _known(self) -> Sequence[Failure]:
        """What is known without asking the store again."""
        session = self.session
        dropped = session.troubles.is_dropped
        links = ailing(session.health, session.context.now())
        stored = (each for each in self._runs if not dropped(each.key))
        return together(links, stored, map(of_the_program, session.troubles))

    @override
    def action_reload(self) -> None:
        """Show what is known, then read what the store knows."""
        self._load_what_fails()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load_what_fails(self) -> None:
        await self.session.first_frame.wait()
        self._look()
        reader = await self.session.reader()
        generation = self.session.generation
        await self.load(reader)
        self.loaded = generation
        self.show_frame()
        await self.session.read_status()
        self._look()

    def _look(self) -> None:
        """Bring the rows up to date with what is known without the store."""
        if not self.is_active and self.loaded is not None:
            return
        rows = self._known()
        if rows != self.list.source.rows or self.list.total is None:
            self.list.source.replace(rows)
            self.list.total = len(rows)
            self.filter.again()
        if self.table.source is not self.list.source:
            self.table.show(self.list.source)
            self.say_why_empty()
        self.show_frame()
        self._tell()

    @override
    def show_notice(self, notice: Notice) -> None:
        """Leave the rows where they are: that the store cannot be read is one of them."""
        self._look()

    @override
    def grow_older(self) -> None:
        super().grow_older()
        self.table.redraw()

    # What is under the cursor

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        row = self.table.cursor_row
        said = Content()
        if row is not None:
            said = Content.assemble(
                words(f"{row.what}. ", "bold $primary"), words(row.says),
                words("  → ", "$text-accent"), words(row.advice, "$text-muted"),
            )  # fmt: skip
        self.query_one("#about-error", Sentences).say(said)
        self.refresh_bindings()

    @override
    def below(self, row: Failure) -> Page | None:
        if row.run is not None:
            from qm_tui.ui.screens.run import RunScreen  # noqa: PLC0415 - when asked for

            name = f"{row.run.run} {row.run.name or row.run.connection}"
            return RunScreen(self.session, (*self.trail, name), row.run)
        if row.connection is not None:
            from qm_tui.ui.screens.syncs import SyncsScreen  # noqa: PLC0415 - when asked for

            return SyncsScreen(self.session, (*self.trail, "Syncs"))
        return self._log_page()

    def _log_page(self) -> Page:
        from qm_tui.ui.screens.log import LogScreen  # noqa: PLC0415 - when asked for

        return LogScreen(self.session, (*self.trail, "log"))

    # What can be done

    @override
    def action_resync(self) -> None:
        """Try again what the row under the cursor is about; without one, look again."""
        row = self.table.cursor_row
        if row is not None and row.connection is not None:
            self.resync([row.connection])
        elif row is not None and row.trouble is not None and row.trouble.retry is not None:
            row.trouble.retry()
            self.notify("Tried again.", timeout=2, markup=False)
        elif row is not None and row.trouble is not None and row.trouble.ask is not None:
            row.trouble.ask()
        elif row is not None:
            self.notify(row.advice, timeout=5, markup=False)
        self.action_reload()

    def action_log(self) -> None:
        """Show what the program wrote into its log."""
        self.app.push_screen(self._log_page())

    def action_drop(self) -> None:
        """Take a trouble off the list; a connection goes when it works again."""
        row = self.table.cursor_row
        if row is None:
            return
        if row.goes_by_itself:
            self.notify("It goes from here when it works again.", timeout=3, markup=False)
            return
        if row.trouble is not None and row.trouble.over is None and row.trouble.retry is not None:
            self.notify("It is not over yet: r tries again.", timeout=3, markup=False)
            return
        self.session.troubles.drop(row.key)
        self._look()

    @override
    def offers(self, action: str) -> bool:
        if action in {"drop", "resync"}:
            return self.table.cursor_row is not None
        return action == "log" or super().offers(action)

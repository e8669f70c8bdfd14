"""What the program wrote into its log: the last lines, growing as it goes on."""

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.ui.cell import Tone
from qm_tui.ui.clipboard import copy
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.screens.log_lines import LogLine, level_of, read_end
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.sentences import Sentences

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_LOOK = 1
"""Seconds between two looks at the file."""


class LogScreen(TableScreen[LogLine]):
    """Follows the file while the cursor is on its last line. Nothing here needs the store."""

    noun = ("line", "lines")
    EMPTY: ClassVar[str] = "Nothing is written there yet."
    DRILLS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "copy_path", "Copy the path", id="log.path"),
    ]

    _seen: tuple[int, int] | None = None
    """Size and time of the file as it was read."""

    @override
    def columns(self) -> Sequence[Column[LogLine]]:
        kinds = Kinds[LogLine](self.session.format)
        return (
            kinds.text(
                "at", "When", 19, lambda line: line.at, tone=Tone.MUTED, letter="t", drop_order=1
            ),
            Column(
                key="level", title="Level", width=10, cell=level_of, letter="l",
                sort_key=lambda line: line.level,
            ),
            kinds.text(
                "where", "Where", 22, lambda line: line.where, tone=Tone.MUTED, drop_order=2,
                min_width=12, letter="w",
            ),
            kinds.text(
                "says", "What", 60, lambda line: line.says, min_width=30, flexible=True,
                letter="m",
            ),
        )  # fmt: skip

    @override
    def body(self) -> ComposeResult:
        yield Bar(id="log-path")
        yield from super().body()
        yield Sentences(id="about-line")

    @override
    def on_mount(self) -> None:
        super().on_mount()
        path = self.session.context.log_file
        said = words("No log is written here.") if path is None else words(str(path), "$text-muted")
        self.query_one("#log-path", Bar).say(said)
        self.set_interval(_LOOK, self._look)

    @override
    def make_feed(self) -> Feed[LogLine]:
        self.list: ListFeed[LogLine] = ListFeed(self._fetch, lambda line: line.place)
        return self.list

    async def _fetch(self, reader: "Reader") -> Sequence[LogLine]:
        del reader  # The log is a file.
        return await self._read()

    async def _read(self) -> Sequence[LogLine]:
        path = self.session.context.log_file
        return [] if path is None else await asyncio.to_thread(read_end, path)

    @override
    def action_reload(self) -> None:
        """Read the end of the file again."""
        self._read_on()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _read_on(self) -> None:
        await self.session.first_frame.wait()
        follows = self.loaded is None or self._is_at_the_end
        self._seen = self._state()
        lines = await self._read()
        source = self.list.source
        source.replace(lines)
        self.list.total = len(lines)
        if self.table.source is not source:
            self.views.begin()
            self.table.show(source)
        await self.recover()
        self.filter.again()
        self.loaded = self.session.generation
        if follows and len(source) and not self.table.orders:
            self.table.move_cursor(len(source) - 1)
        self.say_why_empty()
        self.show_frame()
        self._tell()

    @property
    def _is_at_the_end(self) -> bool:
        return self.table.cursor_index >= len(self.table.source) - 1

    def _state(self) -> tuple[int, int] | None:
        path = self.session.context.log_file
        try:
            found = None if path is None else os.stat(path)  # noqa: PTH116 - one call a second
        except OSError:
            return None
        return None if found is None else (found.st_size, found.st_mtime_ns)

    def _look(self) -> None:
        if self.is_active and self.session.pause is None and self._state() != self._seen:
            self.action_reload()

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        """Write the line under the cursor in full, each part of a traceback on a line."""
        row = self.table.cursor_row
        said = Content() if row is None else _in_full(row.says)
        self.query_one("#about-line", Sentences).say(said)

    @override
    def action_resync(self) -> None:
        self.action_reload()

    def action_copy_path(self) -> None:
        """Copy where the file is, for an editor."""
        if (path := self.session.context.log_file) is not None:
            copy(self, self.session.context.terminal, str(path), "path of the log")

    @override
    def offers(self, action: str) -> bool:
        if action == "copy_path":
            return self.session.context.log_file is not None
        return action != "choose" and super().offers(action)

    @override
    def choose(self, row: Any) -> None:
        """A line leads nowhere: below it stands all of it."""


def _in_full(says: str) -> Content:
    return Content("\n").join(words(part) for part in says.split(" | "))

"""The filter of one table screen: the line one types into, and what it means."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from qm_tui.domain.conditions import Kind, Wanted
from qm_tui.ui.cell import plain
from qm_tui.ui.condition_fields import Accounts, Field, Fields
from qm_tui.ui.condition_hints import Offers, offers
from qm_tui.ui.condition_text import ConditionError
from qm_tui.ui.condition_values import Present
from qm_tui.ui.conditions import is_begun, parse

if TYPE_CHECKING:
    from qm_tui.ui.feeds import Feed
    from qm_tui.ui.session import Session
    from qm_tui.ui.widgets.filter_bar import FilterBar
    from qm_tui.ui.widgets.record_table import RecordTable

_LOOKED_AT = 5000
"""Rows in which values are looked for to offer them."""
_OFFERED = 200
"""Values that are offered of one field."""
_LONGEST = 40
"""Characters of a value that is offered: a longer one is no name."""


class Filtered(Protocol):
    """What the filter needs of its screen."""

    session: "Session"
    feed: "Feed[Any]"
    table: "RecordTable[Any]"

    @property
    def query(self) -> Callable[[str], Any]:
        """Find widgets."""

    @property
    def mount(self) -> Callable[..., Any]:
        """Put widgets on the screen."""

    @property
    def run_worker(self) -> Callable[..., Any]:
        """Do something in the background."""

    def more_fields(self) -> Sequence[Field]:
        """What only the screen knows of its rows."""


class RowFilter:
    """Opens and closes the line, and reads it; the feed shows the rows that are wanted."""

    def __init__(self, screen: Filtered, applied: Callable[[], None]) -> None:
        """Filter a screen's rows.

        Args:
            screen: whose feed and table are asked.
            applied: called when other rows are wanted.
        """
        self.text = ""
        """What the rows are filtered by: the last that was understood."""
        self.wanted = Wanted()
        """What it means."""
        self.error: ConditionError | None = None
        """What is wrong with what is typed; the rows stay as they were then."""
        self._screen = screen
        self._applied = applied
        self._typed = ""
        self._accounts: Accounts = {}

    @property
    def fields(self) -> Fields:
        """What the rows can be filtered by."""
        screen = self._screen
        marked = Field(key="marked", kind=Kind.FLAG, value=self._is_marked)
        more = (*screen.more_fields(), marked)
        return screen.feed.fields(screen.table.columns, more, self._accounts)

    @property
    def history(self) -> list[str]:
        """What was filtered by before, on any screen, the newest last."""
        return self._screen.session.filters

    async def open(self) -> None:
        """Let the user type, in the line that is there already or in a new one."""
        if not self._bars():
            await self._mount(closed=False)
        for bar in self._bars():
            bar.take_keyboard()
        self._screen.run_worker(self._learn(), group="filter", exclusive=True, exit_on_error=False)

    async def _mount(self, *, closed: bool) -> None:
        # Here, because Textual's input costs as much as the whole table.
        from qm_tui.ui.widgets.filter_bar import FilterBar  # noqa: PLC0415

        await self._screen.mount(FilterBar(self, self._typed, closed=closed), after="#header")

    def show(self, text: str) -> None:
        """Filter without typing: by what was kept. Without text all rows are shown."""
        self.set(text)
        if not text:
            self._screen.run_worker(self.clear(), group="filter", exit_on_error=False)
            return
        if bars := self._bars():
            bars[0].show(text)
        else:
            self._screen.run_worker(self._mount(closed=True), group="filter", exit_on_error=False)
        self._screen.run_worker(self._learn(), group="filter", exit_on_error=False)

    def set(self, text: str, *, live: bool = False) -> None:
        """Show the rows that a filter means; if it means nothing, say why, and leave them.

        Args:
            text: of the filter.
            live: Whether it is still being typed: what has only been begun means nothing yet.
        """
        self._typed = text
        fields = self.fields
        if live and is_begun(text, fields):
            self._say(None)
            return
        try:
            wanted = parse(text, fields, self.present)
        except ConditionError as error:
            self._say(error)
            return
        self._say(None)
        self.text, self.wanted = text, wanted
        self._screen.feed.filter(wanted, self._screen.table.columns, fields)
        self._applied()

    def again(self) -> None:
        """Ask for the same among other rows, at another time."""
        if self.text:
            typed, error = self._typed, self.error
            self.set(self.text)
            if typed != self.text:
                self._typed = typed
                self._say(error)

    async def clear(self) -> None:
        """Show all rows again, and have the line gone."""
        if self._typed or self.text:
            self.set("")
        await self._screen.query("FilterBar").remove()

    def offers(self, text: str, cursor: int) -> Offers:
        """Say what could stand where the cursor is."""
        return offers(text, cursor, self.fields, self._seen)

    @property
    def present(self) -> Present:
        """What relative days count from."""
        context = self._screen.session.context
        return Present(
            now=context.now(),
            today=self._screen.session.today,
            zone=context.zone,
            point=context.numerals.point,
        )

    def why_empty(self) -> str:
        """Why no row is shown."""
        verb = "meets" if self.wanted.conditions else "contains"
        return f"No row {verb} “{plain(self.text[: _LONGEST * 2])}”."

    def _say(self, error: ConditionError | None) -> None:
        self.error = error
        for bar in self._bars():
            bar.say(error)

    def _bars(self) -> "list[FilterBar]":
        bars: Any = self._screen.query("FilterBar")
        return list(bars)

    def _is_marked(self, row: Any) -> bool:
        screen = self._screen
        return screen.feed.key(row) in screen.table.marked_keys

    def _seen(self, field: Field) -> list[str]:
        """The texts of a field in the rows that are here, those of most rows first."""
        source = self._screen.feed.source
        if source is None:
            return []
        counts: dict[str, int] = {}
        for _, row in islice(source.loaded(), _LOOKED_AT):
            for value in (field.value, *field.also, *field.wider):
                said = value(row)
                for text in (said,) if isinstance(said, str) else said or ():
                    counts[text] = counts.get(text, 0) + 1
        names = [text for text in counts if text and len(text) <= _LONGEST]
        return sorted(names, key=lambda text: -counts[text])[:_OFFERED]

    async def _learn(self) -> None:
        """Ask for the other names of accounts; what is typed may mean one."""
        from qm_tui.queries.names import account_names  # noqa: PLC0415 - brings SQLAlchemy

        accounts = await account_names(await self._screen.session.reader())
        if accounts != self._accounts:
            self._accounts = accounts
            self.again()

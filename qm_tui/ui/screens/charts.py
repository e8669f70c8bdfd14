"""Charts: what accounts were worth over time, how it is allocated, what each underlying brought."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.steadily import Steadily
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveChange
    from qm_tui.queries.charts import ChartsBasis, ChartsView
    from qm_tui.store.reader import Reader

CHANGES = 1.0
"""Seconds between two times that everything is reckoned anew."""
_TABS = {"n": "Net liquidation", "a": "Allocation", "u": "P&L by underlying"}
_LETTERS: Mapping[str, Mapping[str, str]] = {
    "n": {"1 m": "m", "3 m": "t", "1 y": "y", "5 y": "f", "all": "e"},
    "a": {"type": "t", "account": "o", "underlying": "i"},
    "u": {"unrealized": "r", "today": "d"},
}
"""Tab → the ways in which it can be shown, and the letter of each."""
_SAYS = {
    "m": "One month",
    "t": "Three months, or by asset class",
    "y": "One year",
    "f": "Five years",
    "e": "Everything there is",
    "o": "By account",
    "i": "By underlying",
    "r": "Unrealized",
    "d": "Of the day",
}
_TITLES = {
    "1 m": "One month",
    "3 m": "Three months",
    "1 y": "One year",
    "5 y": "Five years",
    "all": "All there is",
    "type": "By asset class",
    "account": "By account",
    "underlying": "By underlying",
    "unrealized": "Unrealized P&L",
    "today": "P&L of the day",
}
_SUBTITLES = {"n": "←→ range   ↑↓ account", "a": "←→ by what", "u": "←→ which"}


class ChartsScreen(Page):
    """Three charts behind tabs; each can be shown in some ways, one key from each other."""

    CSS = """
    ChartsScreen #tabs, ChartsScreen #ways { background: $surface; }
    ChartsScreen #chart { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"tab('{key}')", name, id=f"charts.tab-{place}")
            for place, (key, name) in enumerate(_TABS.items(), 1)
        ),
        Binding("tab", "step_tab(1)", "Next chart", id="charts.next", show=False),
        Binding("shift+tab", "step_tab(-1)", "Previous chart", id="charts.previous", show=False),
        Binding("right,l", "step(1)", "Next way to show it", id="charts.way-next", show=False),
        Binding("left,h", "step(-1)", "Way before", id="charts.way-previous", show=False),
        Binding("down,j", "choose(1)", "Next account", id="charts.account-next", show=False),
        Binding("up,k", "choose(-1)", "Account before", id="charts.account-previous", show=False),
        *(
            Binding(key, f"way('{key}')", says, id=f"charts.way-{key}", show=False)
            for key, says in _SAYS.items()
        ),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail)
        self.scope = scope
        self.tab = "n"
        self.ways = {"n": "1 y", "a": "type", "u": "unrealized"}
        self.which = 0
        """Whose values over time: all accounts, then one after the other."""
        self.view: ChartsView | None = None
        self._basis: ChartsBasis | None = None
        self._change = Steadily(self, CHANGES, self._reckon)

    @override
    def body(self) -> ComposeResult:
        yield Bar(id="tabs")
        yield Panel("", self._draw, id="chart", leads_on=False)
        yield Bar(id="ways")

    @property
    @override
    def subject(self) -> Widget:
        return self.query_one("#chart")

    @property
    @override
    def account(self) -> str | None:
        return self.scope.account

    @override
    def memory(self) -> Mapping[str, Any]:
        return {"tab": self.tab, "ways": dict(self.ways), "which": self.which}

    @override
    def recall(self, memory: Mapping[str, Any]) -> None:
        self.tab, self.ways, self.which = memory["tab"], dict(memory["ways"]), memory["which"]

    # What is shown

    @override
    async def load(self, reader: "Reader") -> None:
        from qm_tui.queries.charts import charts_basis  # noqa: PLC0415 - it brings SQLAlchemy

        self._basis = await charts_basis(reader, self.scope)
        self._reckon()

    def _reckon(self) -> Iterable[None]:
        from qm_tui.queries.charts import charts_view  # noqa: PLC0415 - see above

        if self._basis is not None:
            self.view = charts_view(self._basis, self.session.live)
            self._show_chart()
        return ()

    def _show_chart(self) -> None:
        panel = self.query_one("#chart", Panel)
        panel.border_title = _TITLES.get(way := self.ways[self.tab], way)
        panel.border_subtitle = _SUBTITLES[self.tab]
        panel.bring_up_to_date()

    def _draw(self, width: int, height: int) -> Sequence[Content]:
        if self.view is None:
            return [words("Loading…", "$text-muted")]
        from qm_tui.queries.charts import By  # noqa: PLC0415 - see above
        from qm_tui.ui.pulse.charts import draw_allocation, draw_gains, draw_value  # noqa: PLC0415

        form, way = self.session.format, self.ways[self.tab]
        match self.tab:
            case "n":
                today = self.session.today
                return draw_value(self.view, form, today, self.which, way, width, height)
            case "a":
                return draw_allocation(self.view, form, By(way), width, height)
            case _:
                return draw_gains(self.view, form, way, width, height)

    @override
    def show_frame(self) -> None:
        super().show_frame()
        self._show_bars()

    def _show_bars(self) -> None:
        tabs = [
            _clickable(key, name, f"screen.tab('{key}')", is_chosen=key == self.tab)
            for key, name in _TABS.items()
        ]
        self.query_one("#tabs", Bar).say(Content("  ").join(tabs))
        ways = [
            _clickable(letter, way, f"screen.way('{letter}')", is_chosen=way == self.ways[self.tab])
            for way, letter in _LETTERS[self.tab].items()
        ]
        self.query_one("#ways", Bar).say(Content("  ").join(ways))

    @override
    def redraw(self) -> None:
        super().redraw()
        if self.view is not None:
            self._show_chart()

    @override
    def on_live(self, change: "LiveChange") -> None:
        if self.tab != "n":
            self._change.soon()

    # The hand

    def action_tab(self, key: str) -> None:
        """Show another chart."""
        self.tab = key
        self._show_bars()
        self._show_chart()
        self.refresh_bindings()

    def action_step_tab(self, steps: int) -> None:
        """Show the chart beside."""
        keys = list(_TABS)
        self.action_tab(keys[(keys.index(self.tab) + steps) % len(keys)])

    def action_way(self, letter: str) -> None:
        """Show it in the way of a letter."""
        found = [way for way, one in _LETTERS[self.tab].items() if one == letter]
        if found:
            self.ways[self.tab] = found[0]
            self._show_bars()
            self._show_chart()

    def action_step(self, steps: int) -> None:
        """Show it in the way beside; at the ends there is none."""
        ways = list(_LETTERS[self.tab])
        place = min(max(ways.index(self.ways[self.tab]) + steps, 0), len(ways) - 1)
        self.action_way(_LETTERS[self.tab][ways[place]])

    def action_choose(self, steps: int) -> None:
        """Show the values of another account, or of all."""
        if self.tab != "n" or self.view is None:
            return
        from qm_tui.ui.pulse.charts import series_of  # noqa: PLC0415 - see above

        self.which = (self.which + steps) % max(len(series_of(self.view)), 1)
        self._show_chart()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "way":
            return parameters[0] in _LETTERS[self.tab].values()
        return super().check_action(action, parameters)


def _clickable(key: str, name: str, action: str, *, is_chosen: bool) -> Content:
    style = "bold $primary underline" if is_chosen else "$text-muted"
    content = Content.assemble(words(f"{key} ", "bold $accent"), words(name, style))
    return content.stylize(Style.from_meta({"@click": action}))


def charts_page(session: Session, trail: Sequence[str], scope: Scope = Scope()) -> ChartsScreen:
    """Return the charts of some accounts, as a page below the one of a trail."""
    return ChartsScreen(session, (*trail, "charts"), scope)

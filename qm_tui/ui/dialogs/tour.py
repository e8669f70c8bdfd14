"""A tour of two minutes through the demo: a few lines at the foot of real screens."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from qm_tui.ui.dialogs.tour_stops import STOPS, Stop, until
from qm_tui.ui.screens.page import Page
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.ui.app import MonitorApp


class TourPanel(Vertical, can_focus=True):
    """What a stop says. It takes its own keys only: all others do what they always do."""

    DEFAULT_CSS = """
    TourPanel {
        height: auto; max-height: 50%; padding: 0 1; background: $boost;
        border-top: heavy $accent;
        & > Static { width: 100%; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,l,space", "step(1)", "Next", id="tour.next"),
        Binding("backspace,left,h", "step(-1)", "Back", id="tour.back"),
        Binding("escape", "end", "End of the tour", id="tour.end"),
    ]

    def __init__(self, number: int, answer: Callable[[int], None], end: Callable[[], None]) -> None:
        """Speak of a stop.

        Args:
            number: of the stop, from 0.
            answer: told by how many stops to go on.
            end: called when the tour is to end.
        """
        super().__init__()
        self._number = number
        self._answer = answer
        self._end = end

    @override
    def compose(self) -> ComposeResult:
        yield Static(_title(self._number, STOPS[self._number]), markup=False)
        yield Static(words(STOPS[self._number].text), markup=False)
        yield Static(_keys(self._number), markup=False)

    def action_step(self, stops: int) -> None:
        """Go on, or back."""
        self._answer(stops)

    def action_end(self) -> None:
        """Leave the rest to whoever looks around."""
        self._end()


def _title(number: int, stop: Stop) -> Content:
    where = words(f"{number + 1}/{len(STOPS)}", "$text-muted")
    return Content.assemble(
        where, "  ", words(stop.title, "bold $accent"), "   ", words(stop.keys, "$text-muted")
    )


def _keys(number: int) -> Content:
    last = number == len(STOPS) - 1
    keys = [("Enter", "ends the tour" if last else "next")]
    keys += [("←", "back")] if number else []
    keys += [] if last else [("Esc", "ends the tour")]
    parts = [
        Content.assemble(words(key, "bold"), " ", words(says, "$text-muted")) for key, says in keys
    ]
    return Content("   ").join(parts)


class Tour:
    """Leads from stop to stop; what it shows goes on living meanwhile."""

    def __init__(self, app: "MonitorApp") -> None:
        self._app = app
        self._number: int | None = None
        """Of the stop one is at; None while there is no tour."""
        self._panel: TourPanel | None = None
        self._is_under_way = False
        """Whether it is between two stops."""

    @property
    def is_under_way(self) -> bool:
        """Whether it is between two stops: what is pressed to go on must not fall on a screen."""
        return self._is_under_way

    @property
    def number(self) -> int | None:
        """The stop one is at, from 0; None while there is no tour."""
        return self._number

    def begin(self) -> None:
        """Begin, or come back to the stop that one has wandered off from."""
        self._go_to(self._number or 0)

    def _go_to(self, number: int) -> None:
        self._app.run_worker(self._show(number), group="tour", exclusive=True, exit_on_error=False)

    def _step(self, stops: int) -> None:
        number = (self._number or 0) + stops
        if number >= len(STOPS):
            self._end()
        elif number >= 0:
            self._go_to(number)

    def _end(self) -> None:
        self._app.run_worker(self._close(), group="tour", exclusive=True, exit_on_error=False)

    async def _show(self, number: int) -> None:
        self._is_under_way = True
        try:
            await self._go_on(number)
        finally:
            self._is_under_way = False

    async def _go_on(self, number: int) -> None:
        await self._leave()
        self._number = number
        await STOPS[number].go(self._app)
        page = self._app.page
        if page is not None:
            # A page that has been read gives the keyboard to its rows: it is asked for after that.
            await until(lambda: page.loaded is not None)
            self._panel = TourPanel(number, self._step, self._end)
            await page.mount(self._panel, before="#status")
            self._panel.focus()

    async def _close(self) -> None:
        await self._leave()
        self._number = None
        if (page := self._app.page) is not None:
            _give_keyboard_back(page)

    async def _leave(self) -> None:
        if self._number is not None and (leave := STOPS[self._number].leave) is not None:
            leave(self._app)
        if self._panel is not None:
            panel, self._panel = self._panel, None
            await panel.remove()


def _give_keyboard_back(page: Page) -> None:
    if page.subject.can_focus:
        page.subject.focus()
    else:
        page.focus_next()

"""How everything is doing, in one look; the first screen there is."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.content import Content
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.screens.charted import Charted
from qm_tui.ui.session import Session
from qm_tui.ui.steadily import Steadily
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveChange
    from qm_tui.queries.pulse import PulseBasis
    from qm_tui.queries.pulse_views import PulseView
    from qm_tui.store.reader import Reader
    from qm_tui.ui.pulse.next_steps import Step

CHANGES = 0.3
"""Seconds between two times that everything is reckoned anew."""
_SPANS = ("90 days", "1 year")
_STEPS = 3
"""Lines that say what to do next, at most."""
_LEADS_TO = {
    "worth": "charts",
    "money": "accounts",
    "accounts": "accounts",
    "breaks": "discrepancies",
    "expiring": "options",
    "movers": "positions",
    "links": "syncs",
}
"""Panel → where Enter goes."""
_TITLES = {
    "worth": "Net liquidation",
    "money": "Cash & margin",
    "accounts": "Accounts",
    "breaks": "Discrepancies",
    "expiring": "Expiring this week",
    "movers": "Movers today",
}


class PulseScreen(Charted):
    """Panels of a few lines; what is wrong stands above them, with what to do."""

    AUTO_FOCUS = "#worth"
    CSS = """
    #panels {
        layout: grid; grid-size: 30 3; grid-rows: 7fr 7fr 6fr; grid-gutter: 0; height: 1fr;
        & > #worth, & > #accounts { column-span: 18; }
        & > #money, & > #breaks { column-span: 12; }
        & > #expiring, & > #movers, & > #links { column-span: 10; }
    }
    PulseScreen.tall #panels { grid-rows: 12fr 9fr 9fr; }
    PulseScreen.huge #panels { grid-rows: 9fr 4fr 5fr; }
    #next { border: none; padding: 0 1; height: auto; background: $panel; display: none; }
    #next:focus { border: none; background: $boost; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "charts", "Charts", id="page.charts"),
        Binding("z", "span", "Range", id="pulse.span"),
        Binding("up,k", "move(0, -1)", "Panel above", id="pulse.up", show=False),
        Binding("down,j", "move(0, 1)", "Panel below", id="pulse.down", show=False),
        Binding("left,h", "move(-1, 0)", "Panel on the left", id="pulse.left", show=False),
        Binding("right,l", "move(1, 0)", "Panel on the right", id="pulse.right", show=False),
        Binding("g,home", "first", "First panel", id="pulse.first", show=False),
        Binding("G,end", "last", "Last panel", id="pulse.last", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str]) -> None:
        super().__init__(session, trail)
        self.view: PulseView | None = None
        self.span = _SPANS[0]
        self._basis: PulseBasis | None = None
        self._compared = False
        """Whether it was asked what does not add up."""
        self._steps: Sequence[Step] = ()
        self._greeted: Sequence[str] | None = None
        """What stands in the place of panels."""
        self._change = Steadily(self, CHANGES, self._reckon)

    # The panels

    @override
    def body(self) -> ComposeResult:
        yield Panel("", self._draw_next, id="next")
        with Grid(id="panels"):
            for name, title in _TITLES.items():
                yield Panel(title, partial(self._draw, name), id=name)
            yield Panel("Connections", self._draw_links, id="links")

    @override
    def show_hints(self) -> None:
        super().show_hints()
        # In the border as below: the key that leads where Enter does.
        keys = {
            active.binding.action: self.app.get_key_display(active.binding)
            for active in reversed(self.active_bindings.values())
        }
        for name, mode in _LEADS_TO.items():
            key = keys.get("charts" if mode == "charts" else f"show('{mode}')", "")
            for panel in self.query(f"#{name}").results(Panel):
                panel.name_key(key)

    def _draw(self, name: str, width: int, height: int) -> Sequence[Content]:
        if self.view is None or (name == "breaks" and not self._compared):
            return ()
        from qm_tui.ui.pulse.drawings import DRAWINGS  # noqa: PLC0415 - not for the first frame

        return DRAWINGS[name](self.view, self.session, self.span, width, height)

    def _draw_links(self, width: int, height: int) -> Sequence[Content]:
        if self.loaded is None and not self.session.health:
            return [words("Opening the store…", "$text-muted")]
        from qm_tui.ui.pulse.links import draw_links  # noqa: PLC0415 - not for the first frame

        return draw_links(self.session, width, height)

    def _draw_next(self, width: int, height: int) -> Sequence[Content]:
        if not self._steps:
            return ()
        from qm_tui.ui.pulse.next_steps import draw_steps  # noqa: PLC0415 - not for the first frame

        return draw_steps(self._steps, self.session.format, width, height)

    @property
    @override
    def subject(self) -> Widget:
        return self.query_one("#panels")

    @override
    def summary(self) -> str:
        if self.view is None or not self.view.accounts:
            return ""
        return self.session.format.count(self.view.positions, "position")

    # What is shown

    @override
    async def load(self, reader: "Reader") -> None:
        # Queries bring SQLAlchemy: not before the first frame.
        from qm_tui.queries.pulse import pulse_basis, with_breaks  # noqa: PLC0415
        from qm_tui.ui.greeting import is_due  # noqa: PLC0415 - the same

        basis = await pulse_basis(reader, today=self.session.today)
        self._greeted = None
        if self._basis is None:
            self._basis = basis
            self._reckon()
        self._basis = await with_breaks(reader, basis)
        self._compared = True
        self._reckon()
        empty = not self._basis.accounts and (
            (await self.session.read_status()).empty or is_due(self.session.health)
        )
        if empty:
            self._greet()

    def _reckon(self) -> Iterable[None]:
        from qm_tui.queries.pulse import pulse_view  # noqa: PLC0415 - see above

        if self._basis is not None:
            self.view = pulse_view(self._basis, today=self.session.today, live=self.session.live)
            self._bring_up_to_date()
        return ()

    def _bring_up_to_date(self) -> None:
        from qm_tui.ui.pulse.soon import movers_title  # noqa: PLC0415 - see above

        self._look_for_steps()
        if self.view is not None:
            title = movers_title(self.view.day, self.session.today)
            self.query_one("#movers", Panel).entitle(title)
        for panel in self.query(Panel):
            panel.bring_up_to_date()

    def _look_for_steps(self) -> None:
        """Say what to do next; where nothing is wrong the panels have the room."""
        from qm_tui.ui.pulse.next_steps import next_steps  # noqa: PLC0415 - see above

        session = self.session
        view = self.view if self._greeted is None else None
        self._steps = next_steps(
            view, session.health, session.status, session.context.now(), session.format
        )
        panel = self.query_one("#next", Panel)
        panel.display = bool(self._steps) and self._greeted is None
        panel.styles.height = min(len(self._steps), _STEPS if self.size.height >= 30 else 1)

    def _greet(self) -> None:
        """Say in the place of panels how to begin."""
        from qm_tui.ui.greeting import greeting  # noqa: PLC0415 - seldom
        from qm_tui.ui.widgets.notice import Notice  # noqa: PLC0415 - the same

        syncs = self.session.context.open_syncs is not None
        lines = greeting(self.session.health, syncs=syncs, width=self.size.width)
        if lines != self._greeted:
            self._greeted = lines
            self.query_one("#next").display = False
            self.show_notice(Notice("Welcome to qm-tui", lines))

    @override
    def on_live(self, change: "LiveChange") -> None:
        self._change.soon()

    @override
    def on_health(self) -> None:
        super().on_health()
        if self._greeted is not None:
            self._greet()
        else:
            self._show_links()

    @override
    def show_frame(self) -> None:
        super().show_frame()
        if self.loaded is not None:
            self._show_links()

    def _show_links(self) -> None:
        if self.loaded is not None:
            self._look_for_steps()
            self.query_one("#next", Panel).bring_up_to_date()
        self.query_one("#links", Panel).bring_up_to_date()

    @override
    def on_second(self) -> None:
        super().on_second()
        self._show_links()

    @override
    def grow_older(self) -> None:
        super().grow_older()
        if self.view is not None:
            self._reckon()

    @override
    def redraw(self) -> None:
        super().redraw()
        if self.view is not None:
            self._bring_up_to_date()

    @override
    def on_resize(self) -> None:
        super().on_resize()
        self.set_class(self.size.height >= 36, "tall")
        self.set_class(self.size.height >= 56, "huge")
        if self.view is not None:
            self._look_for_steps()

    # The hand

    def action_span(self) -> None:
        """Draw the line over a longer or a shorter time."""
        self.span = _SPANS[not _SPANS.index(self.span)]
        self.query_one("#worth", Panel).bring_up_to_date()

    def action_move(self, right: int, down: int) -> None:
        """Give the keyboard to the panel beside, above or below."""
        panels = [panel for panel in self.query(Panel) if panel.display and panel.region.area]
        here = self.focused
        if not isinstance(here, Panel):
            self.action_first()
            return
        # The near edge must lie beyond; of those the nearest, first along the way one goes.
        found = [
            (along, aside, panel)
            for panel in panels
            if panel is not here
            for along, aside in [_way(here, panel, right, down)]
            if along > 0
        ]
        if found:
            min(found, key=lambda one: (one[0] + 2 * one[1], one[0]))[2].focus()

    def action_first(self) -> None:
        """Give the keyboard to the first panel."""
        self.query_one("#worth").focus()

    def action_last(self) -> None:
        """Give the keyboard to the last panel."""
        self.query_one("#links").focus()

    @on(Panel.Entered)
    async def _enter(self, event: Panel.Entered) -> None:
        if event.panel.id == "next":
            mode = self._steps[0].mode if self._steps else ""
        else:
            mode = _LEADS_TO[event.panel.id or ""]
        if mode == "charts":
            self.action_charts()
        elif mode:
            await self.run_action(f"app.show('{mode}')")


def _way(here: Widget, there: Widget, right: int, down: int) -> tuple[int, int]:
    """How far another panel is in a direction, and how far aside of it."""
    one, other = here.region, there.region
    if right:
        along = (other.x - one.right + 1) if right > 0 else (one.x - other.right + 1)
        return along, _aside(one.y, one.bottom, other.y, other.bottom)
    along = (other.y - one.bottom + 1) if down > 0 else (one.y - other.bottom + 1)
    return along, _aside(one.x, one.right, other.x, other.right)


def _aside(start: int, end: int, other_start: int, other_end: int) -> int:
    """How far two stretches are from each other; 0 where they overlap."""
    return max(other_start - end + 1, start - other_end + 1, 0)

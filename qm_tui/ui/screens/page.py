"""What every full screen has: its trail, status and key hints, and rows that a worker loads."""

import logging
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Self

from textual import work
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker
from typing_extensions import override

from qm_tui.ui.cell import plain
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.session import Session
from qm_tui.ui.troubles import AT_ONCE
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.breadcrumbs import breadcrumbs
from qm_tui.ui.widgets.key_hints import hints_that_fit, key_hints
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.status_bar import about_the_data, about_the_program

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveChange
    from qm_tui.store.reader import Reader

_log = logging.getLogger(__name__)

HELP = key_hints([("?", "Help", "app.help"), ("^p", "Palette", "app.command_palette")])
_SERIALS = count()
_COMMON = ("page.", "rows.")
"""How ids of keys begin that most screens have."""
_TICK = 1
"""Seconds between two looks at the clock, while something is told by the second."""
_AGES = 5
"""Ticks between two frames with other ages."""


class Page(LeftOnce[None]):
    """A full screen. Subclasses say what its body is and how it loads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="page.back"),
        Binding("r", "resync", "Sync what is shown", id="page.reload", show=False),
    ]

    def __new__(cls, *args: Any, **names: Any) -> Self:
        """Take note of what the page is made of, so that it can be made again."""
        page = super().__new__(cls)
        page.made_of = args, names
        page.serial = next(_SERIALS)
        return page

    made_of: tuple[tuple[Any, ...], Mapping[str, Any]]
    """What the constructor was called with."""
    serial: int
    """Stays the same when the page is left and made again on the way back."""

    def __init__(self, session: Session, trail: Sequence[str]) -> None:
        super().__init__()
        self.session = session
        self.trail = tuple(trail)
        """The names of the screens one came through, and of this one."""
        self.loaded: int | None = None
        """The generation of the store that is shown; None while nothing is."""
        self._noticed = False
        self._failed = False
        """Whether the last load did: whoever comes back has it tried once more."""
        self._ticks = 0

    # What subclasses say

    def body(self) -> ComposeResult:
        """The widgets between header and status bar."""
        raise NotImplementedError

    async def load(self, reader: "Reader") -> None:
        """Read what is shown. May be cancelled and begun anew at any time."""
        raise NotImplementedError

    @property
    def subject(self) -> Widget:
        """The widget that has the keyboard and that a notice stands in for."""
        raise NotImplementedError

    def summary(self) -> str:
        """For the header: how many rows, for example."""
        return ""

    @property
    def account(self) -> str | None:
        """Whose holdings are shown; None are everybody's."""
        return None

    def memory(self) -> Mapping[str, Any]:
        """How the user has left the page: enough to make it look so again."""
        return {}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Look as one said in `memory`, as soon as there are rows; called before it is shown."""

    def on_live(self, change: "LiveChange") -> None:
        """Show what brokers pushed; only the screen in front is told."""

    def on_health(self) -> None:
        """Show how connections are doing, and what is synced."""
        self.show_status()

    # The frame

    @override
    def compose(self) -> ComposeResult:
        yield Bar(id="header")
        yield from self.body()
        yield Bar(id="status")
        yield Bar(id="hints")

    def on_mount(self) -> None:
        """Have it drawn and loaded."""
        self.set_interval(_TICK, self._tick)
        self.bindings_updated_signal.subscribe(self, lambda _: self.show_hints())
        self.action_reload()

    def on_screen_resume(self) -> None:
        """Show what has happened while another screen was in front."""
        self.redraw()
        is_old = self.loaded is not None and self.loaded != self.session.generation
        if is_old or self._failed:
            self.action_reload()

    def _tick(self) -> None:
        if self.app.screen_stack and self.app.screen is not self:
            return
        self._ticks += 1
        if self._ticks % _AGES == 0:
            self.grow_older()
        elif self.session.health or self.session.pause is not None:
            self.on_second()

    def grow_older(self) -> None:
        """Write ages anew."""
        self.show_header()
        self.show_status()

    def on_second(self) -> None:
        """Write countdowns anew."""
        self.show_status()

    def show_frame(self) -> None:
        """Bring all that stands around the subject up to date."""
        self.show_header()
        self.show_status()

    def show_header(self) -> None:
        """Bring the header up to date."""
        now = self.session.context.now()
        clock = words(f"  {self.session.format.clock(now)}", "$text-muted")
        self.query_one("#header", Bar).say(
            breadcrumbs(self.trail), Content.assemble(words(self.summary()), clock)
        )

    def show_status(self) -> None:
        """Bring the status bar up to date."""
        session, bar = self.session, self.query_one("#status", Bar)
        paused = None
        if session.pause is not None:
            paused = session.pause.in_words(session.context.now(), session.format)
        right = about_the_program(
            session.under_way,
            demo=session.context.demo,
            hidden=session.format.hidden,
            paused=paused,
            errors=session.errors,
        )
        left = about_the_data(
            session.status, session.context.now(), session.format, bar.room_beside(right)
        )
        if health := session.health:
            # Late: the first frame knows of no connection yet.
            from qm_tui.ui.widgets.link_line import about_the_links  # noqa: PLC0415

            left = about_the_links(
                health,
                session.progress,
                session.status,
                session.context.now(),
                session.format,
                bar.room_beside(right),
            )
        bar.say(left, right)

    def on_resize(self) -> None:
        """What there is room for is other now."""
        self.call_after_refresh(self._fit_bars)

    def _fit_bars(self) -> None:
        self.show_status()
        self.show_hints()

    def redraw(self) -> None:
        """Numbers may be written otherwise now."""
        self.show_frame()

    def show_hints(self) -> None:
        """Name the keys that work here."""
        shown: dict[str, tuple[str, str, str]] = {}
        for node, binding, enabled, _ in sorted(self.active_bindings.values(), key=self._rank):
            if not (binding.show and enabled and self.offers(binding.action)):
                continue
            if binding.action not in shown or binding.key == "enter":
                key = self.app.get_key_display(binding)
                shown[binding.action] = (key, binding.description, _target(node) + binding.action)
        bar = self.query_one("#hints", Bar)
        bar.say(hints_that_fit(shown.values(), bar.room_beside(HELP)), HELP)

    def _rank(self, active: ActiveBinding) -> int:
        """What only this screen has stands before what all have: a narrow terminal cuts the end."""
        if active.node is not self:
            return 3 if isinstance(active.node, App) else 0
        return 2 if (active.binding.id or "").startswith(_COMMON) else 1

    def offers(self, action: str) -> bool:
        """Whether the hints name the key of an action that is allowed."""
        del action
        return True

    # Loading

    def action_resync(self) -> None:
        """Have the connections of what is shown synced, and read what is stored already."""
        self.action_reload()
        self.resync(self.session.connections_of(self.account))

    def resync(self, connections: Sequence[str]) -> None:
        """Have connections synced, and say which; without any there is nothing to be said."""
        if self.session.syncs is None:
            return
        if connections:
            self.session.syncs.request(connections)
            names = plain(", ".join(connections))
            self.notify(f"Syncing {names}…", timeout=3, markup=False)
        elif self.account is not None:
            self.notify(
                f"No connection reaches {plain(self.account)}: read again from the store.",
                timeout=3,
                markup=False,
            )

    def action_reload(self) -> None:
        """Read again; what is shown stays until the answer is here."""
        self._load()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        await self.session.first_frame.wait()
        reader = await self.session.reader()
        if self.session.first_rows.is_set():
            await self.session.take_note(reader)
        generation = self.session.generation
        self._noticed = self._failed = False
        await self.load(reader)
        self.loaded = generation
        self.session.first_rows.set()
        if not self._noticed:
            self._show_subject()
        self.show_frame()
        await self.session.read_status()
        self.show_frame()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that fails is told about, and the screen stays."""
        worker = event.worker
        trouble = self.session.troubles.watch(event, self.trail[-1], self._load_again)
        if trouble is None:
            return
        _log.error("%s: %s failed", self.trail[-1], worker.group, exc_info=worker.error)
        if trouble.is_news:
            self.app.notify(trouble.in_short, title=trouble.what, severity="error", markup=False)
        self._failed = self._failed or worker.group in AT_ONCE
        if self.loaded is None and worker.group == "load":
            lines = [trouble.says, "", "r tries again. E shows all that fails, and the log."]
            self.show_notice(Notice(f"{self.trail[-1]} could not be read", lines, bad=True))

    def _load_again(self) -> None:
        if self.is_attached:
            self.action_reload()

    def show_notice(self, notice: Notice) -> None:
        """Say something in the place of the subject, until the next load."""
        self._noticed = True
        self.query(Notice).remove()
        self.subject.display = False
        self.mount(notice, before="#status")

    def _show_subject(self) -> None:
        if not self.subject.display:
            self.query(Notice).remove()
            self.subject.display = True
            self.subject.focus()

    async def action_back(self) -> None:
        """Leave for the screen before, which is as it was."""
        if len(self.trail) > 1:
            # Not awaited: a screen cannot wait for its own end.
            self.dismiss()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back":
            return len(self.trail) > 1
        return super().check_action(action, parameters)


def _target(node: DOMNode) -> str:
    """Whose action it is, as a click on its hint must say."""
    if isinstance(node, App):
        return "app."
    return "screen." if isinstance(node, Screen) else "focused."

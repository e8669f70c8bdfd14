"""The monitor: its screens by number, and what works on all of them."""

import asyncio
import datetime as dt
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.events import Event, InputEvent, Key, Paste
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import Worker
from typing_extensions import override

from qm_tui.ui.app_keys import KEYS
from qm_tui.ui.cell import plain
from qm_tui.ui.complaints import complain, keymap_of
from qm_tui.ui.context import Context
from qm_tui.ui.ending import close_in_sight, end, end_when_asked, see_closed
from qm_tui.ui.harmless import Harmless
from qm_tui.ui.import_desk import ImportDesk
from qm_tui.ui.live_feed import LiveFeed
from qm_tui.ui.lost_terminal import outlive_terminals
from qm_tui.ui.modes import MODES
from qm_tui.ui.no_color import without_color
from qm_tui.ui.octets import forgive_octets
from qm_tui.ui.places import Places
from qm_tui.ui.quick_escape import take_quick_escapes
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.store_watch import StoreWatch
from qm_tui.ui.themes import THEMES, first_theme
from qm_tui.ui.tidying import Tidying
from qm_tui.ui.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from qm_tui.ui.dialogs.tour import Tour

_log = logging.getLogger(__name__)

_HARMLESS = Harmless()

TOUR = "This portfolio is made up. F1 shows what it is for, in two minutes."
TOUR_KEYS = frozenset({"enter", "right", "l", "space", "backspace", "left", "h"})
"""What goes on or back in the tour."""
_WARNED_FOR = dt.timedelta(seconds=5)
"""How long a warning about an import that goes on holds."""

_STAY = "Ctrl+C again quits, and q does at once."


def _monitor_commands() -> type[Provider]:
    # The palette is not needed before somebody opens it.
    from qm_tui.ui.commands import MonitorCommands  # noqa: PLC0415

    return MonitorCommands


class MonitorApp(App[None]):
    """Screens are made when they are first shown; each number has a stack of its own."""

    TITLE = "qm-tui"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "pulse"
    COMMANDS = App.COMMANDS | {_monitor_commands}

    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.session = Session(context)
        self.imports = ImportDesk(self, self.session, self._import_went_on, self.action_reload_all)
        self.places = Places(self)
        self.tour: Tour | None = None
        self._warned_at: dt.datetime | None = None
        self._watch = StoreWatch(self, self.session, self._read_again)
        self._tidying = Tidying(self)
        self._typed = TypedAhead(self, self._hand_on)
        self.closing: asyncio.Future[None] | None = None
        self._live = LiveFeed(self, self.session, self._drawn_page, self.action_reload_all)
        for theme in THEMES:
            self.register_theme(theme)
        # Where no terminal is known there is only whoever takes pictures.
        is_plain = not context.terminal or self.no_color
        colors = None if is_plain else self.console.color_system
        self.theme = first_theme(context.theme, self.available_themes, colors)
        for mode, make in MODES.items():
            self.add_mode(mode, partial(make, self.session))
        self.set_keymap(keymap_of(context.keys))

    def on_load(self) -> None:
        """Before the terminal is taken: see to it that it is given back."""
        if not self.is_headless:
            end_when_asked(self)

    def on_ready(self) -> None:
        """The first frame is on the screen."""
        self.session.first_frame.set()
        self.session.troubles.changed = self._import_went_on
        self.session.kept.refused = self._not_kept
        self._watch.begin()
        self._live.begin()
        self.places.begin()
        self._tidying.begin()
        # The terminal comes back empty, and of what has not changed nothing would be drawn.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if self.session.context.demo:
            self.notify(TOUR, timeout=10, markup=False)
        if about := complain(self.session, self.available_themes):
            self.notify(about, severity="warning", markup=False, timeout=15)

    @override
    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            self._tidying.touch()
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        else:
            await self._typed.take(event)

    async def _hand_on(self, event: Event) -> None:
        # A tour that loads its next stop takes no key, or its Enter would open something there.
        if not (self._is_led() and isinstance(event, Key) and event.key in TOUR_KEYS):
            await super().on_event(event)

    def _is_led(self) -> bool:
        return self.tour is not None and self.tour.is_under_way

    @override
    def get_line_filters(self) -> Sequence[LineFilter]:
        if self.no_color:
            return [_HARMLESS, without_color(self.theme_variables["background"])]
        return [_HARMLESS, *super().get_line_filters()]

    # Where one is

    def action_show(self, mode: str) -> None:
        """Show the unscoped screen of a number."""
        self.call_later(self.show, mode)

    async def show(self, mode: str) -> None:
        """Show the unscoped screen of a number; it is in front when this returns."""
        with self.places.one_step():
            if mode != self.current_mode:
                await self.switch_mode(mode)
            await self._pop_while(lambda: True)

    def action_travel(self, steps: int) -> None:
        """Go back or forward over the screens one has seen."""
        # Later: a screen on which a click asked for it cannot wait for its own end.
        self.call_later(self._travel, steps)

    async def _travel(self, steps: int) -> None:
        if not await self.places.go(steps):
            where = "before" if steps < 0 else "after"
            self.notify(f"There is no screen {where} this one.", timeout=2, markup=False)

    def action_climb(self, names: int) -> None:
        """Go back to the screen at which the trail has so many names (or fewer)."""
        self.call_later(self._climb, names)

    async def _climb(self, names: int) -> None:
        with self.places.one_step():
            await self._pop_while(lambda: self.page and len(self.page.trail) > names)

    async def _pop_while(self, too_far: Callable[[], object]) -> None:
        # All before any is waited for: what somebody opens while the widgets of one are being
        # removed must not go with it.
        gone = []
        while len(self.screen_stack) > 1 and too_far():
            gone.append(self.pop_screen())
        for each in gone:
            await each

    def action_jump(self) -> None:
        """Go to a pane, a tab or a crumb by its letter."""
        from qm_tui.ui.dialogs.jump import JumpDialog, targets_of  # noqa: PLC0415 - when asked for

        self.push_screen(JumpDialog(targets_of(self.screen)))

    @property
    def page(self) -> Page | None:
        """The full screen that is shown, perhaps below a dialog."""
        pages = (screen for screen in reversed(self.screen_stack) if isinstance(screen, Page))
        return next(pages, None)

    def _drawn_page(self) -> Page | None:
        """The page, while it has its widgets: it is in front a moment before, and at the end."""
        page = self.page if self.is_running else None
        return page if page is not None and page.is_mounted else None

    def action_help(self) -> None:
        """Show the keys that work here."""
        from qm_tui.ui.dialogs.help import (  # noqa: PLC0415 - when asked for
            HelpDialog,
            KeyHelp,
            helps_here,
        )

        def do(chosen: KeyHelp | None) -> None:
            if chosen is not None and chosen.do is not None:
                # Later: what the action is of has to be in front again.
                self.call_later(chosen.do)

        helps = helps_here(self)
        self.push_screen(HelpDialog(helps, self.session.context.version), do)

    def action_tour(self) -> None:
        """Lead through the demo; where there is nothing to show off, help."""
        if not self.session.context.demo:
            self.action_help()
            return
        if self.tour is None:
            from qm_tui.ui.dialogs.tour import Tour  # noqa: PLC0415 - when asked for

            self.tour = Tour(self)
        self.clear_notifications()
        self.tour.begin()

    @override
    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        told = list(self._notifications)
        # The same again would only hide more of the screen, and so does what is not news anymore.
        if any((one.message, one.title) == (message, title) for one in told):
            return
        if told and all(one.severity == "information" for one in told):
            self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    @override
    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Choose other colors", self.action_change_theme)

    def action_toggle_amounts(self) -> None:
        """Hide amounts from whoever looks over the shoulder, or show them again."""
        self.session.format.hidden = not self.session.format.hidden
        if (page := self._drawn_page()) is not None:
            page.redraw()

    def action_pause(self) -> None:
        """Have the screens stand still, or show the newest again."""
        session = self.session
        if session.pause is None:
            from qm_tui.ui.pause import Pause  # noqa: PLC0415 - when asked for

            live = session.live
            session.pause = Pause(session.context.now(), live and live.as_it_is())
            if (page := self._drawn_page()) is not None:
                page.show_status()
        else:
            session.pause = None
            self.action_reload_all()

    def action_reload_all(self) -> None:
        """Read everything again: this screen now, the others when they are shown."""
        self.session.generation += 1
        if self.page is not None:
            self.page.action_reload()

    def _read_again(self) -> None:
        if self.session.pause is not None:
            self.session.pause.waiting += 1
        elif self.page is not None:
            self.page.action_reload()

    def action_resync_all(self) -> None:
        """Sync all connections, and read everything that is stored already again."""
        self.action_reload_all()
        if self.page is not None:
            self.page.resync(self.session.connections_of(None))

    def _import_went_on(self) -> None:
        if (page := self._drawn_page()) is not None:
            page.show_frame()

    def _not_kept(self, why: str) -> None:
        self.notify(plain(why), severity="warning", markup=False)

    def action_import(self) -> None:
        """Ask what to import, or show the import that runs."""
        self.imports.open()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say how an import ended, whatever ended it, or that live updates did."""
        self.imports.take_note(event)
        self._live.take_note(event)
        group = event.worker.group
        # How an import ended is told by it, file by file.
        trouble = None if group == "import" else self.session.troubles.watch(event, "")
        if trouble is not None and group != "live":
            _log.error("%s failed", group, exc_info=event.worker.error)
            self.notify(trouble.in_short, title=trouble.what, severity="error", markup=False)

    # The end

    async def action_leave(self) -> None:
        """Leave; while an import goes on, at the second time only."""
        now, name = self.session.context.now(), self.imports.file_under_way
        if name is None or (self._warned_at is not None and now - self._warned_at < _WARNED_FOR):
            await self.action_quit()
            return
        self._warned_at = now
        self.notify(
            f"An import of {name} is under way; q again quits and stores nothing of it.",
            severity="warning",
            timeout=_WARNED_FOR.total_seconds(),
            markup=False,
        )

    @override
    def action_help_quit(self) -> None:
        """Leave at the second time: the first may have meant to copy, or nothing at all."""
        if any(one.message == _STAY for one in self._notifications):
            self.call_later(self.action_leave)
        else:
            self.notify(_STAY, timeout=_WARNED_FOR.total_seconds(), markup=False)

    @override
    def action_suspend_process(self) -> None:
        """Go back to the shell for a while, if there is one that could bring the monitor back."""
        # What a shell starts is in a group of its own; what is in that of the session was started
        # by a script or by the terminal itself, and would stand still forever.
        shell = os.name == "posix" and os.getpgrp() != os.getsid(0)
        if shell and self._driver is not None and self._driver.can_suspend:
            super().action_suspend_process()
        else:
            self.notify("There is no shell here to go back to; q quits.", timeout=4, markup=False)

    @override
    async def action_quit(self) -> None:
        """Let workers end in order, then leave."""
        await end(self)

    async def on_unmount(self) -> None:
        """Close what was opened."""
        self._typed.close()
        self.closing = asyncio.ensure_future(self._close())
        await close_in_sight(self.closing)

    async def _close(self) -> None:
        await self.session.kept.written()
        await self.session.context.close()


def run_monitor(context: Context) -> int:
    """Run the monitor until the user leaves; the exit status."""
    app = MonitorApp(context)
    forgive_octets()
    outlive_terminals()
    given = keymap_of(context.keys).values()
    take_quick_escapes({key for keys in given for key in keys.split(",")})
    runner = asyncio.Runner()
    try:
        runner.run(app.run_async())
    finally:
        see_closed(runner, app.closing)
    return app.return_code or 0

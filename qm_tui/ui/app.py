"""The monitor: its screens by number, and what works on all of them."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerError
from typing_extensions import override

from qm_tui.ui.cell import plain
from qm_tui.ui.context import Context
from qm_tui.ui.import_desk import ImportDesk
from qm_tui.ui.live_feed import LiveFeed
from qm_tui.ui.screens.accounts import AccountsScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.store_watch import StoreWatch
from qm_tui.ui.themes import DARK, THEMES

_GRACE = 3
"""Seconds that workers are given to end when the monitor does."""
FORMER_IDS = {"show.imports": "show.syncs"}
"""Ids of keys that were given another name: what a configuration says of them still holds."""
_WARNED_FOR = dt.timedelta(seconds=5)
"""How long a warning about an import that goes on holds."""


def _monitor_commands() -> type[Provider]:
    # The palette is not needed before somebody opens it.
    from qm_tui.ui.commands import MonitorCommands  # noqa: PLC0415

    return MonitorCommands


class MonitorApp(App[None]):
    """Screens are made when they are first shown; each number has a stack of its own."""

    TITLE = "qm-tui"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "accounts"
    COMMANDS = App.COMMANDS | {_monitor_commands}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("I,ctrl+o", "import", "Import", id="app.import"),
        Binding("0", "show('pulse')", "Pulse", id="show.pulse"),
        Binding("1", "show('accounts')", "Accounts", id="show.accounts"),
        Binding("2", "show('positions')", "Positions", id="show.positions"),
        Binding("3", "show('options')", "Options", id="show.options"),
        Binding("4", "show('lots')", "Lots", id="show.lots"),
        Binding("5", "show('discrepancies')", "Discrepancies", id="show.discrepancies"),
        Binding("6", "show('activity')", "Activity", id="show.activity"),
        Binding("7", "show('syncs')", "Syncs", id="show.syncs"),
        Binding("R,ctrl+r", "resync_all", "Sync everything", id="app.reload", show=False),
        Binding(
            "dollar_sign", "toggle_amounts", "Hide or show amounts", id="app.amounts", show=False
        ),
        Binding("question_mark,f1", "help", "Help", id="app.help", show=False),
        Binding(
            "ctrl+p", "command_palette", "Palette", id="app.palette", show=False, priority=True
        ),
        Binding("q", "leave", "Quit", id="app.quit", show=False),
        Binding("ctrl+q", "quit", "Quit", id="app.quit-always", show=False, priority=True),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.session = Session(context)
        self.imports = ImportDesk(self, self.session, self._import_went_on, self.action_reload_all)
        self._warned_at: dt.datetime | None = None
        self._watch = StoreWatch(self, self.session, self._read_again)
        self._live = LiveFeed(self, self.session, lambda: self.page, self.action_reload_all)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = context.theme if context.theme in self.available_themes else DARK.name
        for mode, make in _SCREENS.items():
            self.add_mode(mode, partial(make, self.session))
        self.set_keymap({FORMER_IDS.get(name, name): keys for name, keys in context.keys.items()})

    def on_ready(self) -> None:
        """The first frame is on the screen."""
        self.session.first_frame.set()
        self._watch.begin()
        self._live.begin()
        for complaint in self._complaints():
            self.notify(complaint, severity="warning", markup=False, timeout=15)

    def _complaints(self) -> Iterable[str]:
        """Say what the configuration asks for that there is not."""
        theme = self.session.context.theme
        if theme is not None and theme not in self.available_themes:
            names = ", ".join(sorted(self.available_themes))
            yield f"[ui] theme: there is no {plain(theme)!r}; there are {names}."
        if not self.session.context.keys:
            return
        # Late: it loads every screen and dialog.
        from qm_tui.ui.key_ids import key_ids  # noqa: PLC0415

        for name in sorted(self.session.context.keys.keys() - key_ids() - FORMER_IDS.keys()):
            yield f"[keys] {plain(name)} is no id of a key; ? shows the keys with their ids."

    # Where one is

    async def action_show(self, mode: str) -> None:
        """Show the unscoped screen of a number."""
        if mode != self.current_mode:
            await self.switch_mode(mode)
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    @property
    def page(self) -> Page | None:
        """The full screen that is shown, perhaps below a dialog."""
        pages = (screen for screen in reversed(self.screen_stack) if isinstance(screen, Page))
        return next(pages, None)

    def action_help(self) -> None:
        """Show the keys that work here."""
        from qm_tui.ui.dialogs.help import HelpDialog, helps_of  # noqa: PLC0415 - when asked for

        helps = helps_of(self.screen.active_bindings.values(), self.get_key_display)
        self.push_screen(HelpDialog(helps, self.session.context.version))

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
        # The same again would only hide more of the screen.
        if all((one.message, one.title) != (message, title) for one in self._notifications):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    @override
    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Choose other colors", self.action_change_theme)

    def action_toggle_amounts(self) -> None:
        """Hide amounts from whoever looks over the shoulder, or show them again."""
        self.session.format.hidden = not self.session.format.hidden
        if self.page is not None:
            self.page.redraw()

    def action_reload_all(self) -> None:
        """Read everything again: this screen now, the others when they are shown."""
        self.session.generation += 1
        self._read_again()

    def _read_again(self) -> None:
        if self.page is not None:
            self.page.action_reload()

    def action_resync_all(self) -> None:
        """Sync all connections, and read everything that is stored already again."""
        self.action_reload_all()
        if self.page is not None:
            self.page.resync(self.session.connections_of(None))

    def _import_went_on(self) -> None:
        if self.page is not None:
            self.page.show_frame()

    def action_import(self) -> None:
        """Ask what to import, or show the import that runs."""
        self.imports.open()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say how an import ended, whatever ended it, or that live updates did."""
        self.imports.take_note(event)
        self._live.take_note(event)

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
    async def action_quit(self) -> None:
        """Let workers end in order, then leave."""
        self.workers.cancel_all()
        unfinished = [asyncio.ensure_future(_ended(worker)) for worker in self.workers]
        if unfinished:
            await asyncio.wait(unfinished, timeout=_GRACE)
        self.exit()

    async def on_unmount(self) -> None:
        """Close what was opened."""
        await self.session.context.close()


async def _ended(worker: Worker[object]) -> None:
    # It was cancelled, or has failed and been told about: both are ends.
    with suppress(WorkerError):
        await worker.wait()


def _pulse(session: Session) -> Page:
    from qm_tui.ui.screens.pulse import PulseScreen  # noqa: PLC0415 - when first shown

    return PulseScreen(session, ("Pulse",))


def _discrepancies(session: Session) -> Page:
    from qm_tui.ui.screens.discrepancies import DiscrepanciesScreen  # noqa: PLC0415 - the same

    return DiscrepanciesScreen(session, ("Discrepancies",))


def _positions(session: Session) -> Page:
    from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when first shown

    return PositionsScreen(session, ("Positions",))


def _lots(session: Session) -> Page:
    from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when first shown

    return LotsScreen(session, ("Lots",))


def _activity(session: Session) -> Page:
    from qm_tui.ui.screens.activity import ActivityScreen  # noqa: PLC0415 - when first shown

    return ActivityScreen(session, ("Activity",))


def _options(session: Session) -> Page:
    from qm_tui.ui.screens.options import OptionsScreen  # noqa: PLC0415 - when first shown

    return OptionsScreen(session, ("Options",))


def _syncs(session: Session) -> Page:
    from qm_tui.ui.screens.syncs import SyncsScreen  # noqa: PLC0415 - when first shown

    return SyncsScreen(session, ("Syncs",))


_SCREENS: dict[str, Callable[[Session], Page]] = {
    "pulse": _pulse,
    "accounts": lambda session: AccountsScreen(session, ("Accounts",)),
    "positions": _positions,
    "options": _options,
    "lots": _lots,
    "discrepancies": _discrepancies,
    "activity": _activity,
    "syncs": _syncs,
}


def run_monitor(context: Context) -> int:
    """Run the monitor until the user leaves; the exit status."""
    app = MonitorApp(context)
    app.run()
    return app.return_code or 0

"""The pictures in docs/pictures, taken of the demo: the same book, at the same moment.

    python -m tests.docs.pictures [NAME…]

Nothing moves while they are taken, so that who takes them again gets the same pictures.
"""

import asyncio
import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.cli.environment import Environment
from qm_tui.cli.monitor import _Opened
from qm_tui.config import Config
from qm_tui.store.migrate import prepare
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.context import Context
from tests.docs.shots import SHOTS, Shot
from tests.docs.vector import kept

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_ZONE = ZoneInfo("America/New_York")
_BEGIN = dt.datetime(2026, 3, 11, 15, 12, tzinfo=_ZONE)
_AGE = dt.timedelta(seconds=4)
"""How old everything is when the first picture is taken."""
# So slow that nothing is stored while pictures are taken but what comes at the beginning.
_SETTINGS = DemoSettings(seed=7, speed=0.1, late=0.0, first_drop=60.0, away=600.0)
_PATIENCE = 90.0
_LOOK_EVERY = 0.05
_CALM = 1.5
"""Seconds without a change after which nothing more is expected."""


@dataclass(slots=True)
class Clock:
    """Stands still until it is put forward."""

    at: dt.datetime = _BEGIN

    def now(self) -> dt.datetime:
        return self.at


@dataclass(slots=True)
class Studio:
    """The monitor on the demo, with a hand on its keys."""

    app: MonitorApp
    pilot: Pilot[None]
    clock: Clock
    _loading: frozenset[str] = field(default=frozenset({"load", "pages", "list", "tabs", "views"}))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not condition():
                await self.pilot.pause(_LOOK_EVERY)
        await self.pilot.pause()

    async def settle(self) -> None:
        """Wait until nothing is on its way to the screen."""
        before, calm = "", 0.0
        async with asyncio.timeout(_PATIENCE):
            while calm < _CALM:
                await self.pilot.pause(_LOOK_EVERY)
                self.app.clear_notifications()
                for entry in self.app.screen.query(Input):
                    entry.cursor_blink = False
                now = self.app.export_screenshot(simplify=True)
                busy = any(
                    not worker.is_finished and worker.group in self._loading
                    for worker in self.app.workers
                )
                calm = 0.0 if busy or now != before else calm + _LOOK_EVERY
                before = now

    async def everything(self) -> None:
        """Wait until all is synced, derived and compared."""
        session = self.app.session
        await self.until(lambda: session.status is not None and session.status.open_breaks)
        await self.until(lambda: not session.progress)
        await self.settle()

    async def give(self, key: str) -> None:
        """Press a key, or write a text at once."""
        prefix, _, text = key.partition(":")
        if prefix == "paste" and self.app.focused is not None:
            self.app.focused.post_message(events.Paste(text))
            await self.settle()
        else:
            await self.pilot.press(key)
            await self.pilot.pause(0.1)

    async def take(self, shot: Shot) -> None:
        """Do what leads to a picture, and take it."""
        self.app.theme = shot.theme
        await self.pilot.resize_terminal(*shot.size)
        self.clock.at = max(self.clock.at, _BEGIN + shot.later)
        await self.pilot.press("escape", "escape", *shot.keys[:1])
        await self.settle()
        for key in shot.keys[1:]:
            await self.give(key)
        if shot.until is not None:
            until = shot.until
            await self.until(lambda: until(self.app))
        await self.settle()
        theme = self.app.current_theme
        colors = (theme.background or "#292929", theme.foreground or "#c5c8c6")
        svg = kept(self.app.export_screenshot(simplify=True), shot.name, *colors)
        (FOLDER / f"{shot.name}.svg").write_text(svg, encoding="utf-8")
        for key in shot.undo:
            await self.give(key)


async def take_all(shots: Sequence[Shot]) -> None:
    """Take pictures one after the other."""
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="qm-tui-pictures-") as folder:
        store = Path(folder) / "portfolio.db"
        prepare(store, clock.now())
        here = Environment(
            config=Config(path=Path(folder) / "config.toml", exists=False, store=store),
            store_path=store,
            now=clock.now,
            out=sys.stdout,
            err=sys.stderr,
        )
        opened = _Opened(here, demo=True, settings=_SETTINGS)
        context = Context(
            open_reader=opened.reader,
            open_importer=opened.importer,
            open_methods=opened.methods,
            open_preferences=opened.preferences,
            open_syncs=opened.syncs,
            close=opened.close,
            now=clock.now,
            zone=_ZONE,
            version="0.1.0",
            demo=True,
            theme="qm-dark",
        )
        app = MonitorApp(context)
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            studio = Studio(app, pilot, clock)
            await studio.everything()
            clock.at = _BEGIN + _AGE
            for shot in shots:
                await studio.take(shot)
                sys.stdout.write(f"{shot.name}\n")
                sys.stdout.flush()
    sys.stdout.flush()


def main(names: Sequence[str]) -> None:
    """Take the pictures with these names, or all."""
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take_all([shot for shot in SHOTS if not names or shot.name in names]))


if __name__ == "__main__":
    main(sys.argv[1:])

"""`qm-tui` and `qm-tui --demo`: the monitor on the user's store, or on a passing one."""

import asyncio
import gc
import logging
import os
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from qm_tui import __version__
from qm_tui.cli.environment import Environment
from qm_tui.config import log_path
from qm_tui.config_table import ConfigError
from qm_tui.store.migrate import prepare
from qm_tui.ui.app import run_monitor
from qm_tui.ui.context import Context
from qm_tui.ui.ending import signals
from qm_tui.ui.numerals import Numerals, UnknownLocale, numerals_of

if TYPE_CHECKING:
    from subprocess import Popen

    from qm_tui.brokers.demo.settings import DemoSettings
    from qm_tui.cli.method_desk import MethodDesk
    from qm_tui.cli.parts import Parts
    from qm_tui.cli.preference_desk import PreferenceDesk
    from qm_tui.store.reader import Reader
    from qm_tui.sync.fleet import Syncs
    from qm_tui.sync.service import Importer

_log = logging.getLogger(__name__)

_FIRST_ROWS = 1.0
"""Seconds that the first screen has for itself, before anything is derived beside it."""


def monitor(here: Environment, *, demo: bool, settings: "DemoSettings | None" = None) -> int:
    """Open the monitor and return the exit status.

    Args:
        here: the store, the clock, where to print.
        demo: on a portfolio that is made up, in a store that is gone afterwards.
        settings: of the demo, where it is not the usual one.
    """
    if not _has_terminal():
        here.err.write("qm-tui: the monitor needs a terminal; `qm-tui show` prints without one.\n")
        return 1
    # Nothing made so far will ever be garbage: the collector need not look at it while starting.
    gc.freeze()
    # Looks at what is young are short, so that no key waits for one; to look at everything is left
    # to a moment when nobody types.
    gc.set_threshold(10_000, 5, 1_000)
    if demo:
        # Until the monitor runs, and sees to it itself: whoever is asked to end cleans up, too.
        for number in signals():
            signal.signal(number, _end)
        with tempfile.TemporaryDirectory(prefix="qm-tui-demo-") as folder:
            here = replace(here, store_path=Path(folder) / "portfolio.db")
            return _run(here, demo=True, settings=settings)
    # Before the screen is taken over: a store that cannot be used is said on the plain terminal.
    prepare(here.store_path, here.now())
    return _run(here, demo=False)


def _end(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _has_terminal() -> bool:
    """Tell whether somebody can type and see: Textual draws on standard error."""
    streams = (sys.__stdin__, sys.__stderr__)
    return all(stream is not None and stream.isatty() for stream in streams)


def _run(here: Environment, *, demo: bool, settings: "DemoSettings | None" = None) -> int:
    making = None
    if demo:
        from qm_tui.cli.demo_store import begin  # noqa: PLC0415 - of no use without a demo

        making = begin(here.store_path)
    try:
        return _run_on(here, demo=demo, settings=settings, making=making)
    finally:
        if making is not None:
            # It would write into a folder that is about to go, or make it anew.
            making.kill()
            making.wait()


def _run_on(
    here: Environment,
    *,
    demo: bool,
    settings: "DemoSettings | None",
    making: "Popen[bytes] | None",
) -> int:
    opened = _Opened(here, demo=demo, settings=settings, making=making)
    local = here.now().astimezone().tzinfo
    assert local is not None
    return run_monitor(
        Context(
            open_reader=opened.reader,
            open_importer=opened.importer,
            open_methods=opened.methods,
            open_preferences=opened.preferences,
            open_syncs=opened.syncs if here.config.connections or demo else None,
            close=opened.close,
            now=here.now,
            zone=local,
            version=__version__,
            demo=demo,
            keys=here.config.keys,
            hide_amounts=here.config.ui.hide_amounts,
            theme=here.config.ui.theme,
            numerals=_numerals(here),
            columns=here.config.ui.columns,
            terminal=os.environ,
            log_file=log_path(),
            categories=here.config.categories,
        )
    )


def _numerals(here: Environment) -> Numerals:
    try:
        return numerals_of(here.config.ui.locale, os.environ)
    except UnknownLocale as error:
        raise ConfigError(f"{here.config.path}: [ui] locale: {error}.") from error


def _tell_if_failed(task: "asyncio.Task[None]") -> None:
    """What was left stays left, and is tried again at the next start: the log says why."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("what an earlier run left was not derived", exc_info=error)


class _Opened:
    """The parts of one run of the monitor, each opened when it is first asked for."""

    def __init__(
        self,
        here: Environment,
        *,
        demo: bool,
        settings: "DemoSettings | None" = None,
        making: "Popen[bytes] | None" = None,
    ) -> None:
        self._here = here
        self._demo = demo
        self._settings = settings
        self._making = making
        self._reader: Reader | None = None
        self._parts: Parts | None = None
        self._settling: asyncio.Task[None] | None = None
        self._syncs: Syncs | None = None
        self._lock = asyncio.Lock()

    async def reader(self) -> "Reader":
        # Late, here and below: SQLAlchemy must not delay the first frame.
        if self._demo:
            # Its first rows are there a moment later: nobody should read an empty store before.
            from qm_tui.cli.demo import first_rows  # noqa: PLC0415

            await first_rows(await self.syncs())
        from qm_tui.cli.parts import open_settled_reader  # noqa: PLC0415

        async with self._lock:
            if self._reader is None:
                self._reader = await open_settled_reader(self._here)
                # A demo's store was empty a moment ago: its syncs derive when all has come.
                if not self._demo:
                    self._settling = asyncio.create_task(self._settle(self._reader))
                    self._settling.add_done_callback(_tell_if_failed)
            return self._reader

    async def _settle(self, reader: "Reader") -> None:
        """Derive what an earlier run of the program left; the screens see it when it is done."""
        from qm_tui.store.reading.waiting import never_compared, waiting  # noqa: PLC0415

        await asyncio.sleep(_FIRST_ROWS)
        if await reader.read(waiting) or await reader.read(never_compared):
            await (await self._with_parts()).deriver.settle()

    async def importer(self) -> "Importer":
        return (await self._with_parts()).importer

    async def methods(self) -> "MethodDesk":
        from qm_tui.cli.method_desk import MethodDesk  # noqa: PLC0415

        return MethodDesk((await self._with_parts()).store, self._here.now)

    async def preferences(self) -> "PreferenceDesk":
        from qm_tui.cli.preference_desk import PreferenceDesk  # noqa: PLC0415

        return PreferenceDesk((await self._with_parts()).store)

    async def syncs(self) -> "Syncs":
        """Begin to sync; asked for once the first rows are on the screen."""
        parts = await self._with_parts()
        if self._syncs is None and self._demo:
            from qm_tui.brokers.demo.settings import DemoSettings  # noqa: PLC0415
            from qm_tui.cli.demo import demo_syncs  # noqa: PLC0415

            self._syncs = demo_syncs(parts, self._here.now, self._settings or DemoSettings())
            self._syncs.start()
        if self._syncs is None:
            from qm_tui.cli.links import holder, links  # noqa: PLC0415
            from qm_tui.sync.fleet import Syncs  # noqa: PLC0415
            from qm_tui.sync.schedule import Intervals  # noqa: PLC0415

            config = self._here.config
            self._syncs = Syncs(
                parts.store,
                parts.importer,
                parts.deriver,
                links(self._here, config.connections),
                now=self._here.now,
                holder=holder("monitor"),
                intervals=Intervals(
                    every=config.sync_every.total_seconds(),
                    snapshot_every=config.snapshot_every.total_seconds(),
                ),
            )
            self._syncs.start()
        return self._syncs

    async def _with_parts(self) -> "Parts":
        async with self._lock:
            if self._parts is None:
                self._parts = await self._open()
                # What is there now stays: a collection during an import would go through all of it
                # and hold up the keys for longer than the import itself does.
                gc.freeze()
            return self._parts

    async def _open(self) -> "Parts":
        from qm_tui.cli.parts import open_parts  # noqa: PLC0415

        if self._making is not None:
            from qm_tui.cli.demo_store import made  # noqa: PLC0415

            await made(self._making)
        return await open_parts(self._here)

    async def close(self) -> None:
        if self._syncs is not None:
            await self._syncs.close()
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.wait([self._settling])
        if self._reader is not None:
            await self._reader.close()
        if self._parts is not None:
            await self._parts.store.close()

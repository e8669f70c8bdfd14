"""The demo's connections, synced by the same workers as real ones."""

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import aclosing, suppress
from functools import partial
from random import Random

from qm_tui.brokers.demo.client import CONNECTIONS, Demo
from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.cli.links import holder
from qm_tui.cli.parts import Parts
from qm_tui.domain.events import SectionDone, SyncFailed
from qm_tui.domain.words import Section
from qm_tui.sync.fleet import Syncs
from qm_tui.sync.links import Link
from qm_tui.sync.schedule import Intervals

_SYNC_EVERY, _SNAPSHOT_EVERY, _DERIVE_AFTER = 600.0, 120.0, 0.5
_PATIENCE = 5.0
"""Seconds that the first screen waits for its rows at most."""


def demo_syncs(parts: Parts, now: Callable[[], dt.datetime], settings: DemoSettings) -> Syncs:
    """Invent the portfolio, and make the workers of its connections; they begin with `start`.

    Args:
        parts: an empty store, open for writing.
        now: the time of the demo; it runs `settings.speed` times as fast as the wall's clock.
        settings: what kind of demo.
    """
    demo = Demo(settings, now)
    return Syncs(
        parts.store,
        parts.importer,
        parts.deriver,
        [
            Link(name=name, broker=broker, make=partial(demo.client, broker))
            for name, broker in CONNECTIONS.items()
        ],
        now=now,
        holder=holder("demo"),
        intervals=Intervals(
            every=_SYNC_EVERY,
            snapshot_every=_SNAPSHOT_EVERY / settings.speed,
            derive_after=_DERIVE_AFTER,
        ),
        chance=Random(settings.seed),  # noqa: S311 - jitter
    )


async def first_rows(syncs: Syncs) -> None:
    """Wait until the positions and account values of all connections are stored, or have failed."""
    waiting = {health.connection for health in syncs.health()}
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE), aclosing(syncs.news()) as news:
            async for one in news:
                match one:
                    case SectionDone(section=Section.BALANCES) | SyncFailed():
                        waiting.discard(one.source)
                    case _:
                        pass
                if not waiting:
                    return

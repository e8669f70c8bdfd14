"""The demo comes in by the sync's own workers, and what is wrong with it is found, nothing else."""

import asyncio
import datetime as dt
import io
import time
from contextlib import aclosing
from pathlib import Path

from qm_tui.brokers.demo.planted import BREAKS, UNTOLD_SALE
from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.cli.environment import Environment
from qm_tui.cli.monitor import _Opened
from qm_tui.config import Config
from qm_tui.domain.events import Reconciled, SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.live import LiveChange
from qm_tui.queries.discrepancies import discrepancies
from qm_tui.queries.positions import positions
from qm_tui.queries.syncs import runs
from qm_tui.sync.fleet import Syncs

_BEGAN = time.monotonic()
NOW = dt.datetime(2026, 3, 11, 14, 30, tzinfo=dt.UTC)


def clock() -> dt.datetime:
    return NOW + dt.timedelta(seconds=time.monotonic() - _BEGAN)


def a_demo(path: Path) -> _Opened:
    config = Config(path=path / "config.toml", exists=False, store=path / "demo.db")
    here = Environment(
        config=config,
        store_path=config.store,
        now=clock,
        out=io.StringIO(),
        err=io.StringIO(),
    )
    return _Opened(here, demo=True, settings=DemoSettings(late=0.1))


async def everything(syncs: Syncs) -> bool:
    """Wait until all is there, derived and compared; tell whether prices moved meanwhile."""
    coming, moved = {"ib", "tasty"}, False
    async with asyncio.timeout(60), aclosing(syncs.news()) as news:
        async for one in news:
            match one:
                case SyncFinished():
                    assert not one.incomplete
                    coming.discard(one.source)
                case LiveChange():
                    moved = moved or bool(one.instruments)
                case Reconciled() if not coming:
                    return moved
                case _:
                    pass
    return moved


async def test_the_demo_is_synced_derived_and_compared(tmp_path: Path) -> None:
    opened = a_demo(tmp_path)
    reader = await opened.reader()
    assert len(await positions(reader)) >= 40

    syncs = await opened.syncs()
    assert await everything(syncs), "no price moved"

    found = await discrepancies(reader)
    told = [one for one in found if one.severity != "dust"]
    causes = [(one.account, one.symbol or "", str(one.cause)) for one in told]
    assert sorted(causes) == sorted((one.account, one.symbol or "", one.cause) for one in BREAKS)
    # What cash lacks is named by what it was paid for.
    [missing] = [one for one in told if one.account == "U7000001" and one.verdict == "cash"]
    assert UNTOLD_SALE in missing.explanation
    assert [health.state for health in syncs.health()] == [LinkState.LIVE] * 2
    assert {run.connection for run in await runs(reader)} == {"ib", "tasty"}
    await opened.close()

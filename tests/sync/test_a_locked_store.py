"""What is said while another program writes to the store and this one has to wait."""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from sqlite3 import connect

import pytest

from qm_tui.domain.events import DerivingFailed
from qm_tui.domain.health import LinkState
from qm_tui.store.store import Store
from qm_tui.sync.courses import SyncUnderWay
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.words import NOT_DERIVED, WAITS_FOR_STORE
from qm_tui.ui.format import Format
from qm_tui.ui.link_words import doing
from tests.conftest import NOW
from tests.sync.scripted import QUICK, Broker, Scene, a_program
from tests.sync.test_interruptions import PULL


async def test_who_waits_for_the_store_before_anything_else_says_so(store: Store) -> None:
    broker = Broker(Scene(pulls=[PULL]))
    with closing(connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with a_program(
            store, broker.link(), intervals=replace(QUICK, store_within=0.01)
        ) as program:
            health = await program.state(LinkState.CONNECTING)
            assert health.says == WAITS_FOR_STORE
            other.execute("ROLLBACK")
            health = await program.state(LinkState.LIVE)
            assert WAITS_FOR_STORE not in health.says


@pytest.mark.parametrize(
    ("seconds", "run", "said"),
    [
        (1, None, "begins"),
        (5, None, "waits for the store, another program writes to it"),
        (5, 7, "begins"),
    ],
)
def test_a_sync_without_a_number_waits_for_the_store(
    seconds: int, run: int | None, said: str
) -> None:
    sync = SyncUnderWay(connection="ib", run=run, started_at=NOW, sections={})
    now = NOW + dt.timedelta(seconds=seconds)
    assert doing(sync, now, Format(zone=dt.UTC)) == said


async def test_a_mistake_while_deriving_is_told_and_not_only_written_down(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Deriver) -> bool:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(Deriver, "is_due", broken)
    async with a_program(store, Broker(Scene(pulls=[PULL])).link()) as program:
        await program.until(lambda: program.all(DerivingFailed), "it was told")
        assert program.all(DerivingFailed)[0].reason == NOT_DERIVED

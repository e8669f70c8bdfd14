"""The monitor's syncs: begun when asked for, of what is configured, and ended with it."""

import asyncio
import io
from contextlib import aclosing
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.cli.environment import Environment
from qm_tui.cli.monitor import _Opened
from qm_tui.config import Config, ConnectionSettings
from qm_tui.credentials import Vault
from qm_tui.domain.health import Health, LinkState
from qm_tui.queries.links import links
from qm_tui.queries.positions import positions
from qm_tui.sync.fleet import Syncs
from tests.conftest import NOW
from tests.simulators.tws import TwsDouble


def a_connection(name: str, broker: str, **options: object) -> ConnectionSettings:
    return ConnectionSettings(
        name=name, broker=broker, options=options, timezone=ZoneInfo("America/New_York")
    )


def a_run(path: Path, *connections: ConnectionSettings) -> _Opened:
    config = Config(
        path=path / "config.toml", exists=True, store=path / "s.db", connections=connections
    )
    here = Environment(
        config=config,
        store_path=config.store,
        now=lambda: NOW,
        out=io.StringIO(),
        err=io.StringIO(),
        vault=Vault({}, patience=1),
    )
    return _Opened(here, demo=False)


async def until(syncs: Syncs, connection: str, state: LinkState) -> Health:
    """Wait until a connection is in a state."""

    def now() -> Health | None:
        each = (health for health in syncs.health() if health.connection == connection)
        return next((health for health in each if health.state is state), None)

    async with asyncio.timeout(60), aclosing(syncs.news()) as news:
        while (found := now()) is None:
            await anext(news)
    return found


async def test_nothing_is_asked_of_a_broker_before_the_first_rows(tmp_path: Path) -> None:
    async with TwsDouble() as tws:
        opened = a_run(tmp_path, a_connection("ib", "ibkr", port=tws.port, market_data=False))
        await opened.reader()
        assert tws.sessions_begun == 0

        syncs = await opened.syncs()
        await until(syncs, "ib", LinkState.LIVE)

        reader = await opened.reader()
        assert len(await positions(reader)) == len(list(tws.book.held()))
        assert await opened.syncs() is syncs
        await opened.close()
        assert tws.orders_seen == []
        await tws.until(lambda: not tws.sessions)


async def test_when_the_monitor_ends_its_connections_are_free_again(tmp_path: Path) -> None:
    async with TwsDouble() as tws:
        opened = a_run(tmp_path, a_connection("ib", "ibkr", port=tws.port, market_data=False))
        await until(await opened.syncs(), "ib", LinkState.LIVE)
        (held,) = await links(await opened.reader())
        await opened.close()

        again = a_run(tmp_path)
        (free,) = await links(await again.reader())
        await again.close()

    assert held.lease is not None
    assert held.lease.endswith(" monitor")
    assert free.lease is None


async def test_what_cannot_be_connected_is_refused_with_words(tmp_path: Path) -> None:
    opened = a_run(
        tmp_path,
        a_connection("tasty", "tastytrade"),
        a_connection("ib-flex", "ibkr-flex"),
        a_connection("ib-flex-2", "ibkr-flex", query_id="1", base_url="http://127.0.0.1:9/x"),
    )
    syncs = await opened.syncs()

    said = [
        (await until(syncs, name, LinkState.REFUSED)).says
        for name in ("tasty", "ib-flex", "ib-flex-2")
    ]

    await opened.close()
    assert "There is no client secret for tasty" in said[0]
    assert "has no query_id in the configuration" in said[1]
    assert "There is no token for ib-flex-2" in said[2]

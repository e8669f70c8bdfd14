"""The monitor derives what an earlier run left, behind its first rows; and what it decides."""

import asyncio
import datetime as dt
import io
from pathlib import Path

from qm_tui.cli.environment import Environment
from qm_tui.cli.monitor import _Opened
from qm_tui.config import Config
from qm_tui.domain.booking.words import LotMethod
from qm_tui.store.store import Store
from tests.book.following import following, marks
from tests.builders import a_batch, a_trade, an_equity
from tests.conftest import NOW
from tests.store.stores import tell, told

AAPL = an_equity("AAPL", conid="1")


def a_run_on(path: Path) -> _Opened:
    config = Config(path=path.with_name("config.toml"), exists=False, store=path)
    here = Environment(
        config=config, store_path=path, now=lambda: NOW, out=io.StringIO(), err=io.StringIO()
    )
    return _Opened(here, demo=False)


async def test_the_monitor_derives_what_waits(store: Store) -> None:
    await tell(store, told(a_batch(a_trade(instrument=AAPL))))
    opened = a_run_on(store.path)

    reader = await opened.reader()
    assert opened._settling is not None
    await asyncio.wait([opened._settling])

    assert await marks(reader) == 0
    assert len((await following(reader))["tax_lots"]) == 1
    await opened.close()


async def test_the_monitor_opens_nothing_for_writing_where_nothing_waits(store: Store) -> None:
    opened = a_run_on(store.path)

    await opened.reader()
    assert opened._settling is not None
    await asyncio.wait([opened._settling])

    assert opened._parts is None
    await opened.close()


async def test_a_method_that_is_chosen_in_the_monitor_holds_when_it_answers(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(
                a_trade(instrument=AAPL, trade_date="2023-01-02", price=10),
                a_trade(instrument=AAPL, trade_date="2023-02-02", price=30),
                a_trade(instrument=AAPL, trade_date="2024-06-03", price=20, quantity=-100),
            )
        ),
    )
    opened = a_run_on(store.path)
    desk = await opened.methods()

    await desk.choose_method("U1234567", LotMethod.HIFO, dt.date(2024, 1, 1), None)
    [gain] = (await following(store.reader))["realized_gains"]
    assert gain["method"] == "hifo"

    [chosen] = await desk.chosen_methods("U1234567")
    await desk.undo_method(chosen.id)
    [gain] = (await following(store.reader))["realized_gains"]
    assert gain["method"] == "fifo"
    await opened.close()

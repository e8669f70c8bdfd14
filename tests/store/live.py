"""What live connections say, and what is on record of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from qm_tui.domain.batches import Authority
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import AccountNotice, Greeks, InstrumentInfo, Quote
from qm_tui.store.reader import Reader
from qm_tui.store.reading.holdings import current_positions
from qm_tui.store.runs import Source
from qm_tui.store.schema.sync import sync_runs, sync_sections
from tests.builders import ACCOUNT, MOMENT, an_equity, an_option

LIVE = Source(
    connection="ib", broker="ibkr", kind="sync", live=True, authority=Authority.PROVISIONAL
)
BETWEEN = Source(connection="ib", broker="ibkr", kind="live", live=True)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def passes(self, **time: float) -> dt.datetime:
        """Let time pass; return the time it is then."""
        self.now += dt.timedelta(**time)
        return self.now


def a_quote(instrument: Instrument | None = None, **fields: Any) -> Quote:
    return Quote(account="", instrument=instrument or an_equity(), **{"as_of": MOMENT, **fields})


def some_greeks(instrument: Instrument | None = None, **fields: Any) -> Greeks:
    given = {"as_of": MOMENT, "source": "ibkr", **fields}
    return Greeks(account="", instrument=instrument or an_option(), **given)


def a_notice(message: str = "Only closing orders.", **fields: Any) -> AccountNotice:
    given = {"account": ACCOUNT, "kind": "restriction", "noticed_at": MOMENT, **fields}
    return AccountNotice(message=message, **given)


def details_of(instrument: Instrument) -> InstrumentInfo:
    return InstrumentInfo(account="", instrument=instrument)


async def recorded(reader: Reader, *names: str) -> list[Any]:
    """Columns of all runs, the first run first."""
    return await _columns(reader, sync_runs, names)


async def sections(reader: Reader, *names: str) -> list[Any]:
    """Columns of all sections of all runs, in their order."""
    return await _columns(reader, sync_sections, names)


async def _columns(reader: Reader, table: Any, names: Sequence[str]) -> list[Any]:
    def look(connection: Connection) -> list[Any]:
        rows = connection.execute(select(*(table.c[name] for name in names)).order_by(table.c.id))
        return [row[0] if len(names) == 1 else tuple(row) for row in rows]

    return await reader.read(look)


async def held(reader: Reader) -> dict[str, tuple[int, bool]]:
    """What is held: symbol → (quantity, whether it is stale)."""
    rows = await reader.read(current_positions, dict[str, Any])
    return {row["symbol"]: (int(row["quantity"]), row["stale"]) for row in rows}

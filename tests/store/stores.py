"""Many stores from one empty one, what sources say to them, and all that is in them then."""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from qm_tui.domain.batches import Authority, Batch
from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import every_account
from qm_tui.store.reading.holdings import current_balances, current_broker_lots, current_positions
from qm_tui.store.runs import Source
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import FACT_TABLES, fact_versions
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.market import fx_rates
from qm_tui.store.store import Store, open_store
from tests.builders import a_document
from tests.conftest import NOW
from tests.store.laid import lay

T1, T2, T3 = (dt.datetime(2024, 4, day, 4, tzinfo=dt.UTC) for day in (1, 2, 3))
"""Times at which sources were made."""

Rows = list[dict[str, Any]]
Contents = dict[str, Rows]

_OURS = {
    "id", "account_id", "instrument_id", "run_id", "changed_run_id", "document_id", "document_row",
    "content_hash", "described_at", "described", "set_id",
}  # fmt: skip
"""What depends on when and from where something came, and not on what is known."""
_numbers = count()


@dataclass(frozen=True, slots=True)
class Told:
    """What one source said in one run."""

    source: Source
    batches: tuple[Batch, ...]


def told(
    *batches: Batch,
    at: dt.datetime = T1,
    authority: Authority = Authority.FINAL,
    broker: str = "ibkr",
    connection: str = "import",
    live: bool = False,
) -> Told:
    """Something said by a document of its own, made at a time."""
    name = f"{next(_numbers)}.xml"
    document = a_document(name=name, generated_at=at, authority=authority)
    kind = "sync" if live else "import"
    source = Source(
        connection=connection, broker=broker, kind=kind, live=live, document=document
    )  # fmt: skip
    return Told(source, batches)


async def tell(store: Store, *all_told: Told) -> None:
    """Store what sources said, each in a run of its own."""
    for one in all_told:
        async with store.writer.unit(one.source) as unit:
            for batch in one.batches:
                await unit.save(batch)


def an_empty_store(folder: Path) -> Path:
    """Lay a new store into a folder."""
    return lay(folder / f"{next(_numbers)}.db")


def after(*all_told: Told) -> Contents:
    """All that is known once these sources spoke, one after the other, to a new store."""

    async def run(path: Path) -> Contents:
        store = await open_store(path, lambda: NOW)
        try:
            await tell(store, *all_told)
            return await contents(store.reader)
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(an_empty_store(Path(folder))))


async def contents(reader: Reader) -> Contents:
    """All that is known, in an order of its own, without the numbers of rows and runs."""
    return await reader.read(_contents)


def _contents(connection: Connection) -> Contents:
    numbers = {row.id: row.number for row in connection.execute(select(accounts))}
    shown = _shown(connection)
    found: Contents = {}
    keys: dict[tuple[str, int], tuple[str, str]] = {}
    for name, table in FACT_TABLES.items():
        rows = connection.execute(select(table)).mappings().all()
        keys |= {(name, row["id"]): (numbers[row["account_id"]], row["key"]) for row in rows}
        found[name] = _sorted(_named(row, numbers, shown) for row in rows)
    found["versions"] = _sorted(
        {
            "of": (row["fact_table"], *keys[row["fact_table"], row["fact_id"]]),
            "authority": row["authority"],
            "source_at": row["source_at"],
            **{name: value for name, value in row["content"].items() if name not in _OURS},
        }
        for row in connection.execute(select(fact_versions)).mappings()
    )
    found["accounts"] = _sorted(_known(row._mapping) for row in every_account(connection))
    found["rates"] = _sorted(_known(row) for row in connection.execute(select(fx_rates)).mappings())
    found["positions"] = _sorted(
        _known(row) for row in current_positions(connection, dict[str, Any])
    )
    found["lots"] = _sorted(_known(row) for row in current_broker_lots(connection, dict[str, Any]))
    found["balances"] = _sorted(_known(row._mapping) for row in current_balances(connection))
    return found


def _shown(connection: Connection) -> dict[int, dict[str, Any]]:
    """Return by number what stands for an instrument, as it is described."""
    rows = {row["id"]: row for row in connection.execute(select(instruments)).mappings()}
    return {
        number: {
            f"instrument_{name}": value
            for name, value in rows[row["same_as_id"] or number].items()
            if name not in _OURS | {"same_as_id"}
        }
        for number, row in rows.items()
    }


def _named(
    row: RowMapping, numbers: dict[int, str], shown: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    instrument = row.get("instrument_id")
    return {
        **_known(row),
        "account": numbers[row["account_id"]],
        **(shown[instrument] if instrument is not None else {}),
    }


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name not in _OURS}


def _sorted(rows: Iterable[dict[str, Any]]) -> Rows:
    return sorted(rows, key=lambda row: repr(sorted(row.items())))


def values(rows: Rows, *names: str) -> list[Any]:
    """One column, or several, of rows."""
    if len(names) == 1:
        return [row[names[0]] for row in rows]
    return [tuple(row[name] for name in names) for row in rows]


def booked(found: Contents) -> Rows:
    """The trades that count."""
    return [row for row in found["trades"] if row["state"] == "booked"]


def differences(one: Contents, other: Contents) -> Sequence[str]:
    """What two stores do not agree on, row by row."""
    lines = []
    for name in one:
        lines += [f"{name} only in one: {row}" for row in one[name] if row not in other[name]]
        lines += [f"{name} only in other: {row}" for row in other[name] if row not in one[name]]
        if len(one[name]) != len(other[name]):
            lines.append(f"{name}: {len(one[name])} rows and {len(other[name])}")
    return lines

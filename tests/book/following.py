"""What follows from the facts of a store, without the numbers of its rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from qm_tui.book.deriving import Outcome, Rebuilt, derive_waiting, rebuild
from qm_tui.store.reader import Reader
from qm_tui.store.reading.waiting import waiting
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import FACT_TABLES
from qm_tui.store.schema.booking import booking_group_members, booking_groups
from qm_tui.store.schema.derived import DERIVED_TABLES
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.store import Store
from tests.conftest import NOW
from tests.store.stores import Contents

_SOURCES = {
    "fact_id": "fact_table", "opening_id": "opening_table", "closing_id": "closing_table",
}  # fmt: skip


async def derived(store: Store) -> Outcome:
    """Derive what waits."""
    return await derive_waiting(store.reader, store.writer, lambda: NOW)


async def rebuilt(store: Store) -> Rebuilt:
    """Derive everything again."""
    return await rebuild(store.reader, store.writer, lambda: NOW)


async def marks(reader: Reader) -> int:
    """How many marks wait."""
    return await reader.read(waiting)


async def following(reader: Reader) -> Contents:
    """All derived rows, in the order of their own numbers."""
    return await reader.read(_following)


def _following(connection: Connection) -> Contents:
    numbers = {row.id: row.number for row in connection.execute(select(accounts))}
    named = {
        row.id: (row.instrument_type, row.symbol, row.conid)
        for row in connection.execute(select(instruments))
    }
    keys = {
        (name, row.id): (numbers[row.account_id], row.key)
        for name, table in FACT_TABLES.items()
        for row in connection.execute(select(table.c.id, table.c.account_id, table.c.key))
    }

    def told(row: Any) -> dict[str, Any]:
        values = {name: value for name, value in row.items() if name not in {"id", "group_id"}}
        values["account_id"] = numbers.get(values.get("account_id"))
        values["instrument_id"] = named.get(values.get("instrument_id"))
        for name, table in _SOURCES.items():
            if values.get(name) is not None:
                values[name] = keys.get((values[table], values[name]), values[table])
        return values

    return {
        name: sorted(
            (told(row) for row in connection.execute(select(table)).mappings()),
            key=lambda row: repr(sorted(row.items())),
        )
        for name, table in DERIVED_TABLES.items()
    }


async def groups(reader: Reader) -> list[tuple[str, tuple[str, ...]]]:
    """The booking groups there are: taxpayer and the symbols of the members."""
    return await reader.read(_groups)


def _groups(connection: Connection) -> list[tuple[str, tuple[str, ...]]]:
    g, m, i = booking_groups.c, booking_group_members.c, instruments.c
    rows = connection.execute(
        select(g.taxpayer, g.id, i.symbol)
        .join_from(booking_groups, booking_group_members, m.group_id == g.id)
        .join(instruments, i.id == m.instrument_id)
    )
    found: dict[tuple[str, int], set[str]] = {}
    for taxpayer, group_id, symbol in rows:
        found.setdefault((taxpayer, group_id), set()).add(symbol)
    return sorted((taxpayer, tuple(sorted(names))) for (taxpayer, _), names in found.items())


def quantities(found: Contents) -> Sequence[str]:
    """The open quantities, one of each view."""
    return sorted(f"{row['instrument_id'][1]} {row['quantity']}" for row in found["tax_lots"])

"""The facts of booking groups as plain rows: texts as they are stored, nothing converted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from qm_tui.domain.booking.plain import KINDS, Row
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.reported import SETTLEMENTS

Rows = dict[str, list[Row]]
"""Table → rows."""

_STORED = {"account": "account_id", "security": "instrument_id"}


def _standing(table: str) -> str:
    """Ask that a fact neither takes back another nor is taken back: by one that stands itself."""
    return f"""AND reverses IS NULL AND NOT EXISTS (
        SELECT 1 FROM "{table}" AS later
        WHERE later.account_id = "{table}".account_id AND later.reverses = "{table}".key
        AND NOT EXISTS (
            SELECT 1 FROM "{table}" AS last
            WHERE last.account_id = later.account_id AND last.reverses = later.key
        )
    )"""  # noqa: S608 - our own names


_WHERE = {
    "trades": "AND state = 'booked'",
    "cash_transactions": _standing("cash_transactions"),
    # Without a quantity it moved cash.
    "transfers": f"AND quantity IS NOT NULL {_standing('transfers')}",
    "corporate_actions": _standing("corporate_actions"),
    "option_events": _standing("option_events"),
    # All other lines tell again what is booked from elsewhere.
    "statement_lines": f"AND amount IS NOT NULL AND date IS NOT NULL AND {SETTLEMENTS}",
}
_COLUMNS = {
    table: tuple(_STORED.get(name, name) for name in kind._fields) for table, kind in KINDS.items()
}
_KEYED = frozenset(table for table, columns in _COLUMNS.items() if columns[1] == "key")
_ID, _KEY = 0, 1


@dataclass(slots=True)
class FactRows:
    """Reads the rows of some instruments, and hands each to the group of its instrument."""

    connection: Connection
    numbers: Mapping[int, str]
    """Account → its number: of the accounts whose rows count."""
    root_of: Mapping[int, int]
    """Instrument → the root of its group: of the instruments whose rows count."""
    found: dict[int, Rows] = field(default_factory=dict)
    """Root → rows."""
    tables: Sequence[str] = tuple(KINDS)
    """Which are read; of less than all, only rows that name an instrument."""

    def read(self) -> dict[int, Rows]:
        """Read all rows, in an order that does not depend on when they were stored."""
        for root in set(self.root_of.values()):
            self.found[root] = {table: [] for table in self.tables}
        for table in self.tables:
            self._read_named(table)
        if len(self.tables) == len(KINDS):
            self._read_unnamed()
        numbers = self.numbers
        for rows in self.found.values():
            for table in _KEYED.intersection(self.tables):
                place = column(table, "account_id")
                rows[table].sort(key=lambda row: (row[_KEY], numbers[row[place]]))
        return self.found

    def _read_named(self, table: str) -> None:
        account, instrument = column(table, "account_id"), column(table, "instrument_id")
        found, root_of, numbers = self.found, self.root_of, self.numbers
        for part in parts(root_of):
            marks = ", ".join("?" * len(part))
            for row in self._rows(table, f"instrument_id IN ({marks})", part):
                if row[account] in numbers:
                    found[root_of[row[instrument]]][table].append(row)

    def _rows(self, table: str, where: str, values: Sequence[Any]) -> list[Row]:
        columns = ", ".join(f'"{name}"' for name in _COLUMNS[table])
        order = "" if table in _KEYED else "ORDER BY key"
        return plain_rows(
            self.connection,
            f'SELECT {columns} FROM "{table}" '  # noqa: S608 - our own names
            f"WHERE {where} {_WHERE.get(table, '')} {order}",
            values,
        )

    def _read_unnamed(self) -> None:
        """Read what names no instrument, and belongs to a fact that does."""
        accounts: Sequence[Any] = sorted(self.numbers)
        marks = ", ".join("?" * len(accounts))
        beside = f"instrument_id IS NULL AND account_id IN ({marks})"
        self._hand_over(
            "cash_transactions",
            self._rows("cash_transactions", f"{beside} AND broker_trade_id IS NOT NULL", accounts),
            "broker_trade_id",
            lambda: self._places("trades", "broker_trade_id"),
        )
        for table, name, other, named in (
            ("transfer_lots", "transfer_key", "transfers", "key"),
            ("corporate_actions", "action_id", "corporate_actions", "action_id"),
        ):
            places = self._places(other, named)
            for names in parts({text for _, text in places}):
                inside = ", ".join("?" * len(names))
                where = f'{beside} AND "{name}" IN ({inside})'
                unnamed = self._rows(table, where, (*accounts, *names))
                self._hand_over(table, unnamed, name, lambda places=places: places)  # type: ignore[misc]

    def _places(self, table: str, name: str) -> dict[tuple[int, str], int]:
        """Return (account, id) → root of the facts that have such an id."""
        account, named = column(table, "account_id"), column(table, name)
        return {
            (row[account], row[named]): root
            for root, rows in self.found.items()
            for row in rows[table]
            if row[named] is not None
        }

    def _hand_over(
        self,
        table: str,
        rows: Iterable[Row],
        name: str,
        places: Callable[[], Mapping[tuple[int, str], int]],
    ) -> None:
        unnamed = list(rows)
        if not unnamed:
            return
        account, named = column(table, "account_id"), column(table, name)
        known = places()
        for row in unnamed:
            root = known.get((row[account], row[named]))
            if root is not None:
                self.found[root][table].append(row)


def counted(table: str) -> str:
    """Return the end of a WHERE clause that leaves only the rows that count."""
    return _WHERE.get(table, "")


def column(table: str, name: str) -> int:
    """Return the place of a column in a table's plain rows."""
    return _COLUMNS[table].index(name)


def plain_rows(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[Row]:
    """Run a statement through the driver: rows come as they are stored."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, tuple(values))
        rows: list[Row] = list(cursor.fetchall())
    finally:
        cursor.close()
    return rows


def counts(connection: Connection, instruments: Iterable[int]) -> dict[int, int]:
    """Return roughly how many facts instruments have: their trades."""
    found: dict[int, int] = defaultdict(int)
    for part in parts(instruments):
        marks = ", ".join("?" * len(part))
        found.update(
            plain_rows(
                connection,
                "SELECT instrument_id, count(*) FROM trades "  # noqa: S608 - no names of others
                f"WHERE instrument_id IN ({marks}) GROUP BY instrument_id",
                part,
            )
        )
    return found

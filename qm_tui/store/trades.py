"""Fills: known by any of the broker's ids, cancelled by a later row, stood for by their order."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Row, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from qm_tui.domain.records import Trade
from qm_tui.store.facts import FactTable
from qm_tui.store.incoming import Existing, Incoming
from qm_tui.store.schema.activity import trades
from qm_tui.store.texts import canonical

_ALIASES = ("broker_transaction_id", "broker_execution_id", "broker_trade_id")
_AGREE = ("kind", "instrument_id", "quantity", "price")
_NEAR = dt.timedelta(days=7)
"""Sources may date one fill differently: by its time, by the day it was booked."""
_WITHOUT_BOOKING_ID = text("trades.broker_transaction_id IS NULL")
"""Written out, so that the index of such rows can be used."""


class TradeTable(FactTable):
    """Saves fills. Two rows are one fill when an id they share says so and they agree."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(trades, Trade, dialect)
        self._read_time = trades.c.ordered_at.type.dialect_impl(dialect).result_processor(
            dialect, None
        )
        self._columns = {
            name: self.columns.index(name) for name in (*_ALIASES, *_AGREE, "ordered_at")
        }

    @override
    async def find(
        self, connection: AsyncConnection, pending: Mapping[tuple[int, str], Incoming]
    ) -> dict[tuple[int, str], Existing]:
        found = await super().find(connection, pending)
        taken = {existing.id for existing in found.values()}
        for account_id in {account_id for account_id, _ in pending}:
            unknown = [
                row
                for place, row in pending.items()
                if place not in found and place[0] == account_id
            ]
            candidates = await self._candidates(connection, account_id, unknown)
            for alias in ("broker_execution_id", "broker_trade_id"):
                by_alias: dict[Any, list[Row[Any]]] = defaultdict(list)
                for candidate in candidates:
                    by_alias[candidate._mapping[alias]].append(candidate)
                for row in unknown:
                    place = (account_id, row.key)
                    value = self._value(row, alias)
                    if place in found or value is None:
                        continue
                    for candidate in by_alias[value]:
                        if candidate.id not in taken and self._is_same(row, candidate, alias):
                            taken.add(candidate.id)
                            found[place] = _existing(candidate)
                            break
        return found

    def _value(self, row: Incoming, name: str) -> Any:
        return row.values[self._columns[name]]

    async def _candidates(
        self, connection: AsyncConnection, account_id: int, rows: Sequence[Incoming]
    ) -> list[Row[Any]]:
        """Return stored fills that could be one of the rows under another id.

        A row with a booking id can only be one that is stored without; one without can be any.
        """
        booked = [row for row in rows if self._value(row, "broker_transaction_id") is not None]
        others = [row for row in rows if self._value(row, "broker_transaction_id") is None]
        return [
            *await self._near(connection, account_id, booked, _WITHOUT_BOOKING_ID),
            *await self._near(connection, account_id, others, None),
        ]

    async def _near(
        self,
        connection: AsyncConnection,
        account_id: int,
        rows: Sequence[Incoming],
        condition: TextClause | None,
    ) -> list[Row[Any]]:
        if not rows:
            return []
        times = sorted(self._value(row, "ordered_at") for row in rows)
        c = trades.c
        query = (
            select(
                c.id, c.key, c.content_hash, c.authority, c.source_at, c.restated,
                *(c[name] for name in (*_ALIASES, *_AGREE)),
            )
            .where(
                c.account_id == account_id,
                c.instrument_id.in_({row.instrument_id for row in rows}),
                c.ordered_at >= self._moment(times[0]) - _NEAR,
                c.ordered_at <= self._moment(times[-1]) + _NEAR,
            )
            .order_by(c.id)
        )  # fmt: skip
        if condition is not None:
            query = query.where(condition)
        return list(await connection.execute(query))

    def _is_same(self, row: Incoming, candidate: Row[Any], alias: str) -> bool:
        if self._value(row, "kind") != candidate.kind:
            return False
        for stronger in _ALIASES[: _ALIASES.index(alias)]:
            # Both have an id that tells more: as it was not found by that one, it is another fill.
            if self._value(row, stronger) is not None and candidate._mapping[stronger] is not None:
                return False
        if alias == "broker_execution_id":
            return bool(self._value(row, "instrument_id") == candidate.instrument_id)
        # A trade id is shared by an original and its rebooked correction, so all must agree.
        return all(_stored(candidate._mapping[name]) == self._value(row, name) for name in _AGREE)

    def _moment(self, bound: Any) -> dt.datetime:
        value = self._read_time(bound) if self._read_time else bound
        assert isinstance(value, dt.datetime)
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _stored(value: Any) -> Any:
    return canonical(value) if isinstance(value, Decimal) else value


def _existing(row: Row[Any]) -> Existing:
    return Existing(
        row.id, row.content_hash, row.authority, row.source_at, bool(row.restated), row.key
    )

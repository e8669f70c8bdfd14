"""Fills: known by any of the broker's ids, cancelled by a later row, stood for by their order."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Dialect, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from qm_tui.domain.records import Record, Trade
from qm_tui.store.codec import binder_of
from qm_tui.store.columns import canonical
from qm_tui.store.facts import Existing, FactTable, Incoming
from qm_tui.store.schema.activity import trades

_ALIASES = ("broker_transaction_id", "broker_execution_id", "broker_trade_id")
_AGREE = ("kind", "instrument_id", "quantity", "price")
_NEW_YORK = ZoneInfo("America/New_York")


class TradeTable(FactTable):
    """Saves fills. Two rows are one fill when an id they share says so and they agree."""

    derived_columns = ("ordered_at",)

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(trades, Trade, dialect)
        self._bind_time = binder_of(trades.c.ordered_at, dialect)
        self._places = {name: self.columns.index(name) for name in (*_ALIASES, *_AGREE)}

    @override
    def derived(self, record: Record) -> tuple[Any, ...]:
        assert isinstance(record, Trade)
        ordered_at = record.executed_at or dt.datetime.combine(
            record.trade_date, dt.time(), tzinfo=_NEW_YORK
        )
        return (self._bind_time(ordered_at) if self._bind_time else ordered_at,)

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
            for alias in ("broker_execution_id", "broker_trade_id"):
                candidates = await self._bearing(connection, account_id, alias, unknown)
                for row in unknown:
                    if (account_id, row.key) in found:
                        continue
                    for candidate in candidates.get(self._value(row, alias), ()):
                        if candidate.id not in taken and self._is_same(row, candidate, alias):
                            taken.add(candidate.id)
                            found[account_id, row.key] = _existing(candidate)
                            break
        return found

    def _value(self, row: Incoming, name: str) -> Any:
        return row.values[self._places[name]]

    async def _bearing(
        self, connection: AsyncConnection, account_id: int, alias: str, rows: Sequence[Incoming]
    ) -> dict[Any, list[Row[Any]]]:
        ids = {value for row in rows if (value := self._value(row, alias)) is not None}
        if not ids:
            return {}
        c = trades.c
        stored = await connection.execute(
            select(
                c.id, c.key, c.content_hash, c.authority, c.source_at, c.restated,
                *(c[name] for name in (*_ALIASES, *_AGREE)),
            )
            .where(c.account_id == account_id, c[alias].in_(ids))
            .order_by(c.id)
        )  # fmt: skip
        found: dict[Any, list[Row[Any]]] = {}
        for candidate in stored:
            found.setdefault(candidate._mapping[alias], []).append(candidate)
        return found

    def _is_same(self, row: Incoming, candidate: Row[Any], alias: str) -> bool:
        if row.values[self._places["kind"]] != candidate.kind:
            return False
        for stronger in _ALIASES[: _ALIASES.index(alias)]:
            # Both have an id that tells more: as it was not found by that one, it is another fill.
            if self._value(row, stronger) is not None and candidate._mapping[stronger] is not None:
                return False
        if alias == "broker_execution_id":
            return bool(self._value(row, "instrument_id") == candidate.instrument_id)
        # A trade id is shared by an original and its rebooked correction, so all must agree.
        return all(_stored(candidate._mapping[name]) == self._value(row, name) for name in _AGREE)


def _stored(value: Any) -> Any:
    return canonical(value) if isinstance(value, Decimal) else value


def _existing(row: Row[Any]) -> Existing:
    return Existing(
        row.id, row.content_hash, row.authority, row.source_at, bool(row.restated), row.key
    )

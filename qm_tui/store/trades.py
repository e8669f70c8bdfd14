"""Fills: known by any of the broker's ids, cancelled by a later row, stood for by their order."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Row, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from qm_tui.domain.exact import canonical
from qm_tui.domain.records import Trade
from qm_tui.store.facts import FactTable
from qm_tui.store.incoming import Existing, Incoming, Origin, Outcome, execution
from qm_tui.store.schema.activity import fact_versions, trades

_ALIASES = ("broker_transaction_id", "broker_execution_id", "broker_trade_id")
_AGREE = ("kind", "quantity", "price")
_Content = tuple[Any, ...]
_NEAR = dt.timedelta(days=7)
"""Sources may date one fill differently: by its time, by the day it was booked."""
_WITHOUT_BOOKING_ID = text("trades.broker_transaction_id IS NULL")
"""Written out, so that the index of such rows can be used."""


class TradeTable(FactTable):
    """Saves fills. Two rows are one fill when an id they share says so and they agree."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(trades, Trade, dialect)
        self.alike: Callable[[int], set[int]] = lambda instrument_id: {instrument_id}
        """Which instruments one is or could be: sources name it by its contract or its ticker."""
        self._read_time = trades.c.ordered_at.type.dialect_impl(dialect).result_processor(
            dialect, None
        )
        self._columns = {
            name: self.columns.index(name) for name in (*_ALIASES, *_AGREE, "ordered_at")
        }

    @override
    async def save(
        self, connection: AsyncConnection, rows: Iterable[Incoming], origin: Origin
    ) -> Outcome:
        """Save rows; of versions of one execution in one batch, one after the other."""
        outcome = Outcome()
        left = list(rows)
        while left:
            left, now = self._apart(left)
            done = await super().save(connection, now, origin)
            outcome.counts += done.counts
            outcome.touched |= done.touched
        return outcome

    def _apart(self, rows: Iterable[Incoming]) -> tuple[list[Incoming], list[Incoming]]:
        """Return the rows that may be one fill with a former row, and the others."""
        keys: dict[tuple[int, str], str] = {}
        unbooked: set[tuple[int, str]] = set()
        later, now = [], []
        for row in rows:
            written = self._value(row, "broker_execution_id")
            if written is None:
                now.append(row)
                continue
            place = (row.account_id, execution(written)[0])
            booked = self._value(row, "broker_transaction_id") is not None
            known = keys.setdefault(place, row.key)
            if known != row.key and (place in unbooked or not booked):
                later.append(row)
                continue
            now.append(row)
            if not booked:
                unbooked.add(place)
        return later, now

    @override
    async def find(
        self, connection: AsyncConnection, pending: Mapping[tuple[int, str], Incoming]
    ) -> dict[tuple[int, str], Existing]:
        found = await super().find(connection, pending)
        taken = {existing.id for existing in found.values()}
        for account_id in {account_id for account_id, _ in pending}:
            rows = {place: row for place, row in pending.items() if place[0] == account_id}
            unknown = {
                place: row
                for place, row in rows.items()
                if place not in found and self._is_recognizable(row)
            }
            candidates = await self._candidates(connection, account_id, list(unknown.values()))
            said = await _said_of(connection, candidates)
            for place, candidate in self._matches(unknown, candidates, said, taken):
                found[place] = _existing(candidate)
            # A row that names several ids can show that two rows are one, told under either.
            telling = {
                place: row
                for place, row in rows.items()
                if place in found and self._names_several(row)
            }
            candidates = await self._near(
                connection, account_id, list(telling.values()), _WITHOUT_BOOKING_ID
            )
            said = await _said_of(connection, candidates)
            for place, candidate in self._matches(telling, candidates, said, taken):
                found[place].others.append(_existing(candidate))
        return found

    def _matches(
        self,
        rows: Mapping[tuple[int, str], Incoming],
        candidates: Sequence[Row[Any]],
        said: Mapping[int, set[_Content]],
        taken: set[int],
    ) -> Iterable[tuple[tuple[int, str], Row[Any]]]:
        """Yield which stored fill each row is, one at most, and take it."""
        matched: set[tuple[int, str]] = set()
        for alias, written in _WAYS:
            by_alias: dict[Any, list[Row[Any]]] = defaultdict(list)
            for candidate in candidates:
                by_alias[written(candidate._mapping[alias])].append(candidate)
            for place, row in rows.items():
                value = written(self._value(row, alias))
                if place in matched or value is None:
                    continue
                for candidate in by_alias[value]:
                    if candidate.id not in taken and self._is_same(row, candidate, alias, said):
                        taken.add(candidate.id)
                        matched.add(place)
                        yield place, candidate
                        break

    def _is_recognizable(self, row: Incoming) -> bool:
        return any(self._value(row, alias) is not None for alias in _ALIASES[1:])

    def _names_several(self, row: Incoming) -> bool:
        return sum(self._value(row, alias) is not None for alias in _ALIASES) > 1

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
                c.instrument_id, *(c[name] for name in (*_ALIASES, *_AGREE)),
            )
            .where(
                c.account_id == account_id,
                c.instrument_id.in_(self._alike(rows)),
                c.ordered_at >= self._moment(times[0]) - _NEAR,
                c.ordered_at <= self._moment(times[-1]) + _NEAR,
            )
            .order_by(c.id)
        )  # fmt: skip
        if condition is not None:
            query = query.where(condition)
        return list(await connection.execute(query))

    def _alike(self, rows: Sequence[Incoming]) -> set[int]:
        named = {row.instrument_id for row in rows if row.instrument_id is not None}
        return set().union(*(self.alike(instrument_id) for instrument_id in named))

    def _is_same(
        self,
        row: Incoming,
        candidate: Row[Any],
        alias: str,
        said: Mapping[int, set[_Content]],
    ) -> bool:
        if self._value(row, "kind") != candidate.kind:
            return False
        if row.instrument_id is None or candidate.instrument_id not in self.alike(
            row.instrument_id
        ):
            return False
        if _told_apart(row, candidate, self._value(row, "broker_execution_id")):
            return False
        for stronger in _ALIASES[: _ALIASES.index(alias)]:
            # Both have an id that tells more: as it was not found by that one, it is another fill.
            if self._value(row, stronger) is not None and candidate._mapping[stronger] is not None:
                return False
        if alias == "broker_execution_id":
            return True
        # A trade id is shared by an original and its rebooked correction, so all must agree.
        return tuple(self._value(row, name) for name in _AGREE) in said[candidate.id]

    def _moment(self, bound: Any) -> dt.datetime:
        value = self._read_time(bound) if self._read_time else bound
        assert isinstance(value, dt.datetime)
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _told_apart(row: Incoming, candidate: Row[Any], execution_id: str | None) -> bool:
    """Tell whether their reader found two fills of one statement under the same id.

    It numbers what repeats, so keys made of the same id that differ are meant to. Two executions
    of one order's fill whose ids differ are another matter: the later corrects the earlier.
    """
    prefix = row.key[:3]
    if prefix not in {"EX:", "TR:"} or not candidate.key.startswith(prefix):
        return False
    if row.key == candidate.key:
        return False
    if prefix == "TR:":
        return True
    # A correction that was taken in keeps the key of what it corrects: told again, it is no other.
    return f"{candidate.key}:".startswith(f"EX:{execution_id}:")


def _as_is(value: str | None) -> str | None:
    return value


def _stem(value: str | None) -> str | None:
    return execution(value)[0] if value is not None else None


_WAYS: tuple[tuple[str, Callable[[str | None], str | None]], ...] = (
    ("broker_execution_id", _as_is),
    # The last digits count corrections, and a correction is another word on the same fill.
    ("broker_execution_id", _stem),
    ("broker_trade_id", _as_is),
)
"""How fills are recognized without a booking id, the surest way first."""


async def _said_of(
    connection: AsyncConnection, candidates: Sequence[Row[Any]]
) -> dict[int, set[_Content]]:
    """Return what was ever said of fills, as far as it tells them apart."""
    said = {
        candidate.id: {tuple(_stored(candidate._mapping[name]) for name in _AGREE)}
        for candidate in candidates
    }
    restated = [candidate.id for candidate in candidates if candidate.restated]
    c = fact_versions.c
    for start in range(0, len(restated), 500):
        versions = await connection.execute(
            select(c.fact_id, c.content).where(
                c.fact_table == trades.name, c.fact_id.in_(restated[start : start + 500])
            )
        )
        for fact_id, content in versions:
            said[fact_id].add(tuple(content.get(name) for name in _AGREE))
    return said


def _stored(value: Any) -> Any:
    return canonical(value) if isinstance(value, Decimal) else value


def _existing(row: Row[Any]) -> Existing:
    return Existing(
        row.id, row.content_hash, row.authority, row.source_at, bool(row.restated), row.key
    )

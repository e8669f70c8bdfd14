"""What becomes of discrepancies, written down some at a time, so that keys are answered between."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from qm_tui.domain.exact import canonical
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.words import DiscrepancyStatus
from qm_tui.store.columns import written
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.discrepancies import discrepancies, discrepancy_events

_Status = DiscrepancyStatus
_OPEN, _CLOSED = _Status.OPEN.value, _Status.CLOSED.value
_SETTLED = frozenset({_Status.ACCEPTED.value, _Status.AUTO_CORRECTED.value})
"""What somebody has settled is so as long as the numbers are the same."""
_NUMBERS = ("expected", "actual", "difference")
_TOLD = (*_NUMBERS, "severity", "cause", "status")
"""What an event remembers of how it was before and after."""
_PASSING = ("changed", "closed", "reopened")
"""Events that may come with every sync."""
_KEPT_WHOLE = dt.timedelta(days=1)
_NAMES = tuple(column.name for column in discrepancies.c if column.name not in {"id", "key"})


class Lives:
    """What happens to discrepancies in one reconciliation, in the transaction at hand."""

    def __init__(self, connection: Connection, now: dt.datetime) -> None:
        self._connection = connection
        self._now = now
        self._same: list[int] = []
        self._updates: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self.opened = self.closed = self.changed = 0

    def see(self, found: Mapping[str, Discrepancy]) -> None:
        """Write down that some, by their keys, do not add up."""
        rows = self._connection.execute(
            select(discrepancies).where(discrepancies.c.key.in_(list(found)))
        )
        known = {row.key: row for row in rows}
        self._open([one for key, one in found.items() if key not in known])
        for key, row in known.items():
            self._again(row, _values(found[key]))
        self._write()

    def close(self, ids: Sequence[int]) -> None:
        """Write down that some add up again."""
        rows = self._connection.execute(
            select(discrepancies).where(discrepancies.c.id.in_(ids)).order_by(discrepancies.c.id)
        )
        for row in rows:
            before = dict(row._mapping)
            after = {**before, "status": _CLOSED, "closed_at": self._now}
            self.closed += 1
            self._tell("closed", row.id, before, after)
            self._updates.append(after)
        self._write()

    def _open(self, found: Sequence[Discrepancy]) -> None:
        if not found:
            return
        new = {
            one.key: {
                **_values(one),
                "key": one.key, "account_id": one.account, "instrument_id": one.instrument,
                "verdict": one.verdict.value, "status": _OPEN, "tag": one.tag or None,
                "first_seen": self._now, "last_seen": self._now, "closed_at": None, "reopened": 0,
            }
            for one in found
        }  # fmt: skip
        d = discrepancies.c
        made = self._connection.execute(
            insert(discrepancies).returning(d.id, d.key), list(new.values())
        )
        self.opened += len(new)
        for number, key in sorted(map(tuple, made)):
            self._tell("opened", number, None, new[key])

    def _again(self, row: Row[Any], values: Mapping[str, Any]) -> None:
        before = dict(row._mapping)
        after = {**before, **values, "last_seen": self._now}
        same = all(before[name] == values[name] for name in _NUMBERS)
        if row.status == _CLOSED:
            after |= {"status": _OPEN, "closed_at": None, "reopened": row.reopened + 1}
        elif row.status in _SETTLED and not same:
            after |= {"status": _OPEN, "reopened": row.reopened + 1}
        if after["reopened"] > row.reopened:
            self.opened += 1
            self._tell("reopened", row.id, before, after)
        elif any(before[name] != after[name] for name in _TOLD):
            self.changed += 1
            self._tell("changed", row.id, before, after)
        if {**after, "last_seen": row.last_seen} == before:
            self._same.append(row.id)
        else:
            self._updates.append(after)

    def _tell(
        self,
        event: str,
        discrepancy_id: int,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
    ) -> None:
        self._events.append(
            {
                "discrepancy_id": discrepancy_id, "at": self._now, "event": event,
                "before": None if before is None else _told(before), "after": _told(after),
            }
        )  # fmt: skip

    def _write(self) -> None:
        d = discrepancies.c
        if self._same:
            seen = update(discrepancies).where(d.id.in_(self._same))
            self._connection.execute(seen.values(last_seen=self._now))
        if self._updates:
            changed = (
                update(discrepancies)
                .where(d.id == bindparam("b_id"))
                .values({name: bindparam(f"b_{name}") for name in _NAMES})
            )
            rows = [{f"b_{name}": row[name] for name in ("id", *_NAMES)} for row in self._updates]
            self._connection.execute(changed, rows)
        if self._events:
            self._connection.execute(insert(discrepancy_events), self._events)
            _thin(self._connection, {row["discrepancy_id"] for row in self._events}, self._now)
        self._same, self._updates, self._events = [], [], []


def _thin(connection: Connection, ids: Collection[int], now: dt.datetime) -> None:
    """Leave of days that are over what happened first and last: prices move with every sync.

    When it was first seen, and what anybody decided, stays.
    """
    e = discrepancy_events.c
    day = func.substr(written(e.at), 1, 10)
    for part in parts(sorted(ids)):
        of_these = e.discrepancy_id.in_(part)
        ends = select(func.min(e.id), func.max(e.id)).where(of_these)
        kept = {
            each for row in connection.execute(ends.group_by(e.discrepancy_id, day)) for each in row
        }
        old = select(e.id).where(of_these, e.at <= now - _KEPT_WHOLE, e.event.in_(_PASSING))
        gone = [each for each in connection.scalars(old) if each not in kept]
        for some in parts(gone):
            connection.execute(delete(discrepancy_events).where(e.id.in_(some)))


def _values(one: Discrepancy) -> dict[str, Any]:
    """Return what may be another with each reconciliation, by column."""
    return {
        "currency": one.currency,
        "severity": one.severity.value,
        "expected": one.expected,
        "actual": one.actual,
        "difference": one.difference,
        "currency_value": one.currency_value,
        "cause": one.cause.value,
        "confidence": one.confidence,
        "explanation": one.explanation,
        "evidence": {"shown": [list(each) for each in one.evidence]} if one.evidence else None,
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: None if row[name] is None else canonical(row[name]) for name in _NUMBERS}
    return {**{name: row[name] for name in _TOLD}, **numbers}

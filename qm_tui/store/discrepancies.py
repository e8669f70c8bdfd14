"""Keeps the life of what does not add up: opened, changed, closed by itself, opened again."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from qm_tui.domain.exact import canonical
from qm_tui.domain.reconciliation.cash import CASH
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.words import DiscrepancyStatus, Verdict
from qm_tui.store.columns import written
from qm_tui.store.reading.discrepancies import open_breaks
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation_state import State, state
from qm_tui.store.schema.booking import booking_state
from qm_tui.store.schema.discrepancies import discrepancies, discrepancy_events, reconciliations
from qm_tui.store.upsert import upsert

_Status = DiscrepancyStatus
_OF_LOTS = frozenset(
    {Verdict.OPEN_LOTS, Verdict.COST_BASIS, Verdict.REALIZED_PNL, Verdict.NOT_KNOWN}
)
"""Verdicts about what is derived: nothing is said of it while facts wait to be."""
_AT_ONCE = 100
"""Rows that are written together: whoever waits for a key gets a turn in between."""
_SETTLED = frozenset({_Status.ACCEPTED.value, _Status.AUTO_CORRECTED.value})
"""What somebody has settled is so as long as the numbers are the same."""
_NUMBERS = ("expected", "actual", "difference")
_TOLD = (*_NUMBERS, "severity", "cause", "status")
"""What an event remembers of how it was before and after."""
_PASSING = ("changed", "closed", "reopened")
"""Events that may come with every sync."""
_KEPT_WHOLE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of an account was compared."""

    holdings: int = 0
    currencies: int = 0
    totals: int = 0


class About(NamedTuple):
    """What a discrepancy is about."""

    account: int
    instrument: int | None
    currency: str | None
    tag: str | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was compared: only of that does it mean something that nothing was found."""

    accounts: Mapping[int, Counts]
    """The accounts whose holdings were compared."""
    currencies: Collection[tuple[int, str]]
    """(account, currency) whose cash was compared."""
    totals: Collection[tuple[int, str]]
    """(account, tag) of the totals that were."""
    derived: bool
    """Whether also what is derived was compared: nothing waited."""
    state: State
    """How far the store was then."""

    def speaks_of(self, about: About) -> bool:
        """Whether a discrepancy would have been found if it were there."""
        if about.instrument is not None:
            known = self.derived or about.verdict not in _OF_LOTS
            return known and about.account in self.accounts
        if about.tag == CASH or (about.verdict == Verdict.CASH.value and not about.tag):
            return (about.account, about.currency) in self.currencies
        return (about.account, about.tag) in self.totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of it."""

    opened: int
    closed: int
    open_breaks: int
    """Holdings, currencies and totals that do not add up by now; dust does not count."""
    major: int
    changed: int
    state: State
    """How far the store is with this."""


def keep(
    connection: Connection, found: Iterable[Discrepancy], compared: Compared, now: dt.datetime
) -> Kept | None:
    """Write down what was found and close what was not, all in the transaction at hand.

    Nothing is written, and None returned, where the store says something else by now.

    Args:
        connection: of a transaction that writes.
        found: all that does not add up of what was compared.
        compared: what that was; of anything else nothing changes.
        now: when.
    """
    if state(connection) != compared.state:
        return None
    wanted = {
        one.key: one
        for one in found
        if compared.speaks_of(
            About(one.account, one.instrument, one.currency, one.tag, one.verdict.value)
        )
    }
    known = {row.key: row for row in connection.execute(select(discrepancies))}
    life = _Life(connection, now)
    for key, one in sorted(wanted.items()):
        life.see(known.get(key), one)
    for key, row in known.items():
        lives = row.status != _Status.CLOSED.value
        about = About(row.account_id, row.instrument_id, row.currency, row.tag, row.verdict)
        if lives and key not in wanted and compared.speaks_of(about):
            life.close(row)
    life.write()
    _note(connection, compared.accounts, now)
    if life.opened or life.closed or life.changed:
        # Whoever looks whether there is something new sees it by this.
        grown = booking_state.c.derivations + 1
        connection.execute(update(booking_state).values(derivations=grown))
    breaks = open_breaks(connection)
    return Kept(
        opened=life.opened, closed=life.closed, changed=life.changed,
        open_breaks=breaks.breaks or 0, major=breaks.major, state=state(connection),
    )  # fmt: skip


class _Life:
    """What happens to discrepancies in one reconciliation."""

    def __init__(self, connection: Connection, now: dt.datetime) -> None:
        self._connection = connection
        self._now = now
        self._updates: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self.opened = self.closed = self.changed = 0

    def see(self, row: Row[Any] | None, one: Discrepancy) -> None:
        """Note that something does not add up."""
        values = _values(one)
        if row is None:
            self._open(one, values)
            return
        before = dict(row._mapping)
        after = {**before, **values, "last_seen": self._now}
        same = all(before[name] == values[name] for name in _NUMBERS)
        if row.status == _Status.CLOSED.value:
            after |= {
                "status": _Status.OPEN.value, "closed_at": None, "reopened": row.reopened + 1,
            }  # fmt: skip
        elif row.status in _SETTLED and not same:
            after |= {"status": _Status.OPEN.value, "reopened": row.reopened + 1}
        if after["reopened"] > row.reopened:
            self.opened += 1
            self._tell("reopened", row.id, before, after)
        elif any(before[name] != after[name] for name in _TOLD):
            self.changed += 1
            self._tell("changed", row.id, before, after)
        self._updates.append(after)

    def close(self, row: Row[Any]) -> None:
        """Note that something adds up again."""
        before = dict(row._mapping)
        after = {**before, "status": _Status.CLOSED.value, "closed_at": self._now}
        self.closed += 1
        self._tell("closed", row.id, before, after)
        self._updates.append(after)

    def _open(self, one: Discrepancy, values: Mapping[str, Any]) -> None:
        new = {
            **values,
            "key": one.key, "account_id": one.account, "instrument_id": one.instrument,
            "verdict": one.verdict.value, "status": _Status.OPEN.value, "tag": one.tag or None,
            "first_seen": self._now, "last_seen": self._now, "closed_at": None, "reopened": 0,
        }  # fmt: skip
        made = self._connection.execute(insert(discrepancies).returning(discrepancies.c.id), new)
        self.opened += 1
        self._tell("opened", made.scalar_one(), None, new)

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

    def write(self) -> None:
        """Write what was noted."""
        d = discrepancies.c
        names = [column.name for column in d if column.name not in {"id", "key"}]
        changed = (
            update(discrepancies)
            .where(d.id == bindparam("b_id"))
            .values({name: bindparam(f"b_{name}") for name in names})
        )
        rows = [{f"b_{name}": row[name] for name in ("id", *names)} for row in self._updates]
        for some in _portions(rows):
            self._connection.execute(changed, some)
        for some in _portions(self._events):
            self._connection.execute(insert(discrepancy_events), some)
        if self._events:
            _thin(self._connection, {row["discrepancy_id"] for row in self._events}, self._now)


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


def _portions(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield list(rows[start : start + _AT_ONCE])


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


def _note(connection: Connection, compared: Mapping[int, Counts], now: dt.datetime) -> None:
    """Write down when accounts were compared, and how much of them."""
    if not compared:
        return
    names = ("reconciled_at", "holdings", "currencies", "totals")
    connection.execute(
        upsert(reconciliations, connection.dialect, key=("account_id",), replace=names),
        [
            {
                "account_id": account, "reconciled_at": now, "holdings": counts.holdings,
                "currencies": counts.currencies, "totals": counts.totals,
            }
            for account, counts in sorted(compared.items())
        ],
    )  # fmt: skip

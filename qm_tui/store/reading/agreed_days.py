"""Until when a broker's positions were just what the facts come to: then nothing is missing.

A sale of more than is known to be held is a short sale, or the history before it is incomplete.
Where a source does not say which, a position as of later tells: if facts alone come to it, nothing
was held before them. Once it agreed it stays so, whatever becomes of the holding later.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from qm_tui.domain.words import Section
from qm_tui.store.reading.booking_rows import counted, plain_rows
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation_times import told_at
from qm_tui.store.schema.holdings import observation_sets, positions
from qm_tui.store.schema.instruments import instruments

Place = tuple[int, int]
"""(account id, the instrument that stands for all its names)."""
DAYS = {"trades": "trade_date", "transfers": "date", "corporate_actions": "date"}
"""Tables of facts that move holdings, and their columns that tell when."""
_TIMES = {"trades": "executed_at", "transfers": "NULL", "corporate_actions": "NULL"}
_ZERO = Decimal(0)


class _Moved(NamedTuple):
    """A fact that moves a holding."""

    day: dt.date
    at: dt.datetime | None
    quantity: Decimal


def agreed_days(connection: Connection, places: Collection[Place]) -> dict[Place, dt.date]:
    """Return the last day at whose end the facts came to what the broker said is held.

    Args:
        connection: of the store.
        places: which holdings: those of which a sale lacks its purchase, so not many.
    """
    if not places:
        return {}
    wanted = set(places)
    moved = _movements(connection, places)
    found: dict[Place, dt.date] = {}
    for place, as_of, quantity in _observed(connection, places):
        known = moved.get(place) if place in wanted else None
        day = _agreed(known, as_of, quantity) if known else None
        if day is not None:
            found[place] = max(day, found.get(place, day))
    return found


def _agreed(moved: list[_Moved], as_of: dt.datetime, quantity: Decimal) -> dt.date | None:
    """Return the day until which facts came to a position; of its own day some may be in it."""
    day = told_at(as_of).date()
    if _sum(each for each in moved if each.day <= day) == quantity:
        return day
    if _sum(each for each in moved if _is_in(each, day, as_of)) == quantity:
        return day
    if _sum(each for each in moved if each.day < day) == quantity:
        return day - dt.timedelta(days=1)
    return None


def _is_in(each: _Moved, day: dt.date, as_of: dt.datetime) -> bool:
    return each.day <= day if each.at is None else each.at <= as_of


def _sum(moved: Iterator[_Moved]) -> Decimal:
    return sum((each.quantity for each in moved), _ZERO)


def goes_below(changes: Mapping[str, tuple[Decimal, Decimal]]) -> bool:
    """Whether more leaves than is there on some day.

    Args:
        changes: day → what left (negative) and what came; of a day nobody knows what was first.
    """
    left = [changes[day] for day in sorted(changes)]
    held = accumulate((out + into for out, into in left), initial=_ZERO)
    return any(before + out < 0 for before, (out, _) in zip(held, left, strict=False))


def _movements(connection: Connection, places: Collection[Place]) -> dict[Place, list[_Moved]]:
    found: defaultdict[Place, list[_Moved]] = defaultdict(list)
    same = _names(connection, places)
    for table, day in DAYS.items():
        for part in parts(same):
            marks = ", ".join("?" * len(part))
            rows = plain_rows(
                connection,
                f"SELECT account_id, instrument_id, {day}, {_TIMES[table]}, quantity "  # noqa: S608 - our own names
                f'FROM "{table}" WHERE instrument_id IN ({marks}) AND quantity IS NOT NULL '
                f"{counted(table)}",
                part,
            )
            for account, instrument, on, at, quantity in rows:
                moment = None if at is None else dt.datetime.fromisoformat(f"{at}+00:00")
                found[account, same[instrument]].append(
                    _Moved(dt.date.fromisoformat(on), moment, Decimal(quantity))
                )
    return found


def _names(connection: Connection, places: Collection[Place]) -> dict[int, int]:
    """Return instrument → what stands for it, of all names of some places."""
    i = instruments.c
    roots = {instrument for _, instrument in places}
    found = {one: one for one in roots}
    for part in parts(roots):
        others = select(i.id, i.same_as_id).where(i.same_as_id.in_(part))
        found |= {row.id: row.same_as_id for row in connection.execute(others)}
    return found


def _observed(
    connection: Connection, places: Collection[Place]
) -> Iterator[tuple[Place, dt.datetime, Decimal]]:
    """Yield what was seen of places, also that a complete answer does not name them."""
    p, i = positions.c, instruments.c
    named: defaultdict[int, dict[Place, Decimal]] = defaultdict(dict)
    seen: dict[int, dt.datetime] = {}
    for part in parts(_names(connection, places)):
        rows = connection.execute(
            select(p.set_id, p.account_id, func.coalesce(i.same_as_id, i.id), p.as_of, p.quantity)
            .join_from(positions, instruments, i.id == p.instrument_id)
            .where(p.instrument_id.in_(part))
        )
        for set_id, account, instrument, as_of, quantity in rows:
            of_set = named[set_id]
            seen[set_id] = as_of
            place = (account, instrument)
            of_set[place] = of_set.get(place, _ZERO) + quantity
    for set_id, of_set in named.items():
        yield from ((place, seen[set_id], quantity) for place, quantity in of_set.items())
    s = observation_sets.c
    for part in parts({account for account, _ in places}):
        complete = select(s.id, s.account_id, s.as_of).where(
            s.account_id.in_(part), s.section == Section.POSITIONS.value, s.complete == 1
        )
        for set_id, account, as_of in connection.execute(complete):
            silent = (place for place in places if place[0] == account)
            yield from (
                (place, as_of, _ZERO) for place in silent if place not in named.get(set_id, ())
            )

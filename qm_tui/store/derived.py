"""Writes what follows from facts: a group's rows replace the former ones, with its marks cleared.

Nothing is written of a group whose facts have changed since they were read: its marks stay.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam, delete, insert, select, update

from qm_tui.domain.booking.plain import Place
from qm_tui.domain.booking.rows import COLUMNS, GroupRows, Row
from qm_tui.store.incoming import driver_insert
from qm_tui.store.reading.booking_rows import plain_rows
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.booking import (
    booking_group_members,
    booking_groups,
    booking_state,
    dirty_marks,
)
from qm_tui.store.schema.derived import DERIVED_TABLES
from qm_tui.store.schema.instruments import instruments

_ROWS_AT_ONCE = 2_000
_inserts: dict[tuple[str, str], str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a group's rows were and should have been, in one table."""

    place: Place
    symbol: str
    """Of the instrument after which the group is named."""
    table: str
    stored: int
    """Rows that were there and do not follow from the facts."""
    derived: int
    """Rows that follow from the facts and were not there."""


@dataclass(slots=True)
class Saved:
    """What became of the groups that were handed over."""

    groups: list[GroupRows] = field(default_factory=list)
    """Those that were written."""
    stale: int = 0
    """Those whose facts have changed in the meantime."""
    differences: list[Difference] = field(default_factory=list)


def replace_groups(
    connection: Connection,
    groups: Sequence[GroupRows],
    generation: int,
    now: dt.datetime,
    *,
    compare: bool,
) -> Saved:
    """Replace the rows of groups by new ones, of each all or nothing.

    Args:
        connection: of a transaction that writes.
        groups: of one taxpayer; with every group that shares a former one with any of them.
        generation: of the facts from which the rows follow.
        now: when they were derived.
        compare: whether to say what is different from the former rows.
    """
    saved = Saved()
    if not groups:
        return saved
    fresh = _fresh(connection, groups, generation)
    saved.groups = fresh
    saved.stale = len(groups) - len(fresh)
    if not fresh:
        return saved
    taxpayer = fresh[0].place.taxpayer
    members = {one for group in fresh for one in group.members}
    if compare:
        saved.differences = list(_differences(connection, taxpayer, fresh))
    _forget(connection, taxpayer, members)
    _clear(connection, taxpayer, members, generation)
    _add(connection, taxpayer, [group for group in fresh if group.facts], generation, now)
    connection.execute(update(booking_state).values(derivations=booking_state.c.derivations + 1))
    return saved


def _fresh(connection: Connection, groups: Sequence[GroupRows], generation: int) -> list[GroupRows]:
    """Return the groups whose facts, and whose former groups, are what they were when read."""
    taxpayer = groups[0].place.taxpayer
    members = {one: group.place.root for group in groups for one in group.members}
    stale = _marked_anew(connection, taxpayer, members, generation)
    stale |= _tied_otherwise(connection, taxpayer, members)
    return [group for group in groups if group.place.root not in stale]


def _marked_anew(
    connection: Connection, taxpayer: str, members: Mapping[int, int], generation: int
) -> set[int]:
    newest = connection.scalar(select(booking_state.c.generation)) or 0
    if newest == generation:
        return set()
    m = dirty_marks.c
    rows = connection.scalars(
        select(m.instrument_id).where(m.taxpayer == taxpayer, m.generation > generation)
    )
    return {members[one] for one in rows if one in members}


def _tied_otherwise(connection: Connection, taxpayer: str, members: Mapping[int, int]) -> set[int]:
    """Return the groups that share a former group with what is not at hand.

    Another process may have derived in the meantime, from facts that tie instruments otherwise.
    """
    former = _former_groups(connection, taxpayer, members)
    m = booking_group_members.c
    stale: set[int] = set()
    for part in parts(set(former.values())):
        rows = connection.execute(select(m.instrument_id, m.group_id).where(m.group_id.in_(part)))
        outside = {group_id for one, group_id in rows if one not in members}
        if outside:
            stale |= {members[one] for one, group_id in former.items() if group_id in outside}
    # A former group is forgotten as a whole: whoever shares it with a stale one has to wait, too.
    while True:
        waiting = {former[one] for one, root in members.items() if root in stale and one in former}
        more = {members[one] for one, group_id in former.items() if group_id in waiting}
        if more <= stale:
            return stale
        stale |= more


def _former_groups(connection: Connection, taxpayer: str, members: Iterable[int]) -> dict[int, int]:
    m = booking_group_members.c
    found: dict[int, int] = {}
    for part in parts(members):
        rows = connection.execute(
            select(m.instrument_id, m.group_id).where(
                m.taxpayer == taxpayer, m.instrument_id.in_(part)
            )
        )
        found |= {row[0]: row[1] for row in rows}
    return found


def _forget(connection: Connection, taxpayer: str, members: Iterable[int]) -> None:
    """Delete the former groups of instruments; their rows go with them."""
    ids = sorted(set(_former_groups(connection, taxpayer, members).values()))
    if ids:
        connection.execute(
            delete(booking_groups).where(booking_groups.c.id == bindparam("b_id")),
            [{"b_id": one} for one in ids],
        )


def _clear(connection: Connection, taxpayer: str, members: Iterable[int], generation: int) -> None:
    m = dirty_marks.c
    for part in parts(members):
        connection.execute(
            delete(dirty_marks).where(
                m.taxpayer == taxpayer, m.instrument_id.in_(part), m.generation <= generation
            )
        )


def _add(
    connection: Connection,
    taxpayer: str,
    groups: Sequence[GroupRows],
    generation: int,
    now: dt.datetime,
) -> None:
    if not groups:
        return
    connection.execute(
        insert(booking_groups),
        [
            {
                "taxpayer": taxpayer, "root_instrument_id": group.place.root,
                "generation": generation, "derived_at": now,
            }
            for group in groups
        ],
    )  # fmt: skip
    ids: dict[int, int] = {}
    g = booking_groups.c
    for part in parts(group.place.root for group in groups):
        rows = connection.execute(
            select(g.root_instrument_id, g.id).where(
                g.taxpayer == taxpayer, g.root_instrument_id.in_(part)
            )
        )
        ids |= {row[0]: row[1] for row in rows}
    members = [
        {"taxpayer": taxpayer, "instrument_id": one, "group_id": ids[group.place.root]}
        for group in groups
        for one in group.members
    ]
    connection.execute(insert(booking_group_members), members)
    for table in DERIVED_TABLES:
        statement = _insert(table, connection.dialect)
        made = ((ids[group.place.root], *row) for group in groups for row in group.rows[table])
        # A piece at a time: whoever waits for a key gets a turn in between.
        while bound := list(islice(made, _ROWS_AT_ONCE)):
            # Bound already, as texts: the driver takes them as they are.
            connection.exec_driver_sql(statement, bound)


def _insert(table: str, dialect: Dialect) -> str:
    known = _inserts.get((table, dialect.name))
    if known is None:
        names = ["group_id", *COLUMNS[table]]
        known = driver_insert(DERIVED_TABLES[table], names, dialect)
        _inserts[table, dialect.name] = known
    return known


def _differences(
    connection: Connection, taxpayer: str, groups: Sequence[GroupRows]
) -> Iterable[Difference]:
    """Compare the rows of groups with those that are stored for the same instruments."""
    roots = {one: group.place.root for group in groups for one in group.members}
    former = _former_groups(connection, taxpayer, roots)
    now_in = {group_id: roots[one] for one, group_id in former.items()}
    for table in DERIVED_TABLES:
        stored: dict[int, Counter[Row]] = {}
        for part in parts(now_in):
            for group_id, *row in _stored(connection, table, part):
                stored.setdefault(now_in[group_id], Counter())[tuple(row)] += 1
        for group in groups:
            there = stored.get(group.place.root, Counter[Any]())
            right = Counter(group.rows[table]) if group.facts else Counter[Any]()
            if there != right:
                yield Difference(
                    place=group.place,
                    symbol=_symbol(connection, group.place.root),
                    table=table,
                    stored=(there - right).total(),
                    derived=(right - there).total(),
                )


def _symbol(connection: Connection, instrument_id: int) -> str:
    c = instruments.c
    return str(connection.scalar(select(c.symbol).where(c.id == instrument_id)))


def _stored(connection: Connection, table: str, groups: Sequence[int]) -> list[Row]:
    columns = ", ".join(f'"{name}"' for name in COLUMNS[table])
    marks = ", ".join("?" * len(groups))
    return plain_rows(
        connection,
        f'SELECT group_id, {columns} FROM "{table}" '  # noqa: S608 - our own names
        f"WHERE group_id IN ({marks})",
        groups,
    )

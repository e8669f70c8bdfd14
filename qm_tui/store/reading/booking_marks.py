"""What waits to be derived, and the facts it follows from, all as of one moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from qm_tui.domain.booking.plain import KINDS as BOOKED_TABLES
from qm_tui.domain.booking.plain import PlainGroup
from qm_tui.domain.selection import Scope
from qm_tui.store.reading.booking_facts import plain_groups
from qm_tui.store.reading.booking_rows import counts
from qm_tui.store.reading.booking_ties import Ties, ties
from qm_tui.store.reading.narrowing import account_ids, among, instrument_ids
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import FACT_TABLES
from qm_tui.store.schema.booking import (
    booking_group_members,
    booking_state,
    dirty_marks,
)

STATEMENT_LINES = "statement_lines"
FACTS_AT_ONCE = 10_000
"""How many facts are in memory at a time, unless one group has more."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of what is to be derived: instruments of a taxpayer, by whole groups."""

    taxpayer: str
    instruments: tuple[int, ...]
    """The marked ones of its groups."""
    groups: int
    facts: int
    """Roughly."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The groups of a portion with their facts."""

    generation: int
    """Marks that are newer are about facts that are not in here."""
    groups: Sequence[PlainGroup]


def waiting_portions(connection: Connection) -> list[Portion]:
    """Return all that is marked, in portions of a size that memory bears."""
    m = dirty_marks.c
    marked: dict[str, set[int]] = defaultdict(set)
    for taxpayer, instrument_id in connection.execute(select(m.taxpayer, m.instrument_id)):
        marked[taxpayer].add(instrument_id)
    return _portions(connection, marked)


def all_portions(connection: Connection) -> list[Portion]:
    """Return all there is to derive, whether it is marked or not."""
    known = _instruments_of(connection, None)
    everything: dict[str, set[int]] = defaultdict(set)
    for taxpayer in connection.scalars(select(accounts.c.taxpayer).distinct()):
        everything[taxpayer] |= known
    for table in (booking_group_members, dirty_marks):
        for taxpayer, one in connection.execute(select(table.c.taxpayer, table.c.instrument_id)):
            everything[taxpayer].add(one)
    return _portions(connection, everything)


def _portions(connection: Connection, marked: Mapping[str, set[int]]) -> list[Portion]:
    found: list[Portion] = []
    for taxpayer in sorted(marked):
        found += _packed(connection, taxpayer, ties(connection, taxpayer), marked[taxpayer])
    return found


def _packed(
    connection: Connection, taxpayer: str, tied: Ties, marked: Iterable[int]
) -> Iterable[Portion]:
    by_root: dict[int, list[int]] = defaultdict(list)
    for one in sorted(marked):
        by_root[tied.groups.root(one)].append(one)
    members = {root: tied.groups.members(root) for root in by_root}
    count = counts(connection, {one for group in members.values() for one in group})
    taken: list[int] = []
    groups = facts = 0
    for root, named in by_root.items():
        size = sum(count[one] for one in members[root])
        if taken and facts + size > FACTS_AT_ONCE:
            yield Portion(taxpayer, tuple(taken), groups, facts)
            taken, groups, facts = [], 0, 0
        taken += named
        groups, facts = groups + 1, facts + size
    if taken:
        yield Portion(taxpayer, tuple(taken), groups, facts)


def snapshot(connection: Connection, portion: Portion) -> Snapshot:
    """Read a portion's groups as they are now, with those that have to be derived beside them."""
    generation = connection.scalar(select(booking_state.c.generation)) or 0
    tied = ties(connection, portion.taxpayer)
    roots = _roots(connection, portion.taxpayer, tied, portion.instruments)
    groups = [tied.groups.members(root) for root in sorted(roots)]
    return Snapshot(generation, plain_groups(connection, portion.taxpayer, tied, groups))


def portions_of(connection: Connection, scope: Scope) -> list[Portion]:
    """Return the groups that hold anything of a scope's instruments and accounts."""
    a = accounts.c
    ours = account_ids(connection, scope)
    named = instrument_ids(connection, scope)
    if named is None:
        named = sorted(_instruments_of(connection, ours))
    taxpayers = connection.scalars(select(a.taxpayer).where(*among(a.id, ours)).distinct())
    return _portions(connection, {taxpayer: set(named) for taxpayer in taxpayers})


def _instruments_of(connection: Connection, ours: Sequence[int] | None) -> set[int]:
    """Return the instruments of which accounts have facts."""
    found: set[int] = set()
    for table in BOOKED_TABLES:
        if table == STATEMENT_LINES:
            continue  # they only say what was paid for a contract that has facts of its own
        c = FACT_TABLES[table].c
        found |= set(
            connection.scalars(
                select(c.instrument_id)
                .where(c.instrument_id.is_not(None), *among(c.account_id, ours))
                .distinct()
            )
        )
    return found


def groups_of(connection: Connection, portion: Portion) -> Sequence[PlainGroup]:
    """Read the groups of a portion as they are now, those without facts left out."""
    tied = ties(connection, portion.taxpayer)
    roots = {tied.groups.root(one) for one in portion.instruments}
    groups = [tied.groups.members(root) for root in sorted(roots)]
    found = plain_groups(connection, portion.taxpayer, tied, groups)
    return [group for group in found if group.size]


def _roots(
    connection: Connection, taxpayer: str, tied: Ties, instruments: Iterable[int]
) -> set[int]:
    """Return the groups of instruments, and those whose rows lie in a group as it was before.

    What was one group may be two by now, and two may be one: whatever shares a former group with
    an instrument is derived with it, so that no row is left behind.
    """
    roots = {tied.groups.root(one) for one in instruments}
    looked: set[int] = set()
    while new := roots - looked:
        looked |= new
        members = {one for root in new for one in tied.groups.members(root)}
        roots |= {tied.groups.root(one) for one in _formerly_with(connection, taxpayer, members)}
    return roots


def _formerly_with(connection: Connection, taxpayer: str, instruments: Iterable[int]) -> set[int]:
    m = booking_group_members.c
    found: set[int] = set()
    for part in parts(instruments):
        groups = select(m.group_id).where(m.taxpayer == taxpayer, m.instrument_id.in_(part))
        found |= set(
            connection.scalars(select(m.instrument_id).where(m.group_id.in_(groups.distinct())))
        )
    return found

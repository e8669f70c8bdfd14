"""Both sides of every holding as sums: what brokers say, and what our facts and lots come to.

Cheap enough for everything there is, so that only what does not agree has to be looked at closely.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, true

from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.sides import ToldGain
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Authority, Section
from qm_tui.store.reading.booking_rows import counted
from qm_tui.store.reading.holdings import SeenSet, current_sets, last_answers
from qm_tui.store.reading.parts import streamed
from qm_tui.store.reading.reconciliation_gains import doubtful_gains
from qm_tui.store.reading.waiting import waiting
from qm_tui.store.schema.activity import corporate_actions, option_events, trades, transfers
from qm_tui.store.schema.holdings import broker_lots, observation_sets, positions
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.sync import coverage, raw_documents

Place = tuple[int, int]
"""(account id, the instrument that stands for all its names)."""
MOVING = ("trades", "transfers", "corporate_actions")
"""Tables of facts that move holdings; option events mostly repeat what trades tell."""
_OF_A_DAY = ("flex-confirmation",)
"""Kinds of documents that tell fills of a day, not a history."""
_ZERO, _ONE = Decimal(0), Decimal(1)
_decimal = lru_cache(maxsize=65_536)(Decimal)


class Seen(NamedTuple):
    """What a broker said is held, the newest."""

    quantity: Decimal
    as_of: dt.datetime
    cost_basis: Decimal | None
    market_price: Decimal | None
    market_value: Decimal | None
    fx_rate_to_base: Decimal | None
    row: int | None
    """In `positions`; None: a complete answer does not have it."""
    stale: bool


class LotSum(NamedTuple):
    """What open lots come to."""

    quantity: Decimal
    cost_basis: Decimal | None
    """None where that of a lot is not known."""


class BrokerLotSum(NamedTuple):
    """What the open lots that a broker reports come to."""

    quantity: Decimal
    cost_basis: Decimal | None
    as_of: dt.datetime


@dataclass(slots=True)
class Sums:
    """Both sides of everything."""

    canonical: Mapping[int, int]
    """Instrument → what stands for it, where that is another one."""
    seen: dict[Place, Seen]
    answers: Mapping[int, dt.datetime]
    """Account → when its newest complete answer was given: what it does not name is flat."""
    lots_told: Mapping[int, dt.datetime]
    """Account → when it was last told completely which lots are open."""
    replayed: dict[Place, Decimal] = field(default_factory=dict)
    lots: dict[Place, LotSum] | None = None
    """None while facts wait to be derived."""
    broker_lots: dict[Place, BrokerLotSum] = field(default_factory=dict)
    untold: set[int] = field(default_factory=set)
    """Accounts of which nobody told what happened, or only the fills of a day."""
    unmoved: set[int] = field(default_factory=set)
    """Accounts with statements that tell of no trade, transfer or event at all."""
    expired: Mapping[int, dt.date] = field(default_factory=dict)
    """Instrument → when it expired."""
    gains: Mapping[Place, Sequence[ToldGain]] = field(default_factory=dict)
    """Of closings whose gain was told otherwise than it follows from our lots."""

    multipliers: Mapping[int, Decimal] = field(default_factory=dict)
    """Of instruments that have another one than 1."""

    def position(self, place: Place) -> Seen | None:
        """Return what a broker says of a holding; flat where a complete answer is silent."""
        seen = self.seen.get(place)
        if seen is not None:
            return seen
        answered = self.answers.get(place[0])
        if answered is None:
            return None
        return Seen(_ZERO, answered, None, None, None, None, None, stale=False)

    def places(self) -> set[Place]:
        """Return all that either side knows of, of accounts that can be compared."""
        found = {*self.seen, *self.replayed, *self.broker_lots, *(self.lots or ()), *self.gains}
        return {place for place in found if place[0] not in self.untold}


def sums(connection: Connection) -> Sums:
    """Read the sums of both sides, all as of one moment."""
    i = instruments.c
    others = connection.execute(select(i.id, i.same_as_id).where(i.same_as_id.is_not(None)))
    canonical: dict[int, int] = {row[0]: row[1] for row in others}
    foreign = set(
        connection.scalars(select(i.id).where(i.instrument_type == InstrumentType.FOREX.value))
    )
    sets = current_sets(connection, Section.POSITIONS, Scope())
    found = Sums(
        canonical=canonical,
        seen=_positions(connection, sets, canonical, foreign),
        answers=_answers(connection, sets),
        lots_told=_answers(connection, current_sets(connection, Section.BROKER_LOTS, Scope())),
        replayed=_replayed(connection, canonical, foreign),
        lots=None if waiting(connection) else _lots(connection),
        broker_lots=_broker_lots(connection, canonical),
    )
    if found.lots is not None:
        found.gains = doubtful_gains(connection, canonical)
    found.untold, found.unmoved = _untold(connection, found.answers)
    many = connection.execute(select(i.id, i.multiplier).where(i.multiplier != _ONE))
    found.multipliers = {row.id: row.multiplier for row in many}
    gone = connection.execute(select(i.id, i.expiry).where(i.expiry.is_not(None)))
    last = max(found.answers.values(), default=None)
    if last is not None:
        found.expired = {one: expiry for one, expiry in gone if expiry < last.date()}
    return found


def _untold(connection: Connection, ours: Collection[int]) -> tuple[set[int], set[int]]:
    """Return accounts of which there is nothing that could tell what should be held.

    Without a statement or a history fills are those of a day, as confirmations are; an export of
    the history is not, though its word is no final one. A statement may be silent about
    trades because there were none, or because it was not asked for them: these are the second.
    """
    covered = set(ours) & set(connection.scalars(select(coverage.c.account_id).distinct()))
    untold, unmoved = set(ours) - covered, covered
    d = raw_documents.c
    exports = select(d.id).where(d.kind.not_in(_OF_A_DAY))
    for table in (trades, transfers, corporate_actions, option_events):
        c = table.c
        books = or_(c.authority != int(Authority.PROVISIONAL), c.document_id.in_(exports))
        for some, enough in ((unmoved, true()), (untold, books)):
            if some:
                query = select(c.account_id).where(c.account_id.in_(some), enough)
                some.difference_update(connection.scalars(query.distinct()).all())
    return untold, unmoved


def _answers(connection: Connection, sets: list[SeenSet]) -> dict[int, dt.datetime]:
    """Return when each account last gave a complete answer."""
    s = observation_sets.c
    complete: set[int] = set()
    ids = [one.id for one in sets]
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        complete |= set(connection.scalars(select(s.id).where(s.id.in_(part), s.complete == 1)))
    newest: dict[int, dt.datetime] = {}
    for one in sets:
        if one.id in complete:
            newest[one.account_id] = max(one.as_of, newest.get(one.account_id, one.as_of))
    return newest


def _positions(
    connection: Connection, sets: list[SeenSet], canonical: Mapping[int, int], foreign: set[int]
) -> dict[Place, Seen]:
    """Return the newest that is said of each holding, also that it is none."""
    rank = {one.id: place for place, one in enumerate(sets)}
    overruled = {one.id for one in sets if one.overruled}
    newest = last_answers(sets)
    p = positions.c
    rows = connection.execute(
        select(
            p.id, p.set_id, p.account_id, p.instrument_id, p.as_of, p.quantity, p.cost_basis,
            p.market_price, p.market_value, p.fx_rate_to_base,
        ).where(p.set_id.in_(rank))
    ).all()  # fmt: skip
    found: dict[Place, Seen] = {}
    from_set: dict[Place, int] = {}
    for row in sorted(rows, key=lambda row: (rank[row.set_id], row.id)):
        if row.instrument_id in foreign:
            continue
        place = (row.account_id, canonical.get(row.instrument_id, row.instrument_id))
        told = Seen(
            row.quantity, row.as_of, row.cost_basis, row.market_price, row.market_value,
            row.fx_rate_to_base, row.id, row.as_of < newest.get(row.account_id, row.as_of),
        )  # fmt: skip
        known = found.get(place)
        if known is None:
            if row.set_id not in overruled:
                found[place], from_set[place] = told, row.set_id
        elif from_set[place] == row.set_id:
            found[place] = _together(known, told)
        elif known.as_of == told.as_of and known.quantity == told.quantity:
            found[place] = _filled_in(known, told)
    return found


def _together(one: Seen, other: Seen) -> Seen:
    """Add two rows of one answer that name the same instrument in two ways."""
    return one._replace(
        quantity=one.quantity + other.quantity,
        cost_basis=_sum(one.cost_basis, other.cost_basis),
        market_value=_sum(one.market_value, other.market_value),
    )


def _filled_in(one: Seen, other: Seen) -> Seen:
    """Take what an answer left out from another one of the same moment."""
    return one._replace(
        **{name: getattr(other, name) for name in _FILLED if getattr(one, name) is None}
    )


_FILLED = ("cost_basis", "market_price", "market_value", "fx_rate_to_base")


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _replayed(
    connection: Connection, canonical: Mapping[int, int], foreign: set[int]
) -> dict[Place, Decimal]:
    """Add up what trades, transfers and corporate actions moved."""
    found: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for table in MOVING:
        query = (
            f'SELECT account_id, instrument_id, quantity FROM "{table}" '  # noqa: S608 - our names
            f"WHERE instrument_id IS NOT NULL AND quantity IS NOT NULL {counted(table)}"
        )
        for account, instrument, quantity in streamed(connection, query):
            if instrument not in foreign:
                found[account, canonical.get(instrument, instrument)] += _decimal(quantity)
    return dict(found)


def _lots(connection: Connection) -> dict[Place, LotSum]:
    """Add up the open lots as brokers reckon: within an account."""
    quantities: defaultdict[Place, Decimal] = defaultdict(Decimal)
    bases: defaultdict[Place, Decimal] = defaultdict(Decimal)
    unknown: set[Place] = set()
    query = (
        "SELECT account_id, instrument_id, quantity, cost_basis FROM tax_lots "
        "WHERE view IN ('every', 'broker') AND in_transit = 0"
    )
    for account, instrument, quantity, basis in streamed(connection, query):
        place = (account, instrument)
        quantities[place] += _decimal(quantity)
        if basis is None:
            unknown.add(place)
        else:
            bases[place] += _decimal(basis)
    return {
        place: LotSum(quantity, None if place in unknown else bases[place])
        for place, quantity in quantities.items()
    }


def _broker_lots(connection: Connection, canonical: Mapping[int, int]) -> dict[Place, BrokerLotSum]:
    """Add up the lots of the newest answer that names a holding."""
    sets = [
        one for one in current_sets(connection, Section.BROKER_LOTS, Scope()) if not one.overruled
    ]
    rank = {one.id: place for place, one in enumerate(sets)}
    b = broker_lots.c
    rows = connection.execute(
        select(b.set_id, b.account_id, b.instrument_id, b.as_of, b.quantity, b.cost_basis).where(
            b.set_id.in_(rank)
        )
    ).all()
    newest: dict[Place, int] = {}
    found: dict[Place, BrokerLotSum] = {}
    for row in sorted(rows, key=lambda row: rank[row.set_id]):
        place = (row.account_id, canonical.get(row.instrument_id, row.instrument_id))
        if newest.setdefault(place, row.set_id) != row.set_id:
            continue
        known = found.get(place, BrokerLotSum(_ZERO, _ZERO, row.as_of))
        found[place] = BrokerLotSum(
            known.quantity + row.quantity, _sum(known.cost_basis, row.cost_basis), row.as_of
        )
    return found

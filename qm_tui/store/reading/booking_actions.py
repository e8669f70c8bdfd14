"""Which instruments a corporate action ties, by its legs, and by what their texts say."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, select

from qm_tui.domain.booking.securities import Alias
from qm_tui.domain.booking.translate.descriptions import Said, said
from qm_tui.domain.booking.translate.parents import bearers, identifiers, tickers
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import CorporateActionType
from qm_tui.store.reading.booking_rows import plain_rows
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.instruments import instrument_aliases, instruments

_Type = CorporateActionType
_DISTRIBUTIONS = frozenset({_Type.SPIN_OFF, _Type.RIGHTS, _Type.STOCK_DIVIDEND})
"""What may be told by the leg of what was distributed alone."""
_EXCHANGES = frozenset({_Type.TENDER, _Type.MERGER, _Type.SYMBOL_CHANGE, _Type.CONVERSION})
"""What may be told in halves, the second one by what became of the first one's."""
_DERIVATIVES = (
    InstrumentType.EQUITY_OPTION.value, InstrumentType.FUTURE.value,
    InstrumentType.FUTURE_OPTION.value, InstrumentType.FOREX.value,
)  # fmt: skip
_LEGS = (
    "SELECT legs.account_id, legs.instrument_id, legs.type, legs.date, legs.action_id, "
    "legs.description FROM corporate_actions AS legs "
    "JOIN accounts ON accounts.id = legs.account_id "
    "WHERE accounts.taxpayer = ? AND legs.instrument_id IS NOT NULL "
    "ORDER BY legs.instrument_id, legs.id"
)
_DEALT_IN = (
    "SELECT DISTINCT account_id, instrument_id FROM {table} WHERE instrument_id IN ({marks})"
)
_HOLDING = ("trades", "transfers", "corporate_actions")


class _Leg(NamedTuple):
    account: int
    instrument: int
    type: str
    day: str
    action: str | None
    text: str | None


Pair = tuple[int, int]


def action_ties(connection: Connection, taxpayer: str) -> Iterator[Pair]:
    """Yield pairs of instruments that a corporate action ties."""
    legs = [_Leg(*row) for row in plain_rows(connection, _LEGS, (taxpayer,))]
    if not legs:
        return
    alike: defaultdict[tuple[object, ...], list[_Leg]] = defaultdict(list)
    for leg in legs:
        if leg.action is not None:
            alike[(leg.action,)].append(leg)
        else:
            alike[leg.account, leg.day, said(leg.text).head].append(leg)
    lonely: list[_Leg] = []
    for together in alike.values():
        first = together[0]
        pairs = [(first.instrument, leg.instrument) for leg in together[1:]]
        yield from (pair for pair in pairs if pair[0] != pair[1])
        if all(one == other for one, other in pairs) and first.type in _DISTRIBUTIONS:
            lonely.append(first)
    yield from _halves(legs)
    yield from _parents(connection, [leg for leg in lonely if _is_of_another(said(leg.text))])


def _is_of_another(told: Said) -> bool:
    return told.of_itself is not True


def _halves(legs: Iterable[_Leg]) -> Iterator[Pair]:
    """Tie what was tendered, into something that never was there, to what came for that."""
    exchanged = [leg for leg in legs if leg.type in _EXCHANGES]
    gone = {
        (leg.account, target): leg.instrument
        for leg in exchanged
        if (target := said(leg.text).target_id) is not None
    }
    for leg in exchanged:
        other = gone.get((leg.account, said(leg.text).of_id or ""))
        if other is not None:
            yield other, leg.instrument


def _parents(connection: Connection, lonely: Sequence[_Leg]) -> Iterator[Pair]:
    """Tie what was distributed to what its text says that it was distributed for."""
    if not lonely:
        return
    named_by = {leg: _names(said(leg.text)) for leg in lonely}
    found = aliases_of(connection, named=set().union(*named_by.values()))
    bearing: defaultdict[str, set[int]] = defaultdict(set)
    for one, known in found.items():
        for alias in known:
            bearing[alias.value].add(one)
    dealt_in = _dealt_in(connection, found)
    for leg, names in named_by.items():
        candidates = set().union(*(bearing[name] for name in names)) - {leg.instrument}
        told, day = said(leg.text), dt.date.fromisoformat(leg.day)
        aliases = {one: found[one] for one in sorted(candidates)}
        for parent in bearers(told, day, aliases, dealt_in[leg.account]):
            yield parent, leg.instrument


def _names(told: Said) -> frozenset[str]:
    return identifiers(told) | tickers(told)


def _dealt_in(connection: Connection, named: Iterable[int]) -> Mapping[int, set[int]]:
    """Return what each account had anything to do with, of some instruments."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for part in parts(named):
        marks = ", ".join("?" * len(part))
        for table in _HOLDING:
            statement = _DEALT_IN.format(table=table, marks=marks)
            for account, instrument in plain_rows(connection, statement, part):
                found[account].add(instrument)
    return found


def aliases_of(
    connection: Connection,
    *,
    named: Iterable[str] = (),
    instrument_ids: Iterable[int] | None = None,
) -> dict[int, list[Alias]]:
    """Return the names of instruments that no derivatives are, by instrument.

    Args:
        connection: of the store.
        named: which names, of whatever bears them.
        instrument_ids: of which instruments, all names; None: `named` counts.
    """
    a, i = instrument_aliases.c, instruments.c
    query = (
        select(a.instrument_id, a.scheme, a.value, a.first_day, a.last_day)
        .join_from(instrument_aliases, instruments, i.id == a.instrument_id)
        .where(i.instrument_type.not_in(_DERIVATIVES))
        .order_by(a.instrument_id, a.id)
    )
    column: Column[Any] = a.value if instrument_ids is None else a.instrument_id
    found: defaultdict[int, list[Alias]] = defaultdict(list)
    for part in parts(named if instrument_ids is None else instrument_ids):
        for row in connection.execute(query.where(column.in_(part))):
            found[row[0]].append(Alias(*row[1:]))
    return found

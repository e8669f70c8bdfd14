"""What has to be known of instruments: what they are, what happened to them, and their likes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.booking.facts import ActionFact, GroupFacts
from qm_tui.domain.booking.translate.descriptions import said
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import InstrumentSide, KnownAction
from qm_tui.domain.words import CorporateActionType
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.activity import corporate_actions
from qm_tui.store.schema.instruments import instrument_aliases, instruments

_Type = CorporateActionType
_ENDS = frozenset(
    {_Type.MERGER, _Type.SYMBOL_CHANGE, _Type.TENDER, _Type.CONVERSION, _Type.DELISTING}
)
_DERIVATIVES = frozenset(
    {InstrumentType.EQUITY_OPTION, InstrumentType.FUTURE, InstrumentType.FUTURE_OPTION}
)
_WITH_CUSIP = ("US", "CA")
_ISSUER = 6
"""Places of a CUSIP that are the company's."""


@dataclass(slots=True)
class InstrumentBook:
    """What is known of some instruments."""

    sides: dict[int, InstrumentSide] = field(default_factory=dict)
    actions: dict[int, list[KnownAction]] = field(default_factory=dict)


class _End(NamedTuple):
    action: ActionFact
    successor: int | None


def instrument_book(
    connection: Connection, root_of: Mapping[int, int], facts: Mapping[int, GroupFacts]
) -> InstrumentBook:
    """Read what is known of instruments.

    Args:
        connection: of the store.
        root_of: every name of an instrument → what stands for all of them.
        facts: of what stands for all names.
    """
    roots = set(root_of.values())
    rows: dict[int, Any] = {}
    i = instruments.c
    for part in parts(roots):
        rows |= {
            row.id: row for row in connection.execute(select(instruments).where(i.id.in_(part)))
        }
    likes = _same_ticker(connection, [row for row in rows.values() if _is_plain(row)])
    underlyings = _underlyings(connection, rows.values())
    ends = _ends(connection, facts, root_of)
    spun_off = _spun_off(connection, rows)
    book = InstrumentBook()
    for root, row in rows.items():
        book.sides[root] = _side(row, likes.get(root, frozenset()), underlyings, ends.get(root))
        book.actions[root] = [*_actions(facts[root].actions), *spun_off.get(root, ())]
    return book


def _is_plain(row: Any) -> bool:
    return InstrumentType(row.instrument_type) not in _DERIVATIVES


def _side(
    row: Any, likes: frozenset[int], underlyings: Mapping[str, int], end: _End | None
) -> InstrumentSide:
    return InstrumentSide(
        id=row.id,
        symbol=row.symbol,
        type=InstrumentType(row.instrument_type),
        currency=row.currency,
        multiplier=row.multiplier,
        expiry=row.expiry,
        right=None if row.right is None else Right(row.right),
        strike=row.strike,
        underlying=underlyings.get(row.underlying_conid or row.underlying_symbol or ""),
        underlying_symbol=row.underlying_symbol,
        issuer=row.issuer or _company(row.cusip, row.isin),
        isin=row.isin,
        same_ticker=likes,
        gone_on=None if end is None else end.action.date,
        gone_by=None if end is None else FactRef("corporate_actions", end.action.id),
        successor=None if end is None else end.successor,
    )


def _company(cusip: str | None, isin: str | None) -> str | None:
    """Return the places of a CUSIP that are the company's; an ISIN of North America holds one."""
    if not cusip and isin and isin[:2] in _WITH_CUSIP:
        cusip = isin[2:]
    return cusip[:_ISSUER] if cusip else None


def _underlyings(connection: Connection, rows: Iterable[Any]) -> dict[str, int]:
    """Return by contract id, or by symbol, what derivatives are on."""
    i = instruments.c
    found: dict[str, int] = {}
    derivatives = [row for row in rows if row.underlying_symbol or row.underlying_conid]
    contracts = {row.underlying_conid for row in derivatives if row.underlying_conid}
    symbols = {row.underlying_symbol for row in derivatives if row.underlying_symbol}
    plain = i.instrument_type.not_in([kind.value for kind in _DERIVATIVES])
    for part in parts(symbols):
        query = select(i.symbol, i.id, i.same_as_id).where(i.symbol.in_(part), plain)
        for symbol, one, same in connection.execute(query.order_by(i.id.desc())):
            found[symbol] = same or one
    for part in parts(contracts):
        query = select(i.conid, i.id, i.same_as_id).where(i.conid.in_(part))
        for conid, one, same in connection.execute(query):
            found[conid] = same or one
    return found


def _same_ticker(connection: Connection, rows: Sequence[Any]) -> dict[int, frozenset[int]]:
    """Return by instrument the others that bear, or bore, its ticker."""
    i, a = instruments.c, instrument_aliases.c
    bearers: defaultdict[str, set[int]] = defaultdict(set)
    symbols = {row.symbol for row in rows}
    plain = i.instrument_type.not_in([kind.value for kind in _DERIVATIVES])
    for part in parts(symbols):
        own = select(i.symbol, i.id, i.same_as_id).where(i.symbol.in_(part), plain)
        named = (
            select(a.value, i.id, i.same_as_id)
            .join_from(instrument_aliases, instruments, i.id == a.instrument_id)
            .where(a.scheme == "ticker", a.value.in_(part), plain)
        )
        for query in (own, named):
            for symbol, one, same in connection.execute(query):
                bearers[symbol].add(same or one)
    return {row.id: frozenset(bearers[row.symbol] - {row.id}) for row in rows}


def _actions(told: Iterable[ActionFact]) -> list[KnownAction]:
    return [
        KnownAction(
            type=one.type.value, day=one.date, ratio=said(one.description).ratio,
            fact=FactRef("corporate_actions", one.id),
        )
        for one in told
    ]  # fmt: skip


def _spun_off(connection: Connection, rows: Mapping[int, Any]) -> dict[int, list[KnownAction]]:
    """Return by instrument the distributions of other shares that it gave basis to."""
    c = corporate_actions.c
    parents = {row.symbol: root for root, row in rows.items() if _is_plain(row)}
    parents |= {row.isin: root for root, row in rows.items() if row.isin and _is_plain(row)}
    found: defaultdict[int, list[KnownAction]] = defaultdict(list)
    query = select(c.id, c.date, c.description).where(c.type == _Type.SPIN_OFF.value).order_by(c.id)
    for row in connection.execute(query):
        what = said(row.description)
        root = parents.get(what.of_id or "", parents.get(what.of_symbol or ""))
        if root is not None:
            found[root].append(
                KnownAction(
                    type=_Type.SPIN_OFF.value, day=row.date, moves=False,
                    fact=FactRef("corporate_actions", row.id),
                )
            )  # fmt: skip
    return dict(found)


def _ends(
    connection: Connection, facts: Mapping[int, GroupFacts], root_of: Mapping[int, int]
) -> dict[int, _End]:
    """Return by instrument the action that took it away last, and what came for it."""
    last: dict[int, ActionFact] = {}
    for root, some in facts.items():
        for one in some.actions:
            takes = one.type in _ENDS and one.quantity is not None and one.quantity < 0
            if takes and (root not in last or last[root].date < one.date):
                last[root] = one
    came = _came(connection, {one.action_id for one in last.values() if one.action_id})
    return {
        root: _End(one, next((of for of in came.get(one.action_id or "", ()) if of != root), None))
        for root, one in last.items()
    }


def _came(connection: Connection, actions: Collection[str]) -> dict[str, list[int]]:
    c, i = corporate_actions.c, instruments.c
    found: defaultdict[str, list[int]] = defaultdict(list)
    for part in parts(actions):
        query = (
            select(c.action_id, c.quantity, i.id, i.same_as_id)
            .join_from(corporate_actions, instruments, i.id == c.instrument_id)
            .where(c.action_id.in_(part))
            .order_by(c.id)
        )
        for action, quantity, one, same in connection.execute(query):
            if quantity is not None and quantity > 0:
                found[action].append(same or one)
    return found

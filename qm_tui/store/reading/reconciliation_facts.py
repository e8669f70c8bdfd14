"""What happened to some instruments: the very facts that lots are booked of, as movements."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from qm_tui.domain.booking.facts import (
    ActionFact,
    ClosedLotFact,
    GroupFacts,
    OptionEventFact,
    TradeFact,
    TransferFact,
)
from qm_tui.domain.booking.plain import Place, PlainGroup, facts_of
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.option_events import told
from qm_tui.domain.booking.translate.rates import Rates
from qm_tui.domain.booking.translate.sides import Sides
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.store.reading.booking_rates import TAX_CURRENCY
from qm_tui.store.reading.booking_rows import FactRows
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation_cancels import waiting_cancels, with_cancels
from qm_tui.store.schema.activity import FACT_TABLES, fact_versions
from qm_tui.store.schema.reported import closed_lots

_TABLES = ("trades", "transfers", "corporate_actions", "option_events", "closed_lots")
_KINDS = {
    "trades": MovementKind.TRADE,
    "transfers": MovementKind.TRANSFER,
    "corporate_actions": MovementKind.CORPORATE_ACTION,
    "option_events": MovementKind.OPTION_EVENT,
}


@dataclass(slots=True)
class Told:
    """What was told of one instrument, in all accounts."""

    facts: GroupFacts
    movements: Mapping[int, list[Movement]] = field(default_factory=dict)
    """By account."""
    brought: Mapping[int, Decimal] = field(default_factory=dict)
    """Closed lot → the money of the trade that closed it."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a fact comes from."""

    documents: frozenset[int]
    likeness: str | None


_NOWHERE = _Source(frozenset(), None)
_Sources = Mapping[FactRef, _Source]


def told_of(
    connection: Connection, root_of: Mapping[int, int], numbers: Mapping[int, str]
) -> dict[int, Told]:
    """Read the facts of instruments.

    Args:
        connection: of the store.
        root_of: every name of an instrument → what stands for all of them.
        numbers: account → its number, of all accounts.

    Returns:
        What stands for all names → what was told of it.
    """
    rows = FactRows(connection, numbers, root_of, tables=_TABLES).read()
    same = {one: root for one, root in root_of.items() if one != root}
    found: dict[int, Told] = {}
    for root, tables in rows.items():
        group = PlainGroup(
            place=Place("", root), members=(root,), same=same, securities=(), accounts=(),
            rows=tables,
        )  # fmt: skip
        found[root] = Told(facts_of(group))
    sources = _sources(connection, [one.facts for one in found.values()])
    cancels = waiting_cancels(connection, root_of)
    brought = _brought(connection, [one.facts for one in found.values()])
    for root, one in found.items():
        one.brought = brought
        one.movements = _movements(one.facts, numbers, sources)
        for account, some in one.movements.items():
            taken = cancels.get((account, root))
            if taken:
                some[:] = with_cancels(some, taken)
    return found


def _sources(connection: Connection, groups: Iterable[GroupFacts]) -> _Sources:
    named: defaultdict[str, set[int]] = defaultdict(set)
    for facts in groups:
        for table, some in _by_table(facts).items():
            named[table] |= {fact.id for fact in some}
    found: dict[FactRef, _Source] = {}
    for table, ids in named.items():
        c, v = FACT_TABLES[table].c, fact_versions.c
        documents: defaultdict[int, set[int]] = defaultdict(set)
        likenesses: dict[int, str | None] = {}
        for part in parts(ids):
            query = select(c.id, c.document_id, c.likeness, c.restated).where(c.id.in_(part))
            restated: list[int] = []
            for one, document, likeness, again in connection.execute(query):
                likenesses[one] = likeness
                if document is not None:
                    documents[one].add(document)
                if again:
                    restated.append(one)
            versions = select(v.fact_id, v.document_id).where(
                v.fact_table == table, v.fact_id.in_(restated), v.document_id.is_not(None)
            )
            for one, document in connection.execute(versions) if restated else ():
                documents[one].add(document)
        for one in ids:
            found[FactRef(table, one)] = _Source(frozenset(documents[one]), likenesses.get(one))
    return found


def _brought(connection: Connection, groups: Iterable[GroupFacts]) -> dict[int, Decimal]:
    """Return by closed lot what the trade brought that closed it: what it had cost, and the gain.

    Both are signed, so that it holds for shorts as well.
    """
    c = closed_lots.c
    found: dict[int, Decimal] = {}
    for part in parts({one.id for facts in groups for one in facts.closed_lots}):
        query = select(c.id, c.cost_basis, c.realized_pnl).where(c.id.in_(part))
        for one, cost, gain in connection.execute(query):
            if cost is not None and gain is not None:
                found[one] = cost + gain
    return found


def _by_table(facts: GroupFacts) -> dict[str, Sequence[Any]]:
    return {
        "trades": facts.trades,
        "transfers": facts.transfers,
        "corporate_actions": facts.actions,
        "option_events": facts.option_events,
    }


def _movements(
    facts: GroupFacts, numbers: Mapping[int, str], sources: _Sources
) -> dict[int, list[Movement]]:
    found: defaultdict[int, list[Movement]] = defaultdict(list)
    by_table = _by_table(facts)
    for table, make in _MAKERS.items():
        for fact in by_table[table]:
            found[fact.account].append(
                Movement(**_common(table, fact, numbers, sources), **make(fact))
            )
    for event, values in _ends(facts):
        common = _common("option_events", event, numbers, sources)
        found[event.account].append(Movement(**common, **values))
    return dict(found)


def _common(table: str, fact: Any, numbers: Mapping[int, str], sources: _Sources) -> dict[str, Any]:
    ref = FactRef(table, fact.id)
    source = sources.get(ref, _NOWHERE)
    return {
        "kind": _KINDS[table],
        "fact": ref,
        "key": fact.key,
        "documents": source.documents,
        "likeness": source.likeness,
        "account": fact.account,
        "account_name": numbers.get(fact.account),
    }


def _of_trade(trade: TradeFact) -> dict[str, Any]:
    paid = [one for one in (trade.commission, trade.taxes) if one is not None]
    foreign = trade.commission_currency not in {None, trade.currency}
    return {
        "day": trade.trade_date,
        "at": trade.executed_at,
        "quantity": trade.quantity,
        "price": trade.price,
        "proceeds": trade.proceeds,
        "commission": sum(paid[1:], paid[0]) if paid and not foreign else None,
        "open_close": trade.open_close,
        "type": trade.transaction_type,
    }


def _of_transfer(transfer: TransferFact) -> dict[str, Any]:
    return {
        "day": transfer.date,
        "at": transfer.occurred_at,
        "quantity": transfer.quantity,
        "type": transfer.type,
        "cost_basis": transfer.cost_basis,
    }


def _of_action(action: ActionFact) -> dict[str, Any]:
    return {
        "day": action.date,
        "at": action.effective_at,
        "quantity": action.quantity,
        "proceeds": action.proceeds,
        "type": action.type.value,
        "cost_basis": action.cost_basis,
    }


_MAKERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "trades": _of_trade, "transfers": _of_transfer, "corporate_actions": _of_action,
}  # fmt: skip


def _ends(facts: GroupFacts) -> Iterable[tuple[OptionEventFact, dict[str, Any]]]:
    """Yield how options ended: what no trade tells moves the holding, the rest is evidence."""
    if not facts.option_events:
        return
    desk = Desk(facts=facts, rates=Rates(tax=TAX_CURRENCY, daily={}, bases={}))
    alone = {event.id for event in told(desk).alone}
    sides = Sides(desk)
    for event in sorted(facts.option_events, key=lambda event: (event.date, event.id)):
        counts = event.id in alone and bool(event.quantity)
        yield (
            event,
            {
                "day": event.date,
                "quantity": sides.signed(event) if counts else event.quantity,
                "price": event.price,
                "proceeds": event.proceeds,
                "commission": event.commission,
                "type": event.type.value,
                "counts": counts,
            },
        )


def closings_of(facts: GroupFacts, account: int) -> list[ClosedLotFact]:
    """Return the lots that the broker says an account has closed."""
    return [one for one in facts.closed_lots if one.account == account]

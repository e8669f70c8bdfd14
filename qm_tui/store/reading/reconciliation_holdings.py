"""Some holdings from both sides, with all that may tell why the sides do not agree."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import (
    Holding,
    Movement,
    MovementKind,
    ToldClosing,
    ToldLot,
    ToldPosition,
)
from qm_tui.store.reading.reconciliation import Place, Seen, Sums
from qm_tui.store.reading.reconciliation_accounts import AccountSide
from qm_tui.store.reading.reconciliation_deliveries import deliveries
from qm_tui.store.reading.reconciliation_earlier import earlier_positions
from qm_tui.store.reading.reconciliation_facts import Told, closings_of, told_of
from qm_tui.store.reading.reconciliation_instruments import InstrumentBook, instrument_book
from qm_tui.store.reading.reconciliation_lots import Derived, derived, told_lots
from qm_tui.store.reading.reconciliation_times import told_at

_ONE = Decimal(1)


def holdings(
    connection: Connection,
    sums: Sums,
    sides: Mapping[int, AccountSide],
    places: Collection[Place],
) -> list[Holding]:
    """Read holdings from both sides.

    Args:
        connection: of the store, in the transaction in which the sums were read.
        sums: both sides of everything.
        sides: what is known of the accounts.
        places: which holdings.
    """
    wanted = set(places)
    roots = {instrument for _, instrument in wanted}
    root_of = {root: root for root in roots}
    root_of |= {one: root for one, root in sums.canonical.items() if root in roots}
    told = told_of(connection, root_of, {one: side.number for one, side in sides.items()})
    book = instrument_book(connection, root_of, {root: one.facts for root, one in told.items()})
    lots = derived(connection, wanted) if sums.lots is not None else None
    by_broker = told_lots(connection, wanted, sums.canonical)
    earlier = earlier_positions(connection, wanted, root_of)
    delivered = deliveries(connection, wanted)
    found = (
        _holding(
            place, sums, sides, book, told[place[1]], lots, by_broker.get(place),
            earlier.get(place, ()),
        )
        for place in sorted(wanted)
    )  # fmt: skip
    return [
        replace(one, deliveries=delivered.get((one.account, one.instrument.id), ()))
        for one in found
    ]


def _holding(
    place: Place,
    sums: Sums,
    sides: Mapping[int, AccountSide],
    book: InstrumentBook,
    told: Told,
    lots: Derived | None,
    by_broker: Sequence[ToldLot] | None,
    earlier: Sequence[ToldPosition],
) -> Holding:
    account, instrument = place
    seen, side = sums.position(place), sides[account]
    currency = book.sides[instrument].currency
    return Holding(
        account=account,
        instrument=book.sides[instrument],
        position=None if seen is None else _position(seen),
        earlier=[one for one in earlier if seen is None or one.as_of < told_at(seen.as_of)],
        broker_lots=_broker_lots(by_broker, seen, sums.lots_told.get(account)),
        lots=None if lots is None else lots.lots[place],
        bases={} if lots is None else lots.bases[place],
        movements=[replace(one, account=None) for one in told.movements.get(account, ())],
        elsewhere=_elsewhere(told, account, sides),
        actions=book.actions.get(instrument, ()),
        closings=[
            ToldClosing(
                quantity=one.quantity, day=one.disposition_date, trade_key=one.closing_trade_key,
                brought=told.brought.get(one.id), fact=FactRef("closed_lots", one.id),
            )
            for one in closings_of(told.facts, account)
            if one.disposition_date is not None
        ],
        gains=sums.gains.get(place, ()),
        findings=[] if lots is None else lots.findings[place],
        history=replace(side.history, moved=account not in sums.unmoved),
        account_value=side.value,
        rate_to_base=side.rate(currency, None if seen is None else seen.fx_rate_to_base),
    )  # fmt: skip


def _position(seen: Seen) -> ToldPosition:
    return ToldPosition(
        quantity=seen.quantity,
        as_of=told_at(seen.as_of),
        cost_basis=seen.cost_basis,
        market_price=seen.market_price,
        market_value=seen.market_value,
        fact=None if seen.row is None else FactRef("positions", seen.row),
        stale=seen.stale,
    )


def _broker_lots(
    told: Sequence[ToldLot] | None, seen: Seen | None, answered: dt.datetime | None
) -> Sequence[ToldLot] | None:
    """Return the lots that were told; that there are none only as of the position's own moment."""
    if told:
        return told
    silent = seen is not None and answered is not None and answered >= seen.as_of
    return () if silent else None


def _elsewhere(told: Told, account: int, sides: Mapping[int, AccountSide]) -> list[Movement]:
    ours = sides[account].taxpayer
    return [
        one
        for other, movements in told.movements.items()
        if other != account and sides[other].taxpayer == ours
        for one in movements
        if one.kind is MovementKind.TRANSFER
    ]

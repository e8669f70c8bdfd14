"""The lots of some holdings from both sides, and what booking could not settle of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from qm_tui.domain.booking.words import BasisStatus, FindingKind, Origin, View
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import BookingFinding, OpenLot, ToldLot
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.holdings import current_sets
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation import Place
from qm_tui.store.reading.reconciliation_times import told_at
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.derived import booking_findings, tax_lots
from qm_tui.store.schema.holdings import broker_lots
from qm_tui.store.schema.instruments import instruments

EVERY = "every"
"""The view of rows that stand for all three."""
_BROKER = (EVERY, View.BROKER.value)
_ZERO = Decimal(0)


@dataclass(slots=True)
class Derived:
    """What is derived of some holdings."""

    lots: defaultdict[Place, list[OpenLot]] = field(default_factory=lambda: defaultdict(list))
    bases: defaultdict[Place, dict[View, Decimal | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    findings: defaultdict[Place, list[BookingFinding]] = field(
        default_factory=lambda: defaultdict(list)
    )


def derived(connection: Connection, places: Collection[Place]) -> Derived:
    """Read what is derived of holdings."""
    found = Derived()
    named = {instrument for _, instrument in places}
    fees = _fees(connection, named)
    lots, findings = tax_lots.c, booking_findings.c
    for part in parts(named):
        wanted = lots.instrument_id.in_(part) & (lots.in_transit == 0)
        for row in connection.execute(select(tax_lots).where(wanted).order_by(lots.id)):
            place = (row.account_id, row.instrument_id)
            _add_basis(found.bases[place], row.view, row.cost_basis)
            if row.view in _BROKER:
                found.lots[place].append(_lot(row, fees))
        query = select(booking_findings).where(
            findings.instrument_id.in_(part), findings.view.in_(_BROKER)
        )
        for row in connection.execute(query.order_by(findings.id)):
            found.findings[row.account_id, row.instrument_id].append(
                BookingFinding(
                    kind=FindingKind(row.kind), day=row.day, quantity=row.quantity,
                    fact=_ref(row.fact_table, row.fact_id), detail=row.detail or "",
                )
            )  # fmt: skip
    return found


def _add_basis(bases: dict[View, Decimal | None], view: str, basis: Decimal | None) -> None:
    for one in View if view == EVERY else (View(view),):
        known = bases.get(one, _ZERO)
        bases[one] = None if known is None or basis is None else known + basis


def _fees(connection: Connection, named: Collection[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """Return of trades in something else that opened lots: what they cost, and the fees in it.

    A contract that was adjusted and shares of a merger have lots that another instrument's trades
    opened.
    """
    lots, t, i = tax_lots.c, trades.c, instruments.c
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for part in parts(named):
        query = (
            select(t.id, t.quantity, t.price, t.commission, t.taxes, i.multiplier)
            .distinct()
            .join_from(tax_lots, trades, t.id == lots.fact_id)
            .join(instruments, i.id == t.instrument_id)
            .where(
                lots.instrument_id.in_(part),
                lots.fact_table == "trades",
                t.instrument_id != lots.instrument_id,
                t.price.is_not(None),
                t.commission_currency.is_(None) | (t.commission_currency == t.currency),
            )
        )
        for row in connection.execute(query):
            fees = (row.commission or _ZERO) + (row.taxes or _ZERO)
            found[row.id] = (row.quantity * row.price * row.multiplier - fees, -fees)
    return found


def _lot(row: Row[Any], fees: Mapping[int, tuple[Decimal, Decimal]]) -> OpenLot:
    values = row._mapping
    whole = fees.get(values["fact_id"]) if values["fact_table"] == "trades" else None
    return OpenLot(
        quantity=values["quantity"],
        cost_basis=values["cost_basis"],
        basis_status=BasisStatus(values["basis_status"]),
        acquisition_date=values["acquisition_date"],
        origin=Origin(values["origin"]),
        fact=FactRef("tax_lots", values["id"]),
        opened_by=_ref(values["fact_table"], values["fact_id"]),
        commission=None if whole is None else _share(values["cost_basis"], *whole),
    )


def _share(cost: Decimal | None, whole: Decimal, fees: Decimal) -> Decimal | None:
    """Return a lot's part of the fees of the trade that opened it: its part of the money."""
    if cost is None or not whole:
        return None
    return fees * min(abs(cost / whole), Decimal(1))


def _ref(table: str | None, fact: int | None) -> FactRef | None:
    return None if table is None or fact is None else FactRef(table, fact)


def told_lots(
    connection: Connection, places: Collection[Place], canonical: Mapping[int, int]
) -> dict[Place, list[ToldLot]]:
    """Read the lots of holdings as the brokers report them, of the newest answer that names one."""
    sets = [
        one for one in current_sets(connection, Section.BROKER_LOTS, Scope()) if not one.overruled
    ]
    rank = {one.id: place for place, one in enumerate(sets)}
    b = broker_lots.c
    rows = connection.execute(select(broker_lots).where(b.set_id.in_(rank)).order_by(b.id)).all()
    newest: dict[Place, int] = {}
    found: dict[Place, list[ToldLot]] = {}
    for row in sorted(rows, key=lambda row: rank[row.set_id]):
        place = (row.account_id, canonical.get(row.instrument_id, row.instrument_id))
        if place in places and newest.setdefault(place, row.set_id) == row.set_id:
            found.setdefault(place, []).append(
                ToldLot(
                    quantity=row.quantity, as_of=told_at(row.as_of), cost_basis=row.cost_basis,
                    acquisition_date=row.acquisition_date, fact=FactRef("broker_lots", row.id),
                )
            )  # fmt: skip
    return found

"""What was derived: open lots, gains, adjustments and findings of one view."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Row,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)

from qm_tui.domain.booking.words import View
from qm_tui.domain.selection import Scope
from qm_tui.store.reading.accounts import every_account
from qm_tui.store.reading.activity import (
    accounts_of,
    instruments_of,
    referred_by,
    shown,
    with_account,
    with_instrument,
)
from qm_tui.store.reading.listing import Listing, matching
from qm_tui.store.reading.narrowing import account_ids, among, containing, in_year, instrument_ids
from qm_tui.store.schema.accounts import account_settings, accounts
from qm_tui.store.schema.activity import (
    cash_transactions,
    corporate_actions,
    option_events,
    trades,
    transfer_lots,
    transfers,
)
from qm_tui.store.schema.booking import booking_groups, booking_state, dirty_marks
from qm_tui.store.schema.derived import booking_findings, lot_adjustments, realized_gains, tax_lots
from qm_tui.store.schema.holdings import positions
from qm_tui.store.schema.reported import closed_lots
from qm_tui.store.schema.sync import raw_documents

EVERY = "every"
"""The view of rows that stand for all three."""

FACTS = {
    table.name: table
    for table in (
        trades, transfers, transfer_lots, corporate_actions, option_events, cash_transactions,
        closed_lots, positions,
    )
}  # fmt: skip
"""What derived rows follow from: facts, and the positions whose prices are year-end marks."""

TREATMENT = func.coalesce(account_settings.c.tax_treatment, accounts.c.tax_treatment, "taxable")
"""How an account is taxed; joins of accounts and their settings are needed."""


def of_view(table: Any, view: View) -> ColumnElement[bool]:
    """Ask for the rows of a view, and for those that stand for all of them."""
    asked: ColumnElement[bool] = table.c.view.in_((view.value, EVERY))
    return asked


class State(NamedTuple):
    """How far the deriving is."""

    derived: bool
    waiting: int
    generation: int | None
    facts: int


def state(connection: Connection) -> State:
    """Say whether anything is derived, and whether from all the facts there are."""
    anything = (
        select(tax_lots.c.id).union_all(select(realized_gains.c.id)).limit(1)
    )  # one row of either is enough
    return State(
        derived=connection.scalar(anything) is not None,
        waiting=connection.scalar(select(func.count()).select_from(dirty_marks)) or 0,
        generation=connection.scalar(select(func.max(booking_groups.c.generation))),
        facts=connection.scalar(select(booking_state.c.generation)) or 0,
    )


def narrowed(table: Any, connection: Connection, scope: Scope) -> list[ColumnElement[bool]]:
    """Narrow a derived table to the accounts and instruments of a scope."""
    return [
        *among(table.c.account_id, account_ids(connection, scope)),
        *among(table.c.instrument_id, instrument_ids(connection, scope)),
    ]


_SEARCHED = (accounts.c.number, shown.c.symbol, shown.c.description, shown.c.underlying_symbol)


def lots(connection: Connection, scope: Scope, view: View) -> list[Row[Any]]:
    """Return the open lots by account, symbol and acquisition."""
    t = tax_lots
    query = (
        select(
            t.c.id, t.c.number, t.c.account_id, accounts.c.number.label("account"),
            accounts.c.broker, shown.c.id.label("instrument_id"), shown.c.symbol,
            shown.c.multiplier, t.c.currency, t.c.quantity, t.c.acquisition_date,
            t.c.holding_start, t.c.cost_basis, t.c.tax_cost_basis, t.c.basis_status,
            t.c.wash_adjustment, t.c.origin, t.c.in_transit, t.c.section_1256, t.c.fact_table,
            t.c.fact_id,
        )
        .select_from(with_instrument(with_account(t), t))
        .where(
            of_view(t, view),
            *narrowed(t, connection, scope),
            *containing(scope.text, _SEARCHED),
        )
        .order_by(
            accounts.c.number, shown.c.symbol, t.c.acquisition_date, t.c.acquired_at, t.c.number,
        )
    )  # fmt: skip
    return list(connection.execute(query))


# --- gains -----------------------------------------------------------------------------------


def _provenance(name: str, table: ColumnElement[str], row: ColumnElement[int]) -> Any:
    """Look up a column of the fact that two columns point to."""
    return case(
        *(
            (
                table == fact.name,
                select(fact.c[name]).where(fact.c.id == row).correlate(realized_gains)
                .scalar_subquery(),
            )
            for fact in FACTS.values()
        ),
        else_=None,
    )  # fmt: skip


def _gains_where(connection: Connection, scope: Scope) -> list[ColumnElement[bool]]:
    conditions = narrowed(realized_gains, connection, scope)
    if scope.as_of is not None:
        conditions.append(realized_gains.c.disposition_date <= scope.as_of)
    return [*conditions, *in_year(realized_gains.c.disposition_date, scope.year)]


@cache
def gains_of(view: View) -> Listing:
    """Return the listing of a view's gains."""
    t = realized_gains
    with_settings = with_account(t).outerjoin(
        account_settings, account_settings.c.number == accounts.c.number
    )
    return Listing(
        source=with_instrument(with_settings, t),
        columns={
            "account": accounts.c.number,
            "symbol": shown.c.symbol,
            "instrument_id": shown.c.id,
            "instrument_type": shown.c.instrument_type,
            "tax_treatment": TREATMENT,
            **{
                name: t.c[name]
                for name in (
                    "id", "number", "currency", "quantity", "acquisition_date", "holding_start",
                    "disposition_date", "proceeds", "cost_basis", "gain", "term",
                    "wash_disallowed", "closing", "method", "wash_in_basis", "basis_status",
                )
            },
            "proceeds_usd": t.c.tax_proceeds,
            "cost_basis_usd": t.c.tax_cost_basis,
            "gain_usd": t.c.tax_gain,
            "wash_disallowed_usd": t.c.tax_wash_disallowed,
            # To sort by; the exact sums are made of the exact parts.
            "net_gain": cast(t.c.gain, Float) + cast(t.c.wash_disallowed, Float),
            "net_gain_usd": cast(t.c.tax_gain, Float) + cast(t.c.tax_wash_disallowed, Float),
            "source": literal("derived"),
            "view": literal(view.value),
            "document_id": _provenance("document_id", t.c.closing_table, t.c.closing_id),
            "document_row": _provenance("document_row", t.c.closing_table, t.c.closing_id),
        },
        where=(of_view(t, view),),
        id=t.c.id,
        searched=("disposition_date", "term", "closing"),
        names=(accounts_of(t), instruments_of(t, "symbol", "underlying_symbol")),
        referred=referred_by(t),
        narrow=_gains_where,
        natural={"disposition_date": t.c.disposition_date},
    )  # fmt: skip


def gain_amounts(connection: Connection, scope: Scope, view: View) -> list[Row[Any]]:
    """Return what sums by year are made of, a row a gain."""
    listing, t = gains_of(view), realized_gains
    query = (
        select(
            t.c.disposition_date, TREATMENT.label("treatment"), t.c.term, t.c.tax_gain,
            t.c.tax_wash_disallowed,
        )
        .select_from(listing.source)
        .where(*matching(connection, listing, scope))
    )  # fmt: skip
    return list(connection.execute(query))


# --- adjustments and findings ----------------------------------------------------------------


def adjustments(connection: Connection, scope: Scope, view: View) -> list[Row[Any]]:
    """Return the losses that were disallowed, by the day on which that took effect."""
    listing, gain, t, to = gains_of(view), realized_gains, lot_adjustments, tax_lots
    same_run = and_(t.c.group_id == gain.c.group_id, t.c.view == gain.c.view)
    target = and_(
        to.c.group_id == t.c.group_id, to.c.view == t.c.view, to.c.number == t.c.lot_number
    )
    bought_in = select(accounts.c.number).where(accounts.c.id == to.c.account_id)
    query = (
        select(
            t.c.id, t.c.kind, t.c.day, accounts.c.number.label("account"), shown.c.symbol,
            gain.c.currency, gain.c.disposition_date.label("sold_on"), t.c.quantity, t.c.amount,
            t.c.tax_amount.label("amount_usd"), t.c.gain_number.label("slice_number"),
            t.c.lot_number, bought_in.correlate(to).scalar_subquery().label("to_account"),
            TREATMENT.label("treatment"),
        )
        .select_from(
            listing.source.join(t, and_(same_run, t.c.gain_number == gain.c.number)).outerjoin(
                to, target
            )
        )
        .where(*matching(connection, listing, scope))
        .order_by(t.c.day, t.c.id)
    )  # fmt: skip
    if scope.as_of is not None:
        query = query.where(t.c.day <= scope.as_of)
    return list(connection.execute(query))


def findings(connection: Connection, scope: Scope, view: View) -> list[Row[Any]]:
    """Return what booking could not settle, the newest first."""
    t = booking_findings
    query = (
        select(
            t.c.id, t.c.kind, t.c.day, accounts.c.number.label("account"), shown.c.symbol,
            shown.c.id.label("instrument_id"), t.c.quantity, t.c.detail,
            t.c.fact_table.label("table"), t.c.fact_id.label("source_id"),
        )
        .select_from(with_instrument(with_account(t), t))
        .where(
            of_view(t, view),
            *narrowed(t, connection, scope),
            *containing(scope.text, (*_SEARCHED, t.c.kind, t.c.detail)),
        )
        .order_by(t.c.day.desc(), t.c.id.desc())
    )  # fmt: skip
    if scope.as_of is not None:
        query = query.where(t.c.day <= scope.as_of)
    return list(connection.execute(query))


# --- down to the broker's bytes --------------------------------------------------------------


class FactPlace(NamedTuple):
    """Where a fact stands in what the broker sent."""

    document_id: int
    document: str
    document_row: int | None


Fact = tuple[str | None, int | None]
"""A table and a row of it."""

_AT_ONCE = 500


def fact_places(connection: Connection, facts: Iterable[Fact]) -> Mapping[Fact, FactPlace]:
    """Return where facts come from; those without a document are left out."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for table, row_id in facts:
        if table in FACTS and row_id is not None:
            wanted[table].add(row_id)
    found: dict[Fact, FactPlace] = {}
    for name, ids in wanted.items():
        fact, ordered = FACTS[name], sorted(ids)
        for start in range(0, len(ordered), _AT_ONCE):
            rows = connection.execute(
                select(fact.c.id, fact.c.document_id, raw_documents.c.name, fact.c.document_row)
                .join(raw_documents, raw_documents.c.id == fact.c.document_id)
                .where(fact.c.id.in_(ordered[start : start + _AT_ONCE]))
            )
            found |= {(name, row.id): FactPlace(*tuple(row)[1:]) for row in rows}
    return found


def scope_ids(connection: Connection, scope: Scope) -> tuple[list[int] | None, list[int] | None]:
    """Return the ids of the accounts and instruments meant; None when all are."""
    return account_ids(connection, scope), instrument_ids(connection, scope)


class Account(NamedTuple):
    """An account as rows of it are shown."""

    number: str
    broker: str
    treatment: str


def accounts_by_id(connection: Connection) -> dict[int, Account]:
    """Return the accounts by their ids."""
    return {
        row.id: Account(row.account, row.broker, row.tax_treatment)
        for row in every_account(connection)
    }

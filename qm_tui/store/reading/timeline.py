"""All that happened, of whatever kind, as listings that say the same of their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Integer,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    type_coerce,
)

from qm_tui.domain.conditions import Comparison, Condition
from qm_tui.store.columns import ExactDecimal, UtcTime, written
from qm_tui.store.reading.activity import (
    accounts_of,
    instruments_of,
    narrowed,
    referred_by,
    shown,
    with_account,
    with_instrument,
)
from qm_tui.store.reading.listing_parts import Listing
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import (
    cash_transactions,
    corporate_actions,
    margin_interest,
    option_events,
    trades,
    transfers,
)

_NO_NUMBER = type_coerce(null(), ExactDecimal())
_NO_TEXT = type_coerce(null(), String())
_NO_MOMENT = type_coerce(null(), UtcTime())
_NO_ID = type_coerce(null(), Integer())


def _happened(
    table: Table,
    kind: str,
    *,
    day: ColumnElement[Any],
    when: ColumnElement[Any] | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
    searched: tuple[str, ...] = (),
    types: frozenset[str] = frozenset(),
    **said: ColumnElement[Any],
) -> Listing:
    """Make the listing of one kind.

    Args:
        table: of its facts.
        kind: what it is called.
        day: when it happened, as it is shown.
        when: what it is ordered by; the day without it.
        where: what a fact has to meet to have happened.
        searched: labels of the table itself that a text is looked for in.
        types: all that `type` can be, where it is reckoned row by row.
        said: what else is known of it.
    """
    has_instrument = "instrument_id" in table.c
    source = with_account(table)
    nothing: dict[str, ColumnElement[Any]] = {
        "type": _NO_TEXT, "occurred_at": _NO_MOMENT, "description": _NO_TEXT,
        "counterparty": _NO_TEXT, "quantity": _NO_NUMBER, "price": _NO_NUMBER,
        "amount": _NO_NUMBER, "cost_basis": _NO_NUMBER, "broker_id": _NO_TEXT,
    }  # fmt: skip
    return Listing(
        source=with_instrument(source, table) if has_instrument else source,
        columns={
            "id": table.c.id,
            "kind": literal(kind, String()),
            "date": day,
            "account": accounts.c.number,
            "symbol": shown.c.symbol if has_instrument else _NO_TEXT,
            "instrument_id": table.c.instrument_id if has_instrument else _NO_ID,
            "currency": table.c.currency,
            **nothing,
            **said,
            "document_id": table.c.document_id,
            "document_row": table.c.document_row,
        },
        where=where,
        id=table.c.id,
        searched=("kind", "date", "type", "currency", *searched),
        referred=referred_by(table),
        names=(
            accounts_of(table),
            *([instruments_of(table, "symbol", "description")] if has_instrument else []),
        ),
        narrow=lambda connection, scope: [
            *narrowed(table, connection, scope, day),
            *_possible(types, scope.conditions),
        ],
        natural={"date": written(day if when is None else when)},
    )


def _possible(types: frozenset[str], conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    """Spare looking at every row for a type that none of them has."""
    asked = (
        str(each.value).lower()
        for each in conditions
        if each.field == "type" and each.comparison in {Comparison.CONTAINS, Comparison.EQUAL}
    )
    if types and any(all(word not in one for one in types) for word in asked):
        return [literal(value=False)]
    return []


_bought = case((cast(trades.c.quantity, Float) < 0, "sell"), else_="buy")
_accrued_on = func.coalesce(
    margin_interest.c.to_date, margin_interest.c.from_date, type_=Date()
)  # fmt: skip

TIMELINE = (
    _happened(
        trades, "trade",
        day=trades.c.trade_date, when=trades.c.ordered_at,
        # Written as the trades' own listing has it: only then the index of what is booked is used.
        where=(trades.c.state == literal_column("'booked'"),),
        type=_bought, types=frozenset({"buy", "sell"}),
        occurred_at=trades.c.executed_at, description=shown.c.description,
        quantity=trades.c.quantity, price=trades.c.price, amount=trades.c.proceeds,
        cost_basis=trades.c.cost_basis,
        broker_id=func.coalesce(trades.c.broker_trade_id, trades.c.broker_transaction_id),
        searched=("broker_id",),
    ),
    _happened(
        option_events, "option_event",
        day=option_events.c.date,
        type=option_events.c.type, description=shown.c.description,
        quantity=option_events.c.quantity, price=option_events.c.price,
        amount=option_events.c.proceeds, cost_basis=option_events.c.cost_basis,
        broker_id=option_events.c.broker_trade_id,
    ),
    _happened(
        corporate_actions, "corporate_action",
        day=corporate_actions.c.date,
        type=corporate_actions.c.type, occurred_at=corporate_actions.c.effective_at,
        description=corporate_actions.c.description, quantity=corporate_actions.c.quantity,
        amount=func.coalesce(
            corporate_actions.c.proceeds, corporate_actions.c.amount, type_=ExactDecimal()
        ),
        cost_basis=corporate_actions.c.cost_basis, broker_id=corporate_actions.c.broker_id,
        searched=("description",),
    ),
    _happened(
        transfers, "transfer",
        day=transfers.c.date,
        type=transfers.c.direction, occurred_at=transfers.c.occurred_at,
        description=transfers.c.description,
        counterparty=func.coalesce(transfers.c.counterparty, transfers.c.counterparty_account),
        quantity=transfers.c.quantity, price=transfers.c.price, amount=transfers.c.cash_amount,
        cost_basis=transfers.c.cost_basis, broker_id=transfers.c.broker_id,
        searched=("description", "counterparty"),
    ),
    _happened(
        cash_transactions, "cash",
        day=cash_transactions.c.date,
        type=cash_transactions.c.type, occurred_at=cash_transactions.c.occurred_at,
        description=cash_transactions.c.description, amount=cash_transactions.c.amount,
        broker_id=cash_transactions.c.broker_id,
        searched=("description",),
    ),
    _happened(
        margin_interest, "interest",
        day=_accrued_on,
        type=margin_interest.c.type, amount=margin_interest.c.accrued,
        broker_id=margin_interest.c.broker_id,
    ),
)  # fmt: skip
"""What happened on one day follows each other in this order."""

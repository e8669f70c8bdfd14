"""What happened, as listings: trades, cash, transfers, interest, realized gains."""

from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
)

from qm_tui.domain.selection import Scope
from qm_tui.store.reading.listing_parts import Listing, Names, Referred
from qm_tui.store.reading.narrowing import account_ids, among, in_year, instrument_ids
from qm_tui.store.schema.accounts import account_settings, accounts
from qm_tui.store.schema.activity import (
    cash_transactions,
    corporate_actions,
    margin_interest,
    option_events,
    trades,
    transfers,
)
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.reported import closed_lots

# An instrument that turned out to be another one is shown as that one.
named = instruments.alias("named")
shown = instruments.alias("shown")


def with_account(table: FromClause) -> FromClause:
    """Join the account. Outer joins, so that the planner starts from the table and its index."""
    return table.outerjoin(accounts, accounts.c.id == table.c.account_id)


def with_instrument(table: FromClause, rows: Table) -> FromClause:
    """Join the instrument that stands for the row's."""
    return table.outerjoin(named, named.c.id == rows.c.instrument_id).outerjoin(
        shown, shown.c.id == func.coalesce(named.c.same_as_id, named.c.id)
    )


def accounts_of(table: Table) -> Names:
    """Return the account numbers that rows refer to."""
    return Names(
        refers=table.c.account_id, ids=select(accounts.c.id), searched=(accounts.c.number,)
    )


def instruments_of(table: Table, *names: str) -> Names:
    """Return the instruments' names that rows refer to."""
    ids = select(named.c.id).join_from(
        named, shown, shown.c.id == func.coalesce(named.c.same_as_id, named.c.id)
    )
    return Names(
        refers=table.c.instrument_id, ids=ids, searched=tuple(shown.c[name] for name in names)
    )


def referred_by(table: Table) -> dict[str, Referred]:
    """Return the fields of the account, and of the instrument if there is one, by their names."""
    said = account_settings
    joined = accounts.outerjoin(said, said.c.number == accounts.c.number)
    of_account = partial(
        Referred, refers=table.c.account_id, ids=select(accounts.c.id).select_from(joined)
    )
    names = (
        accounts.c.number,
        func.coalesce(said.c.nickname, accounts.c.nickname),
        func.coalesce(said.c.tax_treatment, accounts.c.tax_treatment, "taxable"),
    )
    found = {
        "account": of_account(columns=names),
        "broker": of_account(columns=(accounts.c.broker,)),
    }
    if "instrument_id" not in table.c:
        return found
    ids = select(named.c.id).join_from(
        named, shown, shown.c.id == func.coalesce(named.c.same_as_id, named.c.id)
    )
    i = shown.c
    of_instrument = partial(Referred, refers=table.c.instrument_id, ids=ids)
    right = case((i.right == "C", "call"), (i.right == "P", "put"))
    found["symbol"] = of_instrument(
        columns=(i.symbol,), wider=(i.underlying_symbol, i.osi_symbol, i.isin)
    )
    found["underlying"] = of_instrument(columns=(i.underlying_symbol,), wider=(i.symbol,))
    fields = {
        "instrument_type": i.instrument_type, "expiry": i.expiry, "strike": i.strike,
        "right": right, "isin": i.isin,
    }  # fmt: skip
    found |= {name: of_instrument(columns=(column,)) for name, column in fields.items()}
    if "description" not in table.c:
        found["description"] = of_instrument(columns=(i.description,))
    return found


def narrowed(
    table: Table, connection: Connection, scope: Scope, day: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    """Return what a row of a fact has to meet to be in a scope; `day` is when it happened."""
    conditions = among(table.c.account_id, account_ids(connection, scope))
    if "instrument_id" in table.c:
        conditions += among(table.c.instrument_id, instrument_ids(connection, scope))
    elif scope.symbol is not None or scope.instrument_id is not None:
        conditions.append(literal(value=False))
    if scope.run is not None:
        conditions.append(table.c.run_id == scope.run)
    if scope.as_of is not None:
        conditions.append(day <= scope.as_of)
    return [*conditions, *in_year(day, scope.year)]


_provenance = ("document_id", "document_row")


def _of(table: Table, *names: str) -> dict[str, ColumnElement[Any]]:
    return {name: table.c[name] for name in (*names, *_provenance)}


TRADES = Listing(
    source=with_instrument(with_account(trades), trades),
    columns={
        "account": accounts.c.number,
        "symbol": shown.c.symbol,
        "description": shown.c.description,
        **_of(
            trades, "id", "trade_date", "executed_at", "quantity", "price", "proceeds",
            "commission", "currency", "open_close", "realized_pnl", "exchange", "codes", "level",
            "instrument_id",
        ),
        # Whoever has one id for all that happens has none for trades beside it.
        "broker_trade_id": func.coalesce(
            trades.c.broker_trade_id, trades.c.broker_transaction_id
        ),
    },
    # Written out, not bound: only then does SQLite use the index of what is booked.
    where=(trades.c.state == literal_column("'booked'"),),
    id=trades.c.id,
    searched=("trade_date", "broker_trade_id", "codes"),
    referred=referred_by(trades),
    names=(accounts_of(trades), instruments_of(trades, "symbol", "description")),
    narrow=lambda connection, scope: narrowed(
        trades, connection, scope, trades.c.trade_date
    ),
    natural={"trade_date": trades.c.ordered_at, "executed_at": trades.c.ordered_at},
)  # fmt: skip

CASH = Listing(
    source=with_instrument(with_account(cash_transactions), cash_transactions),
    columns={
        "account": accounts.c.number,
        "symbol": shown.c.symbol,
        **_of(
            cash_transactions, "id", "date", "type", "broker_type", "currency", "amount",
            "description", "broker_id",
        ),
    },
    where=(),
    id=cash_transactions.c.id,
    searched=("date", "type", "broker_type", "currency", "description"),
    referred=referred_by(cash_transactions),
    names=(accounts_of(cash_transactions), instruments_of(cash_transactions, "symbol")),
    narrow=lambda connection, scope: narrowed(
        cash_transactions, connection, scope, cash_transactions.c.date
    ),
    natural={"date": cash_transactions.c.date},
)  # fmt: skip

TRANSFERS = Listing(
    source=with_instrument(with_account(transfers), transfers),
    columns={
        "account": accounts.c.number,
        "symbol": shown.c.symbol,
        "counterparty": func.coalesce(transfers.c.counterparty, transfers.c.counterparty_account),
        **_of(
            transfers, "id", "date", "type", "currency", "direction", "quantity", "cost_basis",
            "market_value", "cash_amount", "broker_id", "description",
        ),
    },
    where=(),
    id=transfers.c.id,
    searched=("date", "type", "direction", "counterparty", "description"),
    referred=referred_by(transfers),
    names=(accounts_of(transfers), instruments_of(transfers, "symbol")),
    narrow=lambda connection, scope: narrowed(transfers, connection, scope, transfers.c.date),
    natural={"date": transfers.c.date},
)  # fmt: skip

INTEREST = Listing(
    source=with_account(margin_interest),
    columns={
        "account": accounts.c.number,
        **_of(
            margin_interest, "id", "from_date", "to_date", "currency", "principal", "rate",
            "accrued", "type", "broker_id",
        ),
    },
    where=(),
    id=margin_interest.c.id,
    searched=("to_date", "currency", "type"),
    referred=referred_by(margin_interest),
    names=(accounts_of(margin_interest),),
    narrow=lambda connection, scope: narrowed(
        margin_interest, connection, scope, margin_interest.c.to_date
    ),
    natural={},
)  # fmt: skip

CORPORATE_ACTIONS = Listing(
    source=with_instrument(with_account(corporate_actions), corporate_actions),
    columns={
        "account": accounts.c.number,
        "symbol": shown.c.symbol,
        **_of(
            corporate_actions, "id", "date", "type", "broker_type", "currency", "quantity",
            "amount", "proceeds", "value", "cost_basis", "realized_pnl", "description",
            "broker_id", "instrument_id",
        ),
    },
    where=(),
    id=corporate_actions.c.id,
    searched=("date", "type", "broker_type", "currency", "description"),
    referred=referred_by(corporate_actions),
    names=(accounts_of(corporate_actions), instruments_of(corporate_actions, "symbol")),
    narrow=lambda connection, scope: narrowed(
        corporate_actions, connection, scope, corporate_actions.c.date
    ),
    natural={"date": corporate_actions.c.date},
)  # fmt: skip

OPTION_EVENTS = Listing(
    source=with_instrument(with_account(option_events), option_events),
    columns={
        "account": accounts.c.number,
        "symbol": shown.c.symbol,
        "description": shown.c.description,
        "broker_id": option_events.c.broker_trade_id,
        **_of(
            option_events, "id", "date", "type", "broker_type", "currency", "quantity", "price",
            "market_price", "proceeds", "commission", "cost_basis", "realized_pnl",
            "instrument_id",
        ),
    },
    where=(),
    id=option_events.c.id,
    searched=("date", "type", "broker_type", "currency"),
    referred=referred_by(option_events),
    names=(accounts_of(option_events), instruments_of(option_events, "symbol", "description")),
    narrow=lambda connection, scope: narrowed(
        option_events, connection, scope, option_events.c.date
    ),
    natural={"date": option_events.c.date},
)  # fmt: skip

GAINS = Listing(
    source=with_instrument(with_account(closed_lots), closed_lots),
    columns={
        "account": accounts.c.number,
        "symbol": shown.c.symbol,
        "instrument_id": shown.c.id,
        "gain": closed_lots.c.realized_pnl,
        "wash_disallowed": null(),
        "source": literal("broker"),
        "view": literal("broker"),
        **_of(
            closed_lots, "id", "currency", "quantity", "acquisition_date", "disposition_date",
            "cost_basis", "term", "holding_start",
        ),
    },
    where=(),
    id=closed_lots.c.id,
    searched=("disposition_date", "term"),
    referred=referred_by(closed_lots),
    names=(accounts_of(closed_lots), instruments_of(closed_lots, "symbol")),
    narrow=lambda connection, scope: narrowed(
        closed_lots, connection, scope, closed_lots.c.disposition_date
    ),
    natural={},
)  # fmt: skip

LISTINGS = {
    "trades": TRADES, "cash": CASH, "transfers": TRANSFERS, "interest": INTEREST, "gains": GAINS,
}  # fmt: skip

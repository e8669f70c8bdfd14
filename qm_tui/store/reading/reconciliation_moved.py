"""All that moved cash, fact by fact, as it is stored."""

import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from qm_tui.domain.instruments import InstrumentType
from qm_tui.store.reading.booking_rows import counted, plain_rows
from qm_tui.store.reading.parts import streamed

_day = lru_cache(maxsize=16_384)(dt.date.fromisoformat)
_CURRENCY = 3
"""Letters of a currency; `EUR.USD` is so many EUR, paid in USD."""
_CENT = Decimal("0.01")

_TRADES = f"""
    SELECT trades.id, trades.key, trades.account_id, trades.currency, trades.trade_date,
        trades.executed_at, trades.net_cash, trades.proceeds, trades.commission,
        trades.commission_currency, trades.taxes, trades.quantity, instruments.instrument_type,
        instruments.symbol, trades.document_id, trades.likeness
    FROM trades JOIN instruments ON instruments.id = trades.instrument_id
    WHERE trades.account_id IN ({{marks}}) {counted("trades")}
"""  # noqa: S608 - our own names
_CASH = f"""
    SELECT id, key, account_id, currency, date, occurred_at, amount, type, description,
        document_id, likeness
    FROM cash_transactions WHERE account_id IN ({{marks}}) {counted("cash_transactions")}
"""  # noqa: S608 - our own names
_STANDING_TRANSFERS = counted("transfers").removeprefix("AND quantity IS NOT NULL ")
_TRANSFERS = f"""
    SELECT id, key, account_id, currency, date, occurred_at, cash_amount, type, description,
        document_id, likeness
    FROM transfers
    WHERE account_id IN ({{marks}}) AND cash_amount IS NOT NULL {_STANDING_TRANSFERS}
"""  # noqa: S608 - our own names
_ACTIONS = f"""
    SELECT id, key, account_id, currency, date, effective_at, proceeds, type, description,
        document_id, likeness
    FROM corporate_actions
    WHERE account_id IN ({{marks}}) AND proceeds IS NOT NULL {counted("corporate_actions")}
"""  # noqa: S608 - our own names
# Interactive Brokers tells the ends of options again that its trades have told.
_ENDS = f"""
    SELECT id, key, account_id, currency, date, NULL, proceeds, type, NULL, document_id, likeness,
        commission
    FROM option_events
    WHERE account_id IN ({{marks}}) AND (key LIKE 'TX:%' OR key LIKE 'CT:%')
        AND account_id IN (SELECT id FROM accounts WHERE broker = 'tastytrade')
        {counted("option_events")}
"""  # noqa: S608 - our own names
_OTHERS = {
    "cash_transactions": _CASH,
    "transfers": _TRANSFERS,
    "corporate_actions": _ACTIONS,
    "option_events": _ENDS,
}
_SETTLEMENTS = """
    SELECT DISTINCT c.account_id, c.currency
    FROM cash_transactions AS c LEFT JOIN instruments ON instruments.id = c.instrument_id
    WHERE instruments.instrument_type = ? OR lower(c.description) LIKE '%mark to market%'
        OR lower(c.description) LIKE '%variation margin%'
"""


class Moved(NamedTuple):
    """Money that came or went."""

    table: str
    id: int
    key: str
    account: int
    currency: str
    day: dt.date
    at: dt.datetime | None
    amount: Decimal | None
    says: str
    document: int | None
    likeness: str | None


def with_settlements(connection: Connection) -> set[tuple[int, str]]:
    """Return (account, currency) in which the daily settlements of futures are told one by one."""
    rows = plain_rows(connection, _SETTLEMENTS, (InstrumentType.FUTURE.value,))
    return {(row[0], row[1]) for row in rows}


def paid_in_full(net: str | None, *brought: str | None) -> bool:
    """Whether what a broker calls the net cash of a trade is all that its price comes to."""
    if net is None or brought[0] is None or not Decimal(brought[0]):
        return False
    return abs(sum(map(Decimal, filter(None, brought)), -Decimal(net))) <= _CENT


def moved(connection: Connection, accounts: Collection[int]) -> Iterator[Moved]:
    """Yield all that moved cash in accounts, in no order."""
    for row in _rows(connection, _TRADES, accounts):
        yield from _of_trade(row)
    for table, statement in _OTHERS.items():
        for row in _rows(connection, statement, accounts):
            one = _of_other(table, row)
            if one is not None:
                yield one


def _rows(
    connection: Connection, statement: str, accounts: Collection[int]
) -> Iterator[tuple[Any, ...]]:
    marks = ", ".join("?" * len(accounts))
    return streamed(connection, statement.format(marks=marks), sorted(accounts))


def _of_trade(row: tuple[Any, ...]) -> Iterator[Moved]:
    (
        number, key, account, currency, day, at, net, proceeds, commission, paid_in, taxes,
        quantity, kind, symbol, document, likeness,
    ) = row  # fmt: skip
    if currency is None:
        return
    says = f"{'bought' if not quantity.startswith('-') else 'sold'} {quantity.lstrip('-')} {symbol}"
    about = (_day(day), _moment(at))
    foreign = bool(paid_in) and paid_in != currency

    def one(money: str, amount: Decimal | None, what: str = says) -> Moved:
        return Moved(
            "trades", number, key, account, money, *about, amount, what, document, likeness
        )

    if kind == InstrumentType.FOREX.value:
        yield one(symbol[:_CURRENCY], Decimal(quantity))
        amount = _sum(proceeds, None if foreign else commission, taxes)
    elif kind == InstrumentType.FUTURE.value and not paid_in_full(net, proceeds, commission, taxes):
        # It is not paid for; what some brokers call its net cash is the gain of its first day.
        amount = _sum("0", None if foreign else commission, taxes)
    elif net is not None:
        amount = Decimal(net)
    else:
        amount = _sum(proceeds, None if foreign else commission, taxes)
    yield one(currency, amount)
    if foreign and commission is not None:
        yield one(paid_in, Decimal(commission), f"commission: {says}")


def _sum(proceeds: str | None, *more: str | None) -> Decimal | None:
    if proceeds is None:
        return None
    return sum((Decimal(one) for one in more if one is not None), Decimal(proceeds))


def _of_other(table: str, row: tuple[Any, ...]) -> Moved | None:
    number, key, account, currency, day, at, amount, kind, said, document, likeness, *fees = row
    money = Decimal(amount) if amount is not None else Decimal(0)
    for fee in fees:
        money += Decimal(fee or 0)
    if currency is None or (amount is None and not money):
        return None
    says = (kind or table).replace("_", " ")
    return Moved(
        table, number, key, account, currency, _day(day), _moment(at), money,
        f"{says}: {said}" if said else says, document, likeness,
    )  # fmt: skip


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(f"{text}+00:00")

"""The cash of accounts by currency: what brokers said, and what moved it in between.

Sums first; the movements one by one only of what does not come out by them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import CashMovement, CashSide, ToldBalance
from qm_tui.store.reading.reconciliation_accounts import AccountSide
from qm_tui.store.reading.reconciliation_moved import Moved, moved, with_futures
from qm_tui.store.reading.reconciliation_times import NEW_YORK, told_at
from qm_tui.store.schema.holdings import balances, observation_sets
from qm_tui.store.schema.sync import coverage

_ENDING, _STARTING = "endingCash", "startingCash"
_SERIES = {_ENDING: 0, _STARTING: 0, "cash-balance": 1, "TotalCashBalance": 2, "CashBalance": 3}
"""What brokers call the cash in one currency; an account's best series is followed."""
_BASE = "BASE"
_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_DAY = dt.timedelta(days=1)

Purse = tuple[int, str]
"""(account, currency)."""


class Cash(NamedTuple):
    """The cash of all accounts."""

    compared: Collection[Purse]
    doubtful: Sequence[CashSide]
    """What does not come out by its sums."""


class _Span(NamedTuple):
    """Two balances, and those between them."""

    anchor: ToldBalance
    balance: ToldBalance
    between: Sequence[ToldBalance]


def cash(connection: Connection, sides: Mapping[int, AccountSide]) -> Cash:
    """Compare the cash of all accounts as sums, and read more of what does not come out."""
    spans = _spans(connection, sides)
    for purse in with_futures(connection):
        # Futures are settled every day, by rows that brokers do not tell one by one.
        spans.pop(purse, None)
    if not spans:
        return Cash((), ())
    found: defaultdict[Purse, Decimal] = defaultdict(Decimal)
    for one in moved(connection, {account for account, _ in spans}):
        span = spans.get((one.account, one.currency))
        if span is not None and one.amount is not None and _is_within(one, span):
            found[one.account, one.currency] += one.amount
    doubtful = {
        purse
        for purse, span in spans.items()
        if abs(span.anchor.value + found[purse] - span.balance.value) > _CENT
    }
    return Cash(spans.keys(), _closely(connection, spans, doubtful, sides))


def _is_within(one: Moved, span: _Span) -> bool:
    return span.anchor.as_of.date() < one.day <= span.balance.as_of.date()


def _closely(
    connection: Connection,
    spans: Mapping[Purse, _Span],
    doubtful: Collection[Purse],
    sides: Mapping[int, AccountSide],
) -> list[CashSide]:
    if not doubtful:
        return []
    movements: defaultdict[Purse, list[CashMovement]] = defaultdict(list)
    for one in moved(connection, {account for account, _ in doubtful}):
        purse = (one.account, one.currency)
        if purse in doubtful:
            movements[purse].append(
                CashMovement(
                    fact=FactRef(one.table, one.id), key=one.key, day=one.day, at=one.at,
                    amount=one.amount, says=one.says, likeness=one.likeness,
                    documents=frozenset() if one.document is None else frozenset({one.document}),
                )
            )  # fmt: skip
    return [
        CashSide(
            account=account,
            currency=currency,
            balance=spans[account, currency].balance,
            anchor=spans[account, currency].anchor,
            between=spans[account, currency].between,
            movements=movements[account, currency],
            history=sides[account].history,
            account_value=sides[account].value,
            rate_to_base=sides[account].rate(currency),
        )
        for account, currency in sorted(doubtful)
    ]


def _spans(connection: Connection, sides: Mapping[int, AccountSide]) -> dict[Purse, _Span]:
    """Return the first and the last balance of each currency within the days that were told."""
    told: defaultdict[Purse, dict[dt.datetime, ToldBalance]] = defaultdict(dict)
    for account, currency, balance in _told(connection):
        told[account, currency].setdefault(balance.as_of, balance)
    found: dict[Purse, _Span] = {}
    for purse, by_time in told.items():
        history = sides[purse[0]].history
        if history.first_day is None:
            continue
        ordered = [
            one
            for as_of, one in sorted(by_time.items())
            if as_of.date() >= history.first_day - _DAY
            and (history.last_day is None or as_of.date() <= history.last_day)
        ]
        if len(ordered) > 1:
            found[purse] = _Span(ordered[0], ordered[-1], _daily(ordered[1:-1]))
    return found


def _daily(told: Sequence[ToldBalance]) -> list[ToldBalance]:
    """Keep the last of each day."""
    return list({one.as_of.date(): one for one in told}.values())


def _told(connection: Connection) -> Iterator[tuple[int, str, ToldBalance]]:
    """Yield what brokers said of cash; what a statement begins with is as of its first day."""
    b, s, c = balances.c, observation_sets.c, coverage.c
    begins = {
        (account, document): first
        for account, document, first in connection.execute(
            select(c.account_id, c.document_id, c.from_date).order_by(c.from_date.desc())
        )
        if document is not None
    }
    rows = connection.execute(
        select(b.id, b.account_id, b.tag, b.currency, b.value, b.as_of, b.document_id)
        .join(observation_sets, s.id == b.set_id)
        .where(b.tag.in_(_SERIES), b.currency != _BASE)
        # At equal times what is no beginning holds, and what was made last.
        .order_by(b.tag, s.generated_at.desc(), b.id.desc())
    ).all()
    best: dict[int, int] = {}
    for row in rows:
        best[row.account_id] = min(_SERIES[row.tag], best.get(row.account_id, _SERIES[row.tag]))
    for row in rows:
        if _SERIES[row.tag] != best[row.account_id]:
            continue
        as_of = row.as_of
        if row.tag == _STARTING:
            first = begins.get((row.account_id, row.document_id))
            if first is None:
                continue
            as_of = dt.datetime.combine(first, dt.time(), NEW_YORK)
        balance = ToldBalance(
            value=row.value, as_of=told_at(as_of), fact=FactRef("balances", row.id)
        )
        yield row.account_id, row.currency, balance

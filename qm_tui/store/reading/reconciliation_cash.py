"""The cash of accounts by currency: what brokers said, and what moved it in between.

Sums first; the movements one by one only of what does not come out by them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import CashMovement, CashSide, ToldBalance
from qm_tui.store.reading.reconciliation_accounts import AccountSide
from qm_tui.store.reading.reconciliation_futures import Between, Dealing, dealings, gains
from qm_tui.store.reading.reconciliation_moved import Moved, moved, with_settlements
from qm_tui.store.reading.reconciliation_reports import (
    ENDING,
    SETTLING,
    STARTING,
    Purse,
    Span,
    begins,
    settle_futures,
    without_section,
)
from qm_tui.store.reading.reconciliation_times import told_at
from qm_tui.store.schema.activity import cash_transactions, trades
from qm_tui.store.schema.holdings import balances, observation_sets

_SERIES = {ENDING: 0, STARTING: 0, "cash-balance": 1, "TotalCashBalance": 2, "CashBalance": 3}
"""What brokers call the cash in one currency; an account's best series is followed."""
_BASE = "BASE"
_SEGMENT = "F"
_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_DAY = dt.timedelta(days=1)


class Cash(NamedTuple):
    """The cash of all accounts."""

    compared: Collection[Purse]
    doubtful: Sequence[CashSide]
    """What does not come out by its sums."""
    whole: Collection[Purse] = ()
    """What is compared from the first day of the account's history on."""


def cash(connection: Connection, sides: Mapping[int, AccountSide]) -> Cash:
    """Compare the cash of all accounts as sums, and read more of what does not come out."""
    spans = _spans(connection, sides)
    if not spans:
        return Cash((), ())
    parts = segments(sides)
    futures = _with_futures(connection, spans, parts)
    settled = settle_futures(connection, spans, futures.keys())
    book = _Book(connection, parts, settled)
    doubtful = _doubtful(book, spans)
    silent = doubtful & (futures.keys() - {(one.account, one.currency) for one in settled})
    gained = {
        purse: gains(connection, futures[purse], purse, _dates(spans[purse])) for purse in silent
    }
    unknown = {purse for purse, some in gained.items() if some is None}
    if silent - unknown:
        book = replace(
            book, settled=[*settled, *chain.from_iterable(filter(None, gained.values()))]
        )
        doubtful = _doubtful(book, spans)
    whole = {
        (account, currency)
        for (account, currency), span in spans.items()
        if (first := sides[account].history.first_day) and span.anchor.as_of.date() < first
    }
    return Cash(spans.keys(), _closely(book, spans, doubtful, sides, unknown), whole)


def _with_futures(
    connection: Connection, spans: Mapping[Purse, Span], parts: Mapping[int, int]
) -> dict[Purse, list[Dealing]]:
    """Return the trades in futures whose settlements nobody tells one by one."""
    told = {(parts.get(one, one), currency) for one, currency in with_settlements(connection)}
    found: defaultdict[Purse, list[Dealing]] = defaultdict(list)
    for (account, currency), some in dealings(connection).items():
        found[parts.get(account, account), currency] += some
    return {
        purse: sorted(some, key=lambda one: (one.day, one.id))
        for purse, some in found.items()
        if purse in spans and purse not in told
    }


def _dates(span: Span) -> Between:
    row = span.balance.fact
    return Between(
        span.anchor.as_of.date(), span.balance.as_of.date(), None if row is None else row.id
    )


def _doubtful(book: "_Book", spans: Mapping[Purse, Span]) -> set[Purse]:
    """Return what does not come out by its sums."""
    found: defaultdict[Purse, Decimal] = defaultdict(Decimal)
    for one in book.moved({account for account, _ in spans}):
        span = spans.get((one.account, one.currency))
        if span is not None and one.amount is not None and _is_within(one, span):
            found[one.account, one.currency] += one.amount
    return {
        purse
        for purse, span in spans.items()
        if abs(span.anchor.value + found[purse] - span.balance.value) > _CENT
    }


@dataclass(frozen=True, slots=True)
class _Book:
    """All that moves cash, by the accounts whose balances it is in."""

    connection: Connection
    segments: Mapping[int, int]
    settled: Sequence[Moved]

    def moved(self, accounts: Collection[int]) -> Iterator[Moved]:
        """Yield what moved the cash of accounts, in no order."""
        parts = {part for part, whole in self.segments.items() if whole in accounts}
        for one in moved(self.connection, {*accounts, *parts}):
            whole = self.segments.get(one.account)
            yield one if whole is None else one._replace(account=whole)
        yield from (one for one in self.settled if one.account in accounts)


def segments(sides: Mapping[int, AccountSide]) -> dict[int, int]:
    """Return the accounts that are a part of another one, and have no cash report of their own.

    Interactive Brokers in the United Kingdom books derivatives in `U1234567F`, and tells the cash
    of `U1234567`, in which that is contained.
    """
    by_number = {(side.broker, side.number): side.id for side in sides.values()}
    return {
        side.id: by_number[side.broker, side.number.removesuffix(_SEGMENT)]
        for side in sides.values()
        if side.broker == "ibkr" and side.number.endswith(_SEGMENT)
        and (side.broker, side.number.removesuffix(_SEGMENT)) in by_number
    }  # fmt: skip


def _is_within(one: Moved, span: Span) -> bool:
    return span.anchor.as_of.date() < one.day <= span.balance.as_of.date()


def _closely(
    book: _Book,
    spans: Mapping[Purse, Span],
    doubtful: Collection[Purse],
    sides: Mapping[int, AccountSide],
    unsettled: Collection[Purse],
) -> list[CashSide]:
    if not doubtful:
        return []
    untold = without_section(book.connection, spans, doubtful) | dict.fromkeys(unsettled, SETTLING)
    movements: defaultdict[Purse, list[CashMovement]] = defaultdict(list)
    settling = _settling(book.connection, {account for account, _ in doubtful}, spans)
    for one in book.moved({account for account, _ in doubtful}):
        purse = (one.account, one.currency)
        if purse in doubtful:
            movements[purse].append(
                CashMovement(
                    fact=FactRef(one.table, one.id), key=one.key, day=one.day, at=one.at,
                    amount=one.amount, says=one.says, likeness=one.likeness,
                    settle_date=settling.get((one.table, one.id)),
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
            untold=untold.get((account, currency)),
            history=sides[account].history,
            account_value=sides[account].value,
            rate_to_base=sides[account].rate(currency),
        )
        for account, currency in sorted(doubtful)
    ]


def _settling(
    connection: Connection, accounts: Collection[int], spans: Mapping[Purse, Span]
) -> dict[tuple[str, int], dt.date]:
    """Return when facts settle that may not have settled when the last balances were told."""
    first = min(
        (span.balance.as_of.date() for (account, _), span in spans.items() if account in accounts),
        default=None,
    )
    found: dict[tuple[str, int], dt.date] = {}
    for table in () if first is None else (trades, cash_transactions):
        c = table.c
        query = select(c.id, c.settle_date).where(c.account_id.in_(accounts), c.settle_date > first)
        found |= {(table.name, row.id): row.settle_date for row in connection.execute(query)}
    return found


def _spans(connection: Connection, sides: Mapping[int, AccountSide]) -> dict[Purse, Span]:
    """Return the first and the last balance of each currency within the days that were told."""
    told: defaultdict[Purse, dict[dt.datetime, ToldBalance]] = defaultdict(dict)
    for account, currency, balance in _told(connection):
        told[account, currency].setdefault(balance.as_of, balance)
    found: dict[Purse, Span] = {}
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
            found[purse] = Span(ordered[0], ordered[-1], _daily(ordered[1:-1]))
    return found


def _daily(told: Sequence[ToldBalance]) -> list[ToldBalance]:
    """Keep the last of each day."""
    return list({one.as_of.date(): one for one in told}.values())


def _told(connection: Connection) -> Iterator[tuple[int, str, ToldBalance]]:
    """Yield what brokers said of cash; what a statement begins with is as of its first day."""
    b, s = balances.c, observation_sets.c
    first = begins(connection)
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
        as_of = told_at(row.as_of)
        if row.tag == STARTING:
            since = first.get((row.account_id, row.document_id))
            if since is None:
                continue
            as_of = since
        balance = ToldBalance(value=row.value, as_of=as_of, fact=FactRef("balances", row.id))
        yield row.account_id, row.currency, balance

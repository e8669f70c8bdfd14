"""Cash reports of statements, and cash where futures are traded: these are settled every day.

What the settlements came to is known where the broker tells them one by one (Tastytrade), or sums
them up in the cash report of a statement (Interactive Brokers). Elsewhere it follows from prices,
or is not known.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import ToldBalance
from qm_tui.store.reading.reconciliation_moved import Moved
from qm_tui.store.reading.reconciliation_times import NEW_YORK, told_at
from qm_tui.store.schema.activity import cash_transactions, trades
from qm_tui.store.schema.holdings import balances
from qm_tui.store.schema.sync import coverage

ENDING, STARTING = "endingCash", "startingCash"
_SETTLING = ("cashSettlingMtm", "realizedVm", "realizedForexVm")
"""What a cash report calls the gains of futures that were paid out."""
SETTLING = "settlements of futures (`Cash Settling MTM` in the cash report)"
"""What a query lacks where nobody tells of them."""
_STANDS = frozenset({ENDING, STARTING, "endingSettledCash"})
_TRADED = frozenset(
    {
        "netTradesSales", "netTradesPurchases", "commissions", "transactionTax",
        "fxTranslationGainLoss", *_SETTLING,
    }
)  # fmt: skip
"""What a cash report calls what trades moved; what did not is not written at all."""
_ALWAYS_WITH_TRADES = frozenset({"netTradesSales", "netTradesPurchases", "commissions"})
_BEFORE_THE_END = dt.timedelta(hours=1)

Purse = tuple[int, str]
"""(account, currency)."""


class Span(NamedTuple):
    """Two balances, and those between them."""

    anchor: ToldBalance
    balance: ToldBalance
    between: Sequence[ToldBalance]


class _Report(NamedTuple):
    """A cash report in one currency."""

    anchor: ToldBalance
    ends: dt.datetime
    settled: Sequence[Any]
    """Rows of balances: what was paid for futures meanwhile; of nothing there is none."""


def settle_futures(
    connection: Connection,
    spans: MutableMapping[Purse, Span],
    unsettled: Collection[Purse],
) -> list[Moved]:
    """Return the settlements of futures that only cash reports tell.

    Where cash reports sum them up, the span becomes that of the reports that follow each other.

    Args:
        connection: of the store.
        spans: what is compared.
        unsettled: where futures were traded and no settlement is told as such.
    """
    settled: list[Moved] = []
    if not unsettled:
        return settled
    reports = _reports(connection, unsettled)
    for purse in unsettled:
        end = spans[purse].balance
        chain = _chain(reports.get(purse, ()), end.as_of)
        if not chain:
            continue
        spans[purse] = Span(chain[-1].anchor, end, ())
        settled += [
            Moved(
                "balances", row.id, row.tag, *purse, row.as_of.date(),
                report.ends - _BEFORE_THE_END, row.value, "settlement of futures",
                row.document_id, None,
            )
            for report in chain
            for row in report.settled
        ]  # fmt: skip
    return settled


def _chain(reports: Sequence[_Report], end: dt.datetime) -> list[_Report]:
    """Return reports that follow each other without a gap, the last one first.

    That a report says nothing of settlements means none, if another one does: zero is not written.
    """
    if not any(report.settled for report in reports):
        return []
    chain: list[_Report] = []
    while True:
        ending = [one for one in reports if one.ends == end and one.anchor.as_of < end]
        if not ending:
            return chain
        chain.append(min(ending, key=lambda one: one.anchor.as_of))
        end = chain[-1].anchor.as_of


def without_section(
    connection: Connection, spans: Mapping[Purse, Span], purses: Collection[Purse]
) -> dict[Purse, str]:
    """Return whose cash reports come without the facts that move cash, and what these are.

    Where not one dividend, fee or deposit of an account is known, or not one trade, the query has
    no such section; unless the report itself says that nothing of that kind moved.
    """
    b = balances.c
    found: dict[Purse, str] = {}
    for account, currency in purses:
        fact = spans[account, currency].balance.fact
        row = connection.execute(
            select(b.tag, b.document_id).where(b.id == (0 if fact is None else fact.id))
        ).first()
        if row is None or row.tag != ENDING:
            continue
        tags = connection.scalars(
            select(b.tag).where(
                b.document_id == row.document_id, b.account_id == account, b.currency == currency
            )
        )
        moved = set(tags) - _STANDS
        detailed = bool(moved & _ALWAYS_WITH_TRADES)
        if not _has(connection, cash_transactions, account):
            if not detailed or moved - _TRADED:
                found[account, currency] = "cash transactions"
        elif not _has(connection, trades, account) and (not moved or moved & _TRADED):
            found[account, currency] = "trades"
    return found


def _has(connection: Connection, table: Table, account: int) -> bool:
    c = table.c
    query = select(c.id).where(c.account_id == account).limit(1)
    return connection.scalar(query) is not None


def begins(connection: Connection) -> dict[tuple[int, int], dt.datetime]:
    """Return (account, document) → when the statement begins: at the start of its first day."""
    c = coverage.c
    rows = connection.execute(
        select(c.account_id, c.document_id, c.from_date).order_by(c.from_date.desc())
    )
    return {
        (account, document): told_at(dt.datetime.combine(first, dt.time(), NEW_YORK))
        for account, document, first in rows
        if document is not None
    }


def _reports(
    connection: Connection, purses: Collection[Purse]
) -> defaultdict[Purse, list[_Report]]:
    """Return the cash reports of statements."""
    b = balances.c
    rows = connection.execute(
        select(b.id, b.account_id, b.tag, b.currency, b.value, b.as_of, b.document_id)
        .where(
            b.tag.in_((ENDING, STARTING, *_SETTLING)),
            b.document_id.is_not(None),
            b.account_id.in_({account for account, _ in purses}),
        )
        .order_by(b.as_of, b.document_id)
    )
    first = begins(connection)
    by_document: defaultdict[tuple[Purse, int], dict[str, Any]] = defaultdict(dict)
    for row in rows:
        by_document[(row.account_id, row.currency), row.document_id][row.tag] = row
    found: defaultdict[Purse, list[_Report]] = defaultdict(list)
    for (purse, document), told in by_document.items():
        since = first.get((purse[0], document))
        if since is not None and {ENDING, STARTING} <= told.keys():
            start = told[STARTING]
            anchor = ToldBalance(value=start.value, as_of=since, fact=FactRef("balances", start.id))
            settled = [told[tag] for tag in _SETTLING if tag in told]
            found[purse].append(_Report(anchor, told_at(told[ENDING].as_of), settled))
    return found

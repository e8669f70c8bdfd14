"""Cash where futures are traded: they are not paid for, but settled every day.

What the settlements came to is known where the broker tells them one by one (Tastytrade), or sums
them up in the cash report of a statement (Interactive Brokers). Elsewhere cash in that currency
cannot be compared.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, MutableMapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import ToldBalance
from qm_tui.store.reading.reconciliation_moved import Moved, with_futures, with_settlements
from qm_tui.store.reading.reconciliation_times import NEW_YORK, told_at
from qm_tui.store.schema.holdings import balances
from qm_tui.store.schema.sync import coverage

ENDING, STARTING = "endingCash", "startingCash"
_SETTLING = ("cashSettlingMtm", "realizedVm", "realizedForexVm")
"""What a cash report calls the gains of futures that were paid out."""
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
    """Rows of balances: what was paid for futures meanwhile."""


def settle_futures(connection: Connection, spans: MutableMapping[Purse, Span]) -> list[Moved]:
    """Return the settlements that only cash reports tell, and leave out what nobody tells.

    Where a cash report sums them up, the span becomes that of the newest such report.
    """
    doubtful = (with_futures(connection) & spans.keys()) - with_settlements(connection)
    if not doubtful:
        return []
    settled: list[Moved] = []
    reports = _reports(connection, doubtful)
    for purse in doubtful:
        span, report = spans.pop(purse), reports.get(purse)
        if report is None or report.ends != span.balance.as_of:
            continue
        spans[purse] = Span(report.anchor, span.balance, ())
        settled += [
            Moved(
                "balances", row.id, row.tag, *purse, row.as_of.date(), report.ends - _BEFORE_THE_END,
                row.value, "settlement of futures", row.document_id, None,
            )
            for row in report.settled
        ]  # fmt: skip
    return settled


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


def _reports(connection: Connection, purses: Collection[Purse]) -> dict[Purse, _Report]:
    """Return the newest cash reports that say what came of futures."""
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
    found: dict[Purse, _Report] = {}
    for (purse, document), told in by_document.items():
        since = first.get((purse[0], document))
        settled = [told[tag] for tag in _SETTLING if tag in told]
        if settled and since is not None and {ENDING, STARTING} <= told.keys():
            start = told[STARTING]
            anchor = ToldBalance(
                value=start.value, as_of=since, fact=FactRef("balances", start.id)
            )
            found[purse] = _Report(anchor, told_at(told[ENDING].as_of), settled)
    return found

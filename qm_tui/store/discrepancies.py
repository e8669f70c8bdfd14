"""Keeps the life of what does not add up: opened, changed, closed by itself, opened again."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from qm_tui.domain.reconciliation.cash import CASH
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.words import DiscrepancyStatus, Verdict
from qm_tui.store.discrepancy_lives import Lives
from qm_tui.store.reading.discrepancies import open_breaks
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation_state import State, state
from qm_tui.store.schema.booking import booking_state
from qm_tui.store.schema.discrepancies import discrepancies, reconciliations
from qm_tui.store.upsert import upsert

_OF_LOTS = frozenset(
    {Verdict.OPEN_LOTS, Verdict.COST_BASIS, Verdict.REALIZED_PNL, Verdict.NOT_KNOWN}
)
"""Verdicts about what is derived: nothing is said of it while facts wait to be."""
_AT_ONCE = 50
"""Rows that are written together: whoever waits for a key gets a turn in between."""
_LOOKED_AT = 1000
"""Rows that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of an account was compared."""

    holdings: int = 0
    currencies: int = 0
    totals: int = 0


class About(NamedTuple):
    """What a discrepancy is about."""

    account: int
    instrument: int | None
    currency: str | None
    tag: str | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was compared: only of that does it mean something that nothing was found."""

    counts: Mapping[int, Counts]
    """How much of each account of which anything was compared."""
    accounts: Collection[int]
    """Those whose holdings were compared."""
    currencies: Collection[tuple[int, str]]
    """(account, currency) whose cash was compared."""
    totals: Collection[tuple[int, str]]
    """(account, tag) of the totals that were."""
    derived: bool
    """Whether also what is derived was compared: nothing waited."""
    state: State
    """How far the store was then."""

    def speaks_of(self, about: About) -> bool:
        """Whether a discrepancy would have been found if it were there."""
        if about.instrument is not None:
            known = self.derived or about.verdict not in _OF_LOTS
            return known and about.account in self.accounts
        if about.tag == CASH or (about.verdict == Verdict.CASH.value and not about.tag):
            return (about.account, about.currency) in self.currencies
        return (about.account, about.tag) in self.totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of it."""

    opened: int
    closed: int
    open_breaks: int
    """Holdings, currencies and totals that do not add up by now; dust does not count."""
    major: int
    changed: int
    state: State
    """How far the store is with this."""


def keep(
    connection: Connection, found: Iterable[Discrepancy], compared: Compared, now: dt.datetime
) -> Kept | None:
    """Write down what was found and close what was not, all in the transaction at hand.

    Nothing is written, and None returned, where the store says something else by now.

    Args:
        connection: of a transaction that writes.
        found: all that does not add up of what was compared.
        compared: what that was; of anything else nothing changes.
        now: when.
    """
    if state(connection) != compared.state:
        return None
    wanted = {one.key: one for one in found}
    life, seen = Lives(connection, now), set[str]()
    for keys in parts(wanted, _AT_ONCE):
        told_of = {key: wanted[key] for key in keys if compared.speaks_of(_about(wanted[key]))}
        life.see(told_of)
        seen |= told_of.keys()
    for ids in parts(_gone(connection, seen, compared), _AT_ONCE):
        life.close(ids)
    _note(connection, compared.counts, now)
    if life.opened or life.closed or life.changed:
        # Whoever looks whether there is something new sees it by this.
        grown = booking_state.c.derivations + 1
        connection.execute(update(booking_state).values(derivations=grown))
    breaks = open_breaks(connection)
    return Kept(
        opened=life.opened, closed=life.closed, changed=life.changed,
        open_breaks=breaks.breaks or 0, major=breaks.major, state=state(connection),
    )  # fmt: skip


def _about(one: Discrepancy) -> About:
    return About(one.account, one.instrument, one.currency, one.tag, one.verdict.value)


def _gone(connection: Connection, seen: Collection[str], compared: Compared) -> list[int]:
    """Return what is open and was not found again, though it was looked for."""
    d, gone, last = discrepancies.c, list[int](), 0
    some = (
        select(d.id, d.key, d.account_id, d.instrument_id, d.currency, d.tag, d.verdict)
        .where(d.status != DiscrepancyStatus.CLOSED.value)
        .order_by(d.id)
        .limit(_LOOKED_AT)
    )
    while rows := connection.execute(some.where(d.id > last)).all():
        gone += [
            number
            for number, key, *about in rows
            if key not in seen and compared.speaks_of(About(*about))
        ]
        last = rows[-1][0]
    return gone


def _note(connection: Connection, compared: Mapping[int, Counts], now: dt.datetime) -> None:
    """Write down when accounts were compared, and how much of them."""
    if not compared:
        return
    names = ("reconciled_at", "holdings", "currencies", "totals")
    connection.execute(
        upsert(reconciliations, connection.dialect, key=("account_id",), replace=names),
        [
            {
                "account_id": account, "reconciled_at": now, "holdings": counts.holdings,
                "currencies": counts.currencies, "totals": counts.totals,
            }
            for account, counts in sorted(compared.items())
        ],
    )  # fmt: skip

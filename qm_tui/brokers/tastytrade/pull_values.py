"""Asks what an account was worth at the end of each day, from where that is known on."""

import datetime as dt
from collections.abc import Awaitable
from contextlib import aclosing
from typing import TypeVar

from qm_tui.brokers.tastytrade.accounts import Account
from qm_tui.brokers.tastytrade.answers import AskFailed, Item
from qm_tui.brokers.tastytrade.balances import snapshot_of
from qm_tui.brokers.tastytrade.cursor import Cursor, Reach
from qm_tui.brokers.tastytrade.failures import Failures
from qm_tui.brokers.tastytrade.net_liq import nav_of
from qm_tui.brokers.tastytrade.paging import Pages, PageSize, listed
from qm_tui.brokers.tastytrade.parts import Parts
from qm_tui.brokers.tastytrade.pull_holdings import sentence
from qm_tui.brokers.tastytrade.reading import read_in_turns
from qm_tui.brokers.tastytrade.rows import Read
from qm_tui.domain.batches import Batch, Holds, RefusedRow
from qm_tui.domain.records import Balance
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import Section

T = TypeVar("T")

_SNAPSHOTS = dt.timedelta(days=365)
"""So far back all balances are asked for; the value alone as far as the broker knows it."""
_AGAIN = dt.timedelta(days=5)
"""The last days are asked for again: they are restated after the close."""
_BACK = (("1m", 28), ("3m", 85), ("6m", 175), ("1y", 360))
"""How far back may be asked for, and for how many days that is enough."""
_NOT_FOUND = 404
_PAGE = 250


class PastValues:
    """What accounts were worth.

    Args:
        parts: the connection.
        cursor: how far that is known.
        failures: are told what was not answered.
    """

    def __init__(self, parts: Parts, cursor: Cursor, failures: Failures) -> None:
        self._parts = parts
        self._cursor = cursor
        self._failures = failures
        self._reasons: list[str] = []

    async def of(self, account: Account) -> Batch:
        """Ask for the values and the balances of an account.

        Raises:
            BrokerUnavailable, BrokerRefused: the access is lost.
        """
        number, today = account.number, self._parts.access.today()
        known = self._cursor.of(number)
        if known is not None and known.last > today:
            known = None  # the clock was ahead
        if known is not None and known.last >= today:
            # What the day brings is known by now from elsewhere, or follows tomorrow.
            return Batch(section=Section.NAV)
        begin = None if known is None else min(known.last - _AGAIN, today)
        values = await self._or_not(self._values(number, begin, today))
        since = max(begin or dt.date.min, today - _SNAPSHOTS)
        snapshots = await self._or_not(self._snapshots(number, since))
        reasons, self._reasons = self._reasons, []
        if not reasons:
            first = known.first if known is not None else begin or today
            self._cursor = self._cursor.moved(number, Reach(first=first, last=today))
        told = [one for read in snapshots.records for one in read]
        days = {one.to_date: one for one in values.records if begin is None or one.to_date >= begin}
        # Of a day that both tell of, the snapshot says more.
        days |= {one.to_date: one for one in told if isinstance(one, NavSummary)}
        balances = [one for one in told if isinstance(one, Balance)]
        return Batch(
            section=Section.NAV,
            records=(*days.values(), *balances),
            # A snapshot is all of that day's balances: so it is kept when the days grow old.
            holds=tuple(
                Holds(account=number, section=Section.BALANCES, as_of=moment)
                for moment in sorted({one.as_of for one in balances})
            ),
            refused=(*values.refused, *snapshots.refused),
            cursor=None if reasons else self._cursor.text(),
            incomplete=sentence(reasons, ()),
        )

    async def _or_not(self, asked: Awaitable[Read[T]]) -> Read[T]:
        """Wait for an answer; one that does not come costs not the other."""
        try:
            read = await asked
        except AskFailed as failure:
            self._failures.add(Section.NAV, failure)
            self._reasons.append(str(failure))
            return Read((), ())
        self._failures.answered()
        return read

    async def _values(
        self, account: str, begin: dt.date | None, today: dt.date
    ) -> Read[NavSummary]:
        what = f"The values over time of {account}"
        asked = {"time-back": _time_back(begin, today)}
        try:
            answer = await self._parts.access.ask(
                f"/accounts/{account}/net-liq/history", asked, what=what
            )
        except AskFailed as failure:
            # The sandbox has none, and never will.
            if failure.status == _NOT_FOUND and self._parts.is_sandbox:
                return Read((), ())
            raise
        rows = listed(answer, what)
        return await read_in_turns(
            Section.NAV, enumerate(rows), lambda row, _: nav_of(row, account)
        )

    async def _snapshots(
        self, account: str, begin: dt.date
    ) -> Read[tuple[Balance | NavSummary, ...]]:
        params = {
            "currency": "USD", "time-of-day": "EOD", "start-date": begin.isoformat(),
        }  # fmt: skip
        pages = Pages(
            self._parts.access,
            f"/accounts/{account}/balance-snapshots",
            params,
            f"The past balances of {account}",
            PageSize(_PAGE, _PAGE),
        )
        found: list[tuple[Balance | NavSummary, ...]] = []
        refused: list[RefusedRow] = []
        async with aclosing(pages.walk()) as walk:
            async for page in walk:
                rows: list[tuple[int, Item]] = [(place, page.rows[place]) for place in page.new]
                read = await read_in_turns(
                    Section.NAV, rows, lambda row, _: snapshot_of(row, account), account=account
                )
                found += read.records
                refused += read.refused
        if not pages.whole:
            raise AskFailed(
                f"{pages.what} changed while they were read; they are asked for again with the "
                "next sync.",
                passing=True,
            )
        return Read(tuple(found), tuple(refused))


def _time_back(begin: dt.date | None, today: dt.date) -> str:
    """Return how the broker calls a stretch of time that is long enough."""
    if begin is None:
        return "all"
    days = (today - begin).days
    return next((name for name, enough in _BACK if days <= enough), "all")

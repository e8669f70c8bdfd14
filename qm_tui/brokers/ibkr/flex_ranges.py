"""Which days are asked for, and when the next ones are there."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from qm_tui.domain.batches import Coverage

NEW_YORK = ZoneInfo("America/New_York")

_DAY = dt.timedelta(days=1)
_MADE_AT = dt.time(6, 30)
"""Of the next morning, in New York: by then the statements of a day are made."""
_ASKED_IN_VAIN = dt.timedelta(hours=3)
_MOVED_AT_MOST = dt.timedelta(days=4)
"""A period may be moved to business days: over a long weekend."""

_Days = tuple[dt.date, dt.date]
"""From, to; both included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days to be asked for in one request, both included."""

    from_date: dt.date
    to_date: dt.date
    history: bool
    """Nothing older is known: if there is nothing, that is where the account began."""

    @property
    def said(self) -> str:
        """The days, for the user."""
        return f"{self.from_date} … {self.to_date}"


def missing(
    covered: Iterable[Coverage],
    answer: Sequence[Coverage],
    *,
    since: dt.date,
    most_days: int,
    unfinished: bool = False,
) -> list[Window]:
    """Return what else is to be asked for after the query as the user made it, the newest first.

    Args:
        covered: what was known before, per account.
        answer: what the query brought, per account; an account of "" stands for all.
        since: older days are not asked for.
        most_days: of one window.
        unfinished: a fetch before ended early: all holes are asked for, and what is older than
            everything that is known. Otherwise that only for accounts of which nothing is known,
            and of the others the days between the newest that are known and the answer.
    """
    known = list(covered)
    days: list[_Days] = []
    for account in dict.fromkeys(told.account for told in answer):
        start = min(told.from_date for told in answer if told.account == account)
        own = _joined(
            (told.from_date, told.to_date)
            for told in known
            if not account or told.account == account
        )
        days += _missing(own, start, since, unfinished=unfinished)
    earliest = min((told.from_date for told in known), default=dt.date.max)
    return [
        Window(from_date=first, to_date=last, history=last < earliest)
        for gap in reversed(_joined(days))
        for first, last in _cut(gap, most_days)
    ]


def honored(window: Window, brought: Sequence[Coverage], as_made: Sequence[Coverage]) -> bool:
    """Tell whether an answer is of the days that were asked for, or of the query's own."""
    spans = {(told.from_date, told.to_date) for told in brought}
    if not spans:
        return False
    asked = (window.from_date, window.to_date)
    own = {(told.from_date, told.to_date) for told in as_made}
    return all(
        window.from_date - _MOVED_AT_MOST <= first and last <= window.to_date + _MOVED_AT_MOST
        for first, last in spans
    ) and (asked in spans or not spans <= own)


def begins_later(window: Window, brought: Sequence[Coverage]) -> bool:
    """Tell whether an answer begins clearly after what was asked for: before, there is nothing."""
    return min(told.from_date for told in brought) > window.from_date + _MOVED_AT_MOST


def statement_due(
    covered: Iterable[Coverage],
    now: dt.datetime,
    *,
    asked: dt.datetime | None = None,
    zone: ZoneInfo = NEW_YORK,
) -> dt.datetime:
    """Return when statements should be fetched next; not before `now`.

    The statements of Monday to Friday are made in the night that follows.

    Args:
        covered: the days there are statements of.
        now: aware.
        asked: when they were last fetched with success; in vain, they are not fetched again for
            some hours: it may have been a holiday, or the night was long.
        zone: of the exchange.
    """
    newest = max((told.to_date for told in covered), default=None)
    today = now.astimezone(zone).date()
    made = today
    while not _is_made(made, now, zone):
        made -= _DAY
    if newest is None:
        return now
    if newest < made:
        if asked is None or asked < _made_at(made, zone):
            return now
        return max(now, min(asked + _ASKED_IN_VAIN, _next_made(made, zone)))
    return max(now, _next_made(max(made, min(newest, today)), zone))


def _missing(own: list[_Days], start: dt.date, since: dt.date, *, unfinished: bool) -> list[_Days]:
    if start <= since:
        return []
    if not own:
        return [(since, start - _DAY)]
    before = [(first, min(last, start - _DAY)) for first, last in own if first < start]
    ends = [*before, (start, start)]
    gaps = [(a[1] + _DAY, b[0] - _DAY) for a, b in pairwise(ends)]
    if not unfinished:
        gaps = gaps[-1:]
    else:
        gaps.insert(0, (since, ends[0][0] - _DAY))
    clipped = [(max(first, since), last) for first, last in gaps]
    return [gap for gap in clipped if _has_business_day(gap)]


def _joined(days: Iterable[_Days]) -> list[_Days]:
    """Join what touches or overlaps, the oldest first."""
    found: list[_Days] = []
    for first, last in sorted(days):
        if found and first <= found[-1][1] + _DAY:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _cut(days: _Days, most: int) -> Iterator[_Days]:
    """Cut into windows, the newest first."""
    first, last = days
    while last >= first:
        begin = max(first, last - (most - 1) * _DAY)
        yield begin, last
        last = begin - _DAY


def _has_business_day(days: _Days) -> bool:
    first, last = days
    return (last - first).days >= 2 or any(
        day.weekday() < 5 for day in (first, last) if first <= last
    )


def _made_at(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day + _DAY, _MADE_AT, zone)


def _is_made(day: dt.date, now: dt.datetime, zone: ZoneInfo) -> bool:
    return day.weekday() < 5 and _made_at(day, zone) <= now


def _next_made(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return when the first statement after that of a day is made."""
    day += _DAY
    while day.weekday() >= 5:
        day += _DAY
    return _made_at(day, zone).astimezone(dt.UTC)

"""How far back and how far on the history of each account is known, as text for the store."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_MOST = 20
"""Spans of days that are remembered; the nearest of more are put together."""


class Days(NamedTuple):
    """Some days, both included."""

    first: dt.date
    last: dt.date


def together(spans: Iterable[Days]) -> tuple[Days, ...]:
    """Put spans together that touch, and those nearest to one another where there are many."""
    found: list[Days] = []
    for one in sorted(spans):
        if found and one.first <= found[-1].last:
            found[-1] = Days(found[-1].first, max(found[-1].last, one.last))
        else:
            found.append(one)
    while len(found) > _MOST:
        place = min(range(1, len(found)), key=lambda at: found[at].first - found[at - 1].last)
        found[place - 1 : place + 1] = [Days(found[place - 1].first, found[place].last)]
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The days of an account that are known without a gap, both included."""

    first: dt.date
    last: dt.date
    begins: dt.date | None = None
    """The day of the first transaction, where something must have come before it that is not told;
    None where nothing speaks for that."""
    again: tuple[Days, ...] = ()
    """Where rows were refused: the broker may have mended them, or this program may read more."""
    whole: dt.date | None = None
    """The day on which everything had been asked for; None before that, and in older stores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The reach of every account."""

    reaches: Mapping[str, Reach] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """Read what `text` wrote; what makes no sense is as if it were not known: asked again."""
        try:
            found = json.loads(text or "{}")
        except ValueError:
            return cls()
        if not isinstance(found, dict):
            return cls()
        read = ((account, _reach(said)) for account, said in found.items())
        return cls(reaches={account: reach for account, reach in read if reach is not None})

    def of(self, account: str) -> Reach | None:
        """Return what is known of an account; None for nothing."""
        return self.reaches.get(account)

    def moved(self, account: str, reach: Reach) -> "Cursor":
        """Return a cursor that knows more of an account."""
        return Cursor(reaches={**self.reaches, account: reach})

    def text(self) -> str:
        """Write it down."""
        return json.dumps(
            {account: _written(reach) for account, reach in sorted(self.reaches.items())},
            separators=(",", ":"),
        )


def _written(reach: Reach) -> dict[str, object]:
    written: dict[str, object] = {
        "from": reach.first.isoformat(), "through": reach.last.isoformat()
    }  # fmt: skip
    if reach.begins is not None:
        written["begins"] = reach.begins.isoformat()
    if reach.whole is not None:
        written["whole"] = reach.whole.isoformat()
    if reach.again:
        written["again"] = [[day.isoformat() for day in days] for days in reach.again]
    return written


def _reach(said: Any) -> Reach | None:
    try:
        begins, whole = said.get("begins"), said.get("whole")
        reach = Reach(
            first=dt.date.fromisoformat(said["from"]),
            last=dt.date.fromisoformat(said["through"]),
            begins=None if begins is None else dt.date.fromisoformat(begins),
            whole=None if whole is None else dt.date.fromisoformat(whole),
            again=tuple(
                Days(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
                for first, last in said.get("again", ())
            ),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return reach if reach.first <= reach.last else None

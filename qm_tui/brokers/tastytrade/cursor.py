"""How far back and how far on the history of each account is known, as text for the store."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The days of an account that are known without a gap, both included."""

    first: dt.date
    last: dt.date
    begins: dt.date | None = None
    """The day of the first transaction, where something must have come before it that is not told;
    None where nothing speaks for that."""


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


def _written(reach: Reach) -> dict[str, str]:
    written = {"from": reach.first.isoformat(), "through": reach.last.isoformat()}
    return written if reach.begins is None else written | {"begins": reach.begins.isoformat()}


def _reach(said: Any) -> Reach | None:
    try:
        begins = said.get("begins")
        reach = Reach(
            first=dt.date.fromisoformat(said["from"]),
            last=dt.date.fromisoformat(said["through"]),
            begins=None if begins is None else dt.date.fromisoformat(begins),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return reach if reach.first <= reach.last else None

"""The newest word on each field of what is described again and again: accounts, instruments."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qm_tui.domain.exact import canonical, utc_text


@dataclass(slots=True)
class Description:
    """What is known of something, and when each of its fields was last said.

    A field that is not said stays as it was. Of two words the one said later holds, of two said at
    the same time always the same one: so any order of arrival ends in the same description.
    """

    values: dict[str, Any]
    described_at: dt.datetime | None
    """When the fields were said that `times` does not name."""
    times: dict[str, str]
    changed: bool = False

    def say(self, said: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
        """Take over what was said at a time; return the values that changed."""
        moment = utc_text(at)
        return {
            name: value
            for name, value in said.items()
            if value is not None and self._say(name, value, moment)
        }

    def fill(self, others: Sequence["Description"]) -> dict[str, Any]:
        """Fill gaps with what is known under other names; return the values that changed.

        What is filled in has no time of its own: any word of this one's own replaces it.
        """
        filled = {}
        for name, known in self.values.items():
            if self.said_at(name):
                continue
            said = [
                (other.said_at(name), _text(value), value)
                for other in others
                if (value := other.values.get(name)) is not None
            ]
            value = max(said, key=lambda one: one[:2])[2] if said else None
            if value != known:
                filled[name] = value
            if value is None:
                self.times.pop(name, None)
            else:
                self.times[name] = ""
        self.values |= filled
        self.changed |= bool(filled)
        return filled

    def said_at(self, name: str) -> str:
        """Return when a field was last said, as text that sorts; empty for one that never was."""
        if self.values.get(name) is None:
            return ""
        return self.times.get(name, utc_text(self.described_at) if self.described_at else "")

    def _say(self, name: str, value: Any, moment: str) -> bool:
        known = self.values.get(name)
        if (moment, _text(value)) <= (self.said_at(name), _text(known)):
            return False
        self.times[name] = moment
        self.values[name] = value
        self.changed |= value != known
        return bool(value != known)

    def settle(self) -> tuple[dt.datetime | None, dict[str, str]]:
        """Return when the most was said, and the fields of which that is not true."""
        times = {
            name: self.said_at(name) for name, value in self.values.items() if value is not None
        }
        latest = max(times.values(), default="")
        if latest:
            self.described_at = dt.datetime.fromisoformat(latest).replace(tzinfo=dt.UTC)
        self.times = {name: time for name, time in times.items() if time != latest or not time}
        return self.described_at, self.times


def _text(value: Any) -> str:
    if value is None:
        return ""
    return canonical(value) if isinstance(value, Decimal) else str(value)

"""The newest word on each field of what is described again and again: accounts, instruments."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qm_tui.store.texts import canonical, utc_text


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

    def join(self, other: "Description") -> None:
        """Take over what is known of something that turned out to be the same."""
        for name, value in other.values.items():
            if value is not None:
                self._say(name, value, other.said_at(name))

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
        if times:
            latest = max(times.values())
            self.described_at = dt.datetime.fromisoformat(latest).replace(tzinfo=dt.UTC)
            self.times = {name: time for name, time in times.items() if time != latest}
        return self.described_at, self.times


def _text(value: Any) -> str:
    if value is None:
        return ""
    return canonical(value) if isinstance(value, Decimal) else str(value)

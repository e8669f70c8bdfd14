"""When a broker of the demo is away: by itself, every few minutes, and back soon."""

import datetime as dt
from collections.abc import Iterator
from itertools import takewhile
from random import Random

from qm_tui.brokers.demo.settings import DemoSettings

_BETWEEN = (150.0, 260.0)
"""Seconds from the end of one absence to the next."""


class Outages:
    """The times at which a broker is away, the same for the same seed."""

    def __init__(self, settings: DemoSettings, begun: dt.datetime) -> None:
        self._settings = settings
        self._begun = begun

    def back_at(self, at: dt.datetime) -> dt.datetime | None:
        """Return when the broker will be back; None when it is there."""
        away = dt.timedelta(seconds=self._settings.away)
        for start in takewhile(lambda start: start <= at, self._starts()):
            if at < start + away:
                return start + away
        return None

    def _starts(self) -> Iterator[dt.datetime]:
        random = Random(f"{self._settings.seed}:away")  # noqa: S311 - an invented broker
        seconds = self._settings.first_drop
        while True:
            yield self._begun + dt.timedelta(seconds=seconds)
            seconds += self._settings.away + random.uniform(*_BETWEEN)

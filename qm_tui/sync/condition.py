"""How a connection is doing: kept for one worker, and told when it is other than it was."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from qm_tui.domain.health import Health, LinkState
from qm_tui.store.reading.links import LinkHistory
from qm_tui.sync.links import Link

_LAST = 20
_NO_VERDICT = frozenset({"running", "cancelled"})
"""States of a run that say nothing of the connection."""
_TOLD_EVERY = dt.timedelta(seconds=1)


class Condition:
    """A connection's health, from what its worker sees."""

    def __init__(
        self, link: Link, now: Callable[[], dt.datetime], tell: Callable[[Health], None]
    ) -> None:
        self._now = now
        self._tell = tell
        self._whole: deque[bool] = deque(maxlen=_LAST)
        self._told = now()
        self._away_since: dt.datetime | None = None
        self.health = Health(
            connection=link.name, broker=link.broker, state=LinkState.OFF, since=now()
        )

    def recall(self, history: LinkHistory) -> None:
        """Take over what is on record."""
        ended = [state for state in history.states if state not in _NO_VERDICT]
        self._whole = deque((state == "done" for state in reversed(ended)), maxlen=_LAST)
        self.note(
            last_success=_later(self.health.last_success, history.last_success),
            data_as_of=_later(self.health.data_as_of, history.newest_as_of),
            **self._counts(),
        )

    def turn(
        self,
        state: LinkState,
        says: str = "",
        *,
        next_try: dt.datetime | None = None,
        next_sync: dt.datetime | None = None,
    ) -> None:
        """It is at something else now, or says something else of it."""
        since = self.health.since if state is self.health.state else self._now()
        if state is LinkState.WAITING:
            # Attempts in between do not make a long night shorter.
            since = self._away_since = self._away_since or since
        elif state is not LinkState.CONNECTING:
            self._away_since = None
        self.note(state=state, since=since, says=says, next_try=next_try, next_sync=next_sync)

    def note(self, **seen: Any) -> None:
        """Take over what was seen, by the names of `Health`."""
        now = replace(self.health, **seen)
        if now != self.health:
            self._show(now)

    def arrived(self, latency: dt.timedelta | None = None, *, delayed: bool | None = None) -> None:
        """Something came just now."""
        before, now = self.health, self._now()
        seen = replace(
            before,
            data_as_of=now,
            latency=before.latency if latency is None else latency,
            delayed=before.delayed if delayed is None else delayed,
        )
        if now - self._told >= _TOLD_EVERY or seen.delayed != before.delayed:
            self._show(seen)
        else:
            self.health = seen

    def ended(self, *, whole: bool) -> None:
        """A sync ended."""
        self._whole.append(whole)
        success = self._now() if whole else self.health.last_success
        self.note(last_success=success, **self._counts())

    def _counts(self) -> dict[str, Any]:
        return {
            "runs": len(self._whole),
            "failures": self._whole.count(False),
            "lacking": bool(self._whole) and not self._whole[-1],
        }

    def _show(self, health: Health) -> None:
        self.health = health
        self._told = self._now()
        self._tell(health)


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)

"""How one connection is doing, kept up to date and told when it changes."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from qm_tui.domain.health import Health, LinkState
from qm_tui.store.reading.links import LinkHistory

_LAST = 20
_RUNNING = "running"
_GOOD = "done"
_GONE = "cancelled"


class Condition:
    """The health of one connection."""

    def __init__(
        self,
        connection: str,
        broker: str,
        now: Callable[[], dt.datetime],
        tell: Callable[[Health], None],
    ) -> None:
        self._now = now
        self._tell = tell
        self._ended: deque[bool] = deque(maxlen=_LAST)
        self.health = Health(
            connection=connection, broker=broker, state=LinkState.OFF, since=now(),
            says="Not begun yet.",
        )  # fmt: skip

    def remember(self, history: LinkHistory) -> None:
        """Take over what is on record."""
        states = [state for state in history.states if state not in {_RUNNING, _GONE}]
        self._ended.extend(state == _GOOD for state in reversed(states))
        self._change(
            last_success=history.last_success, data_as_of=history.newest_as_of, **self._counts()
        )

    def is_(
        self,
        state: LinkState,
        says: str,
        *,
        next_try: dt.datetime | None = None,
        next_sync: dt.datetime | None = None,
    ) -> None:
        """Say what the connection is at."""
        since = self.health.since if state is self.health.state else self._now()
        self._change(state=state, says=says, since=since, next_try=next_try, next_sync=next_sync)

    def ended(self, *, whole: bool) -> None:
        """A sync ended."""
        self._ended.append(whole)
        last = self._now() if whole else self.health.last_success
        self._change(last_success=last, **self._counts())

    def notes(self, **new: object) -> None:
        """Take note of accounts, latency, delayed, data_as_of, next_sync."""
        self._change(**new)

    def _counts(self) -> dict[str, object]:
        return {"runs": len(self._ended), "failures": list(self._ended).count(False)}

    def _change(self, **new: object) -> None:
        changed = replace(self.health, **new)  # type: ignore[arg-type] # fields by name
        if changed != self.health:
            self.health = changed
            self._tell(changed)

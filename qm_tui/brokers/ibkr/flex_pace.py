"""How often Interactive Brokers may be asked with one token: once a second, ten times a minute."""

import hashlib
from collections import deque

from qm_tui.brokers.ibkr.flex_settings import FlexSettings

_REMEMBERED = 64


class Pace:
    """When requests with one token were made."""

    def __init__(self) -> None:
        self._made: deque[float] = deque(maxlen=1000)

    def wait(self, now: float, settings: FlexSettings) -> float:
        """Return for how many seconds the next request has to wait.

        Args:
            now: seconds of a clock that is never set.
            settings: how many are allowed.
        """
        if not self._made:
            return 0.0
        until = self._made[-1] + settings.requests_apart
        if len(self._made) >= settings.requests_at_most:
            until = max(until, self._made[-settings.requests_at_most] + settings.requests_window)
        return max(0.0, until - now)

    def note(self, now: float) -> None:
        """Note that a request is made now."""
        self._made.append(now)


# One token serves several connections (one query each), and outlives a client that failed.
_paces: dict[bytes, Pace] = {}


def pace_of(token: str) -> Pace:
    """Return the pace of a token; the token itself is not kept."""
    key = hashlib.sha256(token.encode()).digest()
    found = _paces.pop(key, None) or Pace()
    _paces[key] = found
    while len(_paces) > _REMEMBERED:
        del _paces[next(iter(_paces))]
    return found

"""Whose turn it is to have a line of market data, and how many requests may be made."""

import time
from collections import deque
from collections.abc import Collection, Container, Iterable, Iterator

from qm_tui.brokers.ibkr.gateway_lines import Wanted
from qm_tui.domain.live import names_of


class Turns:
    """What is wanted, and in which order: one after the other, options first."""

    def __init__(self) -> None:
        self.wanted: dict[int, Wanted] = {}
        """By contract id."""
        self._queue: deque[int] = deque()
        self._preferred: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self._queue)

    def want(self, wanted: Wanted) -> None:
        """Add an instrument: an option before all others, because its Greeks come only so."""
        self.wanted[wanted.conid] = wanted
        if wanted.is_option:
            self._queue.appendleft(wanted.conid)
        else:
            self._queue.append(wanted.conid)

    def prefer(self, names: Iterable[str], served: Container[int]) -> None:
        """Serve these next (see `names_of`), unless they are served."""
        wished = set(names)
        self._preferred = frozenset(
            conid
            for conid, wanted in self.wanted.items()
            if not wished.isdisjoint(names_of(wanted.instrument))
        )
        first = [conid for conid in self._preferred if conid not in served]
        self._queue = deque([*first, *(one for one in self._queue if one not in self._preferred)])

    def preferred(self, lines: int) -> Collection[int]:
        """Return who keeps his line: not where that would leave less than half for the others."""
        return self._preferred if 2 * len(self._preferred) <= lines else ()

    def next(self, served: Container[int], now: float) -> Wanted | None:
        """Take who waits longest; None when nobody does."""
        while self._queue:
            conid = self._queue.popleft()
            wanted = self.wanted.get(conid)
            if wanted is not None and conid not in served and wanted.quiet_until <= now:
                return wanted
        return None

    def again(self, wanted: Wanted) -> None:
        """Let one wait who had his turn."""
        if wanted.conid in self.wanted:
            self._queue.append(wanted.conid)

    def first(self, all_of: Iterable[Wanted]) -> None:
        """Let these be the next, in their order."""
        self._queue.extendleft(reversed([wanted.conid for wanted in all_of]))

    def let_in(self, served: Container[int], now: float) -> None:
        """Let those wait again who were left alone for long enough, or could not be served."""
        queued = set(self._queue)
        waiting = [
            wanted
            for conid, wanted in self.wanted.items()
            if conid not in queued and conid not in served and wanted.quiet_until <= now
        ]
        waiting.sort(key=lambda wanted: not wanted.is_option)
        self._queue.extend(wanted.conid for wanted in waiting)

    def unserved(self, served: Container[int], now: float) -> Iterator[Wanted]:
        """Go through those who may be asked for and are not in `served`."""
        return (
            wanted
            for conid, wanted in self.wanted.items()
            if conid not in served and wanted.quiet_until <= now
        )

    def clear(self) -> None:
        """Want nothing any more."""
        self.wanted.clear()
        self._queue.clear()


class Allowance:
    """How many requests may be made now, when there may be so many in a second."""

    def __init__(self, a_second: float) -> None:
        self._a_second = a_second
        self._left = a_second
        self._counted_at = time.monotonic()

    def grow(self, now: float) -> None:
        """Let time pass; what is not used within a second is lost."""
        self._left = min(self._a_second, self._left + (now - self._counted_at) * self._a_second)
        self._counted_at = now

    def allows(self, requests: int) -> bool:
        """Tell whether there is room."""
        return self._left >= requests

    def use(self, requests: int = 1) -> None:
        """Count requests that were made."""
        self._left -= requests

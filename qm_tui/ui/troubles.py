"""What failed in the program itself: kept, so that one can work on it after the toast has gone."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from textual.worker import Worker, WorkerState

from qm_tui.ui.cell import plain

Retry = Callable[[], object]

_MOST = 100
"""Troubles that are remembered; what is over goes first, then the oldest."""
_LONGEST = 2000
"""Characters of a reason that are kept: what a broker or a driver says may be endless."""
_IN_PASSING = 300
_LOG = "The log (o) has the details."
_WORKERS = {
    "load": "{place} could not be read",
    "pages": "Rows of {place} could not be read",
    "list": "{place} could not be read",
    "filter": "The filter of {place} broke off",
    "export": "The export of {place} broke off",
    "preferences": "What you changed on {place} could not be kept",
    "views": "Saved views could not be read or kept",
    "store-watch": "The store does not answer",
    "tour": "The tour broke off",
    "live": "No live updates",
}
"""Group of workers → what it means for the user when one of them dies."""
_ADVICE: Mapping[str, str] = {
    "live": "It is tried again by itself; what is stored stays on the screens.",
    "store-watch": "It is tried again by itself, every two seconds.",
    "preferences": "It holds until the monitor is left.",
}
"""Group of workers → what to do, where that is not to read the page again."""
AT_ONCE = frozenset({"load", "pages", "list"})
"""What reading the page again does once more."""
_EVERYWHERE = frozenset({"views"})
"""What is one for all places, and told once."""
DERIVING = "deriving"
"""The key of lots and gains that could not be derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that failed, perhaps more than once."""

    key: str
    """The same for the same trouble, however often it comes."""
    what: str
    """What does not work: a few words."""
    says: str
    """Why, as far as anybody told."""
    advice: str = _LOG
    since: dt.datetime
    """When it began, after it last worked."""
    last: dt.datetime
    """When it was last seen."""
    count: int = 1
    """How often it was seen, all in all."""
    over: dt.datetime | None = None
    """When it worked again."""
    retry: Retry | None = field(default=None, compare=False)
    """Tries once more; None where only time or the user can."""
    ask: Retry | None = field(default=None, compare=False)
    """Opens where the user can try once more."""

    @property
    def is_news(self) -> bool:
        """Whether it is to be told in passing: not what the same file causes at each place."""
        return self.count == 1 or self.key not in _EVERYWHERE

    @property
    def in_short(self) -> str:
        """Why, in what there is room for in passing."""
        return self.says if len(self.says) <= _IN_PASSING else f"{self.says[: _IN_PASSING - 1]}…"


class Troubles:
    """The troubles of one run of the monitor, the newest last."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        """Begin without any.

        Args:
            now: the present.
        """
        self._now = now
        self._known: dict[str, Trouble] = {}
        self._dropped: set[str] = set()
        self.changed: Callable[[], None] = _nobody
        """Called when there are others than before."""

    def __iter__(self) -> Iterator[Trouble]:
        return iter(tuple(self._known.values()))

    @property
    def open(self) -> int:
        """How many are not over."""
        return sum(trouble.over is None for trouble in self._known.values())

    def note(
        self,
        key: str,
        what: str,
        says: str,
        *,
        advice: str = _LOG,
        retry: Retry | None = None,
        ask: Retry | None = None,
    ) -> Trouble:
        """Take down that something failed.

        Args:
            key: identifies it.
            what: does not work.
            says: why.
            advice: what to do.
            retry: tries once more.
            ask: opens where the user can.
        """
        now, before = self._now(), self._known.pop(key, None)
        trouble = Trouble(
            key=key, what=plain(what), says=plain(says)[:_LONGEST], advice=advice,
            since=now if before is None or before.over is not None else before.since,
            last=now, count=1 if before is None else before.count + 1, retry=retry, ask=ask,
        )  # fmt: skip
        self._known[key] = trouble
        self._make_room()
        self.changed()
        return trouble

    def settle(self, key: str) -> None:
        """Take down that it works (again); it stays on the list until it is taken off."""
        trouble = self._known.get(key)
        if trouble is not None and trouble.over is None:
            self._known[key] = replace(trouble, over=self._now())
            self.changed()

    def drop(self, key: str) -> None:
        """Take something off the list; what is stored is only shown no more."""
        self._dropped.add(key)
        self._known.pop(key, None)
        self.changed()

    def is_dropped(self, key: str) -> bool:
        """Whether something was taken off the list."""
        return key in self._dropped

    def watch(
        self, event: Worker.StateChanged, place: str, read_again: Retry | None = None
    ) -> Trouble | None:
        """Look how a worker ended; return the trouble if it died.

        Args:
            event: said of it.
            place: whose it is: the name of a screen.
            read_again: has the place read what it shows once more.
        """
        group, error = event.worker.group, event.worker.error
        key = group if group in _EVERYWHERE else f"{group} {place}".strip()
        if event.state is WorkerState.SUCCESS:
            self.settle(key)
        if event.state is not WorkerState.ERROR or error is None:
            return None
        what = _WORKERS.get(group, "Something on {place} broke off").format(place=place)
        retry = read_again if group in AT_ONCE else None
        advice = _ADVICE.get(group, _LOG if retry is None else f"r reads it again. {_LOG}")
        return self.note(key, what, reason_of(error), advice=advice, retry=retry)

    def _make_room(self) -> None:
        while len(self._known) > _MOST:
            over = (key for key, trouble in self._known.items() if trouble.over is not None)
            del self._known[next(over, next(iter(self._known)))]


def reason_of(error: BaseException | None) -> str:
    """What an error says; of one that says nothing, its kind."""
    # What stands between a driver and us repeats the whole question behind what the driver says.
    told = getattr(error, "orig", None)
    first = told if isinstance(told, BaseException) else error
    if isinstance(first, OSError) and first.strerror and isinstance(first.filename, str):
        return plain(f"{first.filename}: {first.strerror}")
    return plain(str(first) or type(first).__name__)


def _nobody() -> None:
    """Tell nobody."""

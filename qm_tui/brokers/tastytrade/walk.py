"""How far one walk through an account's history came, and what may be missing in it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qm_tui.brokers.tastytrade.answers import Item, Row
from qm_tui.brokers.tastytrade.cursor import Days, Reach, together
from qm_tui.brokers.tastytrade.paging import Page, Pages
from qm_tui.brokers.tastytrade.windows import SLACK, Window
from qm_tui.domain.batches import RefusedRow

_DAY = dt.timedelta(days=1)
_AROUND = dt.timedelta(days=3)
"""A row that was refused may be of another day, once it can be read."""
_EARLIEST = dt.date(1990, 1, 1)
_COMING_IN = ("deposit", "acat", "transfer", "wire", "ach", "journal")
"""Words in what a history begins with when it begins at the beginning."""


class Walk:
    """Follows the pages of one account.

    Args:
        account: its number.
        begin: the day from which on there may be something.
        known: what is known already, if anything.
    """

    def __init__(self, account: str, begin: dt.date, known: Reach | None) -> None:
        self.account = account
        self.is_whole = False
        """All of the window has come."""
        self.is_stuck = False
        """The broker gave one page again and again."""
        self.seen: set[int | str | bytes] = set()
        """The rows of the window, by their ids."""
        self.problem: str | None = None
        """What is missing for good, from some window on: a sentence."""
        self._begin = begin
        # An opening that is known by now, and earlier: everything is asked for again.
        self.reach = None if known is not None and known.first > begin else known
        self.is_first = self.reach is None
        """Nothing is known of the account so far."""
        self.is_everything = self.is_first
        """The whole history is asked for, known or not."""
        self._earliest: tuple[dt.date, Row] | None = None
        self._window = Window(first=begin, last=begin)
        self._ascends = True
        self._beyond = 0
        self._first: dt.date | None = None
        self._latest: dt.date | None = None
        self._again = () if self.reach is None else self.reach.again
        self.left_again: list[Days] = list(self._again)
        """Of these, what no window has covered yet."""
        self._refused: list[Days] = []
        """In the window that is walked through."""

    def resume(self, overlap: dt.timedelta, whole_since: dt.date) -> dt.date:
        """Return from which day on to ask.

        Args:
            overlap: what is asked for again each time.
            whole_since: where everything was asked for before that day, it is once more.
        """
        reach = self.reach
        self.is_everything = reach is None or (
            reach.whole is not None and reach.whole < whole_since
        )
        return self._begin if reach is None or self.is_everything else reach.last - overlap

    def came_to_its_end(self, today: dt.date) -> bool:
        """Note that nothing is left to be asked for; tell whether that makes all of it known."""
        reach = self.reach
        if reach is None or self.problem is not None:
            return False
        if reach.whole is not None and not self.is_everything:
            return False
        self.reach = replace(reach, whole=today)
        return True

    def begin(self, window: Window) -> None:
        """Begin with a window, perhaps once more."""
        self._window = window
        self._ascends = True
        self._first = self._latest = None
        self._beyond = 0

    # --- rows that could not be read ---------------------------------------------------------

    @property
    def again(self) -> tuple[Days, ...]:
        """Where rows were refused, then or now."""
        return together((*self._again, *self._refused))

    def refuse(self, rows: Sequence[Item], refused: Iterable[RefusedRow]) -> None:
        """Remember about when the rows of a page were that could not be read."""
        self._refused += [self._about(rows, row.document_row) for row in refused]

    def _about(self, rows: Sequence[Item], place: int) -> Days:
        """Return the day of a row, and where it says none those of its neighbors."""
        day = day_of(rows[place])
        before = day or _nearest(reversed(rows[:place])) or self._window.first
        after = day or _nearest(rows[place + 1 :]) or self._window.last
        return Days(min(before, after) - _AROUND, max(before, after) + _AROUND)

    def settle(self, window: Window) -> bool:
        """Note that a window has come whole; tell whether there is less or more to ask again."""
        before = self.reach.again if self.reach is not None else ()
        self.left_again = [days for days in self.left_again if not window.holds(*days)]
        kept = (days for days in self._again if not window.holds(*days))
        self._again, self._refused = together((*kept, *self._refused)), []
        if self.reach is not None:
            self.reach = replace(self.reach, again=self._again)
        return self._again != before

    @property
    def seems_endless(self) -> bool:
        """Whether the broker seems to ignore the end of the window; one row may be a slip."""
        return self._beyond > 1

    def look(self, page: Page, pages: Pages) -> bool:
        """Learn from a page; tell whether it makes more of the history known without a gap."""
        for item in page.rows:
            day = day_of(item)
            if day is not None:
                self._see(day, item)
        if pages.shifted or pages.stuck or self.problem is not None or not self._ascends:
            return False
        if self._first is None or self._latest is None or self._first == self._latest:
            return False
        # The days go up: what comes on later pages is about as late as this, or later.
        return self._move(min(self._latest - _DAY, self._window.last))

    def _see(self, day: dt.date, item: Item) -> None:
        self._beyond += self._window.ends_before(day)
        self._ascends &= self._latest is None or day >= self._latest - SLACK
        self._first = day if self._first is None else min(self._first, day)
        self._latest = day if self._latest is None else max(self._latest, day)
        if self._earliest is None or day < self._earliest[0]:
            self._earliest = day, item.value

    def _move(self, last: dt.date) -> bool:
        first = self._oldest() if self.reach is None else self.reach.first
        if last < first or (self.reach is not None and last <= self.reach.last):
            return False
        self.reach = Reach(
            first=first, last=last, begins=self._begins(), again=self.again,
            whole=None if self.reach is None else self.reach.whole,
        )  # fmt: skip
        return True

    def _oldest(self) -> dt.date:
        return self._begin if self._earliest is None else min(self._begin, self._earliest[0])

    def _begins(self) -> dt.date | None:
        """Return the day of the first transaction where it does not look like the first."""
        if not self.is_first:
            return None if self.reach is None else self.reach.begins
        if self._earliest is None or _comes_in(self._earliest[1]):
            return None
        return self._earliest[0]

    def end(self, pages: Pages) -> None:
        """Judge a window whose pages have all come."""
        self.is_whole, self.is_stuck, self.seen = pages.whole, pages.stuck, pages.seen

    def give_up(self) -> None:
        """Note that a window stays without some of its rows, however often it is asked for."""
        days = f"{self._window.first} to {self._window.last}"
        what = (
            "the broker gives the same page again and again"
            if self.is_stuck
            else "its rows changed while they were read, again and again"
        )
        self.problem = f"The transactions of {self.account} from {days} are not whole: {what}."

    def done(self, window: Window) -> bool:
        """Take a window for known; tell whether more is known by that."""
        if self.problem is not None:
            return False
        return self._move(window.last)


def day_of(item: Item) -> dt.date | None:
    """Return the day a transaction counts to; None where it does not say so in a readable way."""
    if not isinstance(item.value, Mapping):
        return None
    for name in ("transaction-date", "executed-at"):
        try:
            day = dt.date.fromisoformat(str(item.value.get(name))[:10])
        except ValueError:
            continue
        if day >= _EARLIEST:
            return day
    return None


def _nearest(rows: Iterable[Item]) -> dt.date | None:
    return next((day for day in map(day_of, rows) if day is not None), None)


def _comes_in(row: Row) -> bool:
    said = " ".join(
        str(row.get(name, ""))
        for name in ("transaction-sub-type", "transaction-type", "description")
    )
    return any(word in said.lower() for word in _COMING_IN)

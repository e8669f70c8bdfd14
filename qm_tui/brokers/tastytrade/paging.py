"""All pages of a list, one after the other, and whether they belong together."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from qm_tui.brokers.tastytrade.access import Access, Params
from qm_tui.brokers.tastytrade.answers import Answer, AskFailed, Item

_TOO_MANY = frozenset({400, 413, 422})
"""Statuses by which a page is refused for its size."""


def listed(answer: Answer, what: str) -> Sequence[Item]:
    """Return the rows of an answer that should be a list.

    Raises:
        AskFailed: it is none, which is not the same as an empty one.
    """
    if answer.items is None:
        raise AskFailed(f"{what}: the answer holds no list of rows.", passing=True)
    return answer.items


@dataclass(frozen=True, slots=True)
class Page:
    """What one page brought."""

    number: int
    answer: Answer
    rows: Sequence[Item]
    new: Sequence[int]
    """The places of the rows that no page before it had."""


@dataclass(slots=True)
class PageSize:
    """How many rows are asked for at once; fewer once the broker refused as many."""

    rows: int
    fallback: int

    def refused(self, failure: AskFailed) -> bool:
        """Tell whether to ask again for fewer."""
        if failure.status not in _TOO_MANY or self.rows <= self.fallback:
            return False
        self.rows = self.fallback
        return True


@dataclass(slots=True)
class Pages:
    """One walk through the pages of a list."""

    access: Access
    path: str
    params: Params
    what: str
    size: PageSize
    seen: set[int | str | bytes] = field(default_factory=set)
    """What names the rows that came: their ids."""
    shifted: bool = False
    """The list changed while it was walked through: a row may have been passed over."""
    stuck: bool = False
    """The broker gave a page again, though there should be more."""
    _total: int | None = None
    _per_page: int | None = None

    @property
    def whole(self) -> bool:
        """Whether all rows came, once the walk has come to its end."""
        return not self.shifted and not self.stuck

    async def walk(self) -> AsyncGenerator[Page, None]:
        """Ask for page after page, until there is no more; the next one while one is looked at.

        Raises:
            AskFailed: for one that did not come; those before it were yielded.
            BrokerUnavailable, BrokerRefused: the access is lost.
        """
        number, asked = 0, asyncio.create_task(self._answer(0))
        try:
            while True:
                page = self._taken(number, await asked)
                is_last = self._is_last(page)
                if not is_last:
                    asked = asyncio.create_task(self._answer(number + 1))
                    # So that the question leaves before there is something else to do.
                    await asyncio.sleep(0)
                yield page
                if is_last:
                    return
                number += 1
        finally:
            asked.cancel()
            await asyncio.wait([asked])
            # What it failed by, when nobody waits for it any more, is nobody's business.
            _ = asked.cancelled() or asked.exception()

    async def first(self) -> Page:
        """Ask for the first page alone.

        Raises:
            AskFailed, BrokerUnavailable, BrokerRefused: it did not come.
        """
        return self._taken(0, await self._answer(0))

    def _taken(self, number: int, answer: Answer) -> Page:
        rows = listed(answer, self.what)
        names = [name_of(item) for item in rows]
        self._watch(answer, names)
        new = {name: place for place, name in enumerate(names) if name not in self.seen}
        self.seen.update(new)
        return Page(number, answer, rows, sorted(new.values()))

    async def _answer(self, number: int) -> Answer:
        while True:
            size = self.size.rows
            asked = {**self.params, "per-page": size, "page-offset": number}
            try:
                return await self.access.ask(self.path, asked, what=self.what)
            except AskFailed as failure:
                if number or not self.size.refused(failure):
                    raise

    def _watch(self, answer: Answer, names: Sequence[int | str | bytes]) -> None:
        total = None if answer.pagination is None else answer.pagination.items
        if total is not None:
            # More rows do no harm where they come at the end; elsewhere one comes again.
            self.shifted |= self._total is not None and total < self._total
            self._total = total
        per_page = None if answer.pagination is None else answer.pagination.per_page
        # The second page of seven rows is not what follows on a first one of a thousand.
        self.shifted |= None not in {per_page, self._per_page} and per_page != self._per_page
        self._per_page = per_page
        again = sum(name in self.seen for name in names)
        if again and again < len(names):
            self.shifted = True
        elif again:
            # The same page once more: all there is, or the number of the page is ignored.
            is_full = again >= self.size.rows
            self.stuck = is_full if self._total is None else self._lacks(self._total)

    def _lacks(self, total: int) -> bool:
        return len(self.seen) < total

    def _is_last(self, page: Page) -> bool:
        """Tell whether there is no further page; an empty one proves it, whatever was promised."""
        if not page.rows or not page.new:
            return True
        told = page.answer.pagination
        if self._total is not None and self._lacks(self._total):
            return False
        pages = None if told is None else told.pages
        # Where nobody says how many there are, the next page shows whether there are more.
        return page.number >= pages - 1 if pages is not None else self._total is not None


def name_of(item: Item) -> int | str | bytes:
    """Return what tells a row from the others of its list: its id, or else all that it says."""
    row = item.value
    found = row.get("id") if isinstance(row, Mapping) else None
    return found if isinstance(found, int | str) else repr(row).encode()

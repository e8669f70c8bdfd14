"""The history of an account's transactions: window by window, page by page, nothing lost."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.accounts import Account
from qm_tui.brokers.tastytrade.cursor import Cursor
from qm_tui.brokers.tastytrade.documents import kept
from qm_tui.brokers.tastytrade.entries import Told
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.paging import Page, Pages, PageSize, name_of
from qm_tui.brokers.tastytrade.reading import read_in_turns
from qm_tui.brokers.tastytrade.rows import Read
from qm_tui.brokers.tastytrade.settings import History as Settings
from qm_tui.brokers.tastytrade.transactions import records_of
from qm_tui.brokers.tastytrade.values import new_york_day
from qm_tui.brokers.tastytrade.walk import Walk
from qm_tui.brokers.tastytrade.windows import Window, windows
from qm_tui.domain.batches import Batch, Coverage
from qm_tui.domain.words import Section

KIND = "tastytrade-transactions"
_RECENT = dt.timedelta(days=3)


class History:
    """Asks for the transactions of accounts; remembers how far it came.

    Args:
        access: asks.
        instruments: names what was traded.
        now: the time.
        settings: how much at once.
    """

    def __init__(
        self,
        *,
        access: Access,
        instruments: Instruments,
        now: Callable[[], dt.datetime],
        settings: Settings,
    ) -> None:
        self._access = access
        self._instruments = instruments
        self._now = now
        self._settings = settings
        self._size = PageSize(settings.page, settings.fallback_page)
        self.cursor = Cursor()

    async def since(self, account: Account) -> AsyncGenerator[Batch, None]:
        """Bring what is not known of an account yet, and what may have been restated since.

        Each page is a batch, with the cursor as far as nothing can be missing before it.

        Raises:
            AskFailed: a page did not come. What was yielded stays valid, and so does the cursor.
            BrokerUnavailable, BrokerRefused: the access is lost.
        """
        today = new_york_day(self._now())
        known = self.cursor.of(account.number)
        if known is not None and known.last > today:
            known = None  # the clock was ahead, and nobody knows for how long
        walk = Walk(account.number, self._begin(account), known)
        left = windows(
            walk.resume(self._settings.overlap, today - self._settings.whole_every),
            today, self._settings.window, from_the_oldest=walk.is_everything,
        )  # fmt: skip
        while left:
            window = left.pop(0)
            async with aclosing(self._window(walk, window)) as batches:
                async for batch in batches:
                    yield batch
            if walk.is_stuck and (halves := window.halves()) is not None:
                # What fits on one page needs no second.
                left[:0] = halves
                continue
            if not walk.is_whole:
                walk.give_up()
            if left and walk.seems_endless and await self._told_already(walk, left[-1]):
                window = left.pop()
                left.clear()
            yield self._done(walk, window)
        if walk.came_to_its_end(min(today, self._access.today())):
            yield Batch(section=Section.TRANSACTIONS, cursor=self._moved(walk))
        async with aclosing(self._again(walk)) as batches:
            async for batch in batches:
                yield batch

    async def _again(self, walk: Walk) -> AsyncGenerator[Batch, None]:
        """Ask again for the days of which rows were refused, before this time."""
        for days in tuple(walk.left_again):
            window = Window(first=days.first, last=days.last)
            async with aclosing(self._window(walk, window)) as batches:
                async for batch in batches:
                    yield batch
            if walk.is_whole and walk.settle(window) and walk.reach is not None:
                yield Batch(section=Section.TRANSACTIONS, cursor=self._moved(walk))

    async def _told_already(self, walk: Walk, window: Window) -> bool:
        """Look whether the answer before held all that there is in a window."""
        page = await self._pages(walk.account, window).first()
        return bool(page.rows) and walk.seen.issuperset(map(name_of, page.rows))

    def _begin(self, account: Account) -> dt.date:
        """Return from where on to ask; what was booked before the opening belongs to it."""
        if account.opened is None:
            return self._settings.earliest
        return account.opened - self._settings.overlap

    async def _window(self, walk: Walk, window: Window) -> AsyncGenerator[Batch, None]:
        """Walk through a window, and again where rows shifted meanwhile."""
        told: set[int | str | bytes] = set()
        for _ in range(1 + self._settings.rereads):
            walk.begin(window)
            pages = self._pages(walk.account, window)
            async with aclosing(pages.walk()) as found:
                async for page in found:
                    batch = await self._batch(walk.account, window, page, told)
                    walk.refuse(page.rows, batch.refused)
                    knows_more = walk.look(page, pages)
                    yield replace(batch, cursor=self._moved(walk)) if knows_more else batch
            walk.end(pages)
            if walk.is_whole or walk.is_stuck:
                return
            told |= pages.seen

    def _pages(self, account: str, window: Window) -> Pages:
        return Pages(
            self._access,
            f"/accounts/{account}/transactions",
            {"sort": "Asc", **window.params()},
            f"The transactions of {account}",
            self._size,
        )

    async def _batch(
        self, account: str, window: Window, page: Page, told: set[int | str | bytes]
    ) -> Batch:
        fresh = [place for place in page.new if name_of(page.rows[place]) not in told]
        if not fresh:
            return Batch(section=Section.TRANSACTIONS)
        name = f"transactions of {account}, {window.first} … {window.last}, page {page.number + 1}"
        # Hashing and compressing wait for nobody, and nobody for them.
        keeping = asyncio.create_task(asyncio.to_thread(kept, page.answer, name, KIND))
        try:
            read = await self._read(account, page, fresh)
        finally:
            document, blocks = await keeping
        return Batch(
            section=Section.TRANSACTIONS,
            records=tuple(record for told_of in read.records for record in told_of.records),
            refused=read.refused,
            novelties=tuple(news for told_of in read.records for news in told_of.novelties),
            document=document,
            blocks=blocks,
        )

    async def _read(self, account: str, page: Page, fresh: Sequence[int]) -> Read[Told]:
        return await read_in_turns(
            Section.TRANSACTIONS,
            [(place, page.rows[place]) for place in fresh],
            lambda row, place: records_of(row, account, self._instruments, place),
            account=account,
        )

    def _done(self, walk: Walk, window: Window) -> Batch:
        """Say that a window came to its end, and what is missing in it."""
        # A clock that is ahead must not make days known that have not come.
        window = replace(window, last=min(window.last, self._access.today()))
        knows_more = walk.done(window)
        asks_other = walk.is_whole and walk.settle(window)
        if walk.reach is None or not (knows_more or asks_other):
            return Batch(section=Section.TRANSACTIONS, incomplete=walk.problem)
        first, last = max(walk.reach.first, window.first), walk.reach.last
        covered = Coverage(account=walk.account, from_date=first, to_date=last)
        return Batch(
            section=Section.TRANSACTIONS,
            coverage=(covered,) if knows_more else (),
            cursor=self._moved(walk),
            incomplete=walk.problem,
        )

    def _moved(self, walk: Walk) -> str:
        assert walk.reach is not None, "it has moved"
        self.cursor = self.cursor.moved(walk.account, walk.reach)
        return self.cursor.text()

    async def recent(self, account: str) -> Sequence[Batch]:
        """Bring the transactions of the last days: a fill was pushed.

        Raises:
            AskFailed, BrokerUnavailable, BrokerRefused: they did not come.
        """
        today = new_york_day(self._now())
        window = Window(first=today - _RECENT, last=today, is_latest=True)
        found: list[Batch] = []
        async with aclosing(self._pages(account, window).walk()) as pages:
            async for page in pages:
                batch = await self._batch(account, window, page, set())
                found.append(replace(batch, amends=True))
        return tuple(batch for batch in found if batch.records)

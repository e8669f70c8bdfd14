"""What one connection has pushed to it: prices and account news, put together as updates."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from random import Random, SystemRandom
from typing import Any

from qm_tui.brokers.client import Update
from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.account_news import AccountNews
from qm_tui.brokers.tastytrade.address import Addresses
from qm_tui.brokers.tastytrade.fill_watch import FillWatch, Recent
from qm_tui.brokers.tastytrade.followed import Followed, followed
from qm_tui.brokers.tastytrade.holdings import Holdings
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.market import Market
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.streaming import ended
from qm_tui.brokers.tastytrade.values import new_york_day
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Balance, Greeks, Position, Quote

_SHARE = 0.2
"""Of the time, at most, that goes into making records."""
_PIECE = 400
"""Positions told in one go."""
_LOOK_AGAIN = 5.0
"""Seconds after which it is looked whether an instrument has a name at DXLink by now."""
_NO_ANSWER = 0.4
"""Of the time for a round of prices: without another answer for so long it is over."""
_NAMED = 3
"""Symbols in a sentence."""


class Live:
    """Both streams of one connection, and what is held as far as it was told."""

    def __init__(
        self,
        *,
        access: Access,
        addresses: Addresses,
        instruments: Instruments,
        now: Callable[[], dt.datetime],
        settings: Streaming,
        recent: Recent,
        random: Random | None = None,
    ) -> None:
        """Make it ready; nothing is connected yet.

        Args:
            access: open.
            addresses: of the account streamer, if there is one.
            instruments: shared with whoever reads the other answers of this connection.
            now: the time.
            settings: how patiently, how often.
            recent: fetches an account's latest transactions, after a fill was pushed.
            random: spreads the attempts to connect.
        """
        self._access = access
        self._instruments = instruments
        self._now = now
        self._settings = settings
        random = random or SystemRandom()
        self._holdings = Holdings()
        self._fills = FillWatch(recent, settings.fills)
        self._market = Market(
            access=access, addresses=addresses, now=now, settings=settings, random=random
        )
        self._news = None if addresses.account_streamer_url is None else AccountNews(
            access=access, url=addresses.account_streamer_url, instruments=instruments,
            holdings=self._holdings, fills=self._fills, now=now, settings=settings, random=random,
        )  # fmt: skip
        self._followed = Followed()
        self._regrouped = False
        """Whether other instruments may be held than are followed."""
        self._look_again_at = 0.0
        self._said: str | None = None
        self._told: tuple[bool, bool] = (True, False)
        self._tasks: list[asyncio.Task[Any]] = []
        self._closed = False

    # --- what the pull tells ---------------------------------------------------------------------

    def take(
        self,
        account: str,
        positions: Iterable[Position],
        as_of: dt.datetime,
        *,
        is_whole: bool = True,
    ) -> None:
        """Take over an answer about what an account holds.

        Args:
            account: its number.
            positions: all that it holds.
            as_of: when it was asked: what was pushed since holds against it.
            is_whole: every row of it could be read; else it may hold more.
        """
        self._holdings.take(account, positions, as_of, is_whole=is_whole)
        self._regrouped = True

    def take_balances(self, account: str, balances: Iterable[Balance], as_of: dt.datetime) -> None:
        """Take over a whole answer about what an account is worth, in the same way."""
        self._holdings.take_balances(account, balances, as_of)

    def _follow(self) -> None:
        """Have what is held followed, and nothing else, where that is not so already."""
        unnamed = self._followed.unnamed and time.monotonic() >= self._look_again_at
        if not self._regrouped and not unnamed:
            return
        self._regrouped = False
        self._look_again_at = time.monotonic() + _LOOK_AGAIN
        self._followed = followed(self._holdings, self._instruments)
        it = self._followed
        self._market.hold(it.wanted, it.subscriptions, it.underlyings)

    # --- what comes by itself --------------------------------------------------------------------

    async def updates(self, accounts: Sequence[str]) -> AsyncGenerator[Update, None]:
        """Yield what changes, at most once in `look_every`, for as long as there is access.

        Args:
            accounts: whose news to ask for.

        Ends when this is closed.

        Raises:
            BrokerRefused, BrokerUnavailable: there is no access any more.
        """
        if not self._settings.enabled:
            return
        async with AsyncExitStack() as stack:
            tasks: list[asyncio.Task[Any]] = [
                await stack.enter_async_context(self._market.running())
            ]
            if self._news is not None and accounts:
                following = asyncio.create_task(self._news.follow(accounts))
                tasks.append(following)
                stack.push_async_callback(ended, following)
                self._tasks.append(following)
            stack.push_async_callback(self._fills.close)
            while not self._closed:
                started = time.monotonic()
                _check(tasks)
                self._fills.check()
                update = self._update()
                if update is not None:
                    yield update
                spent = time.monotonic() - started
                await asyncio.sleep(max(self._settings.look_every - spent, spent / _SHARE - spent))

    def _update(self) -> Update | None:
        # A push has no price of its own: it is marked before it is stored.
        self._absorb()
        batches = self._changed()
        records = (*self._market.news(), *self._holdings.news(_PIECE))
        resync = self._missed()
        says, fresh = self._state()
        told = (fresh, self._market.delayed)
        if not (records or batches or resync or says != self._said or told != self._told):
            return None
        update = Update(
            records=records,
            changed=batches,
            says=(says or "") if says != self._said else None,
            fresh=fresh,
            delayed=self._market.delayed,
            latency=self._access.latency,
            resync=resync,
        )
        self._said, self._told = says, told
        return update

    def _changed(self) -> tuple[Batch, ...]:
        """Return what is to be stored."""
        found, self._fills.found = self._fills.found, []
        resized = self._holdings.changed()
        if resized is None:
            return tuple(found)
        self._regrouped = True
        return (resized, *found)

    def _absorb(self) -> None:
        """Take some prices over, into the holdings too; who is told of changes hears of it."""
        self._follow()
        marks = self._market.absorb()
        places = self._followed.places
        holdings, now = self._holdings, self._now()
        day = new_york_day(now)
        for symbol, price in marks.items():
            holdings.mark(places.get(symbol, ()), price, now, day)
        for place in holdings.unmarked():
            name = self._followed.names.get(place)
            known = None if name is None else self._market.mark(name)
            if known is not None:
                holdings.mark((place,), known, now, day)

    def _missed(self) -> bool:
        missed, self._fills.missed = self._fills.missed, False
        if self._news is not None:
            missed, self._news.missed = missed or self._news.missed, False
        return missed

    def _state(self) -> tuple[str | None, bool]:
        """Return what there is to say of the streams, and whether what is shown is of now."""
        conditions = [("Prices", self._market.condition)]
        if self._news is not None:
            conditions.append(("Account news", self._news.condition))
        away = [(what, one) for what, one in conditions if one.away is not None]
        if not away:
            return None, True
        says = " ".join(_sentence(what, one.away or "") for what, one in away)
        # Where prices were never permitted, those of the last sync are as good as it gets.
        fresh = all(one.refused and not one.times and what == "Prices" for what, one in away)
        return says, fresh

    # --- what is known ---------------------------------------------------------------------------

    def prices(self) -> tuple[Sequence[Quote], Sequence[Greeks]]:
        """Return the latest prices and Greeks there are."""
        self._absorb_all()
        return self._market.quotes(), self._market.greeks()

    def snapshot(self, as_of: dt.datetime) -> Sequence[Batch]:
        """Return what is held and owned now, of the accounts of which that is sure.

        It is while their news come, and since they were told whole meanwhile.
        """
        since = None if self._news is None else self._news.sure_since
        return () if since is None else self._holdings.snapshot(as_of, since)

    @property
    def sure(self) -> bool:
        """Whether news of accounts come, so that nothing that happens is missed."""
        return self._news is not None and self._news.sure_since is not None

    async def ready(self, budget: float) -> None:
        """Wait until it is known whether account news come, for at most `budget` seconds.

        What is held is best asked for afterwards: then nothing lies between answer and news.
        """
        if self._news is None or not any(not task.done() for task in self._tasks):
            return
        try:
            async with asyncio.timeout(budget):
                await self._news.condition.settled()
        except TimeoutError:
            return

    async def market_round(self, budget: float) -> Sequence[str]:
        """Wait until everything held has been quoted, for at most `budget` seconds.

        Returns:
            Sentences about what did not come.

        Raises:
            BrokerRefused, BrokerUnavailable: there is no access any more.
        """
        self._follow()
        if not self._followed.subscriptions or not self._settings.enabled:
            return ()
        loop = asyncio.get_running_loop()
        until = loop.time() + budget
        async with self._market.running() as task:
            missing, patience = len(self.unquoted()), until
            while (left := len(self.unquoted())) and loop.time() < min(until, patience):
                _check([task])
                if self._market.condition.refused:
                    break
                if left < missing:
                    missing, patience = left, loop.time() + _NO_ANSWER * budget
                await asyncio.sleep(min(self._settings.look_every, budget / 10))
            away = self._market.condition.away
        unquoted = self.unquoted()
        if not unquoted:
            return ()
        if away is not None:
            return (_sentence("Prices", away),)
        return (f"No prices or no Greeks came for {_some(unquoted)}.",)

    def unquoted(self) -> list[str]:
        """Return the symbols of what is followed that has no prices, or no Greeks, yet."""
        self._absorb_all()
        return self._market.unanswered()

    def _absorb_all(self) -> None:
        self._absorb()
        while self._market.pending:
            self._absorb()

    async def close(self) -> None:
        """Let go of both streams; may be called twice."""
        self._closed = True
        tasks, self._tasks = self._tasks, []
        await ended(*tasks)
        await self._fills.close()
        await self._market.close()


def _check(tasks: "Iterable[asyncio.Task[Any]]") -> None:
    """Raise what one of them failed by."""
    for task in tasks:
        if task.done() and not task.cancelled():
            task.result()


def _some(symbols: Sequence[str]) -> str:
    named = ", ".join(map(quoted, symbols[:_NAMED]))
    return named if len(symbols) <= _NAMED else f"{named} and {len(symbols) - _NAMED} more"


def _sentence(what: str, why: str) -> str:
    return f"{what} from Tastytrade stopped: {why.rstrip('.')}. It is connected again by itself."

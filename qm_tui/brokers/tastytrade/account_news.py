"""The account streamer kept connected: what it pushes goes to holdings and to fills."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from random import Random
from typing import Never

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.account_stream import BALANCE, ORDER, POSITION, AccountStream
from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.balances import balances_of
from qm_tui.brokers.tastytrade.fill_watch import FillWatch
from qm_tui.brokers.tastytrade.holdings import Holdings
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.positions import position_of
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.streaming import (
    Condition,
    Pauses,
    StreamLost,
    StreamRefused,
    keep_connected,
    opened,
)

_log = logging.getLogger(__name__)


class AccountNews:
    """What happens in accounts."""

    def __init__(
        self,
        *,
        access: Access,
        url: str,
        instruments: Instruments,
        holdings: Holdings,
        fills: FillWatch,
        now: Callable[[], dt.datetime],
        settings: Streaming,
        random: Random,
    ) -> None:
        self._access = access
        self._url = url
        self._instruments = instruments
        self._holdings = holdings
        self._fills = fills
        self._now = now
        self._settings = settings
        self._random = random
        self.condition = Condition()
        self.sure_since: dt.datetime | None = None
        """Nothing that happened since was missed; None while something may be."""
        self.missed = False
        """Whether something may have been missed since this was looked at last."""
        self._refused = False

    async def follow(self, accounts: Sequence[str]) -> Never:
        """Follow these accounts, until there is no access any more.

        Raises:
            BrokerRefused, BrokerUnavailable: there is none.
        """
        pauses = Pauses(self._settings, self._random)
        try:
            await keep_connected(lambda: self._connected(accounts), self.condition, pauses)
        finally:
            self.sure_since = None
            self.condition.rest()

    async def _connected(self, accounts: Sequence[str]) -> Never:
        self.sure_since = None
        if self._refused:
            # It may have been the token: it lives for minutes, and can be revoked.
            await self._access.renew()
        async with opened(self._access, self._url, self._settings) as wire:
            stream = AccountStream(
                wire, self._access, self._settings, self._take, self._doubt
            )  # fmt: skip
            try:
                await stream.greet(accounts)
                self._refused = False
                self._rise()
                await stream.run()
            except StreamRefused as error:
                if self._refused:
                    raise
                self._refused = True
                raise StreamLost(str(error)) from None
            finally:
                self.sure_since = None
        raise AssertionError("a connection ends by failing")

    def _rise(self) -> None:
        # What was asked for before may have changed before this stream was there.
        self.missed |= self.condition.times > 0 or self._holdings.told
        self.condition.rise()
        self.sure_since = self._now()

    def _doubt(self) -> None:
        """Take over that something was pushed that could not be read."""
        self.missed = True
        self.sure_since = self._now()

    def _take(self, kind: str, row: Row) -> None:
        try:
            if kind == POSITION:
                self._take_position(row)
            elif kind == BALANCE:
                self._holdings.push_balances(balances_of(row, _account(row), self._now()))
            elif kind == ORDER:
                self._fills.order(row)
        except BadRow as error:
            _log.warning("a pushed %s cannot be read: %s", kind, quoted(str(error)))
            self._doubt()

    def _take_position(self, row: Row) -> None:
        position = position_of(row, _account(row), self._now(), self._instruments)
        self._holdings.push(position)


def _account(row: Row) -> str:
    number = row.get("account-number")
    if not isinstance(number, str) or not number:
        raise BadRow("account-number", quoted(repr(number)), "it names no account")
    return number

"""Lets one of several accounts after the other stream its portfolio, which the gateway does singly.

Positions, account values and profit and loss of all accounts come all the time; prices and profits
of positions only for the account that was asked for last.
"""

import asyncio
from collections.abc import Sequence
from typing import Any


class Portfolios:
    """Whose turn it is to stream its portfolio. Whoever asks for one holds `turn` meanwhile.

    The client library waits for the end of "the" portfolio, whosever it is: of two who ask at the
    same time only one would hear of it, and the late end of one that was given up would pass for
    that of the next. So ends of others are kept from it.
    """

    def __init__(self, ib: Any, *, dwell: float = 10.0, timeout: float = 10.0) -> None:
        self._ib = ib
        self._dwell = dwell
        self._timeout = timeout
        self._streaming: str | None = None
        self.turn = asyncio.Lock()
        self._end = ib.wrapper.accountDownloadEnd
        ib.wrapper.accountDownloadEnd = self._ended

    async def ask(self, account: str) -> bool:
        """Let an account stream from now on; return whether its portfolio came whole, in time.

        Raises:
            ConnectionError: the connection is lost.
        """
        async with self.turn:
            if self._streaming is not None:
                self._ib.client.reqAccountUpdates(False, self._streaming)  # noqa: FBT003
            self._streaming = account
            try:
                # Not wait_for: on Python 3.11 it may swallow a cancellation.
                async with asyncio.timeout(self._timeout):
                    await self._ib.reqAccountUpdatesAsync(account)
            except TimeoutError:
                return False
            return True

    def _ended(self, account: str) -> None:
        if self._streaming is None or account in {"", self._streaming}:
            self._end(account)

    async def rotate(self, accounts: Sequence[str]) -> None:
        """Give each account its turn, again and again, until cancelled or the connection is lost.

        Raises:
            ConnectionError: the connection is lost.
        """
        if len(accounts) < 2:
            return  # the only one streams anyway
        while True:
            for account in accounts:
                await self.ask(account)
                await asyncio.sleep(self._dwell)

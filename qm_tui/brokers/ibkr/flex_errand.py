"""One statement of the Flex web service: have it made, wait for it, take it."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from qm_tui.brokers.client import BrokerRefused, Progress, Waits
from qm_tui.brokers.ibkr.flex_address import Address
from qm_tui.brokers.ibkr.flex_answers import Accepted, is_statement
from qm_tui.brokers.ibkr.flex_asking import (
    REDIRECTS,
    REDIRECTS_AT_MOST,
    Asking,
    FaultError,
    circling,
    envelope,
    paced,
    redirected,
    send,
)
from qm_tui.brokers.ibkr.flex_download import Arrived, Download
from qm_tui.brokers.ibkr.flex_errors import Reaction
from qm_tui.brokers.ibkr.flex_http import BrokenError, Reply
from qm_tui.brokers.ibkr.flex_patience import MAKING, Patience
from qm_tui.brokers.ibkr.flex_ranges import Window


class Errand:
    """One statement, of the query's own period or of other days."""

    def __init__(self, asking: Asking, folder: Path, window: Window | None) -> None:
        self._asking = asking
        self._folder = folder
        self._window = window
        self._accepted: Accepted | None = None
        self._where: Address | None = None
        """Of the statement, once it is being made."""
        self._patience = Patience(asking)
        self._started_over = False

    async def steps(self) -> AsyncGenerator[Waits | Progress | Arrived, None]:
        """Do it; the last thing that is yielded has arrived.

        Raises:
            BrokerUnavailable: patience is at its end.
            BrokerRefused, FaultError: it will not work.
        """
        asking = self._asking
        while True:
            try:
                async for waits in paced(asking):
                    yield waits
                if self._accepted is None:
                    await self._send()
                    waits_for = asking.settings.poll_first, f"{MAKING}{self._of_days}"
                else:
                    async with aclosing(self._take()) as told:
                        async for step in told:
                            yield step
                            if isinstance(step, Arrived):
                                return
                    raise AssertionError("what is taken arrives or raises")
            except BrokenError as broken:
                waits_for = self._patience.after_broken(broken)
            except FaultError as refused:
                waits_for = self._after(refused)
            seconds, says = waits_for
            yield Waits(says=f"{says}.", until=asking.now() + dt.timedelta(seconds=seconds))
            await asyncio.sleep(seconds)

    @property
    def _of_days(self) -> str:
        return f" of {self._window.said}" if self._window else ""

    def _after(self, refused: FaultError) -> tuple[float, str]:
        if (
            refused.fault.reaction is Reaction.START_OVER
            and self._accepted is not None
            and not self._started_over
        ):
            self._started_over = True
            self._accepted = None
            return self._asking.settings.poll_first, "The statement got lost and is made again"
        return self._patience.after_fault(refused, making=self._accepted is not None)

    async def _send(self) -> None:
        asking = self._asking
        self._accepted, self._where = await send(asking, self._window)
        self._patience = Patience(asking)

    async def _take(self) -> AsyncGenerator[Progress | Arrived, None]:
        asking, accepted, where = self._asking, self._accepted, self._where
        assert accepted is not None, "it is taken when it is being made"
        assert where is not None
        for _ in range(REDIRECTS_AT_MOST + 1):
            async with asking.http.get(where, asking.parameters(accepted.reference)) as reply:
                if reply.status in REDIRECTS:
                    where = redirected(reply, where, asking)
                    continue
                if not is_statement(reply.head) or reply.status != 200:
                    await envelope(reply, where, asking)
                    raise BrokenError(f"{where.host} answers twice that it makes the statement")
                async with aclosing(self._download(reply, where)) as told:
                    async for step in told:
                        yield step
                return
        raise circling(where)

    async def _download(
        self, reply: Reply, where: Address
    ) -> AsyncGenerator[Progress | Arrived, None]:
        asking = self._asking
        settings = asking.settings
        name = asking.name if self._window is None else f"{asking.name} {self._window.said}"
        _check_size(reply.length, settings.largest)
        download = Download(self._folder)
        kept = False
        try:
            reported = 0
            async with aclosing(reply.pieces()) as pieces:
                async for piece in pieces:
                    download.write(piece)
                    _check_size(download.size, settings.largest)
                    if not reported or download.size - reported >= settings.report_every:
                        reported = download.size
                        yield Progress(
                            name=name, done_bytes=download.size, total_bytes=reply.length
                        )
            if not download.whole:
                raise BrokenError(f"the statement from {where.host} ends in the middle")
            yield Progress(name=name, done_bytes=download.size, total_bytes=download.size)
            arrived = await asyncio.to_thread(download.kept, asking.zone)
            kept = True
        finally:
            if not kept:
                download.discard()
        yield arrived


def _check_size(size: int, largest: int) -> None:
    if size > largest:
        raise BrokerRefused(
            f"The statement is larger than {largest / 1024**2:,.0f} MB. In Client Portal "
            "(Performance & Reports → Flex Queries) give the query a shorter period."
        )

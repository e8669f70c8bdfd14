"""The lease of a connection: whoever has it syncs, and nobody else does."""

import asyncio
import logging

from qm_tui.store.leases import Leased
from qm_tui.store.troubles import StoreRefused
from qm_tui.store.writer import Writer
from qm_tui.sync.links import Link
from qm_tui.sync.waiting import within

_log = logging.getLogger(__name__)


class LeaseLost(Exception):  # noqa: N818 - it happened to us; another program syncs now
    """Another program has taken the lease over: this one had not renewed it in time."""


class Lease:
    """One connection's lease, as this program asks for it."""

    def __init__(self, writer: Writer, link: Link, holder: str) -> None:
        """Ask nobody yet.

        Args:
            writer: of the store in which leases are written.
            link: the connection.
            holder: this program, as `pid@host kind`.
        """
        self._writer = writer
        self._link = link
        self._holder = holder

    async def take(self) -> Leased | None:
        """Take it; return who has it where that is another. Raises `StoreRefused`."""
        return await self._writer.lease(self._link.name, self._link.broker, self._holder)

    async def keep(self, renew_every: float) -> None:
        """Hold it, without end.

        Raises:
            LeaseLost: somebody else has it.
        """
        while True:
            await asyncio.sleep(renew_every)
            try:
                ours = await self._writer.renew(self._link.name, self._holder)
            except StoreRefused as error:
                # Who cannot write cannot be overtaken by another who writes: the next one tells.
                _log.warning("the lease of %s was not renewed: %s", self._link.name, error)
                continue
            if not ours:
                raise LeaseLost

    async def give_back(self, within_seconds: float) -> None:
        """Release it, if the store can be written in time; else it runs out by itself."""
        name = self._link.name
        try:
            done = await within(within_seconds, self._writer.release(name, self._holder))
        except StoreRefused as error:
            _log.warning("the lease of %s was not given back: %s", name, error)
            return
        if not done:
            _log.warning("the lease of %s was not given back in time", name)

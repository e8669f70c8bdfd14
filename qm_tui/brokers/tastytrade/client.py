"""Tastytrade as a broker: what is held and owned now, what happened, and what changes."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence

from typing_extensions import override

from qm_tui.brokers.client import (
    BrokerClient,
    BrokerUnavailable,
    Greeting,
    Known,
    Secrets,
    Update,
)
from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.address import addresses
from qm_tui.brokers.tastytrade.answers import AskFailed
from qm_tui.brokers.tastytrade.customer import Customer
from qm_tui.brokers.tastytrade.history import History
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.parts import Parts
from qm_tui.brokers.tastytrade.pull import pulled
from qm_tui.brokers.tastytrade.settings import TastytradeSettings
from qm_tui.brokers.tastytrade.stream import Live
from qm_tui.domain.batches import Batch

_USUAL = TastytradeSettings()


class TastytradeClient(BrokerClient):
    """One connection. It asks and listens; nothing in it can place, change or cancel an order.

    Args:
        name: of the connection, in the configuration.
        base_url: of the interface; None: the broker's own, for real accounts.
        account_streamer_url: where changes of accounts are pushed; None: what belongs to the
            broker's own interfaces, and nothing for another one.
        secrets: hands out `client_secret` and `refresh_token`.
        now: the time.
        settings: timeouts, portions and intervals.
    """

    def __init__(
        self,
        *,
        name: str,
        base_url: str | None = None,
        account_streamer_url: str | None = None,
        secrets: Secrets,
        now: Callable[[], dt.datetime],
        settings: TastytradeSettings = _USUAL,
    ) -> None:
        self._name = name
        self._now = now
        self._settings = settings
        self._addresses = addresses(name, base_url, account_streamer_url)
        self._access = Access(
            name=name, addresses=self._addresses, secrets=secrets, now=now, settings=settings.asking
        )
        self._customer = Customer(self._access)
        self._parts: Parts | None = None

    @property
    @override
    def broker(self) -> str:
        return "tastytrade"

    @override
    async def connect(self) -> Greeting:
        await self._access.open()
        try:
            await self._customer.ask()
        except AskFailed as failure:
            # Also a refusal: what stands before the broker may refuse for a while.
            raise BrokerUnavailable(str(failure)) from None
        self._parts = self._made()
        return Greeting(
            accounts=tuple(account.number for account in self._customer.open),
            latency=self._access.latency or dt.timedelta(0),
            says=self._says(),
        )

    def _made(self) -> Parts:
        settings, access, now = self._settings, self._access, self._now
        instruments = Instruments()
        history = History(
            access=access, instruments=instruments, now=now, settings=settings.history
        )
        live = Live(
            access=access, addresses=self._addresses, instruments=instruments, now=now,
            settings=settings.streaming, recent=history.recent,
        )  # fmt: skip
        return Parts(
            access=access, customer=self._customer, instruments=instruments, history=history,
            live=live, settings=settings, now=now, is_sandbox=self._addresses.is_sandbox,
        )  # fmt: skip

    def _says(self) -> str:
        count = len(self._customer.accounts)
        closed = count - len(self._customer.open)
        where = "the sandbox of Tastytrade" if self._addresses.is_sandbox else "Tastytrade"
        accounts = "1 account" if count == 1 else f"{count} accounts"
        more = f", {closed} of them closed" if closed else ""
        said = f"Connected to {where}: {accounts}{more}."
        if self._addresses.account_streamer_url is None and self._settings.streaming.enabled:
            said += " Accounts change here only with syncs: account_streamer_url is not set."
        return said

    @override
    async def pull(self, known: Known) -> AsyncIterator[Batch]:
        async with contextlib.aclosing(pulled(self._connected(), known)) as batches:
            async for batch in batches:
                yield batch

    @override
    def snapshot(self) -> Sequence[Batch]:
        return () if self._parts is None else self._parts.live.snapshot(self._now())

    @override
    async def updates(self) -> AsyncIterator[Update]:
        parts = self._connected()
        if not self._settings.streaming.enabled:
            return
        accounts = [account.number for account in self._customer.open]
        async with contextlib.aclosing(parts.live.updates(accounts)) as updates:
            async for update in updates:
                yield update

    @override
    async def close(self) -> None:
        parts, self._parts = self._parts, None
        if parts is not None:
            await parts.live.close()
        await self._access.close()

    def _connected(self) -> Parts:
        if self._parts is None:
            raise BrokerUnavailable(f"{quoted(self._name)} is not connected.")
        return self._parts

"""Fetches the transactions of fills that were pushed: the push itself says no fees and no id."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from qm_tui.brokers.tastytrade.answers import AskFailed, Row
from qm_tui.brokers.tastytrade.streaming import ended
from qm_tui.brokers.tastytrade.ticks import exact
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Trade

Recent = Callable[[str], Awaitable[Sequence[Batch]]]
"""An account's number → its latest transactions; raises AskFailed where that fails."""

_REMEMBERED = 10_000


class FillWatch:
    """Waits for the transactions of fills, account by account."""

    def __init__(self, recent: Recent, pauses: Sequence[float]) -> None:
        """Begin without fills.

        Args:
            recent: fetches the latest transactions.
            pauses: seconds before each try; the transaction comes a moment after the fill.
        """
        self._recent = recent
        self._pauses = pauses
        self._known: dict[str, None] = {}
        """Fills that were pushed already: an order is pushed again whenever it changes."""
        self._waiting: dict[str, dict[str, Decimal]] = {}
        """Account → order → how much of it was filled."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.found: list[Batch] = []
        """What came, to be stored."""
        self.missed = False
        """Whether a fill's transaction did not come: everything should be pulled again."""

    def order(self, row: Row) -> None:
        """Take over an order that was pushed."""
        account, number = row.get("account-number"), row.get("id")
        fills = list(_fills(row))
        fresh = [name for name, _ in fills if name not in self._known]
        if not isinstance(account, str) or number is None or not fresh:
            return
        self._known |= dict.fromkeys(fresh)
        for name in list(self._known)[: max(0, len(self._known) - _REMEMBERED)]:
            del self._known[name]
        filled = sum((quantity for _, quantity in fills), Decimal(0))
        self._waiting.setdefault(account, {})[str(number)] = filled
        task = self._tasks.get(account)
        if task is None or task.done():
            self._tasks[account] = asyncio.create_task(self._follow(account))

    def check(self) -> None:
        """Raise what the fetching failed by, where that means that there is no access any more.

        Raises:
            BrokerRefused, BrokerUnavailable: there is none.
        """
        for account, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[account]
                task.result()

    async def _follow(self, account: str) -> None:
        waiting = self._waiting[account]
        tries = 0
        while waiting and tries < len(self._pauses):
            before = dict(waiting)
            await asyncio.sleep(self._pauses[tries])
            try:
                batches = await self._recent(account)
            except AskFailed:
                batches = ()
            self.found += batches
            _settle(waiting, batches)
            # What was filled meanwhile has its own time; but the broker is not asked each second.
            tries = min(tries + 1, 1) if waiting.items() - before.items() else tries + 1
        self.missed |= bool(waiting)
        waiting.clear()

    async def close(self) -> None:
        """Wait for nothing any more."""
        tasks, self._tasks = list(self._tasks.values()), {}
        self._waiting.clear()
        await ended(*tasks)


def _settle(waiting: dict[str, Decimal], batches: Sequence[Batch]) -> None:
    """Forget the orders of which as much was told as was filled."""
    told: dict[str, Decimal] = {}
    for batch in batches:
        for record in batch.records:
            if isinstance(record, Trade) and record.broker_order_id in waiting:
                order = record.broker_order_id
                told[order] = told.get(order, Decimal(0)) + abs(record.quantity)
    for order, quantity in told.items():
        if quantity >= waiting[order]:
            del waiting[order]


def _fills(row: Row) -> "list[tuple[str, Decimal]]":
    """Return the fills of an order: a name that stays the same, and how much."""
    found: list[tuple[str, Decimal]] = []
    for place, leg in enumerate(_objects(row.get("legs"))):
        for fill in _objects(leg.get("fills")):
            name = f"{row.get('id')}:{place}:{fill.get('fill-id')}:{fill.get('ext-exec-id')}"
            found.append((name, abs(exact(fill.get("quantity")) or Decimal(0))))
    return found


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

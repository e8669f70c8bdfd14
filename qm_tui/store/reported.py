"""Which holdings turned from long to short, came or went, by what a transaction was told."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.selection import Scope
from qm_tui.store.reading.reported import signs


class Reported:
    """What was reported of accounts before a transaction changed it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._before: dict[str, dict[tuple[int, int], int]] = {}

    async def look(self, accounts: Iterable[str]) -> None:
        """Remember what is reported of accounts, before it changes."""
        for number in set(accounts) - self._before.keys():
            self._before[number] = await self._signs(number)

    async def turned(self) -> set[tuple[int, int]]:
        """Return (account id, instrument id) of what is reported to go another way by now."""
        found: set[tuple[int, int]] = set()
        for number, before in self._before.items():
            after = await self._signs(number)
            found |= {place for place, _ in before.items() ^ after.items()}
        return found

    async def _signs(self, number: str) -> dict[tuple[int, int], int]:
        return await self._connection.run_sync(signs, Scope(account=number))

"""Which holdings turned from long to short, came or went, by what a transaction was told."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.selection import Scope
from qm_tui.store.dirty import with_facts
from qm_tui.store.reading.reported import signs

Signs = dict[tuple[int, int], int]
_Meant = tuple[str, frozenset[int] | None]
"""An account's number, and which instruments."""


class Reported:
    """What was reported of accounts before a transaction changed it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._before: dict[_Meant, Signs] = {}

    async def look(self, accounts: Iterable[str], named: Iterable[int] | None = None) -> None:
        """Remember what is reported of accounts before it changes, of all or of what is named."""
        instruments = None if named is None else frozenset(named)
        for number in set(accounts):
            meant = (number, instruments)
            if meant not in self._before and (number, None) not in self._before:
                self._before[meant] = await self._signs(meant)

    async def turned(self) -> set[tuple[int, int]]:
        """Return (account id, instrument id) of what is reported to go another way by now.

        Only of what there are facts: nothing is derived from a holding alone.
        """
        found: set[tuple[int, int]] = set()
        for meant, before in self._before.items():
            after = await self._signs(meant)
            found |= {place for place, _ in before.items() ^ after.items()}
        told = await with_facts(self._connection, {instrument_id for _, instrument_id in found})
        return {place for place in found if place[1] in told}

    async def _signs(self, meant: _Meant) -> Signs:
        number, instruments = meant
        return await self._connection.run_sync(signs, Scope(account=number), instruments)

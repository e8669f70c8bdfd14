"""What holds for an account: restrictions and warnings, each open until it is not said any more."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.records import AccountNotice
from qm_tui.store.schema.accounts import account_notices

Notice = tuple[int, str, str]
"""(account id, kind, message)."""


class NoticeTable:
    """The notices of one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._named: set[Notice] = set()

    async def save(self, notices: Iterable[tuple[AccountNotice, int]]) -> SectionCounts:
        """Save (notice, account id): what is open already stays as it was."""
        told = {(account_id, notice.kind, notice.message): notice for notice, account_id in notices}
        known = await self._open({account_id for account_id, _, _ in told})
        new = [place for place in told if place not in known]
        self._named |= told.keys()
        if new:
            await self._connection.execute(
                insert(account_notices),
                [
                    {
                        "account_id": account_id, "kind": kind, "message": message,
                        "noticed_at": told[account_id, kind, message].noticed_at,
                    }
                    for account_id, kind, message in new
                ],
            )  # fmt: skip
        return SectionCounts(added=len(new), unchanged=len(told) - len(new))

    async def complete(self, account_id: int, as_of: dt.datetime) -> None:
        """End the notices of an account that this transaction did not name."""
        known = await self._open({account_id})
        over = [{"b_id": known[place]} for place in known if place not in self._named]
        if over:
            await self._connection.execute(
                update(account_notices)
                .where(account_notices.c.id == bindparam("b_id"))
                .values(ended_at=as_of),
                over,
            )

    async def _open(self, accounts: set[int]) -> dict[Notice, int]:
        c = account_notices.c
        rows = await self._connection.execute(
            select(c.id, c.account_id, c.kind, c.message).where(
                c.account_id.in_(accounts), c.ended_at.is_(None)
            )
        )
        return {(row.account_id, row.kind, row.message): row.id for row in rows}

"""Which account a row means, what is known of it, and through which connections it is seen."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.records import AccountInfo
from qm_tui.store.descriptions import Description
from qm_tui.store.schema.accounts import account_connections, account_settings, accounts
from qm_tui.store.upsert import upsert

_DESCRIBED = (
    "account_type", "tax_treatment", "base_currency", "nickname", "owner", "opened", "closed",
)  # fmt: skip

_TAXED = frozenset({"tax_treatment", "base_currency"})
"""What lots and gains depend on."""
_SPECIFIC = "broker_specific."
"""Before the broker's own names, where they stand beside ours."""

FILES = "files"
"""The broker of accounts that are known from the user's own files alone."""
DEFAULT_TAXPAYER = "me"
"""Who is taxed for an account of which the configuration says nothing."""


class AccountBook:
    """The accounts of one broker, a transaction at a time."""

    _connection: AsyncConnection

    def __init__(self, broker: str, connection_id: int) -> None:
        self._broker = broker
        self._connection_id = connection_id
        self._ids: dict[str, int] = {}
        self._adoptable: dict[str, int] = {}
        self._taxpayers: dict[int, str] = {}
        self.touched: set[int] = set()
        self.judged_anew: set[int] = set()
        """Accounts that are taxed, or kept, in another way than was known before."""

    def begin(self, connection: AsyncConnection) -> None:
        """Begin a transaction."""
        self._connection = connection
        self.touched = set()
        self.judged_anew = set()

    async def load(self) -> None:
        """Read the accounts that are there.

        A file of the user's own knows no broker: its rows belong to the account with that number,
        wherever it is, and an account first known from such a file is the broker's when it comes.
        """
        c = accounts.c
        rows = await self._connection.execute(
            select(c.id, c.number, c.taxpayer, c.broker).order_by(c.broker == FILES, c.id)
        )
        for row in rows:
            ours = row.broker == self._broker
            if ours or self._broker == FILES:
                self._ids.setdefault(row.number, row.id)
            elif row.broker == FILES:
                self._adoptable.setdefault(row.number, row.id)
            self._taxpayers[row.id] = row.taxpayer

    async def resolve(self, number: str) -> int:
        """Return the id of an account, new or known."""
        account_id = self._ids.get(number)
        if account_id is None:
            account_id = self._ids[number] = await self._add(number)
        self.touched.add(account_id)
        return account_id

    def taxpayer(self, account_id: int) -> str:
        """Return who is taxed for an account: lots and wash sales are reckoned per taxpayer."""
        return self._taxpayers[account_id]

    def numbers(self) -> list[str]:
        """Return the numbers of the accounts that were touched."""
        return sorted(number for number, known in self._ids.items() if known in self.touched)

    async def _add(self, number: str) -> int:
        if number in self._adoptable:
            account_id = self._adoptable[number]
            await self._connection.execute(
                update(accounts).where(accounts.c.id == account_id).values(broker=self._broker)
            )
            return account_id
        taxpayer = await self._connection.scalar(
            select(account_settings.c.taxpayer).where(account_settings.c.number == number)
        )
        values: dict[str, Any] = {"broker": self._broker, "number": number, "owner_id": 1}
        if taxpayer:
            values["taxpayer"] = taxpayer
        result = await self._connection.execute(insert(accounts).values(**values))
        assert result.inserted_primary_key is not None
        account_id = int(result.inserted_primary_key[0])
        self._taxpayers[account_id] = taxpayer or DEFAULT_TAXPAYER
        return account_id

    async def describe(self, info: AccountInfo, source_at: dt.datetime) -> str:
        """Take over what the broker says of an account; return `added`, `changed` or `unchanged`.

        A field that is not said stays as it was, and of each the newest word holds.
        """
        is_new = info.account not in self._ids
        account_id = await self.resolve(info.account)
        known = (
            await self._connection.execute(select(accounts).where(accounts.c.id == account_id))
        ).one()
        changes = _newest(known, info, source_at)
        if changes:
            if _TAXED & changes.keys():
                self.judged_anew.add(account_id)
            await self._connection.execute(
                update(accounts).where(accounts.c.id == account_id).values(**changes)
            )
        if is_new:
            return "added"
        return "changed" if changes.keys() - {"described_at", "described"} else "unchanged"

    async def flush(self, dialect: Dialect) -> None:
        """Note through which connection the touched accounts were seen."""
        if self.touched:
            statement = upsert(
                account_connections, dialect, key=("account_id", "connection_id"), replace=()
            )
            await self._connection.execute(
                statement,
                [
                    {"account_id": account_id, "connection_id": self._connection_id}
                    for account_id in sorted(self.touched)
                ],
            )


def _newest(known: Any, info: AccountInfo, source_at: dt.datetime) -> dict[str, Any]:
    """Return the columns of an account that change with what is said of it."""
    specific = known.broker_specific or {}
    description = Description(
        values={name: getattr(known, name) for name in _DESCRIBED} | _prefixed(specific),
        described_at=known.described_at,
        times=dict(known.described or {}),
    )
    said = {name: getattr(info, name) for name in _DESCRIBED}
    changes = description.say(said | _prefixed(info.broker_specific or {}), source_at)
    if any(name.startswith(_SPECIFIC) for name in changes):
        changes = {name: value for name, value in changes.items() if name in _DESCRIBED}
        changes["broker_specific"] = {
            name.removeprefix(_SPECIFIC): value
            for name, value in description.values.items()
            if name.startswith(_SPECIFIC)
        }
    described_at, times = description.settle()
    if (described_at, times) != (known.described_at, known.described or {}):
        changes |= {"described_at": described_at, "described": times}
    return changes


def _prefixed(specific: Mapping[str, str]) -> dict[str, Any]:
    return {f"{_SPECIFIC}{name}": value for name, value in specific.items()}

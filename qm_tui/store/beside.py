"""Records that are neither facts nor observations: what they describe is updated in its place."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Dialect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import Holds
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import (
    AccountInfo,
    AccountNotice,
    FxRate,
    Greeks,
    InstrumentInfo,
    Quote,
    Record,
)
from qm_tui.store import details
from qm_tui.store.books import Books
from qm_tui.store.incoming import Origin
from qm_tui.store.latest import LatestTable
from qm_tui.store.notices import NoticeTable
from qm_tui.store.schema.market import fx_rates
from qm_tui.store.upsert import upsert

_RATED = ("from_currency", "to_currency", "date")


class Beside:
    """Saves such records in one transaction."""

    def __init__(
        self, connection: AsyncConnection, books: Books, origin: Origin, broker: str
    ) -> None:
        self._connection = connection
        self._dialect: Dialect = connection.dialect
        self._books = books
        self._origin = origin
        self._broker = broker
        self._notices = NoticeTable(connection)
        self.rated: set[dt.date] = set()
        """Days of which other exchange rates are known by now."""

    async def save(self, records: Iterable[Record]) -> dict[type[Record], SectionCounts]:
        """Save records; return what became of those of each kind."""
        by_kind: dict[type[Record], list[Any]] = defaultdict(list)
        for record in records:
            by_kind[type(record)].append(record)
        return {kind: await self._save(kind, of_kind) for kind, of_kind in by_kind.items()}

    async def complete(self, holds: Holds) -> None:
        """End the notices of an account that were not named."""
        account_id = await self._books.accounts.resolve(holds.account)
        await self._notices.complete(account_id, holds.as_of)

    async def _save(self, kind: type[Record], records: list[Any]) -> SectionCounts:
        received = SectionCounts(received=len(records))
        if kind is AccountInfo:
            return received + await self._describe_accounts(records)
        if kind is InstrumentInfo:
            return received + await self._describe_instruments(records)
        if kind is FxRate:
            return received + await self._save_rates(records)
        if kind is Quote or kind is Greeks:
            return received + await self._save_latest(kind, records)
        assert kind is AccountNotice, f"no table takes {kind.__name__}"
        return received + await self._save_notices(records)

    async def _describe_accounts(self, records: list[AccountInfo]) -> SectionCounts:
        counts = SectionCounts()
        for record in records:
            done = await self._books.accounts.describe(record, self._origin.source_at)
            counts += SectionCounts(**{done: 1})
        return counts

    async def _describe_instruments(self, records: list[InstrumentInfo]) -> SectionCounts:
        book = self._books.instruments
        before = book.changes
        changed: set[int] = set()
        told: dict[int, Instrument] = {}
        for record in records:
            changes = book.changes
            placed = book.place(record.instrument)
            told[placed] = record.instrument
            if book.changes != changes:
                changed.add(placed)
        await book.add_new()
        if not self._origin.live:
            count = book.changes - before
            return SectionCounts(changed=count, unchanged=len(records) - count)
        changed |= await details.take_over(self._connection, told, self._origin.source_at)
        return SectionCounts(changed=len(changed), unchanged=len(records) - len(changed))

    async def _save_latest(self, kind: Any, records: list[Quote | Greeks]) -> SectionCounts:
        book = self._books.instruments
        placed = [(record, book.place(record.instrument)) for record in records]
        await book.add_new()
        return await LatestTable(kind, self._dialect).save(self._connection, placed, self._broker)

    async def _save_notices(self, records: list[AccountNotice]) -> SectionCounts:
        placed = [(one, await self._books.accounts.resolve(one.account)) for one in records]
        counts = await self._notices.save(placed)
        again = len(records) - counts.added - counts.unchanged
        return counts + SectionCounts(unchanged=again)

    async def _save_rates(self, records: list[FxRate]) -> SectionCounts:
        added = 0
        c = fx_rates.c
        for record in records:
            where = [c[name] == getattr(record, name) for name in _RATED]
            known = (
                await self._connection.execute(select(c.rate, c.source_at).where(*where))
            ).one_or_none()
            if known and (known.source_at, known.rate) >= (self._origin.source_at, record.rate):
                continue
            if known is None or known.rate != record.rate:
                added += 1
                self.rated.add(record.date)
            await self._connection.execute(
                upsert(
                    fx_rates,
                    self._dialect,
                    key=_RATED,
                    replace=("rate", "source_at", "document_id"),
                ),
                {
                    **{name: getattr(record, name) for name in _RATED}, "rate": record.rate,
                    "source_at": self._origin.source_at, "document_id": self._origin.document_id,
                },
            )  # fmt: skip
        return SectionCounts(added=added, unchanged=len(records) - added)

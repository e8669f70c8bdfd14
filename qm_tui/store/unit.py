"""One transaction of the writer: records in, tables filled, what follows from them marked."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import Batch, Holds
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.exact import utc_text
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Observation, Position, Record
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import Section
from qm_tui.store import overlaps
from qm_tui.store.beside import Beside
from qm_tui.store.binding import Binder, Bound, BoundBatch
from qm_tui.store.books import Books
from qm_tui.store.dirty import belonging_to, converted_on, facts_of, mark, mark_account
from qm_tui.store.documents import add_blocks
from qm_tui.store.incoming import Origin
from qm_tui.store.reading.agreed_sales import settled_by_positions
from qm_tui.store.reading.booking_ties import identical
from qm_tui.store.reported import Reported
from qm_tui.store.runs import Source, Tally
from qm_tui.store.savers import Savers
from qm_tui.store.schema.accounts import account_connections
from qm_tui.store.schema.sync import coverage, cursors, raw_documents
from qm_tui.store.trade_states import settle
from qm_tui.store.upsert import upsert
from qm_tui.store.year_ends import is_year_end


class Unit:
    """One transaction: everything saved through it becomes visible together, or never."""

    def __init__(
        self,
        connection: AsyncConnection,
        source: Source,
        origin: Origin,
        connection_id: int,
        books: Books | None = None,
    ) -> None:
        self._connection = connection
        self._dialect = connection.dialect
        self._origin = origin
        self._connection_id = connection_id
        self._savers = Savers(self._dialect)
        self._books = books or Books(source.broker, connection_id)
        self._accounts = self._books.accounts
        self._instruments = self._books.instruments
        self._beside = Beside(connection, self._books, origin, source.broker)
        self._binder = Binder()
        self._met: list[tuple[Instrument, int]] = []
        self._dirty: set[tuple[int, int]] = set()
        self._traded: set[int] = set()
        self._covered: set[int] = set()
        self._seen: set[int] = set()
        """Accounts whose positions were told."""
        self._reported = Reported(connection)
        self._document_rows = 0
        self.tally = Tally()
        self.stored = False
        """Whether it is committed: whoever was interrupted can tell what came of it."""

    @property
    def run(self) -> int:
        """The number of the run this unit belongs to."""
        return self._origin.run_id

    @property
    def accounts(self) -> list[str]:
        """The numbers of the accounts that were touched."""
        return self._accounts.numbers()

    async def begin(self) -> None:
        """Read what is needed to tell new from known."""
        await self._books.begin(self._connection, self._origin)
        self._savers.trades.alike = self._instruments.alike

    async def save(self, batch: Batch) -> SectionCounts:
        """Save a batch and return what became of its rows."""
        return await self.save_bound(self._binder.bind(batch))

    async def save_bound(self, batch: BoundBatch) -> SectionCounts:
        """Save a batch that was bound elsewhere, by one binder for all batches of this unit."""
        rest = batch.rest
        if self._origin.document_id is not None:
            await add_blocks(self._connection, self._origin.document_id, rest.blocks)
            self._document_rows += sum(len(block.row_offsets) // 4 for block in rest.blocks)
        self.tally.note(rest)
        await self._meet(batch)
        total = SectionCounts()
        for kind, rows in batch.rows.items():
            counts = await self._save_rows(kind, rows, amends=rest.amends)
            total += self._count(kind, rest.section, counts + SectionCounts(received=len(rows)))
        for kind, counts in (await self._beside.save(rest.records)).items():
            total += self._count(kind, rest.section, counts)
        for holds in rest.holds:
            if not rest.amends:
                await self._complete(holds)
        await self._cover(rest)
        if rest.cursor is not None:
            await self._move_cursor(rest.section, rest.cursor)
        return total

    def _count(self, kind: type[Record], section: Section, counts: SectionCounts) -> SectionCounts:
        self.tally.count(self._savers.section(kind, section), counts)
        self.tally.rows += counts.received
        return counts

    async def _meet(self, batch: BoundBatch) -> None:
        """Resolve the instruments a batch names."""
        for instrument in batch.new_instruments:
            self._met.append((instrument, self._instruments.place(instrument)))
        await self._instruments.add_new()
        for place, first, last in batch.seen:
            if first is not None and last is not None:
                self._instruments.borne(*self._met[place], first, last)

    async def _save_rows(
        self, kind: type[Record], rows: Sequence[Bound], *, amends: bool
    ) -> SectionCounts:
        resolved = [
            (
                row,
                await self._accounts.resolve(row.account),
                None if row.instrument is None else self._met[row.instrument][1],
            )
            for row in rows
        ]
        if issubclass(kind, Observation) and kind is not NavSummary:
            if kind is Position:
                await self._look(resolved, amends=amends)
                self._dirty |= self._year_ends(resolved)
            observed = self._savers.observations(kind)
            return await observed.save(
                self._connection, resolved, self._connection_id, self._origin, amends=amends
            )
        table = self._savers.facts(kind)
        incoming = [table.incoming(*row) for row in resolved]
        outcome = await table.save(self._connection, incoming, self._origin)
        if self._savers.is_booked(kind):
            self._dirty |= outcome.touched
        if table is self._savers.trades:
            self._traded |= {account_id for account_id, _ in outcome.touched}
        return outcome.counts

    async def _look(self, rows: Sequence[tuple[Bound, int, int | None]], *, amends: bool) -> None:
        """Remember what is reported so far: of all, as what is not named may be gone by now."""
        self._seen |= {account_id for _, account_id, _ in rows}
        named = None
        if amends:
            known = (one for _, _, one in rows if one is not None)
            named = set[int]().union(*map(self._instruments.alike, known))
        await self._reported.look((row.account for row, _, _ in rows), named)

    def _year_ends(self, rows: Sequence[tuple[Bound, int, int | None]]) -> set[tuple[int, int]]:
        """Return what is seen at the end of a year and may be marked to market then."""
        return {
            (account_id, instrument_id)
            for row, account_id, instrument_id in rows
            if instrument_id is not None
            and is_year_end(row.as_of or "")
            and self._instruments.is_derivative(instrument_id)
        }

    async def _complete(self, holds: Holds) -> None:
        if holds.section is Section.NOTICES:
            await self._beside.complete(holds)
            return
        table = self._savers.of_section(holds.section)
        if table is not None:
            account_id = await self._accounts.resolve(holds.account)
            if holds.section is Section.POSITIONS:
                self._seen.add(account_id)
            await table.complete(
                self._connection,
                account_id,
                utc_text(holds.as_of),
                self._connection_id,
                self._origin,
            )

    async def doubt(self, section: Section, since: dt.datetime) -> None:
        """Note that the accounts of the connection gave no whole answer: what was seen is unseen.

        Args:
            section: that was asked for.
            since: when the asking began; what was answered after that is not in doubt.
        """
        table = self._savers.of_section(section)
        if table is None:
            return
        seen = account_connections.c
        known = await self._connection.scalars(
            select(seen.account_id).where(seen.connection_id == self._connection_id)
        )
        for account_id in known.all():
            await table.open_set(
                self._connection, account_id, utc_text(since), self._connection_id, self._origin
            )

    async def _cover(self, batch: Batch) -> None:
        for part in batch.coverage:
            account_id = await self._accounts.resolve(part.account)
            self._covered.add(account_id)
            await self._connection.execute(
                insert(coverage).values(
                    account_id=account_id,
                    document_id=self._origin.document_id, run_id=self._origin.run_id,
                    from_date=part.from_date, to_date=part.to_date,
                )
            )  # fmt: skip

    async def _move_cursor(self, section: Section, cursor: str) -> None:
        await self._connection.execute(
            upsert(
                cursors,
                self._dialect,
                key=("connection_id", "section"),
                replace=("cursor", "moved_at"),
            ),
            {
                "connection_id": self._connection_id, "section": section.value,
                "cursor": cursor, "moved_at": self._origin.recorded_at,
            },
        )  # fmt: skip

    async def end(self) -> None:
        """Write what follows from the rows together, and mark what has to be derived again."""
        await self._instruments.flush(self._dialect)
        settled = await settle(
            self._connection, self._traded, self._instruments.judged_anew, self._origin.run_id
        )
        self._dirty |= settled.changed
        await self._accounts.flush(self._dialect)
        self.tally.warn(*self._instruments.warnings, *settled.warnings)
        if self._traded:
            self.tally.warn(*await overlaps.warnings(self._connection, self._traded))
        if self._covered:
            # Where a stretch of days is told to its end: in the middle of it much is unmatched.
            self.tally.warn(*await overlaps.unmatched(self._connection, self._covered))
        if self._document_rows:
            await self._connection.execute(
                update(raw_documents)
                .where(raw_documents.c.id == self._origin.document_id)
                .values(row_count=self._document_rows)
            )
        await self._mark()

    async def _mark(self) -> None:
        """Mark what has to be derived again: facts, and what they mean and are worth by now."""
        named = self._instruments.judged_anew | self._instruments.described_anew
        self._dirty |= await facts_of(self._connection, named)
        self._dirty |= await belonging_to(self._connection, self._origin.run_id)
        self._dirty |= await facts_of(self._connection, await self._identified_anew())
        self._dirty |= await converted_on(self._connection, self._beside.rated)
        self._dirty |= await self._reported.turned()
        self._dirty |= await self._connection.run_sync(settled_by_positions, self._seen)
        marks = {
            (self._accounts.taxpayer(account_id), instrument_id)
            for account_id, instrument_id in self._dirty
        }
        run, now = self._origin.run_id, self._origin.recorded_at
        await mark(self._connection, marks, run, now)
        for account_id in sorted(self._accounts.judged_anew):
            taxpayer = self._accounts.taxpayer(account_id)
            await mark_account(self._connection, account_id, {taxpayer}, now, run)

    async def _identified_anew(self) -> set[int]:
        """Return what is identical to something else by now: an instrument came, or its symbol.

        It need not have facts of its own: what derives from it is tied by it to the others.
        """
        before, now = self._books.identical, await self._connection.run_sync(identical)
        changed = {number for _, number in before.items() ^ now.items()}
        return {
            one for known in (before, now) for one, number in known.items() if number in changed
        }

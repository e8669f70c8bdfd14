"""A run that is stored section by section: what was saved stays, however the run ends."""

import asyncio
import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from qm_tui.domain.batches import Authority, Batch, Document
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.words import Section
from qm_tui.store import runs, saved_sections
from qm_tui.store.books import Shelf
from qm_tui.store.engine import let_go_of_pages
from qm_tui.store.incoming import Origin
from qm_tui.store.runs import Source, Tally
from qm_tui.store.saved_sections import Saved
from qm_tui.store.troubles import RowRefused, StoreRefused, in_words
from qm_tui.store.unit import Unit
from qm_tui.store.whole import to_the_end

EARLY = "It ended early. What had been stored stays."
"""What is said of a run that something unforeseen ended."""
_PIECE = 500
"""Records saved at once: a key that is pressed meanwhile does not wait for more."""


class LiveRun:
    """One pull. Its row is there from the beginning and says that it runs."""

    def __init__(
        self,
        engine: AsyncEngine,
        shelf: Shelf,
        source: Source,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._engine = engine
        self._path = Path(engine.url.database or "")
        self._shelf = shelf
        self._source = source
        self._now = now
        self._started = now()
        self._connection_id = 0
        self._reason: str | None = None
        self._sections: dict[Section, Saved] = {}
        self._accounts: set[str] = set()
        self.number = 0
        self.tally = Tally()

    @property
    def accounts(self) -> list[str]:
        """The numbers of the accounts that were touched."""
        return sorted(self._accounts)

    @property
    def incomplete(self) -> dict[Section, str]:
        """Sections that failed or came in part, and why."""
        return {section: saved.error for section, saved in self._sections.items() if saved.error}

    def fail(self, reason: str) -> None:
        """Say, before raising, why the run ends: a sentence for the user."""
        self._reason = reason

    async def begin(self) -> None:
        """Write that it runs."""

        async def work(connection: AsyncConnection) -> None:
            await let_go_of_pages(connection)
            self._connection_id = await runs.connection_id(connection, self._source)
            self.number = await runs.begin(
                connection, self._source, self._connection_id, None, self._started
            )

        with in_words(self._path):
            await self._shelf.aside(work)

    async def save(self, batch: Batch) -> SectionCounts:
        """Store a section, or a page of one, with everything that goes with it; return its counts.

        Raises:
            RowRefused: a row broke a rule that nobody checked before; nothing of the batch is kept.
            StoreRefused: the file cannot be written; nothing of the batch is kept.
        """
        try:
            with in_words(self._path):
                # Whoever gives up meanwhile learns what came of it: there is no half-way.
                return await to_the_end(self._save(batch))
        except IntegrityError as error:
            raise RowRefused(
                f"A row of {batch.section.value} breaks a rule of the store ({error.orig}), so "
                "nothing of it is stored. This should not happen; please report it with the log."
            ) from error

    async def _save(self, batch: Batch) -> SectionCounts:
        begun = self._now()
        place = (self._source.broker, self._connection_id)
        async with self._engine.connect() as connection:
            await connection.begin()
            books = await self._shelf.take(connection, *place)
            batch, document = await self._with_document(connection, batch, begun)
            origin = self._origin(begun, document, batch.document)
            unit = Unit(connection, self._source, origin, self._connection_id, books)
            await unit.begin()
            with _uncollected():
                for piece in _pieces(batch):
                    await unit.save(piece)
                    await asyncio.sleep(0)
            if batch.incomplete and not batch.amends:
                await unit.doubt(batch.section, self._started)
            await unit.end()
            saved = await self._write(connection, batch, unit.tally, origin)
            moment = await self._shelf.moment(connection)
            await connection.commit()
        self._shelf.keep(books, *place, moment)
        self._sections[batch.section] = saved
        self._accounts.update(unit.accounts)
        self.tally.join(batch.section, unit.tally)
        return unit.tally.total

    async def _with_document(
        self, connection: AsyncConnection, batch: Batch, begun: dt.datetime
    ) -> tuple[Batch, int | None]:
        """Return a batch with the bytes that are still to be stored, and where it comes from.

        An answer that came before, byte for byte, is the same document.
        """
        if batch.document is None:
            return batch, None
        known = await runs.document_id(connection, batch.document, self._source.options)
        if known is not None:
            return replace(batch, blocks=()), known
        if not batch.blocks:
            return batch, None
        return batch, await runs.add_document(
            connection, batch.document, self._source.options, begun
        )

    async def _write(
        self, connection: AsyncConnection, batch: Batch, tally: Tally, origin: Origin
    ) -> Saved:
        """Write how the section stands with what a batch brought."""
        before = self._sections.get(batch.section) or Saved.first(origin.recorded_at)
        saved = before.with_batch(tally.total, batch.incomplete, self._now())
        news = Tally(novelties=self.tally.novelties + tally.novelties).news()
        await saved_sections.write(
            connection, self.number, batch.section, saved, origin.document_id, tally.refused, news
        )
        return saved

    def _origin(self, begun: dt.datetime, number: int | None, document: Document | None) -> Origin:
        said = document.authority if document else Authority.FINAL
        authority = self._source.authority or said
        return Origin(
            run_id=self.number,
            document_id=number,
            authority=int(authority),
            source_at=self._started,
            recorded_at=begun,
            live=True,
        )

    async def end(self) -> None:
        """Write how it ended, of itself."""
        await self._finish(
            self._state(), self._reason or " ".join(self.incomplete.values()) or None
        )

    async def end_early(self, state: str) -> None:
        """Write that it was ended, while the reason for that is on its way to the caller."""
        if not self.number:
            return
        with suppress(StoreRefused):
            await self._finish(state, self._reason or EARLY)

    def _state(self) -> str:
        if self._reason is not None:
            return "failed"
        if self.incomplete and not self.tally.rows:
            return "failed"
        return "partial" if self.incomplete or self.tally.refused else "done"

    async def _finish(self, state: str, error: str | None) -> None:
        async def work(connection: AsyncConnection) -> None:
            await runs.end(
                connection, self.number, self._source, state, error, self.tally,
                self.accounts, self._now(),
            )  # fmt: skip

        with in_words(self._path):
            await self._shelf.aside(work)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector away while thousands of rows are made, which are all still needed.

    It would look through them again and again: a fifth of the time, at a tenth of a second a look.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _pieces(batch: Batch) -> Iterator[Batch]:
    """Take a large batch apart; what holds for all of it comes with the last piece."""
    records = batch.records
    if batch.amends or len(records) <= _PIECE:
        yield batch
        return
    last = (len(records) - 1) // _PIECE * _PIECE
    for start in range(0, last, _PIECE):
        yield Batch(section=batch.section, records=records[start : start + _PIECE])
    yield replace(batch, records=records[last:])

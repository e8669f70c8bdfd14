"""The only door through which anything is stored: batches of records, a transaction a unit."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from qm_tui.domain.batches import Authority, Batch, RefusedRow
from qm_tui.domain.booking.rows import GroupRows
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.settings import AccountSettings, TaxSettings
from qm_tui.store import decided, leases, preferring, runs, thinning
from qm_tui.store.account_book import DEFAULT_TAXPAYER
from qm_tui.store.books import Shelf
from qm_tui.store.derived import Saved, replace_groups
from qm_tui.store.dirty import mark_account
from qm_tui.store.discrepancies import Compared, Kept, keep
from qm_tui.store.incoming import Origin
from qm_tui.store.leases import Leased
from qm_tui.store.live_runs import LiveRun
from qm_tui.store.reading.settings import account_settings as known_settings
from qm_tui.store.reading.settings import tax_settings as known_tax_settings
from qm_tui.store.runs import Source
from qm_tui.store.schema.accounts import account_settings, accounts
from qm_tui.store.schema.booking import booking_state
from qm_tui.store.troubles import RowRefused, in_words
from qm_tui.store.unit import Unit
from qm_tui.store.whole import to_the_end

T = TypeVar("T")

__all__ = ["AlreadyStored", "RowRefused", "Writer"]
_log = logging.getLogger(__name__)


class AlreadyStored(Exception):  # noqa: N818 - nothing went wrong
    """The document is stored already; has what was refused of it."""

    def __init__(self, refused: list[RefusedRow]) -> None:
        super().__init__("the document is stored already")
        self.refused = refused


class Writer:
    """Saves batches. One in a process; units of one process wait for each other."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], dt.datetime]) -> None:
        self._engine = engine
        self._path = Path(engine.url.database or "")
        self._now = now
        self._shelf = Shelf(engine)

    async def known(self, source: Source) -> list[RefusedRow] | None:
        """Return what was refused of a document that was read before; None for a new one.

        Reading a known document again would change nothing.
        """
        if source.document is None:
            return None
        with in_words(self._path):
            async with self._engine.connect() as connection:
                refused = await runs.known_document(connection, source.document, source.options)
                await connection.rollback()
        return refused

    @asynccontextmanager
    async def unit(self, source: Source) -> AsyncIterator[Unit]:
        """Run one transaction that is a whole run; an error inside leaves nothing behind.

        Raises:
            AlreadyStored: another process stored the same document in the meantime.
            RowRefused: a row broke a rule that nobody checked before.
            StoreRefused: the file cannot be written.
        """
        try:
            with in_words(self._path):
                async with self._run(source) as unit:
                    yield unit
        except IntegrityError as error:
            _log.exception("a row broke a rule of the store")
            raise RowRefused(
                f"A row breaks a rule of the store ({error.orig}), so nothing of it is stored. "
                "This should not happen; please report it with the log."
            ) from error

    @asynccontextmanager
    async def _run(self, source: Source) -> AsyncIterator[Unit]:
        started = self._now()
        async with self._engine.connect() as connection:
            await connection.begin()
            connected = await runs.connection_id(connection, source)
            document = source.document
            authority = source.authority or (document.authority if document else Authority.FINAL)
            document_id = None
            if document is not None:
                # Asked again now that nobody else can write.
                refused = await runs.known_document(connection, document, source.options)
                if refused is not None:
                    raise AlreadyStored(refused)
                document_id = await runs.add_document(connection, document, source.options, started)
            run_id = await runs.begin(connection, source, connected, document_id, started)
            origin = Origin(
                run_id=run_id,
                document_id=document_id,
                authority=int(authority),
                source_at=(document.generated_at if document else None) or started,
                recorded_at=started,
                live=source.live and document is None,
            )
            unit = Unit(connection, source, origin, connected)
            await unit.begin()
            yield unit
            # From here on there is no half-way: whoever gives up now learns what came of it.
            await to_the_end(self._seal(connection, unit, source, document_id, started))

    async def _seal(
        self,
        connection: AsyncConnection,
        unit: Unit,
        source: Source,
        document_id: int | None,
        started: dt.datetime,
    ) -> None:
        await unit.end()
        await runs.finish(
            connection, unit.run, source, document_id, unit.tally, unit.accounts, started,
            self._now(),
        )  # fmt: skip
        await connection.commit()
        unit.stored = True

    async def save(self, source: Source, batch: Batch) -> SectionCounts:
        """Save one batch as a run of its own."""
        async with self.unit(source) as unit:
            return await unit.save(batch)

    @asynccontextmanager
    async def run(self, source: Source) -> AsyncIterator[LiveRun]:
        """Begin a run whose batches are stored one by one, each in a transaction of its own.

        Its row says `running` until it is left: then `done`, `partial` or `failed`, `cancelled` by
        who gives up, and `failed` by an error; why, `LiveRun.fail` says. What was saved stays.

        Raises:
            StoreRefused: the file cannot be written.
        """
        run = LiveRun(self._engine, self._shelf, source, self._now)
        try:
            await run.begin()
            yield run
        except (asyncio.CancelledError, GeneratorExit):
            await run.end_early("cancelled")
            raise
        except BaseException:
            await run.end_early("failed")
            raise
        await run.end()

    async def note_failure(
        self, source: Source, reason: str, started: dt.datetime, state: str = "failed"
    ) -> int:
        """Write down a pull that failed before anything came; return the number of its run."""

        async def work(at_work: AsyncConnection) -> int:
            return await runs.add_failed(at_work, source, reason, started, state, self._now())

        return await self._aside(work)

    async def lease(self, connection: str, broker: str, holder: str) -> Leased | None:
        """Take the lease of a connection for a minute; return who has it where that is another.

        Args:
            connection: its name.
            broker: its broker's name, for one that is not known yet.
            holder: who asks, as `pid@host kind`.
        """
        source = Source(connection=connection, broker=broker, kind="sync")
        return await self._aside(
            lambda at_work: leases.acquire(at_work, source, holder, self._now())
        )

    async def renew(self, connection: str, holder: str) -> bool:
        """Hold a lease for another minute; False when it is lost."""
        return await self._aside(
            lambda at_work: leases.renew(at_work, connection, holder, self._now())
        )

    async def release(self, connection: str, holder: str) -> None:
        """Give a lease back."""
        await self._aside(lambda at_work: leases.release(at_work, connection, holder))

    async def thin(self, connection: str, now: dt.datetime) -> int:
        """Thin out what a live connection saw more than a day ago; return how many answers went."""
        return await self._aside(lambda at_work: thinning.thin(at_work, connection, now))

    async def _aside(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with in_words(self._path):
            return await self._shelf.aside(work)

    async def apply_account_settings(self, settings: Sequence[AccountSettings]) -> None:
        """Take over what the configuration says of accounts, those there are and those to come."""
        with in_words(self._path):
            await self._apply(settings)

    async def _apply(self, settings: Sequence[AccountSettings]) -> None:
        async with self._engine.begin() as connection:
            before = await connection.run_sync(known_settings)
            await connection.execute(delete(account_settings))
            await self._tax(connection, settings, _judged_anew(before, settings))
            if not settings:
                return
            await connection.execute(
                insert(account_settings),
                [
                    {
                        "number": entry.number, "nickname": entry.nickname,
                        "tax_treatment": entry.tax_treatment, "taxpayer": entry.taxpayer,
                        "lot_method": entry.lot_method,
                    }
                    for entry in settings
                ],
            )  # fmt: skip

    async def apply_tax_settings(self, settings: TaxSettings) -> None:
        """Take over what the configuration says of taxes; everything is then derived again."""
        said = {
            "section_1256": dict(settings.section_1256),
            "call_as_replacement": settings.call_as_replacement.value,
            "pre_sale": settings.pre_sale.value,
            "identical": settings.identical,
            "spin_offs": {symbol: str(part) for symbol, part in settings.spin_offs.items()},
        }
        with in_words(self._path):
            async with self._engine.begin() as connection:
                if await connection.run_sync(known_tax_settings) == settings:
                    return
                await connection.execute(update(booking_state).values(tax_settings=said))
                known = await connection.execute(select(accounts.c.id, accounts.c.taxpayer))
                for account_id, taxpayer in known.all():
                    await mark_account(connection, account_id, {taxpayer}, self._now())

    async def _tax(
        self,
        connection: AsyncConnection,
        settings: Sequence[AccountSettings],
        judged_anew: set[str],
    ) -> None:
        """Give each account its taxpayer; where that changes, lots have to be derived again.

        Args:
            connection: of the transaction.
            settings: of the accounts there are and those to come.
            judged_anew: numbers of accounts whose lots have to be derived again in any case.
        """
        taxpayers = {entry.number: entry.taxpayer or DEFAULT_TAXPAYER for entry in settings}
        known = await connection.execute(
            select(accounts.c.id, accounts.c.number, accounts.c.taxpayer)
        )
        for account_id, number, before in known.all():
            taxpayer = taxpayers.get(number, DEFAULT_TAXPAYER)
            if taxpayer == before and number not in judged_anew:
                continue
            if taxpayer != before:
                await connection.execute(
                    update(accounts).where(accounts.c.id == account_id).values(taxpayer=taxpayer)
                )
            await mark_account(connection, account_id, {before, taxpayer}, self._now())

    async def save_groups(
        self,
        groups: Sequence[GroupRows],
        generation: int,
        now: dt.datetime,
        *,
        compare: bool = False,
    ) -> Saved:
        """Replace what follows from facts, of some groups, in a transaction of its own.

        Args:
            groups: of one taxpayer.
            generation: of the facts they follow from; a group with newer ones is left alone.
            now: when they were derived.
            compare: whether to say what is different from the former rows.
        """
        replace = partial(replace_groups, compare=compare)
        return await self._aside(lambda at_work: at_work.run_sync(replace, groups, generation, now))

    async def keep_discrepancies(
        self, found: Iterable[Discrepancy], compared: Compared, now: dt.datetime
    ) -> Kept | None:
        """Write down what does not add up, and close what does again, in one transaction.

        Nothing is written, and None returned, where the store says something else by now.

        Args:
            found: of what was compared.
            compared: what that was; of anything else nothing changes.
            now: when.
        """
        return await self._aside(lambda at_work: at_work.run_sync(keep, found, compared, now))

    async def decide_of_account(
        self,
        kind: str,
        account: str,
        broker: str | None,
        value: Mapping[str, Any],
        reason: str | None,
    ) -> int:
        """Write down what is decided of an account, with marks; raises `NothingToDecide`."""
        with in_words(self._path):
            async with self._engine.begin() as connection:
                subject = await decided.account_named(connection, account, broker)
                decision = decided.Decision(kind=kind, subject=subject, value=value, reason=reason)
                return await decided.decide(connection, decision, self._now())

    async def decide_of_trade(
        self, kind: str, trade: int, value: Mapping[str, Any], reason: str | None
    ) -> int:
        """Write down what is decided of a trade, with marks; raises `NothingToDecide`."""
        with in_words(self._path):
            async with self._engine.begin() as connection:
                subject = await decided.trade_meant(connection, trade)
                decision = decided.Decision(kind=kind, subject=subject, value=value, reason=reason)
                return await decided.decide(connection, decision, self._now())

    async def undo(self, kind: str, decision: int) -> None:
        """Take a decision back, with marks; raises `NothingToDecide`."""
        with in_words(self._path):
            async with self._engine.begin() as connection:
                await decided.undo(connection, kind, decision, self._now())

    async def keep_preference(self, name: str, value: Any) -> None:
        """Keep how the user wants something, under a name; None forgets it."""
        with in_words(self._path):
            async with self._engine.begin() as connection:
                await preferring.keep(connection, name, value)

    async def close(self) -> None:
        """Let go of the file."""
        await self._engine.dispose()


def _judged_anew(before: Sequence[AccountSettings], after: Sequence[AccountSettings]) -> set[str]:
    """Return the accounts that are to be taxed, or to close their lots, in another way."""

    def rules(settings: Sequence[AccountSettings]) -> set[tuple[str, str | None, str | None]]:
        return {(entry.number, entry.tax_treatment, entry.lot_method) for entry in settings}

    return {number for number, *_ in rules(before) ^ rules(after)}

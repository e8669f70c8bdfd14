"""Clients of the double, impatient, and what their pulls bring."""

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from qm_tui.brokers.client import Known
from qm_tui.brokers.tastytrade.client import TastytradeClient
from qm_tui.brokers.tastytrade.settings import History, Streaming, TastytradeSettings
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import Fact, Position
from qm_tui.domain.words import Section
from tests.brokers.tastytrade.opened import IMPATIENT, secrets
from tests.simulators.tastytrade import TastytradeDouble, only_reads

NOW = dt.datetime(2026, 11, 20, 15, 45, tzinfo=dt.UTC)
"""A little later than the double."""
QUIET = TastytradeSettings(
    asking=replace(IMPATIENT, patience=1.0),
    history=History(rereads=2),
    streaming=Streaming(enabled=False, budget=1.0, settle=0.2, look_every=0.01),
)


def client_of(
    double: TastytradeDouble, settings: TastytradeSettings = QUIET, now: dt.datetime = NOW
) -> TastytradeClient:
    """Make a client that is not connected yet."""
    return TastytradeClient(
        name="tasty",
        base_url=double.base_url,
        account_streamer_url=double.account_streamer_url,
        secrets=secrets,
        now=lambda: now,
        settings=settings,
    )


@asynccontextmanager
async def connected(
    double: TastytradeDouble, settings: TastytradeSettings = QUIET, now: dt.datetime = NOW
) -> AsyncIterator[TastytradeClient]:
    """Connect a client, and check afterwards that it did nothing but read."""
    client = client_of(double, settings, now)
    try:
        await client.connect()
        yield client
    finally:
        await client.close()
        only_reads(double.asked)


async def pulled(client: TastytradeClient, known: Known | None = None) -> list[Batch]:
    """Bring everything; cursors of the last time as a store would know them."""
    return [batch async for batch in client.pull(known or Known())]


def cursors(batches: Iterable[Batch]) -> Known:
    """Return what a store knows after some batches."""
    return Known(
        cursors={batch.section: batch.cursor for batch in batches if batch.cursor is not None}
    )


def ids(batches: Iterable[Batch]) -> set[str]:
    """Return the keys of all transactions that came."""
    return {
        record.key.split(":")[1]
        for batch in batches
        if batch.section is Section.TRANSACTIONS
        for record in batch.records
        if isinstance(record, Fact)
    }


def in_the_book(double: TastytradeDouble) -> set[str]:
    """Return the ids of all transactions that the double has."""
    return {str(row["id"]) for account in double.book.accounts.values() for row in account.rows}


def failed(batches: Iterable[Batch]) -> dict[Section, str]:
    """Return why sections are not whole."""
    return {batch.section: batch.incomplete for batch in batches if batch.incomplete}


def held(batches: Sequence[Batch]) -> dict[tuple[str, str], str]:
    """Return what is held: account and symbol to quantity."""
    return {
        (record.account, record.instrument.symbol): f"{record.quantity:f}"
        for batch in batches
        for record in batch.records
        if isinstance(record, Position)
    }

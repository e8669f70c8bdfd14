"""Make the parts and join them: the store, the readers of files, the importer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qm_tui.cli.environment import Environment
from qm_tui.store.reader import Reader
from qm_tui.store.reading.settings import account_settings, tax_settings
from qm_tui.store.store import Store, open_reader, open_store
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import plain

if TYPE_CHECKING:
    from qm_tui.sync.deriving import Deriver
    from qm_tui.sync.service import Importer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A store that is open, and what writes to it."""

    store: Store
    importer: "Importer"
    deriver: "Deriver"


async def open_parts(here: Environment) -> Parts:
    """Open the store for writing, with what is configured of accounts and taxes taken over."""
    store = await open_store(here.store_path, here.now)
    try:
        await _take_over(here, store)
    except StoreRefused:
        await store.close()
        raise
    # Late: who only reads needs no reader of files.
    from qm_tui.brokers.registry import recognize  # noqa: PLC0415
    from qm_tui.sync.deriving import Deriver  # noqa: PLC0415
    from qm_tui.sync.service import Importer  # noqa: PLC0415

    deriver = Deriver(store.reader, store.writer, here.now)
    importer = Importer(
        store.writer, recognize, here.config.timezone,
        timezones=here.config.timezones, deriver=deriver,
    )  # fmt: skip
    return Parts(store=store, importer=importer, deriver=deriver)


async def _take_over(here: Environment, store: Store) -> None:
    if await store.reader.read(account_settings) != here.config.accounts:
        await store.writer.apply_account_settings(here.config.accounts)
    if await store.reader.read(tax_settings) != here.config.tax:
        await store.writer.apply_tax_settings(here.config.tax)


@asynccontextmanager
async def opened_store(here: Environment) -> AsyncIterator[Parts]:
    """Open the store for one command."""
    parts = await open_parts(here)
    try:
        yield parts
    finally:
        await parts.store.close()


async def open_settled_reader(here: Environment) -> Reader:
    """Open the store for reading; a changed configuration is taken over first."""
    reader = await open_reader(here.store_path, here.now)
    accounts, tax = await reader.read(account_settings), await reader.read(tax_settings)
    if (accounts, tax) == (here.config.accounts, here.config.tax):
        return reader
    await reader.close()
    async with opened_store(here):
        pass
    return await open_reader(here.store_path, here.now)


@asynccontextmanager
async def opened_reader(here: Environment) -> AsyncIterator[Reader]:
    """Open the store for one command that reads, also where nothing can be written."""
    try:
        reader = await open_settled_reader(here)
    except StoreRefused as error:
        reader = await open_reader(here.store_path, here.now)  # or it cannot be read either
        here.err.write(
            "qm-tui: what the configuration says of accounts and taxes is not taken over: "
            f"{plain(str(error))}\n"
        )
    try:
        yield reader
    finally:
        await reader.close()

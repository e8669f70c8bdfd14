"""What accounts are called beside their numbers: by their nicknames, and by how they are taxed."""

from collections.abc import Mapping

from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import every_account


async def account_names(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    """Return by account number what else it goes by, of all brokers that use the number."""
    found: dict[str, tuple[str, ...]] = {}
    for row in await reader.read(every_account):
        names = tuple(name for name in (row.nickname, row.tax_treatment) if name)
        found[row.account] = (*found.get(row.account, ()), *names)
    return found

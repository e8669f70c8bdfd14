"""What accounts are called beside their numbers."""

from collections.abc import Mapping

from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import every_account


async def account_names(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    """Return by account number the nicknames it goes by, of all brokers that use the number."""
    found: dict[str, tuple[str, ...]] = {}
    for row in await reader.read(every_account):
        if row.nickname:
            found[row.account] = (*found.get(row.account, ()), row.nickname)
    return found

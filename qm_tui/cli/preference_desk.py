"""Where the monitor keeps how the user wants it to be."""

from collections.abc import Mapping
from typing import Any

from qm_tui.decisions import preferences
from qm_tui.store.store import Store


class PreferenceDesk:
    """The preferences in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> Mapping[str, Any]:
        """What was kept, by name."""
        return await preferences.preferences(self._store.reader)

    async def keep(self, name: str, value: Any) -> None:
        """Keep a value under a name; None forgets it."""
        await preferences.keep_preference(self._store.writer, name, value)

"""How a user wants the monitor to be: saved views, the last export, whether the tour was seen."""

from collections.abc import Mapping
from typing import Any

from qm_tui.store.reader import Reader
from qm_tui.store.reading.preferences import preferences_of
from qm_tui.store.writer import Writer


async def preferences(reader: Reader) -> Mapping[str, Any]:
    """Return what was kept, by name; nothing of it was checked."""
    return await reader.read(preferences_of)


async def keep_preference(writer: Writer, name: str, value: Any) -> None:
    """Keep something under a name; None forgets it.

    Args:
        writer: of the store.
        name: e.g. `views.positions`.
        value: what JSON can hold.
    """
    await writer.keep_preference(name, value)

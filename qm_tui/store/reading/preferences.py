"""How the user wants the monitor to be."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from qm_tui.store.decided import THE_USER
from qm_tui.store.schema.users import users


def preferences_of(connection: Connection) -> Mapping[str, Any]:
    """Return what was kept, by name."""
    kept = connection.scalar(select(users.c.preferences).where(users.c.id == THE_USER))
    return kept or {}

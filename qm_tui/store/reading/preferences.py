"""How the user wants the monitor to be."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Select, Text, select, type_coerce

from qm_tui.store.decided import THE_USER
from qm_tui.store.schema.users import users


def preferences_of(connection: Connection) -> Mapping[str, Any]:
    """Return what was kept, by name."""
    return as_kept(connection.scalar(written()))


def written() -> Select[str]:
    """Ask for what was kept, as text."""
    return select(type_coerce(users.c.preferences, Text)).where(users.c.id == THE_USER)


def as_kept(text: str | None) -> dict[str, Any]:
    """Read it; what is no JSON, or no names with values, says nothing: it must stop nobody."""
    kept: Any = None
    with suppress(ValueError):
        kept = json.loads(text or "null")
    return kept if isinstance(kept, dict) else {}

"""Whether anything waits to be derived; asked at every start, so it loads nothing of booking."""

from sqlalchemy import Connection, func, select

from qm_tui.store.schema.booking import dirty_marks


def waiting(connection: Connection) -> int:
    """Return how many marks wait to be derived."""
    return int(connection.scalar(select(func.count()).select_from(dirty_marks)) or 0)

"""Whether anything waits to be derived; asked at every start, so it loads nothing of booking."""

from sqlalchemy import Connection, exists, func, select

from qm_tui.store.schema.booking import dirty_marks
from qm_tui.store.schema.discrepancies import reconciliations
from qm_tui.store.schema.holdings import positions


def waiting(connection: Connection) -> int:
    """Return how many marks wait to be derived."""
    return int(connection.scalar(select(func.count()).select_from(dirty_marks)) or 0)


def never_compared(connection: Connection) -> bool:
    """Tell whether something is held and nothing was ever compared: by an earlier version."""
    there, compared = exists(select(positions.c.id)), exists(select(reconciliations.c.id))
    return bool(connection.scalar(select(there & ~compared)))

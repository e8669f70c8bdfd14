"""The user's decisions that hold."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from qm_tui.store.reading.booking_accounts import standing


class Standing(NamedTuple):
    """A decision that was not undone."""

    id: int
    subject: Mapping[str, Any]
    value: Mapping[str, Any]
    reason: str | None
    decided_at: dt.datetime


def decisions_of(connection: Connection, kind: str) -> list[Standing]:
    """Return the decisions of a kind that hold, the newest first."""
    return [
        Standing(row.id, row.subject, row.value, row.reason, row.decided_at)
        for row in reversed(standing(connection, kind))
    ]

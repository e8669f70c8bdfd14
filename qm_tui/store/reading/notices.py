"""What restricts accounts or warns of something, while it holds."""

from typing import Any

from sqlalchemy import Connection, Row, select

from qm_tui.domain.selection import Scope
from qm_tui.store.reading.narrowing import account_ids, among
from qm_tui.store.schema.accounts import account_notices


def current_notices(connection: Connection, scope: Scope = Scope()) -> list[Row[Any]]:
    """Return (account_id, kind, message, noticed_at) of what has not ended, the newest first."""
    notices = account_notices
    return list(
        connection.execute(
            select(notices.c.account_id, notices.c.kind, notices.c.message, notices.c.noticed_at)
            .where(
                notices.c.ended_at.is_(None),
                *among(notices.c.account_id, account_ids(connection, scope)),
            )
            .order_by(notices.c.noticed_at.desc(), notices.c.id.desc())
        )
    )

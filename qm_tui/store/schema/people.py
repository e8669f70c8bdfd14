"""What people decided and did: kept, reversible, and on record."""

from sqlalchemy import Index, Table

from qm_tui.store.schema.base import identity, mapping, metadata, moment, refers, text

decisions = Table(
    "decisions",
    metadata,
    identity(),
    text("kind", nullable=False),
    mapping("subject"),
    mapping("value"),
    text("reason"),
    refers("user_id", "users", nullable=True),
    moment("decided_at", nullable=False),
    moment("undone_at"),
    Index(None, "kind", "decided_at"),
)

audit_log = Table(
    "audit_log",
    metadata,
    identity(),
    moment("at", nullable=False),
    refers("user_id", "users", nullable=True),
    text("action", nullable=False),
    text("subject"),
    mapping("before"),
    mapping("after"),
    text("reason"),
    Index(None, "at"),
)

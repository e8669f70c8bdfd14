"""Who uses the store."""

from sqlalchemy import Table, UniqueConstraint

from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import identity, mapping, metadata, text

users = Table(
    "users",
    metadata,
    identity(),
    text("name", nullable=False),
    text("role", nullable=False, default="ADMIN"),
    mapping("preferences"),
    UniqueConstraint("name"),
    one_of("role", ("ADMIN", "USER", "READONLY"), "role"),
)

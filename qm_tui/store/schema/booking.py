"""What has to be derived again, because facts it follows from have changed."""

from sqlalchemy import Table, UniqueConstraint

from qm_tui.store.schema.base import identity, metadata, moment, refers, text

dirty_marks = Table(
    "dirty_marks",
    metadata,
    identity(),
    text("taxpayer", nullable=False),
    refers("instrument_id", "instruments"),
    refers("run_id", "sync_runs", nullable=True),
    moment("marked_at", nullable=False),
    UniqueConstraint("taxpayer", "instrument_id"),
)

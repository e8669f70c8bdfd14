"""What has to be derived again, and the groups in which it is: instruments that are tied."""

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from qm_tui.store.schema.base import identity, mapping, metadata, moment, refers, text, whole

booking_state = Table(
    "booking_state",
    metadata,
    identity(),
    # Grows with everything that marks anything: says how new the facts are.
    whole("generation"),
    # Grows whenever anything derived is written.
    whole("derivations"),
    # Grows with everything that is stored before its run has ended.
    whole("saves"),
    # What the configuration says of taxes, as it was last taken over.
    mapping("tax_settings"),
    CheckConstraint("id = 1", name="one"),
)

dirty_marks = Table(
    "dirty_marks",
    metadata,
    identity(),
    text("taxpayer", nullable=False),
    refers("instrument_id", "instruments"),
    refers("run_id", "sync_runs", nullable=True),
    moment("marked_at", nullable=False),
    # Of the facts that the mark is about: one that is newer than what was read stays.
    whole("generation"),
    UniqueConstraint("taxpayer", "instrument_id"),
)

booking_groups = Table(
    "booking_groups",
    metadata,
    identity(),
    text("taxpayer", nullable=False),
    refers("root_instrument_id", "instruments"),
    # Of the facts from which the group's rows follow.
    whole("generation"),
    moment("derived_at", nullable=False),
    UniqueConstraint("taxpayer", "root_instrument_id"),
)

booking_group_members = Table(
    "booking_group_members",
    metadata,
    text("taxpayer", nullable=False),
    refers("instrument_id", "instruments"),
    refers("group_id", "booking_groups", ondelete="CASCADE"),
    PrimaryKeyConstraint("taxpayer", "instrument_id"),
    Index(None, "group_id"),
)

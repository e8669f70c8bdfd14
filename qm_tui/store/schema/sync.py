"""Runs, what they brought, and the documents themselves."""

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table, UniqueConstraint

from qm_tui.domain.words import Section
from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import day, identity, mapping, metadata, moment, refers, text, whole

_STATES = ("running", "done", "partial", "failed", "cancelled")

sync_runs = Table(
    "sync_runs",
    metadata,
    identity(),
    refers("connection_id", "connections"),
    text("kind", nullable=False),
    text("state", nullable=False),
    moment("started_at", nullable=False),
    moment("finished_at"),
    refers("document_id", "raw_documents", nullable=True),
    text("error"),
    mapping("details"),
    # `live` is what changed between two syncs.
    one_of("kind", ("import", "sync", "live"), "kind"),
    one_of("state", _STATES, "state"),
    Index(None, "connection_id", "started_at"),
)

sync_sections = Table(
    "sync_sections",
    metadata,
    identity(),
    refers("run_id", "sync_runs", ondelete="CASCADE"),
    text("section", nullable=False),
    text("state", nullable=False),
    moment("started_at", nullable=False),
    moment("finished_at"),
    whole("received"),
    whole("added"),
    whole("changed"),
    whole("unchanged"),
    whole("refused"),
    text("error"),
    one_of("section", Section, "section"),
    one_of("state", _STATES, "state"),
    UniqueConstraint("run_id", "section"),
)

cursors = Table(
    "cursors",
    metadata,
    refers("connection_id", "connections"),
    text("section", nullable=False),
    text("cursor", nullable=False),
    moment("moved_at", nullable=False),
    PrimaryKeyConstraint("connection_id", "section"),
)

raw_documents = Table(
    "raw_documents",
    metadata,
    identity(),
    text("name", nullable=False),
    text("kind", nullable=False),
    text("sha256", nullable=False),
    whole("size"),
    whole("row_count"),
    moment("generated_at"),
    text("reader", nullable=False),
    # What the reading depended on beside the bytes (account, time zone).
    text("options", nullable=False, default=""),
    moment("received_at", nullable=False),
    UniqueConstraint("sha256", "reader", "options"),
)

raw_blocks = Table(
    "raw_blocks",
    metadata,
    refers("document_id", "raw_documents", ondelete="CASCADE"),
    whole("first_row"),
    whole("offset"),
    whole("length"),
    Column("row_offsets", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("document_id", "offset"),
    Index(None, "document_id", "first_row"),
)

coverage = Table(
    "coverage",
    metadata,
    identity(),
    refers("account_id", "accounts"),
    refers("document_id", "raw_documents", nullable=True),
    refers("run_id", "sync_runs"),
    day("from_date", nullable=False),
    day("to_date", nullable=False),
    Index(None, "account_id", "from_date"),
)

refused_rows = Table(
    "refused_rows",
    metadata,
    identity(),
    refers("run_id", "sync_runs", ondelete="CASCADE"),
    refers("document_id", "raw_documents", nullable=True),
    whole("document_row", nullable=True, default=None),
    text("section", nullable=False),
    text("field", nullable=False),
    text("text", nullable=False),
    text("reason", nullable=False),
    Index(None, "run_id"),
)

novelties = Table(
    "novelties",
    metadata,
    identity(),
    refers("run_id", "sync_runs", ondelete="CASCADE"),
    text("what", nullable=False),
    text("where", nullable=False),
    text("example", nullable=False),
    whole("count", default=1),
    UniqueConstraint("run_id", "what", "where", "example"),
)

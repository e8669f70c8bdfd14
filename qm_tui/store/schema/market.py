"""What things cost: end-of-day exchange rates."""

from sqlalchemy import CheckConstraint, Table, UniqueConstraint

from qm_tui.store.schema.base import day, identity, metadata, moment, number, refers, text

fx_rates = Table(
    "fx_rates",
    metadata,
    identity(),
    day("date", nullable=False),
    text("from_currency", nullable=False),
    text("to_currency", nullable=False),
    number("rate", nullable=False),
    moment("source_at"),
    refers("document_id", "raw_documents", nullable=True),
    UniqueConstraint("from_currency", "to_currency", "date"),
    CheckConstraint("rate NOT LIKE '-%' AND rate <> '0'", name="rate"),
)

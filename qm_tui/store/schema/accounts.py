"""Whose holdings: connections, accounts, and what the user says about them."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as text_clause

from qm_tui.domain.words import TaxTreatment
from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import day, identity, mapping, metadata, moment, refers, text, whole

connections = Table(
    "connections",
    metadata,
    identity(),
    text("name", nullable=False),
    text("broker", nullable=False),
    whole("live"),
    text("lease_holder"),
    moment("lease_since"),
    moment("lease_until"),
    UniqueConstraint("name"),
    one_of("live", ("0", "1"), "live"),
)

accounts = Table(
    "accounts",
    metadata,
    identity(),
    text("broker", nullable=False),
    text("number", nullable=False),
    text("account_type"),
    text("tax_treatment"),
    text("base_currency"),
    text("nickname"),
    text("owner"),
    text("taxpayer", nullable=False, default="me"),
    refers("owner_id", "users", nullable=True),
    day("opened"),
    day("closed"),
    text("sync_status"),
    moment("described_at"),
    # Field → when it was last said, where that is not described_at.
    mapping("described"),
    mapping("broker_specific"),
    UniqueConstraint("broker", "number"),
    one_of("tax_treatment", TaxTreatment, "tax_treatment"),
)

account_settings = Table(
    "account_settings",
    metadata,
    identity(),
    text("number", nullable=False),
    text("nickname"),
    text("tax_treatment"),
    text("taxpayer"),
    text("lot_method"),
    UniqueConstraint("number"),
    one_of("tax_treatment", TaxTreatment, "tax_treatment"),
)

account_connections = Table(
    "account_connections",
    metadata,
    refers("account_id", "accounts"),
    refers("connection_id", "connections"),
    PrimaryKeyConstraint("account_id", "connection_id"),
)

account_notices = Table(
    "account_notices",
    metadata,
    identity(),
    refers("account_id", "accounts"),
    text("kind", nullable=False),
    text("message", nullable=False),
    moment("noticed_at", nullable=False),
    moment("ended_at"),
    Index(None, "account_id", "noticed_at"),
    # What holds is said once.
    Index(
        "ix_account_notices_open",
        "account_id",
        "kind",
        "message",
        unique=True,
        sqlite_where=text_clause("ended_at IS NULL"),
    ),
)

account_categories = Table(
    "account_categories",
    metadata,
    identity(),
    refers("account_id", "accounts"),
    text("category", nullable=False),
    UniqueConstraint("account_id", "category"),
)

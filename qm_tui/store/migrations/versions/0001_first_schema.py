"""The first schema: users, accounts, instruments, observations, facts, runs, documents, audit."""

import sqlalchemy as sa
from alembic import op

from qm_tui.store.columns import ExactDecimal, JsonText, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables, and the user who is always there."""
    op.create_table(
        "account_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("tax_treatment", sa.Text(), nullable=True),
        sa.Column("taxpayer", sa.Text(), nullable=True),
        sa.Column("lot_method", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "tax_treatment IN ('taxable', 'ira', 'roth')",
            name=op.f("ck_account_settings_tax_treatment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_settings")),
        sa.UniqueConstraint("number", name=op.f("uq_account_settings_number")),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("broker", sa.Text(), nullable=False),
        sa.Column("live", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_holder", sa.Text(), nullable=True),
        sa.Column("lease_since", UtcTime(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.CheckConstraint("live IN ('0', '1')", name=op.f("ck_connections_live")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("name", name=op.f("uq_connections_name")),
    )
    op.create_table(
        "instruments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument_type", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("conid", sa.Text(), nullable=True),
        sa.Column("osi_symbol", sa.Text(), nullable=True),
        sa.Column("cusip", sa.Text(), nullable=True),
        sa.Column("isin", sa.Text(), nullable=True),
        sa.Column("figi", sa.Text(), nullable=True),
        sa.Column("sedol", sa.Text(), nullable=True),
        sa.Column("listing_exchange", sa.Text(), nullable=True),
        sa.Column("multiplier", ExactDecimal(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("underlying_symbol", sa.Text(), nullable=True),
        sa.Column("underlying_conid", sa.Text(), nullable=True),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("right", sa.Text(), nullable=True),
        sa.Column("strike", ExactDecimal(), nullable=True),
        sa.Column("maturity", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("described_at", UtcTime(), nullable=True),
        sa.Column("unresolved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "instrument_type IN ('equity', 'equity_option', 'future', 'future_option', 'bond', 'fund', 'forex', 'crypto', 'other')",
            name=op.f("ck_instruments_instrument_type"),
        ),
        sa.CheckConstraint("\"right\" IN ('C', 'P')", name=op.f("ck_instruments_right")),
        sa.CheckConstraint(
            "same_as_id IS NULL OR same_as_id <> id", name=op.f("ck_instruments_same_as")
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"],
            ["instruments.id"],
            name=op.f("fk_instruments_same_as_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruments")),
    )
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instruments_conid"), ["conid"], unique=True)
        batch_op.create_index(batch_op.f("ix_instruments_same_as_id"), ["same_as_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruments_symbol"), ["symbol"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_instruments_underlying_symbol"), ["underlying_symbol"], unique=False
        )

    op.create_table(
        "raw_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("row_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("generated_at", UtcTime(), nullable=True),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_documents")),
        sa.UniqueConstraint(
            "sha256", "reader", "options", name=op.f("uq_raw_documents_sha256_reader_options")
        ),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="ADMIN", nullable=False),
        sa.Column("preferences", JsonText(), nullable=True),
        sa.CheckConstraint("role IN ('ADMIN', 'USER', 'READONLY')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broker", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=True),
        sa.Column("tax_treatment", sa.Text(), nullable=True),
        sa.Column("base_currency", sa.Text(), nullable=True),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("taxpayer", sa.Text(), server_default="me", nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("opened", sa.Date(), nullable=True),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("sync_status", sa.Text(), nullable=True),
        sa.Column("described_at", UtcTime(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.CheckConstraint(
            "tax_treatment IN ('taxable', 'ira', 'roth')", name=op.f("ck_accounts_tax_treatment")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_accounts_owner_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("broker", "number", name=op.f("uq_accounts_broker_number")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("before", JsonText(), nullable=True),
        sa.Column("after", JsonText(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_audit_log_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_log_at"), ["at"], unique=False)

    op.create_table(
        "cursors",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("moved_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_cursors_connection_id_connections"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("connection_id", "section", name=op.f("pk_cursors")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", JsonText(), nullable=True),
        sa.Column("value", JsonText(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=False),
        sa.Column("undone_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_decisions_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decisions_kind_decided_at"), ["kind", "decided_at"], unique=False
        )

    op.create_table(
        "fx_rates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("from_currency", sa.Text(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("rate", ExactDecimal(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("rate NOT LIKE '-%' AND rate <> '0'", name=op.f("ck_fx_rates_rate")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_fx_rates_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_rates")),
        sa.UniqueConstraint(
            "from_currency",
            "to_currency",
            "date",
            name=op.f("uq_fx_rates_from_currency_to_currency_date"),
        ),
    )
    op.create_table(
        "identity_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_identity_groups_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_groups")),
        sa.UniqueConstraint(
            "name", "instrument_id", name=op.f("uq_identity_groups_name_instrument_id")
        ),
    )
    op.create_table(
        "instrument_aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "scheme IN ('conid', 'osi', 'cusip', 'isin', 'figi', 'sedol', 'ticker')",
            name=op.f("ck_instrument_aliases_scheme"),
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_instrument_aliases_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_aliases")),
        sa.UniqueConstraint(
            "instrument_id",
            "scheme",
            "value",
            "currency",
            "source",
            name=op.f("uq_instrument_aliases_instrument_id_scheme_value_currency_source"),
        ),
    )
    with op.batch_alter_table("instrument_aliases", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_instrument_aliases_scheme_value"), ["scheme", "value"], unique=False
        )

    op.create_table(
        "raw_blocks",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("first_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offset", sa.Integer(), server_default="0", nullable=False),
        sa.Column("length", sa.Integer(), server_default="0", nullable=False),
        sa.Column("row_offsets", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_raw_blocks_document_id_raw_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "offset", name=op.f("pk_raw_blocks")),
    )
    with op.batch_alter_table("raw_blocks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_raw_blocks_document_id_first_row"),
            ["document_id", "first_row"],
            unique=False,
        )

    op.create_table(
        "sync_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("details", JsonText(), nullable=True),
        sa.CheckConstraint("kind IN ('import', 'sync')", name=op.f("ck_sync_runs_kind")),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'partial', 'failed', 'cancelled')",
            name=op.f("ck_sync_runs_state"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_sync_runs_connection_id_connections"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_sync_runs_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_runs")),
    )
    with op.batch_alter_table("sync_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sync_runs_connection_id_started_at"),
            ["connection_id", "started_at"],
            unique=False,
        )

    op.create_table(
        "account_categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_categories_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_categories")),
        sa.UniqueConstraint(
            "account_id", "category", name=op.f("uq_account_categories_account_id_category")
        ),
    )
    op.create_table(
        "account_connections",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_connections_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_account_connections_connection_id_connections"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "connection_id", name=op.f("pk_account_connections")),
    )
    op.create_table(
        "account_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("noticed_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_notices_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_notices")),
    )
    with op.batch_alter_table("account_notices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_account_notices_account_id_noticed_at"),
            ["account_id", "noticed_at"],
            unique=False,
        )

    op.create_table(
        "broker_wash_sales",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("amount", ExactDecimal(), nullable=True),
        sa.Column("trade_date", sa.Date(), nullable=True),
        sa.Column("realized_at", UtcTime(), nullable=True),
        sa.Column("reopened_at", UtcTime(), nullable=True),
        sa.Column("holding_start", sa.Date(), nullable=True),
        sa.Column("opening_transaction_id", sa.Text(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_broker_wash_sales_key")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_broker_wash_sales_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_broker_wash_sales_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_broker_wash_sales_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_broker_wash_sales_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_broker_wash_sales_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broker_wash_sales")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_broker_wash_sales_account_id_key")),
    )
    with op.batch_alter_table("broker_wash_sales", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_broker_wash_sales_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_broker_wash_sales_instrument_id_trade_date"),
            ["instrument_id", "trade_date"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_broker_wash_sales_run_id"), ["run_id"], unique=False)

    op.create_table(
        "cash_transactions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("occurred_at", UtcTime(), nullable=True),
        sa.Column("settle_date", sa.Date(), nullable=True),
        sa.Column("ex_date", sa.Date(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("broker_type", sa.Text(), nullable=True),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("broker_id", sa.Text(), nullable=True),
        sa.Column("broker_trade_id", sa.Text(), nullable=True),
        sa.Column("action_id", sa.Text(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_cash_transactions_key")),
        sa.CheckConstraint(
            "type IN ('dividend', 'payment_in_lieu', 'withholding_tax', 'interest_received', 'interest_paid', 'deposit', 'withdrawal', 'fee', 'commission_adjustment', 'price_adjustment', 'tax', 'other')",
            name=op.f("ck_cash_transactions_type"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_cash_transactions_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_cash_transactions_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_cash_transactions_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_cash_transactions_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_cash_transactions_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_transactions")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_cash_transactions_account_id_key")),
    )
    with op.batch_alter_table("cash_transactions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cash_transactions_account_id_date_id"),
            ["account_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_cash_transactions_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_cash_transactions_date_id"), ["date", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_cash_transactions_instrument_id_date_id"),
            ["instrument_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_cash_transactions_run_id"), ["run_id"], unique=False)

    op.create_table(
        "closed_lots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("open_price", ExactDecimal(), nullable=True),
        sa.Column("realized_pnl", ExactDecimal(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=True),
        sa.Column("acquisition_date", sa.Date(), nullable=True),
        sa.Column("holding_start", sa.Date(), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("disposition_date", sa.Date(), nullable=True),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("opening_transaction_id", sa.Text(), nullable=True),
        sa.Column("closing_trade_key", sa.Text(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_closed_lots_key")),
        sa.CheckConstraint("term IN ('short', 'long')", name=op.f("ck_closed_lots_term")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_closed_lots_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_closed_lots_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_closed_lots_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_closed_lots_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_closed_lots_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_lots")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_closed_lots_account_id_key")),
    )
    with op.batch_alter_table("closed_lots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_closed_lots_account_id_disposition_date_id"),
            ["account_id", "disposition_date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_closed_lots_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_closed_lots_instrument_id_disposition_date_id"),
            ["instrument_id", "disposition_date", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_closed_lots_run_id"), ["run_id"], unique=False)

    op.create_table(
        "corporate_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("broker_type", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("effective_at", UtcTime(), nullable=True),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("amount", ExactDecimal(), nullable=True),
        sa.Column("proceeds", ExactDecimal(), nullable=True),
        sa.Column("value", ExactDecimal(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("realized_pnl", ExactDecimal(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("action_id", sa.Text(), nullable=True),
        sa.Column("broker_id", sa.Text(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_corporate_actions_key")),
        sa.CheckConstraint(
            "type IN ('split', 'reverse_split', 'stock_dividend', 'spin_off', 'merger', 'tender', 'rights', 'return_of_capital', 'symbol_change', 'delisting', 'conversion', 'dividend_reinvestment', 'other')",
            name=op.f("ck_corporate_actions_type"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_corporate_actions_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_corporate_actions_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_corporate_actions_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_corporate_actions_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_corporate_actions_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corporate_actions")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_corporate_actions_account_id_key")),
    )
    with op.batch_alter_table("corporate_actions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_corporate_actions_account_id_date_id"),
            ["account_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_corporate_actions_action_id"), ["action_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_corporate_actions_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_corporate_actions_instrument_id_date_id"),
            ["instrument_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_corporate_actions_run_id"), ["run_id"], unique=False)

    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_coverage_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_coverage_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_coverage_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coverage_account_id_from_date"),
            ["account_id", "from_date"],
            unique=False,
        )

    op.create_table(
        "dirty_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("taxpayer", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("marked_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_dirty_marks_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_dirty_marks_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty_marks")),
        sa.UniqueConstraint(
            "taxpayer", "instrument_id", name=op.f("uq_dirty_marks_taxpayer_instrument_id")
        ),
    )
    op.create_table(
        "dividend_accruals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("ex_date", sa.Date(), nullable=True),
        sa.Column("pay_date", sa.Date(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("gross_rate", ExactDecimal(), nullable=True),
        sa.Column("gross_amount", ExactDecimal(), nullable=True),
        sa.Column("tax", ExactDecimal(), nullable=True),
        sa.Column("fee", ExactDecimal(), nullable=True),
        sa.Column("net_amount", ExactDecimal(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_dividend_accruals_key")),
        sa.CheckConstraint("kind IN ('open', 'change')", name=op.f("ck_dividend_accruals_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_dividend_accruals_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_dividend_accruals_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_dividend_accruals_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_dividend_accruals_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_dividend_accruals_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dividend_accruals")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_dividend_accruals_account_id_key")),
    )
    with op.batch_alter_table("dividend_accruals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dividend_accruals_account_id_pay_date"),
            ["account_id", "pay_date"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_dividend_accruals_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_dividend_accruals_run_id"), ["run_id"], unique=False)

    op.create_table(
        "fact_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact_table", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content", JsonText(), nullable=True),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_fact_versions_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_fact_versions_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_versions")),
        sa.UniqueConstraint(
            "fact_table",
            "fact_id",
            "content_hash",
            name=op.f("uq_fact_versions_fact_table_fact_id_content_hash"),
        ),
    )
    with op.batch_alter_table("fact_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_versions_run_id"), ["run_id"], unique=False)

    op.create_table(
        "margin_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=True),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("principal", ExactDecimal(), nullable=True),
        sa.Column("rate", ExactDecimal(), nullable=True),
        sa.Column("accrued", ExactDecimal(), nullable=True),
        sa.Column("starting_balance", ExactDecimal(), nullable=True),
        sa.Column("reversal", ExactDecimal(), nullable=True),
        sa.Column("ending_balance", ExactDecimal(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("broker_id", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_margin_interest_key")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_margin_interest_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_margin_interest_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_margin_interest_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_margin_interest_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_margin_interest")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_margin_interest_account_id_key")),
    )
    with op.batch_alter_table("margin_interest", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_margin_interest_account_id_to_date_id"),
            ["account_id", "to_date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_margin_interest_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_margin_interest_run_id"), ["run_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_margin_interest_to_date_id"), ["to_date", "id"], unique=False
        )

    op.create_table(
        "nav_summaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=True),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("starting_value", ExactDecimal(), nullable=True),
        sa.Column("total", ExactDecimal(), nullable=True),
        sa.Column("cash", ExactDecimal(), nullable=True),
        sa.Column("stock", ExactDecimal(), nullable=True),
        sa.Column("options", ExactDecimal(), nullable=True),
        sa.Column("bonds", ExactDecimal(), nullable=True),
        sa.Column("funds", ExactDecimal(), nullable=True),
        sa.Column("dividend_accruals", ExactDecimal(), nullable=True),
        sa.Column("interest_accruals", ExactDecimal(), nullable=True),
        sa.Column("deposits_withdrawals", ExactDecimal(), nullable=True),
        sa.Column("mark_to_market", ExactDecimal(), nullable=True),
        sa.Column("time_weighted_return", ExactDecimal(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_nav_summaries_key")),
        sa.CheckConstraint(
            "kind IN ('equity_summary', 'change_in_nav')", name=op.f("ck_nav_summaries_kind")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_nav_summaries_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_nav_summaries_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_nav_summaries_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_nav_summaries_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nav_summaries")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_nav_summaries_account_id_key")),
    )
    with op.batch_alter_table("nav_summaries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_nav_summaries_account_id_kind_as_of"),
            ["account_id", "kind", "as_of"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_nav_summaries_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_nav_summaries_run_id"), ["run_id"], unique=False)

    op.create_table(
        "novelties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_novelties_run_id_sync_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_novelties")),
        sa.UniqueConstraint(
            "run_id",
            "what",
            "where",
            "example",
            name=op.f("uq_novelties_run_id_what_where_example"),
        ),
    )
    op.create_table(
        "observation_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("generated_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("complete IN ('0', '1')", name=op.f("ck_observation_sets_complete")),
        sa.CheckConstraint(
            "section IN ('accounts', 'instruments', 'balances', 'nav', 'positions', 'broker_lots', 'trades', 'trade_summaries', 'closed_lots', 'wash_sales', 'cash', 'dividend_accruals', 'interest', 'transfers', 'corporate_actions', 'option_events', 'statement_lines', 'fx_rates', 'other')",
            name=op.f("ck_observation_sets_section"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_observation_sets_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_observation_sets_connection_id_connections"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_observation_sets_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_observation_sets_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_sets")),
        sa.UniqueConstraint(
            "account_id",
            "section",
            "connection_id",
            "as_of",
            name=op.f("uq_observation_sets_account_id_section_connection_id_as_of"),
        ),
    )
    with op.batch_alter_table("observation_sets", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_observation_sets_account_id_section_complete_as_of"),
            ["account_id", "section", "complete", "as_of"],
            unique=False,
        )

    op.create_table(
        "option_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("broker_type", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("price", ExactDecimal(), nullable=True),
        sa.Column("market_price", ExactDecimal(), nullable=True),
        sa.Column("proceeds", ExactDecimal(), nullable=True),
        sa.Column("commission", ExactDecimal(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("realized_pnl", ExactDecimal(), nullable=True),
        sa.Column("broker_trade_id", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_option_events_key")),
        sa.CheckConstraint(
            "type IN ('exercise', 'assignment', 'expiration', 'cash_settlement', 'delivery', 'other')",
            name=op.f("ck_option_events_type"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_option_events_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_option_events_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_option_events_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_option_events_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_option_events_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_events")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_option_events_account_id_key")),
    )
    with op.batch_alter_table("option_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_option_events_account_id_date_id"),
            ["account_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_option_events_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_option_events_instrument_id_date_id"),
            ["instrument_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_option_events_run_id"), ["run_id"], unique=False)

    op.create_table(
        "other_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_other_rows_key")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_other_rows_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_other_rows_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_other_rows_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_other_rows_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_rows")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_other_rows_account_id_key")),
    )
    with op.batch_alter_table("other_rows", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_other_rows_account_id_section_id"),
            ["account_id", "section", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_other_rows_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_other_rows_run_id"), ["run_id"], unique=False)

    op.create_table(
        "refused_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_refused_rows_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_refused_rows_run_id_sync_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_rows")),
    )
    with op.batch_alter_table("refused_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refused_rows_run_id"), ["run_id"], unique=False)

    op.create_table(
        "statement_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("settle_date", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("activity_code", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("amount", ExactDecimal(), nullable=True),
        sa.Column("balance", ExactDecimal(), nullable=True),
        sa.Column("broker_trade_id", sa.Text(), nullable=True),
        sa.Column("broker_id", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_statement_lines_key")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_statement_lines_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_statement_lines_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_statement_lines_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_statement_lines_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_statement_lines_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_lines")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_statement_lines_account_id_key")),
    )
    with op.batch_alter_table("statement_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_statement_lines_account_id_date_id"),
            ["account_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_statement_lines_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_statement_lines_run_id"), ["run_id"], unique=False)

    op.create_table(
        "sync_sections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "section IN ('accounts', 'instruments', 'balances', 'nav', 'positions', 'broker_lots', 'trades', 'trade_summaries', 'closed_lots', 'wash_sales', 'cash', 'dividend_accruals', 'interest', 'transfers', 'corporate_actions', 'option_events', 'statement_lines', 'fx_rates', 'other')",
            name=op.f("ck_sync_sections_section"),
        ),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'partial', 'failed', 'cancelled')",
            name=op.f("ck_sync_sections_state"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_sync_sections_run_id_sync_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_sections")),
        sa.UniqueConstraint("run_id", "section", name=op.f("uq_sync_sections_run_id_section")),
    )
    op.create_table(
        "trade_summaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("asset_category", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("trade_date", sa.Date(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("price", ExactDecimal(), nullable=True),
        sa.Column("proceeds", ExactDecimal(), nullable=True),
        sa.Column("commission", ExactDecimal(), nullable=True),
        sa.Column("taxes", ExactDecimal(), nullable=True),
        sa.Column("net_cash", ExactDecimal(), nullable=True),
        sa.Column("broker_order_id", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_trade_summaries_key")),
        sa.CheckConstraint(
            "level IN ('order', 'symbol_summary', 'asset_summary')",
            name=op.f("ck_trade_summaries_level"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_trade_summaries_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_trade_summaries_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_trade_summaries_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_trade_summaries_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_trade_summaries_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_summaries")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_trade_summaries_account_id_key")),
    )
    with op.batch_alter_table("trade_summaries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trade_summaries_account_id_trade_date"),
            ["account_id", "trade_date"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_trade_summaries_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_trade_summaries_run_id"), ["run_id"], unique=False)

    op.create_table(
        "trades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="booked", nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("executed_at", UtcTime(), nullable=True),
        sa.Column("ordered_at", UtcTime(), nullable=False),
        sa.Column("settle_date", sa.Date(), nullable=True),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("price", ExactDecimal(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("proceeds", ExactDecimal(), nullable=True),
        sa.Column("commission", ExactDecimal(), nullable=True),
        sa.Column("commission_currency", sa.Text(), nullable=True),
        sa.Column("taxes", ExactDecimal(), nullable=True),
        sa.Column("net_cash", ExactDecimal(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("accrued_interest", ExactDecimal(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("realized_pnl", ExactDecimal(), nullable=True),
        sa.Column("close_price", ExactDecimal(), nullable=True),
        sa.Column("open_close", sa.Text(), nullable=True),
        sa.Column("transaction_type", sa.Text(), nullable=True),
        sa.Column("exchange", sa.Text(), nullable=True),
        sa.Column("order_type", sa.Text(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.Column("broker_trade_id", sa.Text(), nullable=True),
        sa.Column("broker_transaction_id", sa.Text(), nullable=True),
        sa.Column("broker_execution_id", sa.Text(), nullable=True),
        sa.Column("broker_order_id", sa.Text(), nullable=True),
        sa.Column("original_trade_id", sa.Text(), nullable=True),
        sa.Column("original_transaction_id", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_trades_key")),
        sa.CheckConstraint("kind IN ('fill', 'cancel')", name=op.f("ck_trades_kind")),
        sa.CheckConstraint("level IN ('execution', 'order')", name=op.f("ck_trades_level")),
        sa.CheckConstraint(
            "open_close IN ('open', 'close', 'close_open')", name=op.f("ck_trades_open_close")
        ),
        sa.CheckConstraint("quantity NOT IN ('', '0')", name=op.f("ck_trades_quantity")),
        sa.CheckConstraint(
            "state IN ('booked', 'cancelled', 'cancel', 'superseded')", name=op.f("ck_trades_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_trades_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_trades_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_trades_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_trades_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_trades_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trades")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_trades_account_id_key")),
    )
    with op.batch_alter_table("trades", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trades_account_id_instrument_id_ordered_at"),
            ["account_id", "instrument_id", "ordered_at"],
            unique=False,
            sqlite_where=sa.text("broker_transaction_id IS NULL"),
            postgresql_where=sa.text("broker_transaction_id IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_trades_account_id_kind_level"),
            ["account_id", "kind", "level"],
            unique=False,
            sqlite_where=sa.text("kind = 'cancel' OR level = 'order'"),
            postgresql_where=sa.text("kind = 'cancel' OR level = 'order'"),
        )
        batch_op.create_index(
            batch_op.f("ix_trades_account_id_ordered_at_id"),
            ["account_id", "ordered_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'booked'"),
            postgresql_where=sa.text("state = 'booked'"),
        )
        batch_op.create_index(
            batch_op.f("ix_trades_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_trades_instrument_id_ordered_at_id"),
            ["instrument_id", "ordered_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_trades_ordered_at_id"),
            ["ordered_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'booked'"),
            postgresql_where=sa.text("state = 'booked'"),
        )
        batch_op.create_index(batch_op.f("ix_trades_run_id"), ["run_id"], unique=False)

    op.create_table(
        "transfer_lots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("transfer_key", sa.Text(), nullable=True),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("price", ExactDecimal(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=True),
        sa.Column("acquisition_date", sa.Date(), nullable=True),
        sa.Column("holding_start", sa.Date(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_transfer_lots_direction")),
        sa.CheckConstraint("key <> ''", name=op.f("ck_transfer_lots_key")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_transfer_lots_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_transfer_lots_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_transfer_lots_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_transfer_lots_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_transfer_lots_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_lots")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_transfer_lots_account_id_key")),
    )
    with op.batch_alter_table("transfer_lots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfer_lots_account_id_transfer_key"),
            ["account_id", "transfer_key"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_transfer_lots_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_transfer_lots_run_id"), ["run_id"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("source_at", UtcTime(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("changed_run_id", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("occurred_at", UtcTime(), nullable=True),
        sa.Column("settle_date", sa.Date(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("price", ExactDecimal(), nullable=True),
        sa.Column("market_value", ExactDecimal(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("cash_amount", ExactDecimal(), nullable=True),
        sa.Column("realized_pnl", ExactDecimal(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("counterparty", sa.Text(), nullable=True),
        sa.Column("counterparty_account", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("broker_id", sa.Text(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_transfers_direction")),
        sa.CheckConstraint("key <> ''", name=op.f("ck_transfers_key")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_transfers_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_transfers_changed_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_transfers_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_transfers_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["sync_runs.id"],
            name=op.f("fk_transfers_run_id_sync_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_transfers_account_id_key")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfers_account_id_date_id"),
            ["account_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_transfers_changed_run_id"),
            ["changed_run_id"],
            unique=False,
            sqlite_where=sa.text("changed_run_id IS NOT NULL"),
            postgresql_where=sa.text("changed_run_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_transfers_date_id"), ["date", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_transfers_instrument_id_date_id"),
            ["instrument_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_transfers_run_id"), ["run_id"], unique=False)

    op.create_table(
        "balances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("value", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_balances_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_balances_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["observation_sets.id"],
            name=op.f("fk_balances_set_id_observation_sets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balances")),
        sa.UniqueConstraint(
            "set_id", "tag", "currency", name=op.f("uq_balances_set_id_tag_currency")
        ),
    )
    with op.batch_alter_table("balances", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_balances_account_id_tag_as_of"),
            ["account_id", "tag", "as_of"],
            unique=False,
        )

    op.create_table(
        "broker_lots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("open_price", ExactDecimal(), nullable=True),
        sa.Column("market_price", ExactDecimal(), nullable=True),
        sa.Column("market_value", ExactDecimal(), nullable=True),
        sa.Column("unrealized_pnl", ExactDecimal(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=True),
        sa.Column("acquisition_date", sa.Date(), nullable=True),
        sa.Column("holding_start", sa.Date(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.Column("originating_transaction_id", sa.Text(), nullable=True),
        sa.Column("originating_order_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.CheckConstraint("quantity <> ''", name=op.f("ck_broker_lots_quantity")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_broker_lots_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_broker_lots_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_broker_lots_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["observation_sets.id"],
            name=op.f("fk_broker_lots_set_id_observation_sets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broker_lots")),
        sa.UniqueConstraint(
            "set_id", "instrument_id", "key", name=op.f("uq_broker_lots_set_id_instrument_id_key")
        ),
    )
    with op.batch_alter_table("broker_lots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_broker_lots_account_id_as_of"), ["account_id", "as_of"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_broker_lots_instrument_id_as_of"),
            ["instrument_id", "as_of"],
            unique=False,
        )

    op.create_table(
        "margin_requirements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("underlying_symbol", sa.Text(), nullable=True),
        sa.Column("initial", ExactDecimal(), nullable=True),
        sa.Column("maintenance", ExactDecimal(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_margin_requirements_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_margin_requirements_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_margin_requirements_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["observation_sets.id"],
            name=op.f("fk_margin_requirements_set_id_observation_sets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_margin_requirements")),
        sa.UniqueConstraint(
            "set_id",
            "underlying_symbol",
            name=op.f("uq_margin_requirements_set_id_underlying_symbol"),
        ),
    )
    op.create_table(
        "positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("document_row", sa.Integer(), nullable=True),
        sa.Column("broker_specific", JsonText(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("average_cost", ExactDecimal(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("market_price", ExactDecimal(), nullable=True),
        sa.Column("market_value", ExactDecimal(), nullable=True),
        sa.Column("unrealized_pnl", ExactDecimal(), nullable=True),
        sa.Column("realized_pnl", ExactDecimal(), nullable=True),
        sa.Column("daily_pnl", ExactDecimal(), nullable=True),
        sa.Column("fx_rate_to_base", ExactDecimal(), nullable=True),
        sa.CheckConstraint("quantity <> ''", name=op.f("ck_positions_quantity")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_positions_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["raw_documents.id"],
            name=op.f("fk_positions_document_id_raw_documents"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_positions_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["observation_sets.id"],
            name=op.f("fk_positions_set_id_observation_sets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
        sa.UniqueConstraint(
            "set_id", "instrument_id", name=op.f("uq_positions_set_id_instrument_id")
        ),
    )
    with op.batch_alter_table("positions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_positions_account_id_as_of"), ["account_id", "as_of"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_positions_instrument_id_as_of"), ["instrument_id", "as_of"], unique=False
        )
    op.execute("INSERT INTO users (id, name, role) VALUES (1, 'me', 'ADMIN')")

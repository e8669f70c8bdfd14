"""What sources without ids share, what takes back what, and a list of all that happened.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SECTIONS = (
    "accounts", "instruments", "balances", "nav", "positions", "broker_lots", "trades",
    "trade_summaries", "closed_lots", "wash_sales", "cash", "dividend_accruals", "interest",
    "transfers", "corporate_actions", "option_events", "transactions", "statement_lines",
    "fx_rates", "margin", "quotes", "greeks", "notices", "other",
)  # fmt: skip
_REVERSIBLE = ("cash_transactions", "transfers", "corporate_actions", "option_events")


def upgrade() -> None:
    """Bring the schema to this revision."""
    for table in ("observation_sets", "sync_sections"):
        _admit_sections(table)
    for table in _REVERSIBLE:
        _add(table, "reverses")
    for table in ("trades", *_REVERSIBLE):
        _add(table, "likeness")
    of_the_user = sa.text("authority = 10")
    op.create_index(
        op.f("ix_trades_account_id_trade_date"),
        "trades",
        ["account_id", "trade_date"],
        sqlite_where=of_the_user,
        postgresql_where=of_the_user,
    )


def _admit_sections(table: str) -> None:
    # Rows refer to these tables and go with theirs: that they stay is why foreign keys are off.
    listed = ", ".join(f"'{section}'" for section in _SECTIONS)
    with op.batch_alter_table(table, recreate="always") as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_section"), type_="check")
        batch_op.create_check_constraint(
            op.f(f"ck_{table}_section"), sa.text(f"section IN ({listed})")
        )


def _add(table: str, column: str) -> None:
    """Add a column that few rows fill, so that the table need not be written anew."""
    op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    told = sa.text(f"{column} IS NOT NULL")
    op.create_index(
        op.f(f"ix_{table}_account_id_{column}"),
        table,
        ["account_id", column],
        sqlite_where=told,
        postgresql_where=told,
    )


def downgrade() -> None:
    """Refuse: an older program does not open this store."""
    raise NotImplementedError

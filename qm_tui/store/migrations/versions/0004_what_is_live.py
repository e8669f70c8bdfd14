"""What live connections say: sections, answers that amend, the latest quotes and Greeks, notices.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from qm_tui.store.columns import ExactDecimal, JsonText, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SECTIONS = (
    "accounts", "instruments", "balances", "nav", "positions", "broker_lots", "trades",
    "trade_summaries", "closed_lots", "wash_sales", "cash", "dividend_accruals", "interest",
    "transfers", "corporate_actions", "option_events", "statement_lines", "fx_rates", "margin",
    "quotes", "greeks", "notices", "other",
)  # fmt: skip
_OF_A_SET = ("account_id", "section", "connection_id", "as_of", "generated_at")


def upgrade() -> None:
    """Bring the schema to this revision."""
    _widen()
    op.add_column("instruments", sa.Column("details_at", UtcTime(), nullable=True))
    op.add_column(
        "booking_state", sa.Column("saves", sa.Integer(), server_default="0", nullable=False)
    )
    _market("quotes", "bid", "ask", "last", "close")
    _market(
        "greeks", "delta", "gamma", "theta", "vega", "rho", "implied_volatility",
        "underlying_price", "option_price",
    )  # fmt: skip
    _notices()


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _widen() -> None:
    # Rows refer to these tables and go with theirs: that they stay is why foreign keys are off.
    with op.batch_alter_table("observation_sets", recreate="always") as batch_op:
        batch_op.add_column(sa.Column("amends", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(op.f("ck_observation_sets_section"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_observation_sets_section"), sa.text(_one_of("section", _SECTIONS))
        )
        batch_op.create_check_constraint(
            op.f("ck_observation_sets_amends"), sa.text(_one_of("amends", ("0", "1")))
        )
        former = f"uq_observation_sets_{'_'.join(_OF_A_SET)}"
        batch_op.drop_constraint(op.f(former), type_="unique")
        batch_op.create_unique_constraint(op.f(f"{former}_amends"), [*_OF_A_SET, "amends"])
    with op.batch_alter_table("sync_sections", recreate="always") as batch_op:
        batch_op.drop_constraint(op.f("ck_sync_sections_section"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_sync_sections_section"), sa.text(_one_of("section", _SECTIONS))
        )
    with op.batch_alter_table("sync_runs", recreate="always") as batch_op:
        batch_op.drop_constraint(op.f("ck_sync_runs_kind"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_sync_runs_kind"), sa.text(_one_of("kind", ("import", "sync", "live")))
        )


def _market(table: str, *numbers: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("delayed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("broker_specific", JsonText(), nullable=True),
        *(sa.Column(name, ExactDecimal(), nullable=True) for name in numbers),
        sa.CheckConstraint(_one_of("delayed", ("0", "1")), name=op.f(f"ck_{table}_delayed")),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f(f"fk_{table}_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "instrument_id", "source", name=op.f(f"uq_{table}_instrument_id_source")
        ),
    )


def _notices() -> None:
    # Nothing wrote notices before, but what is there must not hinder the index.
    op.execute(
        "UPDATE account_notices SET ended_at = noticed_at WHERE ended_at IS NULL AND EXISTS ("
        "SELECT 1 FROM account_notices AS former WHERE former.ended_at IS NULL "
        "AND former.account_id = account_notices.account_id "
        "AND former.kind = account_notices.kind AND former.message = account_notices.message "
        "AND former.id < account_notices.id)"
    )
    op.create_index(
        op.f("ix_account_notices_open"),
        "account_notices",
        ["account_id", "kind", "message"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Refuse: an older program does not open this store."""
    raise NotImplementedError

"""What does not add up: each discrepancy, what became of it, and when accounts were compared.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from qm_tui.store.columns import ExactDecimal, JsonText, UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VERDICTS = (
    "quantity", "open_lots", "broker_lots", "cost_basis", "realized_pnl", "cash", "market_value",
    "state", "not_known",
)  # fmt: skip
_STATUSES = ("open", "acknowledged", "accepted", "auto_corrected", "closed")
_SEVERITIES = ("dust", "minor", "major")
_CAUSES = (
    "duplicate_import", "missing_trade", "history_starts_later", "cancelled_or_corrected",
    "unsettled", "split_not_applied", "split_applied_twice", "corporate_action",
    "unpaired_transfer", "transfer_without_basis", "option_event_missing", "premium_not_folded",
    "wrong_sign", "wrong_multiplier", "identity_change", "two_listings", "fractional",
    "commission", "return_of_capital", "wash_sale_view", "lot_choice", "fx_date", "rounding",
    "stale_data", "orphan_position", "unexplained",
)  # fmt: skip
_EVENTS = ("opened", "changed", "closed", "reopened", "decided")


def upgrade() -> None:
    """Bring the schema to this revision."""
    _discrepancies()
    _events()
    _reconciliations()


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _refers(
    table: str, column: str, target: str, ondelete: str = "RESTRICT"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete=ondelete,
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _discrepancies() -> None:
    table = "discrepancies"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("tag", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("verdict", "status", "severity")),
        *(
            sa.Column(name, ExactDecimal(), nullable=True)
            for name in ("expected", "actual", "difference", "currency_value")
        ),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("confidence", ExactDecimal(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("evidence", JsonText(), nullable=True),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("reopened", sa.Integer(), server_default="0", nullable=False),
        _one_of(table, "verdict", _VERDICTS),
        _one_of(table, "status", _STATUSES),
        _one_of(table, "severity", _SEVERITIES),
        _one_of(table, "cause", _CAUSES),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f(f"ck_{table}_closed_at")
        ),
        sa.CheckConstraint("key <> ''", name=op.f(f"ck_{table}_key")),
        _refers(table, "account_id", "accounts"),
        _refers(table, "instrument_id", "instruments"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{table}_key")),
    )
    _index(table, "status", "account_id")
    _index(table, "account_id", "instrument_id")
    _index(table, "instrument_id")


def _events() -> None:
    table = "discrepancy_events"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discrepancy_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("before", JsonText(), nullable=True),
        sa.Column("after", JsonText(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        _one_of(table, "event", _EVENTS),
        _refers(table, "discrepancy_id", "discrepancies", "CASCADE"),
        _refers(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index(table, "discrepancy_id", "id")


def _reconciliations() -> None:
    table = "reconciliations"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reconciled_at", UtcTime(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default="0", nullable=False)
            for name in ("holdings", "currencies", "totals")
        ),
        _refers(table, "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", name=op.f(f"uq_{table}_account_id")),
    )


def downgrade() -> None:
    """Refuse: an older program does not open this store."""
    raise NotImplementedError

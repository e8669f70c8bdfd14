"""Make the order of arrival not matter (times of single words, a set a source); list gains fast.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from qm_tui.store.columns import JsonText

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FORMER = "uq_observation_sets_account_id_section_connection_id_as_of"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_index("ix_closed_lots_disposition_date_id", "closed_lots", ["disposition_date", "id"])
    for table in ("accounts", "instruments"):
        op.add_column(table, sa.Column("described", JsonText(), nullable=True))
    with op.batch_alter_table("observation_sets") as batch_op:
        batch_op.drop_constraint(_FORMER, type_="unique")
        batch_op.create_unique_constraint(
            f"{_FORMER}_generated_at",
            ["account_id", "section", "connection_id", "as_of", "generated_at"],
        )


def downgrade() -> None:
    """Refuse: an older program does not open this store."""
    raise NotImplementedError

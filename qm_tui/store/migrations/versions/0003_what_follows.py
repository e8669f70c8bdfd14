"""Tables of what follows from facts; everything there is has to be derived once.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from qm_tui.store.columns import ExactDecimal, JsonText, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BOOKED = (
    "trades", "transfers", "transfer_lots", "corporate_actions", "cash_transactions",
    "option_events", "closed_lots",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.batch_alter_table("dirty_marks", recreate="always") as batch_op:
        batch_op.add_column(
            sa.Column("generation", sa.Integer(), server_default="0", nullable=False)
        )
    op.create_table(
        "booking_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("derivations", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tax_settings", JsonText(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_booking_state_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_state")),
    )
    op.create_table(
        "booking_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("taxpayer", sa.Text(), nullable=False),
        sa.Column("root_instrument_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("derived_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["root_instrument_id"],
            ["instruments.id"],
            name=op.f("fk_booking_groups_root_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_groups")),
        sa.UniqueConstraint(
            "taxpayer",
            "root_instrument_id",
            name=op.f("uq_booking_groups_taxpayer_root_instrument_id"),
        ),
    )
    op.create_table(
        "booking_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("fact_table", sa.Text(), nullable=True),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind = 'missing_history' OR kind = 'unknown_basis' OR kind = 'fraction_unknown' OR kind = 'shares_disagree' OR kind = 'action_unknown' OR kind = 'selection_missing' OR kind = 'method_overridden' OR kind = 'possible_wash_sale' OR kind = 'premium_unknown' OR kind = 'mark_missing' OR kind = 'in_transit' OR kind = 'rate_unknown' OR kind = 'short_against_the_box' OR kind = 'not_booked'",
            name=op.f("ck_booking_findings_kind"),
        ),
        sa.CheckConstraint(
            "view = 'taxpayer' OR view = 'economic' OR view = 'broker' OR view = 'every'",
            name=op.f("ck_booking_findings_view"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_booking_findings_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["booking_groups.id"],
            name=op.f("fk_booking_findings_group_id_booking_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_booking_findings_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_findings")),
    )
    op.create_index(
        op.f("ix_booking_findings_account_id_instrument_id"),
        "booking_findings",
        ["account_id", "instrument_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_booking_findings_group_id_view"),
        "booking_findings",
        ["group_id", "view"],
        unique=False,
    )
    op.create_index(
        op.f("ix_booking_findings_kind_id"), "booking_findings", ["kind", "id"], unique=False
    )
    op.create_table(
        "booking_group_members",
        sa.Column("taxpayer", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["booking_groups.id"],
            name=op.f("fk_booking_group_members_group_id_booking_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_booking_group_members_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("taxpayer", "instrument_id", name=op.f("pk_booking_group_members")),
    )
    op.create_index(
        op.f("ix_booking_group_members_group_id"),
        "booking_group_members",
        ["group_id"],
        unique=False,
    )
    op.create_table(
        "lot_adjustments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("gain_number", sa.Integer(), nullable=False),
        sa.Column("lot_number", sa.Integer(), nullable=True),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("tax_amount", ExactDecimal(), nullable=False),
        sa.CheckConstraint(
            "kind = 'wash_sale' OR kind = 'permanent_wash_sale'",
            name=op.f("ck_lot_adjustments_kind"),
        ),
        sa.CheckConstraint(
            "view = 'taxpayer' OR view = 'economic' OR view = 'broker' OR view = 'every'",
            name=op.f("ck_lot_adjustments_view"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["booking_groups.id"],
            name=op.f("fk_lot_adjustments_group_id_booking_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_adjustments")),
    )
    op.create_index(
        op.f("ix_lot_adjustments_group_id_view"),
        "lot_adjustments",
        ["group_id", "view"],
        unique=False,
    )
    op.create_table(
        "realized_gains",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("proceeds", ExactDecimal(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("gain", ExactDecimal(), nullable=True),
        sa.Column("tax_proceeds", ExactDecimal(), nullable=True),
        sa.Column("tax_cost_basis", ExactDecimal(), nullable=True),
        sa.Column("tax_gain", ExactDecimal(), nullable=True),
        sa.Column("wash_disallowed", ExactDecimal(), nullable=False),
        sa.Column("tax_wash_disallowed", ExactDecimal(), nullable=False),
        sa.Column("permanent_disallowed", ExactDecimal(), nullable=False),
        sa.Column("wash_in_basis", ExactDecimal(), nullable=False),
        sa.Column("acquisition_date", sa.Date(), nullable=True),
        sa.Column("acquired_at", UtcTime(), nullable=True),
        sa.Column("holding_start", sa.Date(), nullable=True),
        sa.Column("disposition_date", sa.Date(), nullable=False),
        sa.Column("disposed_at", UtcTime(), nullable=True),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("basis_status", sa.Text(), nullable=False),
        sa.Column("lot_number", sa.Integer(), nullable=True),
        sa.Column("opening_table", sa.Text(), nullable=True),
        sa.Column("opening_id", sa.Integer(), nullable=True),
        sa.Column("closing_table", sa.Text(), nullable=True),
        sa.Column("closing_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "basis_status = 'known' OR basis_status = 'carried' OR basis_status = 'unknown'",
            name=op.f("ck_realized_gains_basis_status"),
        ),
        sa.CheckConstraint(
            "closing = 'sale' OR closing = 'expiry' OR closing = 'cash_settlement' OR closing = 'cash_in_lieu' OR closing = 'cash_merger' OR closing = 'taxable_exchange' OR closing = 'return_of_capital' OR closing = 'worthless' OR closing = 'mark'",
            name=op.f("ck_realized_gains_closing"),
        ),
        sa.CheckConstraint(
            "method = 'fifo' OR method = 'lifo' OR method = 'hifo' OR method = 'lofo' OR method = 'specific' OR method = 'average'",
            name=op.f("ck_realized_gains_method"),
        ),
        sa.CheckConstraint("quantity <> ''", name=op.f("ck_realized_gains_quantity")),
        sa.CheckConstraint(
            "term = 'short' OR term = 'long' OR term = 'section_1256'",
            name=op.f("ck_realized_gains_term"),
        ),
        sa.CheckConstraint(
            "view = 'taxpayer' OR view = 'economic' OR view = 'broker' OR view = 'every'",
            name=op.f("ck_realized_gains_view"),
        ),
        sa.CheckConstraint(
            "wash_disallowed >= '0'", name=op.f("ck_realized_gains_wash_disallowed")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_realized_gains_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["booking_groups.id"],
            name=op.f("fk_realized_gains_group_id_booking_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_realized_gains_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_realized_gains")),
        sa.UniqueConstraint(
            "group_id", "view", "number", name=op.f("uq_realized_gains_group_id_view_number")
        ),
    )
    op.create_index(
        op.f("ix_realized_gains_account_id_disposition_date_id"),
        "realized_gains",
        ["account_id", "disposition_date", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_realized_gains_disposition_date_id"),
        "realized_gains",
        ["disposition_date", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_realized_gains_instrument_id_disposition_date_id"),
        "realized_gains",
        ["instrument_id", "disposition_date", "id"],
        unique=False,
    )
    op.create_table(
        "tax_lots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("cost_basis", ExactDecimal(), nullable=True),
        sa.Column("tax_cost_basis", ExactDecimal(), nullable=True),
        sa.Column("basis_status", sa.Text(), nullable=False),
        sa.Column("acquisition_date", sa.Date(), nullable=True),
        sa.Column("acquired_at", UtcTime(), nullable=True),
        sa.Column("holding_start", sa.Date(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("wash_adjustment", ExactDecimal(), nullable=False),
        sa.Column("tax_wash_adjustment", ExactDecimal(), nullable=False),
        sa.Column("section_1256", sa.Integer(), server_default="0", nullable=False),
        sa.Column("in_transit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fact_table", sa.Text(), nullable=True),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "basis_status = 'known' OR basis_status = 'carried' OR basis_status = 'unknown'",
            name=op.f("ck_tax_lots_basis_status"),
        ),
        sa.CheckConstraint(
            "in_transit = '0' OR in_transit = '1'", name=op.f("ck_tax_lots_in_transit")
        ),
        sa.CheckConstraint(
            "origin = 'purchase' OR origin = 'short_sale' OR origin = 'reinvestment' OR origin = 'exercise' OR origin = 'income' OR origin = 'transfer' OR origin = 'distribution' OR origin = 'spin_off' OR origin = 'exchange' OR origin = 'rights' OR origin = 'mark'",
            name=op.f("ck_tax_lots_origin"),
        ),
        sa.CheckConstraint("quantity <> '' AND quantity <> '0'", name=op.f("ck_tax_lots_quantity")),
        sa.CheckConstraint(
            "section_1256 = '0' OR section_1256 = '1'", name=op.f("ck_tax_lots_section_1256")
        ),
        sa.CheckConstraint(
            "view = 'taxpayer' OR view = 'economic' OR view = 'broker' OR view = 'every'",
            name=op.f("ck_tax_lots_view"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_tax_lots_account_id_accounts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["booking_groups.id"],
            name=op.f("fk_tax_lots_group_id_booking_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_tax_lots_instrument_id_instruments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_lots")),
        sa.UniqueConstraint(
            "group_id", "view", "number", name=op.f("uq_tax_lots_group_id_view_number")
        ),
    )
    op.create_index(
        op.f("ix_tax_lots_account_id_instrument_id"),
        "tax_lots",
        ["account_id", "instrument_id"],
        unique=False,
    )
    op.create_index(op.f("ix_tax_lots_instrument_id"), "tax_lots", ["instrument_id"], unique=False)
    op.create_index(
        op.f("ix_cash_transactions_account_id"),
        "cash_transactions",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("instrument_id IS NULL AND broker_trade_id IS NOT NULL"),
        postgresql_where=sa.text("instrument_id IS NULL AND broker_trade_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_statement_lines_instrument_id"),
        "statement_lines",
        ["instrument_id"],
        unique=False,
        sqlite_where=sa.text("description LIKE 'Option Cash Settlement%'"),
        postgresql_where=sa.text("description LIKE 'Option Cash Settlement%'"),
    )
    op.create_index(
        op.f("ix_transfer_lots_instrument_id"), "transfer_lots", ["instrument_id"], unique=False
    )

    _mark_everything()


def _mark_everything() -> None:
    """Mark every instrument that an account has facts of; marks there are stay."""
    op.execute("INSERT INTO booking_state (id, generation, derivations) VALUES (1, 1, 0)")
    op.execute("UPDATE dirty_marks SET generation = 1")
    for table in _BOOKED:
        op.execute(
            "INSERT INTO dirty_marks (taxpayer, instrument_id, marked_at, generation) "  # noqa: S608
            "SELECT DISTINCT accounts.taxpayer, facts.instrument_id, CURRENT_TIMESTAMP, 1 "
            f"FROM {table} AS facts JOIN accounts ON accounts.id = facts.account_id "
            "WHERE facts.instrument_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dirty_marks AS known "
            "WHERE known.taxpayer = accounts.taxpayer "
            "AND known.instrument_id = facts.instrument_id)"
        )


def downgrade() -> None:
    """Refuse: an older program does not open this store."""
    raise NotImplementedError

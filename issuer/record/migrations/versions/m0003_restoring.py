"""What is known of having gone on with an older state of the record; it is never forgotten."""

import sqlalchemy as sa
from alembic import op

from issuer.record.migrations import rules

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "restoration",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_list", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_restoration")),
    )
    rules.kept("restoration")
    rules.fixed("restoration_fixed", "restoration", "at, last_entry, last_at, first_list")
    rules.fixed(
        "restoration_acknowledged",
        "restoration",
        "acknowledged_at",
        "OLD.acknowledged_at IS NOT NULL",
    )

"""Mail that came back: each report once, what it said of an address, and who may hand one in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "bounce",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter_id", sa.String(36), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("status", sa.String(12), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('permanent', 'temporary', 'unclear', 'foreign')",
            name=op.f("ck_bounce_known_outcome"),
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_bounce_letter_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_bounce")),
    )
    op.create_index(op.f("ix_bounce_at"), "bounce", ["at"])
    # By these a report is told to be about a letter.
    op.create_index(op.f("ix_letter_return_path"), "letter", ["return_path"])
    op.create_index(op.f("ix_letter_recipient"), "letter", ["recipient"])
    # By these the calendar looks for what is due among many.
    op.create_index(op.f("ix_award_last_day"), "award", ["last_day"])
    op.add_column("contact", sa.Column("bounce_status", sa.String(12), nullable=True))
    op.add_column("contact", sa.Column("tried_again_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_token", sa.Column("scope", sa.String(20), nullable=True))

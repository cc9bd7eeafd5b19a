"""The first schema, with what must never happen as triggers.

Sealed bytes, the days of an issued award, slugs, taken status places and audit entries
cannot be changed; a revocation cannot be cleared; none of these rows can be deleted.
"""

import sqlalchemy as sa
from alembic import op

from issuer.record.migrations import rules

revision = "0001"
down_revision = None

# table, columns that may not change, condition on the old row
_FIXED = (
    ("credential", "id, award_id, number, document, valid_from, valid_until", "TRUE"),
    ("credential", "state, sealed_json, sealed_jwt, issued_at", "OLD.state = 'issued'"),
    ("award", "cycle_id, code, first_day, last_day, valid_from, valid_until", "TRUE"),
    ("participation", "slug, organisation_id, programme", "TRUE"),
    ("status_entry", "list_number, position, credential_id", "TRUE"),
    ("status_entry", "revoked_at, revoked_by", "OLD.revoked_at IS NOT NULL"),
    ("award_act", "award_id, act, at", "TRUE"),
    ("audit_entry", "number, at, act, subject, details, person_digest, previous, hash", "TRUE"),
    ("edition", "programme, edition, source", "TRUE"),
)
_KEPT = (
    "credential",
    "award",
    "award_act",
    "participation",
    "status_entry",
    "status_list",
    "audit_entry",
    "edition",
    "public_key",
)


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("person_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("programme", "edition", name=op.f("uq_edition_programme_edition")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=9), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("number", name=op.f("uq_organisation_number")),
    )
    op.create_table(
        "public_key",
        sa.Column("fragment", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("jwk", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromised", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fragment", name=op.f("pk_public_key")),
    )
    op.create_table(
        "status_list",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signed_version", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=120), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_json", sa.LargeBinary(), nullable=True),
        sa.Column("signed_jwt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["public_key.fragment"], name=op.f("fk_status_list_signed_by")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_list")),
    )
    op.create_table(
        "audit_person",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["audit_entry.number"], name=op.f("fk_audit_person_number")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_person")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("token_id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("process", sa.String(length=120), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name=op.f("fk_idempotency_key_token_id")
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "organisation_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column(
            "sort_key",
            sa.String(800).with_variant(sa.String(800, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("folded", sa.String(length=800), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_name_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_name")),
    )
    op.create_index(
        op.f("ix_organisation_name_organisation_id"),
        "organisation_name",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_organisation_name_sort_key"), "organisation_name", ["sort_key"], unique=False
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_participation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "organisation_id", "programme", name=op.f("uq_participation_organisation_id_programme")
        ),
        sa.UniqueConstraint("slug", name=op.f("uq_participation_slug")),
    )
    op.create_index(
        op.f("ix_participation_programme"), "participation", ["programme"], unique=False
    )
    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prepared_by", sa.String(length=200), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_cycle_edition_id")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_cycle_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint(
            "participation_id", "number", name=op.f("uq_cycle_participation_id_number")
        ),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewal_opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patience_ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("prepared_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "state IN ('intended', 'issued', 'abandoned', 'void')",
            name=op.f("ck_award_known_state"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_award_days_in_order")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_award_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("code", name=op.f("uq_award_code")),
    )
    op.create_index(op.f("ix_award_cycle_id"), "award", ["cycle_id"], unique=False)
    op.create_index(
        "uq_award_one_per_cycle",
        "award",
        ["cycle_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('intended', 'issued')"),
        postgresql_where=sa.text("state IN ('intended', 'issued')"),
    )
    op.create_table(
        "requirement_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.String(length=200), nullable=True),
        sa.Column("equivalence", sa.Text(), nullable=True),
        sa.Column("public_facts", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by IS NULL)",
            name=op.f("ck_requirement_record_accepted_whole"),
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (public_facts IS NULL)",
            name=op.f("ck_requirement_record_accepted_public_facts"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_requirement_record_cycle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_record")),
        sa.UniqueConstraint(
            "cycle_id", "requirement", name=op.f("uq_requirement_record_cycle_id_requirement")
        ),
    )
    op.create_table(
        "award_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_act_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_act")),
    )
    op.create_index(op.f("ix_award_act_award_id"), "award_act", ["award_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_json", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_jwt", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intended_by", sa.String(length=120), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'issued') = (sealed_json IS NOT NULL AND sealed_jwt IS NOT NULL"
            " AND issued_at IS NOT NULL)",
            name=op.f("ck_credential_issued_is_sealed"),
        ),
        sa.CheckConstraint(
            "state IN ('intended', 'issued', 'abandoned')", name=op.f("ck_credential_known_state")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_credential_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("award_id", "number", name=op.f("uq_credential_award_id_number")),
    )
    op.create_index(op.f("ix_credential_state"), "credential", ["state"], unique=False)
    op.create_table(
        "status_entry",
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=36), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_status_entry_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["list_number"], ["status_list.number"], name=op.f("fk_status_entry_list_number")
        ),
        sa.PrimaryKeyConstraint("list_number", "position", name=op.f("pk_status_entry")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_status_entry_credential_id")),
    )

    for number, (table, columns, condition) in enumerate(_FIXED):
        rules.fixed(f"{table}_fixed_{number}", table, columns, condition)
    for table in _KEPT:
        rules.kept(table)
    rules.refuse(
        "credential_of_ended_award",
        "credential",
        "UPDATE OF state",
        "NEW.state = 'issued' AND OLD.state <> 'issued' AND EXISTS (SELECT 1 FROM award_act"
        " WHERE award_id = NEW.award_id AND act IN ('withdraw', 'give_up', 'void'))",
        "credential: the award has been ended",
    )

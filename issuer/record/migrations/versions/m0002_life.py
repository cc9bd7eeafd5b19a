"""What happens around an award: contacts, courses, measures, cases, mail, tasks, limits.

Sealed credentials get the digests that outlive an erasure; awards remember how many people
had to agree. What an older program sealed is given both here, before the rules are laid down.
"""

import hashlib
import tomllib

import sqlalchemy as sa
from alembic import op

from issuer.record.migrations import rules

revision = "0002"
down_revision = "0001"

_ENDED = "NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL"
_EMPTY = "length(NEW.document) = 0 AND length(NEW.sealed_json) = 0 AND length(NEW.sealed_jwt) = 0"

_FIXED = (
    ("credential_identity", "credential", "id, award_id, number, valid_from, valid_until", "TRUE"),
    ("credential_document", "credential", "document", f"NOT ({_ENDED} AND {_EMPTY})"),
    (
        "credential_bytes",
        "credential",
        "sealed_json, sealed_jwt",
        f"OLD.state = 'issued' AND NOT ({_ENDED} AND {_EMPTY})",
    ),
    ("credential_issued", "credential", "state, issued_at, made_for", "OLD.state = 'issued'"),
    (
        "credential_digests",
        "credential",
        "json_digest, jwt_digest",
        "OLD.json_digest IS NOT NULL",
    ),
    ("credential_erased", "credential", "erased_at", "OLD.erased_at IS NOT NULL"),
    (
        "award_deciders",
        "award",
        "prepared_by, decided_by, deciders, override",
        "OLD.state = 'issued'",
    ),
    ("status_list_closed", "status_list", "closed_at", "OLD.closed_at IS NOT NULL"),
    ("checkpoint_fixed", "checkpoint", "day, number, hash, signed_at, signed_by, jws", "TRUE"),
    ("award_case_opened", "award_case", "award_id, opened_at, opened_by", "TRUE"),
    (
        "award_case_decided",
        "award_case",
        "decision, decided_at, decided_by",
        "OLD.decided_at IS NOT NULL",
    ),
    ("succession_fixed", "succession", "from_id, to_id, kind, day, decided_at", "TRUE"),
)
_KEPT = ("checkpoint", "award_case", "succession", "requirement_act", "lost_place")


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("held_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_index(op.f("ix_course_programme"), "course", ["programme"], unique=False)
    op.create_table(
        "import_job",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_taken", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", "programme", name=op.f("pk_import_job")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_window")),
    )
    op.create_index(op.f("ix_rate_window_expires_at"), "rate_window", ["expires_at"], unique=False)
    op.create_table(
        "checkpoint",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(length=120), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["public_key.fragment"], name=op.f("fk_checkpoint_signed_by")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "place IN ('first', 'second', 'role')", name=op.f("ck_contact_known_place")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        op.f("ix_contact_organisation_id"), "contact", ["organisation_id"], unique=False
    )
    op.create_index(
        "uq_contact_in_use",
        "contact",
        ["organisation_id", "place"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "domain_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.String(length=36), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=True),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "method IS NULL OR method IN ('dns', 'file', 'link')",
            name=op.f("ck_domain_proof_known_method"),
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_domain_proof_participation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain_proof")),
    )
    op.create_index(
        "uq_domain_proof_in_use",
        "domain_proof",
        ["participation_id", "domain"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "embed_host",
        sa.Column("participation_id", sa.String(length=36), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_embed_host_participation_id")
        ),
        sa.PrimaryKeyConstraint("participation_id", "host", "day", name=op.f("pk_embed_host")),
    )
    op.create_table(
        "enquiry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=9), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_by", sa.String(length=200), nullable=True),
        sa.Column("participation_id", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('enrolled', 'declined')",
            name=op.f("ck_enquiry_known_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_enquiry_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    op.create_index(op.f("ix_enquiry_programme"), "enquiry", ["programme"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("participation_id", sa.String(length=36), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("return_path", sa.String(length=254), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_fault", sa.String(length=300), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'given_up')", name=op.f("ck_letter_known_state")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_letter_contact_id")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_letter_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_letter_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_index(
        op.f("ix_letter_participation_id"), "letter", ["participation_id"], unique=False
    )
    op.create_index(op.f("ix_letter_sent_at"), "letter", ["sent_at"], unique=False)
    op.create_index(
        "ix_letter_waiting",
        "letter",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "lost_place",
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_number"], ["status_list.number"], name=op.f("fk_lost_place_list_number")
        ),
        sa.PrimaryKeyConstraint("list_number", "position", name=op.f("pk_lost_place")),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.String(length=36), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arranged_by", sa.String(length=200), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_meeting_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_uid")),
    )
    op.create_index(
        op.f("ix_meeting_participation_id"), "meeting", ["participation_id"], unique=False
    )
    op.create_table(
        "succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.String(length=36), nullable=False),
        sa.Column("to_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('merger', 'transfer')", name=op.f("ck_succession_known_kind")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["participation.id"], name=op.f("fk_succession_from_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["participation.id"], name=op.f("fk_succession_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.UniqueConstraint("from_id", name=op.f("uq_succession_from_id")),
    )
    op.create_index(op.f("ix_succession_to_id"), "succession", ["to_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("participation_id", sa.String(length=36), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_task_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("key", name=op.f("uq_task_key")),
    )
    op.create_index(op.f("ix_task_participation_id"), "task", ["participation_id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("responsible_role", sa.String(length=200), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('done', 'not_done', 'changed')",
            name=op.f("ck_measure_known_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'under_way', 'done')", name=op.f("ck_measure_known_state")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_measure_cycle_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["measure.id"], name=op.f("fk_measure_follows_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("cycle_id", "position", name=op.f("uq_measure_cycle_id_position")),
    )
    op.create_index(op.f("ix_measure_due"), "measure", ["due"], unique=False)
    op.create_table(
        "award_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("appeal_by", sa.Date(), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("appeal_outcome", sa.String(length=16), nullable=True),
        sa.Column("appeal_decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_decided_by", sa.String(length=200), nullable=True),
        sa.Column("appeal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "appeal_outcome IS NULL OR appeal_outcome IN ('upheld', 'overturned')",
            name=op.f("ck_award_case_known_appeal_outcome"),
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('withdraw', 'dismiss')",
            name=op.f("ck_award_case_known_decision"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> opened_by OR override IS NOT NULL",
            name=op.f("ck_award_case_decided_by_another"),
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_case_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_case")),
    )
    op.create_index(
        "uq_award_case_open",
        "award_case",
        ["award_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "requirement_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["requirement_record.id"], name=op.f("fk_requirement_act_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_act")),
    )
    op.create_index(
        op.f("ix_requirement_act_record_id"), "requirement_act", ["record_id"], unique=False
    )
    op.add_column("award", sa.Column("deciders", sa.Integer(), server_default="1", nullable=False))
    op.add_column("award", sa.Column("override", sa.Text(), nullable=True))
    op.add_column("award_act", sa.Column("override", sa.Text(), nullable=True))
    op.add_column("credential", sa.Column("json_digest", sa.String(length=64), nullable=True))
    op.add_column("credential", sa.Column("jwt_digest", sa.String(length=64), nullable=True))
    op.add_column(
        "credential",
        sa.Column("made_for", sa.String(length=16), server_default="seal", nullable=False),
    )
    op.add_column("credential", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cycle", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cycle", sa.Column("not_after", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("kind", sa.String(length=20), nullable=True))
    op.add_column(
        "organisation", sa.Column("about", sa.JSON(), server_default="{}", nullable=False)
    )
    op.add_column(
        "organisation", sa.Column("about_public", sa.JSON(), server_default="[]", nullable=False)
    )
    op.add_column("organisation", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "participation", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "participation", sa.Column("tombstone_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "requirement_record", sa.Column("evidence", sa.JSON(), server_default="[]", nullable=False)
    )
    op.add_column(
        "requirement_record",
        sa.Column(
            "course_id",
            sa.String(length=60),
            sa.ForeignKey("course.id", name=op.f("fk_requirement_record_course_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.add_column(
        "requirement_record", sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "requirement_record", sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("status_list", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("status_list", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))

    rules.drop("credential_fixed_0", "credential")
    rules.drop("credential_fixed_1", "credential")
    _fill_digests()
    _fill_deciders()
    for name, table, columns, condition in _FIXED:
        rules.fixed(name, table, columns, condition)
    for table in _KEPT:
        rules.kept(table)
    rules.refuse(
        "credential_issued_with_digests",
        "credential",
        "UPDATE OF state",
        "NEW.state = 'issued' AND (NEW.json_digest IS NULL OR NEW.jwt_digest IS NULL)",
        "credential: what is issued has digests",
    )
    alone = (
        "NEW.state = 'issued' AND NEW.deciders > 1 AND NEW.override IS NULL"
        " AND (NEW.prepared_by IS NULL OR lower(NEW.prepared_by) = lower(NEW.decided_by))"
    )
    for event in ("INSERT", "UPDATE OF state"):
        rules.refuse(
            f"award_two_people_{event.split()[0].lower()}",
            "award",
            event,
            alone,
            "award: who prepared it does not decide alone",
        )
    rules.refuse(
        "award_act_two_people",
        "award_act",
        "INSERT",
        "NEW.act = 'withdraw' AND NEW.override IS NULL AND EXISTS (SELECT 1 FROM award"
        " WHERE id = NEW.award_id AND deciders > 1"
        ' AND lower(coalesce(prepared_by, decided_by)) = lower(NEW."by"))',
        "award_act: who prepared the award does not withdraw it alone",
    )
    rules.refuse(
        "status_entry_of_closed_list",
        "status_entry",
        "INSERT",
        "EXISTS (SELECT 1 FROM status_list"
        " WHERE number = NEW.list_number AND closed_at IS NOT NULL)",
        "status_entry: this list takes no new place",
    )
    rules.refuse(
        "status_entry_of_lost_place",
        "status_entry",
        "INSERT",
        "EXISTS (SELECT 1 FROM lost_place"
        " WHERE list_number = NEW.list_number AND position = NEW.position)",
        "status_entry: this place was used by a credential that is not known here",
    )


def _fill_digests() -> None:
    table = sa.table(
        "credential",
        sa.column("id", sa.String),
        sa.column("state", sa.String),
        sa.column("sealed_json", sa.LargeBinary),
        sa.column("sealed_jwt", sa.LargeBinary),
        sa.column("json_digest", sa.String),
        sa.column("jwt_digest", sa.String),
    )
    bind = op.get_bind()
    sealed = sa.select(table.c.id, table.c.sealed_json, table.c.sealed_jwt)
    for row in bind.execute(sealed.where(table.c.state == "issued")).all():
        bind.execute(
            table.update()
            .where(table.c.id == row.id)
            .values(
                json_digest=hashlib.sha256(row.sealed_json).hexdigest(),
                jwt_digest=hashlib.sha256(row.sealed_jwt).hexdigest(),
            )
        )


def _fill_deciders() -> None:
    """Awards of programmes that ask for two people. What one decided alone says so."""
    edition = sa.table("edition", sa.column("id", sa.Integer), sa.column("source", sa.LargeBinary))
    bind = op.get_bind()
    for row in bind.execute(sa.select(edition.c.id, edition.c.source)).all():
        if tomllib.loads(bytes(row.source).decode()).get("deciders") == 2:
            bind.execute(
                sa.text(
                    "UPDATE award SET deciders = 2, override = CASE WHEN prepared_by IS NULL"
                    " OR lower(prepared_by) = lower(decided_by)"
                    " THEN 'decided alone; the reason stands in the log' END"
                    " WHERE cycle_id IN (SELECT id FROM cycle WHERE edition_id = :edition)"
                ),
                {"edition": row.id},
            )

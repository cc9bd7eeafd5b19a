"""Tables of what happens around an award: enquiries, people, courses, measures, cases, mergers.

Nearly all of it is internal: contact people, grounds, statements and notes never leave the
office, except to those concerned.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from issuer.names import person_key
from issuer.record.tables import Award, Base, Organisation, Participation


class Enquiry(Base):
    """An organisation asked about the mark. Nothing is public before staff opens a cycle."""

    __tablename__ = "enquiry"
    __table_args__ = (
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('enrolled', 'declined')", name="known_outcome"
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    number: Mapped[str | None] = mapped_column(String(9))
    kind: Mapped[str] = mapped_column(String(20))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_email: Mapped[str] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2))
    received_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_at: Mapped[datetime | None]
    outcome_by: Mapped[str | None] = mapped_column(String(200))
    participation_id: Mapped[str | None] = mapped_column(ForeignKey("participation.id"))


class Contact(Base):
    """Whom to write to: two people at most, and an address that belongs to a role.

    `place`: `first`, `second` or `role`. One that ended stays until personal data are erased.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("place IN ('first', 'second', 'role')", name="known_place"),
        Index(
            "uq_contact_in_use",
            "organisation_id",
            "place",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    place: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # No reminders are wanted (what has to be told is told all the same).
    unsubscribed_at: Mapped[datetime | None]
    # Mail to this address comes back for good: since when, and by which status (RFC 3463).
    bounced_at: Mapped[datetime | None]
    bounce_status: Mapped[str | None] = mapped_column(String(12))
    # What was sent before this moment and comes back later says nothing any more.
    tried_again_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship()


class Course(Base):
    """A course that was held once and may count for several participants."""

    __tablename__ = "course"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[str] = mapped_column(String(200))
    day: Mapped[date]
    hours: Mapped[float]
    held_by: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))


class Measure(Base):
    """One measure of an accepted plan, as it goes on during the year.

    `outcome` is what became of it when the next cycle was planned (`done`, `not_done`,
    `changed`); `follows_id` is the measure of the plan before that it carries on.
    """

    __tablename__ = "measure"
    __table_args__ = (
        UniqueConstraint("cycle_id", "position"),
        CheckConstraint("state IN ('planned', 'under_way', 'done')", name="known_state"),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('done', 'not_done', 'changed')", name="known_outcome"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))
    responsible_role: Mapped[str] = mapped_column(String(200))
    due: Mapped[date] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10))
    public: Mapped[bool]
    outcome: Mapped[str | None] = mapped_column(String(10))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"))
    changed_at: Mapped[datetime]


class Meeting(Base):
    """A meeting that lies ahead or was held. `uid` and `sequence` are those of its invitation."""

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(300))
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    arranged_at: Mapped[datetime]
    arranged_by: Mapped[str] = mapped_column(String(200))
    cancelled_at: Mapped[datetime | None]
    participation: Mapped[Participation] = relationship()


class Case(Base):
    """A case about one award: opened, heard, decided by somebody else, perhaps appealed.

    Everything in words here is internal. `answer_by` and `appeal_by` are the last days on
    which the holder may answer and appeal.
    """

    __tablename__ = "award_case"
    __table_args__ = (
        CheckConstraint(
            "decision IS NULL OR decision IN ('withdraw', 'dismiss')", name="known_decision"
        ),
        CheckConstraint(
            "appeal_outcome IS NULL OR appeal_outcome IN ('upheld', 'overturned')",
            name="known_appeal_outcome",
        ),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> opened_by OR override IS NOT NULL",
            name="decided_by_another",
        ),
        Index(
            "uq_award_case_open",
            "award_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(200))
    grounds: Mapped[str] = mapped_column(Text)
    answer_by: Mapped[date]
    heard_at: Mapped[datetime | None]
    statement: Mapped[str | None] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)
    override: Mapped[str | None] = mapped_column(Text)
    appeal_by: Mapped[date | None]
    appealed_at: Mapped[datetime | None]
    appeal: Mapped[str | None] = mapped_column(Text)
    appeal_outcome: Mapped[str | None] = mapped_column(String(16))
    appeal_decided_at: Mapped[datetime | None]
    appeal_decided_by: Mapped[str | None] = mapped_column(String(200))
    appeal_reason: Mapped[str | None] = mapped_column(Text)
    opener_key: Mapped[str | None] = mapped_column(Text)
    decider_key: Mapped[str | None] = mapped_column(Text)
    appeal_decider_key: Mapped[str | None] = mapped_column(Text)
    award: Mapped[Award] = relationship()

    @validates("opened_by", "decided_by", "appeal_decided_by")
    def _keyed(self, name: str, person: str | None) -> str | None:
        keys = {
            "opened_by": "opener_key",
            "decided_by": "decider_key",
            "appeal_decided_by": "appeal_decider_key",
        }
        setattr(self, keys[name], None if person is None else person_key(person))
        return person


class Succession(Base):
    """A recorded decision: what one participation was goes on in another.

    `kind`: `merger` or `transfer`. It is public and dated: the old address leads on.
    """

    __tablename__ = "succession"
    __table_args__ = (CheckConstraint("kind IN ('merger', 'transfer')", name="known_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("participation.id"), unique=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("participation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)


class ImportJob(Base):
    """A file that is being read into the record, row by row, and can be taken up again."""

    __tablename__ = "import_job"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(200))
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_taken: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]

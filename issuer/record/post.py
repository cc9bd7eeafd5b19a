"""Tables of what goes out, comes back and waits: letters, bounces, tasks, leases,
domains, hosts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from issuer.record.tables import Base


class Letter(Base):
    """One mail in the outbox, rendered once: its bytes and `message_id` stay over retries.

    `key` is what it is about and to whom, so that nothing is sent twice. `return_path` is its
    own signed address, by which a bounce is recognised. `message` is emptied when it was sent
    or given up long ago, and when personal data are erased.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="known_state"),
        Index(
            "ix_letter_waiting",
            "not_before",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    participation_id: Mapped[str | None] = mapped_column(ForeignKey("participation.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    return_path: Mapped[str] = mapped_column(String(254), index=True)
    message: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_fault: Mapped[str | None] = mapped_column(String(300))
    taken_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)


class Bounce(Base):
    """A report about mail that came back, read once: `digest` is the SHA-256 of its bytes.

    Nothing of what it says is kept but `outcome`, and the status by RFC 3463.
    """

    __tablename__ = "bounce"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('permanent', 'temporary', 'unclear', 'foreign')", name="known_outcome"
        ),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    letter_id: Mapped[str | None] = mapped_column(ForeignKey("letter.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    status: Mapped[str | None] = mapped_column(String(12))


class Task(Base):
    """Something that waits for staff. `key` keeps it from being made twice."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    participation_id: Mapped[str | None] = mapped_column(ForeignKey("participation.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    due: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(200))


class Lease(Base):
    """Who does one kind of background work at this moment, on whichever machine."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime]


class DomainProof(Base):
    """A domain that a holder says is its own, and how that was proven."""

    __tablename__ = "domain_proof"
    __table_args__ = (
        CheckConstraint("method IS NULL OR method IN ('dns', 'file', 'link')", name="known_method"),
        Index(
            "uq_domain_proof_in_use",
            "participation_id",
            "domain",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id"))
    domain: Mapped[str] = mapped_column(String(253))
    challenge: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(200))
    method: Mapped[str | None] = mapped_column(String(8))
    proven_at: Mapped[datetime | None]
    # When it was last looked at, and since when it has not been found any more.
    checked_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class EmbedHost(Base):
    """A host on whose pages a seal was shown, counted by the day; nothing else is kept."""

    __tablename__ = "embed_host"

    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id"), primary_key=True)
    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]

"""Tables of who asks: tokens of the interface for programs, its keyed requests, rate limits."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from issuer.record.tables import Base

# How long the answer to a keyed request is given again.
KEPT_FOR = timedelta(hours=24)


class ApiToken(Base):
    """A token of the interface for programs: only its digest is kept.

    `scope`: the one thing it is for; without one it is a person's, for the staff's interface.
    """

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person: Mapped[str] = mapped_column(String(200))
    scope: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """The answer a keyed request was given, so that its repetition gets the same.

    While `status` is NULL the request is being carried out, by `process` since `started_at`.
    """

    __tablename__ = "idempotency_key"

    token_id: Mapped[str] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime]
    process: Mapped[str] = mapped_column(String(120))
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class RateWindow(Base):
    """How often something was asked in one window of time (storage of the rate limits)."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)

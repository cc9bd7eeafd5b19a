"""Tokens of the interface for programs: shown once, kept as a digest, ending by themselves.

A token stands for one person; what it does is written in the log under that person's name. One
with a scope is for that one thing alone, and opens nothing else.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, participations
from issuer.errors import BadInput, NotFound
from issuer.record.access import ApiToken
from issuer.texts import N_

PREFIX = "merke_"
LONGEST = timedelta(days=366)
# What a token can be for alone: handing in reports about mail that came back.
BOUNCES = "bounces"
SCOPES = (BOUNCES,)


@dataclass(frozen=True)
class Clerk:
    """The person a request comes from."""

    token_id: str
    person: str


def _digest(token: str) -> str:
    # The token is 256 random bits: a slow password hash would add nothing.
    return hashlib.sha256(token.encode()).hexdigest()


def issue(
    session: Session,
    person: str,
    *,
    by: str,
    now: datetime,
    lasts: timedelta,
    scope: str | None = None,
) -> tuple[str, ApiToken]:
    """Make a token for `person` and return it with its row. It cannot be shown again."""
    name = participations.check_person(person)
    if scope is not None and scope not in SCOPES:
        raise BadInput(
            N_("A token can be for one thing alone: %(known)s."), known=", ".join(SCOPES)
        )
    if not timedelta() < lasts <= LONGEST:
        raise BadInput(N_("A token lasts from one day to one year."))
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        id=secrets.token_hex(4),
        digest=_digest(token),
        person=name,
        scope=scope,
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(row)
    session.flush()
    audit.write(session, "token.issue", row.id, by=by, now=now)
    return token, row


def who(session: Session, token: str, now: datetime, *, scope: str | None = None) -> Clerk | None:
    """The person behind `token`, None if it is unknown, ended, taken back or for something else
    than `scope` (without one: the staff's interface)."""
    row = session.scalars(select(ApiToken).where(ApiToken.digest == _digest(token))).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now or row.scope != scope:
        return None
    return Clerk(row.id, row.person)


def revoke(session: Session, identifier: str, *, by: str, now: datetime) -> None:
    row = session.get(ApiToken, identifier)
    if row is None:
        raise NotFound(N_("No token has the id %(id)s."), id=identifier[:20])
    if row.revoked_at is None:
        row.revoked_at = now
        audit.write(session, "token.revoke", row.id, by=by, now=now)


def listing(session: Session) -> list[ApiToken]:
    return list(session.scalars(select(ApiToken).order_by(ApiToken.created_at)))

"""Fresh copies of awards that stand: for a new name, a new look, or after a key was lost.

Same award, same end. The copy before is superseded and valid to its own end; only where the
key that signed it was compromised is it revoked as well, since anybody could have signed it.
"""

import json
from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, codes, enrolling, names, participations, sealing, status
from issuer.errors import BadInput, BeingSealed, NotFound, WrongState
from issuer.history import award as judged
from issuer.office import Office
from issuer.record.tables import Award, Credential, OrganisationName, PublicKey
from issuer.sealing import Sealed
from issuer.state import Act
from issuer.texts import N_
from verifier import jws


class Cause(StrEnum):
    NAME = "name"
    LOOK = "look"
    KEY = "key"


def rename(
    office: Office, slug: str, name: str, language: str | None, *, by: str, reason: str
) -> str:
    """Give the organisation of `slug` a new name, from now on; return it as it is kept.

    The address stays. Badges sealed before show the name they were sealed with, until they
    are sealed again on request.
    """
    by = participations.check_person(by)
    why = participations.check_reason(reason)
    clean = participations.check_name(name, language)
    with office.transaction() as session:
        now = office.now()
        row = participations.find(session, slug)
        if (row.organisation.name.name, row.organisation.name.language) == (clean, language):
            raise BadInput(N_("That is its name already."))
        row.organisation.names.append(
            OrganisationName(
                name=clean,
                language=language,
                sort_key=names.sort_key(clean),
                folded=names.folded(clean),
                since=now,
            )
        )
        session.flush()
        enrolling.doubt_name(session, row, now=now)
        audit.write(session, "organisation.rename", slug, by=by, reason=why, now=now)
    return clean


def reseal(office: Office, code: str, cause: Cause, *, by: str, reason: str) -> Sealed:
    """Seal a fresh copy of the award `code`; the copies before it are superseded.

    For `Cause.KEY` they are also revoked. Raises `WrongState` unless the award stands.
    """
    by = participations.check_person(by)
    why = participations.check_reason(reason)
    sealing.check_keys(office, office.now())
    sealing.recover(office)
    with office.transaction() as session:
        now = office.now()
        award = sealing.find_award(session, code)
        history = judged(award)
        if history.end(now) or history.suspension(now) or award.valid_until < now:
            raise WrongState(
                N_("The award %(code)s does not stand now, so it is not sealed again."),
                code=codes.grouped(award.code),
            )
        if any(copy.state == "intended" for copy in award.credentials):
            raise BeingSealed(
                N_("The award %(code)s is being sealed by another process at this moment."),
                code=codes.grouped(award.code),
            )
        begins = max(now.replace(microsecond=0), award.valid_from)
        intended = sealing.intend(session, office, award, by=by, now=now, valid_from=begins)
    sealed = sealing.finish(office, intended, Act.RESEAL, by=by, reason=f"{why} ({cause.value})")
    if cause is Cause.KEY:
        _revoke_earlier(office, sealed)
    return sealed


def reissue(office: Office, fragment: str, *, by: str, reason: str) -> Iterator[Sealed]:
    """Seal again every award in force whose copy was signed by the compromised key.

    One after the other, so that it can be cut off and taken up again: what has a fresh copy
    by another key is left alone, and copies that a cut-off run left unrevoked are revoked.
    """
    with office.reading() as session:
        key = session.get(PublicKey, fragment)
        if key is None:
            raise NotFound(N_("No key is called %(key)s."), key=fragment[:120])
        if key.compromised is None:
            raise WrongState(
                N_("The key is not marked as compromised. First: merke keys compromised %(key)s"),
                key=fragment,
            )
        affected = _affected(session, office, fragment)
    for code, fresh in affected:
        if fresh is None:
            yield reseal(office, code, Cause.KEY, by=by, reason=reason)
        else:
            _revoke_earlier(office, fresh)


def _affected(session: Session, office: Office, fragment: str) -> list[tuple[str, Sealed | None]]:
    """Awards that stand with a copy by that key that is not revoked; with the fresh copy that
    has taken its place, where there is one."""
    now = office.now()
    found: list[tuple[str, Sealed | None]] = []
    standing = select(Award).where(Award.state == "issued", Award.valid_until >= now)
    for award in session.scalars(standing.order_by(Award.id)):
        history = judged(award)
        copies = [copy for copy in award.credentials if copy.state == "issued"]
        open_ = [c for c in copies if c.entry.revoked_at is None and signed_by(c, fragment)]
        if history.end(now) or history.suspension(now) or not open_:
            continue
        newest = copies[-1]
        fresh = None
        if not signed_by(newest, fragment):
            slug = award.cycle.participation.slug
            fresh = Sealed(slug, award.code, newest.id, award.first_day, award.last_day)
        found.append((award.code, fresh))
    return found


def signed_by(copy: Credential, fragment: str) -> bool:
    """Whether either form of `copy` was signed by the key `fragment`."""
    if not copy.sealed_json or not copy.sealed_jwt:
        return False
    proof = json.loads(copy.sealed_json)["proof"][0]
    header = jws.split(copy.sealed_jwt.decode("ascii")).header
    methods = (str(proof["verificationMethod"]), str(header["kid"]))
    return any(method.endswith(f"#{fragment}") for method in methods)


def _revoke_earlier(office: Office, fresh: Sealed) -> None:
    with office.transaction() as session:
        now = office.now()
        award = sealing.find_award(session, fresh.code)
        for copy in award.credentials:
            if copy.state == "issued" and copy.id != fresh.credential_id:
                status.revoke(session, copy.entry, Act.RESEAL, now)
        audit.write(
            session,
            "award.replace",
            fresh.slug,
            by="merke",
            now=now,
            credential=fresh.credential_id,
        )
    status.publish_soon(office)

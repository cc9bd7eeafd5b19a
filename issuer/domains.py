"""Whose website is this? A holder proves the domains that are its own.

Three ways: a TXT record, a file under `/.well-known/`, or a link back with `rel="me"` on the
front page, as Mastodon knows it. What was proven stands on the public page with its day and
way, and in the next credential. Looking is `issuer.lookups`; here are the rules, and the acts.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, codes, days
from issuer.errors import BadInput, NotFound, Refused
from issuer.record.post import DomainProof
from issuer.record.tables import Participation
from issuer.texts import N_
from verifier.addresses import parse_url
from verifier.documents import DocumentUnavailable

if TYPE_CHECKING:
    from issuer.office import Office

MOST_DOMAINS: Final = 20
LOOK_AGAIN_AFTER: Final = timedelta(days=30)
# One that is not found any more is looked for each day, and given up after this long.
PATIENCE: Final = timedelta(days=30)
MISSING_AGAIN_AFTER: Final = timedelta(days=1)

# Whoever acts where no person does.
ITSELF: Final = "merke"


class Way(StrEnum):
    """How a domain can be proven, in the order in which it is looked for."""

    DNS = "dns"
    FILE = "file"
    LINK = "link"


Look = Callable[["Place", Way], bool]
"""Whether the proof is there. What cannot be reached is not there, at this moment."""


@dataclass(frozen=True)
class Place:
    """What is looked for: `pages` are the addresses that a link back may lead to."""

    domain: str
    challenge: str
    pages: frozenset[str]

    @property
    def record(self) -> tuple[str, str]:
        """Name and content of the TXT record."""
        return f"_merke.{self.domain}", f"merke={self.challenge}"

    @property
    def file(self) -> str:
        return f"https://{self.domain}/.well-known/merke.txt"

    @property
    def front(self) -> str:
        return f"https://{self.domain}/"


@dataclass(frozen=True)
class Proven:
    """A domain that the mark belongs to, as everybody may see it."""

    domain: str
    way: Way
    since: date


def check_domain(given: str, own_host: str) -> str:
    """The host name in `given`, a name or the address of a page. Raises `BadInput`."""
    text = given.strip().lower()
    name = re.sub(r"^https?://", "", text).partition("/")[0].rstrip(".")
    try:
        host = parse_url(f"https://{name}/").host
    except DocumentUnavailable as fault:
        raise BadInput(
            N_(
                "%(given)s is no name of a website: give it as it stands in the address bar, like"
                " teateret.example. Letters beyond a to z are written in their xn-- form."
            ),
            given=given[:80],
        ) from fault
    if host == own_host:
        raise BadInput(N_("%(host)s is our own address."), host=host)
    return host


def belongs(host: str, domains: Iterable[str]) -> bool:
    """Whether `host` is one of `domains`, or lies under one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def proven(row: Participation, timezone: ZoneInfo) -> tuple[Proven, ...]:
    """The domains that the participation's mark belongs to."""
    return tuple(
        Proven(proof.domain, Way(proof.method), days.day_of(proof.proven_at, timezone))
        for proof in row.domains
        if proof.withdrawn_at is None and proof.method and proof.proven_at
    )


def links_back(page: str, pages: frozenset[str]) -> bool:
    """Whether the HTML of `page` has an `a` or `link` with `rel="me"` to one of `pages`."""
    reader = _Links(pages)
    reader.feed(page)
    return reader.found


# What stands in these is text to a browser, or not part of the page.
_TEXTS: Final = ("title", "textarea", "xmp", "noembed", "noframes", "iframe", "template")


class _Links(HTMLParser):
    def __init__(self, pages: frozenset[str]) -> None:
        super().__init__()
        self._pages = pages
        self._text: str | None = None
        self.found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._text is not None:
            return
        if tag in _TEXTS:
            self._text = tag
        told = {name: value or "" for name, value in attrs}
        rel = told.get("rel", "").lower().split()
        # What a visitor wrote is not the holder's word.
        if tag in ("a", "link") and "me" in rel and "ugc" not in rel:
            address = told.get("href", "").strip().partition("?")[0].partition("#")[0]
            self.found = self.found or address.rstrip("/").lower() in self._pages

    def handle_endtag(self, tag: str) -> None:
        if tag == self._text:
            self._text = None


def told(proof: DomainProof) -> dict[str, str | None]:
    """A proof as the office sees it; the challenge is for whoever asks for it."""

    def moment(value: datetime | None) -> str | None:
        return None if value is None else days.timestamp(value)

    return {
        "domain": proof.domain,
        "way": proof.method,
        "provenAt": moment(proof.proven_at),
        "checkedAt": moment(proof.checked_at),
        "missingSince": moment(proof.missing_since),
        "withdrawnAt": moment(proof.withdrawn_at),
    }


# Acts


def place(office: "Office", row: Participation, proof: DomainProof) -> Place:
    base = office.settings.base_url
    # Our own short addresses lead there too.
    short = {
        f"{base}/q/{written}".lower()
        for cycle in row.cycles
        for award in cycle.awards
        if award.state == "issued"
        for written in (award.code, codes.grouped(award.code))
    }
    return Place(proof.domain, proof.challenge, frozenset({f"{base}/m/{row.slug}", *short}))


def ask(
    session: Session,
    row: Participation,
    given: str,
    *,
    own_host: str,
    by: str,
    now: datetime,
    reason: str = "",
) -> DomainProof:
    """Begin to prove a domain: what is returned holds the challenge. Asking again changes
    nothing."""
    domain = check_domain(given, own_host)
    standing = [proof for proof in row.domains if proof.withdrawn_at is None]
    for proof in standing:
        if proof.domain == domain:
            return proof
    if len(standing) >= MOST_DOMAINS:
        raise Refused(
            N_("%(slug)s already has %(most)s domains. Take one back first."),
            slug=row.slug,
            most=MOST_DOMAINS,
        )
    fresh = DomainProof(
        participation_id=row.id,
        domain=domain,
        challenge=secrets.token_urlsafe(24),
        asked_at=now,
        asked_by=by,
    )
    row.domains.append(fresh)
    session.flush()
    why = _about(domain, reason)
    audit.write(session, "domain.ask", row.slug, by=by, reason=why, now=now)
    return fresh


def _about(domain: str, reason: str) -> str:
    """For the log: a person's own domain tells whose it is, so it can be erased with the reason."""
    return f"{domain}: {reason}" if reason else domain


def find(row: Participation, domain: str) -> DomainProof:
    """The standing proof of `domain`, proven or not yet."""
    for proof in row.domains:
        if proof.domain == domain.strip().lower() and proof.withdrawn_at is None:
            return proof
    raise NotFound(N_("%(slug)s has not asked for %(domain)s."), slug=row.slug, domain=domain[:80])


def _record(
    session: Session,
    row: Participation,
    proof: DomainProof,
    way: Way,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Write down that `proof` was found in this way."""
    proof.checked_at, proof.missing_since = now, None
    if proof.method != way:
        proof.method, proof.proven_at = way.value, proof.proven_at or now
        audit.write(
            session,
            "domain.prove",
            row.slug,
            by=by,
            reason=_about(proof.domain, reason),
            now=now,
            method=way.value,
        )


def withdraw(
    session: Session, row: Participation, domain: str, *, by: str, reason: str, now: datetime
) -> DomainProof:
    """The mark does not belong to the domain any more. Sealed credentials keep what they say."""
    proof = find(row, domain)
    proof.withdrawn_at = now
    why = _about(proof.domain, reason)
    audit.write(session, "domain.withdraw", row.slug, by=by, reason=why, now=now)
    return proof


def check(
    office: "Office", slug: str, domain: str, look: Look, *, by: str, reason: str = ""
) -> Way:
    """Look for the proof and write it down if it is there. Raises `Refused` if it is not."""
    from issuer import participations

    with office.reading() as session:
        row = participations.find(session, slug)
        at = place(office, row, find(row, domain))
    # The network is asked while nothing of the record is held.
    way = next((way for way in Way if look(at, way)), None)
    if way is None:
        raise Refused(
            N_(
                "No proof was found on %(domain)s yet. One of these is enough:\n"
                "a TXT record at %(name)s: %(value)s\n"
                "a file at %(file)s: %(challenge)s\n"
                'a link on the front page: <a rel="me" href="%(page)s">'
            ),
            domain=at.domain,
            name=at.record[0],
            value=at.record[1],
            file=at.file,
            challenge=at.challenge,
            page=f"{office.settings.base_url}/m/{slug}",
        )
    with office.transaction() as session:
        row = participations.find(session, slug)
        proof = find(row, domain)
        _record(session, row, proof, way, by=by, reason=reason, now=office.now())
    return way


def recheck(office: "Office", look: Look) -> tuple[str, ...]:
    """Look again for what was proven a while ago; the domains that were given up.

    What is missing or cannot be reached stays proven for `PATIENCE`, for websites are moved,
    rebuilt, and out of order.
    """
    with office.reading() as session:
        due = [
            (proof.id, place(office, row, proof), Way(proof.method))
            for proof, row in session.execute(
                select(DomainProof, Participation)
                .join(Participation, Participation.id == DomainProof.participation_id)
                .where(DomainProof.method.is_not(None), DomainProof.withdrawn_at.is_(None))
            ).unique()
            if proof.method is not None and _is_due(proof, office.now())
        ]
    given_up = []
    for identifier, at, way in due:
        found = look(at, way)
        with office.transaction() as session:
            proof = session.get_one(DomainProof, identifier)
            now = office.now()
            if proof.withdrawn_at is not None:
                continue
            proof.checked_at = now
            if found:
                proof.missing_since = None
            elif proof.missing_since is None:
                proof.missing_since = now
            elif now - proof.missing_since >= PATIENCE:
                row = session.get_one(Participation, proof.participation_id)
                reason = "the proof has not been found for a while"
                withdraw(session, row, proof.domain, by=ITSELF, reason=reason, now=now)
                given_up.append(proof.domain)
    return tuple(given_up)


def _is_due(proof: DomainProof, now: datetime) -> bool:
    waits = MISSING_AGAIN_AFTER if proof.missing_since else LOOK_AGAIN_AFTER
    return proof.checked_at is None or now - proof.checked_at >= waits

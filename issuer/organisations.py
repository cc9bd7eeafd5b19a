"""What an organisation says of itself: its kind, what it does, what its mark covers.

Every fact is optional, and public only if the organisation chose that. A holder's own place to
report to, once public, is where its page sends a guest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from issuer import audit, contacts
from issuer.characters import hidden
from issuer.errors import BadInput
from issuer.record.tables import Organisation, Participation
from issuer.texts import N_, translate

KINDS: Final[Mapping[str, str]] = {
    "company": N_("Company"),
    "association": N_("Association or foundation"),
    "festival": N_("Festival or other event"),
    "group": N_("Loosely organised group"),
    "sole": N_("One person’s own business"),
    "public": N_("Public body"),
    "other": N_("Something else"),
}

ROLES: Final[Mapping[str, str]] = {
    "organising": N_("organises"),
    "producing": N_("produces"),
    "performing": N_("performs"),
}

SIZES: Final[Mapping[str, str]] = {
    "1": N_("one person"),
    "2-9": N_("2 to 9 people"),
    "10-49": N_("10 to 49 people"),
    "50-249": N_("50 to 249 people"),
    "250+": N_("250 people or more"),
}

# The counties of Norway since 2024, and Svalbard.
COUNTIES: Final = (
    *("Agder", "Akershus", "Buskerud", "Finnmark", "Innlandet", "Møre og Romsdal", "Nordland"),
    *("Oslo", "Rogaland", "Svalbard", "Telemark", "Troms", "Trøndelag", "Vestfold", "Vestland"),
    "Østfold",
)

# Facts by name, with what each is called where people read it.
FACTS: Final[Mapping[str, str]] = {
    "kind": N_("Kind"),
    "roles": N_("Does"),
    "size": N_("Size"),
    "county": N_("County"),
    "scope": N_("The mark covers"),
    "channel": N_("Where to report"),
}

_LONGEST_SCOPE = 200
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]{4,100}(/[A-Za-z0-9/._~%-]{0,60})?")


def _one_of(known: Sequence[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in known:
            raise BadInput(N_("Choose one of: %(known)s."), known=", ".join(known))
        return str(value)

    return check


def _roles(value: Any) -> list[str]:
    wanted = [value] if isinstance(value, str) else value
    if not isinstance(wanted, list | tuple) or any(role not in tuple(ROLES) for role in wanted):
        raise BadInput(N_("Choose one of: %(known)s."), known=", ".join(ROLES))
    return [role for role in ROLES if role in wanted]


def _scope(value: Any) -> str:
    text = " ".join(str(value).split())
    if not text or len(text) > _LONGEST_SCOPE or hidden(text):
        raise BadInput(
            N_("Write in at most %(most)s plain characters what the mark covers."),
            most=_LONGEST_SCOPE,
        )
    return text


def check_channel(value: Any) -> str:
    """Where guests can report: an e-mail address, an https address, or a telephone number."""
    text = str(value).strip()
    if text.startswith("https://"):
        if _HTTPS.fullmatch(text):
            return text
    elif "@" in text:
        return contacts.check_email(text)
    else:
        try:
            if phone := contacts.check_phone(text):
                return phone
        except BadInput:
            pass
    raise BadInput(
        N_("Where to report is an e-mail address, an https address or a telephone number.")
    )


def channel_link(channel: str) -> str:
    """The address behind a place to report to."""
    if channel.startswith("https://"):
        return channel
    return f"mailto:{channel}" if "@" in channel else f"tel:{channel}"


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "kind": _one_of(tuple(KINDS)),
    "roles": _roles,
    "size": _one_of(tuple(SIZES)),
    "county": _one_of(COUNTIES),
    "scope": _scope,
    "channel": check_channel,
}


def edit(
    session: Session,
    participation: Participation,
    facts: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    public: Sequence[str] | None = None,
    reason: str = "",
) -> Organisation:
    """Change what is known of an organisation. A fact given as None is taken out.

    `public` names all facts that everybody may see from now on; left out, that stays as it is.
    """
    if unknown := sorted((set(facts) | set(public or ())) - set(FACTS)):
        raise BadInput(
            N_("%(unknown)s is no fact of an organisation. Known are: %(known)s."),
            unknown=", ".join(unknown)[:80],
            known=", ".join(FACTS),
        )
    organisation = participation.organisation
    known = dict(organisation.about)
    for name, value in facts.items():
        if value is None:
            known.pop(name, None)
        else:
            known[name] = _CHECKS[name](value)
    if "kind" in facts:
        organisation.kind = known.pop("kind", None)
    organisation.about = known
    if public is not None:
        organisation.about_public = [name for name in FACTS if name in public]
    session.flush()
    audit.write(
        session,
        "organisation.edit",
        participation.slug,
        by=by,
        reason=reason,
        now=now,
        changed=sorted(facts),
        public=list(organisation.about_public),
    )
    return organisation


def known_facts(organisation: Organisation) -> dict[str, Any]:
    """Everything the office knows, in the order of `FACTS`."""
    told = {"kind": organisation.kind, **organisation.about}
    return {name: told[name] for name in FACTS if told.get(name) not in (None, [])}


def detail(session: Session, participation: Participation) -> dict[str, Any]:
    """What the office knows of an organisation, with whom to write to. Confidential."""
    organisation = participation.organisation
    return {
        "slug": participation.slug,
        "names": [
            {"name": name.name, "since": name.since.isoformat()} for name in organisation.names
        ],
        "organisationNumber": organisation.number,
        "about": known_facts(organisation),
        "public": organisation.about_public,
        "contacts": [contacts.json(each) for each in contacts.in_use(session, organisation)],
    }


def public_facts(organisation: Organisation) -> dict[str, Any]:
    """What the organisation chose to show."""
    chosen = set(organisation.about_public)
    return {name: value for name, value in known_facts(organisation).items() if name in chosen}


def in_words(name: str, value: Any, language: str) -> str:
    """A fact as people read it."""
    match name:
        case "kind":
            return translate(language, KINDS[value])
        case "roles":
            return ", ".join(translate(language, ROLES[role]) for role in value)
        case "size":
            return translate(language, SIZES[value])
        case _:
            return str(value)

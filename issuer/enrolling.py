"""Enrolment: organisations taken into a programme, one of them or many in one transaction.

What an organisation says of itself is checked before the record is asked; the record is asked
once for all of them, and written to once.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer import audit, names, participations, programmes, tasks
from issuer.errors import Refused
from issuer.record.tables import Organisation, OrganisationName, Participation
from issuer.texts import N_

_SLUG_MOST: Final = 60
# So many addresses are looked for in one query.
_WINDOW: Final = 50
_DOUBLINGS: Final = 30
_PARTS: Final = 16


@dataclass(frozen=True)
class Entrant:
    """Who is to be enrolled: the name in its one spelling, the number as nine digits.

    `listed`: it has agreed that everybody may see that it is under way.
    """

    name: str
    language: str | None = None
    number: str | None = None
    listed: bool = False
    kind: str | None = None


@dataclass(frozen=True)
class Known:
    """Who of some entrants is in the record: names by number, addresses by the name in
    `same_name`'s form."""

    numbers: Mapping[str, str]
    names: Mapping[str, str]


def known(session: Session, entrants: Sequence[Entrant]) -> Known:
    """Look `entrants` up by number and by exact name, large and small letters alike."""
    wanted = {names.sort_key(each.name) for each in entrants}
    query = (
        select(OrganisationName.name, Participation.slug)
        .join(Participation, Participation.organisation_id == OrganisationName.organisation_id)
        .where(OrganisationName.sort_key.in_(wanted))
    )
    found = {same_name(row.name): row.slug for row in session.execute(query)}
    return Known(_by_number(session, entrants), found)


def same_name(name: str) -> str:
    """The form in which two spellings of a name are one."""
    return name.casefold()


def already_there(number: str, name: str) -> Refused:
    return Refused(
        N_("The organisation number %(number)s is already in the record, as %(name)s."),
        number=number,
        name=name,
    )


def entrant(
    name: str,
    *,
    number: str | None = None,
    language: str | None = None,
    listed: bool = False,
    kind: str | None = None,
) -> Entrant:
    """Check what does not need the record. Raises `BadInput`."""
    return Entrant(
        participations.check_name(name, language),
        language,
        participations.check_number(number),
        listed,
        kind,
    )


def enrol(
    session: Session,
    programme: str,
    name: str,
    *,
    by: str,
    now: datetime,
    number: str | None = None,
    language: str | None = None,
    listed: bool = False,
    kind: str | None = None,
    reason: str = "",
) -> Participation:
    """Take an organisation into a programme and open its first cycle.

    `listed`: it has agreed that everybody may see that it is under way.
    """
    one = entrant(name, number=number, language=language, listed=listed, kind=kind)
    (done,) = enrol_all(session, programme, [one], by=by, now=now, reason=reason)
    if isinstance(done, Refused):
        raise done
    doubt_name(session, done, now=now)
    return done


def doubt_name(session: Session, row: Participation, *, now: datetime) -> None:
    """Put it before staff where the name of `row` may pass for that of another: small and
    capital letters, accents and signs make no difference. Addresses are made of names."""
    organisation = row.organisation
    name = organisation.name
    if names.mixes_scripts(name.name):
        tasks.ask(session, f"name.mixed:{name.id}", "name.mixed", now=now, participation=row)
    base = names.slug(name.name)
    taken = select(Participation.organisation_id).where(Participation.slug == base)
    if (other := session.scalar(taken)) is not None and other != organisation.id:
        key = f"name.alike:{name.id}"
        tasks.ask(session, key, "name.alike", now=now, participation=row, like=base)


def enrol_all(
    session: Session,
    programme: str,
    entrants: Sequence[Entrant],
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> list[Participation | Refused]:
    """Enrol `entrants`, in their order; in place of one that the record has already, why not.

    Costs as many questions to the record for many as for one.
    """
    edition = programmes.in_force(session, programme, now)
    numbers = _by_number(session, entrants)
    addresses = _Addresses(session, {names.slug(each.name) for each in entrants})
    done: list[Participation | Refused] = []
    for each in entrants:
        if each.number is not None and each.number in numbers:
            done.append(already_there(each.number, numbers[each.number]))
            continue
        if each.number is not None:
            numbers[each.number] = each.name
        row = Participation(
            id=str(uuid.uuid4()),
            organisation=_organisation(each, now),
            programme=programme,
            slug=addresses.take(names.slug(each.name)),
            public=True,
            listed=each.listed,
            created_at=now,
        )
        session.add(row)
        audit.write(
            session,
            "participation.enrol",
            row.slug,
            by=by,
            reason=reason,
            now=now,
            edition=edition.edition,
        )
        participations.begin_cycle(session, row, edition, by=by, now=now)
        done.append(row)
    session.flush()
    return done


def _organisation(each: Entrant, now: datetime) -> Organisation:
    name = OrganisationName(
        name=each.name,
        language=each.language,
        sort_key=names.sort_key(each.name),
        folded=names.folded(each.name),
        since=now,
    )
    return Organisation(
        id=str(uuid.uuid4()), number=each.number, kind=each.kind, created_at=now, names=[name]
    )


def _by_number(session: Session, entrants: Iterable[Entrant]) -> dict[str, str]:
    """The names of organisations in the record, by those numbers of `entrants` that they have."""
    numbers = [each.number for each in entrants if each.number is not None]
    if not numbers:
        return {}
    found = session.scalars(select(Organisation).where(Organisation.number.in_(numbers)))
    return {row.number: row.name.name for row in found if row.number is not None}


class _Addresses:
    """Free addresses for those who are enrolled together: `base`, `base-2`, `base-3`, …

    Where a name is in the record many thousand times, the end of its row is found by halving.
    """

    def __init__(self, session: Session, bases: Iterable[str]) -> None:
        self._session = session
        self._given = self._among(bases)
        self._free: defaultdict[str, list[str]] = defaultdict(list)
        self._next: dict[str, int] = {}

    def take(self, base: str) -> str:
        slug = base
        while slug in self._given:
            slug = self._numbered(base)
        self._given.add(slug)
        return slug

    def _numbered(self, base: str) -> str:
        while not self._free[base]:
            start = self._next.get(base) or self._end(base)
            self._next[base] = start + _WINDOW
            wished = [_slug(base, start + ahead) for ahead in range(_WINDOW)]
            taken = self._among(wished)
            self._free[base] = [slug for slug in reversed(wished) if slug not in taken]
        return self._free[base].pop()

    def _end(self, base: str) -> int:
        """A number from 2 on that is free while the one before it is taken."""
        numbers = [1 << power for power in range(1, _DOUBLINGS)]
        before = 1
        while True:
            slugs = {number: _slug(base, number) for number in numbers}
            taken = self._among(slugs.values())
            free = next(number for number in numbers if slugs[number] not in taken)
            before = max((n for n in numbers if n < free), default=before)
            if free - before == 1:
                return free
            step = max(1, (free - before) // _PARTS)
            numbers = [*range(before + step, free, step), free]

    def _among(self, slugs: Iterable[str]) -> set[str]:
        query = select(Participation.slug).where(Participation.slug.in_(list(slugs)))
        with self._session.no_autoflush:
            return set(self._session.scalars(query))


def _slug(base: str, number: int) -> str:
    return f"{base[: _SLUG_MOST - len(str(number)) - 1]}-{number}"

"""Where seals are shown: the host names of pages that embed them, counted by the day.

From `Referer`, the host name alone; nothing else is kept of anybody. A page that sends none is
unknown, never wrong. Hosts that are the holder's own, proven, are not even counted: what remains
is a list for staff to look through.
"""

import re
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from issuer import domains
from issuer.record.post import EmbedHost
from issuer.record.tables import Participation

if TYPE_CHECKING:
    from issuer.office import Office

# New names that are held in memory until they are written down, and of one seal on one day; those
# that one sender may bring in a day, and senders that are told apart; names that are known.
MOST_HELD: Final = 2000
MOST_A_DAY: Final = 100
NEW_OF_ONE: Final = 10
MOST_SENDERS: Final = 10_000
MOST_KNOWN: Final = 20_000
KEPT_FOR: Final = timedelta(days=365)

_Place = tuple[str, str]  # a participation's slug, a host

_HOST = re.compile(
    rb"https?://((?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62})(?::[0-9]{1,5})?(?:[/?#].*)?"
)
# Where builders of websites put their customers' pages: who shows the seal cannot be told.
_ANYBODYS: Final = ("filesusr.com", "translate.goog", "googleusercontent.com")


def host_of(referer: bytes) -> str | None:
    """The host name of a page, None where it cannot be told."""
    found = _HOST.fullmatch(referer[:2048].lower())
    if found is None or len(found[1]) > 253:
        return None
    host = found[1].decode("ascii")
    return None if domains.belongs(host, _ANYBODYS) else host


class Sightings:
    """Counts in memory, until `write`. Thread-safe, and as large as it may get whatever is sent.

    Anybody can send a made-up name. Names that were counted before have a place always. One sender
    brings at most `NEW_OF_ONE` new ones a day; and where those of many fill the table, a newcomer
    takes one from the count of a name picked by lot, and its place when nothing is left: what is
    shown often stays, what was sent once goes. Of a sender, a digest is held that nothing can be
    read from, until the day ends.
    """

    def __init__(self, own_host: str) -> None:
        self._own = own_host
        self._counts: dict[_Place, int] = {}
        self._known: frozenset[_Place] = frozenset()
        self._new: list[_Place] = []
        self._brought: Counter[bytes] = Counter()
        self._key = secrets.token_bytes(16)
        self._day: date | None = None
        self._lock = threading.Lock()

    def seen(self, slug: str, referer: bytes, sender: Callable[[], str]) -> None:
        """A seal was answered to a page that sent this `Referer`. Who sent it is asked for new
        names alone."""
        if not referer or (host := host_of(referer)) is None or host == self._own:
            return
        place = (slug, host)
        with self._lock:
            if place in self._counts:
                self._counts[place] += 1
            elif place in self._known:
                self._counts[place] = 1
            elif self._may_bring(sender()):
                self._take(place, 1)

    def _may_bring(self, sender: str) -> bool:
        whose = blake2s(sender.encode(), key=self._key, digest_size=8).digest()
        if whose not in self._brought and len(self._brought) >= MOST_SENDERS:
            whose = b""
        self._brought[whose] += 1
        return self._brought[whose] <= NEW_OF_ONE

    def _take(self, place: _Place, count: int) -> None:
        """A place in the table for a new name, if it is lucky."""
        if len(self._new) < MOST_HELD:
            self._new.append(place)
        else:
            at = secrets.randbelow(len(self._new))
            loser = self._new[at]
            self._counts[loser] -= 1
            if self._counts[loser] > 0:
                return
            del self._counts[loser]
            self._new[at] = place
        self._counts[place] = count

    def learn(self, office: "Office") -> None:
        """Know what was written down before."""
        with office.reading() as session:
            known = _known(session)
        with self._lock:
            self._known = known

    def write(self, office: "Office") -> None:
        """Write down what was counted. What cannot be written is counted on, as are new names
        for which there is no room on this day: when they have been seen more, there may be."""
        today = office.now().date()
        with self._lock:
            if self._day is not None and today != self._day:
                self._key = secrets.token_bytes(16)
                self._brought.clear()
            self._day = today
            counted, self._counts, self._new = self._counts, {}, []
        if not counted:
            return
        left = counted
        try:
            with office.transaction() as session:
                left = _write(session, counted, today)
                known = _known(session)
            with self._lock:
                self._known = known
        finally:
            with self._lock:
                for place, count in left.items():
                    if place in self._counts:
                        self._counts[place] += count
                    elif place in self._known:
                        self._counts[place] = count
                    else:
                        self._take(place, count)


def _known(session: Session) -> frozenset[_Place]:
    """The names that were written down, the latest of them."""
    found = session.execute(
        select(Participation.slug, EmbedHost.host)
        .join(Participation, Participation.id == EmbedHost.participation_id)
        .group_by(Participation.slug, EmbedHost.host)
        .order_by(func.max(EmbedHost.day).desc())
        .limit(MOST_KNOWN)
    )
    return frozenset((str(slug), str(host)) for slug, host in found)


def _write(session: Session, counted: Mapping[_Place, int], today: date) -> dict[_Place, int]:
    """Returns the counts of new names for which there was no room."""
    session.execute(delete(EmbedHost).where(EmbedHost.day < today - KEPT_FOR))
    slugs = {slug for slug, _ in counted}
    rows = session.scalars(select(Participation).where(Participation.slug.in_(slugs))).unique()
    left: dict[_Place, int] = {}
    for row in rows:
        own = _own(row)
        mine = select(EmbedHost).where(EmbedHost.participation_id == row.id)
        days = {each.host: each for each in session.scalars(mine.where(EmbedHost.day == today))}
        earlier = _before(session, row, today)
        fresh = {host for host in days if host not in earlier}
        here = {host: count for (slug, host), count in counted.items() if slug == row.slug}
        for host in sorted(here, key=lambda host: (-here[host], host)):
            if domains.belongs(host, own):
                continue
            if host in days:
                days[host].count += here[host]
                continue
            if host not in earlier:
                if len(fresh) >= MOST_A_DAY:
                    least = min(fresh, key=lambda host: (days[host].count, host))
                    if here[host] <= days[least].count:
                        left[row.slug, host] = here[host]
                        continue
                    session.delete(days.pop(least))
                    fresh.remove(least)
                fresh.add(host)
            days[host] = EmbedHost(participation_id=row.id, host=host, day=today, count=here[host])
            session.add(days[host])
    return left


def _before(session: Session, row: Participation, today: date) -> set[str]:
    mine = select(EmbedHost.host).where(EmbedHost.participation_id == row.id)
    return set(session.scalars(mine.where(EmbedHost.day < today).distinct()))


def _own(row: Participation) -> list[str]:
    return [proof.domain for proof in row.domains if proof.proven_at and not proof.withdrawn_at]


@dataclass(frozen=True)
class Shown:
    """A host that shows the seal of `slug` and has not been proven to be its own."""

    slug: str
    host: str
    first: date
    last: date
    count: int

    def json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "host": self.host,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "count": self.count,
        }


def listing(session: Session) -> list[Shown]:
    """What staff looks through: the latest first, then the most shown."""
    found = session.execute(
        select(
            EmbedHost.participation_id,
            EmbedHost.host,
            func.min(EmbedHost.day),
            func.max(EmbedHost.day),
            func.sum(EmbedHost.count),
        ).group_by(EmbedHost.participation_id, EmbedHost.host)
    ).all()
    ids = select(EmbedHost.participation_id)
    asked = select(Participation).where(Participation.id.in_(ids))
    rows = {row.id: row for row in session.scalars(asked).unique()}
    shown = [
        Shown(rows[identifier].slug, host, first, last, int(count))
        for identifier, host, first, last, count in found
        if not domains.belongs(host, _own(rows[identifier]))
    ]
    return sorted(shown, key=lambda each: (each.last, each.count, each.host), reverse=True)

"""Where seals are shown: the host names of pages that embed them, counted by the day.

From `Referer`, the host name alone; nothing else is kept of anybody. A page that sends none is
unknown, never wrong. Hosts that are the holder's own, proven, are not even counted: what remains
is a list for staff to look through.
"""

import re
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from issuer import domains
from issuer.record.post import EmbedHost
from issuer.record.tables import Participation

if TYPE_CHECKING:
    from issuer.office import Office

# Names that are held in memory until they are written down, and of one seal on one day.
MOST_HELD: Final = 2000
MOST_A_DAY: Final = 100
KEPT_FOR: Final = timedelta(days=365)

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
    """Counts in memory, until `write`. Thread-safe; full, it counts only names it knows."""

    def __init__(self, own_host: str) -> None:
        self._own = own_host
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def seen(self, slug: str, referer: bytes) -> None:
        """A seal was answered to a page that sent this `Referer`."""
        if not referer or (host := host_of(referer)) is None or host == self._own:
            return
        with self._lock:
            if (slug, host) in self._counts or len(self._counts) < MOST_HELD:
                self._counts[slug, host] += 1

    def write(self, office: "Office") -> None:
        """Write down what was counted. What cannot be written is counted on."""
        with self._lock:
            counted, self._counts = self._counts, Counter()
        if not counted:
            return
        try:
            with office.transaction() as session:
                _write(session, counted, office.now().date())
        except BaseException:
            with self._lock:
                self._counts.update(dict(counted.most_common(MOST_HELD)))
            raise


def _write(session: Session, counted: Counter[tuple[str, str]], today: date) -> None:
    session.execute(delete(EmbedHost).where(EmbedHost.day < today - KEPT_FOR))
    slugs = {slug for slug, _ in counted}
    rows = session.scalars(select(Participation).where(Participation.slug.in_(slugs))).unique()
    for row in rows:
        own = _own(row)
        room = MOST_A_DAY - (
            session.scalar(
                select(func.count())
                .select_from(EmbedHost)
                .where(EmbedHost.participation_id == row.id, EmbedHost.day == today)
            )
            or 0
        )
        for (slug, host), count in counted.most_common():
            if slug != row.slug or domains.belongs(host, own):
                continue
            known = session.get(EmbedHost, (row.id, host, today))
            if known is not None:
                known.count += count
            elif room > 0:
                room -= 1
                session.add(EmbedHost(participation_id=row.id, host=host, day=today, count=count))


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

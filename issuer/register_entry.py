"""A question to the public register, and one line of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from issuer import codes, days, state
from issuer.errors import BadInput
from issuer.programme import Programme
from issuer.state import PublicState, State
from issuer.successions import Successor
from issuer.texts import N_

# As much of a search as is looked at.
LONGEST = 200

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Question:
    """What is asked: everybody at `now`, or as it stood at the end of the day `on`.

    `sought` is a part of a name an organisation has gone by, or of its number; `unsure` as
    `Office.unsure_since` says.
    """

    base_url: str
    now: datetime
    programme: str | None = None
    on: date | None = None
    sought: str = ""
    unsure: datetime | None = None

    def moment(self, programme: Programme) -> datetime:
        """The end of the day `on`, or `now` while that day lasts. Raises `BadInput` for a day
        that has not come."""
        if self.on is None:
            return self.now
        if self.on > days.day_of(self.now, programme.timezone):
            raise BadInput(
                N_("That day has not come yet: nobody knows who will hold the mark then.")
            )
        end = days.start_of(self.on + timedelta(days=1), programme.timezone) - _TICK
        return min(self.now, end)


@dataclass(frozen=True)
class Held:
    """One award: its days, and until when it was held if a decision came before its end."""

    code: str
    first_day: date
    last_day: date
    until: date
    credential: str | None


@dataclass(frozen=True)
class Entry:
    """One participation on the register. `periods` have begun, the newest first."""

    base_url: str
    slug: str
    name: str
    language: str | None
    number: str | None
    about: Mapping[str, Any]
    domains: tuple[str, ...]
    programme: Programme
    standing: PublicState
    award: Held | None
    periods: tuple[Held, ...]
    history: state.Participation
    name_id: int  # of the name it goes by at that moment
    successor: Successor | None = None  # in which it goes on, if that one is on the register
    unsure: datetime | None = None  # since when the record may say less than is true

    @property
    def state(self) -> State:
        return self.standing.state

    @property
    def on_register(self) -> bool:
        return self.state not in (State.UNKNOWN, State.VOID)

    @property
    def address(self) -> str:
        return f"{self.base_url}/m/{self.slug}"

    @property
    def since(self) -> date | None:
        since = self.standing.since
        return None if since is None else days.day_of(since, self.programme.timezone)

    def json(self) -> dict[str, Any]:
        """The entry for machines (docs/register.schema.json)."""
        award = self.award
        return {
            "id": self.address,
            "slug": self.slug,
            "name": self.name,
            "organisationNumber": self.number,
            "about": dict(self.about),
            "domains": list(self.domains),
            "programme": self.programme.slug,
            "edition": self.programme.edition,
            "mark": self.programme.name(self.programme.main_language),
            "state": str(self.state),
            "holds": None if self.unsure else self.state.holds,
            "since": self.since.isoformat() if self.since else None,
            "award": None
            if award is None
            else {
                "code": codes.grouped(award.code),
                "firstDay": award.first_day.isoformat(),
                "lastDay": award.last_day.isoformat(),
                "credential": f"{self.base_url}/b/{award.credential}",
            },
            "periods": [
                {
                    "firstDay": period.first_day.isoformat(),
                    "lastDay": period.last_day.isoformat(),
                    "until": period.until.isoformat(),
                }
                for period in self.periods
            ],
            "successor": self.successor.json(self.base_url) if self.successor else None,
        }

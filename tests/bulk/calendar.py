"""A round through the calendar of a record as large as it gets: `python -m tests.bulk.calendar`,
or `make calendar`.

The record is written row by row, as if it had been led for a year: holders whose awards end on
every day of it, reminded as far as they should be, with a measure each; one in twenty still on
its way, half of those silent for long. Then what a round costs is measured: with nothing to do,
and on the next day, when every award has come a day nearer to its end.
"""

import argparse
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, insert, select, text

from issuer import agenda, calendar
from issuer.names import person_key
from issuer.record import database as records
from issuer.record.life import Contact, Measure
from issuer.record.post import Letter, Task
from issuer.record.tables import (
    Award,
    AwardAct,
    Cycle,
    Edition,
    Organisation,
    OrganisationName,
    Participation,
)
from tests.support import servers
from tests.support.office import Clock, Desk, kept_in

_SOME = 2000
_YEAR = 365
_OPEN_DAYS = 90
TODAY = datetime(2027, 3, 4, 9, 0, tzinfo=UTC)
Rows = dict[type, list[dict[str, Any]]]


def _holder(number: int, edition: int) -> Rows:
    """All rows about one organisation: one in twenty on its way, the others holders."""
    identifier = f"{number:08}-0000-4000-8000-000000000000"
    slug = f"scene-{number}"
    began = TODAY - timedelta(days=_YEAR + 40)
    known: Rows = {
        Organisation: [{"id": identifier, "created_at": began, "about": {}, "about_public": []}],
        OrganisationName: [
            {
                "organisation_id": identifier,
                "name": f"Scene {number}",
                "sort_key": slug,
                "folded": slug,
                "since": began,
            }
        ],
        Participation: [
            {
                "id": identifier,
                "organisation_id": identifier,
                "programme": "balansemerket",
                "slug": slug,
                "public": True,
                "listed": True,
                "created_at": began,
            }
        ],
        Contact: [
            {
                "organisation_id": identifier,
                "place": "first",
                "name": "Kari",
                "email": f"post@{slug}.example",
                "language": "nb",
                "since": began,
            }
        ],
    }
    cycle = {"id": number + 1, "participation_id": identifier, "number": 1, "edition_id": edition}
    if number % 20 == 0:
        days = 200 if number % 40 == 0 else 20
        known[Cycle] = [{**cycle, "opened_at": TODAY - timedelta(days=days)}]
        return known
    last = TODAY.date() + timedelta(days=number % (_YEAR + 40) - 40)
    first = last - timedelta(days=_YEAR - 1)
    code = f"{number:012}"
    sealed = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    known[Cycle] = [{**cycle, "opened_at": sealed - timedelta(days=60), "closed_at": sealed}]
    known[Award] = [
        {
            "id": number + 1,
            "cycle_id": number + 1,
            "code": code,
            "state": "issued",
            "first_day": first,
            "last_day": last,
            "valid_from": _midnight(first),
            "valid_until": _midnight(last + timedelta(days=1)) - timedelta(seconds=1),
            "renewal_opens": _midnight(last - timedelta(days=_OPEN_DAYS)),
            "patience_ends": _midnight(last + timedelta(days=_OPEN_DAYS)),
            "decided_at": sealed,
            "decided_by": "Bo",
            "decider_key": person_key("Bo"),
            "prepared_by": "Ada",
            "preparer_key": person_key("Ada"),
            "deciders": 2,
        }
    ]
    known[AwardAct] = [
        {
            "award_id": number + 1,
            "act": "seal",
            "at": sealed,
            "by": "Bo",
            "by_key": person_key("Bo"),
            "reason": "–",
        }
    ]
    due = last - timedelta(days=100)
    known[Measure] = [
        {
            "id": number + 1,
            "cycle_id": number + 1,
            "position": 1,
            "title": "Samtale om grenser",
            "kind": "samtale",
            "responsible_role": "Leder",
            "due": due,
            "state": "planned",
            "public": True,
            "changed_at": sealed,
        }
    ]
    left = (last - TODAY.date()).days
    marks = {**calendar.BEFORE, _OPEN_DAYS: calendar.Item.RENEWAL_OPENS}
    told = [item for mark, item in marks.items() if left <= mark]
    told += [item for mark, item in calendar.AFTER.items() if -left >= mark]
    known[Letter] = [_letter(f"sealed:{code}:first", "sealed", identifier, slug)]
    known[Letter] += [
        _letter(f"{item}:{code}:first", item.value, identifier, slug) for item in told
    ]
    if due < TODAY.date():
        key = f"measure:{number + 1}:{due.isoformat()}"
        known[Task] = [
            {
                "key": key,
                "kind": "measure.past",
                "participation_id": identifier,
                "details": {},
                "created_at": TODAY,
            }
        ]
    return known


def _midnight(day: date) -> datetime:
    # In winter; an hour off in summer, which moves nothing here.
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)


def _letter(key: str, kind: str, participation: str, slug: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "key": key,
        "kind": kind,
        "participation_id": participation,
        "recipient": f"post@{slug}.example",
        "message_id": f"<{key}@example.no>",
        "return_path": f"post+{key}@example.no",
        "message": b"",
        "state": "sent",
        "created_at": TODAY - timedelta(days=1),
        "not_before": TODAY - timedelta(days=1),
        "attempts": 1,
        "sent_at": TODAY - timedelta(days=1),
    }


def fill(desk: Desk, count: int) -> None:
    """Write `count` participations into the record."""
    with desk.office.reading() as session:
        edition = session.scalars(select(Edition.id)).one()
    for start in range(0, count, _SOME):
        rows: Rows = {}
        for number in range(start, min(start + _SOME, count)):
            for table, some in _holder(number, edition).items():
                rows.setdefault(table, []).extend(some)
        with desk.office.transaction() as session:
            for table, some in rows.items():
                session.execute(insert(table), some)
    engine = desk.office.engine
    with engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.execute(text("VACUUM ANALYZE" if records.is_postgresql(engine) else "ANALYZE"))


@dataclass
class Counted:
    statements: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Counted]:
    """How many statements are sent meanwhile."""
    found = Counted()

    def one(*_: object) -> None:
        found.statements += 1

    event.listen(engine, "before_cursor_execute", one)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", one)


@dataclass(frozen=True)
class Round:
    """What a round cost, and what it wrote."""

    seconds: float
    statements: int
    written: agenda.Written

    def __str__(self) -> str:
        return (
            f"{self.seconds:.1f} s, {self.statements} statements,"
            f" {self.written.letters} letters, {self.written.tasks} tasks"
        )


def timed(desk: Desk) -> Round:
    with counted(desk.office.engine) as found:
        started = time.perf_counter()
        written = agenda.run(desk.office)
        return Round(time.perf_counter() - started, found.statements, written)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, kept_in(asked.database):
        if asked.database == "postgresql":
            servers.server()
        desk = Desk.make(Path(folder) / "data", clock=Clock(TODAY))
        fill(desk, asked.count)
        with desk.office.reading() as session:
            held = session.scalar(select(func.count()).select_from(Participation))
        print(f"{held} participations in {records.description(desk.office.engine)}", flush=True)
        print(f"first round:       {timed(desk)}", flush=True)
        print(f"nothing to do:     {timed(desk)}", flush=True)
        desk.clock.advance(days=1)
        print(f"the next day:      {timed(desk)}", flush=True)
        print(f"nothing to do:     {timed(desk)}", flush=True)
        desk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

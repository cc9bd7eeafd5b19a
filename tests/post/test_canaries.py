"""Nothing confidential leaves the office: every kind of mail, the log, and all that is public.

One made-up history produces a mail of every kind there is, by the acts that write them. What
is confidential is marked in the record by a word of its own; each word may be read by those
named here, and by nobody else. A kind that this history does not produce fails the test.
"""

import dataclasses
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from issuer import (
    agenda,
    awards,
    carrying,
    contacts,
    days,
    meetings,
    participations,
    resealing,
    sealing,
)
from issuer import settings as settings_file
from issuer.cli.main import run
from issuer.mail_settings import Calendar
from issuer.places import PLACES
from issuer.post import outbox
from issuer.post.kinds import WORDS, Kind
from issuer.programme import Kind as Sort
from issuer.record import database as records
from issuer.record import dump
from issuer.record.life import Case, Contact, Enquiry
from issuer.record.post import Letter
from issuer.record.tables import Award, Credential, Participation
from issuer.resealing import Cause
from tests.support.mail_server import MailServer
from tests.support.office import Clock, Desk, facts_of
from tests.support.web import as_staff, browser

# Those who work in the office: who decided what is told to nobody outside.
STAFF = ("Tiuren Kontoret", "Orrhanen Kontoret", "Rypa Kontoret")
PREPARES, DECIDES, THIRD = STAFF

# A word for each place in which something confidential is kept.
CONFIDENTIAL = (
    *("mapping", "note", "condition", "returned", "internal", "grounds", "statement"),
    *("decision", "appeal", "outcome", "enquiry", "measure", "present", "equivalence", "declined"),
)
CANARY = {place: f"Kanari{place.capitalize()}" for place in CONFIDENTIAL}
# The one thing of these that is told, and in which mail: to whom it was sent back.
TOLD = {"returned": {Kind.SENT_BACK}}


@dataclass
class History:
    """An office in which something of every kind has happened; `mails` as they were taken."""

    desk: Desk
    client: TestClient
    server: MailServer
    log: str = ""
    slugs: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """The office's clock goes with the machine's, for commands read that."""
        self.desk.clock.moment = max(self.desk.clock(), datetime.now(UTC))
        return self.desk.clock()

    def command(self, *words: str) -> None:
        assert run(["--data", str(self.desk.office.folder.path), *words]) == 0, words

    def enrol(self, name: str, *, enquiry: str | None = None) -> str:
        """By the interface, with three contacts of its own; each is a word of its own too. Who
        asked is the only contact at first."""
        known = {
            "programme": "balansemerket",
            **({"enquiry": enquiry} if enquiry else {"name": name}),
        }
        answer = self.client.post(
            "/api/v1/participations",
            json={
                **known,
                "programme": "balansemerket",
                "listed": True,
                "reason": CANARY["internal"],
            },
            headers=as_staff(self.desk, PREPARES),
        )
        assert answer.status_code == 201, answer.text
        slug: str = answer.json()["participation"]["slug"]
        self.slugs[name] = slug
        with self.desk.office.transaction() as session:
            row = participations.find(session, slug)
            for number, place in enumerate(PLACES):
                contacts.put(
                    session,
                    row,
                    place,
                    name=f"Spurv {place} {slug}",
                    email=f"spurv.{place}.{slug}@example.no",
                    phone=f"+47 9{len(self.slugs):03}000{number}",
                    language=("nb", "nn", "en")[number],
                    by=PREPARES,
                    now=self.now(),
                )
        return slug

    def award(self, slug: str) -> str:
        """Everything recorded with a word in each confidential place; the award's code."""
        today = self.now().date().isoformat()
        with self.desk.office.transaction() as session:
            row = participations.find(session, slug)
            cycle = participations.current_cycle(row)
            asked = self.desk.office.programme(cycle.edition)
            for requirement in participations.missing(asked, cycle):
                act = (session, row, asked, requirement.id)
                facts = _marked(facts_of(requirement, today))
                note = CANARY["mapping" if requirement.kind is Sort.SUBMISSION else "note"]
                at: dict[str, Any] = {"by": PREPARES, "now": self.now()}
                participations.record(*act, facts, note=note, **at)
                elsewhere = CANARY["equivalence"] if requirement.id == "kurs" else None
                participations.accept(*act, reason=CANARY["internal"], equivalence=elsewhere, **at)
            participations.prepare(
                session, row, asked, by=PREPARES, reason=CANARY["internal"], now=self.now()
            )
        return sealing.seal(self.desk.office, slug, by=DECIDES, reason=CANARY["internal"]).code

    def decide(self, what: Any, code: str, **more: Any) -> Any:
        self.now()
        return what(self.desk.office, code, by=DECIDES, reason=CANARY["decision"], **more)

    def case(self, code: str) -> int:
        self.command("case", "open", code, "--by", PREPARES, "--reason", CANARY["grounds"])
        with self.desk.office.reading() as session:
            number = session.scalars(select(Case.id).order_by(Case.id.desc())).first()
        assert number is not None
        said = CANARY["statement"]
        self.command("case", "hear", str(number), "--by", PREPARES, "--statement", said)
        return number


def _marked(facts: Mapping[str, Any]) -> dict[str, Any]:
    marked = dict(facts)
    if "present" in marked:
        marked["present"] = [CANARY["present"]]
    if "confirmed" in marked:
        marked["confirmed"] = dict.fromkeys(marked["confirmed"], CANARY["condition"])
    for measure in marked.get("measures", ()):
        if not measure["public"]:
            measure["title"] = CANARY["measure"]
    return marked


def _everything(history: History) -> None:
    """Acts of every kind, as staff and holders do them."""
    desk, client = history.desk, history.client
    for name, message in (("Sporrescenen", CANARY["enquiry"]), ("Avviste", CANARY["enquiry"])):
        asked = {
            "name": name,
            "kind": "group",
            "contact_name": "Spurv spør",
            "contact_email": f"spurv.first.{name.lower()}@example.no",
            "message": message,
        }
        assert client.post("/api/v1/join", json=asked).status_code == 202
    with desk.office.reading() as session:
        taken, declined = session.scalars(select(Enquiry.id).order_by(Enquiry.name.desc())).all()
    history.enrol("Sporrescenen", enquiry=taken)
    refused = ("organisation", "decline", declined, "--reason", CANARY["declined"])
    history.command(*refused, "--by", PREPARES)

    # Sent back with a reason, then awarded, renamed and sealed again, put on hold and lifted.
    slug = history.enrol("Eksempelteatret")
    staff = as_staff(desk, PREPARES)
    where = f"/api/v1/participations/{slug}/requirements"
    history.now()
    note = {"facts": {"handed_in": history.now().date().isoformat()}, "note": CANARY["mapping"]}
    assert client.put(f"{where}/kartlegging", json=note, headers=staff).status_code == 201
    reason = {"reason": CANARY["returned"]}
    assert client.post(f"{where}/kartlegging/return", json=reason, headers=staff).status_code == 201
    code = history.award(slug)
    resealing.rename(desk.office, slug, "Nye Eksempelteatret", None, by=DECIDES, reason="Nytt navn")
    history.now()
    resealing.reseal(desk.office, code, Cause.NAME, by=DECIDES, reason=CANARY["internal"])
    history.decide(awards.suspend, code)
    history.decide(awards.lift, code)

    # A case that comes to nothing; one that ends in a withdrawal, which stands; one that falls.
    history.case(history.award(history.enrol("Frikjente Scene")))
    history.command("case", "dismiss", "1", "--by", DECIDES, "--reason", CANARY["decision"])
    for number, name in ((2, "Felte Scene"), (3, "Gjenreiste Scene")):
        code = history.award(history.enrol(name))
        assert history.case(code) == number
        history.decide(awards.withdraw, code)
        said = CANARY["appeal"]
        history.command("case", "appeal", str(number), "--by", PREPARES, "--text", said)
    history.command("case", "uphold", "2", "--by", THIRD, "--reason", CANARY["outcome"])
    history.now()
    carrying.grant_appeal(desk.office, 3, by=THIRD, reason=CANARY["outcome"])

    # Given up; merged with the mark and without it.
    history.decide(awards.give_up, history.award(history.enrol("Slutta Scene")))
    for carry, (old, new) in ((True, ("Gamle", "Nye")), (False, ("Lille", "Store"))):
        slugs = [history.enrol(f"{each} Scene") for each in (old, new)]
        history.award(slugs[0])
        with desk.office.reading() as session:
            row = participations.find(session, slugs[0])
            zone = desk.office.programme(row.cycles[-1].edition).timezone
        day = days.day_of(history.now(), zone)
        carrying.succeed(
            desk.office,
            slugs[0],
            slugs[1],
            "merger",
            day=day,
            by=DECIDES,
            reason=CANARY["internal"],
            carry=carry,
            override=CANARY["internal"],
        )

    # Meetings, and reminders of all kinds.
    history.command("mail", "test", "spurv.first.test@example.no")
    slug = history.enrol("Møtende Scene")
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        at: dict[str, Any] = {"by": PREPARES, "now": history.now()}
        begins = at["now"] + timedelta(days=10)
        meeting = meetings.arrange(
            session,
            desk.office,
            row,
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            place="Storgata 1",
            **at,
        )
        later = begins + timedelta(days=1)
        meetings.move(
            session,
            desk.office,
            meeting,
            starts_at=later,
            ends_at=later + timedelta(hours=1),
            place=None,
            **at,
        )
    desk.clock.advance(days=10)
    agenda.run(desk.office)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        at = {"by": PREPARES, "now": desk.clock()}
        begins = desk.clock() + timedelta(days=3)
        other = meetings.arrange(
            session,
            desk.office,
            row,
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
            place="Storgata 2",
            **at,
        )
        meetings.cancel(session, desk.office, other, **at)
    for length in (235, 30, 30, 30, 23, 6, 8, 23):
        desk.clock.advance(days=length)
        agenda.run(desk.office)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    place = tmp_path_factory.mktemp("canaries")
    desk = Desk.make(place / "data", clock=Clock(datetime.now(UTC)))
    seen = logging.Handler()
    lines: list[str] = []
    written = logging.Formatter()
    seen.emit = lambda record: lines.append(written.format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.level
    quiet = [logging.getLogger(name) for name in ("mail", "asyncio")]  # the test's own server
    with MailServer(place) as server, browser(desk) as client:
        desk.office.settings = dataclasses.replace(
            desk.office.settings,
            mail=server.settings(cap_per_hour=10_000, cap_per_day=10_000),
            calendar=Calendar(letter_days=10_000, contact_days=10_000),
        )
        desk.office.folder.settings.write_text(
            settings_file.write(desk.office.settings), encoding="utf-8"
        )
        made = History(desk, client, server)
        for each in quiet:
            each.propagate = False
        root.addHandler(seen)
        root.setLevel(logging.DEBUG)
        try:
            _everything(made)
            outbox.send(desk.office)
        finally:
            root.removeHandler(seen)
            root.setLevel(before)
            for each in quiet:
                each.propagate = True
        made.log = "\n".join(lines)
        yield made
    desk.close()


@dataclass(frozen=True)
class Read:
    """A mail of the outbox, read: all of it, decoded, headers and enclosures too."""

    kind: Kind
    about: str | None
    recipient: str
    text: str


def mails(history: History) -> list[Read]:
    with history.desk.office.reading() as session:
        rows = session.scalars(select(Letter).order_by(Letter.created_at, Letter.key)).all()
        slugs = dict(session.execute(select(Participation.id, Participation.slug)).all())
    found = []
    for row in rows:
        mail = message_from_bytes(row.message, policy=default)
        contents = [part.get_payload(decode=True) for part in mail.walk()]
        parts = [each.decode("utf-8", "replace") for each in contents if isinstance(each, bytes)]
        heads = "\n".join(f"{name}: {value}" for name, value in mail.items())
        raw = row.message.decode("ascii")
        text = "\n".join((heads, *parts, raw))
        found.append(
            Read(Kind(row.kind), slugs.get(row.participation_id or ""), row.recipient, text)
        )
    return found


def test_a_mail_of_every_kind_was_written_and_taken(history: History) -> None:
    assert {mail.kind for mail in mails(history)} == set(Kind)
    with history.desk.office.reading() as session:
        states = session.execute(select(Letter.kind, Letter.state)).all()
    # Reminders that were overtaken while they waited here are not sent; all else was.
    unsent = {Kind(kind) for kind, state in states if state != "sent"}
    assert all(WORDS[kind].reminder for kind in unsent), unsent
    assert len(history.server.letters) == sum(state == "sent" for _, state in states)


def test_each_mail_goes_to_those_concerned_alone(history: History) -> None:
    seen = defaultdict(set)
    for mail in mails(history):
        person, _, slug = mail.recipient.partition("@")[0].removeprefix("spurv.").partition(".")
        asked = mail.kind is Kind.ENQUIRY_RECEIVED and slug in ("sporrescenen", "avviste")
        assert asked or slug == (mail.about or "test")
        seen[mail.kind].add(person)
        # Nobody is told who else is written to.
        others = set(re.findall(r"spurv\.[a-z]+\.[a-z-]+@example\.no", mail.text))
        assert others == {mail.recipient}, mail.kind
        assert not re.search(r"Spurv [a-z]|\+?47?9\d{3}000", mail.text), mail.kind
    for kind in Kind:
        # When an enquiry is answered there is no other contact yet.
        first = (Kind.TEST, Kind.ENQUIRY_RECEIVED, Kind.ENROLLED)
        alone = WORDS[kind].one_person or kind in first
        assert seen[kind] == ({"first"} if alone else {"first", "second", "role"}), kind


def test_nothing_confidential_stands_in_a_mail(history: History) -> None:
    for mail in mails(history):
        for place, canary in CANARY.items():
            told = mail.kind in TOLD.get(place, ()) and mail.about == "eksempelteatret"
            assert (canary.lower() in mail.text.lower()) is told, (mail.kind, place)
        for person in (*STAFF, "Kari Hemmelig", "Kontoret"):
            assert person not in mail.text, mail.kind


def test_only_what_is_about_a_case_speaks_of_one(history: History) -> None:
    """A suspension must not hint at a case, nor must anything else that all contacts read."""
    hints = r"\b(sak|saken|saka|klage\w*|varsl\w*|case|appeal\w*|complain\w*|breach\w*)\b"
    for mail in mails(history):
        page = mail.text.partition("\n\n")[2].lower()
        if re.search(hints, page):
            assert WORDS[mail.kind].one_person or mail.kind in (Kind.WITHDRAWN,), mail.kind


def test_every_word_was_there_to_be_found(history: History) -> None:
    """The record holds each of them, or this test would prove nothing."""
    with records.reader(history.desk.office.engine).connect() as connection:
        kept = "\n".join(
            str(row) for table in dump.tables(connection) for row in dump.rows(connection, table)
        )
    assert {place for place, canary in CANARY.items() if canary not in kept} == set()


def test_nothing_confidential_stands_in_the_log(history: History) -> None:
    assert history.log != ""
    for word in (*CANARY.values(), *STAFF, "Spurv", "spurv."):
        assert word.lower() not in history.log.lower(), word


def test_nothing_confidential_is_public(history: History) -> None:
    with history.desk.office.reading() as session:
        copies = session.scalars(select(Credential.id).where(Credential.state == "issued")).all()
        codes = session.scalars(select(Award.code)).all()
        people = session.scalars(select(Contact.name)).all()
    paths = ["/", "/register", "/register.json", "/register.csv", "/register.atom", "/report"]
    for slug in history.slugs.values():
        paths += [f"/m/{slug}", f"/m/{slug}.json", f"/embed/{slug}.json", f"/embed/{slug}.html"]
    paths += [f"/b/{copy}{end}" for copy in copies for end in ("", ".json")]
    paths += [f"/q/{code}" for code in codes]
    answered = 0
    for path in paths:
        answer = history.client.get(path, headers={"Accept": "text/html"})
        answered += answer.status_code == 200
        for word in (*CANARY.values(), *STAFF, *people, "spurv.", "Kari Hemmelig"):
            assert word.lower() not in answer.text.lower(), (path, word)
    assert answered > len(paths) / 2

"""Mail that came back: what follows from a report about a letter of ours, and from no other."""

import mailbox
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer import agenda, audit, contacts, participations, post, tasks
from issuer.cli.main import run
from issuer.errors import NotFound, Refused
from issuer.mail_settings import Mail
from issuer.office import Office
from issuer.post import bounces, outbox
from issuer.post import returned as mailboxes
from issuer.post.bounces import Outcome, Received
from issuer.post.kinds import Kind
from issuer.post.returned import Collected
from issuer.record.life import Contact
from issuer.record.post import Bounce, Letter
from issuer.record.tables import AuditEntry
from tests.support import returned
from tests.support.mail_server import MailServer
from tests.support.office import ADA, PASSPHRASE, REASON, Clock, Desk
from tests.support.people import contact
from tests.support.processes import started
from tests.support.returned import Returned, Shape


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as running:
        yield running


def use(desk: Desk, mail: Mail) -> None:
    from issuer import settings as settings_file

    desk.office.settings = replace(desk.office.settings, mail=mail)
    desk.office.folder.settings.write_text(
        settings_file.write(desk.office.settings), encoding="utf-8"
    )


def holder(desk: Desk, server: MailServer, *places: str) -> str:
    """A holder with contacts in these places, whose letters about the award have gone out."""
    use(desk, server.settings(bounces=str(desk.office.folder.path.parent / "back")))
    slug = desk.enrol("Eksempelteatret")
    for place in places:
        contact(desk, slug, place)
    desk.award(slug)
    assert outbox.send(desk.office).sent == len(places)
    desk.clock.advance(minutes=10)
    return slug


def sent(desk: Desk, place: str = "first") -> Returned:
    """The letter that went to the contact in this place last, as a mail server knew it."""
    with desk.office.reading() as session:
        row = session.scalars(
            select(Letter)
            .join(Contact, Contact.id == Letter.contact_id)
            .where(Contact.place == place, Letter.sent_at.is_not(None))
            .order_by(Letter.created_at.desc())
        ).first()
    assert row is not None
    return Returned(row.recipient, row.return_path, row.message_id, row.message)


def marked(desk: Desk) -> dict[str, str | None]:
    with desk.office.reading() as session:
        rows = session.scalars(select(Contact).where(Contact.bounced_at.is_not(None)))
        return {row.place: row.bounce_status for row in rows}


def waiting(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        return [row.kind for row in tasks.waiting(session)]


def states(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        return list(session.scalars(select(Letter.state).order_by(Letter.created_at, Letter.key)))


@pytest.mark.parametrize("shape", returned.PERMANENT)
def test_mail_that_never_arrives_marks_the_address_and_asks_for_another(
    desk: Desk, server: MailServer, shape: str
) -> None:
    slug = holder(desk, server, "first")
    report = returned.PERMANENT[shape](sent(desk))
    assert bounces.receive(desk.office, report) == Received(Outcome.PERMANENT)
    assert list(marked(desk)) == ["first"]
    assert waiting(desk) == ["contact.bounced"]
    with desk.office.reading() as session:
        row = tasks.waiting(session)[0]
        told = tasks.json(session, row, "nb")
        letter = session.scalars(select(Letter)).one()
        assert list(audit.faults(session)) == []
    assert told["participation"] == slug
    assert told["text"] == "E-post kom i retur (første kontakt): spør etter en ny adresse."
    assert "@" not in str(row.details)
    assert (letter.state, (letter.last_fault or "")[:9]) == ("given_up", "came back")


def test_nothing_more_goes_to_an_address_that_is_dead(desk: Desk, server: MailServer) -> None:
    slug = holder(desk, server, "first", "role")
    # Written before the report, still waiting.
    write(desk, slug, Kind.ENROLLED, "enrolled:x")
    bounces.receive(desk.office, returned.standard(sent(desk)))
    desk.clock.advance(days=364 - 60)
    agenda.run(desk.office)
    outbox.send(desk.office)
    later = [(taken.recipient.split(".")[0]) for taken in server.letters[2:]]
    assert later == ["role", "role"]


def test_what_was_for_one_person_alone_goes_to_the_next(desk: Desk, server: MailServer) -> None:
    slug = holder(desk, server, "first", "second", "role")
    write(desk, slug, Kind.CASE_OPENED, "case:1")
    outbox.send(desk.office)
    for place in ("first", "second"):
        desk.clock.advance(minutes=5)
        assert bounces.receive(desk.office, returned.standard(sent(desk, place))).outcome == (
            Outcome.PERMANENT
        )
        outbox.send(desk.office)
    told = server.letters[3:]
    assert [taken.recipient.split(".")[0] for taken in told] == ["first", "second", "role"]
    assert [taken.mail["To"] for taken in told] == [taken.recipient for taken in told]
    assert len({taken.mail["Message-ID"] for taken in told}) == 3
    assert len({taken.return_path for taken in told}) == 3
    texts = {str(taken.mail.get_body(("plain",)).get_content()) for taken in told}
    assert len(texts) == 1
    # What everybody had got is not sent again.
    with desk.office.reading() as session:
        kinds = session.scalars(select(Letter.kind)).all()
    assert sorted(kinds) == ["case_opened"] * 3 + ["sealed"] * 3
    bounces.receive(desk.office, returned.standard(sent(desk, "role")))
    assert outbox.send(desk.office).sent == 0  # nobody is left


def test_a_letter_that_waited_is_passed_on_at_its_turn(desk: Desk, server: MailServer) -> None:
    slug = holder(desk, server, "first", "second")
    write(desk, slug, Kind.CASE_OPENED, "case:1")
    bounces.receive(desk.office, returned.standard(sent(desk)))
    assert outbox.send(desk.office).sent == 1
    assert server.letters[-1].recipient.startswith("second.")


def test_late_is_only_noted(desk: Desk, server: MailServer) -> None:
    holder(desk, server, "first")
    assert bounces.receive(desk.office, returned.delayed(sent(desk))).outcome == Outcome.TEMPORARY
    assert (marked(desk), waiting(desk), states(desk)) == ({}, [], ["sent"])
    with desk.office.reading() as session:
        assert session.scalars(select(Letter.last_fault)).one() == "late: 4.4.1 451 try later"


@pytest.mark.parametrize(
    ("shape", "state"),
    [
        (returned.given_up_late, "given_up"),
        (returned.unwanted, "given_up"),
        (returned.of_a_forwarded_copy, "sent"),
        (returned.unreadable, "sent"),
        (returned.forged, "sent"),
    ],
)
def test_what_says_nothing_sure_of_the_address_is_put_before_people(
    desk: Desk, server: MailServer, shape: Shape, state: str
) -> None:
    holder(desk, server, "first")
    assert bounces.receive(desk.office, shape(sent(desk))).outcome == Outcome.UNCLEAR
    assert (marked(desk), waiting(desk), states(desk)) == ({}, ["letter.bounced"], [state])


@pytest.mark.parametrize("shape", [returned.delivered, returned.on_holiday])
def test_what_is_no_failure_changes_nothing(desk: Desk, server: MailServer, shape: Shape) -> None:
    holder(desk, server, "first")
    outcome = bounces.receive(desk.office, shape(sent(desk))).outcome
    assert outcome == Outcome.FOREIGN
    assert (marked(desk), waiting(desk), states(desk)) == ({}, [], ["sent"])


def test_a_forged_report_silences_nobody(desk: Desk, server: MailServer) -> None:
    slug = holder(desk, server, "first")
    true = sent(desk)
    stranger = Returned(
        true.recipient,
        f"post+{'00' * 12}@merke.example.no",
        "<00000000-0000-4000-8000-000000000001@balansemerket.example.no>",
    )
    for shape in returned.PERMANENT.values():
        bounces.receive(desk.office, shape(stranger))
    assert marked(desk) == {}
    assert waiting(desk) == ["letter.bounced"]  # once, for people to look at
    # A letter that was never sent cannot have come back, whatever is known of it.
    write(desk, slug, Kind.ENROLLED, "x")
    with desk.office.reading() as session:
        row = session.scalars(select(Letter).where(Letter.state == "waiting")).one()
    unsent = Returned("nobody@example.no", row.return_path, row.message_id)
    assert bounces.receive(desk.office, returned.standard(unsent)).outcome == Outcome.FOREIGN


def test_who_is_no_contact_is_left_to_people(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings())
    with desk.office.transaction() as session:
        from issuer import programmes
        from issuer.post import letters

        edition = programmes.listing(session)[-1]
        letters.write_test(
            session,
            desk.office,
            desk.office.programme(edition),
            "kari@example.no",
            language="nb",
            now=desk.clock(),
        )
    outbox.send(desk.office)
    with desk.office.reading() as session:
        row = session.scalars(select(Letter)).one()
    report = returned.standard(Returned(row.recipient, row.return_path, row.message_id))
    assert bounces.receive(desk.office, report).outcome == Outcome.PERMANENT
    assert waiting(desk) == ["letter.bounced"]


def write(desk: Desk, slug: str, kind: Kind, key: str) -> None:
    """Put a mail of this kind into the outbox, where it waits."""
    now = desk.clock()
    with desk.office.transaction() as session:
        about = participations.find(session, slug)
        post.tell(session, desk.office, kind, about, key=key, now=now, answer_by=now.date())


def again(desk: Desk, slug: str, place: str = "first") -> None:
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        contacts.try_again(session, row, place, by=ADA, reason=REASON, now=desk.clock())


def test_trying_again_opens_the_address_until_mail_comes_back_anew(
    desk: Desk, server: MailServer
) -> None:
    slug = holder(desk, server, "first")
    before = sent(desk)
    with pytest.raises(Refused, match="as it is"):
        again(desk, slug)
    with pytest.raises(NotFound):
        again(desk, slug, "second")
    bounces.receive(desk.office, returned.standard(before))
    desk.clock.advance(minutes=1)
    again(desk, slug)
    assert (marked(desk), waiting(desk)) == ({}, [])
    # What was under way before says nothing any more.
    assert bounces.receive(desk.office, returned.qmail(before)).outcome == Outcome.PERMANENT
    assert (marked(desk), waiting(desk)) == ({}, [])
    desk.clock.advance(days=364 - 60)
    agenda.run(desk.office)
    assert outbox.send(desk.office).sent == 1
    bounces.receive(desk.office, returned.standard(sent(desk)))
    assert list(marked(desk)) == ["first"]
    assert waiting(desk) == ["contact.bounced"]


def test_a_new_address_ends_it(desk: Desk, server: MailServer) -> None:
    slug = holder(desk, server, "first")
    old = sent(desk)
    bounces.receive(desk.office, returned.standard(old))
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        new = {"name": "Kari", "email": "kari@example.no"}
        contacts.put(session, row, "first", by=ADA, now=desk.clock(), **new)
        assert contacts.in_use(session, row.organisation)[0].bounced_at is None
    assert waiting(desk) == []
    # A late report about the old address says nothing of the new one.
    bounces.receive(desk.office, returned.qmail(old))
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        assert contacts.in_use(session, row.organisation)[0].bounced_at is None
    assert waiting(desk) == []


def test_the_commands(desk: Desk, server: MailServer, capsys: pytest.CaptureFixture[str]) -> None:
    slug = holder(desk, server, "first")
    report = desk.office.folder.path.parent / "report.eml"
    report.write_bytes(returned.standard(sent(desk)))
    desk.office.engine.dispose()
    data = ("--data", str(desk.office.folder.path), "--lang", "en")
    assert run([*data, "mail", "bounces", str(report)]) == 0
    assert "1 for good" in capsys.readouterr().err
    assert report.exists()
    assert run([*data, "mail", "bounces", str(report)]) == 0
    assert "1 read before" in capsys.readouterr().err
    assert run([*data, "task", "list"]) == 0
    assert "Mail to the first contact came back" in capsys.readouterr().out
    assert run([*data, "organisation", "show", slug]) == 0
    assert '"cameBackWith": "5.1.1"' in capsys.readouterr().out
    change = [*data, "organisation", "contact", slug, "first", "--by", ADA]
    assert run([*change, "--try-again", "Kari says it works"]) == 0
    assert marked(desk) == {}
    # The folder that the settings name is not there.
    assert run([*data, "mail", "bounces"]) == 0
    assert "cannot be read" in capsys.readouterr().err
    assert waiting(desk) == ["mail.returned"]


def maildir(desk: Desk) -> Path:
    place = desk.office.folder.path.parent / "back"
    mailbox.Maildir(place, create=True)
    return place


def put(place: Path, content: bytes, name: str) -> Path:
    path = place / "new" / f"{name}.mx"
    path.write_bytes(content)
    return path


def test_a_maildir_is_emptied_of_what_is_written_down(desk: Desk, server: MailServer) -> None:
    holder(desk, server, "first", "second", "role")
    place = maildir(desk)
    put(place, returned.standard(sent(desk)), "1")
    put(place, returned.standard(sent(desk)).replace(b"\r\n", b"\n"), "2")
    put(place, returned.delayed(sent(desk, "second")), "3")
    put(place, returned.unreadable(sent(desk, "role")), "4")
    put(place, b"From: Kari <kari@example.no>\n\nHei", "5")
    assert mailboxes.read(desk.office, place) == Collected(1, 1, 1, 1, 1)
    assert len(list((place / "new").iterdir())) == 5
    assert mailboxes.collect(desk.office) == Collected(known=5)
    assert list((place / "new").iterdir()) == []
    assert sorted(path.name for path in (place / "cur").iterdir()) == ["4.mx:2,", "5.mx:2,"]
    assert all(not each.get_flags() for each in mailbox.Maildir(place, create=False))
    assert mailboxes.collect(desk.office) == Collected()


def test_an_mbox_is_emptied_too(desk: Desk, server: MailServer) -> None:
    holder(desk, server, "first")
    place = desk.office.folder.path.parent / "back"
    box = mailbox.mbox(place, create=True)
    box.add(returned.standard(sent(desk)))
    box.add(b"From: Kari <kari@example.no>\n\nHei\n")
    box.close()
    assert mailboxes.read(desk.office, place) == Collected(permanent=1, foreign=1)
    assert mailboxes.collect(desk.office) == Collected(known=2)
    other = mailbox.mbox(place)
    assert [str(mail["From"]) for mail in other] == ["Kari <kari@example.no>"]
    other.lock()
    try:
        assert mailboxes.collect(desk.office).fault == "ExternalClashError"
    finally:
        other.unlock()
        other.close()


def test_reports_that_were_read_are_forgotten_in_time(desk: Desk, server: MailServer) -> None:
    holder(desk, server, "first")
    bounces.receive(desk.office, returned.standard(sent(desk)))
    for days, left in ((89, 1), (2, 0)):
        desk.clock.advance(days=days)
        agenda.run(desk.office)
        with desk.office.reading() as session:
            assert len(session.scalars(select(Bounce)).all()) == left


def _collect(folder: Path, moment: Clock, die: str | None) -> None:
    office = Office.open(folder, passphrase=PASSPHRASE, clock=moment)
    real: Callable[..., Received] = bounces.receive
    if die == "after":

        def receive(office: Office, content: bytes) -> Received:
            real(office, content)
            os._exit(9)

        bounces.receive = receive
    elif die == "before":
        tasks.ask = lambda *_, **__: os._exit(9)
    mailboxes.collect(office)
    office.engine.dispose()


@pytest.mark.both_databases
@pytest.mark.parametrize("die", ["before", "after"])
def test_killed_at_a_report_nothing_is_lost_or_doubled(
    desk: Desk, server: MailServer, die: str
) -> None:
    """Before it is written down, and between that and its leaving the folder."""
    holder(desk, server, "first")
    place = maildir(desk)
    put(place, returned.standard(sent(desk)), "1")
    desk.office.engine.dispose()
    process = started(_collect, desk.office.folder.path, Clock(desk.clock()), die)
    process.join(60)
    assert process.exitcode == 9
    assert len(list((place / "new").iterdir())) == 1
    assert (list(marked(desk)) == ["first"]) is (die == "after")
    counted = mailboxes.collect(desk.office)
    assert counted == (Collected(known=1) if die == "after" else Collected(permanent=1))
    assert list((place / "new").iterdir()) == []
    assert list(marked(desk)) == ["first"]
    assert waiting(desk) == ["contact.bounced"]


@pytest.mark.both_databases
def test_two_that_read_one_folder_read_each_report_once(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings(bounces=str(desk.office.folder.path.parent / "back")))
    for number in range(6):
        slug = desk.enrol(f"Eksempel {number}")
        contact(desk, slug)
        desk.award(slug)
    outbox.send(desk.office)
    place = maildir(desk)
    with desk.office.reading() as session:
        for row in session.scalars(select(Letter)):
            letter = Returned(row.recipient, row.return_path, row.message_id)
            put(place, returned.standard(letter), row.id)
    desk.office.engine.dispose()
    both = [started(_collect, desk.office.folder.path, Clock(desk.clock()), None) for _ in range(2)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert list((place / "new").iterdir()) == []
    assert waiting(desk) == ["contact.bounced"] * 6
    with desk.office.reading() as session:
        acts = list(session.scalars(select(AuditEntry.act)))
    assert acts.count("organisation.bounce") == 6


def test_who_reads_an_address_that_is_dead_is_in_no_log(
    desk: Desk, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    holder(desk, server, "first")
    with caplog.at_level("DEBUG"):
        for shape in (*returned.PERMANENT.values(), returned.unreadable, returned.forged):
            bounces.receive(desk.office, shape(sent(desk)))
        mailboxes.collect(desk.office)
    assert "first.eksempelteatret" not in caplog.text
    assert "cannot be read: FileNotFoundError" in caplog.text


def test_a_passed_on_mail_is_whole(desk: Desk, server: MailServer) -> None:
    from issuer.post import compose

    holder(desk, server, "first")
    first = sent(desk)
    at = desk.clock().replace(microsecond=0)
    content = compose.readdressed(first.content, "ola@example.no", "<m@example.no>", at)
    one, other = (message_from_bytes(each, policy=default) for each in (first.content, content))
    assert content.isascii()
    assert (other["To"], other["Message-ID"]) == ("ola@example.no", "<m@example.no>")
    for kind in ("plain", "html"):
        bodies = [mail.get_body((kind,)) for mail in (one, other)]
        assert bodies[0] is not None
        assert bodies[1] is not None
        assert bodies[0].get_content() == bodies[1].get_content()
    assert sorted(one) == sorted(other)

"""Sending: towards a real mail server with TLS, in order and in every trouble it can make."""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer import agenda, tasks
from issuer import settings as settings_file
from issuer.cli.main import run
from issuer.mail_settings import Mail, Security
from issuer.office import Office
from issuer.post import kinds, outbox, smtp
from issuer.record.life import Contact
from issuer.record.post import Letter
from tests.support.mail_server import MailServer, Silent, Talker
from tests.support.office import PASSPHRASE, Clock, Desk
from tests.support.people import contact


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
    desk.office.settings = replace(desk.office.settings, mail=mail)
    desk.office.folder.settings.write_text(
        settings_file.write(desk.office.settings), encoding="utf-8"
    )


def write(desk: Desk, count: int = 1) -> list[str]:
    """Some holders with one contact each; return the addresses of their letters."""
    slugs = [desk.enrol(f"Eksempel {number}") for number in range(count)]
    for slug in slugs:
        contact(desk, slug)
        desk.award(slug)
    return [f"first.{slug}@example.no" for slug in slugs]


def letters(desk: Desk) -> list[Letter]:
    with desk.office.reading() as session:
        return list(session.scalars(select(Letter).order_by(Letter.recipient)))


def task_kinds(desk: Desk) -> list[str]:
    with desk.office.reading() as session:
        return [row.kind for row in tasks.waiting(session)]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_mail_goes_out_by_tls_signed_in(desk: Desk, tmp_path: Path, security: Security) -> None:
    with MailServer(tmp_path, security, user="merke", password="hemmelig") as server:
        use(desk, server.settings())
        recipient, *_ = write(desk)
        desk.office.mail_password = "hemmelig"
        assert outbox.send(desk.office) == outbox.Sent(sent=1)
        assert server.signed_in == 1
        taken = server.letters[0]
        row = letters(desk)[0]
        assert (taken.recipient, taken.return_path) == (recipient, row.return_path)
        assert taken.content.replace(b"\r\n", b"\n") == row.message.replace(b"\r\n", b"\n")
        assert row.return_path.startswith("post+")
        assert row.state == "sent"
        assert outbox.send(desk.office).sent == 0
        assert len(server.letters) == 1


@pytest.mark.parametrize("trouble", ["password", "none", "name", "authority", "plain"])
def test_nothing_goes_where_it_is_not_sure_to_arrive(
    desk: Desk, tmp_path: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 3.0)
    security = Security.NONE if trouble == "plain" else Security.STARTTLS
    host = "another.example.no" if trouble == "name" else "localhost"
    user = "merke" if trouble in ("password", "none") else None
    with MailServer(tmp_path, security, user=user, password="x", host=host) as server:
        mail = server.settings(security=Security.STARTTLS)
        use(desk, replace(mail, ca_file=None) if trouble == "authority" else mail)
        write(desk)
        desk.office.mail_password = "wrong" if trouble == "password" else None
        done = outbox.send(desk.office)
        assert done.sent == 0
        assert done.waiting == 1
        assert done.fault is not None
        assert "wrong" not in done.fault
        assert server.letters == []
    row = letters(desk)[0]
    assert (row.attempts, row.state, row.taken_until) == (0, "waiting", None)


def test_a_server_that_is_down_costs_nothing_and_becomes_a_task(desk: Desk, tmp_path: Path) -> None:
    server = MailServer(tmp_path)
    use(desk, server.settings())
    write(desk)
    for _ in range(3):
        assert outbox.send(desk.office).fault is not None
        desk.clock.advance(minutes=40)
    assert task_kinds(desk) == ["mail.server"]
    with server:
        assert outbox.send(desk.office).sent == 1


def test_a_server_that_says_nothing_is_left_alone(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 0.3)
    with Silent() as silent:
        use(desk, Mail("127.0.0.1", "post@example.no", silent.port, Security.NONE))
        write(desk)
        started = time.monotonic()
        assert outbox.send(desk.office).fault is not None
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n"])
def test_a_server_that_never_ends_an_answer_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, greeting: bytes
) -> None:
    """A letter every now and then, with which each single wait is short."""
    monkeypatch.setattr(smtp, "PATIENCE", 0.5)
    with Talker(greeting, b"2", pause=0.1) as talker:
        use(desk, Mail("127.0.0.1", "post@example.no", talker.port, Security.NONE))
        write(desk)
        started = time.monotonic()
        assert outbox.send(desk.office).fault is not None
        assert time.monotonic() - started < 0.5 * 5
    assert letters(desk)[0].attempts == 0


def test_an_answer_without_end_is_not_read(desk: Desk) -> None:
    with Talker(b"220 hello\r\n", b"250-" + b"x" * 400 + b"\r\n") as talker:
        use(desk, Mail("127.0.0.1", "post@example.no", talker.port, Security.NONE))
        write(desk)
        assert outbox.send(desk.office).fault is not None
    # Beside the answer, what the sockets of both sides hold.
    assert talker.said < smtp.LARGEST + 16 * 1024**2
    assert letters(desk)[0].attempts == 0


def test_a_letter_that_takes_too_long_altogether_is_cut_off(
    desk: Desk, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LONGEST", 0.2)
    server.slow = 2.0
    use(desk, server.settings())
    write(desk)
    started = time.monotonic()
    assert outbox.send(desk.office).sent == 0
    assert time.monotonic() - started < 2 * 5
    assert letters(desk)[0].last_fault.startswith("cut off")


def test_for_now_is_tried_again_and_for_good_is_given_up(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings())
    good, later, never = write(desk, 3)
    server.rcpt = {later: "450 greylisted", never: "550 no such user"}
    assert outbox.send(desk.office).sent == 1
    assert [taken.recipient for taken in server.letters] == [good]
    states = {row.recipient: (row.state, row.last_fault) for row in letters(desk)}
    assert states == {
        good: ("sent", None),
        later: ("waiting", "450 greylisted"),
        never: ("given_up", "550 no such user"),
    }
    assert task_kinds(desk) == ["contact.bounced"]
    server.rcpt = {}
    assert outbox.send(desk.office).sent == 0  # not before its time
    desk.clock.advance(minutes=5)
    assert outbox.send(desk.office).sent == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("said", "status"), [("550 no such user", None), ("553 5.1.3 not an address", "5.1.3")]
)
def test_an_address_that_the_server_does_not_know_is_as_one_from_which_mail_comes_back(
    desk: Desk, server: MailServer, said: str, status: str | None
) -> None:
    use(desk, server.settings())
    (never,) = write(desk)
    contact(desk, "eksempel-0", "second")
    server.rcpt = {never: said}
    outbox.send(desk.office)
    outbox.send(desk.office)
    # The other contact gets it; staff are asked for a new address; nothing more is tried.
    assert [taken.recipient for taken in server.letters] == ["second.eksempel-0@example.no"]
    assert task_kinds(desk) == ["contact.bounced"]
    with desk.office.reading() as session:
        row = session.scalars(select(Contact).where(Contact.email == never)).one()
        assert (row.bounced_at, row.bounce_status) == (desk.clock(), status)
    assert {row.recipient: row.state for row in letters(desk)}[never] == "given_up"


@pytest.mark.parametrize("said", ["550 5.7.1 relaying denied", "554 go away", "521 no mail here"])
def test_what_the_server_has_against_us_says_nothing_of_the_address(
    desk: Desk, server: MailServer, said: str
) -> None:
    use(desk, server.settings())
    (never,) = write(desk)
    server.rcpt = {never: said}
    outbox.send(desk.office)
    assert task_kinds(desk) == ["letter.failed"]
    with desk.office.reading() as session:
        assert session.scalars(select(Contact)).one().bounced_at is None


def test_the_answer_to_the_content_counts_in_the_same_way(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings())
    write(desk)
    server.data = ["451 busy", "554 not wanted"]
    outbox.send(desk.office)
    assert letters(desk)[0].state == "waiting"
    desk.clock.advance(minutes=5)
    outbox.send(desk.office)
    assert letters(desk)[0].state == "given_up"


def test_tries_are_bounded_and_further_and_further_apart(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings())
    recipient, *_ = write(desk)
    server.rcpt = {recipient: "450 not now"}
    begun = desk.clock()
    tried = []
    for wait in (*outbox.WAITS, timedelta()):
        outbox.send(desk.office)
        tried.append(letters(desk)[0].attempts)
        assert outbox.send(desk.office).sent == 0
        desk.clock.moment += wait
    assert tried == list(range(1, 9))
    row = letters(desk)[0]
    assert (row.state, row.attempts) == ("given_up", 8)
    assert desk.clock() - begun < timedelta(days=4)
    assert task_kinds(desk) == ["letter.failed"]


def test_a_sender_that_is_refused_is_a_fault_of_ours(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings())
    write(desk)
    server.sender = "550 you are nobody"
    assert "you are nobody" in (outbox.send(desk.office).fault or "")
    assert (letters(desk)[0].attempts, letters(desk)[0].state) == (0, "waiting")


def test_a_sender_that_may_not_send_as_much_is_a_fault_of_ours(
    desk: Desk, server: MailServer
) -> None:
    use(desk, server.settings())
    write(desk)
    server.sender = "552 5.2.2 your quota is used up"
    assert "quota" in (outbox.send(desk.office).fault or "")
    assert (letters(desk)[0].attempts, letters(desk)[0].state) == (0, "waiting")


def test_a_letter_that_is_too_large_does_not_keep_the_others_back(
    desk: Desk, tmp_path: Path
) -> None:
    """The server says so in answer to the sender, to which the size is told."""
    with MailServer(tmp_path, largest=200_000) as server:
        use(desk, server.settings())
        large, *others = write(desk, 3)
        with desk.office.transaction() as session:
            row = session.scalars(select(Letter).where(Letter.recipient == large)).one()
            row.message += b"For mykje.\r\n" * 20_000
            row.not_before -= timedelta(minutes=1)
        assert outbox.send(desk.office) == outbox.Sent(sent=2)
        assert sorted(taken.recipient for taken in server.letters) == others
    row = next(row for row in letters(desk) if row.recipient == large)
    assert (row.attempts, row.state, (row.last_fault or "")[:3]) == (1, "given_up", "552")
    assert task_kinds(desk) == ["letter.failed"]
    with desk.office.reading() as session:
        contacts = session.scalars(select(Contact).where(Contact.email == large))
        assert contacts.one().bounced_at is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_around_the_content(desk: Desk, server: MailServer, when: str) -> None:
    use(desk, server.settings())
    write(desk, 2)
    setattr(server, f"cut_{when}_data", 1)
    assert outbox.send(desk.office).sent == 1
    desk.clock.advance(minutes=5)
    assert outbox.send(desk.office).sent == 1
    ids = [str(taken.mail["Message-ID"]) for taken in server.letters]
    assert len(ids) == (3 if when == "after" else 2)
    assert len(set(ids)) == 2
    assert {row.state for row in letters(desk)} == {"sent"}


def test_caps(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings(cap_per_hour=2, cap_per_day=3))
    write(desk, 5)
    assert outbox.send(desk.office) == outbox.Sent(2, 3, capped=True)
    assert outbox.send(desk.office).sent == 0
    desk.clock.advance(hours=1)
    assert outbox.send(desk.office) == outbox.Sent(1, 2, capped=True)
    desk.clock.advance(hours=23, seconds=1)
    assert outbox.send(desk.office).sent == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ("merket tildelt", "venter")),
        ("nn", ("merket tildelt", "ventar")),
        ("en", ("mark awarded", "waiting")),
    ],
)
def test_kinds_and_states_are_told_in_words(
    desk: Desk, capsys: pytest.CaptureFixture[str], language: str, words: tuple[str, str]
) -> None:
    write(desk)
    (row,) = letters(desk)
    desk.office.engine.dispose()
    merke = ("--data", str(desk.office.folder.path), "--lang", language, "mail")
    assert run([*merke, "list"]) == 0
    listed = " ".join(capsys.readouterr().out.split())
    assert all(word in listed for word in words)
    assert "sealed" not in listed
    assert run([*merke, "show", row.id]) == 0
    assert f"state: {words[1]}\n" in capsys.readouterr().out
    assert run([*merke, "list", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["state"]) == ("sealed", "waiting")


def test_every_kind_of_mail_has_a_name() -> None:
    assert set(kinds.NAMES) == set(kinds.Kind)
    assert len(set(kinds.NAMES.values())) == len(kinds.NAMES)


def test_without_settings_mail_waits(desk: Desk) -> None:
    write(desk)
    assert outbox.send(desk.office) == outbox.Sent(waiting=1, unset=True)


def reminder(desk: Desk) -> str:
    """A holder with a reminder in the outbox; the letter about the award is gone."""
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    code = desk.award(slug).code
    with desk.office.transaction() as session:
        session.scalars(select(Letter)).one().state = "given_up"
    desk.clock.advance(days=364 - 60)
    assert agenda.run(desk.office).letters == 1
    return code


@pytest.mark.parametrize("meanwhile", ["nothing", "suspended", "nearer", "unsubscribed", "ended"])
def test_a_reminder_that_waited_is_sent_only_if_it_still_holds(
    desk: Desk, server: MailServer, meanwhile: str
) -> None:
    use(desk, server.settings())
    code = reminder(desk)
    desk.clock.advance(days=1)
    match meanwhile:
        case "suspended":
            desk.suspend(code)
        case "nearer":
            desk.clock.advance(days=29)
            agenda.run(desk.office)
        case "unsubscribed" | "ended":
            with desk.office.transaction() as session:
                row = session.scalars(select(Contact)).one()
                setattr(row, f"{meanwhile}_at", desk.clock())
    outbox.send(desk.office)
    with desk.office.reading() as session:
        sent = session.scalars(select(Letter.kind).where(Letter.state == "sent")).all()
    assert (
        list(sent)
        == {
            "nothing": ["reminder_60"],
            "suspended": ["suspended"],
            "nearer": ["reminder_30"],
            "unsubscribed": [],
            "ended": [],
        }[meanwhile]
    )


def _send(folder: Path, moment: Clock, start: object | None, sleep: float) -> None:
    office = Office.open(folder, passphrase=PASSPHRASE, clock=moment)
    if start is not None:
        start.wait()  # type: ignore[attr-defined]
    if sleep:
        real = outbox.sent

        def late(office: Office, identifier: str) -> None:
            time.sleep(sleep)
            real(office, identifier)

        outbox.sent = late
    outbox.send(office)
    office.engine.dispose()


@pytest.mark.both_databases
def test_two_processes_send_nothing_twice(desk: Desk, server: MailServer) -> None:
    use(desk, server.settings())
    addresses = write(desk, 6)
    # Without the lease too: letters are taken one by one.
    desk.office.engine.dispose()
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    together = [
        spawn.Process(target=_send, args=(desk.office.folder.path, Clock(desk.clock()), start, 0.0))
        for _ in range(2)
    ]
    for process in together:
        process.start()
    for process in together:
        process.join(90)
        assert process.exitcode == 0
    outbox.send(desk.office)
    assert sorted(taken.recipient for taken in server.letters) == sorted(addresses)


@pytest.mark.both_databases
def test_letters_are_taken_one_by_one_whatever_becomes_of_the_lease(
    desk: Desk, server: MailServer
) -> None:
    use(desk, server.settings())
    write(desk, 2)
    mail = server.settings()
    taken = [outbox.take(desk.office, mail) for _ in range(3)]
    assert len({each.id for each in taken[:2] if each}) == 2
    assert taken[2] is None


@pytest.mark.both_databases
def test_killed_between_the_servers_word_and_ours(desk: Desk, server: MailServer) -> None:
    """The worst moment: the server took it, nothing is noted. It comes once more, the same."""
    use(desk, server.settings())
    write(desk, 2)
    desk.office.engine.dispose()
    process = multiprocessing.get_context("spawn").Process(
        target=_send, args=(desk.office.folder.path, Clock(desk.clock()), None, 600.0)
    )
    process.start()
    for _ in range(600):
        if server.letters:
            break
        time.sleep(0.1)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(10)
    assert len(server.letters) == 1
    assert outbox.send(desk.office).sent == 1  # the other one; the first is still taken
    desk.clock.advance(minutes=12)
    assert outbox.send(desk.office).sent == 1
    ids = [str(taken.mail["Message-ID"]) for taken in server.letters]
    assert (len(ids), len(set(ids))) == (3, 2)
    assert {row.state for row in letters(desk)} == {"sent"}

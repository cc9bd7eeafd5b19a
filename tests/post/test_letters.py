"""What stands in a mail: every kind, every language, read as mail programs read it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from issuer import awards, carrying, cases, participations, post, programmes, sealing
from issuer.contacts import check_email
from issuer.errors import BadInput
from issuer.post import compose, kinds
from issuer.post.compose import Draft, Envelope, Paper, Sender
from issuer.post.kinds import Kind
from issuer.post.letters import tell_enquirer
from issuer.post.meetings import Invitation
from issuer.programme import Programme, load
from issuer.record.life import Enquiry
from issuer.record.post import Letter
from issuer.texts import LANGUAGES, translate
from tests.support.office import ADA, BO, REASON, Desk
from tests.support.people import contact

NAME = "Østfold Ånd & <Ærlighet>"
WHEN = datetime(2026, 9, 10, 7, 0, tzinfo=UTC)


def programme() -> Programme:
    return load(programmes.shipped("balansemerket"), "balansemerket.toml")


def values() -> dict[str, Any]:
    base = "https://merke.example.no"
    return {
        "mark": programme().name,
        "issuer": "Balansekunst",
        "email": "merket@example.no",
        "name": NAME,
        "page": f"{base}/m/ostfold",
        "requirement": programme().first[1].name,
        "reason": "Kapittel 2 mangler.\n<b>Se</b> over det.",
        "first": date(2026, 3, 1),
        "last": date(2027, 2, 28),
        "opens": date(2026, 11, 30),
        "left": 42,
        "day": date(2026, 6, 3),
        "when": WHEN,
        "place": "Storgata 1, Oslo",
        "answer_by": date(2026, 7, 1),
        "appeal_by": date(2026, 8, 1),
        "former": "Gamle Scene",
        "successor": "Nye Scene",
        "badge": f"{base}/b/1",
        "png": f"{base}/b/1.png",
        "svg": f"{base}/b/1.svg",
        "print": f"{base}/b/1.pdf",
        "kit": f"{base}/m/ostfold/kit",
    }


def invitation(**more: Any) -> Invitation:
    known = {
        "uid": "m-1@merke.example.no",
        "sequence": 0,
        "starts_at": WHEN,
        "ends_at": WHEN.replace(hour=9),
        "zone": programme().timezone,
        "place": "Storgata 1, Oslo",
    }
    return Invitation(**{**known, **more})


def written(kind: Kind, language: str = "nb", **more: Any) -> EmailMessage:
    return message_from_bytes(raw(kind, language, **more), policy=default)


def raw(kind: Kind, language: str = "nb", **more: Any) -> bytes:
    mark = programme()
    reminder = kinds.WORDS[kind].reminder
    return compose.message(
        Draft(kind, {**values(), **more.pop("values", {})}, more.pop("invitation", None)),
        Sender("Balansekunst (eksempel)", "post@merke.example.no", "hei@example.no"),
        Paper(mark.looks, mark.timezone),
        Envelope(
            recipient="kari@example.no",
            language=language,
            message_id="<one@merke.example.no>",
            written_at=WHEN,
            unsubscribe="https://merke.example.no/u/1" if reminder else None,
            **more,
        ),
    )


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_in_every_language(kind: Kind, language: str) -> None:
    content = raw(kind, language)
    assert content.isascii()
    assert all(len(line) < 998 for line in content.split(b"\r\n"))
    mail = written(kind, language)
    plain, page = text_of(mail), text_of(mail, "html")
    assert "%(" not in plain + page
    assert mail["Message-ID"] == "<one@merke.example.no>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == "kari@example.no"
    assert mail["Reply-To"] == "hei@example.no"
    assert f'<html lang="{language}">' in page
    assert len(plain.splitlines()) < 45  # a page at most
    assert plain.startswith(translate(language, kinds.GREETING))
    if NAME in plain:
        assert "Østfold Ånd &amp; &lt;Ærlighet&gt;" in page
    assert "<Ærlighet>" not in page
    may = kinds.WORDS[kind].reminder
    assert (mail["List-Unsubscribe"] == "<https://merke.example.no/u/1>") is may
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is may
    assert ("https://merke.example.no/u/1" in plain) is may


def test_a_long_address_stays_whole_in_its_header() -> None:
    mark = programme()
    address = f"https://{'.'.join(['et-ganske-langt-navn'] * 6)}.example.no/u/1"
    content = compose.message(
        Draft(Kind.LAST_DAY, values()),
        Sender("B", "post@example.no", None),
        Paper(mark.looks, mark.timezone),
        Envelope("kari@example.no", "nb", "<m@example.no>", WHEN, unsubscribe=address),
    )
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in content


def test_reminders_may_be_unsubscribed_and_what_has_to_be_told_may_not() -> None:
    may = {kind for kind in Kind if kinds.WORDS[kind].reminder}
    assert may == {kind for kind in Kind if re.match("reminder|renewal|last|lapsed", kind)} | {
        Kind.MEETING_REMINDER
    }


def test_each_reminder_is_worded_in_its_own_urgency() -> None:
    said = [text_of(written(kind, "en")).split("\n\n")[1] for kind in Kind if "minder" in kind]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_about_a_hold_hints_at_a_case(language: str) -> None:
    for kind in (Kind.SUSPENDED, Kind.LIFTED):
        said = (raw_text := text_of(written(kind, language))).lower()
        assert raw_text
        for hint in ("sak", "klage", "varsel", "case", "complain", "breach", "brudd", "trakass"):
            assert not re.search(rf"\b{hint}", said), (kind, language, hint)


def test_one_can_write_by_a_link_and_a_day_stays_in_one_line() -> None:
    mail = written(Kind.REMINDER_60, values={"name": "Gruppa <merket@example.no>"})
    page = text_of(mail, "html")
    link = '<a href="mailto:merket@example.no">merket@example.no</a>'
    assert f"Skriv til {link}, så" in page
    assert f"Gruppa &lt;{link}&gt;" in page
    assert "28.\u00a0februar\u00a02027" in page
    assert "28. februar 2027" in text_of(mail)


def test_moments_are_told_in_the_programmes_zone() -> None:
    assert "10. september 2026 kl. 09.00" in text_of(written(Kind.MEETING_REMINDER))


def test_a_reason_is_quoted_and_cannot_become_mark_up() -> None:
    mail = written(Kind.SENT_BACK)
    assert "> Kapittel 2 mangler.\n> <b>Se</b> over det." in text_of(mail)
    page = text_of(mail, "html")
    assert "&lt;b&gt;Se&lt;/b&gt; over det." in page
    assert "<b>Se" not in page


@pytest.mark.parametrize("bad", ["A\r\nBcc: x@example.no", "A\nBcc: x@example.no", "A\rB"])
def test_no_value_can_become_a_header(bad: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        raw(Kind.ENROLLED, values={"name": bad})
    mark = programme()
    paper = Paper(mark.looks, mark.timezone)
    envelope = Envelope(f"kari@example.no{bad[1:]}", "nb", "<m@example.no>", WHEN)
    draft, sender = Draft(Kind.TEST, values()), Sender("B", "post@example.no", None)
    with pytest.raises(ValueError):  # noqa: PT011 - whatever refuses it
        compose.message(draft, sender, paper, envelope)


@pytest.mark.parametrize(
    "bad", ["pål@example.no", "a@b", "a b@example.no", "a@example.no\r\nBcc: b@example.no", ""]
)
def test_addresses_that_are_refused(bad: str) -> None:
    with pytest.raises(BadInput, match="without å, æ or ø before the @"):
        check_email(bad)


def test_addresses_have_one_spelling() -> None:
    assert check_email(" Kari@Example.NO ") == "Kari@example.no"
    assert check_email("kari@blåbær.example.no") == "kari@xn--blbr-roah.example.no"


def test_an_invitation_as_calendar_programs_want_it() -> None:
    mail = written(Kind.MEETING_INVITED, invitation=invitation())
    assert mail.get_content_type() == "multipart/mixed"
    alternatives, file = list(mail.iter_parts())
    assert [part.get_content_type() for part in alternatives.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    inline = list(alternatives.iter_parts())[2]
    assert inline["Content-Type"].params["method"] == "REQUEST"
    assert file.get_content_type() == "application/ics"
    assert file.get_filename() == "invite.ics"
    content = str(inline.get_content()).encode()
    assert content == file.get_content()
    read = Calendar.from_ical(content)
    event = read.walk("VEVENT")[0]
    assert read["METHOD"] == "REQUEST"
    assert read.walk("VTIMEZONE")
    assert b"DTSTART;TZID=Europe/Oslo:20260910T090000" in content
    assert str(event["ORGANIZER"]) == "mailto:post@merke.example.no"
    assert str(event["ATTENDEE"]) == f"mailto:{mail['To']}"
    assert (str(event["UID"]), event["SEQUENCE"]) == ("m-1@merke.example.no", 0)


def test_an_invitation_is_called_off() -> None:
    gone = invitation(sequence=2, cancelled=True)
    mail = written(Kind.MEETING_CANCELLED, invitation=gone)
    inline = list(next(mail.iter_parts()).iter_parts())[2]
    read = Calendar.from_ical(str(inline.get_content()).encode())
    event = read.walk("VEVENT")[0]
    assert inline["Content-Type"].params["method"] == read["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def test_acts_tell_those_concerned_in_their_own_transaction(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    contact(desk, slug)
    sealed = desk.award(slug)
    desk.clock.advance(days=1)
    desk.suspend(sealed.code)
    desk.clock.advance(days=1)
    desk.lift(sealed.code)
    desk.clock.advance(days=1)
    desk.give_up(sealed.code)
    with desk.office.reading() as session:
        rows = session.scalars(select(Letter).order_by(Letter.created_at)).all()
    assert [row.kind for row in rows] == ["sealed", "suspended", "lifted", "given_up"]
    assert len({row.return_path for row in rows}) == 4
    assert len({row.message_id for row in rows}) == 4
    said = text_of(message_from_bytes(rows[0].message, policy=default))
    for suffix in ("png", "svg", "pdf"):
        assert f"/b/{sealed.credential_id}.{suffix}\n" in said
    assert f"/m/{sealed.slug}/kit\n" in said


@pytest.mark.parametrize("listed", [True, False])
def test_who_is_enrolled_is_sent_to_a_page_that_is_there(desk: Desk, listed: bool) -> None:
    slug = desk.enrol("Eksempelteatret", listed=listed)
    contact(desk, slug)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        post.tell(session, desk.office, Kind.ENROLLED, row, key="enrolled:1", now=desk.clock())
        letter = session.scalars(select(Letter)).one()
        mail = message_from_bytes(letter.message, policy=default)
    assert (f"/m/{slug}" in text_of(mail)) is listed
    assert (f"/m/{slug}" in text_of(mail, "html")) is listed
    assert "bare hvis dere sier ja" in " ".join(text_of(mail).split())


def test_a_case_is_told_to_one_person_alone(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    for place in ("role", "second", "first"):
        contact(desk, slug, place)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        written = post.tell(
            session,
            desk.office,
            Kind.CASE_OPENED,
            row,
            key="case:1",
            now=desk.clock(),
            answer_by=date(2026, 7, 1),
        )
        assert len(written) == 1
        assert session.get_one(Letter, written[0]).recipient.startswith("first.")
        again = post.tell(
            session,
            desk.office,
            Kind.CASE_OPENED,
            row,
            key="case:1",
            now=desk.clock(),
            answer_by=date(2026, 7, 1),
        )
        assert again == []


def test_an_enquiry_is_confirmed(desk: Desk) -> None:
    with desk.office.transaction() as session:
        enquiry = Enquiry(
            id="e-1",
            programme="balansemerket",
            name="CANARY https://evil.example/win",
            kind="group",
            contact_name="Kari",
            contact_email="kari@example.no",
            message="CANARY",
            language="nn",
            received_at=desk.clock(),
        )
        session.add(enquiry)
        tell_enquirer(session, desk.office, enquiry, now=desk.clock())
        row = session.scalars(select(Letter)).one()
        assert row.recipient == "kari@example.no"
        # Anybody may have written somebody else's address: nothing of theirs is carried to it.
        assert b"CANARY" not in row.message
        assert b"evil" not in row.message


def kinds_in_order(desk: Desk, slug: str) -> list[str]:
    with desk.office.reading() as session:
        row = participations.find(session, slug)
        mine = Letter.participation_id == row.id
        order = (Letter.created_at, Letter.key)
        return list(session.scalars(select(Letter.kind).where(mine).order_by(*order)))


def test_an_award_carried_on_is_told_as_that(desk: Desk) -> None:
    """Also where the machine stopped in between, and the decision was given once more."""
    slugs = [desk.enrol(name) for name in ("Gamle Scene", "Nye Scene")]
    for slug in slugs:
        contact(desk, slug)
    desk.award(slugs[0])
    desk.clock.advance(days=1)
    today = desk.clock().date()

    def succeed() -> None:
        carrying.succeed(
            desk.office,
            slugs[0],
            slugs[1],
            "merger",
            day=today,
            by=BO,
            reason=REASON,
            carry=True,
            override=REASON,
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "seal", lambda *_, **__: None)
        succeed()
    assert kinds_in_order(desk, slugs[0]) == ["sealed"]
    desk.clock.advance(days=1)
    succeed()
    assert kinds_in_order(desk, slugs[0]) == ["sealed", "handed_over"]
    assert kinds_in_order(desk, slugs[1]) == ["carried_on"]
    desk.clock.advance(days=300)
    desk.renew(slugs[1])
    desk.award(slugs[1])  # its own next year is an ordinary one
    assert kinds_in_order(desk, slugs[1]) == ["carried_on", "sealed"]


def test_a_granted_appeal_is_told_to_one_and_the_new_badge_to_all(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    for place in ("first", "role"):
        contact(desk, slug, place)
    code = desk.award(slug).code
    desk.clock.advance(days=1)
    number = desk.case(code)
    awards.withdraw(desk.office, code, by=BO, reason=REASON)
    desk.clock.advance(days=1)
    with desk.office.transaction() as session:
        case = cases.find(session, number)
        zone = desk.office.programme(case.award.cycle.edition).timezone
        cases.appeal(session, case, "Nei", by=ADA, zone=zone, now=desk.clock())
    carrying.grant_appeal(desk.office, number, by="Cy Eksempel", reason=REASON)
    assert kinds_in_order(desk, slug) == [
        *("sealed", "sealed", "withdrawn", "withdrawn", "case_withdrawal"),
        *("appeal_granted", "regained", "regained"),
    ]


def test_words_ask_only_for_values_that_are_given() -> None:
    """A kind whose words need more than its act gives would stop the act."""
    fields = {
        kind: set(re.findall(r"%\((\w+)\)", words.subject + "".join(words.paragraphs)))
        | {name for _, name in words.links}
        for kind, words in kinds.WORDS.items()
    }
    common = {"mark", "issuer", "email", "name", "page"}
    reminders = common | {"last", "left", "opens"}
    for kind in Kind:
        copies = common | {"first", "last", "opens", "badge", "png", "svg", "print", "kit"}
        if kind in (Kind.SEALED, Kind.LIFTED, Kind.NEW_COPY, Kind.REGAINED):
            given = copies
        elif kind is Kind.CARRIED_ON:
            given = copies | {"former"}
        elif kind in (Kind.HANDED_OVER, Kind.GONE_ON):
            given = common | {"day", "successor"}
        elif kind.value.startswith("meeting"):
            given = common | {"when", "place"}
        elif kinds.WORDS[kind].reminder:
            given = reminders
        elif kind in (Kind.SUSPENDED, Kind.WITHDRAWN, Kind.GIVEN_UP):
            given = common | {"day"}
        else:
            given = common | {"requirement", "answer_by", "appeal_by"}
        assert fields[kind] <= given, kind

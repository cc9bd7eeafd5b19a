"""Sealing and the acts on an award: what is refused, what is issued, what strangers see."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from issuer import audit, awards, credential, enrolling, participations, published, sealing, status
from issuer.errors import (
    AlreadySealed,
    BadInput,
    Busy,
    ClockBehind,
    Interrupted,
    IssuerError,
    KeysLocked,
    NotFound,
    RehearsalFailed,
    RequirementsMissing,
    SecondPersonNeeded,
    WrongState,
)
from issuer.office import Office
from issuer.record.tables import Award, Credential, StatusEntry, StatusList
from keys.ring import Purpose, WrongPassphrase
from tests.support.office import ADA, BO, PASSPHRASE, REASON, START, Desk
from verifier.documents import DocumentUnavailable, PinnedDocuments
from verifier.report import Report, Verdict
from verifier.verify import World, verify

pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk.make(tmp_path / "data")
    yield made
    made.close()


def copies(desk: Desk, code: str) -> list[Credential]:
    with desk.office.reading() as session:
        return list(sealing.find_award(session, code).credentials)


def judged(desk: Desk, content: bytes | None) -> Report:
    """As a stranger would: by the bytes and what our addresses answer."""
    assert content is not None
    return verify(content, World(documents=published.documents(desk.office), now=desk.clock()))


def state_of(desk: Desk, slug: str) -> str:
    with desk.office.reading() as session:
        return str(
            participations.public_state(participations.find(session, slug), desk.clock()).state
        )


def test_a_sealed_badge_is_valid_in_both_forms(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret", number="999999999")
    (copy,) = copies(desk, sealed.code)
    for form in (copy.sealed_json, copy.sealed_jwt):
        report = judged(desk, form)
        assert report.verdict is Verdict.VALID, report.findings
    assert state_of(desk, sealed.slug) == "holds"


def test_the_sealed_bytes_are_what_the_design_says(desk: Desk) -> None:
    name = 'Áššu Ærfugl på Sørøya’s "scene"'
    sealed = desk.holder(name, number="999999999", language="se")
    (copy,) = copies(desk, sealed.code)
    assert copy.sealed_json is not None
    assert copy.sealed_json.isascii()
    document = json.loads(copy.sealed_json)
    assert copy.sealed_json == json.dumps(document, separators=(",", ":")).encode()
    subject = document["credentialSubject"]
    assert document["id"] == f"https://balansemerket.example.no/b/{copy.id}"
    assert document["issuer"]["id"] == "did:web:balansemerket.example.no"
    assert subject["id"] == f"https://balansemerket.example.no/m/{sealed.slug}"
    assert [(i["identityType"], i["identityHash"]) for i in subject["identifier"]] == [
        ("name", name),
        ("ext:NorwegianOrganisationNumber", "999999999"),
    ]
    assert subject["achievement"]["achievementType"] == "QualityAssuranceCredential"
    assert subject["achievement"]["version"] == "2026-1"
    assert {r["status"] for r in subject["result"]} == {"Completed"}
    assert len(subject["result"]) == len(document["evidence"]) == 6
    # Sealed 4 March 2025 10.00 in Oslo: whole days there, the last one included.
    assert document["validFrom"] == "2025-03-03T23:00:00Z"
    assert document["validUntil"] == "2026-03-03T22:59:59Z"
    assert document["awardedDate"] == "2025-03-04T09:00:00Z"
    assert document["credentialStatus"]["statusListCredential"].endswith("/status/1")


def test_nothing_confidential_is_sealed(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    (copy,) = copies(desk, sealed.code)
    text = json.dumps(json.loads(copy.sealed_json or b"{}"), ensure_ascii=False)
    for secret in ("Hemmelig", "Kari", "Ada", "Bo Eksempel", REASON):
        assert secret not in text


def test_missing_requirements_are_listed_and_nothing_is_made(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug, "kurs", "plan")
    with pytest.raises(RequirementsMissing) as refusal:
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    assert refusal.value.missing == ("kartlegging", "mote", "vilkar", "erklaering")
    with desk.office.reading() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == 0
        assert session.scalar(select(func.count()).select_from(StatusEntry)) == 0
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[0].edition)
        with pytest.raises(RequirementsMissing):
            participations.prepare(session, row, asked, by=ADA, reason=REASON, now=desk.clock())


def test_nothing_is_sealed_twice(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with pytest.raises(AlreadySealed):
        sealing.seal(desk.office, sealed.slug, by=BO, reason=REASON)
    assert len(copies(desk, sealed.code)) == 1


def test_two_at_once_seal_one(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[0].edition)
        participations.prepare(session, row, asked, by=ADA, reason=REASON, now=desk.clock())
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            sealing.seal(desk.office, slug, by=BO, reason=REASON)
            outcomes.append("sealed")
        except IssuerError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("sealed") == 1
    assert set(outcomes) <= {"sealed", "award.sealed", "sealing.under_way"}
    with desk.office.reading() as session:
        assert session.scalars(select(Credential.state)).all() == ["issued"]


def overtake(desk: Desk, monkeypatch: pytest.MonkeyPatch, decide: Callable[[], object]) -> None:
    """Let somebody else `decide` while the next sealing is between rehearsal and issue."""
    real = sealing.rehearse

    def and_meanwhile(*given: object) -> None:
        monkeypatch.setattr(sealing, "rehearse", real)
        real(*given)  # type: ignore[arg-type]
        decide()

    monkeypatch.setattr(sealing, "rehearse", and_meanwhile)


def withdraw(office: Office, code: str, *, by: str, reason: str) -> None:
    """A withdrawal without a case: allowed with a reason for that."""
    awards.withdraw(office, code, by=by, reason=reason, override="nobody can be heard")


@pytest.mark.parametrize("act", [withdraw, awards.give_up, awards.void])
def test_an_award_that_is_ended_while_it_is_lifted_gets_no_fresh_copy(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, act: Callable[..., None]
) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.suspend(sealed.code)
    overtake(desk, monkeypatch, lambda: act(desk.office, sealed.code, by=BO, reason=REASON))
    with pytest.raises(Interrupted):
        desk.lift(sealed.code)
    assert [c.state for c in copies(desk, sealed.code)] == ["issued", "abandoned"]
    assert not state_of(desk, sealed.slug).startswith("holds")


def test_a_renewal_does_not_outlive_a_withdrawal_made_while_it_was_sealed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(sealed.slug)
    desk.meet(sealed.slug)
    overtake(desk, monkeypatch, lambda: desk.withdraw(sealed.code))
    with pytest.raises(Interrupted):
        desk.seal(sealed.slug)
    assert state_of(desk, sealed.slug) == "withdrawn"
    desk.clock.advance(days=80)
    assert state_of(desk, sealed.slug) == "withdrawn"


def test_nothing_is_sealed_while_the_holder_is_suspended(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.suspend(sealed.code)
    desk.renew(sealed.slug)
    desk.meet(sealed.slug)
    with pytest.raises(WrongState, match="suspended"):
        desk.seal(sealed.slug)
    desk.clock.advance(days=80)
    assert state_of(desk, sealed.slug) == "lapsed_renewing"


def test_the_database_itself_gives_an_ended_award_no_fresh_copy(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.withdraw(sealed.code)
    with desk.office.transaction() as session:
        award = sealing.find_award(session, sealed.code)
        sealing.intend(
            session, desk.office, award, by=BO, now=desk.clock(), valid_from=award.valid_from
        )
    with pytest.raises(IntegrityError, match="ended"), desk.office.transaction() as session:
        session.execute(
            update(Credential)
            .where(Credential.state == "intended")
            .values(
                state="issued",
                sealed_json=b"0",
                sealed_jwt=b"0",
                json_digest="0",
                jwt_digest="0",
                issued_at=desk.clock(),
            )
        )


def test_whatever_goes_wrong_nothing_is_left_standing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)

    def fails(*_: object) -> None:
        raise Busy("for the test")

    monkeypatch.setattr(sealing, "sign", fails)
    with pytest.raises(Busy):
        sealing.seal(desk.office, slug, by=BO, reason=REASON, override="alene")
    monkeypatch.undo()
    assert sealing.seal(desk.office, slug, by=BO, reason=REASON, override="alene")


def test_voiding_the_first_year_leaves_the_way_to_the_third(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(sealed.slug)
    desk.award(sealed.slug)
    desk.void(sealed.code)
    desk.clock.advance(days=400)
    desk.renew(sealed.slug)
    third = desk.award(sealed.slug)
    assert state_of(desk, sealed.slug) == "holds"
    assert third.last_day.year == 2028


@pytest.mark.parametrize(
    "alias",
    [
        *("Bo Eksempel ", "bo eksempel", "Bo  Eksempel", "BO EKSEMPEL", "Bo Eksempel."),
        *("B0 Eksempe1", "Bó Eksempel", "\uff22o Eksempel", "\u0411о Ексемпел"),
    ],
)
def test_one_person_has_one_spelling(desk: Desk, alias: str) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[0].edition)
        participations.prepare(session, row, asked, by=BO, reason=REASON, now=desk.clock())
    with pytest.raises(SecondPersonNeeded):
        sealing.seal(desk.office, slug, by=alias, reason=REASON)


@pytest.mark.parametrize("nobody", ["", "  ", "\u200b", "B\u043e Eksempel", "\u0392o"])
def test_nobody_acts_without_a_name(desk: Desk, nobody: str) -> None:
    sealed = desk.holder("Eksempelteatret")
    for act in (awards.suspend, awards.give_up, awards.withdraw, awards.void):
        with pytest.raises(BadInput):
            act(desk.office, sealed.code, by=nobody, reason=REASON)
    assert state_of(desk, sealed.slug) == "holds"


def test_one_person_alone_needs_a_reason(desk: Desk) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    with pytest.raises(SecondPersonNeeded, match="Nobody has prepared"):
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    with desk.office.transaction() as session:
        row = participations.find(session, slug)
        asked = desk.office.programme(row.cycles[0].edition)
        participations.prepare(session, row, asked, by=BO, reason=REASON, now=desk.clock())
    with pytest.raises(SecondPersonNeeded, match="Bo Eksempel prepared"):
        sealing.seal(desk.office, slug, by=BO, reason=REASON)
    with pytest.raises(BadInput):
        sealing.seal(desk.office, slug, by=BO, reason=REASON, override="  ")
    sealed = sealing.seal(desk.office, slug, by=BO, reason=REASON, override="Ada er syk")
    with desk.office.reading() as session:
        (act,) = sealing.find_award(session, sealed.code).acts
        assert "one person alone: Ada er syk" in act.reason


def test_whoever_prepared_cannot_withdraw(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.case(sealed.code)
    with pytest.raises(SecondPersonNeeded):
        awards.withdraw(desk.office, sealed.code, by=ADA, reason=REASON)
    assert state_of(desk, sealed.slug) == "holds"
    awards.withdraw(desk.office, sealed.code, by=BO, reason=REASON)
    assert state_of(desk, sealed.slug) == "withdrawn"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_every_act_needs_a_reason(desk: Desk, reason: str) -> None:
    sealed = desk.holder("Eksempelteatret")
    for act in (awards.suspend, awards.give_up, awards.withdraw, awards.void, awards.lift):
        with pytest.raises(BadInput):
            act(desk.office, sealed.code, by=BO, reason=reason)
    with pytest.raises(BadInput):
        sealing.seal(desk.office, sealed.slug, by=BO, reason=reason)
    assert state_of(desk, sealed.slug) == "holds"


def test_locked_keys_seal_nothing_and_revoke_in_the_record(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    slug = desk.enrol("Galleriet")
    locked = Office.open(desk.office.folder.path, clock=desk.clock)
    with pytest.raises(KeysLocked):
        sealing.seal(locked, slug, by=BO, reason=REASON)
    with pytest.raises(KeysLocked):
        awards.lift(locked, sealed.code, by=BO, reason=REASON)
    awards.suspend(locked, sealed.code, by=BO, reason=REASON)
    with locked.reading() as session:
        # Revoked in the record at once; the published list follows when the keys are there.
        assert [row.number for row in status.pending(session, desk.clock())] == [1]
    assert state_of(desk, sealed.slug) == "suspended"
    (copy,) = copies(desk, sealed.code)
    assert judged(desk, copy.sealed_json).verdict is Verdict.VALID  # the list still says so
    assert status.publish(desk.office) == (1,)
    assert "status.revoked" in judged(desk, copy.sealed_json).reasons
    locked.engine.dispose()


def test_a_wrong_passphrase_opens_nothing(desk: Desk) -> None:
    wrong = Office.open(desk.office.folder.path, clock=desk.clock)
    wrong = replace(wrong, _passphrase=b"not this one at all", _ring=None)
    with pytest.raises(WrongPassphrase):
        wrong.signing_key(Purpose.BADGE, desk.clock())
    wrong.engine.dispose()


def test_suspending_revokes_and_lifting_seals_a_fresh_copy(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=10)
    desk.suspend(sealed.code)
    assert state_of(desk, sealed.slug) == "suspended"
    (old,) = copies(desk, sealed.code)
    for form in (old.sealed_json, old.sealed_jwt):
        assert judged(desk, form).reasons == ("status.revoked",)
    desk.clock.advance(days=5)
    fresh = desk.lift(sealed.code)
    assert (fresh.code, fresh.last_day) == (sealed.code, sealed.last_day)
    assert state_of(desk, sealed.slug) == "holds"
    old, new = copies(desk, sealed.code)
    assert judged(desk, old.sealed_json).reasons == ("status.revoked",)
    assert judged(desk, new.sealed_json)
    assert judged(desk, new.sealed_jwt)
    assert old.entry.position != new.entry.position
    first, second = (json.loads(c.sealed_json or b"") for c in (old, new))
    assert first["validUntil"] == second["validUntil"]
    assert first["awardedDate"] == second["awardedDate"]
    assert second["validFrom"] == "2025-03-19T09:00:00Z"


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (awards.suspend, "suspended"),
        (withdraw, "withdrawn"),
        (awards.give_up, "given_up"),
        (awards.void, "void"),
    ],
)
def test_acts_show_everywhere_at_once(desk: Desk, act: Callable[..., None], state: str) -> None:
    sealed = desk.holder("Eksempelteatret")
    act(desk.office, sealed.code, by=BO, reason=REASON)
    assert state_of(desk, sealed.slug) == state
    (copy,) = copies(desk, sealed.code)
    assert judged(desk, copy.sealed_json).reasons == ("status.revoked",)
    assert judged(desk, copy.sealed_jwt).reasons == ("status.revoked",)


def test_what_is_ended_stays_ended(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.withdraw(sealed.code)
    for act in (awards.suspend, awards.give_up, awards.withdraw, awards.void, awards.lift):
        with pytest.raises(WrongState):
            act(desk.office, sealed.code, by=BO, reason=REASON)


def test_only_a_suspension_is_lifted_and_only_once_suspended(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    with pytest.raises(WrongState):
        desk.lift(sealed.code)
    desk.suspend(sealed.code)
    with pytest.raises(WrongState):
        desk.suspend(sealed.code)


def test_a_voided_award_opens_its_cycle_again(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=1)
    desk.void(sealed.code)
    again = desk.seal(sealed.slug)
    assert again.code != sealed.code
    assert state_of(desk, sealed.slug) == "holds"


def test_renewed_early_no_day_is_lost(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(sealed.slug)
    renewed = desk.award(sealed.slug)
    assert renewed.first_day == sealed.last_day + timedelta(days=1)
    assert renewed.last_day == date(2027, 3, 3)
    assert state_of(desk, sealed.slug) == "holds"
    # The address of the old copy leads on only once the new one is in force.
    (old,), (new,) = copies(desk, sealed.code), copies(desk, renewed.code)
    documents = published.documents(desk.office)
    refresh = f"{desk.office.settings.base_url}/b/{old.id}/refresh"
    assert documents.get(refresh).data == old.sealed_json
    desk.clock.advance(days=70)
    assert documents.get(refresh).data == new.sealed_json


def test_a_suspension_holds_over_the_turn_of_the_year(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(sealed.slug)
    renewed = desk.award(sealed.slug)
    desk.clock.advance(days=5)
    desk.suspend(sealed.code)
    desk.clock.advance(days=70)
    assert state_of(desk, sealed.slug) == "suspended"
    desk.lift(renewed.code)
    assert state_of(desk, sealed.slug) == "holds"


def test_lifting_before_the_turn_of_the_year_lifts_the_renewal_too(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(sealed.slug)
    renewed = desk.award(sealed.slug)
    desk.suspend(sealed.code)
    desk.clock.advance(days=1)
    desk.lift(sealed.code)
    desk.clock.advance(days=80)
    status.publish(desk.office)
    assert state_of(desk, sealed.slug) == "holds"
    assert judged(desk, copies(desk, renewed.code)[-1].sealed_json)


def test_lapsed_by_the_clock_alone(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    (copy,) = copies(desk, sealed.code)
    desk.clock.advance(days=365)
    status.publish(desk.office)
    assert state_of(desk, sealed.slug) == "lapsed"
    assert judged(desk, copy.sealed_json).reasons == ("period.expired",)
    assert judged(desk, copy.sealed_jwt).reasons == ("period.expired",)


def test_an_unreachable_list_is_never_green(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    (copy,) = copies(desk, sealed.code)
    did = published.get(desk.office, "/.well-known/did.json")
    jwks = published.get(desk.office, "/.well-known/jwks.json")
    assert did is not None
    assert jwks is not None
    base = desk.office.settings.base_url
    documents = PinnedDocuments(
        {
            f"{base}/.well-known/did.json": did.data,
            f"{base}/.well-known/jwks.json": jwks.data,
        }
    )
    for form in (copy.sealed_json, copy.sealed_jwt):
        report = verify(form or b"", World(documents=documents, now=desk.clock()))
        assert report.verdict is Verdict.UNDETERMINED
        assert report.reasons == ("status.unreachable",)


def test_the_clock_cannot_be_set_back(desk: Desk) -> None:
    desk.clock.advance(days=2)
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    desk.clock.moment -= timedelta(hours=1)
    with pytest.raises(ClockBehind):
        sealing.seal(desk.office, slug, by=BO, reason=REASON, override="alene")


def test_what_does_not_verify_is_not_issued(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = desk.enrol("Eksempelteatret")
    desk.meet(slug)
    good = credential.build

    def without_a_defined_term(*given: object, **named: object) -> dict[str, object]:
        return {**good(*given, **named), "medal": "gold"}  # type: ignore[arg-type]

    monkeypatch.setattr(credential, "build", without_a_defined_term)
    with pytest.raises(RehearsalFailed) as refusal:
        sealing.seal(desk.office, slug, by=BO, reason=REASON, override="alene")
    assert refusal.value.reasons == ("term.lost",)
    assert state_of(desk, slug) == "under_way"
    monkeypatch.undo()
    assert sealing.seal(desk.office, slug, by=BO, reason=REASON, override="alene")


def test_a_key_of_another_purpose_does_not_sign_badges(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    (copy,) = copies(desk, sealed.code)
    ring = desk.office.ring
    other = ring.signing_key(Purpose.STATUS, desk.clock())
    from issuer import proofs

    forged = proofs.embed(credential.parse(copy.document), ring, other, desk.clock())
    purposes = {ring.method_id(record): str(record.purpose) for record in ring.records}
    world = World(documents=published.documents(desk.office), now=desk.clock(), purposes=purposes)
    assert verify(copy.sealed_json or b"", world)
    assert verify(forged, world).reasons == ("key.purpose",)


def test_a_full_list_is_followed_by_the_next(desk: Desk) -> None:
    with desk.office.transaction() as session:
        places = set()
        for number in range(8):
            place = status.choose_place(session, length=4)
            places.add(place)
            cycle_award = _bare_credential(session, number)
            session.add(
                StatusEntry(list_number=place[0], position=place[1], credential_id=cycle_award.id)
            )
            session.flush()
    assert sorted(places) == [(number, place) for number in (1, 2) for place in range(4)]
    with desk.office.reading() as session:
        assert session.scalars(select(StatusList.number)).all() == [1, 2]


def _bare_credential(session: object, number: int) -> Credential:
    from sqlalchemy.orm import Session

    assert isinstance(session, Session)
    slug = f"liste-{number}"
    row = enrolling.enrol(session, "balansemerket", slug, by=ADA, now=START, listed=False)
    from issuer import codes

    made = Award(
        cycle=row.cycles[0],
        code=codes.new(),
        state="abandoned",
        first_day=START.date(),
        last_day=START.date(),
        valid_from=START,
        valid_until=START,
        renewal_opens=START,
        patience_ends=START,
        decided_at=START,
        decided_by=BO,
    )
    copy = Credential(
        id=f"c{number}",
        award=made,
        number=1,
        state="abandoned",
        document=b"{}",
        valid_from=START,
        valid_until=START,
        intended_at=START,
        intended_by="here:1",
    )
    session.add(copy)
    session.flush()
    return copy


def test_every_act_stands_in_the_chain(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.suspend(sealed.code)
    desk.lift(sealed.code)
    desk.withdraw(sealed.code)
    from issuer.record.tables import AuditEntry

    with desk.office.reading() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all()
        assert list(audit.faults(session)) == []
    assert [act for act in acts if act.startswith("award.")] == [
        "award.prepare",
        "award.intend",
        "award.seal",
        "award.suspend",
        "award.intend",
        "award.lift",
        "award.withdraw",
    ]


def test_an_audit_entry_that_cannot_be_written_stops_the_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = desk.holder("Eksempelteatret")

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(audit, "write", full)
    with pytest.raises(OSError, match="disk full"):
        awards.suspend(desk.office, sealed.code, by=BO, reason=REASON)
    monkeypatch.undo()
    assert state_of(desk, sealed.slug) == "holds"
    (copy,) = copies(desk, sealed.code)
    assert copy.entry.revoked_at is None


def test_unknown_and_mistyped_codes_are_told_apart(desk: Desk) -> None:
    from issuer import codes

    with pytest.raises(NotFound):
        awards.suspend(desk.office, codes.new(), by=BO, reason=REASON)
    with pytest.raises(BadInput):
        awards.suspend(desk.office, "7F3K-92QX-5A1", by=BO, reason=REASON)


def test_our_own_documents_know_only_our_own_addresses(desk: Desk) -> None:
    documents = published.documents(desk.office)
    for url in (
        "https://elsewhere.example.no/.well-known/did.json",
        "https://balansemerket.example.no.evil.example/.well-known/did.json",
        "https://balansemerket.example.no/status/99",
        "https://balansemerket.example.no/b/../m/x",
    ):
        with pytest.raises(DocumentUnavailable):
            documents.get(url)


def test_a_passphrase_never_shows(desk: Desk) -> None:
    assert PASSPHRASE.decode() not in repr(desk.office)

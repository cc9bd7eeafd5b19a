"""A tombstone and an erasure: personal data gone everywhere, proofs and chain untouched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from issuer import (
    audit,
    awards,
    daily,
    enquiries,
    erasure,
    participations,
    recheck,
    sealing,
    status,
)
from issuer.errors import WrongState
from issuer.record.tables import AuditEntry
from issuer.sealing import Sealed
from tests.support.office import ADA, BO, REASON, Desk
from tests.support.web import as_staff, browser

NAME = "Kari Canary Enkeltperson"
# What `Desk` writes into notes, declarations and cases, and the name itself.
SECRETS = (b"Hemmelig", b"Canary", b"canary", b"312345676")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def test_what_stands_is_not_taken_away(desk: Desk) -> None:
    sealed = desk.holder(NAME)
    with pytest.raises(WrongState, match="still has an award"):
        erasure.bury(desk.office, sealed.slug, by=BO, reason=REASON)
    with pytest.raises(WrongState, match="away first"):
        erasure.erase(desk.office, sealed.slug, by=BO, reason=REASON)


def _asked_for(desk: Desk) -> Sealed:
    """A holder that came by an enquiry, sealed by one person alone, with a domain of its own."""
    with browser(desk) as client:
        told = {"programme": "balansemerket", "name": NAME, "number": "312345676", "kind": "sole"}
        whom = {"contact_name": "Canary", "contact_email": "canary@example.no"}
        form = {**told, **whom, "message": "Hemmelig"}
        assert client.post("/join", data=form).status_code == 303
        staff = as_staff(desk)
        with desk.office.reading() as session:
            (enquiry,) = enquiries.listing(session)
        keyed = {**staff, "Idempotency-Key": "enrol-once"}
        body = {"programme": "balansemerket", "enquiry": enquiry.id, "reason": "Hemmelig"}
        made = client.post("/api/v1/participations", json=body, headers=keyed)
        slug = made.json()["participation"]["slug"]
        asked = client.post(
            f"/api/v1/participations/{slug}/domains",
            json={"domain": "canary.example.no", "reason": "Hemmelig"},
            headers={**staff, "Idempotency-Key": "domain-once"},
        )
        assert asked.status_code == 201, asked.text
    desk.meet(slug)
    return sealing.seal(desk.office, slug, by=BO, reason=REASON, override="Hemmelig hast")


@pytest.mark.database_only("sqlite")
def test_nothing_personal_is_left_and_everything_still_adds_up(desk: Desk) -> None:
    sealed = _asked_for(desk)
    number = desk.case(sealed.code)
    assert number
    desk.clock.advance(days=1)
    ways = {"reason": "Hemmelig grunn", "override": "Hemmelig hast"}
    awards.withdraw(desk.office, sealed.code, by=BO, **ways)
    with desk.office.reading() as session:
        copy = sealing.find_award(session, sealed.code).credentials[0]
        digest, place = copy.json_digest, (copy.entry.list_number, copy.entry.position)
    erasure.bury(desk.office, sealed.slug, by=BO, reason="Hemmelig ønske")
    with browser(desk) as client:
        for path in (f"/b/{sealed.credential_id}", f"/m/{sealed.slug}"):
            for form in (f"{path}.json", path):
                told = client.get(form, headers={"Accept": "application/json"})
                assert (told.status_code, told.json()["code"]) == (410, "gone"), form
            page = client.get(path, headers={"Accept": "text/html"})
            assert page.status_code == 410
            assert NAME not in page.text
        stone = client.get(f"/b/{sealed.credential_id}.json").json()["tombstone"]
        assert (stone["sha256"]["json"], stone["revoked"]) == (digest, True)
        for form in ("jwt", "png", "svg"):
            assert client.get(f"/b/{sealed.credential_id}.{form}").status_code == 410
        assert client.get(f"/embed/{sealed.slug}.svg").status_code in (200, 404)
        assert NAME not in client.get("/register").text

    erasure.erase(desk.office, sealed.slug, by=BO, reason="bedt om")
    with desk.office.transaction() as session:
        row = participations.find(session, sealed.slug)
        assert row.organisation.name.name == erasure.ERASED
    desk.close()
    # The address of a page is made of the name and is never used again: it alone stays.
    slug = sealed.slug.encode()
    raw = desk.office.folder.database.read_bytes().replace(slug, b"")
    found = [secret for secret in SECRETS if secret in raw]
    assert found == []

    with desk.office.reading() as session:
        assert status.is_revoked(session, *place)
        settings = desk.office.settings
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
    assert result.findings == ()
    with pytest.raises(WrongState, match="already erased"):
        erasure.erase(desk.office, sealed.slug, by=ADA, reason=REASON)


@pytest.mark.both_databases
@pytest.mark.parametrize("before", [True, False], ids=["erased before", "erased now"])
def test_what_older_versions_wrote_into_the_log_goes_too(desk: Desk, before: bool) -> None:
    """They named a holder's domain in the entry itself, whose hash covers it."""
    sealed, other = desk.holder(NAME), desk.holder("Eksempelteatret")
    if before:
        desk.give_up(sealed.code)
        erasure.bury(desk.office, sealed.slug, by=BO, reason=REASON)
        erasure.erase(desk.office, sealed.slug, by=BO, reason=REASON)
    for slug in (sealed.slug, other.slug):
        with desk.office.transaction() as session:
            audit.write(
                *(session, "domain.ask", slug),
                by=ADA,
                reason=REASON,
                now=desk.clock(),
                domain=f"canary.{slug}.example.no",
            )
    if before:
        assert erasure.complete(desk.office) == 1
        daily.round_of_work(desk.office)
    else:
        desk.give_up(sealed.code)
        erasure.bury(desk.office, sealed.slug, by=BO, reason=REASON)
        erasure.erase(desk.office, sealed.slug, by=BO, reason=REASON)
    assert erasure.complete(desk.office) == 0
    settings = desk.office.settings
    with desk.office.reading() as session:
        left = " ".join(entry.details for entry in session.scalars(select(AuditEntry)))
        assert f"canary.{sealed.slug}" not in left
        assert f"canary.{other.slug}" in left
        assert list(audit.faults(session)) == []
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
        assert result.findings == ()
    # Nobody empties an entry without a word: the database refuses, and both checks find it.
    asks = AuditEntry.act == "domain.ask"
    seal = AuditEntry.act == "award.seal"
    for which, details in ((asks, "{ }"), (seal, "{}")):
        with pytest.raises(IntegrityError), desk.office.transaction() as session:
            session.execute(update(AuditEntry).where(which).values(details=details))
    with desk.office.transaction() as session:
        session.execute(update(AuditEntry).where(asks).values(details="{}"))
    with desk.office.reading() as session:
        (fault,) = audit.faults(session)
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
    assert "was changed" in fault
    assert [each.code for each in result.findings] == ["chain.changed"]

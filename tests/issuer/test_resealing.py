"""Fresh copies: for a new name, and after a key was compromised."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer import keyring, published, recheck, resealing, sealing
from issuer.errors import BadInput, WrongState
from issuer.resealing import Cause
from keys.ring import Purpose
from tests.support.office import BO, REASON, Desk
from verifier.verify import World, verify


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.make(tmp_path / "data")
    yield desk
    desk.close()


def verdicts(desk: Desk, code: str) -> list[tuple[str, ...]]:
    """The reasons for which each copy of an award is refused, in either form."""
    world = World(documents=published.documents(desk.office), now=desk.clock())
    with desk.office.reading() as session:
        copies = [
            (copy.sealed_json or b"", copy.sealed_jwt or b"")
            for copy in sealing.find_award(session, code).credentials
        ]
    found = []
    for embedded, token in copies:
        first, second = (verify(form, world).reasons for form in (embedded, token))
        found.append(tuple(sorted({str(reason) for reason in (*first, *second)})))
    return found


def test_a_new_name_is_sealed_on_request_and_the_old_copy_stays_valid(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.clock.advance(days=30)
    name = resealing.rename(desk.office, sealed.slug, "Eksempelscenen", None, by=BO, reason=REASON)
    assert name == "Eksempelscenen"
    with pytest.raises(BadInput, match="already"):
        resealing.rename(desk.office, sealed.slug, name, None, by=BO, reason=REASON)
    fresh = resealing.reseal(desk.office, sealed.code, Cause.NAME, by=BO, reason=REASON)
    assert (fresh.slug, fresh.code, fresh.last_day) == (sealed.slug, sealed.code, sealed.last_day)
    assert verdicts(desk, sealed.code) == [(), ()]
    with desk.office.reading() as session:
        old, new = sealing.find_award(session, sealed.code).credentials
        assert b"Eksempelteatret" in (old.sealed_json or b"")
        assert b"Eksempelscenen" in (new.sealed_json or b"")
    led = published.get(desk.office, f"/b/{sealed.credential_id}/refresh")
    assert led is not None
    assert b"Eksempelscenen" in led.data


def test_what_does_not_stand_is_not_sealed_again(desk: Desk) -> None:
    sealed = desk.holder("Eksempelteatret")
    desk.suspend(sealed.code)
    with pytest.raises(WrongState, match="does not stand"):
        resealing.reseal(desk.office, sealed.code, Cause.NAME, by=BO, reason=REASON)


@pytest.mark.parametrize("purpose", [Purpose.BADGE, Purpose.BADGE_JWT])
def test_after_a_compromise_what_was_truly_issued_is_issued_again(
    desk: Desk, purpose: Purpose
) -> None:
    standing = desk.holder("Eksempelteatret")
    ended = desk.holder("Galleri Nord")
    desk.give_up(ended.code)
    key = desk.office.ring.signing_key(purpose, desk.clock())
    with pytest.raises(WrongState, match="not marked as compromised"):
        list(resealing.reissue(desk.office, key.fragment, by=BO, reason=REASON))
    desk.clock.advance(days=1)
    keyring.compromise(desk.office, key.fragment, by=BO, reason=REASON)
    keyring.new(desk.office, purpose, signs_from=None, by=BO, reason=REASON)
    again = list(resealing.reissue(desk.office, key.fragment, by=BO, reason=REASON))
    assert [each.slug for each in again] == [standing.slug]
    old, fresh = verdicts(desk, standing.code)
    assert "status.revoked" in old
    assert fresh == ()
    # Started again, it finds nothing left to do.
    assert list(resealing.reissue(desk.office, key.fragment, by=BO, reason=REASON)) == []
    settings = desk.office.settings
    with desk.office.reading() as session:
        result = recheck.recheck(
            session.connection(), settings.did, settings.base_url, desk.clock()
        )
    assert result.findings == ()


def test_a_cut_off_reissue_is_taken_up_where_it_stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = [desk.holder(name) for name in ("Fjordscenen", "Vinterlyd")]
    key = desk.office.ring.signing_key(Purpose.BADGE, desk.clock())
    desk.clock.advance(days=1)
    keyring.compromise(desk.office, key.fragment, by=BO, reason=REASON)
    keyring.new(desk.office, Purpose.BADGE, signs_from=None, by=BO, reason=REASON)
    real = resealing._revoke_earlier

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(resealing, "_revoke_earlier", cut)
    with pytest.raises(KeyboardInterrupt):
        list(resealing.reissue(desk.office, key.fragment, by=BO, reason=REASON))
    monkeypatch.setattr(resealing, "_revoke_earlier", real)
    list(resealing.reissue(desk.office, key.fragment, by=BO, reason=REASON))
    for each in sealed:
        old, fresh = verdicts(desk, each.code)
        assert ("status.revoked" in old, fresh) == (True, ())

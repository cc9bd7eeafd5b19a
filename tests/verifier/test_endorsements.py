"""What others say for a badge: each verified by itself, and none of it decides about the badge."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys import did
from tests.verifier.older import DATA_INTEGRITY, VC1
from tests.verifier.simulator import (
    NOW,
    OB3,
    VC2,
    Document,
    IssuerSimulator,
    changed,
    drop,
    put,
    stamp,
)
from verifier import endorsements
from verifier.documents import Document as Answer
from verifier.documents import PinnedDocuments
from verifier.endorsements import MAX_ENDORSEMENTS
from verifier.reasons import Check, Outcome, Reason, Verdict
from verifier.report import Finding, Report
from verifier.terminal import render
from verifier.verify import World, verify

Change = Callable[[Document], Any]


@pytest.fixture
def sim() -> IssuerSimulator:
    return IssuerSimulator()


@pytest.fixture
def friend(sim: IssuerSimulator) -> IssuerSimulator:
    """Somebody with a domain of their own who puts in a word."""
    other = IssuerSimulator("friend.example.no")
    sim.served |= other.served
    return other


def word(friend: IssuerSimulator, about: str, change: Change | None = None) -> Document:
    """A good endorsement, unsigned."""
    return changed(
        {
            "@context": [VC2, OB3],
            "id": f"{friend.base}/words/1",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Et godt ord",
            "issuer": {"id": friend.did, "type": ["Profile"], "name": "En venn"},
            "validFrom": stamp(friend.now - timedelta(days=2)),
            "validUntil": stamp(friend.now + timedelta(days=90)),
            "credentialSubject": {
                "id": about,
                "type": ["EndorsementSubject"],
                "endorsementComment": "De kan dette.",
            },
        },
        change,
    )


def embedded(friend: IssuerSimulator, about: str, change: Change | None = None) -> Document:
    document = word(friend, about, change)
    return {**document, "proof": [friend.proof(document)]}


def token(friend: IssuerSimulator, about: str, change: Change | None = None) -> str:
    return friend.token(friend.claims(word(friend, about, change))).decode()


def at(*path: str, name: str = "endorsement", value: list[Any]) -> Change:
    """A change: put endorsements where `path` leads."""

    def change(document: Document) -> None:
        item: Any = document
        for step in path:
            item = item[step]
        item[name] = value

    return change


def own_id(sim: IssuerSimulator) -> str:
    return str(sim.credential()["id"])


def notes(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.check is Check.ENDORSEMENTS]


# A word that holds.


@pytest.mark.parametrize("form", ["endorsement", "endorsementJwt"])
def test_a_word_that_holds(sim: IssuerSimulator, friend: IssuerSimulator, form: str) -> None:
    make: Callable[..., Any] = embedded if form == "endorsement" else token
    badge = sim.mint(at(name=form, value=[make(friend, own_id(sim))]))
    report = verify(badge, sim.world())
    assert report, report.reasons
    (one,) = report.endorsements
    assert one.report, one.report.reasons
    told = one.to_json()
    assert list(told) == [
        "at",
        "endorses",
        "verdict",
        "reasons",
        "who",
        "securing",
        "checks",
        "credential",
    ]
    assert told["at"] == f"/{form}/0"
    assert told["endorses"] == own_id(sim)
    assert told["who"] == {"kind": "domain", "did": friend.did, "host": friend.host}
    assert told["securing"] == ("vc-jwt" if form == "endorsementJwt" else "eddsa-rdfc-2022")
    assert told["credential"]["credentialSubject"]["endorsementComment"] == "De kan dette."
    assert "proof" not in told["credential"]
    assert report.to_json()["endorsements"] == [told]
    (note,) = notes(report)
    assert (note.reason, note.detail) == (Reason.ENDORSEMENT_VALID, f"/{form}/0")


def parent(document: Document) -> None:
    document["issuer"]["parentOrg"] = {"id": "https://parent.example.no", "type": ["Profile"]}


PLACES = {
    "/endorsement/0": ((), "badge"),
    "/issuer/endorsement/0": (("issuer",), "did:web:merke.example.no"),
    "/issuer/parentOrg/endorsement/0": (("issuer", "parentOrg"), "https://parent.example.no"),
    "/credentialSubject/source/endorsement/0": (
        ("credentialSubject", "source"),
        "https://source.example.no",
    ),
    "/credentialSubject/achievement/endorsement/0": (
        ("credentialSubject", "achievement"),
        "https://merke.example.no/achievements/balansemerket-2026-1",
    ),
    "/credentialSubject/achievement/creator/endorsement/0": (
        ("credentialSubject", "achievement", "creator"),
        "did:web:merke.example.no",
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["endorsement", "endorsementJwt"])
def test_every_place(sim: IssuerSimulator, friend: IssuerSimulator, place: str, form: str) -> None:
    path, about = PLACES[place]
    make: Callable[..., Any] = embedded if form == "endorsement" else token

    def change(document: Document) -> None:
        parent(document)
        document["credentialSubject"]["source"] = {
            "id": "https://source.example.no",
            "type": ["Profile"],
        }
        item = make(friend, document["id"] if about == "badge" else about)
        at(*path, name=form, value=[item])(document)

    report = verify(sim.mint(change), sim.world())
    assert report, report.reasons
    (one,) = report.endorsements
    assert one.report, one.report.reasons
    assert one.at == place.replace("endorsement", form)


def test_a_badge_as_token_with_words_in_it(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    words = [embedded(friend, own_id(sim))]
    report = verify(sim.mint_token(at(value=words)), sim.world())
    assert report
    assert [bool(one.report) for one in report.endorsements] == [True]


def test_a_word_of_the_older_data_model(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    def older(document: Document) -> None:
        document["@context"] = [VC1, OB3, DATA_INTEGRITY]
        document["issuanceDate"] = document.pop("validFrom")
        document["expirationDate"] = document.pop("validUntil")

    badge = sim.mint_token(at(value=[embedded(friend, own_id(sim), older)]))
    (one,) = verify(badge, sim.world()).endorsements
    assert one.report, one.report.reasons


def test_a_badge_without_words(sim: IssuerSimulator) -> None:
    report = verify(sim.mint(), sim.world())
    assert report.endorsements == ()
    assert report.to_json()["endorsements"] == []
    assert notes(report) == []


def test_nobody_in_particular_may_put_in_a_word(sim: IssuerSimulator) -> None:
    """Whose word it is, is told apart from whether it holds."""
    nobody = IssuerSimulator("nobody.example.no")
    nobody.did = did.did_key(nobody.badge_key.public_key())
    method = f"{nobody.did}#{nobody.did.removeprefix('did:key:')}"
    document = word(nobody, own_id(sim))
    document["proof"] = [nobody.proof(document, verificationMethod=method)]
    (one,) = verify(sim.mint(at(value=[document])), sim.world()).endorsements
    assert one.report
    assert one.to_json()["who"] == {"kind": "unproven", "did": nobody.did, "host": None}


# A word that does not hold.


def fails(sim: IssuerSimulator, item: Any, form: str = "endorsement") -> Report:
    """The report on the one endorsement of a badge that stays as good as it was."""
    report = verify(sim.mint(at(name=form, value=[item])), sim.world())
    assert report.verdict is Verdict.VALID, report.reasons
    (one,) = report.endorsements
    assert not one.report
    told = one.to_json()
    assert told["credential"] is None
    assert told["endorses"] is None
    (note,) = notes(report)
    assert note.outcome is Outcome.NOT_APPLICABLE
    assert note.reason is (
        Reason.ENDORSEMENT_INVALID
        if one.report.verdict is Verdict.INVALID
        else Reason.ENDORSEMENT_OPEN
    )
    return one.report


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("validUntil", value=stamp(NOW - timedelta(seconds=2))), Reason.PERIOD_EXPIRED),
        (put("validFrom", value=stamp(NOW + timedelta(days=1))), Reason.PERIOD_NOT_YET),
        (drop("credentialSubject", "type"), Reason.STRUCTURE_MISSING),
        (put("type", value=["VerifiableCredential"]), Reason.STRUCTURE_VALUE),
        (
            put("credentialSubject", "id", value="https://other.example.no/b/1"),
            Reason.ENDORSEMENT_SUBJECT,
        ),
        (put("issuer", "id", value="did:web:merke.example.no"), Reason.ISSUER_MISMATCH),
    ],
)
def test_a_word_that_is_not_valid(
    sim: IssuerSimulator, friend: IssuerSimulator, change: Change, reason: Reason
) -> None:
    # The badge's own structure asks some of this too, of what stands in it as an object.
    text = friend.token(friend.claims(word(friend, own_id(sim), change))).decode()
    report = fails(sim, text, "endorsementJwt")
    assert report.verdict is Verdict.INVALID
    assert reason in report.reasons


def test_an_altered_word(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    item = embedded(friend, own_id(sim))
    item["credentialSubject"]["endorsementComment"] = "De er best."
    report = fails(sim, item)
    assert report.reasons == (Reason.PROOF_ALTERED,)
    head, _, signature = token(friend, own_id(sim)).split(".")
    other = token(friend, own_id(sim), put("name", value="Et annet ord")).split(".")[1]
    report = fails(sim, f"{head}.{other}.{signature}", "endorsementJwt")
    assert Reason.PROOF_ALTERED in report.reasons


def test_a_word_without_proof(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    """That the badge's issuer signed the badge around it makes it nobody's word."""
    assert fails(sim, word(friend, own_id(sim))).reasons == (Reason.PROOF_MISSING,)
    report = fails(sim, "e30.e30.AA", "endorsementJwt")
    assert report.verdict is not Verdict.VALID


def test_a_word_whose_issuer_cannot_be_asked(sim: IssuerSimulator) -> None:
    friend = IssuerSimulator("friend.example.no")
    report = fails(sim, embedded(friend, own_id(sim)))
    assert report.verdict is Verdict.UNDETERMINED
    assert report.reasons == (Reason.ISSUER_UNREACHABLE,)


def test_a_word_that_was_taken_back(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    def revocable(document: Document) -> None:
        document["credentialStatus"] = friend.credential()["credentialStatus"]

    item = embedded(friend, own_id(sim), revocable)
    (one,) = verify(sim.mint(at(value=[item])), sim.world()).endorsements
    assert one.report
    friend.revoke()
    sim.served |= friend.served
    assert fails(sim, item).reasons == (Reason.STATUS_REVOKED,)


def test_a_badge_is_no_word(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    report = fails(sim, friend.mint_token().decode(), "endorsementJwt")
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_VALUE in report.reasons


def test_a_word_is_no_badge(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    report = verify(friend.embed(word(friend, own_id(sim))), sim.world())
    assert report.verdict is Verdict.INVALID
    assert Reason.STRUCTURE_TYPE in report.reasons


def test_an_older_badge_is_no_word(sim: IssuerSimulator) -> None:
    assertion = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}
    text = sim.token(assertion).decode()
    assert fails(sim, text, "endorsementJwt").reasons == (Reason.STRUCTURE_VERSION,)


# What a badge's verdict rests on.


def test_words_do_not_mend_a_badge(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    def change(document: Document) -> None:
        at(value=[embedded(friend, document["id"])])(document)
        document["validUntil"] = stamp(NOW - timedelta(days=1))

    report = verify(sim.mint(change), sim.world())
    assert report.reasons == (Reason.PERIOD_EXPIRED,)
    assert [bool(one.report) for one in report.endorsements] == [True]


def test_a_badge_that_is_not_proven_sends_nobody_anywhere(
    sim: IssuerSimulator, friend: IssuerSimulator
) -> None:
    badge = sim.mint(at(value=[embedded(friend, own_id(sim))]))
    asked: list[str] = []

    class Counted(PinnedDocuments):
        def get(self, url: str) -> Answer:
            asked.append(url)
            return super().get(url)

    altered = badge.replace(b'"name":"Balansemerket"', b'"name":"Gull"', 1)
    report = verify(altered, World(Counted(sim.served), NOW))
    assert report.verdict is Verdict.INVALID
    assert report.endorsements == ()
    assert asked == [sim.did_url]


def test_whom_the_asker_trusts_is_about_the_badge(
    sim: IssuerSimulator, friend: IssuerSimulator
) -> None:
    badge = sim.mint(at(value=[embedded(friend, own_id(sim))]))
    known: dict[str, Any] = {"trust": frozenset({sim.did}), "recipient": "a@example.com"}
    report = verify(badge, sim.world(**known))
    assert report, report.reasons
    assert [bool(one.report) for one in report.endorsements] == [True]


def test_our_own_word_is_ours(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    badge = sim.mint(at(value=[embedded(friend, own_id(sim))]))
    report = verify(badge, sim.world(ours=frozenset({friend.did})))
    assert report.who.kind == "domain"
    assert report.endorsements[0].report.who.kind == "ours"


# Bounds.


def test_not_more_than_a_few_are_looked_at(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    item = token(friend, own_id(sim))
    badge = sim.mint(at(name="endorsementJwt", value=[item] * (MAX_ENDORSEMENTS + 3)))
    report = verify(badge, sim.world())
    assert report
    assert len(report.endorsements) == MAX_ENDORSEMENTS
    *each, last = notes(report)
    assert {note.reason for note in each} == {Reason.ENDORSEMENT_VALID}
    assert (last.reason, last.detail) == (Reason.ENDORSEMENT_UNREAD, "3 more")
    assert last.outcome is Outcome.NOT_APPLICABLE


def test_one_that_costs_too_much_is_the_last(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    heavy = token(friend, own_id(sim), put("@context", value=[VC2, OB3, deep(70)]))
    badge = sim.mint(at(name="endorsementJwt", value=[heavy, token(friend, own_id(sim))]))
    report = verify(badge, sim.world())
    assert report
    (one,) = report.endorsements
    assert Reason.LIMIT_WORK in one.report.reasons
    assert notes(report)[-1].detail == "1 more"


def deep(levels: int) -> Document:
    """An inline context of more definitions than one document may bring."""
    return {f"t{n}": f"https://example.no/t{n}" for n in range(levels * 10)}


def test_words_within_words_are_not_heard(sim: IssuerSimulator, friend: IssuerSimulator) -> None:
    def inner(document: Document) -> None:
        document["issuer"]["endorsementJwt"] = [token(friend, friend.did)]

    report = verify(
        sim.mint(at(name="endorsementJwt", value=[token(friend, own_id(sim), inner)])),
        sim.world(),
    )
    (one,) = report.endorsements
    assert one.report, one.report.reasons
    assert one.report.endorsements == ()


def test_parents_without_end() -> None:
    profile: Document = {"id": "did:web:a.no", "endorsementJwt": ["a"]}
    for _ in range(50):
        profile = {"id": "did:web:a.no", "endorsementJwt": ["a"], "parentOrg": profile}
    assert len(endorsements.places({"issuer": profile})) == endorsements.MAX_PARENTS


def test_all_share_the_requests_of_the_badge(sim: IssuerSimulator) -> None:
    friends = [IssuerSimulator(f"friend{n}.example.no") for n in range(MAX_ENDORSEMENTS)]
    asked: list[str] = []

    class Counted(PinnedDocuments):
        def get(self, url: str) -> Answer:
            asked.append(url)
            return super().get(url)

    def revocable(number: int) -> Change:
        def change(document: Document) -> None:
            entry = copy.deepcopy(friends[number].credential()["credentialStatus"])
            document["credentialStatus"] = entry

        return change

    served = dict(sim.served)
    for other in friends:
        served |= other.served
    words = [embedded(f, own_id(sim), revocable(n)) for n, f in enumerate(friends)]
    report = verify(sim.mint(at(value=words)), World(Counted(served), NOW, refresh=True))
    assert report
    assert len(asked) == 10
    *good, last = [one.report for one in report.endorsements]
    assert all(good)
    assert last.verdict is Verdict.UNDETERMINED
    assert Reason.LIMIT_REQUESTS in last.reasons


@pytest.mark.parametrize("value", [None, 1, "a", [1, None, {}], {"id": 1}, [[]]])
@pytest.mark.parametrize("name", ["endorsement", "endorsementJwt"])
def test_what_is_no_endorsement_at_all(sim: IssuerSimulator, name: str, value: Any) -> None:
    badge = sim.mint_token(lambda d: d["issuer"].update({name: value}))
    report = verify(badge, sim.world())
    assert report.verdict is Verdict.INVALID
    assert all(not one.report for one in report.endorsements)
    assert report.errors == ()


@pytest.mark.parametrize("name", [["Achievement"], {"id": "urn:uuid:1"}, 7, None])
def test_words_in_a_badge_whose_parts_are_called_by_what_is_no_name(
    sim: IssuerSimulator, friend: IssuerSimulator, name: Any
) -> None:
    def change(document: Document) -> None:
        put("credentialSubject", "achievement", "id", value=name)(document)
        document["endorsementJwt"] = [token(friend, sim.did)]

    report = verify(sim.mint_token(change), sim.world())
    assert (report.errors, report.verdict) == ((), Verdict.INVALID)
    assert [bool(each.report) for each in report.endorsements] == [True]


def test_a_fault_of_ours_is_not_the_badges(
    sim: IssuerSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(credential: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(endorsements, "places", broken)
    report = verify(sim.mint(), sim.world())
    assert report
    (note,) = notes(report)
    assert note.reason is Reason.VERIFIER_ERROR


def test_a_terminal_names_who_is_proven_and_nobody_else(
    sim: IssuerSimulator, friend: IssuerSimulator
) -> None:
    good, bad = embedded(friend, own_id(sim)), embedded(friend, own_id(sim))
    bad["credentialSubject"]["endorsementComment"] = "De er best."
    text = render(verify(sim.mint(at(value=[good])), sim.world()), "nb")
    assert "Anbefalt av  friend.example.no\n" in text
    text = render(verify(sim.mint(at(value=[bad])), sim.world()), "nb")
    assert "Anbefalt av" not in text
    assert "De er best" not in text
    assert "Anbefalinger: gjelder ikke (endorsement.invalid)" in text

"""One signed badge, and the check of any: verdicts in words, ours and others', and no echo."""

import io
from pathlib import Path

import pytest
from httpx2 import Response
from PIL import Image

from issuer import published
from issuer.state import State
from keys import did
from keys.multikey import encode_public
from tests.support.office import BASE, Clock, Desk
from tests.support.pages import Page
from tests.verifier.ob2_issuer import ASSERTION, Ob2Issuer
from tests.verifier.pictures import as_png, picture
from tests.verifier.proofs import derive, options
from tests.verifier.simulator import IssuerSimulator, compact, ed25519_key, p256_key, put
from tests.web.conftest import HTML, Town

ORDER = "Merket er i orden: uendret siden det ble utstedt"
NOT_VALID = "Merket er ikke gyldig."
OPEN = "Vi kan ikke si om merket er gyldig. Det betyr ikke at noe er galt med det."


def _page(answer: Response, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    page = Page.of(answer.text)
    assert list(page.faults()) == []
    return page


def check(town: Town, badge: bytes, *, name: str = "merke.json", query: str = "") -> Page:
    """The answer to a badge that was uploaded."""
    files = {"file": (name, badge, "application/octet-stream")}
    return _page(town.client.post(f"/verify{query}", files=files, headers=HTML))


def given_to(town: Town, badge: bytes, recipient: str, status: int = 200) -> Page:
    """The answer to a badge together with whom it should belong to."""
    files = {"file": ("merke.json", badge, "application/octet-stream")}
    data = {"text": "", "recipient": recipient}
    return _page(town.client.post("/verify", files=files, data=data, headers=HTML), status)


def paste(town: Town, text: str, status: int = 200) -> Page:
    data = {"text": text}
    files = {"file": ("", b"", "application/octet-stream")}
    answer = town.client.post("/verify", data=data, files=files, headers=HTML)
    return _page(answer, status)


@pytest.fixture
def stranger(town: Town) -> IssuerSimulator:
    """Another issuer, whose site can be reached."""
    simulator = IssuerSimulator("kulturmerke.example", town.desk.clock())
    town.elsewhere.served = simulator.served
    return simulator


def _copy(town: Town, state: State) -> tuple[str, bytes, bytes]:
    copy = town.copies(town.slugs[state])[-1]
    assert copy.sealed_json is not None
    assert copy.sealed_jwt is not None
    return copy.id, copy.sealed_json, copy.sealed_jwt


# The page of one badge


def test_a_badge_in_force(town: Town) -> None:
    identifier, _, _ = _copy(town, State.HOLDS)
    page = town.page(f"/b/{identifier}")
    assert page.headline.startswith(ORDER)
    assert "Det gjelder til og med 29. mars 2027." in page.words
    assert "Gitt til Eksempelteatret Org.nr. 312 345 676" in page.words
    assert "Fra 30. mars 2026 Til og med 29. mars 2027" in page.words
    assert "Signatur · i orden Signaturen stemmer" in page.words
    assert "Virksomheten deltok på kurset." in page.words
    assert f"/m/{town.slugs[State.HOLDS]}" in page.links
    assert page.all("meta", name="robots", content="noindex")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.LAPSED, "Det gjaldt til og med 3. mars 2026, og den tiden er over."),
        (State.SUSPENDED, "Dette eksemplaret ble satt på vent 31. mars 2026."),
        (State.WITHDRAWN, "Det ble trukket tilbake 1. april 2026."),
        (State.GIVEN_UP, "Det ble avsluttet 2. april 2026, etter eget ønske"),
        (State.VOID, "Det ble utstedt ved en feil, og det ble rettet 3. april 2026."),
    ],
)
def test_a_badge_that_holds_no_more(town: Town, state: State, told: str) -> None:
    identifier, _, _ = _copy(town, state)
    page = town.page(f"/b/{identifier}")
    assert page.headline == NOT_VALID
    assert told in page.words
    assert page.all("img") == []
    assert f"/m/{town.slugs[state]}" in page.links


def test_the_page_of_a_badge_leads_on_to_its_successor(village: Town) -> None:
    desk = village.desk
    first = desk.holder("Eksempelteatret")
    desk.clock.advance(days=1)
    desk.suspend(first.code)
    desk.clock.advance(days=1)
    second = desk.lift(first.code)
    old = village.page(f"/b/{first.credential_id}")
    assert old.headline == NOT_VALID
    assert f"/b/{second.credential_id}" in old.links
    new = village.page(f"/b/{second.credential_id}")
    assert new.headline.startswith(ORDER)
    assert f"/b/{first.credential_id}" not in new.links


def test_a_renewal_that_lies_ahead_holds_from_its_day(village: Town) -> None:
    desk = village.desk
    first = desk.holder("Eksempelteatret")
    desk.clock.advance(days=300)
    desk.renew(first.slug)
    ahead = desk.award(first.slug)
    page = village.page(f"/b/{ahead.credential_id}")
    assert page.headline == NOT_VALID
    assert "Det gjelder fra 4. mars 2026." in page.words
    assert f"/b/{first.credential_id}" in page.links


@pytest.mark.parametrize(
    "identifier",
    ["0b2b8e64-6b0a-4d0e-9f0c-0a1b2c3d4e5f", "1", "%2E%2E", "%00", "a" * 300, "x.html", "-"],
)
def test_there_is_one_answer_for_badges_that_are_not(town: Town, identifier: str) -> None:
    known = town.client.get("/b/0b2b8e64-6b0a-4d0e-9f0c-0a1b2c3d4e5e", headers=HTML)
    answer = town.client.get(f"/b/{identifier}", headers=HTML)
    assert answer.status_code == known.status_code == 404
    assert answer.text == known.text


# The check of any badge


def test_our_own_badge_in_every_form(town: Town) -> None:
    identifier, sealed, token = _copy(town, State.HOLDS)
    picture = town.client.get(f"/b/{identifier}.png").content
    drawing = town.client.get(f"/b/{identifier}.svg").content
    for badge in (sealed, token, picture, drawing):
        page = check(town, badge)
        assert page.headline.startswith(ORDER)
        assert "Merket er utstedt av oss." in page.words
        assert "Eksempelteatret" in page.words
        assert f"/m/{town.slugs[State.HOLDS]}" in page.links
    assert paste(town, f"\n  {sealed.decode()}\n").headline.startswith(ORDER)
    assert paste(town, token.decode()).headline.startswith(ORDER)


@pytest.mark.parametrize(
    ("language", "answer"),
    [("nn", "Merket er ikkje gyldig."), ("en", "This badge is not valid.")],
)
def test_the_answer_is_in_the_language_of_the_form(town: Town, language: str, answer: str) -> None:
    _, sealed, _ = _copy(town, State.WITHDRAWN)
    page = check(town, sealed, query=f"?lang={language}")
    assert (page.lang, page.headline) == (language, answer)
    form = town.page(f"/verify?lang={language}").one("form", method="post")
    assert form.attributes["action"] == f"/verify?lang={language}"


def test_what_became_of_our_own_badge_is_told_gently(town: Town) -> None:
    """Standard verifiers know one word for it; we know what was decided."""
    _, sealed, _ = _copy(town, State.SUSPENDED)
    page = check(town, sealed)
    assert page.headline == NOT_VALID
    answer, _ = page.words.split("Hva som er kontrollert")
    assert "Dette eksemplaret ble satt på vent 31. mars 2026." in answer
    assert "trukket" not in answer
    assert f"/m/{town.slugs[State.SUSPENDED]}" in page.links


def test_the_form_asks_for_the_recipient_in_words(town: Town) -> None:
    for language, label in (
        ("nb", "Gitt til (valgfritt)"),
        ("nn", "Gitt til (valfritt)"),
        ("en", "Given to (optional)"),
    ):
        form = town.page("/verify", wished=language)
        field = form.one("input", name="recipient")
        assert label in form.words
        assert form.one("label", **{"for": field.attributes["id"]}).text == label
        assert form.one("p", id=field.attributes["aria-describedby"]).text
        assert "required" not in field.attributes


@pytest.mark.parametrize(
    "recipient",
    ["312345676", " 312 345 676 ", "312\u00a0345\u00a0676", "Eksempelteatret", "{page}", "", "  "],
)
def test_a_badge_of_the_one_who_was_named(town: Town, recipient: str) -> None:
    _, sealed, _ = _copy(town, State.HOLDS)
    named = recipient.format(page=f"{BASE}/m/{town.slugs[State.HOLDS]}")
    page = given_to(town, sealed, named)
    assert page.headline.startswith(ORDER)
    assert ("Mottaker · i orden" in page.words) == bool(recipient.strip())


@pytest.mark.parametrize("recipient", ["999 999 999", "ola@example.no", "<script>x</script>"])
def test_a_badge_of_somebody_else(town: Town, recipient: str) -> None:
    _, sealed, _ = _copy(town, State.HOLDS)
    page = given_to(town, sealed, recipient)
    assert page.headline == NOT_VALID
    assert "Merket er gitt til en annen enn den du spurte om." in page.words
    assert recipient not in page.source


def test_a_recipient_that_nobody_can_be(town: Town) -> None:
    _, sealed, _ = _copy(town, State.HOLDS)
    for recipient in ("x" * 321, "a\u202eb", "a\nb"):
        page = given_to(town, sealed, recipient, 400)
        assert "Mottakeren er for lang, eller kan ikke leses." in page.one("p", role="alert").text


def test_a_badge_that_was_changed(town: Town) -> None:
    _, sealed, _ = _copy(town, State.HOLDS)
    page = check(town, sealed.replace(b"Eksempelteatret", b"Et annet teater"))
    assert page.headline == NOT_VALID
    assert "Et annet teater" not in page.source
    assert "stands" not in page.source


def test_a_lookalike_is_called_one(town: Town, stranger: IssuerSimulator) -> None:
    """A good signature, our name and our mark, and somebody else's key."""
    badge = stranger.mint(put("issuer", "name", value="Balansekunst (eksempel)"))
    page = check(town, badge)
    assert page.headline.startswith(ORDER)
    assert "Gyldig, men ikke fra oss" in page.words
    assert page.headline.endswith("Merket er ikke utstedt av oss, selv om det kan se slik ut.")
    assert "kulturmerke.example. Merket er signert av den som rår over domenet" in page.words
    assert "Utstederen kaller seg Balansekunst (eksempel)" in page.words
    assert "Et navn blir ikke sant av at det står i et merke." in page.words
    assert "stands" not in page.source
    assert 'class="other"' not in page.source


def test_a_page_does_not_reproach_for_what_nobody_could_ask(town: Town) -> None:
    (copy,) = town.copies(town.slugs[State.HOLDS])
    for page in (town.page(f"/b/{copy.id}"), check(town, copy.sealed_json or b"")):
        assert "Du spurte ikke" not in page.words
        assert "Status hos utstederen · i orden" in page.words


def test_signed_text_says_in_which_language_it_is(town: Town) -> None:
    (copy,) = town.copies(town.slugs[State.HOLDS])
    english = town.page(f"/b/{copy.id}?lang=en")
    assert "The signed text is in Norwegian, Bokmål." in english.words
    assert english.one("ol", lang="nb").text
    assert "Den signerte teksten" not in town.page(f"/b/{copy.id}").words


def test_what_must_be_read_beside_the_verdict(town: Town, stranger: IssuerSimulator) -> None:
    """Whoever shows parts of a badge may have left out its end, or that it can be withdrawn."""
    key, method = p256_key(), f"{stranger.did}#parts"
    document = stranger.did_document()
    multikey = encode_public(key.public_key())
    document["verificationMethod"].append(
        {
            "id": method,
            "type": "Multikey",
            "controller": stranger.did,
            "publicKeyMultibase": multikey,
        }
    )
    document["assertionMethod"].append(method)
    town.elsewhere.served[stranger.did_url] = compact(document)
    shown = stranger.credential()
    del shown["validUntil"], shown["credentialStatus"]
    proof = derive(shown, key, options("ecdsa-sd-2023", method, created=shown["validFrom"]))
    page = check(town, compact({**shown, "proof": [proof]}))
    assert page.headline.startswith(ORDER)
    before, _, _ = page.words.partition("Hva som er kontrollert")
    assert "Noe kan være utelatt." in before


def test_one_who_is_nobody(town: Town) -> None:
    """A key that vouches for itself proves no name at all."""
    simulator = IssuerSimulator("kulturmerke.example", town.desk.clock())
    key = ed25519_key("nobody")
    name = did.did_key(key.public_key())
    document = simulator.credential()
    document["issuer"]["id"] = name
    del document["credentialStatus"], document["refreshService"]
    method = f"{name}#{name.removeprefix('did:key:')}"
    page = check(town, simulator.embed(document, key, verificationMethod=method))
    assert "Ingenting viser hvem som har utstedt merket." in page.words
    assert "stands" not in page.source


def test_a_stranger_who_cannot_be_reached_is_undecided(
    town: Town, stranger: IssuerSimulator
) -> None:
    badge = stranger.mint()
    town.elsewhere.served = {}
    page = check(town, badge)
    assert page.headline == OPEN
    assert "Uavklart" in page.words
    assert "Áššu" not in page.source


def test_what_is_no_badge(town: Town) -> None:
    for nothing in (b"hei", b"\x89PNG\r\n\x1a\n", b"{}", b"<svg/>", b"\xff\xfe", b"PK\x03\x04"):
        page = check(town, nothing)
        assert page.headline in (OPEN, NOT_VALID)


def test_nothing_chosen_gets_a_friendly_sentence(town: Town) -> None:
    page = paste(town, "   ", 400)
    assert "Ingenting var valgt. Velg en fil, eller lim inn teksten fra et merke." in page.words
    answer = town.client.post("/verify", headers=HTML)
    assert "Ingenting var valgt." in _page(answer, 400).words


def test_both_at_once(town: Town) -> None:
    files = {"file": ("a.json", b"{}", "application/json")}
    answer = town.client.post("/verify", data={"text": "{}"}, files=files, headers=HTML)
    assert "en fil eller en tekst, ikke begge deler" in _page(answer, 400).words


def test_a_file_beyond_the_limit(town: Town) -> None:
    files = {"file": ("a.png", b"x" * (10 * 1024 * 1024 + 1), "image/png")}
    answer = town.client.post("/verify", files=files, headers=HTML)
    assert "større enn 10 MB" in _page(answer, 413).words


def test_codes_and_addresses_of_ours_lead_on(town: Town) -> None:
    identifier, _, _ = _copy(town, State.HOLDS)
    slug = town.slugs[State.HOLDS]
    for text, where in {
        f"{BASE}/b/{identifier}": f"/b/{identifier}",
        f"{BASE}/b/{identifier}.json": f"/b/{identifier}",
        f" {BASE}/m/{slug} ": f"/m/{slug}",
        f"{BASE.upper()}/m/{slug}?award=1": f"/m/{slug}",
        f"{BASE}/embed/{slug}.svg": f"/m/{slug}",
        f"{BASE}/embed/{slug}/wide-dark-nn.svg": f"/m/{slug}",
    }.items():
        answer = town.client.post("/verify?lang=nn", data={"text": text}, headers=HTML)
        assert (answer.status_code, answer.headers.get("location")) == (303, f"{where}?lang=nn")


def test_an_address_elsewhere_is_asked_and_judged(town: Town, stranger: IssuerSimulator) -> None:
    address = "https://kulturmerke.example/b/1"
    stranger.served[address] = stranger.mint()
    page = paste(town, address)
    assert page.headline.startswith(ORDER)
    assert "kulturmerke.example" in page.words
    assert address not in page.source
    stranger.served[address] = stranger.mint().replace(b"Fire krav", b"Ingen krav")
    assert paste(town, address).headline == NOT_VALID


def test_an_address_that_is_not_ours_and_does_not_answer(town: Town) -> None:
    for text in (
        "https://example.com/badge.png",
        "http://169.254.169.254/latest",
        "https://balansemerket.example.no.example.com/b/1",
        "https://balansemerket.example.no@example.com/b/1",
    ):
        page = paste(town, text)
        assert page.headline == OPEN
        assert "Vi fikk ikke hentet merket fra adressen." in page.words
        assert text not in page.source
    assert "det ligger ikke noe merke der" in paste(town, f"{BASE}/register", 422).words
    assert "det ligger ikke noe merke der" in paste(town, f"{BASE}//example.com/", 422).words


def test_a_picture_that_lost_its_badge_leads_to_the_live_record(town: Town) -> None:
    identifier, _, _ = _copy(town, State.HOLDS)
    with Image.open(io.BytesIO(town.client.get(f"/b/{identifier}.png").content)) as opened:
        shared = as_png(opened.convert("RGB"))
    page = check(town, shared, name="delt.png", query="?lang=nb")
    assert page.headline == OPEN
    assert "Dette bildet beviser ingenting. Her er den levende oppføringen" in page.words
    (link,) = [link for link in page.links if link.startswith("/q/")]
    assert (
        town.client.get(link, follow_redirects=False)
        .headers["location"]
        .startswith(f"/m/{town.slugs[State.HOLDS]}")
    )


def test_a_picture_that_leads_elsewhere_is_no_link(town: Town) -> None:
    page = check(town, picture(["https://evil.example/Q/1"]))
    assert page.headline == OPEN
    assert "QR-koden på det fører til en adresse hos noen andre." in page.words
    assert "https://evil.example/Q/1" in page.words
    assert [link for link in page.links if "evil" in link] == []
    page = check(town, picture([f"{BASE}/nowhere"]))
    assert [link for link in page.links if "nowhere" in link] == []


def test_a_badge_of_the_older_standard(town: Town) -> None:
    issuer = Ob2Issuer(town.desk.clock())
    town.elsewhere.served = issuer.served
    page = check(town, issuer.signed(), name="merke.txt")
    assert page.headline.startswith(ORDER)
    assert "Utstederen kaller seg Eksempelskolen" in page.words
    assert "badges.example.no" in page.words
    page = paste(town, ASSERTION)
    assert page.headline.startswith(ORDER)
    assert "Merket er ikke signert, men det ligger hos utstederen nå." in page.words


def test_what_was_sent_never_comes_back(town: Town) -> None:
    for sent in (b"canary-4711", b'{"canary-4711": true}', b"<svg>canary-4711</svg>"):
        page = check(town, sent, name="canary-4711.png")
        assert "canary-4711" not in page.source


def test_facts_of_a_stranger_are_shown_as_text_and_kept_short(
    town: Town, stranger: IssuerSimulator
) -> None:
    hostile = "<script>alert(1)</script>\u202e\u2066" + "x" * 500
    badge = stranger.mint(
        lambda d: (
            put("issuer", "name", value=hostile)(d),
            put("credentialSubject", "achievement", "name", value=hostile)(d),
            put("credentialSubject", "identifier", 0, "identityHash", value=hostile)(d),
            put("validUntil", value="9999-12-31T23:59:59Z")(d),
        )
    )
    page = check(town, badge)
    assert page.headline.startswith(ORDER)
    assert "<script" not in page.source
    assert "x" * 250 not in page.source
    assert any("\u202e" in e.text for e in page.all("bdi"))
    assert "9999-12-31T23:59:59" in page.words


def test_a_forger_with_our_address_and_other_keys(town: Town, tmp_path: Path) -> None:
    # Keys that were made at another moment are other keys.
    desk = Desk.make(tmp_path / "data", clock=Clock(town.desk.clock()))
    sealed = desk.holder("Falskt Teater")
    forged = published.get(desk.office, f"/b/{sealed.credential_id}.json")
    desk.close()
    assert forged is not None
    page = check(town, forged.data)
    assert page.headline == NOT_VALID
    assert "Falskt Teater" not in page.source
    assert "stands" not in page.source

"""The inputs that each fuzz target starts from: `python -m tests.fuzz.seeds` writes them anew.

Small, and each of another shape. Inputs that a search has found stand beside them in the corpus
and are not touched.
"""

import base64
import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from PIL import Image

from badge_assets import png, svg
from issuer import codes
from keys import did, jwk, multikey
from keys.did import VerificationMethod
from keys.multikey import PublicKey
from tests.fuzz.keyrings import DID, METHOD
from tests.fuzz.whole import REFRESH, SERVED, SIM
from tests.verifier.everything import everything
from tests.verifier.older import around, older
from tests.verifier.pictures import a_png, a_svg, as_png, chunk, code, picture
from tests.verifier.simulator import compact, put
from verifier import status_list

CORPUS = Path(__file__).parent / "corpus"
Seeds = Mapping[str, bytes]

ED: PublicKey = SIM.badge_key.public_key()
P256: PublicKey = derive_private_key(7, SECP256R1()).public_key()
P384: PublicKey = derive_private_key(7, SECP384R1()).public_key()
# Nobody has the other half of it: any odd number of that length will do to be read.
RSA: PublicKey = RSAPublicNumbers(65537, int.from_bytes(b"\xc3" * 256) | 1).public_key()
EVERY_KEY: Mapping[str, PublicKey] = {"ed25519": ED, "p256": P256, "p384": P384, "rsa": RSA}


def all_seeds() -> dict[str, Seeds]:
    badges = _badges()
    texts = {name: data for name, data in badges.items() if data[:1] in b"{e"}
    return {
        "address": _lines(
            "https://merke.example.no/b/1?on=2026",
            "https://example.no:443",
            "https://example.no/%7Ea%2f",
            "https://EXAMPLE.NO?a",
            "2001:4860:4860::8888",
            "8.8.8.8",
            "http://a:b@example.no\\@localhost",
        ),
        "badge": badges,
        "bits": _bit_lists(),
        "both_ways": _documents(),
        "canonical_json": _documents(),
        "carried": {**texts, **_pictures(), "address": b"https://merke.example.no/b/1.png"},
        "code": _lines(
            (made := codes.grouped(codes.new())),
            made.replace("-", "").lower(),
            f"https://MERKE.EXAMPLE.NO/Q/{made}",
            f"merke.example.no/q/{made.replace('0', 'o')}",
        ),
        "code_on_picture": _codes(),
        "copy_in_cache": _copies(),
        "derived_proof": _derived(),
        "did_document": _did_documents(),
        "dids": _dids(),
        "encodings": _lines("z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH", "AA", "_-8", "z1"),
        "form": _forms(badges["unsigned"]),
        "graph": {
            "ring": bytes([0, 0, 1, 1, 0, 2, 2, 0, 0]),
            "look-alikes": bytes(byte for n in range(8) for byte in (n, 16, n + 1)),
            "named graphs": bytes([0, 0x81, 2, 1, 0x92, 200, 230, 0xA3, 1]),
        },
        "header": _lines(
            "text/html, application/vc+ld+json;q=0.5, */*;q=0.1",
            "a/*;q=nan,,;=, application/json;q=-1",
            "no, nn-NO;q=0.9, en-GB;q=0.8, *;q=0.1",
            "Merke.Example.no:443",
            "[::1]:8000",
            '"f3b0c442-98fc"',
        ),
        "in_picture": texts,
        "in_png": {name: data for name, data in _pictures().items() if data[:1] == b"\x89"},
        "in_svg": {name: data for name, data in _pictures().items() if data[:1] != b"\x89"},
        "jwks": {name: compact(jwk.public_jwk(key)) for name, key in EVERY_KEY.items()}
        | {"named": compact(jwk.named_jwk("1", ED)), "use": compact(_key_with("enc"))},
        "key_set": _key_sets(),
        "moments": _lines(
            "2026-11-24T12:00:00Z",
            "2026-11-24T24:00:00.000+14:00",
            "-0001-02-30T23:59:60-00:00",
            "9999-12-31T23:59:59.999999999",
        ),
        "multikeys": _lines(*map(multikey.encode_public, (ED, P256, P384)))
        | {"bytes": multikey.base58btc_decode(multikey.encode_public(ED))},
        "name": _lines("Ærøy’s “Så gøy” á Šuoššjávri", "A  b\u00adc", "\u202eab", "e\u0301" * 4),
        "older_badge": _older_badges(),
        "programme_file": _programmes(),
        "proof": _proofs(),
        "served": _answers(badges),
        "signed_badge": _documents(),
        "status_entry": _entries(),
        "strict": _lines(
            '{"a": [1, -0.5e-3, true, null, "\\u00e6\\ud83d\\ude00"]}',
            '{"a": 1, "a": 2}',
            '"\\ud800"',
            "9007199254740993",
            "NaN",
            "[" * 65,
            ' \t\r\n{"\\u0061":{}}',
        ),
        "token": {name: data for name, data in texts.items() if data[:1] == b"e"} | _tokens(),
    }


def _lines(*texts: str) -> dict[str, bytes]:
    return {_name(text): text.encode("utf-8", "surrogatepass") for text in texts}


def _name(text: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text)
    return kept[:40].strip("-") or "signs"


def _badges() -> dict[str, bytes]:
    short = SIM.embed(_short())
    return {
        "good-embedded": SIM.mint(),
        "good-short": short,
        "good-token": SIM.mint_token(key=SIM.badge_key),
        "good-jose": _jose(SIM.credential()),
        "good-older": SIM.embed(older(SIM)),
        "good-older-token": SIM.token(around(older(SIM)), SIM.badge_key),
        "good-png": png.bake(a_png(), short.decode()),
        "good-svg": svg.bake(a_svg(), short.decode()),
        "expired": SIM.mint(put("validUntil", value="2026-10-31T00:00:00Z")),
        "unsigned": compact(SIM.credential()),
    }


def _short() -> dict[str, Any]:
    document = SIM.credential()
    for member in ("image", "evidence", "refreshService", "awardedDate"):
        del document[member]
    for member in ("identifier", "result"):
        del document["credentialSubject"][member]
    for member in ("creator", "resultDescription"):
        del document["credentialSubject"]["achievement"][member]
    return document


def _jose(document: Mapping[str, Any]) -> bytes:
    return SIM.token(document, SIM.badge_key, {"typ": "vc+jwt", "jwk": None})


def _documents() -> dict[str, bytes]:
    """Credentials without proofs."""
    word = {
        **_short(),
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "credentialSubject": {"id": SIM.did, "type": ["EndorsementSubject"]},
    }
    endorsed = {**_short(), "endorsement": [json.loads(SIM.embed(word))]}
    whole = everything()
    return {
        "ours": compact(SIM.credential()),
        "short": compact(_short()),
        "older": compact(older(SIM)),
        "everything": compact(whole),
        "endorsed": compact(endorsed),
        "endorsed by token": compact({**_short(), "endorsementJwt": [_jose(word).decode()]}),
        "list": compact(SIM.status_list()),
        "own context": compact(
            {
                **_short(),
                "@context": [*_short()["@context"], {"mote": "https://example.no/mote"}],
                "mote": {"@value": "møte", "@language": "nb"},
            }
        ),
    }


def _pictures() -> dict[str, bytes]:
    token = SIM.token({"id": "urn:a"}, SIM.badge_key).decode()
    text = b'{"id": "urn:uuid:1", "name": "]]> &amp; \xc3\xa6"}'
    body = b"<![CDATA[" + text.replace(b"]]>", b"]]]]><![CDATA[>") + b"]]>"
    legacy = b'<o:assertion xmlns:o="http://openbadges.org" verify="https://example.no/1">'
    return {
        "plain": a_png(),
        "baked": png.bake(a_png(), text.decode()),
        "legacy address": a_png(chunk(b"tEXt", b"openbadges\0https://example.no/1")),
        "legacy text": a_png(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + text)),
        "compressed": a_png(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0x")),
        "vector": a_svg(),
        "vector baked": svg.bake(a_svg(), text.decode()),
        "vector token": svg.bake(a_svg(), token),
        "vector legacy": a_svg().replace(b"<path", legacy + body + b"</o:assertion><path"),
        "vector acting": a_svg().replace(b"<path", b'<style>a{fill:url( "#b" )}</style><path'),
        "vector prefix": b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    }


def _codes() -> dict[str, bytes]:
    def shrunk(image: Image.Image, mode: str) -> bytes:
        return as_png(image.convert(mode))

    ours = code("https://MERKE.EXAMPLE.NO/Q/7F3K92QX5ABC")
    clear = Image.new("RGBA", ours.size)
    clear.paste(ours.convert("RGBA"), mask=ours.convert("L").point(lambda level: 255 - level))
    return {
        "ours": shrunk(ours, "1"),
        "grey": shrunk(ours, "L"),
        "palette": shrunk(ours, "P"),
        "clear": as_png(clear),
        "elsewhere": shrunk(code("https://example.no/a b"), "1"),
        "two": shrunk(Image.open(io.BytesIO(picture(["https://a.no/1", "https://a.no/2"]))), "1"),
    }


def _bit_lists() -> dict[str, bytes]:
    made = status_list.encode([7, 94_567]).encode()
    older_form = base64.b64encode(gzip.compress(bytes(64), mtime=0))
    return {
        "ours": made,
        "base64": older_form,
        "short": b"u" + older_form.rstrip(b"="),
        "raw": b"\0",
    }


def _entries() -> dict[str, bytes]:
    entry = SIM.credential()["credentialStatus"]
    messages = [{"status": f"0x{n}", "message": f"m{n}"} for n in range(4)]
    return {
        "ours": compact(entry),
        "number": compact({**entry, "statusListIndex": 23}),
        "messages": compact(
            {**entry, "statusPurpose": "message", "statusSize": 2, "statusMessage": messages}
        ),
        "2021": compact({**entry, "type": "StatusList2021Entry"}),
    }


def _derived() -> dict[str, bytes]:
    public = multikey.base58btc_decode(multikey.encode_public(P256))
    parts = [bytes(64), public, [bytes(64), b"\1" * 64], {0: bytes(32), 1: b"\1" * 32}, [0, 2]]
    whole = b"u" + base64.urlsafe_b64encode(b"\xd9\x5d\x01" + cbor2.dumps(parts)).rstrip(b"=")
    return {
        "whole": whole,
        "inside": cbor2.dumps(parts),
        "base": b"u2V0AhVhA",
        "tag": b"\xc2\x41\1",
    }


def _did_documents() -> dict[str, bytes]:
    every = [
        VerificationMethod(METHOD, DID, ED, "Multikey"),
        VerificationMethod(f"{DID}#1", DID, RSA, "JsonWebKey"),
        VerificationMethod(f"{DID}#2", DID, P256, "Multikey"),
    ]
    document = did.did_document(DID, every)
    method = document["verificationMethod"][0]
    embedded = {**document, "verificationMethod": [], "assertionMethod": [method]}
    revoked = {**method, "revoked": "2026-01-01T00:00:00Z", "expires": "2026-06-30T00:00:00+02:00"}
    as_jwk = [{**did.did_document(DID, [VerificationMethod(METHOD, DID, P384, "JsonWebKey")])}]
    return {
        "ours": compact(document),
        "embedded": compact(embedded),
        "revoked": compact({**document, "verificationMethod": [revoked]}),
        "jwk": compact(as_jwk[0]),
    }


def _key_with(use: str) -> dict[str, Any]:
    return {**jwk.public_jwk(P256), "use": use, "key_ops": ["verify"]}


def _key_sets() -> dict[str, bytes]:
    return {
        "set": compact(jwk.jwk_set((str(n), key) for n, key in enumerate(EVERY_KEY.values()))),
        "bare": compact(jwk.public_jwk(ED)),
        "issuer": compact({"keys": [{**jwk.named_jwk("1", RSA), "iss": DID}]}),
    }


def _dids() -> dict[str, bytes]:
    return _lines(
        did.did_key(ED),
        did.did_key(P384),
        did.did_jwk(ED),
        "did:web:example.no:people:1",
        "did:web:example.no#key",
        "https://example.no/issuer#key",
        "did:web:192.168.0.1",
        "did:ion:abc",
    )


def _older_badges() -> dict[str, bytes]:
    from tests.verifier.ob2_issuer import ASSERTION, BADGE, BASE, ISSUER, KEY, LIST, Ob2Issuer

    school = Ob2Issuer()
    hosted = [school.served[url] for url in (ASSERTION, BADGE, ISSUER, LIST)]
    lines = b"\n".join(hosted).replace(KEY.encode(), LIST.encode())
    for number, url in enumerate((ASSERTION, BADGE, ISSUER, LIST)):
        lines = lines.replace(f'"{url}"'.encode(), f'"{BASE}/{number}"'.encode())
    one_part = lines.split(b"\n")
    return {
        "hosted": lines,
        "alone": one_part[0],
        "address": b"\n".join([b"https://badges.example.no/1", one_part[0]]),
    }


def _programmes() -> dict[str, bytes]:
    slug = "eksempelmerket"
    texts = "".join(
        f'[texts.{key}]\nnb = "a"\nnn = "a"\nen = "a"\n'
        for key in ("name", "tagline", "summary", "criteria", "limits", "caption")
    )
    whole = (
        f'slug = "{slug}"\nedition = "2026-1"\ndate = 2026-01-31\ntimezone = "Europe/Oslo"\n'
        'validity = "P1Y"\nrenewal_opens_days = 60\npatience_days = 90\ndeciders = 2\n'
        'main_language = "nb"\nachievement_type = "QualityAssuranceCredential"\ntags = ["a"]\n'
        f'{texts}[texts.guest]\nnb = "{{channel}}"\nnn = "{{channel}}"\nen = "{{channel}}"\n'
        '[[texts.meaning]]\nnb = "a"\nnn = "a"\nen = "a"\n'
        '[cost]\nfree_of_charge = true\n[cost.text]\nnb = "a"\nnn = "a"\nen = "a"\n'
        '[looks]\nmotif = "ring"\npaper = "#ffffff"\nink = "#000000"\ncolour = "#7a1f1f"\n'
        'colour_on_ink = "#f0c0c0"\n[contact]\nowner = "a"\nurl = "https://example.no"\n'
        'email = "a@example.no"\nreport = "a@example.no"\nprovisional = true\n'
        '[[requirements.first]]\nid = "kurs"\nkind = "attendance"\npublic = ["date"]\n'
        "minimum_hours = 3\n[[requirements.renewal]]\n"
        'id = "mote"\nkind = "meeting"\npublic = []\nname = { nb = "a", nn = "a", en = "a" }\n'
    )
    return {
        "whole": whole.encode(),
        "twice": b'slug = "a"\nslug = "b"\n[texts]\n[texts]\n',
        "broken": b'slug = "a\n[[requirements.first]\ndate = 2026-02-30\n',
        "odd": b'validity = """P1Y\n"""\ntags = [1, "\\u200b", {a.b = 1}]\nx = 0x' + b"f" * 40,
    }


def _proofs() -> dict[str, bytes]:
    made = SIM.proof(_short())
    suites = ("eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023", "Ed25519Signature2020")
    others = {suite: compact({**made, "cryptosuite": suite}) for suite in suites}
    chained = {**made, "id": "urn:uuid:1", "previousProof": ["urn:uuid:1"], "@context": []}
    plain = {name: value for name, value in made.items() if name != "cryptosuite"}
    return {
        **others,
        "ours": compact(made),
        "chained": compact(chained),
        "2020": compact({**plain, "type": "Ed25519Signature2020"}),
    }


def _answers(badges: Seeds) -> dict[str, bytes]:
    """What stands at each of the issuer's addresses, the number of the address before it."""
    ours = {
        f"ours {number}": bytes([number]) + SIM.served.get(url, badges["good-short"])
        for number, url in enumerate(SERVED)
    }
    newer = SIM.mint(put("validFrom", value="2026-11-01T00:00:00Z"))
    own_list = {
        "id": SIM.list_url,
        "issuer": SIM.did,
        "revokedCredential": [{"id": "urn:uuid:1"}, {"id": "urn:uuid:2", "revoked": False}],
    }
    older_list = {
        **SIM.status_list(),
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "credentialSubject": {
            "id": f"{SIM.list_url}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": status_list.encode([])[1:],
        },
    }
    at_list = SERVED.index(SIM.list_url)
    header = {"typ": "vc+jwt", "jwk": None}
    listed, listed_2021 = (
        SIM.token(each, SIM.status_key, header) for each in (SIM.status_list(), older_list)
    )
    return {
        **ours,
        "newer": bytes([SERVED.index(REFRESH)]) + newer,
        "list as token": bytes([at_list]) + listed,
        "1EdTech list": bytes([at_list | 1 << 4]) + compact(own_list),
        "2021 list": bytes([at_list | 2 << 4]) + listed_2021,
    }


def _copies() -> dict[str, bytes]:
    return {
        "list": b"cache-control:max-age=300\nage:7\n\n" + compact(SIM.status_list()),
        "dates": b"date:Tue, 24 Nov 2026 12:00:00 GMT\nexpires:Tue, 24 Nov 2026 13:00:00 GMT\n\n{}",
        "never": b"cache-control:private, s-maxage=9\nvary:*\n\n{}",
    }


def _tokens() -> dict[str, bytes]:
    def spelt(header: bytes) -> bytes:
        return base64.urlsafe_b64encode(header).rstrip(b"=") + b".e30."

    return {
        "none": spelt(b'{"alg":"none"}'),
        "critical": spelt(b'{"alg":"EdDSA","crit":["b64"],"b64":false}'),
        "numbers": spelt(b'{"alg":"ES256","kid":7,"iat":1e400}'),
        "bare": spelt(b'{"alg":"RS256"}') + b"AA",
    }


def _forms(unsigned: bytes) -> dict[str, bytes]:
    def part(name: str, content: bytes) -> bytes:
        return b"--b\r\nContent-Disposition: form-data; " + name.encode() + b"\r\n\r\n" + content

    head = b"multipart/form-data; boundary=b\n"
    return {
        "file": head + part('name="file"; filename="a.json"', unsigned[:200]) + b"\r\n--b--\r\n",
        "text": head
        + part('name="text"', b"{}")
        + b"\r\n"
        + part('name="recipient"', b"918 273 645")
        + b"\r\n--b--\r\n",
        "encoded": b"application/x-www-form-urlencoded\ntext=%7B%7D&recipient=a%40example.no",
        "plain": b"application/json\n{}",
    }


def main() -> None:
    for target, seeds in all_seeds().items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds.items():
            (folder / name.replace(" ", "-")).write_bytes(data)


if __name__ == "__main__":
    main()

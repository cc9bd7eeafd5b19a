"""Changes of all kinds to badges that are good: none is ever VALID unless it says the same.

"The same" is judged on what is signed, not on bytes. Every run makes other changes unless
MERKE_MUTATIONS_SEED says otherwise; a failure prints the seed.
"""

import base64
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from badge_assets import png, svg
from tests.verifier.ob2_issuer import Ob2Issuer
from tests.verifier.older import around, older
from tests.verifier.pictures import a_png, a_svg
from tests.verifier.proofs import method, prove, publish_all
from tests.verifier.simulator import IssuerSimulator, compact, p256_key
from verifier.carriers import find
from verifier.reasons import Verdict
from verifier.verify import verify

CHANGES = int(os.environ.get("MERKE_MUTATIONS", "60"))  # to each badge, of each kind
SEED = int(os.environ.get("MERKE_MUTATIONS_SEED", random.randrange(2**32)))
SLOWEST = 2.0  # seconds

SIM = IssuerSimulator()
publish_all(SIM)
SCHOOL = Ob2Issuer()
SIM.served.update(SCHOOL.served)


def proven(suite: str, key: Any) -> bytes:
    document = SIM.credential()
    return compact({**document, "proof": prove(document, suite, key, method(SIM, key))})


def chained() -> bytes:
    document, key = SIM.credential(), SIM.badge_key
    first = prove(document, "eddsa-rdfc-2022", key, method(SIM, key), id="urn:uuid:1")
    options = {"previousProof": "urn:uuid:1"}
    second = prove(
        {**document, "proof": [first]}, "eddsa-jcs-2022", key, method(SIM, key), **options
    )
    return compact({**document, "proof": [first, second]})


BADGES: dict[str, Callable[[], bytes]] = {
    "embedded": SIM.mint,
    "canonical json": lambda: proven("eddsa-jcs-2022", SIM.badge_key),
    "P-256": lambda: proven("ecdsa-rdfc-2019", p256_key()),
    "derived": lambda: proven("ecdsa-sd-2023", p256_key()),
    "chain": chained,
    "token": SIM.mint_token,
    "vc+jwt": lambda: SIM.token(SIM.credential(), header={"typ": "vc+jwt", "jwk": None}),
    "older model": lambda: SIM.embed(older(SIM)),
    "older model, token": lambda: SIM.token(around(older(SIM))),
    "Open Badges 2.0": SCHOOL.signed,
    "png": lambda: png.bake(a_png(), SIM.mint().decode()),
    "png, token": lambda: png.bake(a_png(), SIM.mint_token().decode()),
    "svg": lambda: svg.bake(a_svg(), SIM.mint().decode()),
    "svg, token": lambda: svg.bake(a_svg(), SIM.mint_token().decode()),
}


def said(badge: bytes, *, proofs: bool = True) -> Any:
    """What a badge says under signature: of JSON its statements, of a token every letter.

    Of several proofs one is enough, and nothing says which must be there: without `proofs`,
    they are left out."""
    found = find(badge)
    if found.kind == "jws":
        return found.data
    document = json.loads(found.data)
    return statements({n: v for n, v in document.items() if proofs or n != "proof"})


def statements(document: Any) -> set[Any]:
    """What `document` says in JSON-LD, where order and repetition mean nothing, a lone value may
    stand in a list or not, and what is said of one thing (one `id`) may stand in any place."""
    said: set[Any] = set()

    def value(item: Any) -> Any:
        if isinstance(item, list):
            items = frozenset(map(value, item))
            return next(iter(items)) if len(items) == 1 else items
        if not isinstance(item, dict):
            return type(item).__name__, item
        members = frozenset((name, value(member)) for name, member in item.items())
        if not isinstance(item.get("id"), str):
            return members
        said.update((item["id"], *member) for member in members)
        return "thing", item["id"]

    said.add(value(document))
    return said


def changed_bytes(badge: bytes, rng: random.Random) -> bytes:
    data = bytearray(badge)
    at = rng.randrange(len(data))
    match rng.randrange(6):
        case 0:
            data[at] ^= 1 << rng.randrange(8)
        case 1:
            data[at] = rng.randrange(256)
        case 2:
            del data[at : at + rng.choice([1, 2, 40])]
        case 3:
            data[at:at] = rng.randbytes(rng.choice([1, 2, 9]))
        case 4:
            end = at + rng.randrange(1, 60)
            data[at:at] = data[at:end]
        case _:
            other = rng.randrange(len(data))
            data[at], data[other] = data[other], data[at]
    return bytes(data)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items: Any = value.items() if isinstance(value, dict) else ()
    for step, item in enumerate(value) if isinstance(value, list) else items:
        yield from places(item, (*path, step))


ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**53, "", " ", [], {}, [None], "null", "x" * 999),
    *("2099-01-01T00:00:00Z", "https://evil.example/", "did:web:evil.example", "\u202e", "æ"),
    *({"@value": "x"}, {"@id": "urn:a:b"}, {"@list": []}, "@id", "_:b0", "urn:uuid:0"),
]


def changed_value(document: Any, rng: random.Random) -> Any:
    document = json.loads(json.dumps(document))
    path = rng.choice(list(places(document)))
    at = document
    for step in path[:-1]:
        at = at[step]
    last, old = path[-1], at[path[-1]]
    match rng.randrange(7):
        case 0:
            del at[last]
        case 1:
            at[last] = rng.choice(ODD)
        case 2:
            at[last] = [old]
        case 3 if isinstance(old, str):
            middle = len(old) // 2
            at[last] = old[:middle] + rng.choice(["x", " ", "\u200b", "A"]) + old[middle + 1 :]
        case 4 if isinstance(at, dict):
            at[f"{last}{rng.choice(['', 'x', ' '])}x"] = at.pop(last)
        case 5 if isinstance(at, dict):
            at[rng.choice(["extra", "@graph", "@id", "@type", "name", "validUntil", "id"])] = old
        case _ if isinstance(at, list):
            at.append(old)
        case _:
            at[last] = {"id": "urn:uuid:1", "type": "Other", "was": old}
    return document


def changed_json(badge: bytes, rng: random.Random) -> bytes:
    """A change of one value; of a token, one in its header or payload, the signature kept."""
    found = find(badge)
    if found.kind == "json":
        text = compact(changed_value(json.loads(found.data), rng))
    else:
        parts = found.data.split(b".")
        which = rng.randrange(2)
        value = json.loads(base64.urlsafe_b64decode(parts[which] + b"=="))
        parts[which] = base64.urlsafe_b64encode(compact(changed_value(value, rng))).rstrip(b"=")
        text = b".".join(parts)
    if found.carrier == "png":
        return png.bake(badge, text.decode())
    return svg.bake(badge, text.decode()) if found.carrier == "svg" else text


@pytest.mark.parametrize("change", [changed_bytes, changed_json])
@pytest.mark.parametrize("name", BADGES)
def test_no_change_is_ever_valid(
    name: str, change: Callable[[bytes, random.Random], bytes]
) -> None:
    rng = random.Random(f"{SEED} {name} {change.__name__}")
    badge, world = BADGES[name](), SIM.world()
    assert verify(badge, world).verdict is Verdict.VALID
    proofs = name != "chain"
    original = said(badge, proofs=proofs)
    for number in range(CHANGES):
        changed = change(badge, rng)
        began = time.process_time()
        report = verify(changed, world)
        told = f"seed {SEED}, change {number}: {changed!r}"
        assert time.process_time() - began < SLOWEST, told
        assert report.errors == (), told
        if report.verdict is Verdict.VALID:
            assert said(changed, proofs=proofs) == original, told


def test_two_badges_cannot_be_mixed() -> None:
    """Parts of two good badges of one issuer never make a third."""
    one = json.loads(SIM.mint())
    two = json.loads(
        SIM.mint(lambda d: d.update(name="Et annet", validUntil="2099-01-01T00:00:00Z"))
    )
    world = SIM.world()
    for name in one:
        mixed = {**one, name: two[name]}
        report = verify(compact(mixed), world)
        assert bool(report) is (one[name] == two[name]), name
    head, payload, signature = SIM.mint_token().split(b".")
    _, other, other_signature = SIM.mint_token(lambda d: d.update(name="Et annet")).split(b".")
    for token in ((head, other, signature), (head, payload, other_signature)):
        assert verify(b".".join(token), world).verdict is Verdict.INVALID

"""Verifying: bytes in, verdict out, with all documents in memory.

Ours runs every check that needs no network, of the badge and of its status list, on a hundred
different badges in turn; the issuer's key and list are the same for all, as they would be. The
peers are given the same badges and documents, and do what their own check of a badge consists of.
"the proof alone" leaves out structure, dates, issuer and status on both sides.
"""

import copy
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from issuer.bench.material import Material
from issuer.bench.peers import CORE, LIBRARY, OPENVC, VC, Node, Peers
from issuer.bench.rows import Absent, Comparison, Figure, rate
from keys.ring import Purpose
from verifier import claims, contexts, data_integrity, jws
from verifier.canonical import canonicalise
from verifier.reasons import Outcome
from verifier.verify import verify


def comparisons(material: Material, peers: Peers) -> Iterator[Comparison | Absent]:
    whole = rate(lambda turn: _whole(material, material.badges, turn))
    token = rate(lambda turn: _whole(material, material.tokens, turn))
    proof = rate(lambda turn: _proof(material, turn))
    yield Comparison(
        name="DI verify, every check; other: libsodium's bare signature check",
        unit="a second",
        ours=whole,
        other=rate(_signature()),
        target=0.25,
    )
    yield peers.library(
        lambda library: Comparison(
            f"DI verify, every check; other: {LIBRARY}",
            "a second",
            whole,
            rate(library.verifies(material)),
            25,
        )
    )
    yield peers.openvc(
        lambda openvc: Comparison(
            f"DI verify, every check; other: {OPENVC}",
            "a second",
            whole,
            rate(openvc.verifies(material)),
            25,
        )
    )
    for name, act in ((VC, "credential"), (CORE, "core")):
        yield peers.node(partial(_against_node, material, whole, name, act))
    yield peers.node(
        lambda node: Comparison(
            f"DI verify, the proof alone; other: {VC}",
            "a second",
            proof,
            node.rate("credential", [{"text": text} for text in _texts(material.lone)], material),
            30,
        )
    )
    yield Comparison(
        name="canonical form of a badge; other: PyLD",
        unit="a second",
        ours=rate(lambda turn: canonicalise(_of(material.documents, turn))),
        other=rate(lambda turn: _by_pyld(_of(material.documents, turn))),
        target=30,
    )
    yield peers.node(
        lambda node: Comparison(
            "JWT verify, every check; other: npm jose, signature and claims alone",
            "a second",
            token,
            node.rate("token", _for_jose(material), material),
            1.0,
        )
    )
    yield peers.node(
        lambda node: Comparison(
            "JWT verify, token, signature and claims; other: npm jose, the same",
            "a second",
            rate(lambda turn: _token(material, turn)),
            node.rate("token", _for_jose(material), material),
            1.0,
        )
    )


def _against_node(material: Material, whole: Figure, name: str, act: str, node: Node) -> Comparison:
    requests = [{"text": text} for text in _texts(material.badges)]
    return Comparison(
        f"DI verify, every check; other: {name}",
        "a second",
        whole,
        node.rate(act, requests, material),
        25,
    )


def _of(items: Any, turn: int) -> Any:
    return items[turn % len(items)]


def _texts(secured: tuple[bytes, ...]) -> list[str]:
    return [one.decode() for one in secured]


def _whole(material: Material, secured: tuple[bytes, ...], turn: int) -> None:
    if not verify(_of(secured, turn), material.world()):
        raise RuntimeError("what was just sealed does not verify")


def _proof(material: Material, turn: int) -> None:
    document = json.loads(_of(material.badges, turn))
    key = material.key(Purpose.BADGE).public
    data_integrity.verify(document, document["proof"][0], key)


def _token(material: Material, turn: int) -> None:
    token = jws.split(_of(material.tokens, turn).decode())
    jws.verify_signature(token, material.key(Purpose.BADGE_JWT).public)
    if any(finding.outcome is not Outcome.PASSED for finding in claims.check_claims(token.payload)):
        raise RuntimeError("the claims of what was just sealed do not hold")


def _signature() -> Any:
    public, private = crypto_sign_seed_keypair(b"one key for this run............")
    signed = [crypto_sign(bytes([number]) * 64, private) for number in range(100)]
    return lambda turn: crypto_sign_open(_of(signed, turn), public)


def _for_jose(material: Material) -> list[dict[str, Any]]:
    jwks = json.dumps(material.ring.jwks())
    return [{"text": text, "jwks": jwks, "options": {}} for text in _texts(material.tokens)]


def _by_pyld(document: dict[str, Any]) -> str:
    # Takes as long to import as several badges to verify.
    from pyld import jsonld

    def load(url: str, _: Any) -> dict[str, Any]:
        return {
            "document": copy.deepcopy(contexts.load()[url]),
            "contextUrl": None,
            "documentUrl": url,
            "tag": "static",  # so that it is asked for once
        }

    options = {"format": "application/n-quads", "base": None, "documentLoader": load}
    form: str = jsonld.normalize(document, options)
    return form

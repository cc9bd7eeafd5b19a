"""Issuing: from a credential to its secured form, without rehearsal and without the record.

For Data Integrity that is: canonical form, signature, JSON text. The peers do the same. A status
list is done as after one more revocation: bits, compression, both signed forms.
"""

import json
import random
import zlib
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from issuer import proofs, status
from issuer.bench.material import Material
from issuer.bench.peers import LIBRARY, OPENVC, VC, Peers
from issuer.bench.rows import Absent, Comparison, per_turn, rate
from keys import multikey
from keys.ring import Purpose
from verifier import status_list

_REVOKED = 1000


def comparisons(material: Material, peers: Peers) -> Iterator[Comparison | Absent]:
    embedded = rate(lambda turn: _embed(material, turn))
    yield peers.library(
        lambda library: Comparison(
            f"DI issue; other: {LIBRARY}", "a second", embedded, rate(library.signs(material)), 50
        )
    )
    yield peers.openvc(
        lambda openvc: Comparison(
            f"DI issue; other: {OPENVC}", "a second", embedded, rate(openvc.signs(material)), 50
        )
    )
    yield peers.node(
        lambda node: Comparison(
            f"DI issue; other: {VC}",
            "a second",
            embedded,
            node.rate("sign", _for_node(material), material),
            50,
        )
    )
    yield Comparison(
        name="JWT issue (RS256); other: the bare signature of the same key",
        unit="seconds",
        ours=per_turn(lambda turn: _token(material, turn)),
        other=per_turn(_signature(material)),
        target=1.3,
    )
    yield Comparison(
        name="status list, one more revocation to both signed forms; other: its compression",
        unit="seconds",
        ours=per_turn(lambda turn: _list(material, turn)),
        other=per_turn(_compression),
        target=5,
    )


def _embed(material: Material, turn: int) -> bytes:
    document = material.documents[turn % len(material.documents)]
    return proofs.embed(document, material.ring, material.key(Purpose.BADGE), material.now)


def _token(material: Material, turn: int) -> bytes:
    document = material.documents[turn % len(material.documents)]
    return proofs.badge_jwt(document, material.ring, material.key(Purpose.BADGE_JWT))


def _for_node(material: Material) -> list[dict[str, Any]]:
    key = material.key(Purpose.BADGE)
    private = material.ring.private_key(key)
    secret = b"\x80\x26" + private.private_bytes_raw()  # type: ignore[union-attr]
    pair = {
        "id": material.ring.method_id(key),
        "controller": material.did,
        "type": "Multikey",
        "publicKeyMultibase": multikey.encode_public(key.public),
        "secretKeyMultibase": multikey.base58btc_encode(secret),
    }
    return [{"text": json.dumps(document), "key": pair} for document in material.documents]


def _signature(material: Material) -> Any:
    private = material.ring.private_key(material.key(Purpose.BADGE_JWT))
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("the ring's key for tokens is no RSA key")
    return lambda turn: private.sign(material.tokens[turn % 100], PKCS1v15(), SHA256())


def _places(turn: int) -> list[int]:
    """A thousand places and one more, the same for the same turn."""
    return random.Random(turn % 100).sample(range(status_list.LENGTH), _REVOKED + 1)


_PLACES = [_places(turn) for turn in range(100)]


def _list(material: Material, turn: int) -> None:
    ring, now, key = material.ring, material.now, material.key(Purpose.STATUS)
    listed = status.document(material.base, material.did, 1, _PLACES[turn % 100], now)
    proofs.embed(listed, ring, key, now)
    proofs.list_jwt(listed, ring, key)


def _compression(turn: int) -> bytes:
    return zlib.compress(_BITS[turn % 100], status_list.LEVEL)


def _bits(places: list[int]) -> bytes:
    bits = bytearray(status_list.LENGTH // 8)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)
    return bytes(bits)


_BITS = [_bits(places) for places in _PLACES]

"""PyPI `openvc-core` with badges as our issuer seals them, and with lists of its own.

Peculiarities of the peer stand in docs/peers.md; it takes one proof, as an object, and so every
badge and list is handed to it in that form (`tests.peers.judges`).
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from openvc.keys import Ed25519SigningKey
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.status.bitstring import new_bitstring, set_status_bit
from openvc.status.issue import build_status_list_credential, build_status_list_entry

from tests.peers import changes, judges
from tests.peers.changes import Change
from tests.peers.judges import ACCEPTS, REFUSES
from tests.peers.shop import Badge, Shop, said_twice
from tests.verifier.simulator import IssuerSimulator, compact
from verifier import status_list
from verifier.reasons import Reason, Verdict


class Served:
    """What a judge needs of an issuer: its DID and what its addresses answer."""

    def __init__(self, shop: Shop) -> None:
        self.did = shop.did
        self.served = {url: text.encode() for url, text in shop.documents().items()}


def says(shop: Shop, document: dict[str, Any]) -> str:
    return judges.openvc(compact(document), Served(shop))


def accepted(shop: Shop, shown: list[Change]) -> set[str]:
    """Where the changes are that it did not mind."""
    return {change.where for change in shown if says(shop, change.document) != REFUSES}


def test_a_badge_and_its_status(shop: Shop, badge: Badge, revoked: Badge) -> None:
    assert says(shop, badge.document) == ACCEPTS
    assert says(shop, revoked.document) == REFUSES


def test_every_value_counts(shop: Shop, badge: Badge) -> None:
    shown = list(changes.every_value(badge.document))
    assert accepted(shop, shown) == set()
    assert len(shown) > 100


def test_nothing_can_be_taken_away(shop: Shop, badge: Badge) -> None:
    shown = list(changes.every_removal(badge.document))
    assert accepted(shop, shown) == said_twice(badge.document)


def test_nothing_can_be_added(shop: Shop, badge: Badge) -> None:
    shown = list(changes.every_addition(badge.document, "description", "Best i Norge"))
    assert accepted(shop, shown) == set()


@pytest.mark.parametrize("place", [7, 8])
def test_ours_reads_its_status_list(place: int) -> None:
    """A badge and a list that it makes, with the second's proof by another key of the issuer's."""
    from tests.peers.forms import issuer

    sim = issuer()
    bits = new_bitstring(status_list.LENGTH)
    set_status_bit(bits, 7, 1)
    url = f"{sim.base}/status/peer"
    suite = DataIntegrityProofSuite()
    more = judges.openvc_contexts()

    def signed(document: dict[str, Any], key: Any) -> bytes:
        name = sim.method(key)
        proven = suite.add_proof(
            document,
            signing_key=Ed25519SigningKey(key, name),
            verification_method=name,
            created=sim.now,
            extra_contexts=more,
        )
        return compact(proven)

    listed = build_status_list_credential(
        id=url, issuer=sim.did, bitstring=bits, valid_until=sim.now + timedelta(days=7)
    )
    entry = build_status_list_entry(status_list_credential=url, index=place)
    badge = signed({**sim.credential(), "credentialStatus": entry}, sim.badge_key)
    reader = IssuerSimulator(sim.host, sim.now)
    reader.served = {**sim.served, url: signed(listed, sim.status_key)}
    report = judges.ours(badge, reader)
    expected = (Verdict.INVALID, (Reason.STATUS_REVOKED,)) if place == 7 else (Verdict.VALID, ())
    assert (report.verdict, report.reasons) == expected
    assert judges.openvc(badge, reader) == (REFUSES if place == 7 else ACCEPTS)
    # Of its own list, too, the proof counts.
    lists = json.loads(reader.served[url])
    lists["credentialSubject"]["encodedList"] = status_list.encode([])
    reader.served[url] = compact(lists)
    assert judges.ours(badge, reader).reasons == (Reason.STATUS_UNVERIFIED,)

"""The peers get every document from us: proof that they have no other way to one."""

import select
import socket
from pathlib import Path

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier

from tests.conftest import WentOutside
from tests.peers import javascript
from tests.peers.javascript import Missing, Peers
from tests.peers.shop import DID_DOCUMENT, STATUS, STATUS_TOKEN, Badge, Shop


def test_node_cannot_even_reach_this_machine(peers: Peers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = peers.ask("reachOut", port=server.getsockname()[1])
        assert ended.keys() == {"fetch", "http", "net", "dns"}
        assert [way for way, how in ended.items() if "there is no network here" not in how] == []
        assert select.select([server], [], [], 0)[0] == []


def test_without_documents_the_javascript_peer_knows_nothing(peers: Peers, badge: Badge) -> None:
    answer = peers.ask("credential", text=badge.text, documents={})
    assert not answer["verified"]
    assert any("there is no document for did:web:" in error for error in answer["errors"])


def test_without_documents_the_python_peer_would_go_out(shop: Shop, badge: Badge) -> None:
    """And is stopped by the hook that watches every test (`tests/conftest.py`)."""
    with pytest.raises(WentOutside):
        OB3LdpVerifier.for_issuer_did(shop.did).verify(badge.text)
    with pytest.raises(WentOutside):
        OB3Verifier.for_issuer_did(shop.did)


def test_the_python_peer_asks_for_nothing_but_what_the_badge_names(
    shop: Shop, badge: Badge
) -> None:
    documents, asked = shop.documents(), []

    def download(url: str) -> bytes:
        asked.append(url)
        return documents[STATUS_TOKEN if url == STATUS else url].encode()

    verifier = OB3LdpVerifier.for_issuer_did(shop.did)
    verifier.verify(badge.text, check_status=True, download=download)
    assert set(asked) == {DID_DOCUMENT, STATUS}


def test_a_missing_peer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="Node is not here"):
        Peers.start({})


def test_a_peer_that_is_not_installed_is_named(
    peers: Peers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(javascript, "FOLDER", tmp_path)
    with pytest.raises(Missing, match="not installed"):
        Peers.start({})

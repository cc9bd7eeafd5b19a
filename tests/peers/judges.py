"""The peers as judges: each says of a badge that it accepts it, refuses it, or does not read it.

None reaches a network: what the issuer serves is handed to each. A peer's own peculiarities, and
what it is asked to check, stand here, and nowhere else.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import jwt
from openbadgeslib.ob3 import (
    OB3LdpVerifier,
    OB3VerificationError,
    OB3Verifier,
    check_credential_status,
)
from openvc import VerificationPolicy, verify_credential
from openvc.did.base import DidResolverRegistry
from openvc.did.did_jwk import DidJwkResolver
from openvc.did.did_key import DidKeyResolver
from openvc.did.did_web import DidWebResolver
from openvc.errors import OpenvcError
from openvc.resolvers import default_status_list_resolver

from keys.jwk import b64url_decode
from tests.peers.javascript import Peers
from tests.verifier.simulator import IssuerSimulator
from verifier import contexts
from verifier.documents import PinnedDocuments
from verifier.reasons import Verdict
from verifier.report import Report
from verifier.verify import World, verify

ACCEPTS: Final = "accepts"
REFUSES: Final = "refuses"
OPEN: Final = "open"
"""Neither: it could not be found out."""
UNREAD: Final = "–"
"""The peer does not read this form at all."""

OURS: Final = "Merke"
BAZAAR: Final = "@digitalbazaar/vc"
CORE: Final = "verifier-core"
JOSE: Final = "jose"
LIBRARY: Final = "openbadgeslib"
OPENVC: Final = "openvc-core"
PYJWT: Final = "PyJWT"
JUDGES: Final = (OURS, BAZAAR, CORE, LIBRARY, OPENVC, JOSE, PYJWT)


class Issuer(Protocol):
    """What is known of an issuer: its DID, and what its addresses answer."""

    did: str
    served: dict[str, bytes]


def ours(badge: bytes, sim: IssuerSimulator) -> Report:
    return verify(badge, World(PinnedDocuments(sim.served), datetime.now(UTC)))


def _of_report(report: Report) -> str:
    words = {Verdict.VALID: ACCEPTS, Verdict.INVALID: REFUSES, Verdict.UNDETERMINED: OPEN}
    return words[report.verdict]


def texts(sim: IssuerSimulator) -> dict[str, str]:
    return {url: data.decode() for url, data in sim.served.items()}


def bazaar(peers: Peers, badge: bytes, sim: IssuerSimulator) -> str:
    """Embedded proofs. Whether the bit is set the caller looks up, as its own pages say."""
    answer = peers.ask("anySuite", text=badge.decode(), documents=texts(sim))
    return ACCEPTS if answer["verified"] and not any(answer["bits"]) else REFUSES


def core(peers: Peers, badge: bytes, sim: IssuerSimulator) -> str:
    answer = peers.ask("core", text=badge.decode(), documents=texts(sim))
    return ACCEPTS if answer["verified"] else REFUSES


def jose(peers: Peers, badge: bytes, sim: IssuerSimulator) -> str:
    """The signature and the times, by the issuer's key set; it knows nothing of credentials."""
    header = json.loads(b64url_decode(badge.decode().partition(".")[0]))
    # A `vc+jwt` need not repeat its issuer in a claim.
    options = {} if header.get("typ") == "vc+jwt" else {"issuer": sim.did}
    answer = peers.ask("token", text=badge.decode(), jwks=texts(sim)[sim.jwks_url], options=options)
    return ACCEPTS if answer["verified"] else REFUSES


def pyjwt(badge: bytes, sim: IssuerSimulator) -> str:
    """As `jose`, with the one algorithm of the key that the token names in the key set."""
    token = badge.decode()
    try:
        header = jwt.get_unverified_header(token)
        keys = {key.key_id: key for key in jwt.PyJWKSet.from_json(texts(sim)[sim.jwks_url]).keys}
        key = keys[header["kid"]]
        issuer = None if header.get("typ") == "vc+jwt" else sim.did
        jwt.decode(token, key, algorithms=[key.algorithm_name], issuer=issuer)
    except (jwt.PyJWTError, KeyError):
        return REFUSES
    return ACCEPTS


def library(badge: bytes, sim: IssuerSimulator) -> str:
    """By the issuer's did:web. The list is asked without its proof, which the library reads of
    lists that are tokens only."""

    def download(url: str) -> bytes:
        return sim.served[url]

    try:
        if badge.startswith(b"{"):
            OB3LdpVerifier.for_issuer_did(_issuer(badge, sim)).verify(
                badge.decode(), check_status=True, verify_status_list=False, download=download
            )
        else:
            verifier = OB3Verifier.for_issuer_did(sim.did, download=download)
            read = verifier.verify(badge.decode())
            check_credential_status(read, download, verify_list=False)
    except (OB3VerificationError, ValueError, KeyError):
        return REFUSES
    return ACCEPTS


def _issuer(badge: bytes, sim: IssuerSimulator) -> str:
    issuer = str(json.loads(badge)["issuer"]["id"])
    return issuer if issuer.startswith("did:jwk") else sim.did


def openvc(badge: bytes, sim: Issuer) -> str:
    """With its own resolver of status lists, its fetching replaced.

    It reads one proof, as an object, of Data Integrity's own type; of tokens, those around the
    claim `vc` of VC Data Model 1.1."""
    if not badge.startswith(b"{"):
        claims = json.loads(b64url_decode(badge.decode().split(".")[1]))
        return _by_openvc(badge.decode(), sim) if "vc" in claims else UNREAD
    credential = _with_one_proof(json.loads(badge))
    match credential.get("proof"):
        case [_, _, *_] | {"type": "Ed25519Signature2020"}:
            return UNREAD
    return _by_openvc(credential, sim)


def _with_one_proof(credential: Any) -> Any:
    """`credential` with its proof, if it is the only one, as an object."""
    match credential:
        case {"proof": [proof]}:
            return {**credential, "proof": proof}
    return credential


def _by_openvc(credential: Any, sim: Issuer) -> str:
    def text_at(url: str) -> str:
        return json.dumps(_with_one_proof(json.loads(sim.served[url])))

    def json_at(url: str) -> Any:
        return json.loads(text_at(url))

    more = openvc_contexts()
    resolver = DidResolverRegistry([DidKeyResolver(), DidJwkResolver(), DidWebResolver(json_at)])
    lists = default_status_list_resolver(resolver=resolver, fetch=text_at, extra_contexts=more)
    try:
        verify_credential(
            credential,
            policy=VerificationPolicy(require_status_issuer_binding=True),
            resolver=resolver,
            resolve_status_list=lists,
            extra_contexts=more,
        )
    except (OpenvcError, ValueError, KeyError):
        return REFUSES
    return ACCEPTS


def openvc_contexts() -> Mapping[str, Any]:
    """The contexts on board, in the form it takes further ones."""
    return {url: dict(contexts.load()[url]) for url in contexts.load()}


def all_verdicts(
    peers: Peers, name: str, badge: bytes, sim: IssuerSimulator, only: str | None = None
) -> dict[str, str]:
    """What each of `JUDGES` says, or one alone; `name` begins with `token` for a token."""
    ask: dict[str, Callable[[], str]] = {
        OURS: lambda: _of_report(ours(badge, sim)),
        LIBRARY: lambda: library(badge, sim),
        OPENVC: lambda: openvc(badge, sim),
    }
    if name.startswith("token"):
        ask |= {
            BAZAAR: lambda: UNREAD,
            CORE: lambda: UNREAD,
            JOSE: lambda: jose(peers, badge, sim),
            PYJWT: lambda: pyjwt(badge, sim),
        }
    else:
        ask |= {
            BAZAAR: lambda: bazaar(peers, badge, sim),
            CORE: lambda: core(peers, badge, sim),
            JOSE: lambda: UNREAD,
            PYJWT: lambda: UNREAD,
        }
    return {judge: ask[judge]() for judge in JUDGES if only in (judge, None)}

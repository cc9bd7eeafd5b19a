"""Badges that name an address at every place where one can stand, and what leaves for it.

Run as a program in a network of its own, it prints what that network's counters say. Everything
is signed with a key that is its own name (did:key), so that each badge's proof holds and every
address in it would be followed.
"""

import json
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from keys import did, jwk
from tests.verifier.ob2_issuer import OB2
from tests.verifier.simulator import (
    NOW,
    OB3,
    VC2,
    Document,
    IssuerSimulator,
    compact,
    p256_key,
    stamp,
)
from verifier.fetch import HttpDocuments
from verifier.verify import World, verify

SELF = did.did_key(p256_key().public_key())
SELF_KID = f"{SELF}#{SELF.removeprefix('did:key:')}"
SIM = IssuerSimulator()


def token(payload: Document, kid: str, key: Any = None) -> bytes:
    key = key or p256_key()
    return SIM.token(
        payload, key, {"kid": kid, "jwk": None, "alg": jwk.algorithm(key.public_key())}
    )


def badge(issuer: str, kid: str, **members: Any) -> bytes:
    """A badge of `issuer` as token, its key named `kid`, with these members."""
    document = SIM.credential()
    for name in ("credentialStatus", "refreshService", "image"):
        del document[name]
    document["issuer"]["id"] = issuer
    document |= members
    return token(SIM.claims(document), kid)


def name_of(url: str) -> str:
    """The did:web that `url` would be."""
    return "did:web:" + url.removeprefix("https://").rstrip("/").replace("/", ":")


def by_did_web(url: str) -> bytes:
    return badge(name_of(url), f"{name_of(url)}#key")


def by_controller(url: str) -> bytes:
    return badge(url, f"{url}#key")


def by_key_set(url: str) -> bytes:
    return badge(url, "2026")


def by_kid(url: str) -> bytes:
    return badge(url, f"{url.rstrip('/')}/keys/2026")


def by_kid_of_another(url: str) -> bytes:
    return badge(SELF, url)


def by_context(url: str) -> bytes:
    return badge(SELF, SELF_KID, **{"@context": [VC2, OB3, url]})


def by_inner_context(url: str) -> bytes:
    return badge(SELF, SELF_KID, evidence=[{"@context": url, "type": ["Evidence"], "name": "a"}])


def by_status(url: str) -> bytes:
    entry = {**SIM.credential()["credentialStatus"], "statusListCredential": url, "id": f"{url}#1"}
    return badge(SELF, SELF_KID, credentialStatus=entry)


def by_older_status(url: str) -> bytes:
    """Asked for on the issuer's own host only: so the issuer is there, and its key in the token."""
    entry = {"id": url, "type": "1EdTechRevocationList"}
    return badge(url, f"{url}#key", credentialStatus=entry)


def by_image(url: str) -> bytes:
    image = {"id": url, "type": "Image"}
    document = SIM.credential()
    document["credentialSubject"]["achievement"]["image"] = image
    return badge(SELF, SELF_KID, image=image, credentialSubject=document["credentialSubject"])


def by_refresh(url: str) -> bytes:
    service = {"id": url, "type": "1EdTechCredentialRefresh"}
    return badge(SELF, SELF_KID, refreshService=service)


def _word(issuer: str) -> Document:
    return {
        "@context": [VC2, OB3],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Et godt ord",
        "issuer": {"id": issuer, "type": ["Profile"]},
        "validFrom": stamp(NOW),
        "validUntil": stamp(NOW),
        "credentialSubject": {"id": "urn:uuid:2", "type": ["EndorsementSubject"]},
    }


def by_endorsement(url: str) -> bytes:
    """Four words: of a did:web and of an address, as object and as token."""
    embedded, tokens = [], []
    for issuer in (name_of(url), url):
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "verificationMethod": f"{issuer}#key",
            "proofPurpose": "assertionMethod",
            "proofValue": "z" + "2" * 87,
        }
        embedded.append({**_word(issuer), "proof": [proof]})
        tokens.append(token(SIM.claims({**_word(issuer)}), f"{issuer}#key").decode())
    return badge(SELF, SELF_KID, endorsement=embedded, endorsementJwt=tokens)


def by_status_of_an_endorsement(url: str) -> bytes:
    entry = {**SIM.credential()["credentialStatus"], "statusListCredential": url}
    word = token(SIM.claims({**_word(SELF), "credentialStatus": entry}), SELF_KID)
    return badge(SELF, SELF_KID, endorsementJwt=[word.decode()])


def by_schema(url: str) -> bytes:
    schema = [
        {"id": url, "type": kind} for kind in ("1EdTechJsonSchemaValidator2019", "JsonSchema")
    ]
    return badge(SELF, SELF_KID, credentialSchema=schema)


def by_address(url: str) -> bytes:
    return url.encode()


def by_open_badges_2(url: str) -> bytes:
    return compact(
        {
            "@context": OB2,
            "id": url,
            "type": "Assertion",
            "recipient": {"type": "email", "hashed": False, "identity": "a@example.no"},
            "badge": url,
            "verification": {"type": "HostedBadge"},
            "issuedOn": stamp(NOW),
        }
    )


Entry = Callable[[str], bytes]

FOLLOWED: Sequence[Entry] = (
    by_did_web,
    by_controller,
    by_key_set,
    by_kid,
    by_status,
    by_older_status,
    by_refresh,
    by_endorsement,
    by_status_of_an_endorsement,
    by_address,
    by_open_badges_2,
)
"""Places from which an address that may be asked is asked."""

NEVER: Sequence[Entry] = (by_kid_of_another, by_context, by_inner_context, by_image, by_schema)
"""Places from which no address is ever asked."""


OUTSIDE = "example.no"
"""A harmless name that some hostile texts come down to, where a place wants a name only."""


def all_cases(urls: Sequence[str]) -> Iterator[bytes]:
    for url in urls:
        for entry in (*FOLLOWED, *NEVER):
            yield entry(url)


# As a program, in a network of its own.


def counted() -> dict[str, int]:
    """What has left so far: connections tried, segments, datagrams, packets on the loopback."""
    table: dict[str, int] = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind = names.split(":")[0]
        for name, value in zip(names.split()[1:], values.split()[1:], strict=True):
            table[f"{kind}.{name}"] = int(value)
    for line in Path("/proc/net/snmp6").read_text().splitlines():
        name, value = line.split()
        table[name] = int(value)
    table["lo"] = int(Path("/sys/class/net/lo/statistics/tx_packets").read_text())
    wanted = ("Tcp.ActiveOpens", "Tcp.OutSegs", "Udp.OutDatagrams", "Udp6OutDatagrams", "lo")
    return {name: table[name] for name in wanted}


def main() -> None:
    """Read {"urls": [url], "names": {host: address}, "public": [host, address]} from standard
    input. The sockets are the system's own, and so is the resolver of all but these names."""
    asked = json.load(sys.stdin)
    host, address = asked["public"]

    def resolve(name: str) -> Sequence[str]:
        if name == OUTSIDE:
            raise socket.gaierror("nobody is asked about this name")
        if name in asked["names"]:
            return [asked["names"][name]]
        if name == host:
            return [address]
        return [str(entry[4][0]) for entry in socket.getaddrinfo(name, 443)]

    documents = HttpDocuments(seconds=2.0, unsafe_resolver=resolve)
    answer: dict[str, Any] = {"start": counted(), "verified": 0}
    for presented in all_cases(asked["urls"]):
        verify(presented, World(documents, NOW, refresh=True))
        answer["verified"] += 1
    answer["hostile"] = counted()
    verify(by_refresh(f"https://{host}/a"), World(documents, NOW, refresh=True))
    answer["control"] = counted()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()

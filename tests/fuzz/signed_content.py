"""Targets: what signatures are made over, and the lists and values around them."""

import gzip
import json
import random
import zlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import cbor2

from keys.jwk import b64url_decode, b64url_encode
from tests.fuzz.keyrings import parsed
from tests.fuzz.reading import loose
from tests.fuzz.target import refused, target
from tests.verifier.simulator import NOW
from verifier import canonical, compiled, data_integrity, freshness, rdfc, status_list
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit
from verifier.contexts import UnknownContext
from verifier.data_integrity import InvalidProof
from verifier.documents import Document
from verifier.rdfc import ALGORITHMS, Quad
from verifier.status_entry import Unanswered, read_entry
from verifier.status_list import MalformedList
from verifier.suites import ecdsa_sd, jcs


@target
def bits(data: bytes) -> None:
    """A status list's bits: `MalformedList`, or what `gzip` makes of them."""
    text = loose(data)
    for decode, kept in ((status_list.decode, text[1:]), (status_list.decode_2021, text)):
        read = refused(lambda: decode(text, max_bits=2**20), MalformedList)  # noqa: B023
        if read is None:
            continue
        assert len(read) <= 2**20
        packed = kept.rstrip("=").translate(str.maketrans("+/", "-_"))
        assert gzip.decompress(b64url_decode(packed)) == read._data
        for index in (-1, 0, len(read) - 1, len(read)):
            at = partial(status_list.status, read, index, minimum=1)
            assert (refused(at, MalformedList) is None) is not (0 <= index < len(read))
    # Bytes that are not encoded yet, so that the search gets inside the compression.
    inside = "u" + b64url_encode(gzip.compress(data, mtime=0) + data[:1] * (len(data) % 7 == 6))
    read = refused(lambda: status_list.decode(inside), MalformedList)
    assert (read is None) is (len(data) % 7 == 6)
    raw = refused(lambda: status_list.decode("u" + b64url_encode(data)), MalformedList)
    assert raw is None or zlib.decompress(data, zlib.MAX_WBITS | 16) == raw._data


@target
def status_entry(data: bytes) -> None:
    """`credentialStatus`: `Unanswered`, or an index that is the text's own number."""
    entry = parsed(data)
    if isinstance(entry, Mapping):
        read = refused(lambda: read_entry(entry), Unanswered)
        if read is not None:
            assert read.index == int(entry["statusListIndex"])
            assert 1 <= read.size <= 8


@target
def derived_proof(data: bytes) -> None:
    """The value of a derived proof: `InvalidProof`, or parts that CBOR writes the same way."""
    for value in (loose(data), "u" + b64url_encode(b"\xd9\x5d\x01" + data)):
        read = refused(lambda: ecdsa_sd.read(value), InvalidProof)  # noqa: B023
        if read is not None:
            assert len(read.base_signature) == 64
            assert list(read.mandatory) == sorted(set(read.mandatory))
            assert len(set(read.labels.values())) == len(read.labels)
            parts = cbor2.loads(b64url_decode(value[1:])[3:])
            assert [parts[0], parts[2], parts[3]] == [
                read.base_signature,
                list(read.signatures),
                read.labels,
            ]


@target
def both_ways(data: bytes) -> None:
    """Canonical N-Quads: the fast way and the slow way give the same bytes, or the fast one
    leaves it to the slow one, which may refuse."""
    document = parsed(data)
    if not isinstance(document, dict):
        return
    for digest in ("sha256", "sha384"):
        try:
            fast = compiled.canonicalise(document, ALGORITHMS[digest])
        except compiled.NotMine:
            fast = None
        slow = refused(
            lambda: canonical.slowly(document, digest=digest),  # noqa: B023
            DataLoss,
            InvalidJsonLd,
            UnknownContext,
            WorkLimit,
        )
        assert fast is None or fast == slow
        if slow is None:
            return
        for line in slow.decode().split("\n")[:-1]:
            assert ecdsa_sd._LINE.fullmatch(line), line


@target
def canonical_json(data: bytes) -> None:
    """Canonical JSON: `InvalidProof`, or the same value, written the one way there is."""
    document = parsed(data)
    if not isinstance(document, dict):
        return
    read = refused(lambda: jcs._canonical(document), InvalidProof)
    if read is not None:
        again = json.loads(read)
        assert again == document
        assert jcs._canonical(again) == read


@target
def graph(data: bytes) -> None:
    """RDFC-1.0: whatever blank nodes are called, and in whatever order they come, the same bytes,
    or `WorkLimit` each time."""
    quads = list(dict.fromkeys(_quads(data[:160])))
    read = refused(lambda: rdfc.canonicalise(quads, max_work=3_000), WorkLimit)
    rng = random.Random(data)
    names = [f"_:n{number}" for number in range(16)]
    rng.shuffle(names)
    renamed = [tuple(_renamed(term, names) for term in quad) for quad in quads]
    rng.shuffle(renamed)
    again = refused(lambda: rdfc.canonicalise(renamed, max_work=3_000), WorkLimit)  # type: ignore[arg-type]
    assert again == read


def _quads(data: bytes) -> list[Quad]:
    """A small graph of few nodes, many of them blank: three bytes a statement.

    One graph only. Between several RDFC-1.0 hashes a neighbour (section 4.7) without the graph it
    is one in, so that look-alikes may stay alike, and their order is nobody's."""
    found = []
    for at in range(0, len(data) - 2, 3):
        first, second, third = data[at : at + 3]
        value = f"_:b{third & 15}" if third < 192 else rdfc.literal(chr(third))
        subject = f"_:b{first & 15}" if first < 224 else "<urn:a>"
        found.append((subject, f"<urn:p{second >> 4 & 3}>", value, ""))
    return found


def _renamed(term: str, names: list[str]) -> str:
    return names[int(term[3:])] if term.startswith("_:b") else term


@target
def proof(data: bytes) -> None:
    """An embedded proof on a small document: `InvalidProof` or a refusal of the document."""
    found = parsed(data)
    if not isinstance(found, dict):
        return
    document: dict[str, Any] = {"@context": "https://www.w3.org/ns/credentials/v2", "proof": found}
    from tests.fuzz.whole import SIM

    def holds() -> bool:
        data_integrity.verify(document, found, SIM.badge_key.public_key())
        return True

    held = refused(
        holds,
        InvalidProof,
        DataLoss,
        InvalidJsonLd,
        UnknownContext,
        WorkLimit,
    )
    assert held is None, "nobody has signed this"


@target
def copy_in_cache(data: bytes) -> None:
    """How long a copy may be kept: no longer than the longest time, whatever is said."""
    head, _, body = data.partition(b"\n\n")
    headers = dict(
        line.decode("latin-1").partition(":")[::2] for line in head.split(b"\n") if b":" in line
    )
    seconds = freshness.lifetime(headers, Document(body), NOW)
    assert 0 <= seconds <= freshness.LONGEST

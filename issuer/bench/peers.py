"""Other people's implementations, where they are installed: `openbadgeslib` and `openvc-core` in
this process, the npm packages of `tests/peers/node` in one Node process beside it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from cryptography.hazmat.primitives import serialization

from issuer.bench.material import Material
from issuer.bench.rows import PART, Absent, Comparison, Figure
from keys.ring import Purpose
from verifier import contexts

LIBRARY: Final = "openbadgeslib"
OPENVC: Final = "openvc-core"
VC: Final = "npm @digitalbazaar/vc"
CORE: Final = "npm @digitalcredentials/verifier-core"

_Peer = TypeVar("_Peer")
_SCRIPTS = Path(__file__).parents[2] / "tests" / "peers" / "node"
_WINDOW = 1.0  # seconds
_WARM_UP = 1.0


class Node:
    """The npm peers. What each request means stands in `tests/peers/node/verify.mjs`."""

    def __init__(self, program: str) -> None:
        self._process = subprocess.Popen(
            [program, "verify.mjs"],
            cwd=_SCRIPTS,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        known = {url: json.dumps(one) for url, one in contexts.load().items()}
        self._ask("contexts", documents=known)

    def rate(self, act: str, requests: list[dict[str, Any]], material: Material) -> Figure:
        """How often a peer does `act` in a second, with each of `requests` in turn: as `rows.rate`
        counts, after a while for Node's compiler to warm up."""
        documents = {url: data.decode() for url, data in material.published.items()}
        whole = [{**request, "documents": documents} for request in requests[:20]]

        def figure() -> float:
            answer = self._ask(
                "repeat",
                of=act,
                requests=whole,
                warmUp=_WARM_UP,
                seconds=_WINDOW,
                part=PART,
            )
            return float(answer["count"]) / float(answer["seconds"])

        return figure

    def _ask(self, act: str, **request: Any) -> Mapping[str, Any]:
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        if pipe_in is None or pipe_out is None:
            raise RuntimeError("Node's pipes are closed")
        pipe_in.write(json.dumps({"act": act, **request}).encode() + b"\n")
        pipe_in.flush()
        reply = json.loads(pipe_out.readline() or b'{"fault": "the process has ended"}')
        if "fault" in reply:
            raise RuntimeError(f"the npm peers failed: {reply['fault']}")
        answer: Mapping[str, Any] = reply["answer"]
        return answer

    def close(self) -> None:
        self._process.communicate()


class Library:
    """`openbadgeslib`. Of the status list it reads the bit; a list's proof it takes as JWT only."""

    def __init__(self) -> None:
        from openbadgeslib import ob3

        self._ob3 = ob3

    def verifies(self, material: Material) -> Callable[[int], object]:
        verifier = self._ob3.OB3LdpVerifier.for_issuer_did(material.did)

        def action(turn: int) -> object:
            return verifier.verify(
                material.badges[turn % len(material.badges)],
                check_status=True,
                verify_status_list=False,
                download=material.published.__getitem__,
            )

        return action

    def signs(self, material: Material) -> Callable[[int], object]:
        key = material.key(Purpose.BADGE)
        pem = material.ring.private_key(key).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        signer = self._ob3.OB3LdpSigner(pem, material.ring.method_id(key))
        verifier = self._ob3.OB3LdpVerifier.for_issuer_did(material.did)
        read = verifier.verify(material.badges[0], download=material.published.__getitem__)
        return lambda _: signer.sign_to_json(read)


class OpenVc:
    """`openvc-core`. It is given each proof as an object, the one form it reads, and its own
    resolvers, whose fetching is replaced."""

    def __init__(self) -> None:
        import openvc
        from openvc.did.did_web import DidWebResolver
        from openvc.proof.data_integrity import DataIntegrityProofSuite
        from openvc.resolvers import default_status_list_resolver

        self._openvc = openvc
        self._resolver = DidWebResolver
        self._suite = DataIntegrityProofSuite
        self._lists = default_status_list_resolver
        self._contexts = {url: dict(one) for url, one in contexts.load().items()}

    def verifies(self, material: Material) -> Callable[[int], object]:
        texts = {url: _with_one_proof(data) for url, data in material.published.items()}
        resolver = self._resolver(lambda url: json.loads(texts[url]))
        lists = self._lists(
            resolver=resolver, fetch=texts.__getitem__, extra_contexts=self._contexts
        )
        policy = self._openvc.VerificationPolicy(require_status_issuer_binding=True)
        badges = [_with_one_proof(badge) for badge in material.badges]

        def action(turn: int) -> object:
            return self._openvc.verify_credential(
                json.loads(badges[turn % len(badges)]),
                policy=policy,
                resolver=resolver,
                resolve_status_list=lists,
                extra_contexts=self._contexts,
            )

        return action

    def signs(self, material: Material) -> Callable[[int], object]:
        key = material.key(Purpose.BADGE)
        method = material.ring.method_id(key)
        private = material.ring.private_key(key)
        signing = self._openvc.Ed25519SigningKey(private, kid=method)  # type: ignore[arg-type]
        suite = self._suite()

        def action(turn: int) -> object:
            signed = suite.add_proof(
                material.documents[turn % len(material.documents)],
                signing_key=signing,
                verification_method=method,
                extra_contexts=self._contexts,
            )
            return json.dumps(signed)

        return action


def _with_one_proof(data: bytes) -> str:
    document = json.loads(data)
    match document:
        case {"proof": [proof]}:
            document["proof"] = proof
    return json.dumps(document)


class Peers:
    """Those that are here. Use it in a `with` statement."""

    def __init__(self, library: Library | str, openvc: OpenVc | str, node: Node | str) -> None:
        """Each a peer, or why there is none."""
        self._library = library
        self._openvc = openvc
        self._node = node

    @classmethod
    def start(cls) -> Self:
        return cls(
            _installed(Library, "pip install openbadgeslib"),
            _installed(OpenVc, "pip install openvc-core"),
            _node(),
        )

    def library(self, comparison: Callable[[Library], Comparison]) -> Comparison | Absent:
        if isinstance(self._library, str):
            return Absent(LIBRARY, self._library)
        return comparison(self._library)

    def openvc(self, comparison: Callable[[OpenVc], Comparison]) -> Comparison | Absent:
        if isinstance(self._openvc, str):
            return Absent(OPENVC, self._openvc)
        return comparison(self._openvc)

    def node(self, comparison: Callable[[Node], Comparison]) -> Comparison | Absent:
        if isinstance(self._node, str):
            return Absent("npm peers", self._node)
        return comparison(self._node)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self._node, Node):
            self._node.close()


def _installed(peer: Callable[[], _Peer], how: str) -> _Peer | str:
    try:
        return peer()
    except ImportError:
        return f"not installed ({how})"


def _node() -> Node | str:
    program = shutil.which("node")
    if program is None:
        return "Node 20 or newer is not here"
    if not (_SCRIPTS / "node_modules").is_dir():
        return "the packages are not installed (scripts/peers.sh, in the source tree)"
    return Node(program)

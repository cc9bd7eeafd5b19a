"""Other people's implementations, where they are installed: `openbadgeslib` in this process, the
npm packages of `tests/peers/node` in one Node process beside it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self

from cryptography.hazmat.primitives import serialization

from issuer.bench.material import Material
from issuer.bench.rows import Absent, Comparison, Figure
from keys.ring import Purpose
from verifier import contexts

LIBRARY: Final = "openbadgeslib"
VC: Final = "npm @digitalbazaar/vc"

_SCRIPTS = Path(__file__).parents[2] / "tests" / "peers" / "node"
_WINDOW = 1.0  # seconds; Node's compiler needs a while to warm up
_WARM_UP = 0.5


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
        """How often a peer does `act` in a second, with each of `requests` in turn."""
        documents = {url: data.decode() for url, data in material.published.items()}
        whole = [{**request, "documents": documents} for request in requests[:20]]

        def figure() -> float:
            answer = self._ask("repeat", of=act, requests=whole, warmUp=_WARM_UP, seconds=_WINDOW)
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


class Peers:
    """Those that are here. Use it in a `with` statement."""

    def __init__(self, library: Library | str, node: Node | str) -> None:
        """Each a peer, or why there is none."""
        self._library = library
        self._node = node

    @classmethod
    def start(cls) -> Self:
        return cls(_library(), _node())

    def library(self, comparison: Callable[[Library], Comparison]) -> Comparison | Absent:
        if isinstance(self._library, str):
            return Absent(LIBRARY, self._library)
        return comparison(self._library)

    def node(self, comparison: Callable[[Node], Comparison]) -> Comparison | Absent:
        if isinstance(self._node, str):
            return Absent("npm peers", self._node)
        return comparison(self._node)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self._node, Node):
            self._node.close()


def _library() -> Library | str:
    try:
        return Library()
    except ImportError:
        return "not installed (pip install openbadgeslib)"


def _node() -> Node | str:
    program = shutil.which("node")
    if program is None:
        return "Node 20 or newer is not here"
    if not (_SCRIPTS / "node_modules").is_dir():
        return "the packages are not installed (scripts/peers.sh, in the source tree)"
    return Node(program)

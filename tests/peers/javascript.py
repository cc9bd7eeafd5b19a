"""The JavaScript peers: one Node process for a whole test run, spoken to line by line.

Who the peers are, and what each request means, stands in `node/verify.mjs`.
"""

import json
import select
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parent / "node"
OLDEST = 20
PATIENCE = 60.0  # seconds for one answer, on a busy machine

Answer = dict[str, Any]


class Missing(Exception):
    """The peers cannot be run here; the message says why and what to do."""


class Fault(Exception):
    """The script behind the pipe failed: no judgement about any badge."""


class Peers:
    """A running process. Close it, or use it in a `with` statement."""

    def __init__(self, node: str) -> None:
        # An empty environment: no options, proxies or certificates from outside.
        self._process = subprocess.Popen(
            [node, "verify.mjs"],
            cwd=FOLDER,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @classmethod
    def start(cls, contexts: Mapping[str, str]) -> Self:
        """Start the peers with these JSON-LD contexts (address -> text) and no others.

        Raises `Missing` where Node is missing or too old, or the packages are not installed.
        """
        peers = cls(node())
        peers.ask("contexts", documents=contexts)
        return peers

    def ask(self, act: str, **request: Any) -> Answer:
        """Return the answer to one request. Raises `Fault`."""
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        pipe_in.write(json.dumps({"act": act, **request}).encode() + b"\n")
        pipe_in.flush()
        if not select.select([pipe_out], [], [], PATIENCE)[0]:
            raise Fault(f"no answer to {act!r} within {PATIENCE:.0f} s")
        reply = json.loads(pipe_out.readline() or b'{"fault": "the process has ended"}')
        if "fault" in reply:
            raise Fault(reply["fault"])
        answer: Answer = reply["answer"]
        return answer

    def close(self) -> None:
        try:
            self._process.communicate(timeout=PATIENCE)
        finally:
            self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def node() -> str:
    """The program. Raises `Missing` where it or the packages are not here."""
    program = shutil.which("node")
    if program is None:
        raise Missing(
            f"Node is not here, so nothing was shown to the JavaScript peers; "
            f"install Node {OLDEST} or newer and run scripts/peers.sh"
        )
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.strip().removeprefix("v").split(".")[0]) < OLDEST:
        raise Missing(
            f"the JavaScript peers need Node {OLDEST} or newer; {program} is {told.strip()}"
        )
    if not (FOLDER / "node_modules" / ".package-lock.json").is_file():
        raise Missing("the JavaScript peers are not installed; scripts/peers.sh does it")
    return program

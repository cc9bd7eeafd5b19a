"""Somebody who asks a server the same thing over and over, as fast as it answers.

A program of its own, so that its work is not the server's:

    python -m issuer.bench.load PORT CONNECTIONS SECONDS < request

The request is sent as it is, again on each connection once its answer is whole; nothing is sent
ahead. Prints JSON: how many answers came in all, how many in
so many seconds after a warm-up, and how long each hundredth of those took.
"""

import asyncio
import json
import re
import sys
import time

_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"
_WARM_UP = 0.2


class Asker(asyncio.Protocol):
    """One connection. `waits` are the seconds each answer took, after the warm-up."""

    def __init__(self, request: bytes, statuses: tuple[bytes, ...]) -> None:
        self._request = request
        self._statuses = statuses
        self._received = bytearray()
        self.waits: list[float] = []
        self.fault: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_END)
        if end < 0:
            return
        length = _LENGTH.search(self._received, 0, end + 2)
        whole = end + len(_END) + (int(length[1]) if length else 0)
        if len(self._received) < whole:
            return
        if self._received[9:12] not in self._statuses:
            self.fault = self._received[:200].decode("latin-1")
            self._transport.close()
            return
        self.waits.append(time.perf_counter() - self._asked)
        del self._received[:whole]
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self.fault = self.fault or f"the connection was lost: {exc}"


async def load(port: int, request: bytes, connections: int, seconds: float) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    askers = []
    for _ in range(connections):
        _, asker = await loop.create_connection(
            lambda: Asker(request, (b"200", b"304")), "127.0.0.1", port
        )
        askers.append(asker)
    await asyncio.sleep(_WARM_UP)
    before = sum(len(asker.waits) for asker in askers)
    for asker in askers:
        asker.waits.clear()
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    while not any(asker.waits or asker.fault for asker in askers):
        # A machine that is busy with other things; whoever started this has a limit.
        await asyncio.sleep(seconds)
    passed = time.perf_counter() - started
    waits = sorted(wait for asker in askers for wait in asker.waits)
    faults = [asker.fault for asker in askers if asker.fault]
    if faults:
        return {"fault": faults[0]}
    return {
        "all": before + len(waits),
        "count": len(waits),
        "seconds": passed,
        "hundredths": [waits[len(waits) * hundredth // 100] for hundredth in range(100)],
    }


if __name__ == "__main__":
    port, connections, seconds = sys.argv[1:]
    asked = load(int(port), sys.stdin.buffer.read(), int(connections), float(seconds))
    print(json.dumps(asyncio.run(asked)))

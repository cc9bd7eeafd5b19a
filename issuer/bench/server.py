"""A server to be measured: the application of a data folder, and beside it the barest one.

    python -m issuer.bench.server DATA

Prints the port. `/hello` answers ten bytes before anything of ours is reached; `/processor`
tells how many seconds of a processor this process has used.
"""

import asyncio
import random
import sys
import time
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from issuer.office import Office
from issuer.web.app import create_app
from issuer.web.server import configuration, free_port

_HELLO = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"10")],
}
_WORLD = {"type": "http.response.body", "body": b"hello you\n"}


def beside(app: ASGIApp) -> ASGIApp:
    async def measured(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if path == "/hello":
            await send(_HELLO)
            await send(_WORLD)
        elif path == "/processor":
            used = str(time.process_time()).encode()
            size = [(b"content-length", str(len(used)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": size})
            await send({"type": "http.response.body", "body": used})
        else:
            await app(scope, receive, send)

    return measured


def main(data: Path) -> None:
    office = Office.open(data, keys_required=False)
    listener = free_port("127.0.0.1", random.randrange(20_000, 50_000))
    config = configuration(beside(create_app(office, listen="127.0.0.1")))
    print(listener.getsockname()[1], flush=True)
    try:
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
    finally:
        office.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

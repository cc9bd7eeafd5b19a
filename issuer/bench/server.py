"""A server to be measured: the application of a data folder, and beside it the barest one.

    python -m issuer.bench.server DATA < documents

Reads what strangers have published, as JSON: address -> text. Prints the port. `/hello` answers
ten bytes before anything of ours is reached; `/api/v1/constant` is a call of the application
like any other, which takes what is posted and answers the same to all; `/processor` tells how
many seconds of a processor this process has used.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from issuer.office import Office
from issuer.web.app import create_app
from issuer.web.prompt import prompt
from issuer.web.server import configuration, free_port
from verifier.documents import PinnedDocuments

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


async def constant(request: Request) -> Response:
    await request.body()
    return Response(b"{}", media_type="application/json")


def main(data: Path, published: Mapping[str, str]) -> None:
    documents = PinnedDocuments({url: text.encode() for url, text in published.items()})
    office = Office.open(data, keys_required=False)
    listener = free_port("127.0.0.1", random.randrange(20_000, 50_000))
    app = create_app(office, documents=documents, listen="127.0.0.1")
    app.add_api_route("/api/v1/constant", constant, methods=["POST"])
    config = configuration(beside(app), prompt(app.lane))
    print(listener.getsockname()[1], flush=True)
    try:
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
    finally:
        office.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.load(sys.stdin))

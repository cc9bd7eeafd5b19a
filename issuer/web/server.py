"""The server: uvicorn around the application, and the daily work beside it."""

import errno
import logging
import socket

import click
import uvicorn
from starlette.types import ASGIApp

from issuer.daily import beside, settle
from issuer.errors import BadInput
from issuer.office import Office
from issuer.texts import N_, translate
from issuer.web.app import create_app
from issuer.web.patience import Patient
from issuer.web.prompt import prompt
from keys.ring import RingError

log = logging.getLogger(__name__)


def free_port(host: str, port: int, *, tries: int = 20) -> socket.socket:
    """A socket bound to `port`, or to the next free one after it."""
    for number in range(port, min(port + tries, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # With the protocol named, asyncio sends the second half of an answer without waiting
        # until the first is acknowledged.
        taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, number))
            taken.listen(128)
        except OSError as error:
            taken.close()
            if error.errno == errno.EADDRINUSE:
                continue
            raise BadInput(
                N_("Cannot listen on %(host)s port %(port)s: %(fault)s"),
                host=host,
                port=number,
                fault=error.strerror or str(error),
            ) from error
        return taken
    if tries == 1:
        raise BadInput(
            N_("Port %(port)s is in use by another program. Choose another with --port."),
            port=port,
        )
    raise BadInput(
        N_("Every port from %(port)s to %(last)s is busy. Choose another with --port."),
        port=port,
        last=number,
    )


def run(office: Office, host: str, port: int, *, language: str) -> None:
    """Serve until Ctrl-C. A busy port is a fault here: a web server in front expects it."""
    listener = free_port(host, port, tries=1)
    address = f"http://{host if ':' not in host else f'[{host}]'}:{port}"
    click.echo(
        translate(
            language,
            N_(
                "merke serves %(base)s (%(folder)s)\n"
                "Listening on %(address)s; the keys are %(keys)s. Stop with Ctrl-C."
            ),
            base=office.settings.base_url,
            folder=str(office.folder.path),
            address=address,
            keys=translate(language, _keys(office)),
        ),
        err=True,
    )
    serve(office, listener)


def _keys(office: Office) -> str:
    try:
        return N_("locked") if office.ring.locked else N_("unlocked")
    except (RingError, OSError):
        return N_("out of reach")


def serve(office: Office, listener: socket.socket) -> None:
    """Serve on a socket that is already bound, with the daily work beside it."""
    try:
        settle(office)
    except Exception:
        # Pages and verification do not wait for it; it is tried again every minute.
        log.exception("what was left undone could not be settled at the start")
    threads = beside(office)
    for thread in threads:
        thread.start()
    try:
        app = create_app(office, listen=listener.getsockname()[0])
        uvicorn.Server(configuration(app, prompt(app.lane))).run(sockets=[listener])
    finally:
        for thread in threads:
            thread.stop()
        listener.close()


def configuration(app: ASGIApp, protocol: type[Patient] = Patient) -> uvicorn.Config:
    """How uvicorn serves `app`: HTTP/1.1 alone, and no connection stays open for nothing."""
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        log_level="warning",
        # Who asks is written down nowhere.
        access_log=False,
        server_header=False,
        # Addresses, links and decisions never come from forwarded headers.
        proxy_headers=False,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=32_768,
    )

"""The application: every route, every rule about requests, wired around one office.

Nothing happens at import. Order matters in two places: who wants JSON is served before the
pages are asked, and the nets stand outside of everything they catch.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from issuer.hosts import Sightings
from issuer.lookups import Lookups
from issuer.office import Office
from issuer.studio import Studio
from issuer.web import api, embed, machine, oembed, openapi, pages, problems, registers
from issuer.web.alike import packable
from issuer.web.bodies import Bodies
from issuer.web.copies import Copies
from issuer.web.headers import Headers, Hosts, Lengths, hosts
from issuer.web.http import HeadAsGet, OpenToAll
from issuer.web.kept import Kept
from issuer.web.packing import Packed
from issuer.web.pools import Pool
from issuer.web.problems import Unexpected
from issuer.web.senders import sender
from issuer.web.short_lane import ShortLane
from verifier.documents import DocumentSource
from verifier.fetch import HttpDocuments

log = logging.getLogger(__name__)

# Seconds for which sightings are held in memory.
BETWEEN_WRITING = 60.0


class Application(FastAPI):
    """The framework, and the short lane before it."""

    lane: ShortLane
    sightings: Sightings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.lane(scope, receive, send)

    async def long_way(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The framework alone."""
        await super().__call__(scope, receive, send)


def create_app(
    office: Office,
    *,
    listen: str | None = None,
    documents: DocumentSource | None = None,
    studio: Studio | None = None,
) -> Application:
    """The application of `office`.

    `listen` is the address it will be served on: if that is this machine's own, requests for
    this machine by name are answered too. `documents` answers for addresses that are not ours
    when a badge is verified; left out, the guarded network client does. `studio` draws.
    """
    app = Application(
        title=office.settings.name,
        version="1",
        description="Badges that anyone can check. See docs/api.md.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.office = office
    app.state.documents = documents or HttpDocuments()
    app.state.look = Lookups()
    app.state.studio = studio or Studio()
    app.state.picture_pool = Pool("picture", threads=4, waiting=60, busy="picture.busy")
    # The whole register is written down by few at a time, and sent from what was written.
    app.state.copies = Copies(office.folder.path)
    app.state.register_pool = Pool("register", threads=2, waiting=30, busy="register.busy")
    # Judging may wait for strangers' servers: it does so in threads that nothing else needs.
    app.state.verify_pool = Pool("verify", threads=4, waiting=28, busy="verify.busy")
    app.state.fetch_pool = Pool("fetch", threads=8, waiting=8, busy="verify.busy")

    app.router.routes.extend(machine.ROUTES)
    app.router.routes.extend(registers.ROUTES)
    app.router.routes.extend(embed.ROUTES)
    app.router.routes.extend(oembed.ROUTES)
    app.router.routes.extend(api.ROUTES)
    app.include_router(api.router)
    app.include_router(pages.router)
    app.router.routes.extend(machine.LAST_ROUTES)

    problems.install(app, pages.problem_page)
    openapi.install(app)

    # Each is put around those before it: the last one stands outermost.
    app.add_middleware(Bodies)
    app.add_middleware(Kept, commits=lambda: office.commits)
    app.add_middleware(Packed, where=packable)
    app.add_middleware(OpenToAll)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Lengths)
    own = office.settings.host
    allowed = hosts(own, sample=office.settings.sample, listen=listen)
    app.add_middleware(Hosts, own=own, allowed=allowed)
    app.add_middleware(Unexpected)
    app.add_middleware(Headers)
    app.sightings = Sightings(own)

    def told(slug: str, referer: bytes, scope: Scope) -> None:
        app.sightings.seen(slug, referer, lambda: sender(scope, office.settings.trusted_proxies))

    app.lane = ShortLane(app.long_way, office, own, allowed, told)
    return app


@asynccontextmanager
async def _lifespan(app: Application) -> AsyncIterator[None]:
    writing = asyncio.create_task(_write_down(app))
    yield
    writing.cancel()
    await _written(app)
    app.lane.close()
    app.state.register_pool.close()
    app.state.copies.close()
    app.state.verify_pool.close()
    app.state.fetch_pool.close()
    app.state.picture_pool.close()
    app.state.studio.close()


async def _write_down(app: Application) -> None:
    try:
        await asyncio.to_thread(app.sightings.learn, app.state.office)
    except Exception as fault:
        log.warning("where seals were shown could not be read: %s", fault)
    while True:
        await asyncio.sleep(BETWEEN_WRITING)
        await _written(app)


async def _written(app: Application) -> None:
    """Write down where seals were shown. What cannot be written now is written later."""
    try:
        await asyncio.to_thread(app.sightings.write, app.state.office)
    except Exception as fault:
        log.warning("where seals are shown could not be written down: %s", fault)

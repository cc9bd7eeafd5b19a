"""Looks at other people's domains for what was asked of them: DNS, a file, a front page.

Pages are fetched by the one guarded client (`verifier.fetch`); names are asked of the machine's own
resolver, which is the only place a query goes. Everything is bounded, and nothing is kept.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final

import dns.exception
import dns.rdatatype
import dns.resolver

from issuer.domains import Place, Way, links_back
from verifier.documents import Document, DocumentUnavailable
from verifier.fetch import Budget, HttpDocuments

log = logging.getLogger(__name__)

DNS_SECONDS: Final = 5.0
MOST_RECORDS: Final = 50
# Requests for one look; redirects inside the host count.
MOST_REQUESTS: Final = 4

Texts = Callable[[str], Sequence[bytes]]
"""The TXT records at a name; none where it has none. Raises `DocumentUnavailable`."""
Fetch = Callable[[str], Document]
"""The document at an address. Raises `DocumentUnavailable`."""


class Lookups:
    """A `domains.Look`. `texts_at` and `fetch` are replaced where nothing may be asked."""

    def __init__(self, texts_at: Texts | None = None, fetch: Fetch | None = None) -> None:
        self._texts = texts_at or texts
        self._fetch = fetch or fetched

    def __call__(self, place: Place, way: Way) -> bool:
        try:
            match way:
                case Way.DNS:
                    name, wanted = place.record
                    return wanted.encode() in self._texts(name)
                case Way.FILE:
                    return place.challenge.encode() in self._fetch(place.file).data.split()
                case Way.LINK:
                    page = self._fetch(place.front).data.decode("utf-8", "replace")
                    return links_back(page, place.pages)
        except DocumentUnavailable as fault:
            log.info("%s: %s", place.domain, fault)
            return False


def fetched(url: str) -> Document:
    # A client of its own each time: a copy from before is no proof of now.
    return HttpDocuments().fetch(url, Budget(requests=MOST_REQUESTS))


def texts(
    name: str, make: Callable[[], dns.resolver.Resolver] = dns.resolver.Resolver
) -> Sequence[bytes]:
    """The TXT records at `name`, as the resolver that `make` makes knows them."""
    try:
        resolver = make()
        resolver.lifetime = DNS_SECONDS
        answer = resolver.resolve(name, dns.rdatatype.TXT, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as fault:
        raise DocumentUnavailable(
            f"the name could not be looked up ({type(fault).__name__})"
        ) from fault
    return [b"".join(record.strings) for record in list(answer)[:MOST_RECORDS]]

"""Looks at other people's domains for what was asked of them: DNS, a file, a front page.

Pages are fetched by the one guarded client (`verifier.fetch`); names are asked of the machine's own
resolver, which is the only place a query goes. Everything is bounded, and nothing is kept.
"""

from collections.abc import Callable, Sequence
from typing import Final

import dns.exception
import dns.rdatatype
import dns.resolver

from issuer.domains import Looked, Place, Way, links_back
from verifier.documents import Document, DocumentUnavailable
from verifier.fetch import Budget, HttpDocuments

DNS_SECONDS: Final = 5.0
MOST_RECORDS: Final = 50
# Requests for one look; redirects inside the host count.
MOST_REQUESTS: Final = 4

Texts = Callable[[str], Sequence[bytes]]
"""The TXT records at a name; none where it has none. Raises `OSError` if nobody answers."""
Fetch = Callable[[str], Document]
"""The document at an address. Raises `DocumentUnavailable`."""


class Lookups:
    """A `domains.Look`. `texts` and `fetch` are replaced where nothing may be asked."""

    def __init__(self, texts: Texts | None = None, fetch: Fetch | None = None) -> None:
        self._texts = texts or _texts
        self._fetch = fetch or _fetched

    def __call__(self, place: Place, way: Way) -> Looked:
        try:
            match way:
                case Way.DNS:
                    name, wanted = place.record
                    found = wanted.encode() in self._texts(name)
                case Way.FILE:
                    lines = self._fetch(place.file).data.split()
                    found = place.challenge.encode() in lines
                case Way.LINK:
                    page = self._fetch(place.front).data
                    found = links_back(page.decode("utf-8", "replace"), place.pages)
        except _Absent:
            return Looked.MISSING
        except (DocumentUnavailable, OSError):
            return Looked.UNREACHABLE
        return Looked.FOUND if found else Looked.MISSING


class _Absent(Exception):
    """There is certainly nothing."""


def _fetched(url: str) -> Document:
    # A client of its own each time: a copy from before is no proof of now.
    return HttpDocuments().fetch(url, Budget(requests=MOST_REQUESTS))


def _texts(name: str) -> Sequence[bytes]:
    resolver = dns.resolver.Resolver()
    resolver.lifetime = DNS_SECONDS
    try:
        answer = resolver.resolve(name, dns.rdatatype.TXT, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        raise _Absent from None
    except dns.exception.DNSException as fault:
        raise OSError(f"the name could not be looked up ({type(fault).__name__})") from fault
    return [b"".join(record.strings) for record in list(answer)[:MOST_RECORDS]]

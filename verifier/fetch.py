"""The one guarded HTTPS client. Every packet a verification sends leaves here.

A stranger chooses the addresses, so each is judged before anything happens: https and port 443
only, a host name (never an address in any spelling), no user info, no odd characters. The name
is resolved once; only addresses of the public internet are connected to, and it is the judged
address that is connected to. Certificates are always verified against the name. Redirects stay
on the host. Size, time and number are bounded, and nothing is taken from the environment's
proxy settings. A document that could not be had says nothing about the badge; one that may be
used again for a while is (`verifier.freshness`).
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urljoin

import httpcore2

from verifier import freshness
from verifier.addresses import HttpsUrl, is_public, parse_url
from verifier.documents import (
    MAX_BADGE,
    MAX_DOCUMENT,
    MAX_REQUESTS,
    Document,
    DocumentGone,
    DocumentUnavailable,
    RequestsSpent,
)

SECONDS_PER_FETCH: Final = 5.0
SECONDS_PER_VERIFICATION: Final = 10.0
MAX_REDIRECTS: Final = 3

Resolver = Callable[[str], Sequence[str]]
"""Name in, addresses as text out; may block; raises `OSError`."""
Dial = Callable[[str, int, float], socket.socket]
"""(address, port, seconds) in, connected socket out; raises `OSError`."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Budget:
    """What one verification may spend: requests (redirects count) and seconds, all together."""

    def __init__(
        self,
        requests: int = MAX_REQUESTS,
        seconds: float = SECONDS_PER_VERIFICATION,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = requests
        self._seconds = seconds
        self._clock = clock

    def spend_request(self) -> None:
        """Count one request about to be sent. Raises `RequestsSpent`."""
        if self._requests <= 0:
            raise RequestsSpent("more requests than one badge may cause")
        self._requests -= 1

    def deadline(self, seconds: float) -> "Deadline":
        """The end of a fetch that may take `seconds`, or what is left. Raises `RequestsSpent`."""
        if self._seconds <= 0:
            raise RequestsSpent("more time than one badge may cause us to wait")
        return Deadline(min(seconds, self._seconds), self._clock)

    def spend_time(self, deadline: "Deadline") -> None:
        """Take the time that has passed since `deadline` was set."""
        self._seconds -= deadline.passed()


class Deadline:
    """A moment by which a whole fetch is over, however slowly its bytes trickle."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self._seconds = seconds

    def passed(self) -> float:
        return self._clock() - self._start

    def left(self) -> float:
        """Seconds left, more than none. Raises `DocumentUnavailable` when there are none."""
        left = self._seconds - self.passed()
        if left <= 0:
            raise DocumentUnavailable("the host took too long to answer")
        return left


class HttpDocuments:
    """Documents from the public internet, by guarded HTTPS GET.

    Thread-safe; one for a process, for it keeps copies of what may be used again. Give it to a
    `World`; every verification then gets a fresh budget. `max_bytes` bounds one document. The
    `unsafe_*` parameters replace the parts that guard or connect and are for tests against a
    server on this machine; addresses are judged all the same.
    """

    def __init__(
        self,
        *,
        max_bytes: int = MAX_DOCUMENT,
        seconds: float = SECONDS_PER_FETCH,
        unsafe_resolver: Resolver | None = None,
        unsafe_dial: Dial | None = None,
        unsafe_tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._resolve = unsafe_resolver or _system_resolver
        self._dial = unsafe_dial or _system_dial
        self._tls = unsafe_tls_context
        self._copies = freshness.Copies(time.monotonic)

    def get(self, url: str) -> Document:
        """Return the document at `url` with a budget of its own."""
        return self.fetch(url, Budget())

    def get_badge(self, url: str) -> Document:
        """Return the badge at `url`, no larger than `MAX_BADGE`, with a budget of its own."""
        return self.fetch_badge(url, Budget())

    def for_one_verification(self) -> "_Budgeted":
        return _Budgeted(self, Budget())

    def at_hand(self, url: str) -> Document | None:
        """The copy kept of what stands at `url`, None where there is no fresh one."""
        return self._copies.get(str(parse_url(url)))

    def fetch(self, url: str, budget: Budget) -> Document:
        """Return the document at `url`, spending from `budget`, or raise `DocumentUnavailable`.

        A copy that is still fresh costs nothing.
        """
        if (copy := self.at_hand(url)) is not None:
            return copy
        here = parse_url(url)
        answer = self._fetched(here, budget, self._max_bytes)
        # Which of several addresses on the way might be asked again is not worth finding out.
        if not answer.redirected:
            seconds = freshness.lifetime(answer.headers, answer.document, datetime.now(UTC))
            self._copies.keep(str(here), answer.document, seconds)
        return answer.document

    def fetch_badge(self, url: str, budget: Budget) -> Document:
        """The same for the badge itself, no larger than `MAX_BADGE`. No copy is kept."""
        return self._fetched(parse_url(url), budget, MAX_BADGE).document

    def _fetched(self, here: HttpsUrl, budget: Budget, max_bytes: int) -> "_Answer":
        deadline = budget.deadline(self._seconds)
        seen = {here}
        try:
            for _ in range(MAX_REDIRECTS + 1):
                budget.spend_request()
                answer = self._ask(here, deadline, max_bytes)
                if isinstance(answer, _Answer):
                    return replace(answer, redirected=len(seen) > 1)
                here = _next_hop(here, answer)
                if here in seen:
                    raise DocumentUnavailable("the host redirects in a circle")
                seen.add(here)
            raise DocumentUnavailable(f"more than {MAX_REDIRECTS} redirects")
        finally:
            budget.spend_time(deadline)

    def _ask(self, url: HttpsUrl, deadline: Deadline, max_bytes: int) -> "_Answer | str":
        """One request: the answer, or where the host redirects to."""
        backend = _GuardedBackend(self._resolve, self._dial, deadline)
        try:
            with (
                httpcore2.ConnectionPool(
                    ssl_context=self._tls or _system_tls(),
                    network_backend=backend,
                    max_keepalive_connections=0,
                ) as pool,
                pool.stream("GET", _as_judged(url), headers=_HEADERS) as response,
            ):
                return _read(response, max_bytes)
        except DocumentUnavailable:
            raise
        except (httpcore2.TimeoutException, TimeoutError):
            raise DocumentUnavailable("the host took too long to answer") from None
        except ssl.SSLError as error:
            raise DocumentUnavailable(f"no trusted connection: {_tls_fault(error)}") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            raise DocumentUnavailable(f"the host did not answer ({type(error).__name__})") from None


class _Budgeted:
    def __init__(self, documents: HttpDocuments, budget: Budget) -> None:
        self._documents = documents
        self._budget = budget

    def get(self, url: str) -> Document:
        return self._documents.fetch(url, self._budget)

    def get_badge(self, url: str) -> Document:
        return self._documents.fetch_badge(url, self._budget)


@dataclass(frozen=True)
class _Answer:
    document: Document
    headers: Mapping[str, str]
    redirected: bool = False


def _read(response: httpcore2.Response, max_bytes: int) -> _Answer | str:
    headers = _headers(response)
    if response.status in _REDIRECTS:
        return headers.get("location", "")
    if response.status == 410:
        raise DocumentGone("the host answered 410: it is gone")
    if response.status != 200:
        raise DocumentUnavailable(f"the host answered {response.status}")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise DocumentUnavailable("the host answered in an encoding nobody asked for")
    data = bytearray()
    for part in response.iter_stream():
        data += part
        if len(data) > max_bytes:
            raise DocumentUnavailable(f"the answer is larger than {max_bytes} bytes")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return _Answer(Document(bytes(data), media_type or None), headers)


# No cookie, no referrer, nothing about the badge: the host learns that somebody asked.
_HEADERS = [
    (b"Accept", b"application/json, application/did+json, application/vc, */*;q=0.1"),
    (b"Accept-Encoding", b"identity"),
    (b"Connection", b"close"),
    (b"User-Agent", b"merke-verifier"),
]


def _as_judged(url: HttpsUrl) -> httpcore2.URL:
    # In parts: the library must not read the text a second time, in its own way.
    return httpcore2.URL(
        scheme=b"https", host=url.host.encode(), port=None, target=url.target.encode()
    )


def _next_hop(here: HttpsUrl, location: str) -> HttpsUrl:
    # Before urljoin, which drops line breaks and tabs and would judge another text.
    if not location or not location.isascii() or not location.isprintable() or "\\" in location:
        raise DocumentUnavailable("the host redirects to no address")
    there = parse_url(urljoin(str(here), location))
    if there.host != here.host:
        raise DocumentUnavailable("the host redirects to another host")
    return there


def _headers(response: httpcore2.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw, value in response.headers:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        if name == "cache-control" and name in headers:
            headers[name] += f", {text}"
        headers.setdefault(name, text)
    return headers


def _tls_fault(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted ({error.verify_message})"
    return error.reason or type(error).__name__


class _GuardedBackend(httpcore2.NetworkBackend):
    """Resolves once, judges, and connects to the judged address and no other."""

    def __init__(self, resolve: Resolver, dial: Dial, deadline: Deadline) -> None:
        self._resolve = resolve
        self._dial = dial
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = _in_time(lambda: self._resolve(host), self._deadline)
        public = [address for address in addresses if is_public(address)]
        if not public:
            raise DocumentUnavailable("the host has no address on the public internet")
        for address in public[:-1]:
            # Half of what is left for each but the last: one dead address is not the end.
            try:
                return _Stream(self._dial(address, port, self._deadline.left() / 2), self._deadline)
            except OSError:
                continue
        return _Stream(self._dial(public[-1], port, self._deadline.left()), self._deadline)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the fetch."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(buffer)

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            self._socket.settimeout(self._deadline.left())
            secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except BaseException:
            self.close()
            raise
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return None


# A name server that never answers holds a thread, for the system's call cannot be stopped.
_LOOKUPS = threading.BoundedSemaphore(32)


def _in_time(look_up: Callable[[], Sequence[str]], deadline: Deadline) -> Sequence[str]:
    """Run a blocking look-up, but wait no longer than the deadline."""
    if not _LOOKUPS.acquire(timeout=deadline.left()):
        raise DocumentUnavailable("too many names are being looked up")
    done = threading.Event()
    answer: list[Sequence[str]] = []

    def run() -> None:
        try:
            answer.append(look_up())
        except (OSError, UnicodeError):
            pass
        finally:
            done.set()
            _LOOKUPS.release()

    threading.Thread(target=run, daemon=True, name="verifier-name-lookup").start()
    if not done.wait(deadline.left()):
        raise DocumentUnavailable("the host's name could not be looked up in time")
    if not answer or not answer[0]:
        raise DocumentUnavailable("the host's name has no address")
    return answer[0]


@cache
def _system_tls() -> ssl.SSLContext:
    # Once, and only when something is fetched: reading the authorities takes a while.
    return ssl.create_default_context()


def _system_resolver(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _system_dial(address: str, port: int, seconds: float) -> socket.socket:
    connection = socket.create_connection((address, port), seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection

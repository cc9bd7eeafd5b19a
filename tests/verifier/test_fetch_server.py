"""The guarded client against a server: TLS, redirects, bounds of size and time.

The server is on this machine, with a certificate authority of its own. The client believes it
talks to a public address: the parts that resolve and connect are replaced, the judgement not.
"""

import socket
import ssl
import threading
import time
from collections.abc import Sequence

import pytest

from tests.verifier.tls_server import Authority, Serve, redirect, reply
from tests.verifier.wire import PUBLIC, PUBLIC_V6, Wire, client
from verifier.documents import DocumentUnavailable, OneVerification, RequestsSpent
from verifier.fetch import Budget


def test_a_document_is_fetched_from_the_judged_address_under_its_name(
    serve: Serve, authority: Authority
) -> None:
    server = serve(reply(b'{"id": 1}', headers=["Content-Type: Application/DID+json; charset=x"]))
    wire = Wire("::1", PUBLIC, port=server.port)
    document = client(wire, authority.trust).get("https://Example.no:443/.well-known/did.json?a=b")
    assert (document.data, document.media_type) == (b'{"id": 1}', "application/did+json")
    assert (wire.resolved, wire.dialled) == (["example.no"], [(PUBLIC, 443)])
    assert server.names == ["example.no"]
    (request,) = server.requests
    head = request.split("\r\n")
    assert head[0] == "GET /.well-known/did.json?a=b HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in head[1:] if line}
    assert names == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert "Host: example.no" in head


def test_a_dead_address_is_not_the_end(serve: Serve, authority: Authority) -> None:
    server = serve(reply(b"ok"))

    class HalfDead(Wire):
        def dial(self, address: str, port: int, seconds: float) -> socket.socket:
            if address == PUBLIC:
                self.dialled.append((address, port))
                raise TimeoutError
            return super().dial(address, port, seconds)

    wire = HalfDead(PUBLIC, PUBLIC_V6, port=server.port)
    assert client(wire, authority.trust).get("https://example.no/").data == b"ok"
    assert wire.dialled == [(PUBLIC, 443), (PUBLIC_V6, 443)]


def test_proxies_of_the_environment_are_not_used(
    serve: Serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = serve(reply(b"ok"))
    wire = Wire(PUBLIC, port=server.port)
    assert client(wire, authority.trust).get("https://example.no/").data == b"ok"


def test_a_certificate_for_another_name_is_not_accepted(serve: Serve, authority: Authority) -> None:
    wire = Wire(PUBLIC, port=serve(reply(), host="other.no").port)
    with pytest.raises(DocumentUnavailable, match="certificate not accepted"):
        client(wire, authority.trust).get("https://example.no/")


def test_a_certificate_that_has_run_out_is_not_accepted(serve: Serve, authority: Authority) -> None:
    wire = Wire(PUBLIC, port=serve(reply(), days=-1).port)
    with pytest.raises(DocumentUnavailable, match="certificate not accepted"):
        client(wire, authority.trust).get("https://example.no/")


def test_a_certificate_of_an_unknown_authority_is_not_accepted(serve: Serve) -> None:
    server = serve(reply())
    with pytest.raises(DocumentUnavailable, match="certificate not accepted"):
        client(Wire(PUBLIC, port=server.port)).get("https://example.no/")
    assert server.requests == []


def test_a_server_without_tls_is_not_talked_to(authority: Authority) -> None:
    plain = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def run() -> None:
        connection, _ = plain.accept()
        with connection:
            seen.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    with pytest.raises(DocumentUnavailable, match="no trusted connection"):
        client(Wire(PUBLIC, port=plain.getsockname()[1]), authority.trust).get("https://a.no/")
    thread.join(5)
    plain.close()
    assert b"GET" not in seen[0]


@pytest.mark.parametrize(
    "status", ["404 Not Found", "410 Gone", "500 X", "204 No Content", "206 P"]
)
def test_only_200_is_an_answer(serve: Serve, authority: Authority, status: str) -> None:
    server = serve(reply(b"", status))
    with pytest.raises(DocumentUnavailable, match=status[:3]):
        client(Wire(PUBLIC, port=server.port), authority.trust).get("https://example.no/")


def test_an_answer_nobody_asked_to_be_packed(serve: Serve, authority: Authority) -> None:
    server = serve(reply(b"", headers=["Content-Encoding: gzip"]))
    with pytest.raises(DocumentUnavailable, match="encoding"):
        client(Wire(PUBLIC, port=server.port), authority.trust).get("https://example.no/")


def test_an_answer_may_be_as_large_as_the_limit(serve: Serve, authority: Authority) -> None:
    server = serve(reply(b"x" * 1000))
    wire = Wire(PUBLIC, port=server.port)
    whole = client(wire, authority.trust, max_bytes=1000).get("https://example.no/")
    assert len(whole.data) == 1000
    with pytest.raises(DocumentUnavailable, match="larger than 999"):
        client(wire, authority.trust, max_bytes=999).get("https://example.no/")


def test_an_endless_answer_is_stopped(serve: Serve, authority: Authority) -> None:
    def endless(connection: ssl.SSLSocket, target: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    server = serve(endless)
    with pytest.raises(DocumentUnavailable, match="larger"):
        client(Wire(PUBLIC, port=server.port), authority.trust).get("https://example.no/")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_trickles_is_stopped_in_time(
    serve: Serve, authority: Authority, first: bytes
) -> None:
    def trickle(connection: ssl.SSLSocket, target: str) -> None:
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    server = serve(trickle)
    start = time.monotonic()
    with pytest.raises(DocumentUnavailable, match="too long"):
        client(Wire(PUBLIC, port=server.port), authority.trust, seconds=0.4).get(
            "https://example.no/"
        )
    assert time.monotonic() - start < 3


def test_a_flood_of_headers_is_stopped(serve: Serve, authority: Authority) -> None:
    def flood(connection: ssl.SSLSocket, target: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            connection.sendall(b"X-%d: %s\r\n" % (number, b"y" * 1000))

    server = serve(flood)
    with pytest.raises(DocumentUnavailable):
        client(Wire(PUBLIC, port=server.port), authority.trust).get("https://example.no/")


@pytest.mark.parametrize("answer", [b"not http at all\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b""])
def test_an_answer_that_is_no_http(serve: Serve, authority: Authority, answer: bytes) -> None:
    server = serve(lambda connection, target: connection.sendall(answer))
    with pytest.raises(DocumentUnavailable, match="did not answer"):
        client(Wire(PUBLIC, port=server.port), authority.trust).get("https://example.no/")


def test_redirects_on_the_host_are_followed(serve: Serve, authority: Authority) -> None:
    server = serve(redirect("/1", "https://example.no/2", "https://EXAMPLE.no:443/3"))
    wire = Wire(PUBLIC, port=server.port)
    assert client(wire, authority.trust).get("https://example.no/0").data == b"there"
    assert len(wire.resolved) == len(wire.dialled) == 4  # every hop is judged anew


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("https://evil.no/1", "another host"),
        ("https://sub.example.no/1", "another host"),
        ("//evil.no/1", "another host"),
        ("https://example.no@evil.no/1", "not https:// and a host name"),
        ("http://example.no/1", "only https"),
        ("https://127.0.0.1/1", "not https:// and a host name"),
        ("https://[::1]/1", "not https:// and a host name"),
        ("https://example.no:8443/1", "not https:// and a host name"),
        ("file:///etc/passwd", "only https"),
        ("\\\\evil.no\\1", "no address"),
        ("/\t/evil.no/1", "no address"),
        ("", "no address"),
        ("/0", "circle"),
    ],
)
def test_redirects_that_are_not_followed(
    serve: Serve, authority: Authority, location: str, why: str
) -> None:
    server = serve(redirect(location))
    wire = Wire(PUBLIC, port=server.port)
    with pytest.raises(DocumentUnavailable, match=why):
        client(wire, authority.trust).get("https://example.no/0")
    assert (len(wire.dialled), len(server.requests)) == (1, 1)


def test_a_name_that_turns_inwards_between_redirects(serve: Serve, authority: Authority) -> None:
    server = serve(redirect("/1"))

    class Turning(Wire):
        def resolve(self, host: str) -> Sequence[str]:
            super().resolve(host)
            return [PUBLIC] if len(self.resolved) == 1 else ["127.0.0.1"]

    wire = Turning(port=server.port)
    with pytest.raises(DocumentUnavailable, match="public internet"):
        client(wire, authority.trust).get("https://example.no/0")
    assert len(wire.dialled) == 1


def test_too_many_redirects(serve: Serve, authority: Authority) -> None:
    server = serve(redirect("/1", "/2", "/3", "/4"))
    with pytest.raises(DocumentUnavailable, match="more than 3"):
        client(Wire(PUBLIC, port=server.port), authority.trust).get("https://example.no/0")
    assert len(server.requests) == 4


def test_redirects_count_as_requests(serve: Serve, authority: Authority) -> None:
    server = serve(redirect("/1", "/2"))
    documents = client(Wire(PUBLIC, port=server.port), authority.trust)
    budget = Budget(requests=4)
    documents.fetch("https://example.no/0", budget)
    with pytest.raises(RequestsSpent):
        documents.fetch("https://example.no/0", budget)
    assert len(server.requests) == 4


def test_each_verification_has_a_budget_of_its_own(serve: Serve, authority: Authority) -> None:
    server = serve(reply(b"ok"))
    documents = client(Wire(PUBLIC, port=server.port), authority.trust)
    for _ in range(2):
        one = OneVerification(documents)
        for number in range(10):
            assert one.get(f"https://example.no/{number}").data == b"ok"
        with pytest.raises(RequestsSpent):
            one.get("https://example.no/more")
    assert len(server.requests) == 20

"""Anything at all, sent to any address: never a fault of ours."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.support.office import Desk
from tests.support.web import as_staff, browser


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str]]]:
    desk = Desk.make(tmp_path_factory.mktemp("anything") / "data")
    desk.holder("Eksempelteatret")
    desk.enrol("Fjordscenen")
    with browser(desk) as client:
        yield client, as_staff(desk)
    desk.close()


_TEXT = st.text(max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_SEGMENT = st.sampled_from(
    [
        *("b", "m", "q", "Q", "embed", "status", "keys", "issuer", "achievements", "register"),
        *("register.json", "api", "v1", "participations", "awards", "verify", "problems"),
        *(".well-known", "did.json", "eksempelteatret", "fjordscenen", "fjordscenen.json"),
        *("requirements", "kurs", "acceptance", "award", "preparation", "suspend", "void"),
        *("1", "1.jwt", "refresh", "wide-dark-nn.svg", "static", "balansemerket-2026-1"),
        *("00000000-0000-4000-8000-000000000000.png", "7F3K-92QX-5A1B", "healthz", "readyz"),
    ]
) | _TEXT.map(lambda text: "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace")))
_BODY = (
    st.binary(max_size=200)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries({"reason": _JSON}, optional={"facts": _JSON, "first_day": _JSON}).map(
        lambda value: json.dumps(value).encode()
    )
)
_HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("Accept", "Accept-Language", "Content-Type", "If-None-Match", "Idempotency-Key"),
            *("Range", "Cookie", "Origin", "X-Forwarded-Host", "Expect", "Authorization"),
        ]
    ),
    st.sampled_from(["application/json", "text/html", "*/*", "multipart/form-data; boundary=x"])
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    max_size=4,
)


@settings(
    max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]),
    segments=st.lists(_SEGMENT, max_size=5),
    query=st.dictionaries(st.sampled_from(["lang", "cursor", "limit", "at", "q", "trust"]), _TEXT),
    headers=_HEADERS,
    body=_BODY,
    signed_in=st.booleans(),
)
def test_nothing_that_is_sent_is_a_fault_of_ours(
    shop: tuple[TestClient, dict[str, str]],
    method: str,
    segments: list[str],
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    signed_in: bool,
) -> None:
    client, staff = shop
    answer = client.request(
        method,
        "https://balansemerket.example.no/" + "/".join(segments),
        params={name: value.encode("utf-8", "replace").decode() for name, value in query.items()},
        headers={**headers, **(staff if signed_in else {})},
        content=body,
    )
    assert answer.status_code < 500, (method, segments, answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    if answer.status_code >= 400 and method != "HEAD":
        kind = answer.headers["content-type"]
        assert kind.startswith(("application/problem+json", "text/html", "image/svg+xml")), kind


@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    place=st.sampled_from(
        [
            "PUT participations/fjordscenen/requirements/kurs",
            "PUT participations/fjordscenen/requirements/plan",
            "PUT participations/fjordscenen/requirements/vilkar",
            "POST participations/fjordscenen/requirements/kurs/acceptance",
            "POST participations/fjordscenen/preparation",
            "POST participations/fjordscenen/award",
            "POST awards/000000000000/withdraw",
        ]
    ),
    body=st.dictionaries(
        st.sampled_from(["reason", "facts", "note", "first_day", "override", "equivalence", "x"]),
        _JSON
        | st.fixed_dictionaries({"date": _JSON, "hours": _JSON, "held_by": _JSON})
        | st.fixed_dictionaries({"measures": st.lists(_JSON, max_size=3)})
        | st.fixed_dictionaries({"confirmed": _JSON}),
    ),
)
def test_any_body_for_the_office(
    shop: tuple[TestClient, dict[str, str]], place: str, body: dict[str, Any]
) -> None:
    client, staff = shop
    method, _, path = place.partition(" ")
    answer = client.request(
        method,
        f"/api/v1/{path}",
        content=json.dumps(body).encode(),
        headers={**staff, "Content-Type": "application/json"},
    )
    assert answer.status_code < 500, answer.text


@settings(
    max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data(), value=_JSON | st.sampled_from(["2025-03-03", "", "\u202e", 10**15, [[]]]))
def test_any_value_in_any_place_of_a_body(
    shop: tuple[TestClient, dict[str, str]], data: st.DataObject, value: Any
) -> None:
    """Every act the interface describes, by its own example, with one member changed or gone."""
    client, staff = shop
    description = client.get("/api/v1/openapi.json").json()
    acts = [
        (method, path, content["application/json"]["schema"]["$ref"].rpartition("/")[2])
        for path, methods in sorted(description["paths"].items())
        for method, operation in methods.items()
        if "$ref"
        in (content := operation.get("requestBody", {}).get("content", {}))
        .get("application/json", {})
        .get("schema", {})
    ]
    method, path, model = data.draw(st.sampled_from(acts))
    schema = description["components"]["schemas"][model]
    body = dict(schema["example"])
    name = data.draw(st.sampled_from(sorted(schema["properties"])))
    body[name] = value
    if data.draw(st.booleans()):
        inner = data.draw(st.sampled_from(sorted(body)))
        if isinstance(body[inner], dict) and body[inner]:
            part = data.draw(st.sampled_from(sorted(body[inner])))
            body[inner] = {**body[inner], part: value}
    known = {
        "slug": "eksempelteatret",
        "requirement": "plan",
        "number": 1,
        "place": "first",
        "course": "2025-03-03-kurs",
        "domain": "teateret.example",
        "enquiry": "0000",
        "code": client.get("/m/eksempelteatret.json").json()["award"]["code"],
    }
    answer = client.request(
        method,
        f"/api/v1{path.removeprefix('/api/v1').format(**known)}",
        content=json.dumps(body).encode(),
        headers={**staff, "Content-Type": "application/json"},
    )
    assert answer.status_code < 500, (path, body, answer.text)

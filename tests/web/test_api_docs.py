"""docs/api.md is true: every address, every problem, every state, and nothing else."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

import issuer
from issuer import errors
from issuer.cli.main import cli
from issuer.errors import IssuerError
from issuer.settings import BadSettings
from issuer.state import State
from issuer.web import api, embed, machine, oembed, problems, registers
from issuer.web.kinds import KINDS
from tests.support.office import Desk
from tests.support.web import as_staff, browser


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, TestClient]]:
    desk = Desk.make(tmp_path_factory.mktemp("docs") / "data")
    desk.holder("Eksempelteatret")
    with browser(desk) as client:
        yield desk, client
    desk.close()


def test_every_address_is_told(page: str, shop: tuple[Desk, TestClient]) -> None:
    _, client = shop
    told = set(re.findall(r"^\| `(GET|PUT|POST) (/[^`]*)`", page, re.MULTILINE))
    described = client.get("/api/v1/openapi.json").json()["paths"]
    served = {
        (method.upper(), path) for path, methods in described.items() for method in methods
    } | {
        ("GET", route.path)
        for route in (
            *machine.ROUTES,
            *registers.ROUTES,
            *embed.ROUTES,
            *oembed.ROUTES,
            *api.ROUTES,
        )
        if isinstance(route, Route)
    }
    assert told == served


def test_every_problem_is_told(page: str) -> None:
    told = dict(re.findall(r"^\| \d{3} \| `([^`]*)` \| (.*) \|$", page, re.MULTILINE))
    statuses = {
        code: int(status)
        for status, code in re.findall(r"^\| (\d{3}) \| `([^`]*)`", page, re.MULTILINE)
    }
    assert statuses == {code: kind.status for code, kind in KINDS.items()}
    assert all(told.values())
    assert list(statuses.values()) == sorted(statuses.values())


def test_every_state_is_told(page: str) -> None:
    sentence = page.partition("`state` is one of ")[2].partition(". `holds`")[0]
    assert re.findall(r"`(\w+)`", sentence) == [
        str(state) for state in State if state is not State.UNKNOWN
    ]


def _kinds(error: type[IssuerError]) -> Iterator[type[IssuerError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _kinds(kind)


def test_every_refusal_is_known_to_http() -> None:
    """Refusals that a request can meet have an entry of their own, whatever their parent."""
    for found in pkgutil.walk_packages(issuer.__path__, "issuer."):
        if "__main__" not in found.name and ".migrations" not in found.name:
            importlib.import_module(found.name)
    # Raised at the start of a program, before anything is served, and by commands that no
    # request can give: backup, restore, and what is supplied after it.
    elsewhere = {"settings.invalid", "record.schema", "record.foreign", "status.foreign"}
    elsewhere |= {f"backup.{what}" for what in ("damaged", "sealed", "foreign", "in_use")}
    missing = {kind.code for kind in _kinds(IssuerError)} - set(KINDS) - elsewhere - {"error"}
    assert missing == set()
    assert problems.code_of(BadSettings("x")) == "input.invalid"
    assert problems.code_of(IssuerError("x")) == "internal"
    assert KINDS[errors.Busy.code].retry_after is not None
    waits = {code for code, kind in KINDS.items() if kind.retry_after is not None}
    passing = {code for code, kind in KINDS.items() if kind.status == 503}
    assert waits == passing | {"idempotency.in_flight", "request.often"}


def _examples(page: str) -> list[Any]:
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]


def test_the_examples_have_the_members_of_the_answers(
    page: str, shop: tuple[Desk, TestClient]
) -> None:
    _, client = shop
    holder, register, act = _examples(page)
    answered = client.get("/m/eksempelteatret.json").json()
    assert set(holder) == set(answered)
    assert set(holder["award"]) == set(answered["award"])
    assert set(holder["requirements"][0]) == set(answered["requirements"][0])
    assert set(register) == set(client.get("/register.json").json())
    assert set(act) == {"act", "participation", "award", "links"}


def test_the_example_of_an_act(page: str, shop: tuple[Desk, TestClient]) -> None:
    desk, client = shop
    *_, act = _examples(page)
    code = client.get("/m/eksempelteatret.json").json()["award"]["code"]
    desk.clock.advance(seconds=1)
    done = client.post(
        f"/api/v1/awards/{code}/suspend", json={"reason": "x"}, headers=as_staff(desk)
    ).json()
    assert set(done) == set(act)
    assert set(done["award"]) == set(act["award"])
    assert set(done["links"]) == set(act["links"])
    assert set(act["participation"]) <= set(done["participation"])


def test_bodies_are_told(page: str, shop: tuple[Desk, TestClient]) -> None:
    _, client = shop
    described = client.get("/api/v1/openapi.json").json()
    rows = re.findall(
        r"^\| `(PUT|POST) (/api/v1/(?!verify|join|bounces)[^`]*)` \| ([^|]*) \|",
        page,
        re.MULTILINE,
    )
    assert len(rows) > 40
    for method, path, body in rows:
        operation = described["paths"][path][method.lower()]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        model = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert sorted(re.findall(r"`(\w+)`", body)) == sorted(model["properties"]), path
        assert model["additionalProperties"] is False


def _commands(command: click.Command, name: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield name
        return
    if command.invoke_without_command:
        yield name
    context = click.Context(command)
    for each in command.list_commands(context):
        inner = command.get_command(context, each)
        assert inner is not None
        yield from _commands(inner, f"{name} {each}")


def test_every_command_has_an_address_or_a_reason(page: str, shop: tuple[Desk, TestClient]) -> None:
    """Whatever staff can do at the machine, their programs can do over the interface, but for
    what is named with the reason why not."""
    _, client = shop
    described = client.get("/api/v1/openapi.json").json()["paths"]
    section = page.partition("## Commands and addresses")[2].partition("\n## ")[0]
    addresses = dict(re.findall(r"^\| `(merke [^`]*)` \| `([^`]*)` \|$", section, re.MULTILINE))
    reasons = dict(re.findall(r"^\| `(merke [^`]*)` \| ([^`|]+) \|$", section, re.MULTILINE))
    for command, address in addresses.items():
        method, _, path = address.partition(" ")
        public = any(isinstance(r, Route) and r.path == path for r in registers.ROUTES)
        assert public or method.lower() in described[path], command
    left = set()
    for command in _commands(cli, "merke"):
        words = command.split()
        named = {" ".join(words[: number + 1]) for number in range(1, len(words))}
        if command not in addresses and not named & set(reasons):
            left.add(command)
        assert not (command in addresses and named & set(reasons)), command
    assert left == set()
    known = set(_commands(cli, "merke"))
    assert set(addresses) <= known
    assert all(any(each == r or each.startswith(f"{r} ") for each in known) for r in reasons)
    # And the other way: no act is left to the interface alone.
    acts = {
        f"{method.upper()} {path}"
        for path, methods in described.items()
        for method in methods
        if method != "get"
    }
    # Options of one command; the form, which anybody may send; what a mail server hands in.
    contact = "POST /api/v1/participations/{slug}/contacts/{place}"
    also = {f"{contact}/end", f"{contact}/try-again", "POST /api/v1/join", "POST /api/v1/bounces"}
    assert acts - set(addresses.values()) == also

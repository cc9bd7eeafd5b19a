"""The figures of serving: another process asks a real server, and a fault is no figure."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

from issuer import published
from issuer.bench import serving
from issuer.bench.material import Material, material
from issuer.bench.serving import Server
from tests.support.office import Desk
from verifier import strict_json

Measured = tuple[Server, dict[str, object], Material]


@pytest.fixture(scope="module")
def measured(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Measured]:
    desk = Desk.make(tmp_path_factory.mktemp("serving") / "data")
    sealed = desk.holder("Eksempelteatret")
    badge = published.get(desk.office, f"/b/{sealed.credential_id}")
    assert badge is not None
    ours = strict_json.loads(badge.data)
    others = material(serving.of_another(ours))
    with serving.server(desk.office.folder.path, serving.published(others)) as server:
        yield server, ours, others
    desk.close()


def test_each_figure_can_be_taken(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_SECONDS", 0.05)
    server, badge, others = measured
    everything = list(serving.comparisons(server, badge, others.badges[0]))
    assert len({one.name for one in everything}) == 10
    for one in (everything[0], everything[-3], everything[-2], everything[-1]):
        assert one.ours() > 0
        assert one.other() > 0


def test_an_answer_that_is_none_is_not_counted(measured: Measured) -> None:
    server, _, _ = measured
    with pytest.raises(RuntimeError, match="404"):
        server.rate("/embed/nobody.svg")()


def test_the_badge_of_another_is_valid_to_the_server(measured: Measured) -> None:
    server, _, others = measured
    address = f"http://127.0.0.1:{server.port}/api/v1/verify"
    sent = urllib.request.Request(
        address, others.badges[0], {"Content-Type": "application/vc+ld+json"}
    )
    with urllib.request.urlopen(sent) as answer:
        report = json.load(answer)
    assert (report["verdict"], report["reasons"]) == ("VALID", [])
    assert report["who"]["kind"] == "domain"
    refreshed = next(check for check in report["checks"] if check["id"] == "refresh")
    assert refreshed["reason"] == "refresh.same"

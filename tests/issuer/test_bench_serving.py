"""The figures of serving: another process asks a real server, and a fault is no figure."""

from collections.abc import Iterator

import pytest

from issuer import published
from issuer.bench import serving
from issuer.bench.serving import Server
from tests.support.office import Desk
from verifier import strict_json


@pytest.fixture(scope="module")
def measured(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Server, dict[str, object]]]:
    desk = Desk.make(tmp_path_factory.mktemp("serving") / "data")
    sealed = desk.holder("Eksempelteatret")
    badge = published.get(desk.office, f"/b/{sealed.credential_id}")
    assert badge is not None
    with serving.server(desk.office.folder.path) as server:
        yield server, strict_json.loads(badge.data)
    desk.close()


def test_each_figure_can_be_taken(
    measured: tuple[Server, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_SECONDS", 0.05)
    server, badge = measured
    everything = list(serving.comparisons(server, badge))
    assert len({one.name for one in everything}) == 9
    for one in (everything[0], everything[-2], everything[-1]):
        assert one.ours() > 0
        assert one.other() > 0


def test_an_answer_that_is_none_is_not_counted(measured: tuple[Server, object]) -> None:
    server, _ = measured
    with pytest.raises(RuntimeError, match="404"):
        server.rate("/embed/nobody.svg")()

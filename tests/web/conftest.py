"""A town of made-up organisations, one in each public state, and a browser that looks at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from issuer.record.tables import Credential
from issuer.state import State
from tests.support.office import Desk
from tests.support.pages import Page
from tests.support.web import browser
from verifier.documents import Document, DocumentUnavailable

HTML = {"Accept": "text/html", "Accept-Language": "nb"}


class Elsewhere:
    """Other people's sites: what `served` answers, and nothing else."""

    def __init__(self) -> None:
        self.served: dict[str, bytes] = {}

    def get(self, url: str) -> Document:
        if url not in self.served:
            raise DocumentUnavailable("nobody is there")
        return Document(self.served[url])


@dataclass
class Town:
    desk: Desk
    slugs: dict[State, str]
    client: TestClient
    elsewhere: Elsewhere

    def page(self, path: str, status: int = 200, *, wished: str = "nb") -> Page:
        """The page at `path` in the language `wished`, with nothing that no page may have."""
        answer = self.client.get(path, headers={**HTML, "Accept-Language": wished})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        page = Page.of(answer.text)
        assert list(page.faults()) == []
        return page

    def of(self, state: State) -> Page:
        return self.page(f"/m/{self.slugs[state]}")

    def copies(self, slug: str) -> list[Credential]:
        """The credentials of a participation, in the order of their sealing."""
        with self.desk.office.reading() as session:
            rows = session.query(Credential).order_by(Credential.issued_at).all()
            return [
                row
                for row in rows
                if row.state == "issued" and row.award.cycle.participation.slug == slug
            ]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Shared by all tests: look, do not touch."""
    desk = Desk.make(tmp_path_factory.mktemp("town") / "data")
    slugs = desk.every_state()
    elsewhere = Elsewhere()
    with browser(desk, documents=elsewhere) as client:
        yield Town(desk, slugs, client, elsewhere)
    desk.close()


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Town]:
    """One of one's own, empty, for tests that change things."""
    desk = Desk.make(tmp_path / "data")
    elsewhere = Elsewhere()
    with browser(desk, documents=elsewhere) as client:
        yield Town(desk, {}, client, elsewhere)
    desk.close()

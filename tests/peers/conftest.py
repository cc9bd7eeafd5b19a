"""One issuer and one Node process for all tests of the peers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.peers.javascript import Missing, Peers
from tests.peers.shop import Badge, Shop
from tests.support.office import Clock, Desk
from verifier import contexts

# æ ø å á š ’ " are all there.
NAME = 'Ærøy’s "Så gøy" á Šuoššjávri'


@pytest.fixture(scope="session")
def peers() -> Iterator[Peers]:
    """The JavaScript peers, with the contexts that are on board here and no others."""
    try:
        running = Peers.start({url: json.dumps(one) for url, one in contexts.load().items()})
    except Missing as why:
        pytest.skip(str(why))
    with running:
        yield running
        assert running.ask("attempts") == {"attempts": []}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    desk = Desk.make(tmp_path_factory.mktemp("peers") / "data", clock=Clock(hour_ago))
    yield Shop(desk)
    desk.close()


@pytest.fixture(scope="session")
def badge(shop: Shop) -> Badge:
    """A badge in force, for an organisation with a demanding name."""
    return shop.badge(NAME)


@pytest.fixture(scope="session")
def revoked(shop: Shop) -> Badge:
    """A badge whose award is suspended, which sets its revocation bit."""
    badge = shop.badge("Galleri Nord")
    shop.desk.suspend(badge.code)
    return badge

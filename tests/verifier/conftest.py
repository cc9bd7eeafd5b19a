"""What tests of the guarded client share: an authority for the run, and servers that end."""

from collections.abc import Callable, Iterator

import pytest

from tests.verifier.tls_server import Answer, Authority, Server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def serve(authority: Authority) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(answer: Answer, host: str = "example.no", days: int = 1) -> Server:
        servers.append(Server(authority.server_context(host, days), answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()

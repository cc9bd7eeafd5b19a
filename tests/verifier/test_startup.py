"""The first verification of a process: it loads what a plain badge needs, and no more.

Heavy packages take longer to import than a badge to verify. They are imported where they are
used; this looks at what a whole command has imported when it is done.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.verifier.simulator import IssuerSimulator, compact

# Each takes longer than checking a signature, and none has a part in a badge from a file whose
# documents lie beside it.
HEAVY = {
    *("PIL", "aiohttp", "alembic", "anyio", "asyncio", "babel", "c14n", "cachetools", "cbor2"),
    *("email", "fastapi", "frozendict", "httpcore2", "httpx2", "issuer.office", "issuer.texts"),
    *("jinja2", "jwt", "keys.ring", "lxml", "numpy", "pyld", "qrcode", "requests", "rich"),
    *("sqlalchemy", "ssl", "starlette", "stdnum", "typst", "verifier.expansion"),
    *("verifier.fetch", "zxingcpp"),
}

COMMAND = """
import json, sys
sys.argv[1:] = json.loads(sys.argv[1])
from {module} import {function}
code = {function}()
sys.stdout.flush()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
COMMANDS = {
    "python -m verifier": (("verifier.__main__", "main"), ()),
    "merke verify": (("issuer.cli.main", "run"), ("verify",)),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A badge, and the index of what its issuer publishes, an hour ago by the real clock."""
    folder = tmp_path_factory.mktemp("published")
    hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    issuer = IssuerSimulator(now=hour_ago)
    (folder / "badge.json").write_bytes(issuer.mint())
    own = {"seat": "https://example.no/seat"}
    odd = issuer.mint(lambda document: document["@context"].append(own))
    (folder / "own-context.json").write_bytes(odd)
    index = {}
    for number, (url, data) in enumerate(issuer.served.items()):
        (folder / f"{number}.json").write_bytes(data)
        index[url] = {"file": f"{number}.json", "type": "application/json"}
    (folder / "index.json").write_bytes(compact(index))
    return folder


@pytest.fixture
def loaded(published: Path) -> Callable[[str, str], tuple[int, set[str]]]:
    def run(command: str, badge: str) -> tuple[int, set[str]]:
        """The exit code, and the modules that were there in the end."""
        (module, function), before = COMMANDS[command]
        arguments = [*before, str(published / badge), "--documents", str(published / "index.json")]
        done = subprocess.run(
            [
                *(sys.executable, "-c", COMMAND.format(module=module, function=function)),
                json.dumps(arguments),
            ],
            cwd=published,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        code, modules = json.loads(done.stderr.splitlines()[-1])
        return code, set(modules)

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_a_plain_badge_needs_nothing_heavy(
    loaded: Callable[[str, str], tuple[int, set[str]]], command: str
) -> None:
    code, modules = loaded(command, "badge.json")
    assert code == 0
    assert "verifier.compiled" in modules
    assert modules & HEAVY == set()


def test_what_the_fast_way_does_not_take_loads_the_slow_one(
    loaded: Callable[[str, str], tuple[int, set[str]]],
) -> None:
    _, modules = loaded("python -m verifier", "own-context.json")
    assert {"pyld", "verifier.expansion"} <= modules

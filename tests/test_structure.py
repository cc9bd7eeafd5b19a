"""The shape of the code: who may import whom, and who may touch the world.

Everything is read from the syntax tree, imports inside functions included, so nothing is
hidden by being late. To let a file through a door, add its path to that door's keepers; a
keeper that no longer uses its door fails too, so the table stays true.
"""

import ast
import builtins
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("keys", "badge_assets", "verifier", "issuer")
FILES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))

# What each package may import of ours: a name, and everything inside it.
MAY_IMPORT = {
    "keys": ("keys",),
    "badge_assets": ("badge_assets",),
    "verifier": (
        "verifier",
        "keys.did",
        "keys.jwk",
        "keys.multikey",
        "badge_assets.png",
        "badge_assets.svg",
    ),
    "issuer": PACKAGES,
}


@dataclass(frozen=True)
class Door:
    """One way out to the world, and the files that keep it.

    `names` are dotted names: using one, or anything inside it, is going through. `methods`
    are names of methods whose call tells a use where the object's type cannot be seen.
    `keepers` are files, or folders when they end in a slash.
    """

    names: tuple[str, ...]
    keepers: tuple[str, ...]
    methods: tuple[str, ...] = ()


DOORS = {
    "network": Door(
        names=(
            *("aiohttp", "asyncio.open_connection", "ftplib", "http.client", "httpcore2"),
            *("dns", "httpx", "httpx2", "requests", "smtplib", "socket", "ssl", "telnetlib"),
            *("urllib.request", "urllib3"),
        ),
        keepers=(
            "issuer/bench/serving.py",
            "issuer/lookups.py",
            "issuer/post/smtp.py",
            "issuer/web/server.py",
            "verifier/fetch.py",
        ),
    ),
    "http": Door(
        names=("fastapi", "http.server", "socketserver", "starlette", "uvicorn"),
        keepers=("issuer/bench/server.py", "issuer/web/"),
    ),
    "database": Door(
        names=("alembic", "psycopg", "sqlalchemy.create_engine", "sqlalchemy.engine", "sqlite3"),
        keepers=("issuer/record/",),
    ),
    # Acts on the record: they get a session, and never commit.
    "record": Door(
        names=("sqlalchemy",),
        keepers=(
            "issuer/agenda.py",
            "issuer/audit.py",
            "issuer/awards.py",
            "issuer/bench/bulk.py",
            "issuer/bulk.py",
            "issuer/backup/",
            "issuer/carrying.py",
            "issuer/cases.py",
            "issuer/checkpoints.py",
            "issuer/contacts.py",
            "issuer/copies.py",
            "issuer/courses.py",
            "issuer/cycles.py",
            "issuer/domains.py",
            "issuer/enquiries.py",
            "issuer/erasure.py",
            "issuer/forgetting.py",
            "issuer/handing.py",
            "issuer/hosts.py",
            "issuer/dossiers.py",
            "issuer/enrolling.py",
            "issuer/imports.py",
            "issuer/keyring.py",
            "issuer/measures.py",
            "issuer/meetings.py",
            "issuer/office.py",
            "issuer/organisations.py",
            "issuer/participations.py",
            "issuer/post/bounces.py",
            "issuer/post/letters.py",
            "issuer/post/occasions.py",
            "issuer/post/outbox.py",
            "issuer/post/wishes.py",
            "issuer/programmes/",
            "issuer/published.py",
            "issuer/recheck/",
            "issuer/record/",
            "issuer/register.py",
            "issuer/register_making.py",
            "issuer/register_order.py",
            "issuer/register_rows.py",
            "issuer/resealing.py",
            "issuer/restorations.py",
            "issuer/restored.py",
            "issuer/sealing.py",
            "issuer/status.py",
            "issuer/successions.py",
            "issuer/tasks.py",
            "issuer/tokens.py",
            "issuer/web/",
            "issuer/witness.py",
        ),
    ),
    "disk": Door(
        names=(
            *("fcntl", "glob", "io.open", "mailbox", "mmap", "open", "shutil", "tempfile"),
            *("os.access", "os.chmod", "os.fdopen", "os.fsync", "os.link", "os.listdir"),
            *("os.makedirs", "os.mkdir", "os.open", "os.path.exists", "os.path.getsize"),
            *("os.path.isdir", "os.path.isfile", "os.remove", "os.rename", "os.replace"),
            *("os.rmdir", "os.scandir", "os.stat", "os.symlink", "os.unlink", "os.walk"),
        ),
        methods=(
            *("chmod", "hardlink_to", "is_dir", "is_file", "is_symlink", "iterdir", "lstat"),
            *("mkdir", "open", "read_bytes", "read_text", "rglob", "rmdir", "symlink_to"),
            *("touch", "unlink", "write_bytes", "write_text"),
        ),
        keepers=(
            "issuer/backup/",
            "issuer/bench/",
            "issuer/cli/",
            "issuer/demo/files.py",
            "issuer/folder.py",
            "issuer/keyring.py",
            "issuer/post/returned.py",
            "issuer/record/dump.py",
            "issuer/record/in_use.py",
            "issuer/web/copies.py",
            "issuer/witness.py",
            "keys/ring_file.py",
            "verifier/documents.py",
        ),
    ),
    # Files of our own that lie beside the code. Whoever keeps this door may read them by
    # the methods that otherwise tell a use of the disk.
    "package data": Door(
        names=("importlib.resources", "importlib_resources", "pkgutil.get_data"),
        keepers=(
            "issuer/programmes/",
            "issuer/recheck/proofs.py",
            "issuer/record/database.py",
            "issuer/texts.py",
            "issuer/web/",
            "verifier/contexts.py",
        ),
    ),
    "clock": Door(
        names=(
            *("datetime.date.today", "datetime.datetime.now", "datetime.datetime.today"),
            *("datetime.datetime.utcnow", "time"),
        ),
        keepers=(
            "issuer/bench/",
            "issuer/cli/",
            "issuer/office.py",
            "verifier/__main__.py",
            "verifier/fetch.py",
        ),
    ),
    "environment": Door(
        names=("getpass", "os.environ", "os.environb", "os.getenv", "os.putenv", "sys.argv"),
        keepers=(
            "issuer/bench/load.py",
            "issuer/bench/server.py",
            "issuer/cli/",
            "issuer/drawing.py",
            "verifier/__main__.py",
        ),
    ),
    "other programs": Door(
        names=("multiprocessing", "os.exec", "os.fork", "os.popen", "os.system", "subprocess"),
        keepers=(
            "issuer/bench/",
            "issuer/drawing.py",
            "issuer/studio.py",
        ),
    ),
    # An import that this file cannot follow. The command line loads a command when it is called.
    "imports by name": Door(
        names=("__import__", "importlib.import_module"),
        keepers=("issuer/cli/main.py",),
    ),
    # What came as data is never run as code.
    "code from data": Door(
        names=("compile", "eval", "exec", "marshal", "pickle", "runpy", "shelve"),
        keepers=(),
    ),
}


@dataclass(frozen=True)
class Use:
    """A dotted name used at a line; `.read_text` is a call on an object of unknown origin."""

    line: int
    name: str


def uses(source: str, module: str = "module") -> Iterator[Use]:
    """Every imported or built-in name that `source` uses, by its full dotted name."""
    tree = ast.parse(source)
    origin: dict[str, str] = {}
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Use(node.lineno, alias.name)
                origin[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".")[: -node.level]
                base = ".".join([*package, *([base] if base else [])])
            for alias in node.names:
                yield Use(node.lineno, f"{base}.{alias.name}")
                origin[alias.asname or alias.name] = f"{base}.{alias.name}"

    def dotted(node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            return f"{dotted(node.value)}.{node.attr}"
        if isinstance(node, ast.Name) and node.id not in own:
            return origin.get(node.id, node.id if hasattr(builtins, node.id) else "")
        return ""

    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            if (name := dotted(node)) and not name.startswith("."):
                yield Use(node.lineno, name)
        elif isinstance(node, ast.Call) and dotted(node.func).startswith("."):
            method = dotted(node.func).rpartition(".")[2]
            # Files are opened with a literal mode or none; `cycle.open(now)` is a question.
            if method != "open" or not node.args or isinstance(node.args[0], ast.Constant):
                yield Use(node.lineno, f".{method}")


def inside(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def through(door: Door, source: str) -> list[Use]:
    """The uses in `source` that go through `door`."""
    return [
        use
        for use in uses(source)
        if inside(use.name, door.names) or (use.name[1:] in door.methods and use.name[0] == ".")
    ]


def keeps(door: Door, path: str) -> bool:
    return any(path == k or (k.endswith("/") and path.startswith(k)) for k in door.keepers)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_look_at() -> None:
    assert {relative(path).split("/")[0] for path in FILES} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_of_ours(package: str) -> None:
    wrong = [
        f"{relative(path)}:{use.line} {use.name}"
        for path in FILES
        if (module := relative(path).removesuffix(".py").replace("/", ".")).split(".")[0] == package
        for use in uses(path.read_text(encoding="utf-8"), module)
        if inside(use.name, (*PACKAGES, "tests", "scripts"))
        and use.name != package
        and not inside(use.name, MAY_IMPORT[package])
    ]
    assert wrong == []


@pytest.mark.parametrize("what", DOORS)
def test_doors(what: str) -> None:
    door = DOORS[what]
    wrong = []
    for path in FILES:
        name = relative(path)
        if keeps(door, name):
            continue
        for use in through(door, path.read_text(encoding="utf-8")):
            reads_own_data = use.name in (".read_text", ".read_bytes", ".iterdir", ".is_dir")
            if what == "disk" and reads_own_data and keeps(DOORS["package data"], name):
                continue
            wrong.append(f"{name}:{use.line} {use.name}")
    assert not wrong, "\n".join([f"not a keeper of the door {what!r}:", *wrong])


@pytest.mark.parametrize(
    ("what", "keeper"), [(what, k) for what, door in DOORS.items() for k in door.keepers]
)
def test_keepers_use_their_door(what: str, keeper: str) -> None:
    kept = [p for p in FILES if keeps(Door((), (keeper,)), relative(p))]
    assert any(through(DOORS[what], path.read_text(encoding="utf-8")) for path in kept), (
        f"{keeper} does not touch {what} (any more): take it out of the table"
    )


@pytest.mark.parametrize(
    ("what", "source"),
    [
        ("network", "import socket"),
        ("network", "def late():\n    from urllib import request"),
        ("network", "import urllib.request as web"),
        ("network", "import asyncio\nasyncio.open_connection('localhost', 1)"),
        ("http", "from fastapi.responses import HTMLResponse"),
        ("database", "import sqlalchemy as sa\nsa.create_engine('sqlite://')"),
        ("record", "from sqlalchemy.orm import Session"),
        ("disk", "open('x')"),
        ("disk", "from pathlib import Path\nPath('x').read_text()"),
        ("disk", "def f(p):\n    return p.parent.open()"),
        ("disk", "import os as system\nsystem.replace('a', 'b')"),
        ("package data", "from importlib import resources"),
        ("clock", "from datetime import datetime\nlater = datetime.now"),
        ("clock", "import datetime as dt\ndt.datetime.now(dt.UTC)"),
        ("clock", "from time import time as moment"),
        ("environment", "import os\nos.environ['HOME']"),
        ("other programs", "import subprocess"),
        ("code from data", "eval('1')"),
        ("imports by name", "import importlib\nimportlib.import_module('socket')"),
    ],
)
def test_a_use_is_found(what: str, source: str) -> None:
    assert through(DOORS[what], source) != []


@pytest.mark.parametrize(
    ("what", "source"),
    [
        ("disk", "from PIL import Image\nimport io\nImage.open(io.BytesIO(b''))"),
        ("disk", "def open(folder): ...\nopen('x')"),
        ("disk", "'a'.replace('a', 'b')"),
        ("disk", "def f(cycle, now):\n    return cycle.open(now)"),
        ("disk", "import os\nos.urandom(4)"),
        ("clock", "from datetime import datetime, time\ndatetime(2027, 1, 1), time(9)"),
        ("clock", "def f(office):\n    return office.now()"),
        ("network", "from urllib.parse import urlsplit"),
        ("code from data", "import re\nre.compile('a')"),
    ],
)
def test_an_innocent_line_is_left_alone(what: str, source: str) -> None:
    assert through(DOORS[what], source) == []


def test_relative_imports_are_resolved() -> None:
    assert Use(1, "verifier.fetch") in uses("from . import fetch", "verifier.resolve")
    assert Use(1, "keys.ring.KeyRing") in uses("from ..ring import KeyRing", "keys.a.b")


# Migrations and Alembic's environment run inside a migration only, a `__main__` on purpose.
IMPORTABLE = [
    relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for path in FILES
    if "migrations" not in path.parts and path.stem != "__main__"
]

WATCH_IMPORTS = """
import json, os, sys, zoneinfo

seen = []
ours = sys.argv[1]
quiet = (ours, sys.prefix, sys.base_prefix, *sys.path[1:], *zoneinfo.TZPATH)

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if not isinstance(path, (str, bytes)):
            return
        path = os.path.abspath(os.fsdecode(path))
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen.append(f"writes {path}")
        elif not path.startswith(tuple(p for p in quiet if p)):
            seen.append(f"reads {path}")
    elif event.split(".")[0] in ("socket", "sqlite3", "subprocess", "urllib", "shutil") or (
        event in ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.system", "os.fork")
    ):
        if event != "socket.__new__":
            seen.append(f"{event} {arguments}")

sys.addaudithook(watch)
sys.path.insert(0, ours)
for module in json.loads(sys.argv[2]):
    before = len(seen)
    __import__(module)
    seen[before:] = [f"import {module}: {line}" for line in seen[before:]]
print(json.dumps(seen))
"""


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    """No connection, no file outside the packages, nothing written, no other program."""
    done = subprocess.run(
        [sys.executable, "-IBc", WATCH_IMPORTS, str(ROOT), json.dumps(IMPORTABLE)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_every_module_says_what_it_knows() -> None:
    silent = [
        relative(path)
        for path in FILES
        if ast.get_docstring(tree := ast.parse(path.read_text(encoding="utf-8"))) is None
        and tree.body
    ]
    assert silent == []

"""What the demonstration writes: badges, published documents, `demo.json`; and the proof that
each badge verifies as a stranger would verify it, by its file and those documents alone.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from issuer import codes, credential, pictures, published
from issuer.errors import BadInput
from issuer.folder import write_private
from issuer.office import Office
from issuer.participations import listing, public_state
from issuer.record.tables import Award, Credential, Participation
from issuer.texts import N_
from verifier.documents import IndexDocuments
from verifier.verify import World, verify

MARK = ".merke-demo"

_ENDINGS = {
    published.DID: ".json",
    published.JWKS: ".json",
    published.JWK: ".json",
    published.CREDENTIAL: ".json",
    published.STATUS: ".json",
    published.JSON: ".json",
    published.TEXT: ".jwt",
    "image/png": ".png",
}


def check_free(data: Path, out: Path) -> None:
    """Raise `BadInput` unless both folders may be made anew. Nothing is touched.

    Only what an earlier demo made is replaced, and not while that demo is being served.
    """
    here, there = data.resolve(), out.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise BadInput(
            N_("%(data)s and %(out)s must be two folders, neither inside the other."),
            data=str(data),
            out=str(out),
        )
    for folder in (data, out):
        if folder.exists() and (
            not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file())
        ):
            raise BadInput(
                N_("%(folder)s was not made by a demo, so it is left alone. Name another folder."),
                folder=str(folder),
            )
        if _is_running(folder):
            raise BadInput(
                N_(
                    "A demo is running in %(folder)s. Stop it with Ctrl-C first, or name other"
                    " folders with --data and --out."
                ),
                folder=str(folder),
            )


def clear(folder: Path) -> None:
    """Make way for a new demonstration, after `check_free`."""
    if folder.exists():
        shutil.rmtree(folder)


def _is_running(folder: Path) -> bool:
    """Whether the demo that made `folder` is still being served."""
    try:
        with (folder / MARK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Hold the demo's folder while it is served."""
    with (folder / MARK).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def mark(folder: Path) -> None:
    (folder / MARK).write_text("Made by `merke demo`; the next one replaces it.\n")


@dataclass
class Badge:
    """One credential of the demonstration with its files and what is expected of it."""

    slug: str
    number: int
    name: str
    code: str
    id: str
    state: str
    first_day: str
    last_day: str
    expect: str
    page: str
    local_page: str
    address: str
    files: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    scanned: str | None = None

    @property
    def good(self) -> bool:
        """Every form answers as expected, and the picture scans to the badge's address."""
        return set(self.found.values()) == {self.expect} and self.scanned == self.address

    def json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "code": self.code,
            "id": self.id,
            "state": self.state,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "files": self.files,
            "page": self.page,
            "local_page": self.local_page,
            "expect": self.expect,
        }


def write_badges(office: Office, out: Path, local: str) -> list[Badge]:
    """Write every credential's four forms to `out/badges`."""
    folder = out / "badges"
    folder.mkdir(parents=True)
    badges = []
    with office.reading() as session:
        for row in listing(session):
            state = public_state(row, office.now()).state
            for number, (award, copy) in enumerate(_copies(row), start=1):
                badge = _badge(office, row, award, copy, number, state=str(state), local=local)
                for ending, content in _forms(office, copy).items():
                    path = folder / f"{row.slug}-{number}.{ending}"
                    path.write_bytes(content)
                    badge.files[ending] = str(path.relative_to(out))
                badges.append(badge)
    return badges


def _copies(row: Participation) -> Iterator[tuple[Award, Credential]]:
    for cycle in row.cycles:
        for award in cycle.awards:
            for copy in award.credentials:
                if copy.state == "issued":
                    yield award, copy


def _forms(office: Office, copy: Credential) -> dict[str, bytes]:
    if copy.sealed_json is None or copy.sealed_jwt is None:
        raise ValueError(f"credential {copy.id} was never sealed")
    return {
        "json": copy.sealed_json,
        "jwt": copy.sealed_jwt,
        "png": pictures.baked_png(office, copy),
        "svg": pictures.baked_svg(office, copy),
    }


def _badge(
    office: Office,
    row: Participation,
    award: Award,
    copy: Credential,
    number: int,
    *,
    state: str,
    local: str,
) -> Badge:
    base = office.settings.base_url
    return Badge(
        slug=row.slug,
        number=number,
        name=row.organisation.name.name,
        code=codes.grouped(award.code),
        id=copy.id,
        state=state,
        first_day=award.first_day.isoformat(),
        last_day=award.last_day.isoformat(),
        expect="INVALID:status.revoked" if copy.entry.revoked_at else "VALID",
        page=f"{base}/m/{row.slug}",
        local_page=f"{local}/m/{row.slug}",
        address=pictures.qr_address(office, award),
    )


def write_published(office: Office, out: Path) -> None:
    """Write what every address named in a credential answers, with `index.json`."""
    folder = out / "published"
    folder.mkdir(parents=True)
    index: dict[str, dict[str, str]] = {}
    for url in sorted(_addresses(office)):
        path = url.removeprefix(office.settings.base_url)
        answer = published.get(office, path) or pictures.get(office, path)
        if answer is None or answer.media_type is None:
            raise ValueError(f"nothing answers {url}, which a credential names")
        file = path.strip("/").replace(".well-known/", "").replace("/", "-")
        ending = _ENDINGS[answer.media_type]
        file = file if file.endswith(ending) else file + ending
        (folder / file).write_bytes(answer.data)
        index[url] = {"file": file, "type": answer.media_type}
    (folder / "index.json").write_text(json.dumps(index, indent=2) + "\n")


def _addresses(office: Office) -> set[str]:
    base = office.settings.base_url
    found = {f"{base}/.well-known/did.json", f"{base}/.well-known/jwks.json", f"{base}/issuer"}
    found |= {f"{base}/keys/{record.fragment}" for record in office.ring.published()}
    with office.reading() as session:
        for row in listing(session):
            for _, copy in _copies(row):
                found |= set(_named(credential.parse(copy.document), base))
    # The list's JWT is not named in a credential; it stands beside the list.
    return found | {f"{url}.jwt" for url in found if url.startswith(f"{base}/status/")}


def _named(value: Any, base: str) -> Iterator[str]:
    """Every address under `base` anywhere in `value`, without its fragment."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _named(each, base)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each, base)
    elif isinstance(value, str) and value.startswith(f"{base}/"):
        yield value.partition("#")[0]


def judge(badges: list[Badge], out: Path, now: datetime) -> Iterator[Badge]:
    """Verify each file as a stranger: by its bytes and the published documents alone."""
    documents = IndexDocuments(out / "published" / "index.json")
    for badge in badges:
        for ending, file in badge.files.items():
            report = verify((out / file).read_bytes(), World(documents=documents, now=now))
            reasons = [str(reason) for reason in report.reasons]
            badge.found[ending] = ":".join([str(report.verdict), *reasons[:1]])
        badge.scanned = pictures.scan((out / badge.files["png"]).read_bytes())
        yield badge


def write_index(
    office: Office, out: Path, badges: list[Badge], *, local: str, tokens: Mapping[str, str]
) -> None:
    content = {
        "base": office.settings.base_url,
        "local": local,
        "did": office.settings.did,
        "awards": [badge.json() for badge in badges],
        "tokens": dict(tokens),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    # It holds tokens, if only of a demo: for its owner alone.
    write_private(out / "demo.json", text.encode())

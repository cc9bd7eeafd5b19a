"""One picture as a job, drawn here and now; and the program that draws in a process of its own.

Knows nothing of the record: what stands on a picture is gathered by `issuer.pictures`, and
processes are started, watched and replaced by `issuer.studio`.
"""

import contextlib
import ctypes
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from multiprocessing.connection import Connection
from typing import Any

from badge_assets import art, draw, prints, spliced
from badge_assets.draw import Form
from badge_assets.facts import (
    BadgeFacts,
    DiplomaFacts,
    PosterFacts,
    PreviewFacts,
    SealFacts,
    SealKind,
    Sheet,
)
from badge_assets.letters import UnfitText
from badge_assets.looks import Looks, Motif, Theme

# What a drawing process may use, in bytes of addresses; and one that reads art, most of it for
# the programs themselves.
MEMORY = 2 * 1024**3
ART_MEMORY = 1024**3

# The first byte of an answer: a picture, a text that cannot be drawn, a fault.
DRAWN, UNFIT, FAULT = b"+", b"?", b"!"


# unshare(2).
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_FORBIDDEN = frozenset(
    (
        *("socket.__new__", "socket.getaddrinfo", "socket.gethostbyname"),
        *("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"),
    )
)

Facts = BadgeFacts | SealFacts | PosterFacts | DiplomaFacts | PreviewFacts
_FACTS: Mapping[str, type[Facts]] = {
    kind.__name__: kind for kind in (BadgeFacts, SealFacts, PosterFacts, DiplomaFacts, PreviewFacts)
}


@dataclass(frozen=True)
class Job:
    """One picture to be drawn: equal jobs give equal bytes.

    `theme`, `shape` and `scale` (pixels for each unit of a PNG) are a seal's, `sheet` is a
    poster's.
    """

    # "badge.png", "badge.svg", "seal.svg", "seal.png", "poster.pdf", "diploma.pdf", "preview.png"
    form: str
    facts: Facts
    looks: Looks
    theme: Theme = Theme.LIGHT
    shape: Form = Form.WIDE
    scale: float = 2
    sheet: Sheet = Sheet.A4

    @cached_property
    def message(self) -> bytes:
        """The job as JSON; `of` reads it."""
        content = {
            "form": self.form,
            "kind": type(self.facts).__name__,
            "facts": asdict(self.facts),
            "looks": asdict(self.looks),
            "theme": self.theme,
            "shape": self.shape,
            "scale": self.scale,
            "sheet": self.sheet,
        }
        return json.dumps(content, sort_keys=True).encode()

    @property
    def digest(self) -> str:
        return sha256(self.message).hexdigest()

    @classmethod
    def of(cls, message: bytes) -> "Job":
        content: dict[str, Any] = json.loads(message)
        looks = {name: _tuples(value) for name, value in content["looks"].items()}
        facts = {name: _tuples(value) for name, value in content["facts"].items()}
        return cls(
            form=content["form"],
            facts=_FACTS[content["kind"]](**{**facts, "kind": SealKind(facts["kind"])}),
            looks=Looks(**{**looks, "motif": Motif(looks["motif"])}),
            theme=Theme(content["theme"]),
            shape=Form(content["shape"]),
            scale=content["scale"],
            sheet=Sheet(content["sheet"]),
        )


def _tuples(value: Any) -> Any:
    """What JSON knows as lists, as the tuples it was before."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


Drawer = Callable[[Job], bytes]


def draw_here(job: Job) -> bytes:
    """Draw in the calling thread. Raises `UnfitText`."""
    match job.facts, job.form:
        case BadgeFacts() as facts, "badge.png":
            if facts.kind is SealKind.HOLDS:
                return spliced.badge_png(facts, job.looks)
            return draw.badge_png(facts, job.looks)
        case BadgeFacts() as facts, "badge.svg":
            return draw.badge_svg(facts, job.looks)
        case SealFacts() as facts, "seal.svg":
            return draw.seal_svg(facts, job.looks, job.theme, job.shape)
        case SealFacts() as facts, "seal.png":
            return draw.seal_png(facts, job.looks, job.theme, job.shape, job.scale)
        case PosterFacts() as facts, "poster.pdf":
            return prints.poster_pdf(facts, job.looks, job.sheet)
        case DiplomaFacts() as facts, "diploma.pdf":
            return prints.diploma_pdf(facts, job.looks)
        case PreviewFacts() as facts, "preview.png":
            return draw.preview_png(facts, job.looks)
    raise ValueError(f"there is no picture {job.form} of a {type(job.facts).__name__}")


def art_of(answer: str) -> art.Art:
    """The outlines that the program of `art_main` answered."""
    found: art.Art = _tuples(json.loads(answer))
    return found


def main(drawer: Drawer = draw_here) -> None:
    """The drawing program: jobs in, pictures or faults out, until the pipe is closed.

    The last argument is the number of the pipe.
    """
    _serve(lambda message: drawer(Job.of(message)), MEMORY)


def art_main() -> None:
    """The same for art: the text of a programme's file in, its outlines as JSON out."""
    _serve(lambda message: json.dumps(art.read(message.decode())).encode(), ART_MEMORY)


def _serve(work: Callable[[bytes], bytes], memory: int) -> None:
    _confine(memory)
    pipe = Connection(int(sys.argv[-1]))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            pipe.send_bytes(_answer(work, pipe.recv_bytes()))


def _answer(work: Callable[[bytes], bytes], message: bytes) -> bytes:
    try:
        return DRAWN + work(message)
    except (UnfitText, art.UnfitArt) as fault:
        return UNFIT + str(fault).encode()
    except Exception as fault:
        return FAULT + f"{type(fault).__name__}: {fault}".encode()


def _confine(memory: int) -> None:
    """No more than `memory` bytes, no file, no other program, no network. Whoever started this
    process ends it when it takes too long."""
    _leave_the_network()
    sys.addaudithook(_refuse)
    try:
        import resource
    except ImportError:  # only POSIX systems have it
        return
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0))
    for kind, most in limits:
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _leave_the_network() -> None:
    """Into a network with nobody else in it, for Python's code and any other alike, where the
    system lets us (Linux; some containers do not)."""
    try:
        unshare = ctypes.CDLL(None).unshare
    except (AttributeError, OSError, TypeError):
        return
    if unshare(_NEW_NETWORK) != 0:
        unshare(_NEW_USER | _NEW_NETWORK)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """What Python's own code may not do here, whatever the system lets it."""
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not for a process that draws")

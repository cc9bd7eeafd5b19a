"""The messages that people may read: everything marked for translation in code and templates."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_dir

ISSUER = Path(__file__).resolve().parents[2] / "issuer"

_METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
_OPTIONS = {"web/templates/**.html": {"trimmed": "true", "silent": "false"}}

# Where a message stands in a call. `N_` marks; the others are given it marked already, or
# as it is written.
_KEYWORDS = {
    "N_": None,
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "translate": (2,),
}

MessageId = str | tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """One message of the code, with the places where it stands (`file:line`)."""

    id: MessageId
    places: tuple[str, ...]


def messages() -> dict[MessageId, Message]:
    found: dict[MessageId, list[str]] = {}
    for identifier, place in _extracted():
        found.setdefault(identifier, []).append(place)
    return {key: Message(key, tuple(places)) for key, places in found.items()}


def _extracted() -> Iterator[tuple[MessageId, str]]:
    for file, line, message, _comments, _context in extract_from_dir(
        str(ISSUER), _METHODS, _OPTIONS, _KEYWORDS
    ):
        identifier = tuple(message) if isinstance(message, list | tuple) else message
        yield identifier, f"{file}:{line}"

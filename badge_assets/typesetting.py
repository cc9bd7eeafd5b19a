"""The one place where `typst` is called: a template of ours and facts in, a picture out.

Facts go in as JSON, never as source. Fonts are those inside the `typst` package alone,
files those in `templates/` alone, and nothing is fetched; so equal facts give equal bytes.
Runs in the calling thread, without a limit on time: that is the caller's.
"""

import json
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import typst

from badge_assets.letters import MissingGlyph, UnfitText

Template = Literal["badge", "seal", "letters", "poster", "diploma", "preview"]

_TEMPLATES = Path(__file__).parent / "templates"
_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_NO_ROOM = "a text does not fit its place: "
# In files that say when they were made. Equal facts shall give equal bytes.
_NO_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def check(template: Template, facts: Mapping[str, Any]) -> None:
    """Raise `MissingGlyph` if the typeface lacks a letter of `facts` as set in `template`.

    Drawing SVG or PNG, typst puts a box for a letter that no font has and says nothing;
    PDF/A-2u, where every sign must stand for a letter, makes it an error with the letter.
    """
    _compile(template, facts, format="pdf", pdf_standards="a-2u")


def svg(template: Template, facts: Mapping[str, Any]) -> bytes:
    """Return the picture as typst's SVG, after `check`."""
    check(template, facts)
    return _compile(template, facts, format="svg")


def png(template: Template, facts: Mapping[str, Any], scale: float) -> bytes:
    """Return the picture as RGBA PNG, `scale` pixels for each unit, after `check`."""
    check(template, facts)
    return _compile(template, facts, format="png", ppi=72 * scale)


def pdf(template: Template, facts: Mapping[str, Any]) -> bytes:
    """Return the pages as tagged PDF after PDF/UA-1, fonts inside, after `check`."""
    check(template, facts)
    return _compile(template, facts, format="pdf", pdf_standards="ua-1", timestamp=_NO_TIME)


class _Compiler:
    """One template. What was laid out for `check` is kept for the picture that follows it."""

    def __init__(self, template: Template) -> None:
        self._lock = threading.Lock()
        self._tagged = template in ("poster", "diploma")
        self._typst = typst.Compiler(
            str(_TEMPLATES / f"{template}.typ"), root=str(_TEMPLATES), ignore_system_fonts=True
        )

    def compile(self, facts: str, **output: Any) -> bytes:
        inputs = {"facts": facts, **({"tagged": "yes"} if self._tagged else {})}
        with self._lock:
            return cast(bytes, self._typst.compile(sys_inputs=inputs, **output))


_compiler = cache(_Compiler)


def _compile(template: Template, facts: Mapping[str, Any], **output: Any) -> bytes:
    try:
        return _compiler(template).compile(json.dumps(facts), **output)
    except typst.TypstError as fault:
        message = str(fault)
        if missing := _MISSING.search(message):
            raise MissingGlyph(_unescaped(missing[1])) from None
        if _NO_ROOM in message:
            text = message.split(_NO_ROOM, 1)[1]
            raise UnfitText(f"“{text}” is too long for its place; write it shorter") from None
        raise


def _unescaped(text: str) -> str:
    """Undo the escapes in which typst quotes a text."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)

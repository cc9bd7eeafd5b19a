"""From a document straight to its canonical N-Quads: the fast way.

`verifier.canonical` says what the bytes are. Most badges name contexts on board and are trees of
plain objects; those are written line by line from the tables of `verifier.context_tables`, and
their blank nodes are told apart by their own statements alone (RDFC-1.0, section 4.6). Everything
else, and everything that is to be refused, raises `NotMine`: the slow way then gives the bytes or
says why not. So this module never judges a document; it only must not write other bytes.

Left to the slow way: contexts written out, names and types that are no terms, `@value` beside a
type, `@graph` and other keywords, a further object about the document itself, blank nodes that
look alike, whatever is very large or deep.
"""

import math
import re
from collections.abc import Callable
from itertools import chain
from json.encoder import encode_basestring
from typing import Any, Final, TypeVar

from verifier import to_rdf
from verifier.canonical import MAX_CONTEXT_WORK, MAX_INTEGER, DataLoss, InvalidJsonLd
from verifier.context_tables import (
    ADDRESS,
    KEYWORD,
    LIST,
    LITERAL,
    RDF,
    SCHEMES,
    SPECIAL,
    Active,
    Entry,
    NotMine,
    Terms,
    root,
)
from verifier.to_rdf import is_absolute

__all__ = ["NotMine", "canonicalise", "check"]

# Well within the bounds of `verifier.canonical`: a line stands for three JSON values at most, and
# two levels of JSON lie between one object and the next.
MAX_LINES: Final = 1_500
MAX_DEPTH: Final = 24

# What the addresses of nearly all documents are made of, and any IRI may hold.
_PLAIN: Final = bytes(set(range(0x21, 0x7F)) - set(b'<>"{}|\\^`'))
# The letters that JSON escapes otherwise than canonical N-Quads are those that no text may hold.
_ESCAPE = re.compile(r"\\(.)")
_REFUSED: Final = frozenset("bfu")

_FIRST: Final = f" <{RDF}first> "
_REST: Final = f" <{RDF}rest> "
_NIL: Final = f"<{RDF}nil> .\n"

_Known = TypeVar("_Known", str, bytes)


def canonicalise(document: Any, algorithm: Callable[[bytes], Any]) -> bytes:
    """Return the canonical N-Quads of `document`: the same bytes as the slow way. `algorithm` is
    the hash function that tells blank nodes apart. Raises `NotMine`."""
    try:
        return _written(document).canonical(algorithm)
    except (RecursionError, UnicodeEncodeError):
        raise NotMine from None


def check(document: Any) -> None:
    """Raise `NotMine` where `canonicalise` does, for less than it costs."""
    try:
        _written(document).check()
    except (RecursionError, UnicodeEncodeError):
        raise NotMine from None


def _written(document: Any) -> "_Writer":
    if type(document) is not dict:
        raise NotMine
    writer = _Writer()
    writer.document(document)
    return writer


class _Blank:
    """A blank node. `said` are the statements about it without another blank node; `linked` are
    those with one, whole, in which it is called `_:a` and the other `_:z`."""

    __slots__ = ("linked", "said")

    def __init__(self) -> None:
        self.said: list[str] = []
        self.linked: list[str] = []

    @property
    def told(self) -> str:
        """What it is known by: that of which its hash is taken (RDFC-1.0, section 4.6)."""
        return "".join(sorted([*map("_:a".__add__, set(self.said)), *self.linked]))


_Subject = str | _Blank
"""An IRI as N-Quads write it, or a blank node."""


class _Writer:
    """One document on its way: what is said of each subject.

    A statement is a line without its subject: a blank node has no name yet, and little has to be
    sorted. Those with a blank node as their value are written last.
    """

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}
        self._blanks: list[_Blank] = []
        # (what is said of the subject, predicate, value)
        self._links: list[tuple[list[str], str, _Blank]] = []
        self._addresses: list[str] = []
        self._work = 0
        self._id: str | None = None

    def document(self, document: dict[str, Any]) -> None:
        """Write all of the document."""
        active, self._work = root(document.get("@context"))
        name = document.get("id")
        if type(name) is str:
            self._id = name
            self._object(document, active, f"<{name}>", 1)
        else:
            self._blanks.append(blank := _Blank())
            self._object(document, active, blank, 1)

    def _object(self, node: dict[str, Any], active: Active, subject: _Subject, depth: int) -> None:
        """Write what `node` says, which is about `subject`."""
        if depth > 1 and "@context" in node:
            active, cost = active.naming(node["@context"])
            self._work += cost
        table = active.table(node.get("type"))
        self._work += table.cost
        if depth > MAX_DEPTH or self._work > MAX_CONTEXT_WORK:
            raise NotMine
        said = self._said.setdefault(subject, []) if type(subject) is str else subject.said  # type: ignore[union-attr]
        said += table.types
        say, addresses = said.append, self._addresses
        for name, value in node.items():
            kind, before, after, entry = table[name]
            is_a = type(value)
            if is_a is str:
                # The usual cases, without a call.
                if kind == LITERAL:
                    say(f"{before}{encode_basestring(value)}{after}")
                    continue
                if kind == ADDRESS and value.startswith(SCHEMES):
                    addresses.append(value)
                    say(f"{before}{value}{after}")
                    continue
            if kind == KEYWORD:
                if name == "id":
                    self._note_address(value, table.active.terms)
                elif not value:
                    raise NotMine
                continue
            if kind == SPECIAL:
                kind = self._special(entry, node)
            if kind == LIST:
                self._list(value, entry, subject, said, depth)
                continue
            if is_a is not list:
                value = (value,)
            elif not value:
                raise NotMine
            for item in value:
                if type(item) is dict:
                    self._inside(item, entry, entry.link, subject, said, depth)
                elif kind == LITERAL:
                    if type(item) is str:
                        say(f"{before}{encode_basestring(item)}{after}")
                    else:
                        say(f"{before}{_scalar(item, entry)} .\n")
                elif kind == ADDRESS:
                    self._note_address(item, entry.words)
                    say(f"{before}{item}{after}")
                else:
                    say(f"{entry.link}{_word(item, entry.words)} .\n")

    def _special(self, entry: Entry, node: dict[str, Any]) -> int:
        if any(twin in node for twin in entry.twins):
            raise NotMine
        self._work += entry.cost
        return entry.kind

    def _inside(
        self,
        node: dict[str, Any],
        entry: Entry,
        link: str,
        subject: _Subject,
        said: list[str],
        depth: int,
    ) -> None:
        """Write that `subject` has `node` as its value, and what that says."""
        self._work += entry.cost
        name = node.get("id")
        if type(name) is str:
            named = f"<{name}>"
            said.append(f"{link}{named} .\n")
            if len(node) == 1:
                self._note_address(name, entry.reference.terms)
            elif name == self._id:
                raise NotMine
            else:
                self._object(node, entry.inside, named, depth + 1)
        else:
            self._object(node, entry.inside, self._link(subject, said, link), depth + 1)

    def _link(self, subject: _Subject, said: list[str], link: str) -> _Blank:
        """A new blank node, the value of `link` of `subject`."""
        value = _Blank()
        if isinstance(subject, str):
            value.linked.append(f"{subject}{link}_:a .\n")
        else:
            value.linked.append(f"_:z{link}_:a .\n")
            subject.linked.append(f"_:a{link}_:z .\n")
        self._blanks.append(value)
        self._links.append((said, link, value))
        return value

    def _list(
        self, value: Any, entry: Entry, subject: _Subject, said: list[str], depth: int
    ) -> None:
        """An RDF list: a chain of blank nodes."""
        link = entry.link
        for item in value if type(value) is list else (value,):
            subject = self._link(subject, said, link)
            said, link = subject.said, _REST
            if type(item) is dict:
                self._inside(item, entry, _FIRST, subject, said, depth)
            elif type(item) is str:
                said.append(f"{_FIRST}{encode_basestring(item)}{entry.after}")
            else:
                said.append(f"{_FIRST}{_scalar(item, entry)} .\n")
        said.append(f"{link}{_NIL}")

    def _note_address(self, address: Any, terms: Terms) -> None:
        """Keep an address for `_check_addresses`, as one that is written in full."""
        if type(address) is not str:
            raise NotMine
        if not address.startswith(SCHEMES):
            scheme, colon, _ = address.partition(":")
            if not (colon and scheme.isascii() and scheme.isalpha()) or scheme in terms:
                raise NotMine
        self._addresses.append(address)

    def check(self) -> None:
        """Raise `NotMine` where `canonical` does."""
        self._check_amount()
        self._check_addresses()
        self._told_apart([blank.told for blank in self._blanks])
        lines = "".join(chain.from_iterable(self._all_said()))
        if not lines and not self._links:
            raise NotMine
        lines.encode()
        _check_texts(lines)

    def canonical(self, algorithm: Callable[[bytes], Any]) -> bytes:
        """Return the canonical form of what was written (RDFC-1.0, section 4.4)."""
        self._check_amount()
        self._check_addresses()
        said, names, blanks = self._said, {}, self._blanks
        if len(blanks) > 1:
            hashes = [algorithm(blank.told.encode()).digest() for blank in blanks]
            blanks = [blank for _, blank in sorted(self._told_apart(hashes).items())]
        for number, blank in enumerate(blanks):
            names[blank] = name = f"_:c14n{number}"
            said[name] = blank.said
        for about, link, value in self._links:
            about.append(f"{link}{names[value]} .\n")
        # No subject's name begins with that of another: lines in the order of their subjects,
        # those of one subject in their own order, are in order.
        parts = []
        for subject in sorted(said):
            if lines := said[subject]:
                text = subject + subject.join(sorted(set(lines)))
                _check_texts(text)
                parts.append(text.encode())
        if not parts:
            raise NotMine
        return b"".join(parts)

    def _all_said(self) -> list[list[str]]:
        return [*self._said.values(), *[blank.said for blank in self._blanks]]

    def _check_amount(self) -> None:
        lines = len(self._links) + sum(map(len, self._all_said()))
        if self._work > MAX_CONTEXT_WORK or lines > MAX_LINES:
            raise NotMine

    def _check_addresses(self) -> None:
        together = "".join(self._addresses)
        # Half a surrogate pair, in an address or in a text, has no bytes.
        if not together.encode().translate(None, _PLAIN):
            return
        if not all(map(is_absolute, self._addresses)):
            raise NotMine

    def _told_apart(self, known_by: list[_Known]) -> dict[_Known, _Blank]:
        """The blank nodes by what each is known by, if no two look alike."""
        found = dict(zip(known_by, self._blanks, strict=True))
        if len(found) != len(known_by):
            raise NotMine
        return found


def _check_texts(lines: str) -> None:
    """Raise `NotMine` if a text in these lines holds a character that none may hold."""
    if "\x7f" in lines or ("\\" in lines and not _REFUSED.isdisjoint(_ESCAPE.findall(lines))):
        raise NotMine


def _scalar(value: Any, entry: Entry) -> str:
    if type(value) is float:
        if not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0):
            raise NotMine
    elif type(value) is not bool and (type(value) is not int or abs(value) > MAX_INTEGER):
        raise NotMine
    try:
        return to_rdf.scalar(value, entry.datatype or None)
    except (DataLoss, InvalidJsonLd):
        raise NotMine from None


def _word(value: Any, words: Terms) -> str:
    """A text that the context maps to an IRI."""
    definition = words.get(value) if type(value) is str else None
    if definition is None or not is_absolute(definition.iri):
        raise NotMine
    return f"<{definition.iri}>"

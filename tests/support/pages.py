"""A page as its reader meets it: words, headings, links, forms; and what none may hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

VOID = {"meta", "link", "img", "input", "br", "hr", "wbr", "path", "circle"}
BLOCKS = {"p", "h1", "h2", "h3", "li", "dt", "dd", "td", "th", "div", "section", "br", "label"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: tuple[str, ...] = ()


@dataclass
class Page:
    """What a page's HTML holds, in the order in which it stands there."""

    source: str
    elements: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, source: str) -> "Page":
        page = cls(source)
        reader = _Reader(page.elements)
        reader.feed(source)
        reader.close()
        assert reader.open == [], f"never closed: {[e.tag for e in reader.open]}"
        return page

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and wanted.items() <= element.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def lang(self) -> str:
        return self.one("html").attributes["lang"]

    @property
    def title(self) -> str:
        return _words(self.one("title").text)

    @property
    def headline(self) -> str:
        return _words(self.one("h1").text)

    @property
    def words(self) -> str:
        """Everything that is read in the body, in one line."""
        return _words(self.one("main").text)

    @property
    def links(self) -> list[str]:
        return [e.attributes["href"] for e in self.all("a") if "href" in e.attributes]

    def faults(self) -> Iterator[str]:
        """What no page of ours may have, whatever names and badges it shows."""
        ids = [e.attributes["id"] for e in self.elements if "id" in e.attributes]
        yield from (f"id twice: {i}" for i in set(ids) if ids.count(i) > 1)
        for element in self.elements:
            if element.tag == "script" and element.attributes.get("type") == "application/ld+json":
                continue  # data, which no browser runs
            if element.tag in ("script", "style", "iframe", "object", "embed", "base"):
                yield f"a {element.tag}"
            for name, value in element.attributes.items():
                if name.startswith("on") or name == "style":
                    yield f"{name} on {element.tag}"
                if name in ("href", "src", "action") and not _is_ours_or_https(value):
                    yield f"{element.tag} leads to {value!r}"
                if name in ("for", "aria-labelledby", "aria-describedby"):
                    yield from (f"{name} names no id: {i}" for i in value.split() if i not in ids)
        if len(self.all("h1")) != 1:
            yield f"{len(self.all('h1'))} main headings"
        levels = [int(e.tag[1]) for e in self.elements if e.tag in ("h1", "h2", "h3", "h4")]
        if any(later - earlier > 1 for earlier, later in pairwise(levels)):
            yield f"headings leave out a level: {levels}"
        labelled = {e.attributes.get("for") for e in self.all("label")}
        for element in self.all("input") + self.all("textarea"):
            kind = element.attributes.get("type")
            if kind != "hidden" and element.attributes.get("id") not in labelled:
                yield f"a field without a label: {element.attributes}"
        for image in self.all("img"):
            if "alt" not in image.attributes:
                yield "a picture without words"


def _is_ours_or_https(address: str) -> bool:
    parts = urlsplit(urljoin("https://here.example/", address))
    return parts.scheme in ("https", "mailto")


def _words(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    def __init__(self, elements: list[Element]) -> None:
        super().__init__(convert_charrefs=True)
        self.elements = elements
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        element = Element(
            tag,
            {name: value or "" for name, value in attrs},
            inside=tuple(e.tag for e in self.open),
        )
        self.elements.append(element)
        if tag in BLOCKS:
            self._say(" ")
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1].tag}"
        self.open.pop()
        if tag in BLOCKS:
            self._say(" ")

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, data: str) -> None:
        for element in self.open:
            element.text += data

"""Where keys and values stand in a TOML file.

`tomllib` knows what a file means, but not where its values stand; `tree-sitter` knows the
places, but lets a key appear twice and goes on after a syntax error. `issuer.toml_tables`
uses both on the same bytes. Places are for messages only: no value is read here.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]

# Places are looked up for keys of our own formats, which are shallow; a hostile file is not.
_DEEPEST_PLACE = 12
_KEY_TYPES = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True)
class Place:
    """Counted in characters, from 1."""

    line: int
    column: int


class Places:
    """Where keys and values stand in one TOML file, and which keys stand there twice."""

    def __init__(self, data: bytes) -> None:
        self._lines = data.split(b"\n")
        self._keys: dict[Path, Node] = {}
        self._values: dict[Path, Node] = {}
        self._last: dict[Path, int] = {}
        self.repeated: list[tuple[Path, Place, Place]] = []  # path, first place, second place
        self.errors: list[tuple[Place, str]] = []
        root = Parser(Language(tree_sitter_toml.language())).parse(data).root_node
        self._read_document(root)
        if root.has_error:
            self._read_errors(root)

    def key(self, path: Path) -> Place | None:
        """The place of the key that `path` ends with; of the element, if it ends with an index."""
        return self._find(path, self._keys, self._values)

    def value(self, path: Path) -> Place | None:
        """The place of the value at `path`; of its header, if it is a table with one."""
        return self._find(path, self._values, self._keys)

    def _find(self, path: Path, *maps: Mapping[Path, Node]) -> Place | None:
        return next((self._place(nodes[path]) for nodes in maps if path in nodes), None)

    def _read_document(self, root: Node) -> None:
        for node in root.children:
            if node.type == "pair":
                self._read_pair(node, ())
            elif node.type in ("table", "table_array_element"):
                header = next((c for c in node.children if c.type in _KEY_TYPES), None)
                if header is None:
                    continue
                base = self._read_header(header, array=node.type != "table")
                for child in node.children:
                    if child.type == "pair":
                        self._read_pair(child, base)

    def _read_header(self, header: Node, *, array: bool) -> Path:
        names = _names(header)
        path: Path = ()
        for position, name in enumerate(names, start=1):
            path += (name,)
            self._keys.setdefault(path, header)
            if array and position == len(names):
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path += (self._last[path],)
                self._keys.setdefault(path, header)
        return path

    def _read_pair(self, node: Node, base: Path) -> None:
        parts = [child for child in node.named_children if child.type != "comment"]
        if len(parts) != 2 or parts[0].type not in _KEY_TYPES:
            return
        key, value = parts
        names = _names(key)
        for end in range(1, len(names)):
            self._keys.setdefault((*base, *names[:end]), key)
        path = (*base, *names)
        if path in self._values:
            self.repeated.append((path, self._place(self._keys[path]), self._place(key)))
            return
        self._keys[path] = key
        self._read_value(value, path)

    def _read_value(self, node: Node, path: Path) -> None:
        self._values[path] = node
        if len(path) > _DEEPEST_PLACE:
            return
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._read_pair(child, path)
        elif node.type == "array":
            members = [child for child in node.named_children if child.type != "comment"]
            for index, child in enumerate(members):
                self._read_value(child, (*path, index))

    def _read_errors(self, root: Node) -> None:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.type == "ERROR" or node.is_missing:
                text = (node.text or b"").decode("utf-8", "replace").split("\n")[0]
                found = f"no {node.type}" if node.is_missing else quote(text)
                self.errors.append((self._place(node), found))
            elif node.has_error:
                waiting.extend(reversed(node.children))

    def _place(self, node: Node) -> Place:
        row, offset = node.start_point.row, node.start_point.column
        return Place(row + 1, len(self._lines[row][:offset].decode("utf-8", "replace")) + 1)


def quote(text: str) -> str:
    """`text` as a message names it: quoted, on one line, never long."""
    return json.dumps(text if len(text) <= 60 else text[:59] + "…", ensure_ascii=False)


def _names(key: Node) -> list[str]:
    return list(_iterate_names(key))


def _iterate_names(key: Node) -> Iterator[str]:
    text = (key.text or b"").decode("utf-8", "replace")
    if key.type == "dotted_key":
        for child in key.named_children:
            yield from _iterate_names(child)
    elif key.type == "quoted_key":
        try:
            yield next(iter(tomllib.loads(f"{text} = 0")))
        except ValueError:
            yield text
    else:
        yield text

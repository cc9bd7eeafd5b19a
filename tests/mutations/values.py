"""Changes to bytes, and to JSON: its values, and its spelling."""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

Path = tuple[Any, ...]

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 1.5, 2**53, -(2**31), 1e300, "", " ", [], {}, [None], [[]]),
    *("null", "true", "x" * 999, "2099-01-01T00:00:00Z", "1970-01-01", "https://evil.example/"),
    *("did:web:evil.example", "did:key:z6Mk", "\u202e", "æ", "\0", "\ufeff", "javascript:x"),
    *(
        {"@value": "x"},
        {"@id": "urn:a:b"},
        {"@list": []},
        {"@set": []},
        "@id",
        "_:b0",
        "urn:uuid:0",
    ),
    *("VerifiableCredential", "OpenBadgeCredential", "assertionMethod", "none", "HS256", "#0"),
    *("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"),
]
NAMES = [
    *(
        "extra",
        "id",
        "type",
        "name",
        "validUntil",
        "validFrom",
        "expirationDate",
        "proof",
        "issuer",
    ),
    *("@id", "@type", "@graph", "@context", "@included", "@nest", "@reverse", "@index", "@value"),
    *("vc", "iss", "sub", "exp", "nbf", "jti", "aud", "credentialStatus", "credentialSubject"),
    *("https://www.w3.org/2018/credentials#validUntil", "schema:name", "revoked", "expires"),
]
LOOK_ALIKES = str.maketrans(
    {
        "a": "а",
        "e": "е",
        "o": "о",
        "p": "р",
        "c": "с",
        "i": "і",
        "x": "х",
        "A": "Α",
        "E": "Е",
        "0": "О",
        "1": "l",
        "l": "I",
        "/": "∕",
        ":": "：",
        ".": "․",
        "-": "‐",
    }
)
_INVISIBLE = ["\u200b", "\u200d", "\u00ad", "\u0301", "\u202e", "\ufeff", " ", "\u00a0", "\t"]


def changed_bytes(data: bytes, rng: random.Random) -> bytes:
    """One or a few of the bytes flipped, exchanged, removed, put in or repeated."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        if not changed:
            break
        at = rng.randrange(len(changed))
        match rng.randrange(7):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at] = rng.randrange(256)
            case 2:
                del changed[at : at + rng.choice([1, 2, 40])]
            case 3:
                changed[at:at] = rng.randbytes(rng.choice([1, 2, 9]))
            case 4:
                changed[at:at] = changed[at : at + rng.randrange(1, 60)]
            case 5:
                del changed[at:]
            case _:
                other = rng.randrange(len(changed))
                changed[at], changed[other] = changed[other], changed[at]
    return bytes(changed)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path to everything inside `value`."""
    items: Any = value.items() if isinstance(value, dict) else ()
    for step, item in enumerate(value) if isinstance(value, list) else items:
        yield (*path, step)
        yield from places(item, (*path, step))


def changed_value(document: Any, rng: random.Random, other: Any = None) -> Any:
    """A copy with one value changed, removed, moved, doubled, or of another type; `other` is a
    document to take values from."""
    document = copy.deepcopy(document)
    paths = list(places(document))
    if not paths:
        return rng.choice(ODD)
    path = rng.choice(paths)
    at = document
    for step in path[:-1]:
        at = at[step]
    last, old = path[-1], at[path[-1]]
    match rng.randrange(13):
        case 0:
            del at[last]
        case 1:
            at[last] = rng.choice(ODD)
        case 2:
            at[last] = [old] if not isinstance(old, list) else (old or [0])[0]
        case 3 if isinstance(old, str):
            at[last] = _other_text(old, rng)
        case 4 if isinstance(at, dict):
            at[f"{last}{rng.choice(['', 'x', ' ', chr(0x200B)])}x"] = at.pop(last)
        case 5 if isinstance(at, dict):
            at[rng.choice(NAMES)] = copy.deepcopy(old)
        case 6 if isinstance(at, list):
            at.insert(rng.randrange(len(at) + 1), copy.deepcopy(old))
        case 7 if isinstance(at, list):
            rng.shuffle(at)
        case 8:
            at[last] = _other_type(old)
        case 9:
            source = document if other is None or rng.random() < 0.5 else other
            found = rng.choice(list(places(source)) or [()])
            value = source
            for step in found:
                value = value[step]
            at[last] = copy.deepcopy(value)
        case 10 if isinstance(old, dict):
            old[rng.choice(NAMES)] = rng.choice(ODD)
        case 11 if isinstance(at, dict):
            names = list(at)
            rng.shuffle(names)
            for name in names:
                at[name] = at.pop(name)
        case _:
            at[last] = {"id": "urn:uuid:1", "type": "Other", "was": old}
    return document


def _other_text(text: str, rng: random.Random) -> str:
    middle = rng.randrange(len(text) + 1)
    match rng.randrange(6):
        case 0:
            return text[:middle] + rng.choice(_INVISIBLE) + text[middle:]
        case 1:
            return text.translate(LOOK_ALIKES)
        case 2:
            return (
                text[:middle]
                + text[middle : middle + 1].translate(LOOK_ALIKES)
                + text[middle + 1 :]
            )
        case 3:
            return text.swapcase()
        case 4:
            return text[:middle] + rng.choice("xA0 %#/") + text[middle + 1 :]
        case _:
            return rng.choice([text + " ", " " + text, text + "#", text + "/", text[:-1], text * 2])


def _other_type(value: Any) -> Any:
    """What says the same to a careless reader."""
    match value:
        case bool():
            return str(value).lower()
        case str() if re.fullmatch(r"-?\d{1,15}", value):
            return int(value)
        case str():
            return {"@value": value}
        case int() | float():
            return str(value)
        case dict():
            return value.get("id", list(value.values()))
        case list():
            return {str(place): item for place, item in enumerate(value)}
    return ""


def written(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def respelt(data: bytes, rng: random.Random) -> bytes:
    """The same JSON in another spelling, which may or may not be JSON and say the same: numbers,
    escapes, white space, members twice."""
    text = data.decode("utf-8", "surrogateescape")
    spots = [
        found.span() for found in re.finditer(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[][{},:]', text)
    ]
    if not spots:
        return data
    start, end = rng.choice(spots)
    token = text[start:end]
    if token[0] == '"':
        token = _respelt_text(token, rng)
    elif token[0] in "-0123456789":
        token = rng.choice(
            [
                f"{token}.0",
                f"{token}e0",
                f"{token}E+0",
                f"-{token}",
                f"0{token}",
                f"+{token}",
                f"{token}0e-1",
                f"{token}.00000000000000000000001",
                f'"{token}"',
                f"{token}e999",
            ]
        )
    else:
        token = rng.choice(
            [
                f"{token} ",
                f"\n{token}",
                f"{token}{token}",
                f"{token}\x0b",
                "",
                f"{token}/**/",
                f"{token}\u00a0",
                f'{token}"x":1,',
                f"{token}null,",
            ]
        )
    changed = text[:start] + token + text[end:]
    if rng.random() < 0.2:
        changed = _doubled(changed, rng)
    return changed.encode("utf-8", "surrogateescape")


def _respelt_text(token: str, rng: random.Random) -> str:
    at = rng.randrange(1, max(2, len(token) - 1))
    letter = token[at : at + 1]
    if letter in ('"', "\\", "") or token[at - 1] == "\\":
        return token
    escape = f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else letter
    wrong = [f"\\x{letter}", "\\ud800", "\\u0000", f"{letter}\0", "\\u000", f"\\{letter}"]
    return token[:at] + rng.choice([escape, escape, escape.upper(), *wrong]) + token[at + 1 :]


def _doubled(text: str, rng: random.Random) -> str:
    """Some member stands twice in its object."""
    members = list(re.finditer(r'"([A-Za-z@]+)":("(?:[^"\\]|\\.)*"|\d+)', text))
    if not members:
        return text
    found = rng.choice(members)
    value = rng.choice(['"x"', "null", "[]", '"2099-01-01T00:00:00Z"', found[2]])
    again = f'"{found[1]}":{value}'
    return (
        text[: found.start()]
        + rng.choice([f"{again},{found[0]}", f"{found[0]},{again}"])
        + text[found.end() :]
    )

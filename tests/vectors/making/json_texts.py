"""JSON that has more than one reading, too much of it, or none."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    credential,
    embedded,
    prove,
    text,
)
from tests.vectors.making.json_common import (
    ACHIEVEMENT,
    BADGE,
    HOME,
    ONE_READING,
)
from tests.verifier.simulator import put


def cases() -> Cases:
    found = Cases("RFC 8259", HOME)
    _texts(found)
    _numbers(found)
    _too_much(found)
    return found


def _texts(cases: Cases) -> None:
    def twice(member: bytes, value: bytes) -> bytes:
        """The badge with a member in it once more, before the one that was signed."""
        return BADGE.replace(
            b'"' + member + b'":', b'"' + member + b'":' + value + b',"' + member + b'":', 1
        )

    ijson = "RFC 7493 (I-JSON)"
    tables: tuple[tuple[str, bytes, str, str, str], ...] = (
        (
            "duplicate-first",
            twice(b"validUntil", b'"2099-01-01T00:00:00Z"'),
            "json.duplicate",
            ijson,
            "The end date stands twice, and readers disagree which one counts.",
        ),
        (
            "duplicate-last",
            BADGE[:-1] + b',"id":"urn:uuid:1"}',
            "json.duplicate",
            ijson,
            "The id stands a second time at the end.",
        ),
        (
            "duplicate-same-value",
            twice(b"name", b'"Eksempelmerket"'),
            "json.duplicate",
            ijson,
            "A member stands twice with one value, which is still one too many.",
        ),
        (
            "duplicate-nested",
            twice(b"narrative", b'"x"'),
            "json.duplicate",
            ijson,
            "A member deep inside stands twice.",
        ),
        (
            "duplicate-escaped",
            BADGE[:-1] + b',"\\u0069ssuer":"did:web:other.example.no"}',
            "json.duplicate",
            ijson,
            "The issuer stands a second time, with an escape in its name.",
        ),
        (
            "duplicate-proof",
            BADGE[:-1] + b',"proof":[]}',
            "json.duplicate",
            ijson,
            "The proof stands a second time, empty.",
        ),
        (
            "surrogate-half",
            BADGE.replace(b"Et eksempel", b"Et \\ud83c eksempel"),
            "json.unicode",
            ijson,
            "Half a surrogate pair is no letter.",
        ),
        (
            "surrogate-reversed",
            BADGE.replace(b"Et eksempel", b"\\udfad\\ud83c"),
            "json.unicode",
            ijson,
            "Two halves in the wrong order are no letter.",
        ),
        (
            "byte-order-mark",
            b"\xef\xbb\xbf" + BADGE,
            "json.unicode",
            "RFC 8259, 8.1",
            "The text begins with a byte order mark.",
        ),
        (
            "invalid-utf8",
            BADGE.replace(b"Et eksempel", b"Et \xff eksempel"),
            "json.unicode",
            "RFC 8259, 8.1",
            "A byte is part of no letter of UTF-8.",
        ),
        (
            "overlong-utf8",
            BADGE.replace(b"Et eksempel", b"Et \xc1\xa1ksempel"),
            "json.unicode",
            "RFC 3629, 3",
            "A letter is written in more bytes than it needs.",
        ),
        (
            "surrogate-in-utf8",
            BADGE.replace(b"Et eksempel", b"Et \xed\xa0\xbc\xed\xbe\xad"),
            "json.unicode",
            "RFC 3629, 3",
            "A surrogate pair is written as if it were two letters.",
        ),
        (
            "two-values",
            BADGE + BADGE,
            "json.malformed",
            "RFC 8259, 2",
            "A second value follows the first.",
        ),
        (
            "text-after",
            BADGE + b" // ok",
            "json.malformed",
            "RFC 8259, 2",
            "Something follows the value.",
        ),
        (
            "comment",
            BADGE.replace(b'{"@context"', b'{/* x */"@context"', 1),
            "json.malformed",
            "RFC 8259, 2",
            "JSON has no comments.",
        ),
        (
            "trailing-comma",
            BADGE[:-1] + b",}",
            "json.malformed",
            "RFC 8259, 4",
            "A comma has nothing after it.",
        ),
        (
            "single-quotes",
            BADGE.replace(b'"name"', b"'name'", 1),
            "json.malformed",
            "RFC 8259, 7",
            "A text stands between the wrong marks.",
        ),
        (
            "bare-name",
            BADGE.replace(b'"name"', b"name", 1),
            "json.malformed",
            "RFC 8259, 4",
            "The name of a member has no marks around it.",
        ),
        (
            "raw-newline",
            BADGE.replace(b"Et eksempel", b"Et\neksempel"),
            "json.malformed",
            "RFC 8259, 7",
            "A line break stands in a text as it is.",
        ),
        (
            "raw-nul",
            BADGE.replace(b"Et eksempel", b"Et\0eksempel"),
            "json.malformed",
            "RFC 8259, 7",
            "A NUL stands in a text as it is.",
        ),
        (
            "bad-escape",
            BADGE.replace(b"Et eksempel", b"Et \\x41"),
            "json.malformed",
            "RFC 8259, 7",
            "JSON has no such escape.",
        ),
        ("cut-off", BADGE[:-40], "json.malformed", "RFC 8259, 2", "The end is missing."),
        (
            "form-feed",
            b"{\x0c" + BADGE[1:],
            "json.malformed",
            "RFC 8259, 2",
            "A form feed is no white space of JSON.",
        ),
        (
            "no-break-space",
            b"{\xc2\xa0" + BADGE[1:],
            "json.malformed",
            "RFC 8259, 2",
            "A no-break space is no white space of JSON.",
        ),
        (
            "capital-true",
            BADGE[:-1] + b',"x":True}',
            "json.malformed",
            "RFC 8259, 3",
            "True is a word of another language.",
        ),
        (
            "list",
            b"[" + BADGE + b"]",
            "structure.type",
            "Open Badges 3.0, data model",
            "A list of badges is no badge.",
        ),
        (
            "utf-16",
            BADGE.decode().encode("utf-16-le"),
            "json.malformed",
            "RFC 8259, 8.1",
            "The text is in UTF-16.",
        ),
    )
    for name, badge, reason, rule, says in tables:
        cases.bad(f"json-{name}", badge, reason, f"JSON: {name.replace('-', ' ')}", says, rule=rule)


def _numbers(cases: Cases) -> None:
    place = b'"creditsAvailable":'
    signed = embedded(credential(put(*ACHIEVEMENT, "creditsAvailable", value=7)))
    for name, number, reason, says in (
        ("nan", b"NaN", "json.number", "NaN is no number of JSON."),
        ("infinity", b"-Infinity", "json.number", "Infinity is no number of JSON."),
        ("overflow", b"1e400", "json.number", "A number is larger than any that readers hold."),
        ("underflow", b"1e-400", "json.number", "A number is too small to be told from 0."),
        (
            "beyond-2-53",
            b"9007199254740993",
            "json.number",
            "A whole number is beyond those that every reader holds exactly.",
        ),
        ("thousands-of-digits", b"1" * 5000, "json.number", "A number has 5,000 digits."),
        ("leading-zero", b"07", "json.malformed", "A number begins with a zero too many."),
        ("plus", b"+7", "json.malformed", "A number begins with a plus."),
        ("hexadecimal", b"0x7", "json.malformed", "A number is written in sixteens."),
        ("no-fraction", b"7.", "json.malformed", "A number ends with its point."),
    ):
        cases.bad(
            f"number-{name}",
            signed.replace(place + b"7", place + number),
            reason,
            f"JSON number: {name.replace('-', ' ')}",
            says,
            rule="RFC 7493, 2.2" if reason == "json.number" else "RFC 8259, 6",
        )
    cases.bad(
        "number-negative-zero",
        signed.replace(place + b"7", place + b"-0.0"),
        "context.invalid",
        "JSON number: negative zero",
        "Some readers sign the sign of zero, and others lose it.",
        rule=ONE_READING,
    )
    cases.bad(
        "number-other-value",
        signed.replace(place + b"7", place + b"7.000001"),
        "proof.altered",
        "creditsAvailable: a little more",
        "A number has been changed by very little.",
        rule="VC Data Integrity 1.0, verify proof",
    )


def _too_much(cases: Cases) -> None:
    deep = b'{"a":' * 65 + b"1" + b"}" * 65
    cases.bad(
        "limit-depth",
        BADGE[:-1] + b',"x":' + deep + b"}",
        "limit.depth",
        "JSON: nested 66 deep",
        "The text is nested deeper than any badge.",
        rule="Merke: limits",
    )
    cases.bad(
        "limit-depth-lists",
        b"[" * 20_000,
        "limit.depth",
        "JSON: 20,000 open brackets",
        "The text is made to use up a reader's stack.",
        rule="Merke: limits",
    )
    # Two nodes alike, each with hundreds of its own that are alike.
    part = {"type": ["Evidence"], "name": "x"}
    poison = [{"type": ["Evidence"], "part": [part] * 300}] * 2
    document = credential(
        put("evidence", value=poison),
        lambda d: d["@context"].append({"part": "https://example.no/vocab#part"}),
    )
    cases.open(
        "limit-look-alikes",
        text({**document, "proof": [prove(document, covering=credential())]}),
        "limit.work",
        "evidence: 600 blank nodes that look alike",
        "Nodes that cannot be told apart make canonicalising grow without end.",
        rule="RDF Dataset Canonicalization 1.0, dataset poisoning",
    )
    many = credential(
        put(
            "evidence",
            value=[{"type": ["Evidence"], "name": "x", "narrative": str(n)} for n in range(1_700)],
        )
    )
    cases.open(
        "limit-values",
        text({**many, "proof": [prove(many, covering=credential())]}),
        "limit.work",
        "evidence: 1,700 of them",
        "The badge has more values than any honest one.",
        rule="Merke: limits",
    )
    good = prove(credential())
    cases.open(
        "limit-proofs",
        embedded(credential(), *[good] * 5),
        "limit.count",
        "proof: five",
        "Each proof costs as much as a badge, and more than four are not looked at.",
        rule="Merke: limits",
    )

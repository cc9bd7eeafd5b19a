"""`python -m verifier FILE`: any badge in, a report out. Needs no database and no keys.

Exit codes: 0 VALID, 1 INVALID, 2 wrong use, 3 UNDETERMINED.
"""

import argparse
import io
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from verifier import timestamps
from verifier.documents import (
    MAX_BADGE,
    DocumentSource,
    IndexDocuments,
    MalformedIndex,
    is_address,
    read_badge,
)
from verifier.terminal import EXIT_CODES, as_json, render
from verifier.texts import LANGUAGES
from verifier.verify import World, verify

_LANGUAGES: Final = {"nb": "nb", "no": "nb", "da": "nb", "sv": "nb", "nn": "nn", "en": "en"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command with these arguments (default: those of the process); the exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        presented = _read(given.file)
    except OSError as error:
        parser.error(f"cannot read {given.file}: {error.strerror}")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows few letters shows the others by number, and the answer all the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    report = verify(
        presented,
        World(
            documents=_documents(parser, given.documents),
            now=datetime.now(UTC),
            at=given.at,
            trust=frozenset(given.trust),
            recipient=given.recipient,
            refresh=True,
        ),
    )
    if given.json:
        print(as_json(report))
    else:
        print(render(report, given.lang or language_of(os.environ)), end="")
    return EXIT_CODES[report.verdict]


def language_of(environment: Mapping[str, str]) -> str:
    """The language the environment asks for, where it is one of ours, else Bokmål."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return _LANGUAGES.get(value[:2].lower(), "nb")
    return "nb"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m verifier",
        description="Check any Open Badge: PNG, SVG, JSON or JWT.",
        epilog="Exit codes: 0 valid, 1 invalid, 2 wrong use, 3 undetermined. "
        "Without --trust, 0 says nothing of who issued the badge.",
    )
    parser.add_argument(
        "file", metavar="FILE", help="the badge's file, its https address, or - for standard input"
    )
    parser.add_argument(
        "--documents",
        metavar="INDEX",
        type=Path,
        help="answer every address from this index.json, and never use the network",
    )
    parser.add_argument(
        "--trust",
        metavar="DID",
        action="append",
        default=[],
        help="accept this issuer only; may be repeated",
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        type=_moment,
        help="judge the dates as of this time, like 2027-03-31T21:59:59Z; the status is today's",
    )
    parser.add_argument(
        "--recipient", metavar="ID", help="check that the badge was given to this id or e-mail"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the report")
    return parser


def _moment(text: str) -> datetime:
    try:
        return timestamps.parse(text)
    except timestamps.MalformedTimestamp as error:
        raise argparse.ArgumentTypeError(f"{text!r} is {error}") from None


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MAX_BADGE + 1)
    # The verifier goes to an address itself.
    # What was typed may be no text: then it is no address either, which the verifier says.
    return os.fsencode(file) if is_address(file) else read_badge(Path(file), MAX_BADGE)


def _documents(parser: argparse.ArgumentParser, index: Path | None) -> DocumentSource:
    if index is None:
        # The HTTP client takes longer to import than a badge to verify.
        from verifier.fetch import HttpDocuments

        return HttpDocuments()
    try:
        return IndexDocuments(index)
    except OSError as error:
        parser.error(f"cannot read {index}: {error.strerror}")
    except MalformedIndex as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())

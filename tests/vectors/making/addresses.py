"""Files that are no badges, and addresses of badges."""

from tests.vectors.making.case import Cases
from tests.vectors.making.issuing import (
    Served,
    itxt,
    png,
)
from tests.vectors.making.picture_common import (
    ADDRESS,
    BADGE,
    HOME,
    PNG,
)


def cases() -> Cases:
    found = Cases(PNG, HOME)
    _others(found)
    _addresses(found)
    return found


def _others(cases: Cases) -> None:
    for name, data, says in (
        ("empty", b"", "Nothing was presented."),
        ("white-space", b" \n\t", "Nothing but white space was presented."),
        ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "A JPEG carries no badges."),
        ("gif", b"GIF89a\1\0\1\0\0\0\0;", "A GIF carries no badges."),
        ("pdf", b"%PDF-1.7\n", "A PDF carries no badges here."),
        ("words", b"this is a badge", "Words are no badge."),
        ("number", b"42", "A number is no badge."),
        (
            "quoted",
            b'"' + BADGE.replace(b'"', b'\\"') + b'"',
            "A badge in a JSON text is no badge.",
        ),
        ("utf-16-mark", BADGE.decode().encode("utf-16"), "A text in UTF-16 is none that is read."),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", "A compressed file is none that is read."),
        (
            "png-signature-spoilt",
            png(itxt(BADGE)).replace(b"\r\n", b"\n", 1),
            "A PNG's first line has been changed on the way, and it is none any more.",
        ),
        ("address-ftp", b"ftp://issuer.example.no/b/1", "Only https addresses lead to badges."),
        ("address-list", f"{ADDRESS}\n{ADDRESS}".encode(), "Two addresses are one too many."),
        ("vc-prefix", b"data:application/json," + BADGE, "A data address is none that is read."),
    ):
        cases.open(
            f"carrier-{name}",
            data,
            "carrier.unsupported",
            f"presented: {name.replace('-', ' ')}",
            says,
            rule="Merke: carriers",
        )


def _addresses(cases: Cases) -> None:
    rule = "Merke: an address presented"

    def at(data: bytes, kind: str = "application/json") -> dict[str, Served]:
        return {**HOME, ADDRESS: (data, kind)}

    place = ADDRESS.encode()
    cases.good(
        "good-address",
        place,
        "presented: an address of JSON",
        "The badge stands at the address that was presented.",
        rule=rule,
        documents=at(BADGE),
    )
    cases.good(
        "good-address-png",
        b" " + place + b"\n",
        "presented: an address of a PNG",
        "A picture with the badge in it stands at the address.",
        rule=rule,
        documents=at(png(itxt(BADGE)), "image/png"),
    )
    for name, badge, documents, reason, says in (
        ("unreachable", place, HOME, "carrier.unreachable", "Nothing stands at the address."),
        (
            "inside",
            b"https://127.0.0.1/b/1",
            HOME,
            "carrier.unreachable",
            "The address is of the machine itself, and never asked.",
        ),
        (
            "http",
            b"http://issuer.example.no/b/1.json",
            HOME,
            "carrier.unreachable",
            "An address without encryption is never asked.",
        ),
        (
            "page",
            place,
            at(b"hei", "text/plain"),
            "carrier.unsupported",
            "No badge stands at the address.",
        ),
        (
            "address-again",
            place,
            {**at(f"{ADDRESS}2".encode()), f"{ADDRESS}2": (f"{ADDRESS}3".encode(), "text/plain")},
            "carrier.unsupported",
            "Each address leads to the next.",
        ),
    ):
        cases.open(
            f"address-{name}",
            badge,
            reason,
            f"address: {name.replace('-', ' ')}",
            says,
            rule=rule,
            documents=documents,
        )
    cases.bad(
        "address-altered",
        place,
        "proof.altered",
        "address: of a badge that was changed",
        "The badge at the address has been changed.",
        rule=rule,
        documents=at(BADGE.replace(b"Et eksempel", b"Et exempel")),
    )

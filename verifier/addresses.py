"""Which addresses may be asked at all, and which machines may be connected to.

A stranger wrote the address. It is judged twice: its text before any name is looked up, and the
number the name turned out to stand for before any packet leaves (`verifier.fetch`).
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from verifier.documents import DocumentUnavailable

MAX_URL: Final = 2048

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: every spelling of an IPv4 address ends in a number.
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_INSIDE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion")
# Path and query, as RFC 3986 lets them be written.
_TARGET = re.compile(
    r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)

_TRANSLATED = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "::/96",  # IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",  # NAT64, local use
            "2001::/32",  # Teredo
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
            "5f00::/16",  # segment routing
        ),
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # shared by carriers
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "198.18.0.0/15",  # benchmarks
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


def is_public(address: str) -> bool:
    """Whether `address` (as text, IPv4 or IPv6) is one host of the public internet.

    Anything that stands for another address (mapped, translated, tunnelled) is refused, even
    where the address inside is public: some machine on the way would choose what it means.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return parsed.is_global and not any(parsed in network for network in _REFUSED_V4)
    return (
        parsed.scope_id is None
        and parsed in _PUBLIC_V6
        and parsed.is_global
        and not any(parsed in network for network in _TRANSLATED)
        and parsed.packed[8:12] not in _ISATAP
    )


@dataclass(frozen=True)
class HttpsUrl:
    """An address that may be asked for: a host name in lower case, and path with query."""

    host: str
    target: str

    def __str__(self) -> str:
        return f"https://{self.host}{self.target}"


def parse_url(text: str) -> HttpsUrl:
    """Return the parts of an https address, or raise `DocumentUnavailable`.

    Refused before any name is looked up: other schemes and ports, user info, addresses instead
    of names, names of the inside, fragments, white space, backslashes and control characters.
    """
    # Before anything is lower-cased: some letters outside ASCII have a lower case within it.
    if len(text) > MAX_URL or not text.isascii():
        raise DocumentUnavailable("the address is too long, or not in its ASCII form")
    if not text.startswith("https://"):
        raise DocumentUnavailable("only https addresses are fetched")
    rest = text.removeprefix("https://")
    end = next((at for at, letter in enumerate(rest) if letter in "/?"), len(rest))
    host, target = rest[:end].removesuffix(":443").lower(), rest[end:]
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise DocumentUnavailable("the address is not https:// and a host name on port 443")
    if host.endswith(_INSIDE):
        raise DocumentUnavailable("the host name is one of an inside network")
    if not _TARGET.fullmatch(target):
        raise DocumentUnavailable("the address holds characters that it must not")
    return HttpsUrl(host, target if target.startswith("/") else f"/{target}")

"""Where a request comes from, as far as that can be believed.

The address is that of the connection. What a header says counts only if the connection comes
from a proxy that the settings name, and then only what that proxy wrote: the last address of
`X-Forwarded-For` that is not itself such a proxy.
"""

import ipaddress
import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import Scope

# As some web servers write an address, with the port of the connection: that is another each time.
_WITH_PORT = re.compile(r"\[([0-9a-fA-F:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def network_of(host: str) -> str:
    """Whoever may be the same sender: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:100]
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))


def connected(scope: Scope) -> str:
    """The address at the other end of the connection."""
    return str((scope.get("client") or ("",))[0])


def sender(scope: Scope, trusted: Iterable[str] = ()) -> str:
    """The sender of a request, as `network_of` tells it; `trusted` are networks of proxies."""
    proxies = [ipaddress.ip_network(each) for each in trusted]

    def is_proxy(host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in proxies)

    host = connected(scope)
    told = [
        _without_port(part.strip())
        for name, value in scope["headers"]
        if name == b"x-forwarded-for"
        for part in value.decode("latin-1").split(",")
    ]
    while is_proxy(host) and told:
        host = told.pop()
    return network_of(host)


def _without_port(told: str) -> str:
    found = _WITH_PORT.fullmatch(told)
    return told if found is None else found[1] or found[2]


def is_from_elsewhere(request: Request) -> bool:
    """Whether a visitor's browser says that the page of another site makes it send `request`.

    `Sec-Fetch-Site` where there is one, else `Origin`. Programs send neither.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    if (origin := request.headers.get("origin")) is None:
        return False
    return origin.partition("://")[2].lower() != request.headers.get("host", "").lower()

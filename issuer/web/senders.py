"""Where a request comes from, as far as that can be believed.

The address is that of the connection. What a header says counts only if the connection comes
from a proxy that the settings name, and then only what that proxy wrote: the last address of
`X-Forwarded-For` that is not itself such a proxy.
"""

import ipaddress
from collections.abc import Iterable

from starlette.types import Scope


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
        part.strip()
        for name, value in scope["headers"]
        if name == b"x-forwarded-for"
        for part in value.decode("latin-1").split(",")
    ]
    while is_proxy(host) and told:
        host = told.pop()
    return network_of(host)

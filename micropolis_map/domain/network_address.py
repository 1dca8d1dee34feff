"""Network addresses as they are counted for limits: one household, or one machine, each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

HOUSEHOLD = {4: 32, 6: 64}
"""Bits of an address, by its version, that one household or machine has to itself."""
SUBSCRIBER = {4: 24, 6: 48}
"""What one subscriber may have; of IPv4 addresses often several share one."""
PROVIDER = {4: 16, 6: 32}
"""What a provider has at least."""


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address of ``1.2.3.4``, ``1.2.3.4:5``, ``::1`` or ``"[::1]:5"``; IPv4 in IPv6 as IPv4."""
    plain = text.strip().strip('"')
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


@lru_cache(maxsize=4_096)  # each request asks half a dozen times, on the event loop
def household(text: str) -> str:
    """Return the address as limits count it: an IPv6 one as its /64; what is no address as it is.

    Examples
    --------
    >>> household("192.0.2.7"), household("2001:db8::7"), household("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8::', '192.0.2.7')
    """
    return network(text, HOUSEHOLD)


def network(text: str, bits: Mapping[int, int]) -> str:
    """Return the first address of the network with so many bits by version; what is no address as it is."""
    found = read_address(text)
    if found is None:
        return text
    return str(ip_network((found, bits[found.version]), strict=False).network_address)

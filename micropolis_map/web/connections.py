"""How many connections one address may hold: once all descriptors are taken nobody else is heard.

Then nothing can be accepted, and asyncio, told to accept thousands at once, fails as often and each time asks
itself to try again (seen: a server of 256 descriptors answers nobody until it is killed). So few are accepted
at a time, an address has its share, and some descriptors are left for files. uvicorn has no setting for it,
and Streamlit begins uvicorn: its configuration is changed while the application starts, before it listens.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn

from micropolis_map.domain.network_address import household, read_address
from micropolis_map.settings import Network

if sys.platform != "win32":
    import resource

ENOUGH = 16_384
"""Descriptors that are more than any visitors need; asked for where the system lets us."""
USUAL = 512
"""Where the system does not tell."""
MOST_EACH = 512


@dataclass(frozen=True)
class Shares:
    """Connections of one address, of all, and how many are accepted at a time."""

    each: int
    total: int
    at_a_time: int

    @classmethod
    def of(cls, descriptors: int) -> Shares:
        """Return the shares of so many descriptors: a third is left for files and what is being accepted.

        An open page of Streamlit takes four: what one address may open never takes more than half.
        """
        return cls(min(MOST_EACH, descriptors // 8), descriptors * 2 // 3, max(8, descriptors // 32))


def descriptors() -> int:
    """Return how many descriptors this process may have, after asking for `ENOUGH`."""
    if sys.platform == "win32":
        return USUAL
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now == resource.RLIM_INFINITY:
        return ENOUGH
    wanted = ENOUGH if most == resource.RLIM_INFINITY else min(ENOUGH, most)
    if wanted > now:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return max(now, wanted)


def share_out(shares: Shares, trusted: Sequence[Network] = ()) -> None:
    """Have uvicorn close at once what an address opens beyond its share; named proxies speak for many."""
    for one in gc.get_objects():
        if type(one) is uvicorn.Config:
            one.backlog = min(one.backlog, shares.at_a_time)
            one.http_protocol_class = _counting(one.http_protocol_class, shares, trusted)


def _counting(protocol: Any, shares: Shares, trusted: Sequence[Network]) -> type[asyncio.Protocol]:
    class Counting(protocol):  # type: ignore[misc]
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            others = [one for one in self.connections if one is not self]
            if len(others) >= shares.total or _has_its_share(self.client, others, shares.each, trusted):
                transport.abort()

    return Counting


def _has_its_share(client: Any, others: Sequence[Any], each: int, trusted: Sequence[Network]) -> bool:
    if client is None or len(others) < each or _is_proxy(client[0], trusted):
        return False
    asker, house = household(client[0]), _remembering()
    return sum(1 for one in others if one.client and house(one.client[0]) == asker) >= each


def _remembering() -> Callable[[str], str]:
    known: dict[str, str] = {}

    def house(host: str) -> str:
        if host not in known:
            known[host] = household(host)
        return known[host]

    return house


def _is_proxy(host: str, trusted: Sequence[Network]) -> bool:
    found = read_address(host)
    return found is not None and any(found in network for network in trusted)

"""Where a request came from and under which address: from the connection, or from a proxy that is named.

Anybody can send ``X-Forwarded-For``. It is believed only where the operator named the proxy it comes from
(`Settings.proxies`), and then the rightmost address that is no such proxy is the asker's: what stands left of
it the asker may have written. Scheme and host are the first of their lists: each proxy adds what it was asked
under at the end, so the first is what people typed; the outermost proxy must overwrite what it was sent
(docs/behind-nginx.md). What was read is put where ASGI keeps it (``client``, ``scheme``, the ``Host``
header), and the headers are taken out, so that nothing behind can believe them again.

``Forwarded`` (RFC 7239) is read where no ``X-Forwarded-…`` came: a proxy that writes those may hand on what
the asker wrote into the other. Scheme and host are then those of the outermost *named* proxy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import uvicorn.config
from starlette.types import ASGIApp, Receive, Scope, Send

from micropolis_map.domain.network_address import read_address
from micropolis_map.settings import Network, origin_of
from micropolis_map.web.forwarded import elements

_FORWARDED = (
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
)
_SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}

Address = IPv4Address | IPv6Address


class Proxies:
    """Tell the application who asks and how, by the rule above."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network] = ()) -> None:
        self.app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as it was sent to the outermost proxy."""
        if scope["type"] in _SCHEMES:
            scope = seen_from_outside(scope, self._trusted)
        await self.app(scope, receive, send)


def seen_from_outside(scope: Scope, trusted: Sequence[Network]) -> Scope:
    """Return the scope with client, scheme and host as the outermost named proxy saw them."""
    told: dict[bytes, list[str]] = {}
    kept = []
    for name, value in scope["headers"]:
        if name in _FORWARDED:
            told.setdefault(name, []).append(value.decode("latin-1"))
        else:
            kept.append((name, value))
    seen: dict[str, Any] = {**scope, "headers": kept}
    peer = read_address(scope["client"][0]) if scope.get("client") else None
    if peer is None or not _is_of(peer, trusted):
        return seen
    client, asked_scheme, asked_host = _told(peer, told, trusted)
    seen["client"] = (str(client), 0)
    scheme = _SCHEMES[scope["type"]].get(asked_scheme.lower())
    if scheme:
        seen["scheme"] = scheme
    host = origin_of(f"http://{asked_host}").partition("://")[2]
    if host:
        seen["headers"] = [
            *((name, value) for name, value in kept if name != b"host"),
            (b"host", host.encode()),
        ]
    return seen


def _told(
    peer: Address, told: Mapping[bytes, list[str]], trusted: Sequence[Network]
) -> tuple[Address, str, str]:
    """Return who asked the outermost named proxy, by which scheme and host; "" where nobody says."""
    if told.keys() - {b"forwarded"}:
        hops = [hop.strip() for line in told.get(b"x-forwarded-for", []) for hop in line.split(",")]
        client, _ = _outermost(peer, hops, trusted)
        return client, _first(told, b"x-forwarded-proto"), _first(told, b"x-forwarded-host")
    said = elements(", ".join(told.get(b"forwarded", [])))
    client, steps = _outermost(peer, [one.get("for", "") for one in said], trusted)
    named = said[len(said) - steps :]  # by named proxies; what stands before them the asker may have written
    scheme = next((one["proto"] for one in named if one.get("proto")), "")
    return client, scheme, next((one["host"] for one in named if one.get("host")), "")


def trust_nobody() -> None:
    """Take out uvicorn's own belief in what 127.0.0.1 forwards, before it wraps the application in it.

    Streamlit starts uvicorn without a word about it, and its default believes everything on the same machine:
    whoever asks through anything there could be any address. uvicorn loads this application first and wraps
    it afterwards, looking the wrapper up by its name.
    """
    uvicorn.config.ProxyHeadersMiddleware = _as_it_is  # type: ignore[assignment,attr-defined]


def _as_it_is(app: ASGIApp, trusted_hosts: object = None) -> ASGIApp:  # noqa: ARG001 - uvicorn's signature
    return app


def _outermost(peer: Address, hops: Sequence[str], trusted: Sequence[Network]) -> tuple[Address, int]:
    """Return the rightmost address that is no named proxy, and how many hops named proxies told.

    Where a hop cannot be read, the address is the last that could.
    """
    asker, steps = peer, 0
    for hop in reversed(hops):
        if not _is_of(asker, trusted):
            break
        steps += 1
        address = read_address(hop)
        if address is None:
            break
        asker = address
    return asker, steps


def _first(told: Mapping[bytes, list[str]], name: bytes) -> str:
    """Return the first value of the header, of all its lines: of the proxy nearest to the asker."""
    values = (value.strip() for line in told.get(name, ()) for value in line.split(","))
    return next(filter(None, values), "")


def _is_of(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)

"""Where things are and how the product behaves: read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from micropolis_map.errors import InvalidInput

Network = IPv4Network | IPv6Network

_ORIGIN = re.compile(
    r"(https?)://([a-z0-9_](?:[a-z0-9_.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?(?=[/?#]|\Z)",
    re.ASCII | re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65_535
_SLASHES_OF_ORIGIN = 2
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}){1,5}", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """The product's settings; every field has a default that works offline on one machine.

    Attributes
    ----------
    data
        Folder of communities (``geo/``), the embedded database and ``places.geojson``.
    database_url
        SQLAlchemy URL; empty means SQLite in `data`.
    overpass_url, nominatim_url
        Servers OSMnx asks; empty means OSMnx's own defaults.
    http_timeout_s
        Seconds to wait for one answer of such a server.
    keep_refused_months
        Months after which what was turned down or withdrawn is erased; at least 1.
    public_url
        Scheme and host under which people reach this server (``https://map.example.org``): what links, feeds,
        files and QR codes hold. Empty: as each request names it.
    proxies
        Networks of the reverse proxies whose ``X-Forwarded-…`` headers are believed; of nobody else's.
    """

    data: Path = Path("data")
    database_url: str = ""
    overpass_url: str = ""
    nominatim_url: str = ""
    http_timeout_s: float = 60.0
    http_retries: int = 3
    keep_refused_months: int = 12
    public_url: str = ""
    proxies: tuple[Network, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings that the ``MICROPOLIS_…`` variables in `environ` describe.

        Raises
        ------
        InvalidInput
            A number is not a number, or makes no sense; an address or a path is none.
        """
        read_base_path(environ.get("MICROPOLIS_BASE_PATH", ""))
        return cls(
            data=Path(environ.get("MICROPOLIS_DATA", "data")),
            database_url=environ.get("MICROPOLIS_DATABASE_URL", ""),
            overpass_url=environ.get("MICROPOLIS_OVERPASS_URL", ""),
            nominatim_url=environ.get("MICROPOLIS_NOMINATIM_URL", ""),
            http_timeout_s=_number(environ, "MICROPOLIS_HTTP_TIMEOUT_S", cls.http_timeout_s),
            http_retries=int(_number(environ, "MICROPOLIS_HTTP_RETRIES", cls.http_retries)),
            keep_refused_months=_months(environ, "MICROPOLIS_KEEP_REFUSED_MONTHS", cls.keep_refused_months),
            public_url=_public_url(environ.get("MICROPOLIS_PUBLIC_URL", "")),
            proxies=_networks(environ.get("MICROPOLIS_PROXIES", "")),
        )

    def with_data(self, data: Path) -> Settings:
        """Return the same settings for another data folder."""
        return replace(self, data=data)

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{(self.data / 'micropolis.sqlite').resolve()}"


def read_base_path(text: str) -> str:
    """Return the path below which the server is: with a slash before it and none behind; empty for the root.

    Raises
    ------
    InvalidInput
        It is no path of letters, digits and ``. _ ~ -``.

    Examples
    --------
    >>> read_base_path("maps/wawer/"), read_base_path("/")
    ('/maps/wawer', '')
    """
    named = text.strip().strip("/")
    if not named:
        return ""
    if not _BASE_PATH.fullmatch(f"/{named}"):
        raise InvalidInput(
            f"MICROPOLIS_BASE_PATH is {text!r}, not the path of an address",
            "set it to what stands behind the server's name, such as /map",
        )
    return f"/{named}"


@lru_cache(maxsize=1)
def base_path() -> str:
    """Return the path below which this process serves (``MICROPOLIS_BASE_PATH``), empty for the root.

    It is one for the process, as Streamlit's ``server.baseUrlPath`` is, and stands in every address we write.

    Raises
    ------
    InvalidInput
        As `read_base_path`.
    """
    return read_base_path(os.environ.get("MICROPOLIS_BASE_PATH", ""))


def below(address: str) -> str:
    """Return the address (``/…`` of this server) below the path it serves under."""
    return base_path() + address


def safe_cookie(name: str) -> str:
    """Return what the cookie is called over https: browsers let only this host set it, and only so.

    At the root of a host it is this host's alone (``__Host-``, which asks for the path ``/``); below a path
    it goes only there, and others on the host do not get it.
    """
    return f"__Secure-{name}" if base_path() else f"__Host-{name}"


def origin_of(url: str) -> str:
    """Return scheme and host of an address as browsers write an origin; empty for what is no http(s) address.

    Small letters, without the scheme's own port. Only letters, digits and ``. - _ : [ ]`` are left in it: it
    can stand in XML, HTML and JSON as it is.

    Examples
    --------
    >>> origin_of("HTTPS://Map.Example.org:443/?x"), origin_of("javascript://map.example.org")
    ('https://map.example.org', '')
    """
    found = _ORIGIN.match(url)
    if found is None:
        return ""
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    if port is None or int(port) == _PORTS[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{int(port)}" if 0 < int(port) <= _LAST_PORT else ""


def _public_url(text: str) -> str:
    value = text.strip().rstrip("/")
    if not value:
        return ""
    origin = origin_of(value)
    if not origin or value.count("/") != _SLASHES_OF_ORIGIN:
        raise InvalidInput(
            f"MICROPOLIS_PUBLIC_URL is {text!r}, not the address of a server",
            "set it to http:// or https:// and the name people type, such as https://map.example.org",
        )
    return origin


def _networks(text: str) -> tuple[Network, ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(part))
        except ValueError as error:
            raise InvalidInput(
                f"MICROPOLIS_PROXIES names {part!r}, which is no address: {error}",
                "give addresses or networks with commas, such as 127.0.0.1, 10.0.0.0/8",
            ) from None
    return tuple(found)


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    value = environ.get(name, "")
    try:
        return float(value) if value else float(default)
    except ValueError:
        raise InvalidInput(
            f"{name} is {value!r}, not a number", f"set {name} to a number or unset it"
        ) from None


def _months(environ: Mapping[str, str], name: str, default: int) -> int:
    months = _number(environ, name, default)
    if months < 1 or months != int(months):
        raise InvalidInput(f"{name} is {months:g}", "give a whole number of months, at least 1")
    return int(months)

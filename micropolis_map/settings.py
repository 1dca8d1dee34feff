"""Where things are and how the product behaves: read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from micropolis_map.errors import InvalidInput


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
    """

    data: Path = Path("data")
    database_url: str = ""
    overpass_url: str = ""
    nominatim_url: str = ""
    http_timeout_s: float = 60.0
    http_retries: int = 3
    keep_refused_months: int = 12

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings that the ``MICROPOLIS_…`` variables in `environ` describe.

        Raises
        ------
        InvalidInput
            A number is not a number, or makes no sense.
        """
        return cls(
            data=Path(environ.get("MICROPOLIS_DATA", "data")),
            database_url=environ.get("MICROPOLIS_DATABASE_URL", ""),
            overpass_url=environ.get("MICROPOLIS_OVERPASS_URL", ""),
            nominatim_url=environ.get("MICROPOLIS_NOMINATIM_URL", ""),
            http_timeout_s=_number(environ, "MICROPOLIS_HTTP_TIMEOUT_S", cls.http_timeout_s),
            http_retries=int(_number(environ, "MICROPOLIS_HTTP_RETRIES", cls.http_retries)),
            keep_refused_months=_months(environ, "MICROPOLIS_KEEP_REFUSED_MONTHS", cls.keep_refused_months),
        )

    def with_data(self, data: Path) -> Settings:
        """Return the same settings for another data folder."""
        return replace(self, data=data)

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{(self.data / 'micropolis.sqlite').resolve()}"


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

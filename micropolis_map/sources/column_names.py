"""What columns are called in files that people bring, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable

ID = ("id", "origin_id", "destination_id", "stop_id", "spot_id", "fid", "objectid", "geoid")
LON = ("lon", "lng", "long", "longitude", "x", "stop_lon")
LAT = ("lat", "latitude", "y", "stop_lat")
NAME = ("name", "nombre", "nome", "nazwa", "navn", "title", "label", "district", "name:en", "stop_name")
POPULATION = (
    "population",
    "pop",
    "pop_total",
    "total_pop",
    "total_population",
    "population_total",
    "tot_pop",
    "pop_tot",
    "residents",
    "inhabitants",
    "people",
    "persons",
    "ludnosc",
    "popolazione",
    "befolkning",
    "indbyggere",
)
_AGE = re.compile(
    r"(age|aged|pop|ages)[_ -]?\d{1,3}([_ -](\d{1,3}|plus|over))?\+?|age_over_\d{1,3}"
    r"|children|kids|youth|teenagers|adults|seniors|elderly|older_people",
)


def find(columns: Iterable[str], names: tuple[str, ...]) -> str | None:
    """Return the column that `names` know first, compared without case and outer spaces; None without one.

    Examples
    --------
    >>> find(["ID", "Longitude "], LON)
    'Longitude '
    """
    by_name = {column.strip().casefold(): column for column in reversed(list(columns))}
    return next((by_name[name] for name in names if name in by_name), None)


def age_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that count people of an age, such as ``age_0_14``, ``age_65_plus``, ``seniors``."""
    return tuple(column for column in columns if _AGE.fullmatch(column.strip().casefold()))

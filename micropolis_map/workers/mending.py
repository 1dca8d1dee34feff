"""Areas that cross themselves are mended by a worker: a star of 300 corners makes 40,000, for minutes."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import shapely

from micropolis_map.workers.pool import FILE, READERS

Method = Literal["structure", "linework"]


def valid_areas(areas: Any, method: Method = "structure") -> Any:
    """Return the areas of a file, valid: most are, and stay as they are; the others become what they enclose.

    Parameters
    ----------
    areas : object[n]
        Polygons and multipolygons; None stays.
    method
        Of ``shapely.make_valid``: ``structure`` keeps what an outline goes around twice and drops what has
        no area, ``linework`` counts even and odd and keeps everything.

    Raises
    ------
    InvalidInput
        Mending them takes more memory or time than a worker may.
    Busy
        Too many files are being read.
    """
    found = np.array(areas, dtype=object)
    crossing = ~shapely.is_valid(found) & ~shapely.is_missing(found)
    if crossing.any():
        found[crossing] = READERS.run(_mended, found[crossing], method, limits=FILE)
    return found


def _mended(areas: Any, method: Method) -> Any:
    try:
        if method == "linework":
            return shapely.make_valid(areas)
        return shapely.make_valid(areas, method=method, keep_collapsed=False)
    except shapely.errors.GEOSException as error:  # how GEOS says that there is no memory left
        raise MemoryError(str(error)) from error

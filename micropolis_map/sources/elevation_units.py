"""Units that a band of heights may name, in the spellings of GDAL, ArcGIS and people."""

from __future__ import annotations

import re

_NAMES = {
    1.0: "m|met(re|er)s?|metros?|metri|metr(y|ów)?|mètres?|unknown|none",
    1200 / 3937: "(us )?survey (foot|feet|ft)|us (foot|feet|ft)|(foot|feet|ft) ?us|ftus|usft|us survey",
    0.3048: "ft|foot|feet|(international|intl) (foot|feet)|(foot|feet) (international|intl)",
    1000.0: "km|kilomet(re|er)s?",
    0.1: "dm|decimet(re|er)s?",
    0.01: "cm|centimet(re|er)s?",
    0.001: "mm|millimet(re|er)s?",
}
_ABOVE = r"( (above|over|over the|amsl|a s l|asl|nap|nn|nhn|msl).*)?"


def metres_of(unit: str) -> float | None:
    """Return the metres of a unit of height, 1 for no unit, None for what is none known here.

    Examples
    --------
    >>> metres_of("Feet"), metres_of("m a.s.l."), metres_of(""), metres_of("degC")
    (0.3048, 1.0, 1.0, None)
    """
    words = " ".join(re.findall(r"[^\W\d_]+", unit.lower()))
    if not words:
        return 1.0
    return next(
        (metres for metres, names in _NAMES.items() if re.fullmatch(f"({names}){_ABOVE}", words)), None
    )

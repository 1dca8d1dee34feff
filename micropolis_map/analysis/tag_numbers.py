"""Numbers in OpenStreetMap's tags, in the spellings people use: widths, inclines, heights of kerbs.

References
----------
https://wiki.openstreetmap.org/wiki/Map_features/Units
https://wiki.openstreetmap.org/wiki/Key:incline
"""

from __future__ import annotations

import math
import re

_UNITS_M = {
    "": 1.0,
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "mt": 1.0,
    "mtr": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "cm": 0.01,
    "centimeter": 0.01,
    "centimeters": 0.01,
    "centimetre": 0.01,
    "centimetres": 0.01,
    "mm": 0.001,
    "'": 0.3048,
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
    '"': 0.0254,
    "in": 0.0254,
    "inch": 0.0254,
    "inches": 0.0254,
}
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2013\u2212", "-"),
        **dict.fromkeys("\u2032\u2019", "'"),
        **dict.fromkeys("\u2033\u201d", '"'),
        **dict.fromkeys("()[]?\u00b1", " "),
        "\u00ba": "\u00b0",
        "\uff05": "%",
        ",": ".",
    }
)
_WORDS = (
    (r"''", '"'),
    (r"\b1(\s+in\s+|-in-)(?=\d)", "1:"),
    (r"(?<=\d)\s*(percent|per cent|pct|pc)\b\.?", "%"),
    (r"\b(estimated|est\b\.?|approximately|approx\b\.?|about|circa|ca\b\.?|c\.)", "~"),
    (r"^(.*)\b(max(imum)?\b\.?|up to|at most)", r"<= \1"),
    (r"^(.*)\b(less than|under|below)\b", r"< \1"),
    (r"^(.*)\b(min(imum)?\b\.?|at least)", r">= \1"),
    (r"^(.*)\b(more than|over|above)\b|^(.*)\+\s*$", r"> \1\3"),
    (r"(?<=[a-z])\.\s*$", ""),
)
"""Words for signs, in the order they are put in place."""
_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_ABOUT = re.compile(r"[~≈]\s*")
_BOUND = re.compile(r"([<>]=|[<>≤≥])\s*")
_LENGTH = re.compile(rf"({_NUMBER})\s*([a-z'\"]*)(?:\s*({_NUMBER})\s*(\"|in|inch|inches)?)?", re.IGNORECASE)
_SLOPE = re.compile(rf"([+-]?)\s*({_NUMBER})\s*(%|‰|°|deg|degrees?)?", re.IGNORECASE)
_RATIO = re.compile(rf"([+-]?)\s*1\s*[:/]\s*({_NUMBER})")
_WAY_UP = re.compile(r"\b(up|down|steep)\b[\s,;:]*", re.IGNORECASE)
_RANGE = re.compile(
    r"(?:(?<=[\d%‰°'\"a-z.])\s*(?:-|to|bis|;|\.\.+)|(?<=%)\s*/)\s*(?=[+-]?[\d.])", re.IGNORECASE
)


def incline_of(text: str) -> float | None:
    """Return the rise over run that an ``incline`` tag states, None for ``up``, ``down`` and nonsense.

    A number without a unit is a percentage; of a range the steeper end counts; ``>`` is a little more than
    the number, ``<`` a little less, ``~`` the number.

    Examples
    --------
    >>> incline_of("-8.5 %"), incline_of("10°"), incline_of("up"), incline_of("12"), incline_of("10-15%")
    (-0.085, 0.17632698070846498, None, 0.12, 0.15)
    """
    bound, ends = _ends(_WAY_UP.sub("", _in_signs(text)))
    unit = _unit_behind(ends[-1], "%")
    slopes = [_slope(end, unit) for end in ends]
    known = [slope for slope in slopes if slope is not None]
    if len(known) < len(ends):
        return None
    steepest = max(known, key=abs)
    if re.search(r"\bdown\b", text, re.IGNORECASE):
        steepest = -abs(steepest)
    return math.copysign(_moved(abs(steepest), bound), steepest)


def width_of(text: str) -> float | None:
    r"""Return the metres that a ``width`` tag states, None for nonsense and for "more than".

    A number without a unit is metres; of a range the greater end counts; ``<`` is a little less than the
    number, ``~`` the number.

    Examples
    --------
    >>> width_of("60 cm"), width_of("2'6\""), width_of("0.5-0.7 m"), width_of("narrow"), width_of("> 0.6")
    (0.6, 0.762, 0.7, None, None)
    """
    bound, ends = _ends(_in_signs(text))
    unit = _unit_behind(ends[-1], "")
    widths = [_metres(end, unit) for end in ends]
    known = [width for width in widths if width is not None]
    if len(known) < len(ends) or bound in {">", ">=", "≥"}:
        return None
    return _moved(max(known), bound)


def kerb_height_of(text: str) -> float | None:
    """Return the metres that a ``kerb:height`` tag states, None for nonsense.

    A number of one or more without a unit is centimetres: no kerb is a metre high.

    Examples
    --------
    >>> kerb_height_of("0.03"), kerb_height_of("3 cm"), kerb_height_of("12")
    (0.03, 0.03, 0.12)
    """
    if not text:
        return None
    height = width_of(text)
    bare = text.strip().replace(",", ".").replace(".", "", 1).isdigit()
    return round(height / 100.0, 6) if height is not None and height >= 1.0 and bare else height


def _in_signs(text: str) -> str:
    """Return `text` with plain signs, and signs for words: ``max. 60 cm`` is ``<= 60 cm``."""
    if _ONLY_SIGNS.fullmatch(text):
        return text
    text = text.translate(_SIGNS)
    for word, sign in _WORDS:
        text = re.sub(word, sign, text, flags=re.IGNORECASE)
    return text


_ONLY_SIGNS = re.compile(r"[-+\d.]+ ?[%m]?|")


def _ends(text: str) -> tuple[str, list[str]]:
    """Return the sign ``<``, ``>`` … before the number or "", and the ends of the range (one, or two)."""
    plain = _ABOUT.sub("", text).strip()
    found = _BOUND.match(plain)
    return (found[1] if found else "", _RANGE.split(plain[found.end() :] if found else plain, maxsplit=1))


def _unit_behind(text: str, otherwise: str) -> str:
    """Return the unit at the end of `text`, which the range's other end shares."""
    found = re.search(r"(%|‰|°|[a-z'\"]+)\s*$", text, re.IGNORECASE)
    return found[1] if found else otherwise


def _moved(value: float, bound: str) -> float:
    """Return the nearest number on the other side of a strict bound: ``<0.8`` is narrower than 0.8."""
    return {"<": math.nextafter(value, 0.0), ">": math.nextafter(value, math.inf)}.get(bound, value)


def _slope(text: str, unit: str) -> float | None:
    ratio = _RATIO.fullmatch(text.strip())
    if ratio and float(ratio[2]) > 0.0:
        return (-1.0 if ratio[1] == "-" else 1.0) / float(ratio[2])
    found = _SLOPE.fullmatch(text.strip())
    if found is None:
        return None
    value = float(found[2]) * (-1.0 if found[1] == "-" else 1.0)
    unit = (found[3] or unit).lower()
    if unit in {"%", "‰"}:
        return value / (100.0 if unit == "%" else 1000.0)
    return math.tan(math.radians(value)) if abs(value) < 90.0 else None


def _metres(text: str, unit: str) -> float | None:
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        return None
    unit = (found[2] or unit).lower()
    if unit not in _UNITS_M or (found[3] and _UNITS_M[unit] != _UNITS_M["ft"]):
        return None
    inches = float(found[3]) * _UNITS_M["in"] if found[3] else 0.0
    return round(float(found[1]) * _UNITS_M[unit] + inches, 6)

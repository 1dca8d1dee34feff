"""What kind of ground, water and line the tags of OpenStreetMap mean on our map."""

from __future__ import annotations

from collections.abc import Mapping

Tags = Mapping[str, str]
Table = Mapping[str, Mapping[str, str]]

NOTHING = frozenset({"", "no"})


def _table(**kinds: str) -> Table:
    """Return ``{key: {value: kind}}`` of ``kind="key=value,value key=value"``."""
    found: dict[str, dict[str, str]] = {}
    for kind, words in kinds.items():
        for word in words.split():
            key, _, values = word.partition("=")
            found.setdefault(key, {}).update(dict.fromkeys(values.split(","), kind))
    return found


_GROUND = _table(
    wood="natural=wood landuse=forest",
    park="leisure=park,garden,dog_park,common,playground landuse=recreation_ground,village_green "
    "tourism=zoo,theme_park",
    grass="leisure=golf_course natural=grassland,heath,scrub,wetland,fell,meadow "
    "landuse=grass,meadow,flowerbed,greenfield",
    farmland="landuse=farmland,farmyard,orchard,vineyard,allotments,plant_nursery,greenhouse_horticulture",
    cemetery="landuse=cemetery amenity=grave_yard",
    pitch="leisure=pitch,track,sports_centre,stadium",
    sand="natural=beach,sand,shingle,dune",
    rock="natural=bare_rock,scree,rock,glacier",
    square="place=square",
    parking="amenity=parking",
    pier="man_made=pier,breakwater,groyne,quay",
    civic="amenity=school,university,college,hospital,kindergarten,place_of_worship,townhall "
    "landuse=education,religious,institutional,commercial,retail,civic_admin",
    industrial="landuse=industrial,railway,port,quarry,construction,landfill,military,brownfield,harbour "
    "aeroway=aerodrome,apron",
    residential="landuse=residential",
)
_GROUND_KEYS = ("leisure", "natural", "landuse", "amenity", "man_made", "place", "tourism", "aeroway")

STREETS = {
    **{f"{kind}{link}": kind for link in ("", "_link")
       for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    **dict.fromkeys(("residential", "unclassified", "living_street", "road", "busway", "bus_guideway"),
                    "minor"),
    "pedestrian": "pedestrian",
    **dict.fromkeys(("service", "raceway", "escape"), "service"),
    **dict.fromkeys(("footway", "path", "cycleway", "bridleway"), "path"),
    "track": "track",
    "steps": "steps",
}  # fmt: skip
STREET_ZOOMS = {
    "motorway": 8, "trunk": 8, "primary": 9, "secondary": 10, "tertiary": 11, "minor": 12, "pedestrian": 12,
    "service": 13, "path": 13, "track": 13, "steps": 13,
}  # fmt: skip
"""The lowest tile zoom of each kind of street; the most important first."""
RAILWAYS = {
    "rail": "rail", "narrow_gauge": "rail", "monorail": "rail", "preserved": "rail", "light_rail": "tram",
    "tram": "tram", "subway": "subway", "funicular": "funicular",
}  # fmt: skip
RAILWAY_ZOOMS = {"rail": 9, "tram": 12, "subway": 12, "funicular": 12}
WATERWAYS = {
    "river": "river", "tidal_channel": "river", "canal": "canal", "stream": "stream", "ditch": "stream",
    "drain": "stream", "brook": "stream",
}  # fmt: skip
WATERWAY_ZOOMS = {"river": 9, "canal": 11, "stream": 13}


def ground_kind(tags: Tags) -> str:
    """Return the kind of ground of an area, "" where it is none."""
    for key in _GROUND_KEYS:
        value = tags.get(key)
        if value is not None and (kind := _GROUND[key].get(value)) is not None:
            return kind
    if tags.get("highway") in {"pedestrian", "footway", "rest_area", "service"}:
        return "square" if tags.get("area") == "yes" or tags.get("type") == "multipolygon" else ""
    return ""


def water_kind(tags: Tags) -> str:
    """Return the kind of water of an area, "" where it is none."""
    if tags.get("leisure") == "swimming_pool" or tags.get("amenity") == "fountain":
        return "pool"
    if tags.get("natural") == "water":
        return "river" if tags.get("water") in {"river", "canal", "stream", "oxbow"} else "lake"
    if tags.get("waterway") in {"riverbank", "dock"}:
        return "river"
    return "lake" if tags.get("landuse") in {"reservoir", "basin"} else ""


def building_kind(tags: Tags) -> str:
    """Return "building" for a building."""
    return "" if tags.get("building", "no") in NOTHING else "building"


def street_kind(tags: Tags) -> str:
    """Return the kind of street of a line, "" where it is none, or an area or within a building."""
    kind = STREETS.get(tags.get("highway", ""), "")
    return "" if not kind or tags.get("area") == "yes" or tags.get("indoor") == "yes" else kind


def railway_kind(tags: Tags) -> str:
    """Return the kind of railway of a line, "" where it is none."""
    return RAILWAYS.get(tags.get("railway", ""), "")


def waterway_kind(tags: Tags) -> str:
    """Return the kind of water that a line is, "" where it is none."""
    return WATERWAYS.get(tags.get("waterway", ""), "")


def is_bridge(tags: Tags) -> bool:
    """Return whether a line crosses a bridge."""
    return tags.get("bridge", "no") not in NOTHING


def is_tunnel(tags: Tags) -> bool:
    """Return whether a line is under the ground, in a pipe or within a house."""
    return tags.get("tunnel", "no") not in NOTHING


def level_of(tags: Tags) -> int:
    """Return how high it lies: OpenStreetMap's ``layer``, 0 where it is none."""
    text = tags.get("layer", "0").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 1):
        return 0
    return max(-5, min(5, int(text)))

"""What people surveyed on the spot, kept beside a community and laid over OpenStreetMap when it is loaded.

``surveys.geojson`` in the community's folder holds a point for each accepted survey: the way it is on, the
tags it gives, and since when. The stretch of the way between the two nodes around the point gets the tags;
the rest of the way stays as it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.walk_report import WORKS_DAYS, Survey
from micropolis_map.errors import Sentence, StoreUnavailable, UnreadableFile
from micropolis_map.i18n import mark

FILE = "surveys.geojson"
NEAR_M = 30.0
"""A way that was redrawn may be so far from what was surveyed; farther away the survey does not count."""


@dataclass(frozen=True)
class SurveyedSpot:
    """Tags somebody surveyed at a spot of a way; they count until the day `until`, for ever where None."""

    way_id: int
    lon: float
    lat: float
    tags: Mapping[str, str]
    surveyed: str
    until: date | None = None


def write_surveys(folder: Path, surveys: Iterable[Survey]) -> None:
    """Write the accepted ones of `surveys` as the community's file, aside and renamed; none: no file."""
    features = [_feature(survey) for survey in surveys if survey.state == "accepted"]
    path = folder / FILE
    try:
        if not features:
            path.unlink(missing_ok=True)
            return
        aside = path.with_name(f".{FILE}.{os.getpid()}")
        features.sort(key=lambda feature: str(feature["id"]))
        document = {"type": "FeatureCollection", "features": features}
        aside.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise StoreUnavailable(
            mark("{file} cannot be written: {reason}"),
            mark("give this user the right to write the folder"),
            file=repr(str(path)),
            reason=error,
        ) from error


def read_surveys(folder: Path) -> tuple[SurveyedSpot, ...]:
    """Return the surveyed spots of the community; none where there is no file.

    Raises
    ------
    UnreadableFile
        The file is not what `write_surveys` writes.
    """
    path = folder / FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_spot(feature) for feature in document["features"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read: {reason}"),
            mark("repair or remove it"),
            file=repr(str(path)),
            reason=repr(error),
        ) from error


def surveyed(
    extract: OsmExtract, spots: Sequence[SurveyedSpot], today: date
) -> tuple[OsmExtract, tuple[str, ...]]:
    """Return the extract with the spots' tags on their stretches, and notes that say what was laid over it.

    A spot whose way is gone, or is farther than `NEAR_M` from it now, does not count, and a note says so.
    """
    notes = []
    counted = 0
    for spot in spots:
        if spot.until is not None and spot.until < today:
            continue
        at = _stretch(extract, spot)
        if at is None or _is_area(extract, at[0]):
            why = "is not there any more" if at is None else "is a square"
            notes.append(
                f"what was surveyed at {spot.lat:.5f}, {spot.lon:.5f} on {spot.surveyed} does not count: "
                f"way {spot.way_id} {why}"
            )
            continue
        extract = _split(extract, *at, spot)
        counted += 1
    if counted:
        told = Sentence.counted(
            "{n} stretch of a street has tags from a survey on the spot",
            "{n} stretches of streets have tags from surveys on the spot",
            n=counted,
        )
        notes.insert(0, told)
    return extract, tuple(notes)


def _feature(survey: Survey) -> dict[str, Any]:
    until = ""
    if survey.kind == "works":
        until = (date.fromisoformat(survey.surveyed) + timedelta(days=WORKS_DAYS)).isoformat()
    properties = {
        "way": survey.way_id,
        "street": survey.street,
        "tags": dict(survey.tags),
        "source": f"survey, {survey.surveyed}",
        "surveyed": survey.surveyed,
        "until": until,
        "reported_by": survey.devices,
    }
    point = {"type": "Point", "coordinates": [survey.lon, survey.lat]}
    return {"type": "Feature", "id": survey.id, "geometry": point, "properties": properties}


def _spot(feature: Mapping[str, Any]) -> SurveyedSpot:
    properties = feature["properties"]
    lon, lat = (float(value) for value in feature["geometry"]["coordinates"][:2])
    tags = {str(key): str(value) for key, value in properties["tags"].items()}
    until = properties.get("until") or ""
    last = date.fromisoformat(until) if until else None
    return SurveyedSpot(int(properties["way"]), lon, lat, tags, str(properties["surveyed"]), last)


def _stretch(extract: OsmExtract, spot: SurveyedSpot) -> tuple[int, int] | None:
    """Return the way's index and the stretch's place in it; a way in several pieces has the nearest one."""
    best: tuple[float, int, int] | None = None
    for way in np.flatnonzero(extract.way_id == spot.way_id).tolist():
        refs = extract.way_nodes(way)
        distance = _distances_m(extract, refs, spot)
        if distance.size and (best is None or distance.min() < best[0]):
            best = (float(distance.min()), way, int(distance.argmin()))
    return None if best is None or best[0] > NEAR_M else best[1:]


def _is_area(extract: OsmExtract, way: int) -> bool:
    refs = extract.way_nodes(way)
    return bool(refs[0] == refs[-1]) and extract.way_tags[way].get("area") == "yes"


def _distances_m(extract: OsmExtract, refs: np.ndarray[Any, Any], spot: SurveyedSpot) -> Any:
    """Return the metres from the spot to each stretch between neighbouring nodes; inf across a gap."""
    if refs.size < 2:
        return np.empty(0)
    east, north = metres_per_degree(np.array([spot.lat]))
    x = (extract.node_lon[refs] - spot.lon) * east[0]
    y = (extract.node_lat[refs] - spot.lat) * north[0]
    dx, dy = np.diff(x), np.diff(y)
    along = np.clip(-(x[:-1] * dx + y[:-1] * dy) / np.maximum(dx**2 + dy**2, 1e-9), 0.0, 1.0)
    distance = np.hypot(x[:-1] + along * dx, y[:-1] + along * dy)
    return np.where((refs[:-1] < 0) | (refs[1:] < 0), np.inf, distance)


def _split(extract: OsmExtract, way: int, at: int, spot: SurveyedSpot) -> OsmExtract:
    """Return the extract with the way in up to three pieces of the same id; the stretch has the tags."""
    refs, tags = extract.way_nodes(way), extract.way_tags[way]
    told = {**tags, **spot.tags, "source:survey": f"survey, {spot.surveyed}"}
    pieces = [(refs[: at + 1], tags), (refs[at : at + 2], told), (refs[at + 1 :], tags)]
    pieces = [(piece, of) for piece, of in pieces if piece.size > 1]
    before, after = extract.way_offsets[way], extract.way_offsets[way + 1]
    sizes = [piece.size for piece, _ in pieces]
    counts = np.diff(extract.way_offsets)
    return replace(
        extract,
        way_id=np.insert(extract.way_id, way, [spot.way_id] * (len(pieces) - 1)),
        way_offsets=np.concatenate(
            [[0], np.cumsum(np.concatenate([counts[:way], sizes, counts[way + 1 :]]))]
        ).astype(extract.way_offsets.dtype),
        way_refs=np.concatenate(
            [extract.way_refs[:before], *(piece for piece, _ in pieces), extract.way_refs[after:]]
        ),
        way_tags=(*extract.way_tags[:way], *(of for _, of in pieces), *extract.way_tags[way + 1 :]),
    )

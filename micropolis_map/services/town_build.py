"""A community made from its sources: network, districts, homes, meeting places, background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.walk_network import build_walk_network
from micropolis_map.domain.community import Community
from micropolis_map.domain.map_features import MapFeatures
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress
from micropolis_map.services.built_files import COMFORTS, points_layer
from micropolis_map.services.district_index import OUTSIDE, district_of, inside
from micropolis_map.services.extract_window import Bounds, widened
from micropolis_map.services.load_area import HULL, Area, Districts, districts_for
from micropolis_map.services.surveyed_streets import SurveyedSpot, surveyed
from micropolis_map.services.timed_notes import closed_notes, timed_notes
from micropolis_map.services.town_edge import REACH_M, known_area, widened_area
from micropolis_map.services.town_map import features_of_town, frame_of_town, on_land, town_name
from micropolis_map.sources.delimited_table import GUESS, TableOptions
from micropolis_map.sources.elevation import Elevation, read_elevation
from micropolis_map.sources.osm_features import activity_spots_of, comforts_of, homes_of
from micropolis_map.sources.population import PopulationFile, read_population
from micropolis_map.sources.population_of_homes import people_within, spread_population

POPULATION_BEYOND_M = 500.0
"""How far beyond the boundary homes share the people of a population file's cells: a census cell's width."""


@dataclass(frozen=True)
class Told:
    """What is said of the files instead of being guessed; "" to guess it.

    Attributes
    ----------
    population_column, district_name_column
        The columns that count the people and name the districts.
    table
        How the table of people is written.
    """

    population_column: str = ""
    district_name_column: str = ""
    table: TableOptions = GUESS


TOLD_NOTHING = Told()


@dataclass(frozen=True)
class TownFiles:
    """Files beside the streets, and what was surveyed on the spot; None or empty where there are none."""

    districts: Path | None = None
    elevation: tuple[Path, ...] = ()
    population: Path | None = None
    surveys: tuple[SurveyedSpot, ...] = ()
    told: Told = TOLD_NOTHING


@dataclass(frozen=True)
class Town:
    """All that a build of a community holds, before it is written.

    Attributes
    ----------
    homes
        Inside the area, with the column ``district``: an index into `districts`, `OUTSIDE` for none.
    spots
        Activity spots inside the area and at most `REACH_M` beyond it; those beyond have ``beyond`` "yes".
    known
        Where in it the data are whole; None where nobody knows.
    drawn, frame
        What its map is drawn from, and the box of degrees in which it is known.
    layers
        GeoJSON by name: of benches, toilets and drinking water.
    notes
        Assumptions, repairs and what was left out, in sentences.
    """

    area: Area
    districts: Districts
    extract: OsmExtract
    network: WalkNetwork
    homes: PointSet
    spots: PointSet
    layers: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    drawn: MapFeatures
    frame: Bounds
    known: BaseGeometry | None = None


def build_town(
    community: Community, files: TownFiles, extract: OsmExtract, area: Area, progress: Progress
) -> Town:
    """Return the community as `extract` and `files` show it.

    Raises
    ------
    MicropolisError
        A file is not usable, or there is no walkable street.
    """
    progress(0.0, "reading elevation and population")
    told = files.told
    elevation = read_elevation(files.elevation) if files.elevation else None
    near = widened(area.geometry.bounds, POPULATION_BEYOND_M)
    population = None
    if files.population:
        middle = area.geometry.centroid
        table = replace(told.table, centre=(middle.x, middle.y), bounds=area.geometry.bounds)
        population = read_population(files.population, told.population_column, near, table)
    progress(0.1, "building the walk network")
    walked, surveys = surveyed(extract, files.surveys, datetime.now(UTC).date())
    network = build_walk_network(walked, elevation=elevation.sample if elevation else None)
    _check_network(network, extract, elevation)
    progress(0.6, "finding homes and meeting places")
    districts = districts_for(community, area, extract, files.districts, told.district_name_column)
    homes = _homes(extract, area, population)
    index = district_of(homes.lon, homes.lat, districts.geometries)
    homes = replace(homes, columns={**homes.columns, "district": index})
    frame = frame_of_town(extract, area)
    districts = on_land(districts, frame)
    around = widened_area(area.geometry, REACH_M)
    spots = _spots(extract, area, around)
    progress(0.8, "drawing the background")
    layers = {COMFORTS: points_layer(comforts_of(extract))}
    drawn = features_of_town(extract, area, districts, frame, elevation, town_name(community, homes))
    known = known_area(extract, around)
    said = (
        *area.notes,
        *districts.notes,
        *(elevation.notes if elevation else ()),
        *(population.notes if population else ()),
        *surveys,
        *_notes(homes, network, elevation, population),
        *_beyond(spots),
        *((frame.note,) if frame.note else ()),
    )
    notes = tuple(dict.fromkeys(said))
    return Town(area, districts, extract, network, homes, spots, layers, notes, drawn, frame.bounds, known)


def _spots(extract: OsmExtract, area: Area, around: BaseGeometry) -> PointSet:
    spots = activity_spots_of(extract, around)
    own = inside(spots.lon, spots.lat, area.geometry) | (area.source == HULL)
    return replace(spots, columns={**spots.columns, "beyond": np.where(own, "", "yes")})


def _beyond(spots: PointSet) -> list[str]:
    beyond = int(np.count_nonzero(spots.columns["beyond"] == "yes"))
    if not beyond:
        return []
    return [
        Sentence.counted(
            "{n} of {all} meeting places lies beyond the boundary, at most {m} m from it",
            "{n} of {all} meeting places lie beyond the boundary, at most {m} m from it",
            n=beyond,
            all=len(spots),
            m=REACH_M,
        )
    ]


def _homes(extract: OsmExtract, area: Area, population: PopulationFile | None) -> PointSet:
    """Return the homes inside the area, with the people of the population file where there is one.

    People of a cell across the boundary are first shared among all its homes, also those outside; of a cell
    that reaches beyond what is near the community only its part counts.
    """
    if population is None:
        homes = homes_of(extract, area.geometry)
        if not len(homes):  # a file of the next town: its streets are near, none is inside
            raise InvalidInput(
                mark("{file} holds neither a home nor a street inside the community's boundary"),
                mark("give a file of this community, or its right outline (--boundary)"),
                file=repr(extract.source),
            )
        return homes
    around = shapely.box(*widened(area.geometry.bounds, POPULATION_BEYOND_M))
    homes = spread_population(people_within(population, around), homes_of(extract, around))
    homes = homes.take(inside(homes.lon, homes.lat, around if area.source == HULL else area.geometry))
    if not len(homes):
        raise InvalidInput(
            mark("none of the {n} people of {file} live in the community"),
            mark("give the population of this community, or its right outline (--boundary)"),
            n=round(population.total),
            file=population.source,
        )
    return homes


def _check_network(network: WalkNetwork, extract: OsmExtract, elevation: Elevation | None) -> None:
    if not network.edges:
        raise InvalidInput(
            mark("{file} holds no walkable street in or near the community's boundary"),
            mark("give a file with its streets, or its right outline (--boundary)"),
            file=repr(extract.source),
        )
    if elevation is not None and not np.isfinite(network.point_height_m).any():
        raise InvalidInput(
            mark("{file} holds no height of any street of the community"),
            mark("give the elevation of this community"),
            file=elevation.source,
        )


def _notes(
    homes: PointSet, network: WalkNetwork, elevation: Elevation | None, population: PopulationFile | None
) -> list[str]:
    facts = network.summary()
    notes: list[str] = []
    outside = int(np.count_nonzero(homes.columns["district"] == OUTSIDE))
    if outside:
        notes.append(
            Sentence.counted(
                "{n} home is in the community but in none of its districts",
                "{n} homes are in the community but in none of its districts",
                n=outside,
            )
        )
    if facts["islands"]:
        notes.append(
            Sentence.counted(
                "{n} island of ways shorter than 1 km ({km} km in all) is left out when points join the "
                "network",
                "{n} islands of ways shorter than 1 km ({km} km in all) are left out when points join the "
                "network",
                n=facts["islands"],
                km=f"{facts['islands_km']:.1f}",
            )
        )
    notes += [*closed_notes(network), *timed_notes(network)]
    if facts["dangling_refs"]:
        notes.append(
            Sentence.counted(
                "{n} reference names a node that the file does not hold",
                "{n} references name nodes that the file does not hold",
                n=facts["dangling_refs"],
            )
        )
    if elevation is not None:
        missing = float(np.isnan(network.point_height_m).mean())
        notes.append(f"elevation from {elevation.source}: {1 - missing:.0%} of the network has a height")
    else:
        notes.append("no elevation is loaded: walks are timed as if the ground were level, steps aside")
    if population is not None and homes.population is not None:
        beyond = population.total - float(homes.population.sum())
        if beyond >= 1.0:
            notes.append(
                Sentence.counted(
                    "{n} person of {file} lives outside the community",
                    "{n} people of {file} live outside the community",
                    n=round(beyond),
                    file=population.source,
                )
            )
    return notes

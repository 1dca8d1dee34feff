"""What a town's maps on paper are drawn from: the features of its build, else its sketch or its outlines."""

from __future__ import annotations

import logging

import numpy as np
import shapely

from micropolis_map.domain.community import Community
from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.domain.sketch import Sketch
from micropolis_map.errors import UnreadableFile
from micropolis_map.ports import CommunityStore
from micropolis_map.services.paper_map import Ground, outlines
from micropolis_map.services.sketched_map import features_of_sketch
from micropolis_map.services.touring import OSM
from micropolis_map.stores.map_features import FILE

_LOG = logging.getLogger(__name__)


def paper_ground_of(store: CommunityStore, slug: str) -> Ground:
    """Return what maps of the community are drawn from.

    Raises
    ------
    NotFound
        There is no such community.
    """
    community, folder = store.get(slug), store.current_build(slug)
    sketch = None if folder is not None else _sketch(store, slug)
    if sketch is not None:
        return Ground(drawn=features_of_sketch(sketch, community), credit=OSM)
    if folder is None or not (folder / FILE).is_file():
        credit = OSM if "OpenStreetMap" in community.source or folder is not None else ""
        return Ground(drawn=_outlines(community), credit="" if community.fictional else credit)
    report = store.report(slug)
    credit = "" if community.fictional else OSM
    return Ground(folder / FILE, credit=credit, day=report.osm_timestamp if report and credit else "")


def _sketch(store: CommunityStore, slug: str) -> Sketch | None:
    """Return the town's sketch; None without one that can be read, which `sketched` tells of."""
    try:
        return store.sketch(slug)
    except UnreadableFile as error:
        _LOG.error("%s: %s", slug, error)
        return None


def _outlines(community: Community) -> MapFeatures:
    """Return the outline and the districts of a community whose streets are not known, with their names."""
    areas = [
        (area.name, shapely.geometry.shape(dict(area.geometry)), area.centre) for area in community.districts
    ]
    parts = [outlines([area for _, area, _ in areas], "district")]
    if community.outline is not None:
        parts.append(outlines([shapely.geometry.shape(dict(community.outline))]))
    if areas:
        points = np.empty(len(areas), object)
        points[:] = [shapely.Point(centre) for _, _, centre in areas]
        parts.append(features("labels", "quarter", points, name=[name for name, _, _ in areas]))
    return joined(parts)

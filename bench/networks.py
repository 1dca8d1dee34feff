"""Street networks to run on: real extracts, and seeded synthetic ones of any size."""

from __future__ import annotations

import numpy as np

from micropolis_map.domain.osm_extract import OsmExtract

BLOCK_DEGREES = 0.0009  # about 100 m


def synthetic(nodes: int, seed: int = 1, *, bends: bool = True) -> OsmExtract:
    """Return about `nodes` nodes of streets: a jittered grid with an eighth of its blocks missing.

    Parameters
    ----------
    bends
        With them a street has up to three points between two crossings, two thirds of all nodes in all,
        as in OpenStreetMap (Porto Alegre: three quarters); without them every node is a crossing.
    """
    rng = np.random.default_rng(seed)
    side = max(2, int(np.sqrt(nodes / (1.0 + 1.5 * 1.75 if bends else 1.0))))
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    lon = 9.0 + (column + rng.uniform(-0.25, 0.25, column.shape)).ravel() * BLOCK_DEGREES
    lat = 39.0 + (row + rng.uniform(-0.25, 0.25, row.shape)).ravel() * BLOCK_DEGREES / 1.28
    index = np.arange(side * side).reshape(side, side)
    a = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    b = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    kept = rng.random(a.size) > 0.125
    a, b = a[kept], b[kept]
    between = rng.integers(0, 4, a.size) if bends else np.zeros(a.size, dtype=np.int64)
    street = np.repeat(np.arange(a.size), between)
    place = (np.arange(street.size) - np.repeat(np.cumsum(between) - between, between) + 1.0) / (
        between[street] + 1.0
    )
    wobble = rng.normal(0.0, 0.06 * BLOCK_DEGREES, (2, street.size))
    bend_lon = lon[a[street]] + place * (lon[b[street]] - lon[a[street]]) + wobble[0]
    bend_lat = lat[a[street]] + place * (lat[b[street]] - lat[a[street]]) + wobble[1]
    size = between + 2
    offsets = np.concatenate([[0], np.cumsum(size)])
    refs = np.empty(offsets[-1], dtype=np.int64)
    refs[offsets[:-1]] = a
    refs[offsets[1:] - 1] = b
    inner = np.ones(refs.size, dtype=bool)
    inner[offsets[:-1]] = inner[offsets[1:] - 1] = False
    refs[inner] = lon.size + np.arange(street.size)
    shuffle = rng.permutation(lon.size + street.size)  # identifiers know nothing of the place, as in OSM
    new = np.empty_like(shuffle)
    new[shuffle] = np.arange(shuffle.size)
    return OsmExtract(
        node_id=np.arange(shuffle.size, dtype=np.int64),
        node_lon=np.concatenate([lon, bend_lon])[shuffle],
        node_lat=np.concatenate([lat, bend_lat])[shuffle],
        node_tags={},
        way_id=np.arange(a.size, dtype=np.int64),
        way_offsets=offsets,
        way_refs=new[refs],
        way_tags=({"highway": "residential"},) * a.size,
        relations=(),
        source=f"synthetic, seed {seed}",
    )

"""What common practice, snapping to the nearest crossing, gets wrong on a real extract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from walks import Walks

from micropolis_map.analysis.nearest import nearest_spot, node_labels
from micropolis_map.analysis.search import UNREACHED
from micropolis_map.sources.osm_file import read_osm

BANDS_S = np.array([300.0, 600.0, 900.0])


def band_errors(file: Path, homes: int = 20_000, spots: int = 200) -> tuple[np.ndarray, float]:
    """Each home's error in metres, and the share of homes in a wrong 5/10/15-minute band.

    Homes and spots lie at random along the streets (seeded), those nobody can reach either way left out.
    """
    walks = Walks(read_osm(file))
    network = walks.network
    rng = np.random.default_rng(7)
    at = rng.choice(network.point_lon.size - 1, 2 * (homes + spots))
    at = at[network.point_way[at] >= 0]
    share = rng.uniform(0, 1, at.size)
    lon, lat = (v[at] + share * (v[at + 1] - v[at]) for v in (network.point_lon, network.point_lat))
    snapped = walks.snap(*zip(lon, lat, strict=True))
    snapped = snapped.take(snapped.edge >= 0)
    goals, starts = (
        snapped.take(np.arange(spots)),
        snapped.take(np.arange(spots, min(len(snapped), homes + spots))),
    )
    exact = nearest_spot(network, walks.impedance, starts, goals).cost_s
    by_node = _by_nearest_crossing(walks, starts, goals)
    both = np.isfinite(exact) & np.isfinite(by_node)
    exact, by_node = exact[both], by_node[both]
    wrong = np.searchsorted(BANDS_S, exact) != np.searchsorted(BANDS_S, by_node)
    return np.abs(exact - by_node) * walks.profile.speed_m_s, float(wrong.mean())


def _by_nearest_crossing(walks: Walks, starts, goals) -> np.ndarray:
    """What a router that only knows crossings answers: both ends moved to the nearest one."""
    network = walks.network
    scale = np.array([np.cos(np.radians(network.node_lat.mean())), 1.0])
    tree = cKDTree(np.column_stack([network.node_lon, network.node_lat]) * scale)

    def crossing(points):
        return tree.query(np.column_stack([points.lon, points.lat]) * scale)[1]

    moved = crossing(goals)
    there = walks.snap(*zip(network.node_lon[moved], network.node_lat[moved], strict=True))
    labels = node_labels(walks.impedance, there)[crossing(starts)]
    return np.where(labels == UNREACHED, np.inf, (labels >> 32) / 1000.0)

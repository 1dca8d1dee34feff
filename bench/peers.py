"""The same work by other libraries, on the same arrays. Each function is one peer doing one task."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Streets:
    """A network as plain arrays: every vertex of the geometry, every piece between two of them."""

    lon: Floats
    lat: Floats
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    length_m: Floats

    @property
    def nodes(self) -> int:
        return self.lon.size


class Scipy:
    name = "scipy.sparse.csgraph"

    @staticmethod
    def build(streets: Streets) -> Any:
        from scipy.sparse import coo_array

        # Parallel pieces must be reduced to the shortest first: csr would add them up.
        low, high = np.minimum(streets.a, streets.b), np.maximum(streets.a, streets.b)
        order = np.lexsort((streets.length_m, high, low))
        low, high, metres = low[order], high[order], streets.length_m[order]
        first = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))
        low, high, metres = low[first], high[first], np.maximum(metres[first], 1e-9)
        n = streets.nodes
        return coo_array(
            (np.concatenate([metres, metres]), (np.concatenate([low, high]), np.concatenate([high, low]))),
            (n, n),
        ).tocsr()

    @staticmethod
    def nearest(graph: Any, spots: NDArray[np.int64], limit_m: float) -> Floats:
        from scipy.sparse.csgraph import dijkstra

        return dijkstra(graph, indices=spots, min_only=True, limit=limit_m)

    @staticmethod
    def within(graph: Any, spots: NDArray[np.int64], limit_m: float) -> NDArray[np.int64]:
        from scipy.sparse.csgraph import dijkstra

        count = np.zeros(graph.shape[0], dtype=np.int64)
        for spot in spots:
            count += np.isfinite(dijkstra(graph, indices=spot, limit=limit_m))
        return count

    @staticmethod
    def sparse(graph: Any, spots: NDArray[np.int64], limit_m: float) -> int:
        from scipy.sparse.csgraph import dijkstra

        rows = []
        for spot in spots:
            cost = dijkstra(graph, indices=spot, limit=limit_m)
            near = np.flatnonzero(np.isfinite(cost))
            rows.append((near, cost[near]))
        return sum(len(near) for near, _ in rows)

    @staticmethod
    def pairs(graph: Any, stops: NDArray[np.int64]) -> Floats:
        from scipy.sparse.csgraph import dijkstra

        return dijkstra(graph, indices=stops)[:, stops]


class Igraph:
    name = "igraph"

    @staticmethod
    def build(streets: Streets) -> Any:
        import igraph

        edges = np.column_stack([streets.a, streets.b])
        return igraph.Graph(n=streets.nodes + 1, edges=edges, edge_attrs={"m": streets.length_m})

    @staticmethod
    def nearest(graph: Any, spots: NDArray[np.int64], limit_m: float) -> Floats:
        # One search from a node joined to all spots: igraph has no multi-source search and no cutoff.
        source = graph.vcount() - 1
        joined = graph.copy()
        joined.add_edges([(source, int(spot)) for spot in spots], {"m": [0.0] * len(spots)})
        cost = np.array(joined.distances(source, weights="m")[0][:-1])
        cost[cost > limit_m] = np.inf
        return cost

    @staticmethod
    def pairs(graph: Any, stops: NDArray[np.int64]) -> Floats:
        return np.array(graph.distances(stops.tolist(), stops.tolist(), weights="m"))


class Networkx:
    name = "networkx"

    @staticmethod
    def build(streets: Streets) -> Any:
        import networkx

        graph = networkx.MultiGraph()
        graph.add_nodes_from(range(streets.nodes))
        graph.add_weighted_edges_from(
            zip(streets.a.tolist(), streets.b.tolist(), streets.length_m.tolist(), strict=True), weight="m"
        )
        return graph

    @staticmethod
    def nearest(graph: Any, spots: NDArray[np.int64], limit_m: float) -> Floats:
        import networkx

        cutoff = limit_m if np.isfinite(limit_m) else None
        reached = networkx.multi_source_dijkstra_path_length(
            graph, set(spots.tolist()), cutoff=cutoff, weight="m"
        )
        cost = np.full(graph.number_of_nodes(), np.inf)
        cost[list(reached)] = list(reached.values())
        return cost


class Pandana:
    name = "pandana"

    @staticmethod
    def build(streets: Streets) -> Any:
        import pandana
        import pandas as pd

        with contextlib.redirect_stdout(io.StringIO()):
            return pandana.Network(
                pd.Series(streets.lon),
                pd.Series(streets.lat),
                pd.Series(streets.a),
                pd.Series(streets.b),
                pd.DataFrame({"m": streets.length_m}),
                twoway=True,
            )

    @staticmethod
    def nearest(network: Any, streets: Streets, spots: NDArray[np.int64], limit_m: float) -> Floats:
        import pandas as pd

        reach = limit_m if np.isfinite(limit_m) else 1e6
        network.set_pois("spots", reach, 1, pd.Series(streets.lon[spots]), pd.Series(streets.lat[spots]))
        cost = network.nearest_pois(reach, "spots", num_pois=1)[1].to_numpy(dtype=np.float64, copy=True)
        cost[cost >= reach] = np.inf
        return cost

    @staticmethod
    def aggregate(network: Any, spots: NDArray[np.int64], limit_m: float) -> NDArray[np.int64]:
        import pandas as pd

        network.set(pd.Series(spots), variable=pd.Series(np.ones(len(spots))), name="spots")
        return (
            network.aggregate(limit_m, type="count", decay="flat", name="spots").to_numpy().astype(np.int64)
        )

    @staticmethod
    def range_query(network: Any, spots: NDArray[np.int64], limit_m: float, nodes: int) -> NDArray[np.int64]:
        found = network.nodes_in_range(spots.tolist(), limit_m)
        return np.bincount(found["destination"].to_numpy(), minlength=nodes)

    @staticmethod
    def pairs(network: Any, stops: NDArray[np.int64]) -> Floats:
        a, b = np.meshgrid(stops, stops, indexing="ij")
        return np.array(network.shortest_path_lengths(a.ravel(), b.ravel())).reshape(len(stops), -1)

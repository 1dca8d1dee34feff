"""OpenStreetMap's XML, read as a stream: the memory holds the columns, never the document."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from math import nan
from pathlib import Path
from xml.parsers import expat

import numpy as np

from micropolis_map.domain.osm_extract import OsmRelation
from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.broken_text import where
from micropolis_map.sources.osm_columns import Bounds, OsmColumns
from micropolis_map.sources.osm_editions import edition_of
from micropolis_map.sources.osm_places import Places
from micropolis_map.sources.unpacking import CHUNK_BYTES, Readable

CHANGES = mark(
    "it holds only what changed: give the data themselves, or apply the changes to them with "
    "`osmium apply-changes town.osm.pbf changes.osc -o newer.osm.pbf`"
)


def xml_columns(stream: Readable, path: Path, advance: Callable[[], None] = lambda: None) -> OsmColumns:
    """Return what the (inflated) XML `stream` of the file at `path` lists.

    Also places that ``out geom`` writes into ways and members, and every version of a history file. Elements
    that were deleted are `OsmColumns.gone`. `advance` is called after every megabyte.

    Raises
    ------
    UnreadableFile
        It is not well-formed, not OpenStreetMap data, or a change file.
    """
    reader = _Reader(path.name)
    try:
        while chunk := stream.read(CHUNK_BYTES):
            reader.parser.Parse(chunk, False)  # noqa: FBT003
            advance()
        reader.parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError, KeyError, OverflowError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(
            mark("{file} is not whole OpenStreetMap XML: {reason}"),
            mark("download or export it again"),
            file=path.name,
            reason=where(error, reader.parser.CurrentLineNumber),
        ) from error
    return reader.columns()


class _Reader:
    """Gathers columns from expat's calls."""

    def __init__(self, name: str) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._root
        self.parser.EntityDeclHandler = self._entity
        self._name = name
        self._node = (array("q"), array("d"), array("d"), array("q"))
        self._node_tags: dict[int, Mapping[str, str]] = {}
        self._ways = array("q"), array("q"), array("q")
        self._refs = array("q")
        self._way_tags: list[Mapping[str, str]] = []
        self._relations: list[OsmRelation] = []
        self._relation_edition: list[int] = []
        self._gone: dict[tuple[str, int], int] = {}
        self._bounds: list[Bounds] = []
        self._places = Places()
        self._members: list[tuple[str, int, str]] = []
        self._tags: dict[str, str] = {}
        self._nds: list[tuple[int | None, float, float]] = []
        self._shapes: list[tuple[int, list[tuple[int | None, float, float]]]] = []
        self._attributes: dict[str, str] = {}
        self._timestamp = ""

    def columns(self) -> OsmColumns:
        """Return what was read."""
        listed = OsmColumns(
            node_id=np.array(self._node[0], np.int64),
            node_lon=np.array(self._node[1], np.float64),
            node_lat=np.array(self._node[2], np.float64),
            node_tags=self._node_tags,
            way_id=np.array(self._ways[0], np.int64),
            way_counts=np.array(self._ways[1], np.int64),
            way_refs=np.array(self._refs, np.int64),
            way_tags=self._way_tags,
            relations=self._relations,
            timestamp=self._timestamp,
            node_edition=np.array(self._node[3], np.int64),
            way_edition=np.array(self._ways[2], np.int64),
            relation_edition=self._relation_edition,
            gone=self._gone,
            bounds=self._bounds,
        )
        return self._places.added_to(listed)

    def _entity(self, name: str, *_: object) -> None:
        raise ValueError(f"it declares the entity {name!r}, which OpenStreetMap data never does")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name == "osmChange":
            raise UnreadableFile(mark("{file} is a file of changes (<osmChange>)"), CHANGES, file=self._name)
        if name != "osm":
            raise ValueError(f"its first element is <{name}>, not <osm>")
        self._timestamp = attributes.get("osm_base", attributes.get("timestamp", ""))
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        try:
            self._begin(name, attributes)
        except KeyError as error:
            raise ValueError(f"<{name}> has no {error}") from error

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tag":
            self._tags[attributes["k"]] = attributes["v"]
        elif name == "nd":
            ref = attributes.get("ref")
            lon, lat = float(attributes.get("lon", nan)), float(attributes.get("lat", nan))
            self._nds.append((None if ref is None else int(ref), lon, lat))
        elif name == "member":
            self._member(attributes)
        elif name in {"node", "way", "relation"}:
            self._attributes, self._tags, self._nds = attributes, {}, []
            self._members, self._shapes = [], []
        elif name == "meta":
            self._timestamp = attributes.get("osm_base", self._timestamp)
        else:
            self._about_the_file(name, attributes)

    def _about_the_file(self, name: str, attributes: dict[str, str]) -> None:
        if name == "remark":
            raise ValueError("its server stopped before the end and left a remark")
        if name == "action":
            words = mark("{file} is a file of differences (<action>)")
            raise UnreadableFile(words, CHANGES, file=self._name)
        if name == "bounds" and not self._attributes:  # within a relation they are its own
            west, south, east, north = (
                float(attributes[key]) for key in ("minlon", "minlat", "maxlon", "maxlat")
            )
            self._bounds.append((west, south, east, north))
        elif name == "bound" and "box" in attributes:  # as Osmosis wrote it
            south, west, north, east = (float(part) for part in attributes["box"].split(","))
            self._bounds.append((west, south, east, north))

    def _member(self, attributes: dict[str, str]) -> None:
        kind, ref = attributes["type"], int(attributes["ref"])
        self._members.append((kind, ref, attributes.get("role", "")))
        if kind == "way":
            self._nds = []
            self._shapes.append((ref, self._nds))
        elif kind == "node" and "lon" in attributes and "lat" in attributes:
            self._places.node(ref, float(attributes["lon"]), float(attributes["lat"]))

    def _end(self, name: str) -> None:
        if name not in {"node", "way", "relation"}:
            return
        attributes = self._attributes
        if "id" not in attributes:
            raise ValueError(f"<{name}> has no 'id'")
        identity = int(attributes["id"])
        edition = edition_of(attributes.get("version", ""), attributes.get("timestamp", ""))
        if attributes.get("visible") == "false" or attributes.get("action") == "delete":
            self._gone[name, identity] = max(edition, self._gone.get((name, identity), 0))
        elif name == "node":
            self._add_node(identity, attributes, edition)
        elif name == "way":
            refs = self._places.refs_of(self._nds)
            for column, value in zip(self._ways, (identity, len(refs), edition), strict=True):
                column.append(value)
            self._refs.extend(refs)
            self._way_tags.append(self._tags)
        else:
            for way, nds in self._shapes:
                self._places.way(way, nds)
            self._relations.append(OsmRelation(identity, self._tags, tuple(self._members)))
            self._relation_edition.append(edition)
        self._tags = {}  # those of areas, changesets … are of no element

    def _add_node(self, identity: int, attributes: dict[str, str], edition: int) -> None:
        """Keep a node; one without any place (redacted, or listed by its id alone) is as good as missing."""
        if attributes.keys().isdisjoint(("lon", "lat")):
            return
        lon, lat = (_degrees(identity, attributes, key) for key in ("lon", "lat"))
        if self._tags:
            self._node_tags[len(self._node[0])] = self._tags
        self._node[0].append(identity)
        self._node[1].append(lon)
        self._node[2].append(lat)
        self._node[3].append(edition)


def _degrees(identity: int, attributes: Mapping[str, str], key: str) -> float:
    if key not in attributes:
        raise ValueError(f"node {identity} has no {key!r}")
    try:
        return float(attributes[key])
    except ValueError as error:
        raise ValueError(f"{key} of node {identity} is {attributes[key][:40]!r}, not a number") from error

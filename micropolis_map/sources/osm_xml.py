"""OpenStreetMap's XML, read as a stream: the memory holds the columns, never the document."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

import numpy as np

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.osm_columns import OsmColumns, extract_of
from micropolis_map.sources.unpacking import CHUNK_BYTES, Readable


def read_xml(stream: Readable, path: Path, advance: Callable[[], None] = lambda: None) -> OsmExtract:
    """Return the elements of the (inflated) XML `stream` of the file at `path`.

    Elements that an editor marked as deleted are left out. `advance` is called after every megabyte.

    Raises
    ------
    UnreadableFile
        It is not well-formed, not OpenStreetMap data, or a change file.
    InvalidInput
        It holds no element.
    """
    reader = _Reader()
    try:
        while chunk := stream.read(CHUNK_BYTES):
            reader.parser.Parse(chunk, False)  # noqa: FBT003
            advance()
        reader.parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError, KeyError, OverflowError) as error:
        if isinstance(error, UnreadableFile):
            raise
        line = reader.parser.CurrentLineNumber
        raise UnreadableFile(
            mark("{file} is not whole OpenStreetMap XML: {reason} (line {line})"),
            mark("download or export it again"),
            file=path.name,
            reason=error or type(error).__name__,
            line=line,
        ) from error
    return extract_of(reader.columns(), path.name)


class _Reader:
    """Gathers columns from expat's calls."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._root
        self.parser.EntityDeclHandler = self._entity
        self._node = (array("q"), array("d"), array("d"))
        self._node_tags: dict[int, Mapping[str, str]] = {}
        self._way_id, self._way_counts, self._refs = array("q"), array("q"), array("q")
        self._way_tags: list[Mapping[str, str]] = []
        self._relations: list[OsmRelation] = []
        self._members: list[tuple[str, int, str]] = []
        self._tags: dict[str, str] = {}
        self._nds = array("q")
        self._attributes: dict[str, str] = {}
        self._timestamp = ""

    def columns(self) -> OsmColumns:
        """Return what was read."""
        return OsmColumns(
            node_id=np.array(self._node[0], np.int64),
            node_lon=np.array(self._node[1], np.float64),
            node_lat=np.array(self._node[2], np.float64),
            node_tags=self._node_tags,
            way_id=np.array(self._way_id, np.int64),
            way_counts=np.array(self._way_counts, np.int64),
            way_refs=np.array(self._refs, np.int64),
            way_tags=self._way_tags,
            relations=self._relations,
            timestamp=self._timestamp,
        )

    def _entity(self, name: str, *_: object) -> None:
        raise ValueError(f"it declares the entity {name!r}, which OpenStreetMap data never does")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "osm":
            raise ValueError(f"its first element is <{name}>, not <osm>")
        self._timestamp = attributes.get("osm_base", attributes.get("timestamp", ""))
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tag":
            self._tags[attributes["k"]] = attributes["v"]
        elif name == "nd":
            self._nds.append(int(attributes["ref"]))
        elif name == "member":
            self._members.append((attributes["type"], int(attributes["ref"]), attributes.get("role", "")))
        elif name in {"node", "way", "relation"}:
            self._attributes, self._tags, self._nds, self._members = attributes, {}, array("q"), []
        elif name == "meta":
            self._timestamp = attributes.get("osm_base", self._timestamp)
        elif name == "remark":
            raise ValueError("its server stopped before the end and left a remark")

    def _end(self, name: str) -> None:
        if name not in {"node", "way", "relation"}:
            return
        attributes = self._attributes
        if attributes.get("visible") == "false" or attributes.get("action") == "delete":
            return
        identity = int(attributes["id"])
        if name == "node":
            self._add_node(identity, attributes)
        elif name == "way":
            self._way_id.append(identity)
            self._way_counts.append(len(self._nds))
            self._refs.extend(self._nds)
            self._way_tags.append(self._tags)
        elif self._tags:
            self._relations.append(OsmRelation(identity, self._tags, tuple(self._members)))

    def _add_node(self, identity: int, attributes: dict[str, str]) -> None:
        if self._tags:
            self._node_tags[len(self._node[0])] = self._tags
        self._node[0].append(identity)
        self._node[1].append(float(attributes["lon"]))
        self._node[2].append(float(attributes["lat"]))

"""A small invented place in each format."""

from __future__ import annotations

import json

XML = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6" generator="by hand">
  <meta osm_base="2026-01-02T03:04:05Z"/>
  <node id="3" lat="1.0000003" lon="2.0000003">
    <tag k="amenity" v="cafe"/><tag k="name" v="Zajęcia &amp; kawa"/></node>
  <node id="1" lat="1.0000001" lon="2.0000001"/>
  <node id="2" lat="1.0000002" lon="2.0000002"/>
  <node id="9" visible="false"/>
  <way id="10">
    <nd ref="1"/><nd ref="77"/><nd ref="78"/><nd ref="2"/><nd ref="79"/><tag k="highway" v="path"/></way>
  <way id="11"><nd ref="80"/></way>
  <relation id="20"><member type="way" ref="10" role="outer"/><tag k="type" v="multipolygon"/></relation>
  <relation id="21"><member type="way" ref="10" role=""/></relation>
</osm>
"""

OVERPASS = json.dumps(
    {
        "version": 0.6,
        "osm3s": {"timestamp_osm_base": "2026-01-02T03:04:05Z"},
        "elements": [
            {"type": "way", "id": 10, "nodes": [1, 77, 78, 2, 79], "tags": {"highway": "path"}},
            {"type": "node", "id": 3, "lat": 1.0000003, "lon": 2.0000003},
            {
                "type": "relation",
                "id": 20,
                "members": [{"type": "way", "ref": 10, "role": "outer"}],
                "tags": {"type": "multipolygon"},
            },
            {"type": "way", "id": 11, "nodes": [80]},
            {"type": "node", "id": 1, "lat": 1.0000001, "lon": 2.0000001},
            {"type": "way", "id": 10, "nodes": [1, 77, 78, 2, 79]},
            {
                "type": "node",
                "id": 3,
                "lat": 1.0000003,
                "lon": 2.0000003,
                "tags": {"amenity": "cafe", "name": "Zajęcia & kawa"},
            },
            {"type": "node", "id": 2, "lat": 1.0000002, "lon": 2.0000002},
        ],
    }
)

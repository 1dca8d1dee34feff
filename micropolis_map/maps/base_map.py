"""A Folium map that loads nothing from other hosts: our own copies of Leaflet, our own drawing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import folium
from folium.template import Template

from micropolis_map.maps.addresses import ASSETS, VENDOR
from micropolis_map.settings import below

STATIC = Path(__file__).parent.parent / "web" / "static"

VERSION = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(STATIC.rglob("*.[cj]s*")))
).hexdigest()[:10]
"""Of our scripts and styles: a new one is a new address, so that browsers may keep the old."""

SCRIPTS: list[tuple[str, str]] = [
    ("leaflet", f"{VENDOR}/leaflet.js"),
    ("jquery", f"{VENDOR}/jquery.min.js"),
    ("markercluster", f"{VENDOR}/leaflet.markercluster.js"),
    *(
        (f"micropolis_{name}", f"{ASSETS}/js/{name}.js?v={VERSION}")
        for name in (
            "panes",
            "ground",
            "borders",
            "outlines",
            "taps",
            "fresh",
            "known_spots",
            "places",
            "coverage_layer",
            "coverage",
            "figures",
            "compare",
            "tours",
            "walks",
            "picks",
            "sites",
            "fit",
            "whereabouts",
            "map",
        )
    ),
]
STYLES: list[tuple[str, str]] = [
    ("leaflet_css", f"{VENDOR}/leaflet.css"),
    ("markercluster_css", f"{VENDOR}/MarkerCluster.css"),
    ("micropolis_css", f"{ASSETS}/css/map.css?v={VERSION}"),
]


class BaseMap(folium.Map):
    """A map without tiles whose scripts and styles come from our own server.

    The script of a community is constant: what changes is brought by a `maps.state_layer.StateLayer`.

    Parameters
    ----------
    centre
        ``(lon, lat)`` the map opens at.
    zoom
        The zoom it opens with.
    """

    def __init__(self, centre: tuple[float, float], zoom: int) -> None:
        super().__init__(
            location=(centre[1], centre[0]),
            zoom_start=zoom,
            tiles=None,
            control_scale=True,
            prefer_canvas=True,
            zoom_snap=0.25,  # as near as things fit: on a phone half a step is much
            world_copy_jump=True,
        )
        self.default_js = [(name, below(address)) for name, address in SCRIPTS]
        self.default_css = [(name, below(address)) for name, address in STYLES]
        self.options |= {"min_zoom": 9, "max_zoom": 19}
        self.add_child(_KeepFitting())  # type: ignore[no-untyped-call]


class _KeepFitting(folium.MacroElement):
    """Keeps the map as large as its frame."""

    _template = Template(
        "{% macro script(this, kwargs) %}window.micropolis.fit({{ this._parent.get_name() }});{% endmacro %}"
    )

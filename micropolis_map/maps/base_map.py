"""A Folium map that loads nothing from other hosts: our own copies of Leaflet, our own drawing."""

from __future__ import annotations

from typing import ClassVar

import folium
from folium.template import Template

from micropolis_map.maps.addresses import ASSETS, VENDOR


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

    default_js: ClassVar[list[tuple[str, str]]] = [
        ("leaflet", f"{VENDOR}/leaflet.js"),
        ("jquery", f"{VENDOR}/jquery.min.js"),
        ("markercluster", f"{VENDOR}/leaflet.markercluster.js"),
        *(
            (f"micropolis_{name}", f"{ASSETS}/js/{name}.js")
            for name in ("background", "street_names", "places", "coverage", "map")
        ),
    ]
    default_css: ClassVar[list[tuple[str, str]]] = [
        ("leaflet_css", f"{VENDOR}/leaflet.css"),
        ("markercluster_css", f"{VENDOR}/MarkerCluster.css"),
        ("micropolis_css", f"{ASSETS}/css/map.css"),
    ]

    def __init__(self, centre: tuple[float, float], zoom: int) -> None:
        super().__init__(
            location=(centre[1], centre[0]),
            zoom_start=zoom,
            tiles=None,
            control_scale=True,
            prefer_canvas=True,
            zoom_snap=0.5,
            world_copy_jump=True,
        )
        self.options |= {"min_zoom": 9, "max_zoom": 19}
        self.add_child(_KeepFitting())


class _KeepFitting(folium.MacroElement):  # type: ignore[misc]
    """Keeps the map as large as its frame."""

    _template = Template(
        "{% macro script(this, kwargs) %}window.micropolis.fit({{ this._parent.get_name() }});{% endmacro %}"
    )

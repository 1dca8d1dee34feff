"""The map of walking times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.addresses import coverage_drawing
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.walking_classes import ShareClass, WalkingClass, share_classes, walking_classes
from micropolis_map.services import reporting_map
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.services.thresholds import minutes_key
from micropolis_map.services.town_ground import build_ground
from micropolis_map.ui import language, numbers, safe_text, session, words
from micropolis_map.ui.components.legend import legend
from micropolis_map.ui.components.place_map import about, about_districts, map_texts
from micropolis_map.ui.language import _, ngettext

FORMS = {"one": 1, "two": 2, "few": 2, "many": 5, "other": 10}
"""A number for each form of the plural, as a browser names them."""

Query = tuple[tuple[str, str], ...]


def coverage_map(
    community: Community,
    result: CoverageResult,
    shown: str,
    barriers: Sequence[dict[str, Any]] = (),
    district: str = "",
) -> None:
    """Show what is `shown` coloured by the walking time to the nearest meeting place, with a legend.

    Parameters
    ----------
    barriers
        Points of what stands in the way, as GeoJSON with ``list``, ``number`` and ``lines`` to read.
    district
        The one the map is about; "" for all of the community.
    """
    side = map_side(community, result, shown)
    view = session.view()
    focus = next((one for one in barriers if one["id"] == view.asked.obstacle), None)
    state = map_state(community, side) | {"barriers": list(barriers) or None}
    if district:
        state |= about_districts(community.slug, result.build_id, [district])
    if focus is not None:
        lon, lat = focus["geometry"]["coordinates"]
        state["bounds"] = [[lat - 0.0015, lon - 0.0025], [lat + 0.0015, lon + 0.0025]]
    with st.container(key="covmap"):
        st_folium(
            BaseMap(community.centre, community.zoom),
            key=f"covmap-{community.slug}",
            height=560,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=StateLayer(state),
        )
    coverage_legend(result, shown, barriers=bool(barriers))


def map_state(community: Community, side: dict[str, Any]) -> dict[str, Any]:
    """Return what the map's script is brought to."""
    return {"lang": language.current(), "fromOsm": not community.fictional, "texts": texts(community)} | side


def map_side(community: Community, result: CoverageResult, shown: str, more: Query = ()) -> dict[str, Any]:
    """Return what is drawn of `result`; `more` are parameters of its addresses: another state, new sites."""
    slug = community.slug
    version = f"{result.build_id}/{session.places().version()}"
    asked = (*query_of(result.request), *more)

    def url(layer: str, *without: str) -> str:
        """Return a layer's address without what does not change it, so that it is not fetched anew."""
        given = [(name, value) for name, value in asked if name not in without]
        return str(coverage_drawing(slug, layer, given, version)[0]["url"])

    side: dict[str, Any] = {
        "background": build_ground(
            slug, session.communities().build(slug, result.build_id), language.current()
        ),
        "coverage": coverage_drawing(slug, shown, asked, version),
        "classes": [one.for_script() for one in _classes(result, shown)],
        "spots": url("spots", "profile", "minutes", "people"),
        "worst": url("worst", "minutes"),
        "worstAreas": url("worst_areas", "minutes"),
        **about(community),
    }
    if shown == "districts":
        side["shareBeyond"] = minutes_key(result.longest)
    if len(result.spots_unknown):
        side["unknown"] = url("unknown", "profile", "minutes", "people")
    return side


def query_of(request: CoverageRequest) -> Query:
    """Return `request` as parameters of the addresses of its layers; defaults are left out."""
    given = (
        ("profile", request.profile),
        ("minutes", ",".join(minutes_key(minutes) for minutes in request.minutes)),
        ("kind", ",".join(request.kinds)),
        ("step_free", "yes" if request.step_free else ""),
        ("open", request.open_at),
        ("people", "" if request.people == "all" else request.people),
    )
    return tuple((name, value) for name, value in given if value)


def texts(community: Community) -> dict[str, Any]:
    """Return the words the map's script says; ``{n}`` is a figure."""
    return map_texts(community) | {
        "map": _("Map of walking times; the table below has the same figures by district"),
        "failed": _("The walking times could not be loaded. Reload the page, please."),
        "whats": {name: words.activity(name) for name in words.ACTIVITIES},
        "walk": _("{n} min to the nearest meeting place"),
        "minutes": _("{n} min"),
        "live": {
            form: ngettext("{n} person lives here", "{n} people live here", n) for form, n in FORMS.items()
        },
        "nearest": _("to the nearest meeting place, on foot"),
        "walkArea": _("half of them walk {n} min or longer"),
        "noWayArea": _("half of them have no way to any meeting place"),
        "spotCluster": _("meeting places: {n}"),
        "walkHome": _("home, {n} min from the nearest meeting place"),
        "noWay": _("no way to any meeting place"),
        "people": _("people: {n}"),
        "within": _("within {n} min: {share}"),
        "median": _("half of them walk at most {n} min"),
        "beyond": _("farther away: {n} people"),
        "area": _("about 0.1 km²"),
        "nobody": _("nobody lives here"),
        "newSite": _("planned meeting place"),
        "unknownSpot": _("not counted: nobody knows whether it is step-free or open then"),
    }


def coverage_legend(result: CoverageResult, shown: str, *, barriers: bool = False) -> None:
    """Show what the colours and marks mean."""
    title = _("Walking time to the nearest meeting place, in minutes")
    if shown == "districts":
        title = _("People farther than {n} min away").format(n=numbers.as_it_is(result.longest))
    items = [f"<li><b>{safe_text.html(title)}</b></li>"]
    for one in _classes(result, shown):
        said = share_words(one) if isinstance(one, ShareClass) else class_words(one)
        items.append(f"<li>{swatch(one)}{safe_text.html(said)}</li>")
    items.append('<li><i class="mm-ring"></i>' + safe_text.html(_("meeting place")) + "</li>")
    if len(result.spots_unknown):
        unknown = _("not known, not counted: {n}").format(n=numbers.count(len(result.spots_unknown)))
        items.append('<li><i class="mm-ring mm-ring-unknown"></i>' + safe_text.html(unknown) + "</li>")
    items.append('<li><i class="mm-worst-area"></i>' + safe_text.html(_("where walks are longest")) + "</li>")
    items.append('<li><i class="mm-worst-home"></i>' + safe_text.html(_("the worst-served homes")) + "</li>")
    if barriers:
        items.append('<li><i class="mm-obstacle"></i>' + safe_text.html(_("a ramp would help")) + "</li>")
        items.append(
            '<li><i class="mm-obstacle mm-obstacle-survey"></i>'
            + safe_text.html(_("somebody should look"))
            + "</li>"
        )
    items.append(f'<li class="mm-legend-note">{safe_text.html(_basis(result))}</li>')
    legend(items)


def swatch(one: WalkingClass | ShareClass) -> str:
    """Return the sign of a class in a legend, as HTML; what cannot be reached is hatched, as on the map."""
    css = "mm-swatch is-hatched" if isinstance(one, WalkingClass) and one.dash else "mm-swatch"
    return f'<i class="{css}" style="--colour:{one.colour}"></i>'


def class_words(walking: WalkingClass) -> str:
    """Return the words for a class of walking time."""
    return reporting_map.class_words(walking, numbers.speech())


def share_words(share: ShareClass) -> str:
    """Return the words for a class of shares."""
    if share.up_to is None:
        return (
            _("nobody lives here")
            if share.over is None
            else _("over {n} %").format(n=numbers.as_it_is(share.over * 100))
        )
    return _("{a}–{b} %").format(
        a=numbers.as_it_is((share.over or 0.0) * 100), b=numbers.as_it_is(share.up_to * 100)
    )


def _basis(result: CoverageResult) -> str:
    """Return what the colours assume and rest on, in one line."""
    return _("The quickest way on foot, at {speed} km/h on level ground. Meeting places: {places}.").format(
        speed=numbers.decimal(result.speed_m_s * 3.6),
        places=numbers.source(result.spots.source),
    )


def _classes(result: CoverageResult, shown: str) -> Sequence[WalkingClass | ShareClass]:
    return share_classes() if shown == "districts" else walking_classes(result.request.minutes)

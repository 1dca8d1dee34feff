"""The forms of the Data page: load streets, add a community."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import may
from micropolis_map.domain.place_filter import plain
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.town_build import Told
from micropolis_map.ui import people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.loading_progress import (
    loading_trouble,
    may_load,
    start_loading,
    went_wrong_from_files,
)
from micropolis_map.ui.components.masthead import community_name
from micropolis_map.ui.components.outline_map import outline_map
from micropolis_map.ui.components.town_requests import ask_for_town, asked_for
from micropolis_map.ui.language import _
from micropolis_map.ui.loading_job import LoadingJob, Upload

OSM_ENDINGS = ["osm", "gz", "bz2", "xz", "zip", "pbf", "json"]
AREA_ENDINGS = ["geojson", "json", "gpkg", "zip", "fgb", "parquet", "kml", "kmz", "osm", "gz"]
PEOPLE_ENDINGS = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "tif", "tiff", *AREA_ENDINGS]
NEW_NAME = "mm_new_name"
"""Where the name of a new community waits while it is being loaded and the form is away."""


def slug_of(name: str) -> str:
    """Return the address part for a community's name: small letters and digits joined by ``-``.

    Examples
    --------
    >>> slug_of("Łódź, Polska")
    'lodz'
    """
    letters = unicodedata.normalize("NFKD", plain(name.partition(",")[0])).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40]


def load_forms(community: Community, *, again: bool) -> None:
    """Offer to load the community's streets and to add another town to whoever may; others ask for theirs."""
    loads, adds = may_load(community.slug), may(people.actor(), "add_town")
    if loads and adds:
        left, right = st.columns(2, gap="large")
    else:
        left = right = st.container()
    if loads:
        with left, st.container(border=True, key="load"):
            _load_form(community, again=again)
    if adds:
        with right, st.container(border=True, key="add"):
            _add_form()
        with st.container(border=True, key="asked"):
            asked_for()
        return
    with st.container(border=True, key="ask"):
        ask_for_town()
    if loads:
        return
    with st.container(border=True, key="load"):
        st.markdown(
            _(
                "The planners and organisers of {name} load its streets; administrators of this map add "
                "other towns."
            ).format(name=safe_text.label(community_name(community)))
        )
        pages = st.session_state["mm_pages"]
        if not people.signed_in() and "sign_in" in pages:
            st.page_link(pages["sign_in"], label=_("Sign in"), icon=":material/person:")


def _load_form(community: Community, *, again: bool) -> None:
    """Offer to load the community's streets from OpenStreetMap's servers or from a file."""
    name = safe_text.label(community_name(community))
    verb = _("Load the streets of {name} again") if again else _("Load the streets of {name}")
    st.subheader(verb.format(name=name))
    loading_trouble(community.slug)
    if community.fictional:
        st.markdown(_("This town is invented: its streets come with the product, without internet."))
        _start_button(community.slug, _("Load the invented streets"), LoadRequest(), {})
        return
    online, file = _sources(community.slug)
    with online:
        st.markdown(
            _(
                "This server asks openstreetmap.org's servers for the streets, buildings and "
                "meeting places of "
                "**{query}**. Your own computer does not contact them. It takes one to five minutes."
            ).format(query=safe_text.label(community.query or community_name(community)))
        )
        outline_map(community.slug, community.query or community.slug)
        _start_button(community.slug, _("Load from OpenStreetMap"), LoadRequest(), {})
    with file:
        _file_form(community.slug, "", f"file_{community.slug}")


def _add_form() -> None:
    """Offer to add a community by name, from OpenStreetMap or from a file."""
    st.subheader(_("Add a community"))
    st.markdown(_("Any town, district or village in the world. Name it as you would on an envelope."))
    st.session_state["w_new_name"] = st.session_state.get("w_new_name", st.session_state.get(NEW_NAME, ""))
    name = st.text_input(_("Name"), key="w_new_name", placeholder=_("Annecy, France"), max_chars=120).strip()
    st.session_state[NEW_NAME] = name
    slug = slug_of(name)
    if not name:
        return
    if not slug:
        st.warning(_("Please write the name in Latin letters as well, for the address of its page."))
        return
    if slug in session.known_slugs():
        st.info(_("There is a community with this name already; choose it at the top of the page."))
        return
    loading_trouble(slug)
    online, file = _sources(slug)
    with online:
        outline_map(slug, name)
        _start_button(slug, _("Add it from OpenStreetMap"), LoadRequest(name=name), {})
    with file:
        _file_form(slug, name, "file_new")


def _sources(slug: str) -> Sequence[DeltaGenerator]:
    """Return the tabs for the two sources; where files were refused, theirs is open."""
    online, file = _("From OpenStreetMap"), _("From a file")
    return st.tabs([online, file], default=file if went_wrong_from_files(slug) else online)


def _file_form(slug: str, name: str, key: str) -> None:
    people.let_send("add_town" if name else "load", slug)
    osm = st.file_uploader(
        _("OpenStreetMap data (.osm, .osm.gz, .osm.bz2, .osm.zip, .osm.pbf, Overpass .json)"),
        type=OSM_ENDINGS,
        accept_multiple_files=True,
        key=f"w_{key}_osm",
    )
    with st.expander(_("More files, if you have them")):
        boundary = st.file_uploader(
            _("Its boundary (GeoJSON, GeoPackage, zipped shapefile, KML, .poly)"),
            type=[*AREA_ENDINGS, "poly"],
            key=f"w_{key}_b",
        )
        districts = st.file_uploader(
            _("Its districts (GeoJSON, GeoPackage, zipped shapefile, KML)"),
            type=AREA_ENDINGS,
            key=f"w_{key}_d",
        )
        names_from = st.text_input(
            _("The column with the districts' names, if it is not found by itself"),
            key=f"w_{key}_dn",
            max_chars=80,
        )
        elevation = st.file_uploader(
            _("Elevation (GeoTIFF, HGT, ASC with its PRJ)"),
            type=["tif", "tiff", "hgt", "asc", "prj", "gz", "zip"],
            accept_multiple_files=True,
            key=f"w_{key}_e",
        )
        population = st.file_uploader(
            _("Where people live (CSV, XLSX, GeoTIFF, GeoJSON, GeoPackage)"),
            type=PEOPLE_ENDINGS,
            key=f"w_{key}_p",
        )
        counted_in = st.text_input(
            _("The column that counts the people, if it is not found by itself"),
            key=f"w_{key}_pn",
            max_chars=80,
        )
    uploads = {
        "osm": _uploads(osm),
        "boundary": _uploads(boundary),
        "districts": _uploads(districts),
        "elevation": _uploads(elevation),
        "population": _uploads(population),
    }
    if not uploads["osm"]:
        st.caption(_("Choose a file with streets first."))
    request = LoadRequest(name=name, told=Told(counted_in.strip(), names_from.strip()))
    _start_button(slug, _("Load from the file"), request, uploads, ready=bool(uploads["osm"]))


def _uploads(files: Any) -> list[Upload]:
    given = files if isinstance(files, list) else [files] if files is not None else []
    return [Upload(file.name, file.getvalue()) for file in given]


def _start_button(
    slug: str, label: str, request: LoadRequest, uploads: dict[str, list[Upload]], *, ready: bool = True
) -> None:
    if st.button(
        label, key=f"w_start_{slug}_{bool(uploads)}_{bool(request.name)}", type="primary", disabled=not ready
    ):
        with trouble.shown():
            start_loading(LoadingJob(slug, request, uploads))
            st.session_state["mm_loading"] = slug
            st.rerun()

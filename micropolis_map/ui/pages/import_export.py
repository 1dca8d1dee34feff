"""Import and export: places from other people's files, looked at first; and ours in five formats."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePath

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_filter import filtered
from micropolis_map.errors import MicropolisError
from micropolis_map.services import place_imports
from micropolis_map.services.exporting import FORMATS
from micropolis_map.services.importing import ImportPlan
from micropolis_map.services.place_imports import Import
from micropolis_map.sources.place_files import RowFile
from micropolis_map.ui import language, people, safe_text, session
from micropolis_map.ui.components import import_preview, trouble
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.components.site_address import site_address
from micropolis_map.ui.language import _, ngettext

FIELDS = ("community", "lang", "kind", "theme", "activity", "q", "years")
ENDINGS = [
    "geojson", "json", "umap", "csv", "tsv", "txt", "xlsx", "xls", "ods", "gpx", "kml", "kmz", "gpkg",
    "geojsonl", "zip", "fgb", "parquet", "gz", "bz2", "xz",
]  # fmt: skip
DONE = "mm_import_done"
SAID = "mm_import_said"
NAMES = {".geojson": "GeoJSON", ".csv": "CSV", ".gpx": "GPX", ".kml": "KML", ".gpkg": "GeoPackage"}
MEDIA = {
    ".geojson": "application/geo+json",
    ".csv": "text/csv",
    ".gpx": "application/gpx+xml",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".gpkg": "application/geopackage+sqlite3",
}


def page() -> None:
    """Show the page: exporting is everybody's, importing belongs to who looks after the community."""
    with trouble.shown():
        community = session.community()
        name = community_name(community)
        masthead(
            community,
            _("Places in and out of {name}").format(name=name),
            _("Take the places along in the format you need; bring in what you have elsewhere."),
        )
        _export(community)
        st.html(safe_text.heading(2, _("Bring places in")))
        if people.may_in("import", community.slug):
            _import(community)
        else:
            st.markdown(
                _("Organisers of this community bring in files here. One place is quickly pinned by hand.")
            )
            if "sign_in" in st.session_state["mm_pages"]:
                st.page_link(
                    st.session_state["mm_pages"]["sign_in"], label=_("Sign in"), icon=":material/person:"
                )
        session.write_address(FIELDS)


def _export(community: Community) -> None:
    st.html(safe_text.heading(2, _("Take places along")))
    view = session.view()
    every = session.places().places(community.slug)
    shown: Sequence[Place] = filtered(every, view.wanted)
    if view.wanted:
        which = {
            "filtered": ngettext(
                "The {n} place the filters show", "The {n} places the filters show", len(shown)
            ),
            "all": ngettext("The {n} place there is", "All {n} places", len(every)),
        }
        counts = {"filtered": len(shown), "all": len(every)}
        chosen = st.radio(
            _("Which places?"),
            list(which),
            format_func=lambda one: which[one].format(n=counts[one]),
            key="w_which",
            horizontal=True,
        )
        shown = every if chosen == "all" else shown
    count = ngettext("{n} place", "{n} places", len(shown)).format(n=len(shown))
    st.html(f'<p class="mm-quiet" data-export="{len(shown)}">{safe_text.html(count)}</p>')
    with st.container(key="formats", horizontal=True):
        for ending, name in NAMES.items():
            st.download_button(
                name,
                data=_content(shown, ending),
                file_name=f"{community.slug}-places{ending}",
                mime=MEDIA[ending],
                key=f"w_export_{ending[1:]}",
                icon=":material/download:",
                on_click="ignore",
            )
    st.caption(_("Photos stay here; everything else goes along, in all its languages."))
    for_programs = f"{site_address()}/ogc"
    st.caption(f"QGIS · GDAL · OGC API – Features: [{for_programs}]({for_programs})")


def _content(places: Sequence[Place], ending: str) -> Callable[[], bytes]:
    ordered = sorted(places, key=lambda place: place.id)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return lambda: FORMATS[ending](ordered, now)


def _import(community: Community) -> None:
    _said()
    people.let_send("import", community.slug)
    file = st.file_uploader(
        _("A file with places: a table (CSV, Excel), GeoJSON, uMap, GPX, KML, GeoPackage, shapefile …"),
        type=ENDINGS,
        key="w_import_file",
        max_upload_size=50,
    )
    if file is None:
        st.caption(
            _(
                "Exports of uMap and Google My Maps come in whole. "
                "You see everything before anything is written."
            )
        )
        return
    content = file.getvalue()
    file_id = hashlib.sha256(content + community.slug.encode()).hexdigest()[:12]
    answers = st.session_state.get(f"mm_answers_{file_id}", {})
    mapping = st.session_state.get(f"mm_mapping_{file_id}", {})
    rows, plan = _looked_at(
        community.slug,
        file.name,
        content,
        tuple(sorted(answers.items())),
        tuple(sorted(mapping.items())),
        session.places().version(),
    )
    left, right = st.columns([1, 1], gap="large")
    with left:
        _ask(rows, file_id, answers, mapping)
        names = {place.id: name_of(place, community.languages) for place in plan.places}
        import_preview.account(plan, names, [question.seen for question in rows.questions])
        _bring_in_button(community.slug, rows.name, plan)
    with right:
        import_preview.preview_map(community, plan.places)


def _ask(rows: RowFile, file_id: str, answers: dict[str, str], mapping: dict[str, str]) -> None:
    """Ask; where an answer is new, read the file again with it."""
    new_answers = import_preview.questions(rows.questions, file_id)
    new_mapping = import_preview.columns(rows, file_id)
    if (new_answers, new_mapping) != (answers, mapping):
        st.session_state[f"mm_answers_{file_id}"] = new_answers
        st.session_state[f"mm_mapping_{file_id}"] = new_mapping
        st.rerun()


@st.cache_resource(show_spinner=False, max_entries=4)
def _looked_at(
    slug: str,
    name: str,
    content: bytes,
    answers: tuple[tuple[str, str], ...],
    mapping: tuple[tuple[str, str], ...],
    version: str,  # noqa: ARG001 - part of the key
) -> tuple[RowFile, ImportPlan]:
    with tempfile.TemporaryDirectory(prefix="micropolis-import-") as folder:
        path = Path(folder) / (PurePath(name).name or "file")
        path.write_bytes(content)
        return place_imports.look_at(people.desk(), people.actor(), slug, path, dict(answers), dict(mapping))


def _bring_in_button(slug: str, name: str, plan: ImportPlan) -> None:
    n = len(plan.places)
    if not n:
        st.info(_("Nothing of this file is new here."))
        return
    st.button(
        ngettext("Bring in {n} place", "Bring in {n} places", n).format(n=n),
        key="w_bring_in",
        type="primary",
        icon=":material/upload:",
        on_click=_bring_in,
        args=(slug, name, plan),
    )


def _bring_in(slug: str, name: str, plan: ImportPlan) -> None:
    try:
        done = place_imports.bring_in(people.desk(), people.actor(), slug, name, plan)
    except MicropolisError as error:
        st.session_state[SAID] = ("refused", language.told(error))
        return
    st.session_state[DONE] = done
    counts = plan.as_json() | {"skipped": plan.count("skipped")}
    said = _("{name}: {added} added, {updated} changed, {unchanged} the same, {skipped} left out.")
    st.session_state[SAID] = ("done", said.format(name=name, **counts))


def _said() -> None:
    kind, text = st.session_state.pop(SAID, ("", ""))
    if text:
        (st.success if kind == "done" else st.warning)(safe_text.label(text))
    done = st.session_state.get(DONE)
    if isinstance(done, Import):
        st.button(
            _("Take back the import of {name}").format(name=safe_text.label(done.name)),
            key="w_take_back",
            icon=":material/undo:",
            on_click=_take_back,
            args=(done,),
        )


def _take_back(done: Import) -> None:
    try:
        result = place_imports.take_back(people.desk(), people.actor(), done)
    except MicropolisError as error:
        st.session_state[SAID] = ("refused", language.told(error))
        return
    st.session_state.pop(DONE, None)
    said = ngettext("{n} place is as it was before.", "{n} places are as they were before.", result.places)
    text = said.format(n=result.places)
    if result.left:
        kept = ngettext(
            "{n} was changed since and stays.", "{n} were changed since and stay.", len(result.left)
        )
        text = f"{text} {kept.format(n=len(result.left))}"
    st.session_state[SAID] = ("done", text)

"""About: what this is, privacy in plain sentences, licences and sources."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from micropolis_map import __version__
from micropolis_map.services.moderating import median_answer_s
from micropolis_map.settings import below
from micropolis_map.ui import desk_words, language, people, safe_text, session, words
from micropolis_map.ui.components.masthead import community_name, reader_choices
from micropolis_map.ui.language import _

FIELDS = ("community", "lang")


def page() -> None:
    """Show the About page."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(
            '<div class="mm-head">'
            + safe_text.heading(1, _("A map made by neighbours"))
            + "<p>"
            + safe_text.html(
                _(
                    "Micropolis Map shows the places, stories and people that turn a district into a "
                    "community."
                )
            )
            + "</p></div>"
        )
        with st.container(key="choosers", horizontal=True, width="content"):
            reader_choices()
    st.html(
        _pillars()
        + _section(_("Your privacy"), _privacy())
        + _answering()
        + _section_html(_("Follow what is new"), _feeds())
        + _section(_("Sources and licences"), _sources())
    )
    st.caption(f"Micropolis Map {__version__}")
    session.write_address(FIELDS)


def _answering() -> str:
    """Return how fast organisers answered over the last year, for each community in which they did."""
    lines = []
    for slug in session.known_slugs():
        median = median_answer_s(people.desk(), slug)
        if median is not None:
            name = community_name(session.communities().get(slug))
            said = _("{name}: half of the authors had an answer within {time}.")
            lines.append(said.format(name=name, time=desk_words.waiting(median)))
    return _section(_("How fast organisers answer"), lines) if lines else ""


def _pillars() -> str:
    texts = {
        "historical": _(
            "What was here before us: houses, harbours, streets, and what people remember of them."
        ),
        "natural": _("What grows and flows: forests, rivers, old trees, views worth the walk."),
        "co-created": _("What neighbours made together: cafés, gardens, murals, festivals, places to meet."),
    }
    safe = {kind: safe_text.html(text) for kind, text in texts.items()}
    items = "".join(
        f"<li>{words.shape(kind, 'mm-large')}{safe_text.heading(3, words.kind(kind))}{text}</li>"
        for kind, text in safe.items()
    )
    return f'<ul class="mm-pillars">{items}</ul>'


def _privacy() -> list[str]:
    return [
        _("You can read everything here without an account."),
        _("We set no advertising or tracking cookies and count nobody."),
        _("Everything on these pages comes from this one server; no other company sees that you are here."),
        _("Only if you tick “OpenStreetMap tiles” on a map do pictures come from openstreetmap.org."),
        _("Whoever asks for a town writes to the administrators only; they start it or say why not."),
        _("A link you share holds the community, place and filters you see, and nothing about you."),
        _(
            "What was turned down or withdrawn is erased after {n} months, with its photos; only that it "
            "was there stays."
        ).format(n=session.application().settings.keep_refused_months),
    ]


def _sources() -> list[str]:
    return [
        _("Streets, buildings, water and green: © OpenStreetMap contributors, Open Database Licence."),
        _("Texts about places: CC BY-SA 4.0; each place names its own source."),
        _("Outlines drawn with dashes are approximate until real boundaries are loaded."),
        _("The demo town is invented, with all its people and stories; its data are free of rights (CC0)."),
        _("Maps are painted by a script of protomaps-leaflet (Protomaps LLC, BSD 3-Clause Licence)."),
        _(
            "Typefaces: Literata and Commissioner, SIL Open Font Licence. Maps are drawn "
            "with Leaflet and Folium."
        ),
    ]


def _feeds() -> list[str]:
    """Return a link to each community's feed, as HTML."""
    said = _("{name}: new places and stories (feed)")
    links = []
    for slug in session.known_slugs():
        name = safe_text.html(said.format(name=community_name(session.communities().get(slug))))
        address = below(f"/feeds/{quote(slug, safe='')}.atom?lang={language.current()}")
        links.append(f'<a target="_self" href="{safe_text.html(address)}">{name}</a>')
    return links


def _section(title: str, lines: list[str]) -> str:
    return _section_html(title, [safe_text.html(line) for line in lines])


def _section_html(title: str, lines: list[str]) -> str:
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<section class="mm-prose"><h2>{safe_text.html(title)}</h2><ul>{items}</ul></section>'

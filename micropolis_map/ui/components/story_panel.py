"""The panel of one place: what it is, how to get in, and the stories told about it."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from micropolis_map.domain.permission import may
from micropolis_map.domain.place import Place, Story
from micropolis_map.domain.text import LANGUAGES, pick
from micropolis_map.ui import language, people, safe_text, session, words
from micropolis_map.ui.components.pictures import audio_html, photos_html, then_now
from micropolis_map.ui.components.pin_links import say_links
from micropolis_map.ui.components.place_history import place_history
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.components.site_address import site_address
from micropolis_map.ui.components.still_true import still_true
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.view_state import ViewState


def story_panel(place: Place, view: ViewState, languages: tuple[str, ...]) -> None:
    """Show the place; the way back to the list stands first."""
    with st.container(key="story"):
        st.button(
            _("All places"),
            key="w_back",
            icon=":material/arrow_back:",
            on_click=session.change,
            kwargs={"place": ""},
        )
        st.html(_head(place, languages))
        still_true(place)
        st.html(_description(place, languages))
        if place.photos:
            st.html(photos_html(place.photos, ("en", *languages)))
        st.html(_facts(place))
        then_now(place, ("en", *languages))
        _stories(place)
        say_links(place)
        _source(place)
        _link(view)
        _history(place)


def _head(place: Place, languages: tuple[str, ...]) -> str:
    years = words.period(place.period)
    activity = words.activity(place.activity) if place.activity else ""
    badges = "".join(
        f'<span class="mm-chip">{safe_text.html(text)}</span>' for text in (activity, years) if text
    )
    word = safe_text.html(words.kind(place.kind))
    kind = f'<span class="mm-chip mm-kind-{escape(place.kind)}">{words.shape(place.kind)}{word}</span>'
    return (
        f'<div class="mm-story-head">{kind}{badges}<h2>{safe_text.html(name_of(place, languages))}</h2></div>'
    )


def _description(place: Place, languages: tuple[str, ...]) -> str:
    text, lang = pick(place.description, language.current(), ("en", *languages))
    if not text and place.stories:
        return "<span></span>"  # the stories describe it; Streamlit takes no empty HTML
    if not text:
        return '<p class="mm-quiet">' + safe_text.html(_("Nobody has described this place yet.")) + "</p>"
    note = "" if lang == language.current() else _only_in(lang)
    return f'<div class="mm-text" lang="{escape(lang)}">{safe_text.paragraphs(text)}</div>{note}'


def _only_in(lang: str) -> str:
    words_ = _("Only in {language} so far.").format(language=LANGUAGES.get(lang, lang))
    return f'<p class="mm-quiet">{safe_text.html(words_)}</p>'


def _facts(place: Place) -> str:
    step_free = str(place.access.get("step_free", "unknown"))
    rows = [(step_free, _(words.STEP_FREE.get(step_free, words.STEP_FREE["unknown"])))]
    if place.opening_hours:
        rows.append(("hours", _("Open: {hours}").format(hours=place.opening_hours)))
    items = "".join(
        f'<li class="mm-access-{escape(name)}">{safe_text.html(text)}</li>' for name, text in rows
    )
    themes = "".join(
        f'<span class="mm-chip">{safe_text.html(words.theme(theme))}</span>' for theme in place.themes
    )
    return f'<ul class="mm-facts">{items}</ul><p class="mm-themes">{themes}</p>'


def _stories(place: Place) -> None:
    if not place.stories:
        return
    n = len(place.stories)
    st.html(safe_text.heading(3, ngettext("{n} story", "{n} stories", n).format(n=n)))
    for story in place.stories:
        _story(story)


def _story(story: Story) -> None:
    here = language.current()
    translated = here != story.lang and here in story.translations
    with st.container(key=f"tale-{story.id}"):
        original = (story.title, story.text, story.lang)
        if translated:
            text = story.translations[here]
            st.html(_telling(story, text.get("title", story.title), text.get("text", ""), here))
            name = LANGUAGES.get(story.lang, story.lang)
            with st.expander(_("Read the original in {language}").format(language=name)):
                st.html(_telling(story, *original))
            return
        st.html(_telling(story, *original))
        if story.lang != here:
            st.html(_only_in(story.lang))
        for lang in sorted(story.translations):
            text = story.translations[lang]
            with st.expander(_("Read it in {language}").format(language=LANGUAGES.get(lang, lang))):
                st.html(_telling(story, text.get("title", story.title), text.get("text", ""), lang))


def _telling(story: Story, title: str, text: str, lang: str) -> str:
    about = _("about the past") if story.about == "past" else _("about today")
    by = _("told by {name}").format(name=story.told_by) if story.told_by else ""
    heading = f"<h4>{safe_text.html(title)}</h4>" if title else ""
    line = " · ".join(part for part in (by, str(story.year) if story.year else "", about) if part)
    media = photos_html(story.photos, (lang,)) + audio_html(story)
    return (
        f'<article class="mm-tale" lang="{escape(lang)}">{heading}'
        f"{safe_text.paragraphs(text)}{media}<footer>{safe_text.html(line)}</footer></article>"
    )


def _source(place: Place) -> None:
    parts = [safe_text.html(_("Source: {source}").format(source=place.source))] if place.source else []
    parts += [safe_text.html(place.licence)] if place.licence else []
    if place.website.startswith(("https://", "http://")):
        words_ = safe_text.html(_("Website"))
        parts.append(
            f'<a href="{escape(place.website)}" target="_blank" rel="noopener nofollow">{words_}</a>'
        )
    if parts:
        st.html(f'<p class="mm-source">{" · ".join(parts)}</p>')


def _link(view: ViewState) -> None:
    with st.expander(_("Link to this place"), icon=":material/link:"):
        st.code(link_to(view), language=None, wrap_lines=True)


def link_to(view: ViewState) -> str:
    """Return the address that opens the view's place, without the filters."""
    address = ViewState(community=view.community, place=view.place, lang=view.lang)
    return f"{site_address()}/?{urlencode(address.query())}"


def _history(place: Place) -> None:
    """Offer the place's history to who looks after it."""
    if people.signed_in() and may(people.actor(), "see_history", people.desk().subject_of(place)):
        with st.expander(_("History and hiding"), icon=":material/history:"):
            place_history(place)

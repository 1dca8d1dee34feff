"""The stops of a walk with what is told there: every voice, every language, every recording."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st

from micropolis_map.domain.place import Place, Story
from micropolis_map.domain.text import LANGUAGES, pick
from micropolis_map.domain.tour import Stop
from micropolis_map.services.touring import TourPlan
from micropolis_map.settings import below
from micropolis_map.ui import language, safe_text, session
from micropolis_map.ui.components.pictures import audio_html
from micropolis_map.ui.language import _, ngettext


def tour_stops(plan: TourPlan) -> None:
    """Show the stops in their order; each opens to its stories."""
    places = {place.id: place for place in session.places().places(plan.community)}
    items = "".join(_stop(number, stop, plan, places) for number, stop in enumerate(plan.stops, start=1))
    st.html(f'<ol class="mm-walkstops">{items}</ol>')


def _stop(number: int, stop: Stop, plan: TourPlan, places: Mapping[str, Place]) -> str:
    place = places.get(stop.id)
    stories = place.stories if place is not None else ()
    name = safe_text.html(pick(stop.name, language.current())[0] or stop.id)
    facts = [ngettext("{n} story", "{n} stories", len(stories)).format(n=len(stories))] if stories else []
    langs = sorted({lang for story in stories for lang in (story.lang, *story.translations)})
    facts += [" ".join(code.upper() for code in langs)] if langs else []
    facts += [_("recording")] if any(story.audio for story in stories) else []
    about = pick(stop.about, language.current())[0]
    inside = f'<div class="mm-text">{safe_text.paragraphs(about)}</div>' if about else ""
    inside += "".join(_story(story) for story in stories)
    opens = safe_text.html(_("Open the place"))
    link = f'<a href="{escape(_address(plan, stop))}" target="_self">{opens}</a>'
    told = safe_text.html(" · ".join(facts))
    return (
        f"<li><details><summary><i>{number}</i><span><b>{name}</b>"
        f"<small>{told}</small></span></summary>{inside}<p>{link}</p></details></li>"
    )


def _story(story: Story) -> str:
    """Return the story in the reader's language where it is told in it, and folded in every other one."""
    here = language.current()
    versions = {story.lang: (story.title, story.text)}
    for lang, text in story.translations.items():
        versions.setdefault(lang, (text.get("title", story.title), text.get("text", "")))
    first = here if here in versions else story.lang
    told = _telling(*versions.pop(first), first)
    others = "".join(
        f"<details><summary>{safe_text.html(LANGUAGES.get(lang, lang))}</summary>"
        f"{_telling(*texts, lang)}</details>"
        for lang, texts in sorted(versions.items())
    )
    by = [_("told by {name}").format(name=story.told_by)] if story.told_by else []
    by += [str(story.year)] if story.year else []
    foot = f"<footer>{safe_text.html(' · '.join(by))}</footer>" if by else ""
    return f'<article class="mm-tale">{told}{audio_html(story)}{foot}{others}</article>'


def _telling(title: str, text: str, lang: str) -> str:
    heading = f"<h4>{safe_text.html(title)}</h4>" if title else ""
    return f'<div lang="{escape(lang)}">{heading}{safe_text.paragraphs(text)}</div>'


def _address(plan: TourPlan, stop: Stop) -> str:
    query = {"community": plan.community, "place": stop.id, "lang": language.current()}
    return below(f"/?{urlencode(query)}")

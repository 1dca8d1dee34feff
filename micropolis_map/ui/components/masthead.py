"""The head of every page: the community's name, its chooser, the language."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.text import LANGUAGES, pick
from micropolis_map.ui import language, safe_text, session
from micropolis_map.ui.components.theme_choice import choose_theme
from micropolis_map.ui.language import _


def masthead(community: Community, title: str = "", lead: str = "") -> None:
    """Show the community's name (or `title`), a sentence about it (or `lead`), and the two choosers."""
    name = community_name(community)
    about = lead or first_sentence(pick(community.about, language.current(), community.languages)[0])
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="medium"):
        badge = _demo_badge() if community.fictional else ""
        st.html(
            f'<div class="mm-head"><h1>{safe_text.html(title or name)}</h1>{badge}'
            f"<p>{safe_text.html(about)}</p></div>"
        )
        with st.container(key="choosers", horizontal=True, width="content"):
            _choose_community(community.slug)
            reader_choices()


def community_name(community: Community) -> str:
    """Return the community's name in the reader's language; a badge says of an invented one that it is."""
    name = pick(community.name, language.current(), community.languages)[0] or community.slug
    return name.split(" (")[0] if community.fictional else name


def first_sentence(text: str) -> str:
    """Return `text` up to the end of its first sentence.

    Examples
    --------
    >>> first_sentence("A town of 3.5 km². Come in!")
    'A town of 3.5 km².'
    """
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def reader_choices() -> None:
    """Let the visitor choose the language and how the pages look."""
    choose_language()
    choose_theme()


def choose_language() -> None:
    """Let the visitor choose the language, each named in its own words."""
    st.session_state["w_lang"] = language.current()
    st.selectbox(
        _("Language"),
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code],
        key="w_lang",
        on_change=lambda: session.change(lang=st.session_state["w_lang"]),
        filter_mode=None,
    )


def _choose_community(slug: str) -> None:
    st.session_state["w_community"] = slug
    st.selectbox(
        _("Community"),
        session.known_slugs(),
        format_func=_option,
        key="w_community",
        on_change=lambda: session.change(
            community=st.session_state["w_community"],
            place="",
            theme="",
            activity="",
            q="",
            tour="",
            stops=(),
            kinds=(),
            years="",
        ),
    )


def _option(slug: str) -> str:
    community = session.communities().get(slug)
    name = community_name(community)
    return _("{name} (invented)").format(name=name) if community.fictional else name


def _demo_badge() -> str:
    text = safe_text.html(_("An invented town"))
    return f'<span class="mm-badge">{text}</span>'

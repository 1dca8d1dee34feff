"""Places nobody has confirmed for long: which are faded, and the one click that says "still true"."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.place import Place
from micropolis_map.services.taking_care import Freshnesses
from micropolis_map.settings import below
from micropolis_map.ui import language, people, session
from micropolis_map.ui.components.own_part import own_part
from micropolis_map.ui.language import _
from micropolis_map.ui.numbers import month

_THANKS = "mm_still_true_thanks"

_KEPT_S = 60
"""A month's difference may be seen a minute late."""


def faded(slug: str) -> dict[str, str]:
    """Return, by id, since when nobody has confirmed the community's faded places (ISO 8601)."""
    return _faded(str(session.application().settings.data), slug, session.places().version())


def since(moment: str) -> str:
    """Return the words for a place that nobody has confirmed since `moment` (ISO 8601)."""
    return _("nobody has confirmed this since {month}").format(month=month(moment))


def still_true(place: Place) -> None:
    """Ask whether the place is still true when nobody has said so for a year; one click answers."""
    known = Freshnesses(people.desk())
    if st.session_state.pop(_THANKS, False):
        st.toast(_("Thank you. Others now see that it is still true."), icon=":material/check_circle:")
    if known.of(place) == "fresh":
        return
    where = f"{quote(place.community, safe='')}/places/{quote(place.id, safe='')}"
    own_part(
        "still_true",
        f"still_true_{place.id}",
        {
            "address": below(f"/api/{where}/confirm"),
            "problem": below(
                f"/pin/{quote(place.community, safe='')}/place/{quote(place.id, safe='')}"
                f"?lang={language.current()}#report"
            ),
            "texts": {
                "since": _sentence(since(iso(known.last(place)))),
                "ask": _("Is it still true?"),
                "yes": _("Yes, still true"),
                "no": _("No, something is wrong"),
                "failed": _("The server did not answer. Try again, please."),
                "often": _("That was too often. Try again later, please."),
            },
        },
        on_told_change=_said,
    )


@st.cache_data(ttl=_KEPT_S, max_entries=64, show_spinner=False)
def _faded(folder: str, slug: str, version: str) -> dict[str, str]:
    """Return the faded places; it looks anew when `folder` or `version` changes."""
    del folder, version
    known = Freshnesses(people.desk())
    return {
        place.id: iso(known.last(place))
        for place in session.places().places(slug)
        if known.of(place) in {"faded", "archive"}
    }


def _said() -> None:
    _faded.clear()  # no place changed, yet one is fresh now
    st.session_state[_THANKS] = True


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."

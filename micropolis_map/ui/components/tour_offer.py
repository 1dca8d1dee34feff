"""The form that suggests a walk, or a change of one, to everybody; the browser sends it to our own route."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from micropolis_map.domain.place_geojson import LICENCE
from micropolis_map.services.touring_drafts import TourDraft
from micropolis_map.settings import base_path
from micropolis_map.ui import language
from micropolis_map.ui.components.own_part import own_part
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState


def tour_offer(slug: str, view: ViewState, order: Sequence[str], draft: TourDraft) -> None:
    """Show the form for the walk as it is on the page now."""
    edit = view.draft.edit
    title = _("Change the walk for everybody") if edit else _("Share it with the neighbourhood")
    with st.container(key="offer", border=True):
        st.subheader(title, anchor=False)
        own_part(
            "tour_offer",
            f"tour_offer_{slug}",
            {
                "slug": slug,
                "edit": edit,
                "base": base_path(),
                "lang": language.current(),
                "stops": list(order),
                "minutes": draft.visit_min,
                "loop": draft.loop,
                "texts": _texts(),
            },
            on_sent_change=lambda: None,
        )


def _texts() -> dict[str, str]:
    return {
        "name": _("What is the walk called?"),
        "example": _("Such as: Round the old harbour"),
        "about": _("What is it about? (not needed)"),
        "licence": _("No account is needed. An organiser looks at it first. Texts: {licence}.").format(
            licence=LICENCE
        ),
        "send": _("Suggest this walk"),
        "sendChange": _("Suggest this change"),
        "nameless": _("Give the walk a name, please."),
        "failed": _("It could not be sent. Try again, please; nothing is lost."),
        "noKey": _("This device does not hold the key to this walk. Open your private link here first."),
        "thanks": _("Thank you! The walk is on its way."),
        "waits": _("An organiser looks at it; then everybody finds it under Walks."),
        "personal": _("Is it all right that everybody reads this? {text}"),
        "mine": _("My things"),
        "copy": _("Copy my private link"),
        "copied": _("Copied"),
        "keep": _(
            "Keep the private link: with it you change the walk, take it back, or invite others to it."
        ),
    }

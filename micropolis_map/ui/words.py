"""The words for kinds, activities, access, profiles and themes, in the reader's language."""

from __future__ import annotations

from micropolis_map.domain.place import Period
from micropolis_map.i18n import mark
from micropolis_map.services.speech import Speech
from micropolis_map.ui import language
from micropolis_map.ui.language import _

KINDS = {
    "historical": mark("Historical"),
    "natural": mark("Natural"),
    "co-created": mark("Co-created"),
}
KIND_MEANINGS = {
    "historical": mark("what was here before us"),
    "natural": mark("what grows and flows"),
    "co-created": mark("what neighbours made together"),
}
ACTIVITIES = {
    "neighbourhood_cafe": mark("Neighbourhood café"),
    "local_activity_place": mark("Local activity place"),
    "library": mark("Library"),
    "culture_centre": mark("Culture centre"),
    "community_garden": mark("Community garden"),
    "sports": mark("Sports"),
    "smart_work_centre": mark("Smart work centre"),
    "help_point": mark("Help point"),
}
STEP_FREE = {
    "yes": mark("Step-free: you get there without a single step."),
    "limited": mark("Partly step-free: some of it needs steps or a helping hand."),
    "no": mark("Not step-free: there are steps on the way."),
    "unknown": mark("Nobody has told us yet whether it is step-free."),
}
STEP_FREE_SHORT = {
    "yes": mark("step-free"),
    "limited": mark("partly step-free"),
    "no": mark("with steps"),
    "unknown": mark("nobody knows yet"),
}
THEMES = {
    "care": mark("Care"),
    "craft": mark("Craft"),
    "culture": mark("Culture"),
    "food": mark("Food"),
    "identity": mark("Identity"),
    "learning": mark("Learning"),
    "memory": mark("Memory"),
    "mutual_support": mark("Mutual support"),
    "nature": mark("Nature"),
    "participation": mark("Participation"),
    "play": mark("Play"),
    "sea": mark("Sea"),
}
SURFACES = {
    "unknown": mark("not known"),
    "asphalt": mark("asphalt"),
    "paved": mark("paved"),
    "paving_stones": mark("paving stones"),
    "sett": mark("sett"),
    "cobblestone": mark("cobbles"),
    "concrete": mark("concrete"),
    "compacted": mark("compacted ground"),
    "fine_gravel": mark("fine gravel"),
    "gravel": mark("gravel"),
    "ground": mark("bare ground"),
    "grass": mark("grass"),
    "sand": mark("sand"),
    "wood": mark("wood"),
}
SHOWN = {
    "auto": mark("By zoom"),
    "streets": mark("Streets"),
    "homes": mark("Homes"),
    "hexagons": mark("Hexagons"),
    "districts": mark("Districts"),
}


def kind(name: str) -> str:
    """Return the word for a kind of place."""
    return _(KINDS[name]) if name in KINDS else name


def activity(name: str) -> str:
    """Return the words for an activity; an unknown one as it is written."""
    return _(ACTIVITIES[name]) if name in ACTIVITIES else name.replace("_", " ").capitalize()


def step_free(name: str) -> str:
    """Return the words for whether a place is step-free; an unknown answer as it is written."""
    return _(STEP_FREE_SHORT[name]) if name in STEP_FREE_SHORT else name


def theme(name: str) -> str:
    """Return a theme for people to read; one we do not know as it is written."""
    return _(THEMES[name]) if name in THEMES else name.replace("_", " ").strip().capitalize()


def profile(name: str) -> str:
    """Return the words for who walks."""
    return Speech(language.current()).profile(name)


def surface(name: str) -> str:
    """Return the words for the ground of a way; an unknown tag as it is written."""
    return _(SURFACES[name]) if name in SURFACES else name.replace("_", " ")


def shown(name: str) -> str:
    """Return the words for what the map of walking times colours."""
    return _(SHOWN[name])


def period(span: Period | None) -> str:
    """Return the years in words; empty without any."""
    if span is None or (span.start is None and span.end is None):
        return ""
    if span.start is not None and span.start == span.end:
        return str(span.start)
    if span.end is None:
        return _("since {year}").format(year=span.start)
    if span.start is None:
        return _("until {year}").format(year=span.end)
    return f"{span.start}–{span.end}"


def shape(kind_name: str, size: str = "") -> str:
    """Return HTML for the shape of a kind, for eyes only: the word always stands beside it."""
    return f'<i class="mm-shape mm-shape-{kind_name} {size}" aria-hidden="true"></i>'

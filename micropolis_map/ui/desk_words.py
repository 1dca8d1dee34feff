"""The words of the organisers' desk: roles, kinds of proposals, parts of a place, reasons of reports."""

from __future__ import annotations

from micropolis_map.domain.text import LANGUAGES
from micropolis_map.i18n import mark
from micropolis_map.ui import numbers
from micropolis_map.ui.language import _, ngettext

ROLES = {
    "resident": mark("Resident"),
    "organiser": mark("Organiser"),
    "planner": mark("Planner"),
    "administrator": mark("Administrator"),
    "caretaker": mark("The map itself"),
}
PROPOSALS = {
    "place": mark("New place"),
    "story": mark("New story"),
    "edit": mark("Change"),
}
STATUSES = {
    "published": mark("on the map"),
    "hidden": mark("hidden"),
    "withdrawn": mark("withdrawn"),
    "archived": mark("archived"),
    "pending": mark("waits"),
}
FLAGS = {
    "first_time": mark("first time"),
    "links": mark("has links"),
    "personal:phone": mark("a phone number?"),
    "personal:email": mark("an e-mail address?"),
    "personal:full_name": mark("somebody's full name?"),
}
REASONS = {
    "not_here": mark("It is not here"),
    "wrong": mark("Something is wrong"),
    "closed": mark("It has closed"),
    "offensive": mark("It is offensive"),
    "personal_data": mark("It says private things about somebody"),
    "duplicate": mark("It is on the map twice"),
    "other": mark("Something else"),
}
PARTS = {
    "name": mark("Name"),
    "description": mark("Description"),
    "geometry": mark("Where it is"),
    "kind": mark("Kind"),
    "activity": mark("Activity"),
    "themes": mark("Themes"),
    "period": mark("Years"),
    "opening_hours": mark("Opening hours"),
    "website": mark("Website"),
    "source": mark("Source"),
    "licence": mark("Licence"),
    "photos": mark("Photo"),
    "step_free": mark("Step-free"),
    "toilet": mark("Toilet"),
    "seating": mark("Seats"),
    "quiet": mark("Quiet"),
}
STORY_PARTS = {
    "title": mark("Title"),
    "text": mark("Text"),
    "lang": mark("Language"),
    "told_by": mark("Told by"),
    "about": mark("About the past or the present"),
    "year": mark("Year"),
    "audio": mark("Recording"),
    "transcript": mark("Words of the recording"),
    "photos": mark("Photo"),
    "translations": mark("Translation"),
}


WALK_STATES = {
    "pending": mark("waits"),
    "questioned": mark("asked, no answer yet"),
    "approved": mark("approved"),
    "rejected": mark("rejected"),
    "withdrawn": mark("taken back"),
    "replaced": mark("replaced by a newer one"),
    "deleted": mark("deleted by its author"),
}
WALK_AUTHORS = {
    "author": mark("by its author"),
    "co-author": mark("by a co-author"),
    "organiser": mark("by an organiser"),
    "administrator": mark("by an administrator"),
    "program": mark("came with the program"),
}


def role(name: str) -> str:
    """Return the word for a role."""
    return _(ROLES[name]) if name in ROLES else name


def who(actor: str) -> str:
    """Return the role of a revision's actor (``organiser:<account>``, ``resident``) in words."""
    return role(actor.partition(":")[0]) if actor else _("An import or the first load")


def flag(name: str) -> str:
    """Return the words for what should be looked at."""
    return _(FLAGS[name]) if name in FLAGS else name


def part(path: str, titles: dict[str, str]) -> str:
    """Return the words for a part's path (see `domain.place_parts`).

    Parameters
    ----------
    titles
        Of the stories, by their id.
    """
    first, _sep, rest = path.partition("/")
    if first == "stories":
        story, _sep, inner = rest.partition("/")
        name = _("Story “{title}”").format(title=titles.get(story, story))
        return f"{name}: {_story_part(inner)}" if inner else name
    if first == "access":
        return _(PARTS[rest]) if rest in PARTS else rest.replace("_", " ").capitalize()
    word = _(PARTS[first]) if first in PARTS else first
    return f"{word} ({LANGUAGES.get(rest, rest)})" if first in {"name", "description"} else word


def waiting(seconds: float) -> str:
    """Return how long something has waited, in the largest fitting unit."""
    if seconds < 3600:
        minutes = round(seconds / 60)
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=numbers.count(minutes))
    if seconds < 48 * 3600:
        hours = round(seconds / 3600)
        return ngettext("{n} hour", "{n} hours", hours).format(n=numbers.count(hours))
    days = round(seconds / 86_400)
    return ngettext("{n} day", "{n} days", days).format(n=numbers.count(days))


def _story_part(inner: str) -> str:
    name, _sep, rest = inner.partition("/")
    word = _(STORY_PARTS[name]) if name in STORY_PARTS else name
    return f"{word} ({LANGUAGES.get(rest, rest)})" if name == "translations" else word


def walk_state(name: str) -> str:
    """Return the words for what became of a walk's revision."""
    return _(WALK_STATES.get(name, name))


def walk_author(by: str) -> str:
    """Return the words for who made a walk's revision, such as ``author`` or ``organiser:<id>``."""
    return _(WALK_AUTHORS.get(by.partition(":")[0], by))

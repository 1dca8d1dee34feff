"""What a person sends, and what the store makes of it: checked, completed, never trusted."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_fields import Fields
from micropolis_map.domain.place_geojson import LICENCE, feature_to_place, place_to_feature
from micropolis_map.domain.proposal import PROPOSAL_KINDS, ProposalKind, media_of
from micropolis_map.domain.spam import MAX_LINKS, links_in, suspicion
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import Conflict, InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.outlines import mended

MAX_PHOTOS = 5
MAX_NAME, MAX_DESCRIPTION, MAX_STORY, MAX_STORIES = 200, 5_000, 20_000, 50

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


class WrongFields(InvalidInput):
    """Fields that a person can correct: `fields` says by field what is wrong with it, in a code."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        named = ", ".join(f"{name} ({code})" for name, code in sorted(fields.items()))
        super().__init__(
            mark("some fields are not right: {fields}"), mark("correct them and send again"), fields=named
        )
        self.args = (dict(fields),)
        self.fields = dict(fields)


@dataclass(frozen=True)
class Submission:
    """What came over the wire.

    Attributes
    ----------
    id
        Made by the sender: 16 to 64 letters, digits, ``-`` and ``_``; sending it twice is sending it once.
    secret
        The sender's private key, kept by the sender; only its hash is stored.
    feature
        For a place and an edit the whole place, for a story ``properties.stories`` with the new ones.
    seconds
        Between opening the page and sending, by the sender's clock; None when it was not told.
    keep_both
        Send although somebody else changed the same: an organiser looks at both.
    """

    id: str
    secret: str
    kind: ProposalKind
    community: str
    feature: Mapping[str, Any]
    place_id: str = ""
    base_revision: int | None = None
    seconds: float | None = None
    honeypot: str = ""
    keep_both: bool = False

    @property
    def digest(self) -> str:
        """A hash of what is proposed, by which a second sending is known."""
        what = [self.kind, self.community, self.place_id, self.base_revision, self.feature]
        return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def new_place_id(self) -> str:
        """The id of the place this submission makes: always the same for the same submission."""
        short = base64.b32encode(hashlib.sha256(self.id.encode()).digest()[:10]).decode().lower()
        return f"{self.community}-{short}"


@dataclass
class _Wrong:
    """Collects what is wrong, to say it all at once."""

    fields: dict[str, str] = field(default_factory=dict)

    def limit(self, name: str, text: str, limit: int) -> None:
        if len(text) > limit:
            self.fields[name] = "too_long"

    def add(self, name: str, code: str) -> None:
        self.fields.setdefault(name, code)

    def check(self) -> None:
        if self.fields:
            raise WrongFields(self.fields)


def check_submission(submission: Submission) -> None:
    """Raise InvalidInput unless the submission's own fields are of the right form."""
    if not isinstance(submission.id, str) or not _ID.fullmatch(submission.id):
        raise InvalidInput(
            f"submission id {str(submission.id)[:80]!r} is not valid", "use 16 to 64 of A-Z a-z 0-9 - _"
        )
    if submission.kind not in PROPOSAL_KINDS:
        raise InvalidInput(
            f"kind is {str(submission.kind)[:40]!r}", f"give one of {', '.join(PROPOSAL_KINDS)}"
        )
    if not isinstance(submission.feature, Mapping):
        raise InvalidInput("feature is missing", "give the place as a GeoJSON Feature")


def proposed_place(submission: Submission, base: Place | None, now: str) -> tuple[Place, bool]:
    """Return the whole place as proposed, and whether its outline was mended.

    Parameters
    ----------
    base
        The place as its sender saw it; None for a new one.

    Raises
    ------
    WrongFields
        A field is missing, too long, or has too many links.
    InvalidInput
        The place breaks the schema.
    """
    properties = properties_of(submission.feature)
    stories = [_with_id(story, submission.id, n) for n, story in enumerate(_list(properties, "stories"))]
    if submission.kind == "story" and base is not None:
        known = {story.id for story in base.stories}
        told = _read(place_to_feature(base), stories)
        new = tuple(story for story in told.stories if story.id not in known)
        if not new:
            raise WrongFields({"stories": "missing"})
        return _checked(replace(base, stories=(*base.stories, *new)), new), False
    geometry, repaired = _outline(submission.feature.get("geometry"))
    raw = {
        "type": "Feature",
        "id": base.id if base else submission.new_place_id,
        "geometry": geometry,
        "properties": {
            "licence": LICENCE,
            "kind": "co-created",
            **properties,
            "community": submission.community,
            "stories": stories,
            "created": base.created if base else now,
            "updated": now,
            "revision": base.revision if base else 1,
        },
    }
    if not is_named(properties):
        raise WrongFields({"name": "missing"})
    place = feature_to_place(raw)
    return _checked(replace(place, status="pending"), place.stories), repaired


def properties_of(feature: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a Feature says, nothing where it says nothing; InvalidInput where that is no object."""
    return dict(Fields("the place", feature).mapping("properties") or {})


def is_named(properties: Mapping[str, Any]) -> bool:
    """Return whether the place has a name in any language; InvalidInput where it is no object of texts."""
    return any(visible(text).strip() for text in Fields("the place", properties).texts("name").values())


def texts_of(place: Place) -> Iterable[tuple[str, str]]:
    """Yield every text a person typed, with its field such as ``name/pl`` and ``stories/<id>/text``."""
    for lang, text in place.name.items():
        yield f"name/{lang}", text
    for lang, text in place.description.items():
        yield f"description/{lang}", text
    for photo in place.photos:
        yield from ((f"photos/{photo.id}/alt", text) for text in photo.alt.values())
        yield f"photos/{photo.id}/credit", photo.credit
    for story in place.stories:
        root = f"stories/{story.id}"
        yield from ((f"{root}/{name}", getattr(story, name)) for name in ("title", "text", "transcript"))
        for lang, texts in story.translations.items():
            yield from ((f"{root}/translations/{lang}", text) for text in texts.values())


def _outline(geometry: Any) -> tuple[dict[str, Any], bool]:
    if geometry is None:
        raise WrongFields({"geometry": "missing"})
    return mended(geometry)


def _read(feature: Mapping[str, Any], stories: list[Any]) -> Place:
    properties = dict(feature["properties"]) | {"stories": stories}
    return feature_to_place({**feature, "properties": properties})


def _list(properties: Mapping[str, Any], name: str) -> list[Any]:
    value = properties.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_STORIES:
        raise WrongFields({name: "too_many"})
    return value


def _with_id(story: Any, submission_id: str, number: int) -> Any:
    """Return the story with an id that the same submission always gives it."""
    if not isinstance(story, Mapping) or story.get("id"):
        return story
    return {**story, "id": f"s{hashlib.sha256(f'{submission_id}/{number}'.encode()).hexdigest()[:16]}"}


def _checked(place: Place, stories: Iterable[Any]) -> Place:
    wrong = _Wrong()
    for lang, text in place.name.items():
        wrong.limit("name", text, MAX_NAME)
        if "\n" in text:
            wrong.add(f"name/{lang}", "one_line")
    for text in place.description.values():
        wrong.limit("description", text, MAX_DESCRIPTION)
    if len(place.photos) > MAX_PHOTOS:
        wrong.add("photos", "too_many")
    told = list(stories)
    for story in told:
        _check_story(wrong, story)
    if len({story.id for story in place.stories}) != len(place.stories):
        wrong.add("stories", "same_id_twice")
    if links_in(text for _, text in texts_of(replace(place, stories=tuple(told)))) > MAX_LINKS:
        wrong.add("description", "too_many_links")
    wrong.check()
    return place


def _check_story(wrong: _Wrong, story: Any) -> None:
    if not (story.title.strip() or story.text.strip() or story.audio or story.photos):
        wrong.add("stories", "missing")
    wrong.limit("stories/title", story.title, MAX_NAME)
    wrong.limit("stories/text", story.text, MAX_STORY)
    wrong.limit("stories/transcript", story.transcript, MAX_STORY)
    wrong.limit("stories/told_by", story.told_by, MAX_NAME)
    if len(story.photos) > MAX_PHOTOS:
        wrong.add("photos", "too_many")


def new_media(place: Place, base: Place | None) -> frozenset[str]:
    """Return the ids of photos and recordings that `place` has and `base` has not."""
    photos, audio = media_of([place])
    old_photos, old_audio = media_of([base] if base else [])
    return (photos | audio) - old_photos - old_audio


def refuse_machines(honeypot: str, seconds: float | None) -> None:
    """Refuse what no person sends: a field that people do not see is filled, or it came within three seconds.

    Raises
    ------
    InvalidInput
        It was too fast; `WrongFields` for the field.
    """
    reason = suspicion(honeypot, seconds)
    if reason == "honeypot":
        raise WrongFields({"website2": "leave_empty"})
    if reason == "too_fast":
        raise InvalidInput(
            mark("this was sent within three seconds"), mark("look it over once more and send it again")
        )


def check_sent_again(submission_id: str, *, same_author: bool, same_words: bool) -> None:
    """Let a submission whose id is known pass only when it is the same one, sent again.

    Raises
    ------
    Conflict
        Somebody else sent it, or it had other words then.
    """
    if not same_author:
        raise Conflict(
            mark("submission {id} was sent by somebody else"), mark("use a new id"), id=repr(submission_id)
        )
    if not same_words:
        raise Conflict(
            mark("submission {id} was sent before with other words"),
            mark("change it with your private link, or send it with a new id"),
            id=repr(submission_id),
        )

"""Deleting on the author's wish leaves no byte in any row of any table, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from pinning_builders import (
    ORGANISER,
    a_story,
    a_submission,
    feature,
    holder,
    look_daily,
    secret,
)  # fmt: skip
from test_mine import WEBM, WORDS, a_photo, on_disk

from micropolis_map.services import forgetting, media, mine, moderating, pinning, taking_care
from micropolis_map.services.media import Sending
from micropolis_map.stores.database import Database

NAME = "submission-00777777"


def rows_with(settings, *words: str) -> list[str]:
    """The tables with a row that holds one of the words in any column."""
    found = []
    with Database(settings.sql_url).reading() as connection:
        for table in sa.inspect(connection).get_table_names():
            query = sa.select(sa.text("*")).select_from(sa.table(table))
            text = "\n".join(repr(tuple(row)) for row in connection.execute(query))
            found += [f"{table}: {word}" for word in words if word in text]
    return found


def everything_of_somebody(desk):
    """A place with words in every field, media, a question, an answer, a report, and three revisions."""
    sending = Sending("wawer", NAME, secret())
    photo = media.add_photo(desk, sending, a_photo()).medium
    audio = media.add_audio(desk, sending, WEBM).medium
    story = a_story(WORDS, audio=audio.id, told_by=f"told-by-{WORDS}", transcript=WORDS)
    told = feature(
        WORDS,
        description={"en": WORDS},
        stories=[story],
        source=WORDS,
        photos=[{"id": photo.id, "alt": {"en": WORDS}, "credit": WORDS}],
    )
    proposal = pinning.submit(desk, a_submission(id=NAME, feature=told)).proposal
    moderating.ask(desk, ORGANISER, NAME, f"Did you say {WORDS}?")
    mine.answer(desk, holder(), NAME, f"Yes, {WORDS}.")
    place = moderating.approve(desk, ORGANISER, NAME)
    moderating.hide(desk, ORGANISER, place.id, "look again")
    moderating.show(desk, ORGANISER, place.id)
    taking_care.report(desk, "wawer", place.id, "other", f"It is about {WORDS}", secret("phone"))
    return proposal, place, photo.id, audio.id


def test_no_byte_is_left(settings, desk, application):
    proposal, place, photo, audio = everything_of_somebody(desk)
    tables = {found.partition(":")[0] for found in rows_with(settings, WORDS)}
    assert {"place", "place_revision", "proposal", "report"} <= tables
    assert forgetting.forget(desk, holder(), [proposal.id]) == 1
    application.publishing.mirror_now()
    assert rows_with(settings, WORDS, photo, audio, "21.15,52.22", proposal.author_key) == []
    assert on_disk(settings.data) == []
    assert sorted(stone.what for stone in desk.revisions.tombstones()) == ["medium"] * 2 + [
        "place",
        "proposal",
    ]
    assert place.id not in {shown.id for shown in desk.places.places()}


def test_nor_of_what_was_turned_down_a_year_ago(settings, desk, clock):
    sent = pinning.submit(desk, a_submission(feature=feature(WORDS, description={"en": WORDS}))).proposal
    moderating.reject(desk, ORGANISER, sent.id, f"No {WORDS}, please.")
    assert rows_with(settings, WORDS) == [f"proposal: {WORDS}"]
    clock.move(days=366)
    look_daily(desk, clock)
    assert rows_with(settings, WORDS, sent.author_key) == []
    assert on_disk(settings.data) == []

"""Whoever may erase something can, whatever of it is damaged; and not a word of it is left."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from pinning_builders import ORGANISER, a_story, a_submission, feature, holder, look_daily, published, secret
from test_forgetting_everywhere import rows_with
from test_mine import WEBM, on_disk, tell
from test_what_erases_erases import (
    KINDS,
    NOW,
    WORDS,
    a_co_author,
    a_corrected_place,
    a_reason_taken_back,
    a_refused_place,
    an_own_tour,
    somebody_s_seat,
)
from walk_store_contract import a_walk

from micropolis_map.domain.proposal import OPEN
from micropolis_map.domain.walk_report import Survey
from micropolis_map.errors import NotAllowed
from micropolis_map.services import (
    forgetting,
    guided_walks,
    media,
    mine,
    moderating,
    pinning,
    touring_authors,
    walk_feedback,
)
from micropolis_map.services.media import Sending
from micropolis_map.stores.documents import damaged_documents
from micropolis_map.stores.people_tables import MEDIA, PROPOSAL
from micropolis_map.stores.tables import METADATA, PLACE, PLACE_REVISION
from micropolis_map.stores.tour_tables import TOUR, TOUR_KEY, TOUR_REVISION
from micropolis_map.stores.walk_tables import GUIDED_WALK, STREET_SURVEY

BROKEN = f"broken {WORDS}"
WHOSE = {
    "id", "community", "place_id", "tour_id", "walk_id", "submission", "state", "status", "kind", "role",
    "by", "author_key", "key", "key_hash", "kept_by", "deleted", "reason", "device",
}  # fmt: skip
"""Columns that say whose it is and what becomes of it."""
WRITE = {a_corrected_place, a_reason_taken_back, a_co_author}
"""Acts that write something new: what is damaged is not changed."""


def spoil(application, table, *wanted, columns=None):
    """Break every text of these rows but what `WHOSE` says; what held the words holds them still."""
    texts = [c for c in table.columns if isinstance(c.type, sa.String) and not c.primary_key]
    chosen = [c for c in texts if (c.name in columns if columns else c.name not in WHOSE)]
    with application.database.writing() as connection:
        row = connection.execute(sa.select(table).where(*wanted)).mappings().first()
        values = {c.name: BROKEN if WORDS in str(row[c.name]) else "broken" for c in chosen}
        assert connection.execute(sa.update(table).where(*wanted).values(values)).rowcount


def spoil_all_that_says(application, words):
    with application.database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings().all():
                if words in repr(dict(row)) and table.name not in {"meta", "place_revision"}:
                    yield table, [column == row[column.name] for column in table.primary_key]


def test_every_act_that_erases_does(settings, application, desk, tmp_path):
    acts = [kind(desk) for kind in KINDS if kind not in WRITE | {a_refused_place}] + [a_refused_place(desk)]
    for table, row in list(spoil_all_that_says(application, WORDS)):
        if table.name != "meta":
            spoil(application, table, *row)
    assert len({one.kind for one in damaged_documents(application.database)[0]}) > 7
    for act in acts:
        act()
    application.publishing.mirror_now()
    assert rows_with(settings, WORDS) == on_disk(settings.data) == []
    still = {one.kind for one in damaged_documents(application.database)[0]}
    assert still <= {"report", "walk report", "obstacle", "seat"}  # when it was told: nobody's words


def test_with_every_revision_of_the_place_damaged_too(settings, application, desk):
    sent, place = published(desk, feature=feature(WORDS, description={"en": WORDS}))
    spoil(application, PLACE, PLACE.c.id == place.id)
    spoil(application, PLACE_REVISION, PLACE_REVISION.c.place_id == place.id)
    assert [thing.proposal.id for thing in mine.things(desk, holder())] == [sent.id]
    assert forgetting.forget(desk, holder(), [sent.id]) == 1
    assert rows_with(settings, WORDS) == []
    assert damaged_documents(application.database)[0] == []
    assert {stone.what for stone in desk.revisions.tombstones("wawer")} == {"place", "proposal"}


def test_a_damaged_place_is_what_its_history_says(settings, application, desk):
    sent, place = published(desk, feature=feature("Old pump", description={"en": WORDS}))
    tell(desk, place.id, "ewa", "hers")
    spoil(application, PLACE, PLACE.c.id == place.id)
    forgetting.forget(desk, holder(), [sent.id])
    (left,) = desk.places.places()
    assert (left.name, left.description) == ({"en": "Old pump"}, {})
    assert [story.text for story in left.stories] == ["hers"]
    assert rows_with(settings, WORDS) == []


def test_a_damaged_change_is_what_the_history_says_it_brought(settings, application, desk):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    told = feature("Pump", description={"en": WORDS}, stories=[a_story(WORDS)])
    edit = a_submission(who="ewa", kind="edit", place_id=place.id, base_revision=1, feature=told)
    sent = pinning.submit(desk, edit).proposal
    moderating.approve(desk, ORGANISER, sent.id)
    tell(desk, place.id, "jan", "his")
    spoil(application, PROPOSAL, PROPOSAL.c.id == sent.id)
    forgetting.forget(desk, holder("ewa"), [sent.id])
    (left,) = desk.places.places()
    assert (left.description, [story.text for story in left.stories]) == ({"en": "Plain."}, ["his"])
    assert rows_with(settings, WORDS) == []


@pytest.mark.parametrize("approved", [False, True])
def test_what_is_emptied_beside_it_waits_for_nobody(settings, application, desk, approved):
    """Somebody else's damaged proposal may hold the same words; approved it stays theirs to delete."""
    own, place = published(desk, feature=feature("Pump", stories=[a_story(WORDS)]))
    told = {"type": "Feature", "properties": {"stories": [a_story("hers")]}}
    receipt = pinning.submit(desk, a_submission(who="ewa", kind="story", place_id=place.id, feature=told))
    if approved:
        moderating.approve(desk, ORGANISER, receipt.proposal.id)
    spoil(application, PROPOSAL, PROPOSAL.c.id == receipt.proposal.id)
    forgetting.forget(desk, holder(), [own.id])
    assert rows_with(settings, WORDS) == []
    assert damaged_documents(application.database)[0] == []
    assert desk.proposals.in_states(OPEN) == moderating.queue(desk, ORGANISER) == []
    assert desk.proposals.get(receipt.proposal.id).state == ("approved" if approved else "deleted")
    if approved:
        assert [story.text for story in desk.places.places()[0].stories] == ["hers"]
        forgetting.forget(desk, holder("ewa"), [receipt.proposal.id])
    assert [story for place in desk.places.places() for story in place.stories] == []


def test_a_tour_goes_whatever_of_it_is_damaged(settings, application, desk):
    tour_id = an_own_tour(desk, WORDS)
    spoil(application, TOUR, TOUR.c.id == tour_id, columns={"status", "created", "district"})
    spoil(application, TOUR_KEY, TOUR_KEY.c.tour_id == tour_id)
    spoil(application, TOUR_REVISION, TOUR_REVISION.c.tour_id == tour_id)
    with pytest.raises(NotAllowed):
        touring_authors.delete_tour(desk, holder("ewa"), tour_id)
    touring_authors.delete_tour(desk, holder(), tour_id)
    assert rows_with(settings, WORDS) == damaged_documents(application.database)[0] == []
    assert [(shared.id, shared.status) for shared in touring_authors.tours_of(desk, holder())] == [
        (tour_id, "deleted")
    ]


def test_a_file_goes_with_a_record_that_is_damaged(application, desk):
    sending = Sending("wawer", "submission-00777777", secret())
    kept = media.add_audio(desk, sending, WEBM).medium
    told = feature(stories=[a_story(audio=kept.id)])
    pinning.submit(desk, a_submission(id="submission-00777777", feature=told))
    spoil(application, MEDIA, MEDIA.c.id == kept.id)
    forgetting.forget(desk, holder(), ["submission-00777777"])
    assert list(desk.audio.ids()) == desk.media.all() == []
    assert damaged_documents(application.database)[0] == []


def test_who_came_on_a_walk_that_cannot_be_read_is_forgotten(settings, application, desk, clock):
    somebody_s_seat(desk)
    desk.walks.put(a_walk("w-later", community="wawer", starts="2099-01-01T10:00:00Z"))
    spoil(application, GUIDED_WALK, GUIDED_WALK.c.id == "w-one", columns={"starts", "zone"})

    look_daily(desk, clock, guided_walks.LOST_AFTER.days + 1)
    assert rows_with(settings, WORDS) == []


def test_a_decision_on_a_street_that_cannot_be_read_is_taken_back(application, desk, tmp_path):
    kept = Survey("survey", "wawer", "kerb", -7, "Torvet", 17.2, 55.7, ("o1",), 2, "accepted", NOW[:10], NOW)
    desk.walk_reports.decide(kept)
    spoil(application, STREET_SURVEY, STREET_SURVEY.c.id == "survey", columns={"surveyed"})
    walk_feedback.undo(desk, ORGANISER, tmp_path, "survey")
    assert damaged_documents(application.database)[0] == []

"""What organisers see, decide and restore; only where they look after."""

from __future__ import annotations

import pytest
from pinning_builders import (
    ADMINISTRATOR,
    ANIN_ORGANISER,
    ELSEWHERE,
    ORGANISER,
    PLANNER,
    a_submission,
    feature,
    holder,
    published,
)

from micropolis_map.domain.permission import RESIDENT
from micropolis_map.domain.secret import hashed
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound
from micropolis_map.services import history, mine, moderating, pinning, taking_care
from micropolis_map.services.mine import actor_of
from micropolis_map.services.pinning import ChangedMeanwhile


def test_the_queue_is_of_those_who_look_after_the_place(desk):
    here = pinning.submit(desk, a_submission()).proposal
    there = pinning.submit(desk, a_submission(feature=feature(lon=21.25, lat=52.15))).proposal
    queues = {
        actor: [item.proposal.id for item in moderating.queue(desk, actor, "wawer")]
        for actor in (ORGANISER, ANIN_ORGANISER, ELSEWHERE, ADMINISTRATOR, PLANNER, RESIDENT)
    }
    assert queues[ORGANISER] == queues[ADMINISTRATOR] == [here.id, there.id]
    assert queues[ANIN_ORGANISER] == [here.id]
    assert queues[ELSEWHERE] == queues[PLANNER] == queues[RESIDENT] == []


@pytest.mark.parametrize("actor", [ELSEWHERE, PLANNER, RESIDENT, holder()])
def test_others_decide_nothing(desk, actor):
    waiting = pinning.submit(desk, a_submission()).proposal
    _, place = published(desk)
    for forbidden in (
        lambda: moderating.approve(desk, actor, waiting.id),
        lambda: moderating.ask(desk, actor, waiting.id, "?"),
        lambda: moderating.reject(desk, actor, waiting.id, "no"),
        lambda: moderating.reissue_link(desk, actor, waiting.id),
        lambda: moderating.hide(desk, actor, place.id, "no"),
        lambda: moderating.revise(desk, actor, place, 1),
        lambda: history.history(desk, actor, place.id),
        lambda: history.compare(desk, actor, place.id, 0, 1),
        lambda: history.restore(desk, actor, place.id, 1),
        lambda: taking_care.still_true(desk, actor, place.id),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    assert desk.proposals.get(waiting.id) == waiting
    assert desk.places.get(place.id) == place


def test_a_question_is_answered_and_waits_again(desk):
    proposal = pinning.submit(desk, a_submission()).proposal
    moderating.ask(desk, ORGANISER, proposal.id, "When was it?")
    (thing,) = mine.things(desk, holder())
    assert (thing.proposal.state, thing.proposal.reason) == ("questioned", "When was it?")
    with pytest.raises(NotAllowed):
        mine.answer(desk, holder("ewa"), proposal.id, "In 1950")
    mine.answer(desk, holder(), proposal.id, "In 1950")
    (item,) = moderating.queue(desk, ORGANISER)
    assert [(m.by, m.text) for m in item.proposal.thread] == [
        ("organiser", "When was it?"),
        ("author", "In 1950"),
    ]


def test_a_rejection_has_a_reason_and_is_final(desk):
    proposal = pinning.submit(desk, a_submission()).proposal
    with pytest.raises(InvalidInput, match="reason"):
        moderating.reject(desk, ORGANISER, proposal.id, "  ")
    moderating.reject(desk, ORGANISER, proposal.id, "This is a private garden.")
    (thing,) = mine.things(desk, holder())
    assert (thing.proposal.state, thing.proposal.reason) == ("rejected", "This is a private garden.")
    with pytest.raises(Conflict, match="answered or withdrawn"):
        moderating.approve(desk, ORGANISER, proposal.id)
    assert desk.places.places() == []


def test_several_at_once_each_by_itself(desk):
    good = pinning.submit(desk, a_submission()).proposal
    foreign = pinning.submit(desk, a_submission(feature=feature(lon=21.25, lat=52.15))).proposal
    wanted = [good.id, foreign.id, "submission-unknown"]
    outcomes = moderating.decide_many(desk, ANIN_ORGANISER, wanted, "approved")
    assert [bool(outcome.error) for outcome in outcomes] == [False, True, True]
    assert [place.id for place in desk.places.places()] == [good.place_id]
    rejected = moderating.decide_many(desk, ORGANISER, [foreign.id], "rejected", "Too far")
    assert [outcome.error for outcome in rejected] == [None]


def test_the_median_time_to_an_answer(desk, clock):
    assert moderating.median_answer_s(desk, "wawer") is None
    proposals = [pinning.submit(desk, a_submission()).proposal for _ in range(3)]
    for minutes, proposal in zip((10, 20, 60), proposals, strict=True):
        clock.move(minutes=minutes)
        moderating.ask(desk, ORGANISER, proposal.id, "Which one?")
    clock.move(days=1)
    moderating.approve(desk, ORGANISER, proposals[0].id)  # the first answer counts
    assert moderating.median_answer_s(desk, "wawer") == 30 * 60
    assert moderating.median_answer_s(desk, "demo") is None
    clock.move(days=366)
    assert moderating.median_answer_s(desk, "wawer") is None


def test_hiding_deletes_nothing(desk):
    _, place = published(desk)
    moderating.hide(desk, ORGANISER, place.id, "Being checked")
    assert desk.places.places() == []
    shown = moderating.show(desk, ORGANISER, place.id)
    assert (shown.status, shown.name, shown.revision) == ("published", place.name, 3)
    notes = [(entry.actor, entry.note) for entry in history.history(desk, ORGANISER, place.id)]
    assert notes[1:] == [("organiser:org1", "hidden: Being checked"), ("organiser:org1", "published")]


def test_any_two_revisions_compare_and_any_one_comes_back(desk):
    from dataclasses import replace

    _, place = published(desk, feature=feature(description={"en": "First."}))
    second = replace(place, description={"en": "Second."})
    moderating.revise(desk, ORGANISER, second, 1, "clearer")
    (difference,) = history.compare(desk, ORGANISER, place.id, 1, 2)
    assert (difference.path, difference.before, difference.after) == (
        "description/en",
        "First.",
        "Second.",
    )
    restored = history.restore(desk, ORGANISER, place.id, 1)
    assert (restored.description, restored.revision) == ({"en": "First."}, 3)
    entries = history.history(desk, ORGANISER, place.id)
    assert [entry.place.description["en"] for entry in entries] == ["First.", "Second.", "First."]
    assert entries[-1].note == "restored revision 1"
    with pytest.raises(NotFound, match="revision 9"):
        history.compare(desk, ORGANISER, place.id, 1, 9)


def test_an_organiser_who_saves_over_another_is_told(desk):
    from dataclasses import replace

    _, place = published(desk, feature=feature(description={"en": "First."}))
    moderating.revise(desk, ORGANISER, replace(place, description={"en": "A"}), 1)
    with pytest.raises(ChangedMeanwhile):
        moderating.revise(desk, ADMINISTRATOR, replace(place, description={"en": "B"}), 1)
    merged = moderating.revise(desk, ADMINISTRATOR, replace(place, source="A book"), 1)
    assert (merged.description, merged.source) == ({"en": "A"}, "A book")


def test_a_lost_link_is_issued_again_and_the_old_one_opens_nothing(desk):
    proposal = pinning.submit(desk, a_submission()).proposal
    fresh = moderating.reissue_link(desk, ORGANISER, proposal.id)
    assert len(fresh) >= 32
    assert hashed(fresh) == desk.proposals.get(proposal.id).author_key
    assert mine.things(desk, holder()) == []
    assert [thing.proposal.id for thing in mine.things(desk, actor_of([fresh]))] == [proposal.id]

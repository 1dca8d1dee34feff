"""What organisers write while a place is off the map: nobody who sent something about it reads it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pinning_builders import ORGANISER, a_story, a_submission, feature, holder, published, secret

from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound
from micropolis_map.services import mine, moderating, pinning
from micropolis_map.services.pinning import ChangedMeanwhile
from micropolis_map.web.api_mine import _thing
from micropolis_map.web.requests import failure

WORDS = "phone 601 234 567"
MINE = feature("Pump", description={"en": "Mine."})


def an_edit(place, who="ewa", **changes):
    values = {"kind": "edit", "place_id": place.id, "base_revision": 1, "feature": MINE}
    return a_submission(who=who, **{**values, **changes})


def a_tale(place, who="ewa"):
    told = {"type": "Feature", "properties": {"stories": [a_story("hers")]}}
    return a_submission(who=who, kind="story", place_id=place.id, feature=told)


def written_while_hidden(desk, place, status="hidden"):
    """The place is taken off the map, and its organiser writes in it."""
    moderating.set_status(desk, ORGANISER, place.id, status, "look")
    off = desk.places.get(place.id)
    moderating.revise(desk, ORGANISER, replace(off, description={"en": WORDS}), off.revision)


def told(desk, who="ewa"):
    return json.dumps([_thing(thing) for thing in mine.things(desk, holder(who))])


@pytest.mark.parametrize("status", ["hidden", "withdrawn", "archived"])
def test_who_has_a_change_waiting_reads_nothing_written_while_the_place_is_hidden(desk, status):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    pinning.submit(desk, an_edit(place))
    written_while_hidden(desk, place, status)
    (thing,) = mine.things(desk, holder("ewa"))
    assert (thing.clashes, thing.looked_at) == ((), True)
    last = desk.places.get(place.id).revision
    for base in (1, None, *range(2, last + 1)):
        with pytest.raises((Conflict, InvalidInput)) as caught:
            pinning.submit(desk, an_edit(place, base_revision=base))
        answer = failure(caught.value).body.decode()
        assert WORDS not in answer
        assert "clashes" not in answer
    pinning.submit(desk, a_tale(place))
    pinning.submit(desk, an_edit(place, keep_both=True))
    assert WORDS not in told(desk)
    assert json.loads(told(desk))[0]["looked_at"] is True


def test_a_conflict_says_the_same_whether_or_not_the_hidden_words_are_guessed(desk):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    pinning.submit(desk, an_edit(place))
    written_while_hidden(desk, place)
    answers = set()
    for guess in (WORDS, "another guess"):
        with pytest.raises(Conflict) as caught:
            pinning.submit(desk, an_edit(place, feature=feature("Pump", description={"en": guess})))
        answers.add(failure(caught.value).body)
    assert len(answers) == 1


def test_a_revision_that_was_hidden_is_no_base_for_anybody_once_the_place_is_back(desk):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    written_while_hidden(desk, place)
    hidden = desk.places.get(place.id)
    moderating.revise(desk, ORGANISER, replace(hidden, description={"en": "Clean."}), hidden.revision)
    moderating.show(desk, ORGANISER, place.id)
    with pytest.raises(InvalidInput, match="unknown"):
        pinning.submit(desk, an_edit(place, "stranger", base_revision=hidden.revision))
    with pytest.raises(ChangedMeanwhile) as caught:
        pinning.submit(desk, an_edit(place, "stranger"))
    assert [(clash.base, clash.theirs) for clash in caught.value.clashes] == [("Plain.", "Clean.")]


def test_whose_sending_was_refused_is_a_stranger_to_a_hidden_place(desk):
    _, place = published(desk)
    spam = pinning.submit(desk, a_tale(place)).proposal
    moderating.reject(desk, ORGANISER, spam.id, "Advertising.")
    written_while_hidden(desk, place)
    for submission in (an_edit(place), a_tale(place), an_edit(place, keep_both=True)):
        with pytest.raises(NotFound):
            pinning.submit(desk, submission)


def test_organisers_see_both_and_nothing_sent_is_lost(desk):
    _, place = published(desk, feature=feature("Pump", description={"en": "Plain."}))
    waiting = pinning.submit(desk, an_edit(place)).proposal
    written_while_hidden(desk, place)
    item = next(item for item in moderating.queue(desk, ORGANISER) if item.proposal.id == waiting.id)
    assert [(clash.mine, clash.theirs) for clash in item.clashes] == [("Mine.", WORDS)]


def test_only_what_was_accepted_makes_somebody_the_one_who_finds_a_place_true(desk):
    _, place = published(desk)
    told_now = pinning.submit(desk, a_tale(place)).proposal
    moderating.set_status(desk, ORGANISER, place.id, "archived", "old")

    def refused():
        with pytest.raises(NotAllowed):
            mine.still_true(desk, holder("ewa"), place.id)
        assert json.loads(told(desk))[0]["place"]["ask_still_true"] is False

    refused()  # it waits
    moderating.reject(desk, ORGANISER, told_now.id, "Advertising.")
    refused()
    again = pinning.submit(desk, replace(a_tale(place, "ania"), secret=secret("ania"))).proposal
    mine.withdraw(desk, holder("ania"), again.id)
    assert desk.places.get(place.id).status == "archived"
    assert desk.care.found_true() == {}
    assert mine.still_true(desk, holder("ania"), place.id).status == "published"  # hers was accepted

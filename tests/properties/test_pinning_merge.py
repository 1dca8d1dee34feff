"""Laws of taking a place apart, merging two people's changes, and undoing one person's."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))

from place_builders import a_place, places

from micropolis_map.domain.merge import merge
from micropolis_map.domain.place import Place, Story
from micropolis_map.domain.place_geojson import normalised
from micropolis_map.domain.place_parts import differences, parts_of, place_of, reverted, story_ids
from micropolis_map.domain.visible_text import visible

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6).map(visible)
stories = st.builds(
    Story,
    id=st.sampled_from(["s1", "s2", "s3"]),
    title=words,
    text=words,
    lang=st.just("en"),
    about=st.sampled_from(["past", "present"]),
)
small = st.builds(
    lambda name, description, source, told: a_place(
        name={"en": name}, description={"en": description}, source=source, stories=tuple(told)
    ),
    name=words.filter(str.strip),
    description=words,
    source=words,
    told=st.lists(stories, max_size=3, unique_by=lambda story: story.id),
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def unique(place: Place) -> bool:
    photos = [photo.id for photo in place.photos]
    every = [photos, [s.id for s in place.stories], *([p.id for p in s.photos] for s in place.stories)]
    return all(len(ids) == len(set(ids)) for ids in every)


@quick
@given(places)
def test_a_place_taken_apart_is_put_together_again(place):
    assume(unique(place))
    place = normalised(place)
    again = place_of(parts_of(place), place, story_ids(parts_of(place)))
    assert parts_of(again) == parts_of(place)
    assert [story.id for story in again.stories] == [story.id for story in place.stories]
    assert (again.id, again.community, again.status, again.revision) == (
        place.id,
        place.community,
        place.status,
        place.revision,
    )
    assert differences(place, place) == ()


@quick
@given(small, small)
def test_who_changes_alone_gets_all_their_changes(base, mine):
    for merged in (merge(base, mine, base), merge(base, mine, mine)):
        assert merged.clashes == ()
        assert parts_of(merged.place) == parts_of(mine)
    assert parts_of(merge(base, base, mine).place) == parts_of(mine)


@quick
@given(small, small, small)
def test_nothing_is_invented_and_nothing_lost_without_saying_so(base, mine, theirs):
    merged = merge(base, mine, theirs)
    b, m, t, parts = map(parts_of, (base, mine, theirs, merged.place))
    clashing = {clash.path for clash in merged.clashes}
    for path in {*b, *m, *t, *parts}:
        assert parts.get(path) in (m.get(path), t.get(path))
        whole = "/".join(path.split("/")[:2])
        if path in clashing or whole in clashing or path.startswith("name/"):
            continue
        if m.get(path) != b.get(path):
            assert parts.get(path) == m.get(path)
        if t.get(path) != b.get(path):
            assert parts.get(path) == t.get(path)


@quick
@given(small, small, small)
def test_the_order_of_two_people_does_not_matter_where_they_do_not_clash(base, mine, theirs):
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert {clash.path for clash in one.clashes} == {clash.path for clash in other.clashes}
    if not one.clashes:
        assert parts_of(one.place) == parts_of(other.place)


@quick
@given(small, small, small)
def test_a_clash_is_settled_as_chosen(base, mine, theirs):
    clashes = merge(base, mine, theirs).clashes
    for side in ("mine", "theirs"):
        merged = parts_of(merge(base, mine, theirs, {clash.path: side for clash in clashes}).place)
        chosen = parts_of(mine if side == "mine" else theirs)
        for clash in clashes:
            if clash.path in chosen or clash.path.count("/") != 1 or not clash.path.startswith("stories/"):
                assert merged.get(clash.path) == chosen.get(clash.path)


@quick
@given(small, small)
def test_undoing_the_only_change_gives_back_what_it_changed(base, content):
    left = parts_of(reverted(content, base, content))
    old, new = parts_of(base), parts_of(content)
    for path, value in new.items():
        if old.get(path) != value and path in old:
            assert left[path] == old[path]
    added = {story for story in story_ids(new) if story not in story_ids(old)}
    assert not added & set(story_ids(left))


@quick
@given(small, small)
def test_after_taking_back_a_new_place_none_of_its_words_remain(content, other):
    alone = replace(content, stories=(), description={}, source="")
    left = reverted(content, None, content)
    assert parts_of(left) == parts_of(alone)
    told = replace(content, stories=(*content.stories, Story("others", other.source, "text", "en")))
    assert [story.id for story in reverted(told, None, content).stories] == ["others"]

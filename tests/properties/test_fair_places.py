"""Places of the workers: bounds hold, nobody starves, nobody's requests keep others out."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.workers.line import Ask, Line

ASKERS, WORDS = "abcdefghijkl", ("", "", "photo")
steps = st.lists(
    st.tuples(st.just("ask"), st.sampled_from(ASKERS + "aaaaaaaaaa"), st.sampled_from(WORDS))
    | st.tuples(st.just("end"), st.integers(0, 9), st.just(""))
    | st.tuples(st.just("leave"), st.integers(0, 9), st.just("")),
    max_size=60,
)


def held(line: Line) -> Counter[str]:
    return Counter(ask.asker for ask in [*line.working, *line.waiting])


def work(line: Line) -> list[Ask]:
    """Who begins, since places are free."""
    begun = []
    while (ask := line.next()) is not None:
        works = Counter(one.asker for one in line.working)
        able = [
            one
            for one in line.waiting
            if works[one.asker] < line.most_each
            and (not one.alone or one.alone not in [w.alone for w in line.working])
        ]
        assert works[ask.asker] == min(works[one.asker] for one in able)
        line.begin(ask)
        begun.append(ask)
    return begun


def asked(line: Line, ask: Ask) -> bool:
    """Whether it was let in; what has to hold then, or else, does."""
    before, full = held(line), len(line.waiting) == line.most_waiting
    waited = list(line.waiting)
    let_in = line.enter(ask)
    gone = [one for one in waited if one not in line.waiting]
    others = [
        count for asker, count in before.items() if asker != ask.asker and asker in {o.asker for o in waited}
    ]
    if let_in:
        assert len(gone) <= 1
        for one in gone:  # of who holds most, and more than who came; its last one
            assert full
            assert before[one.asker] == max(before[o.asker] for o in waited)
            assert before[one.asker] > before[ask.asker] + 1
            assert one is [o for o in waited if o.asker == one.asker][-1]
    else:
        assert full
        assert not gone
        assert max(others, default=0) <= before[ask.asker] + 1
    return let_in


@given(steps, st.integers(1, 3), st.integers(0, 8), st.integers(1, 3))
def test_bounds_hold_whatever_comes_and_goes(steps, at_once, most_waiting, most_each):
    line = Line(at_once, most_waiting, most_each)
    for step, what, word in steps:
        if step == "ask":
            asked(line, Ask(what, word))
        elif step == "end" and line.working:
            line.end(line.working[what % len(line.working)])
        elif step == "leave" and line.waiting:
            line.leave(line.waiting[what % len(line.waiting)])
        work(line)
        assert len(line.working) <= at_once
        assert len(line.waiting) <= most_waiting
        assert Counter(one.alone for one in line.working)["photo"] <= 1
        works = Counter(one.asker for one in line.working)
        assert max(works.values(), default=0) <= most_each
        if len(line.working) < at_once:  # what is free is used
            assert all(one.alone == "photo" or works[one.asker] == most_each for one in line.waiting)
    for ask in [*line.waiting]:
        line.leave(ask)
    while line.working:
        line.end(line.working[0])
    assert line._turns == []  # nothing is kept of who has gone


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(ASKERS[1:]), st.sampled_from(WORDS)), max_size=12), max_size=40
    ),
    st.sampled_from(WORDS),
    st.lists(st.tuples(st.sampled_from(ASKERS[1:4]), st.sampled_from(WORDS)), max_size=30),
    st.data(),
)
def test_who_waits_has_a_turn_before_anybody_else_has_two(crowds, word, before, data):
    """However many others ask, and again and again: one that waits with nothing else going on is next."""
    line = Line(2, 8)
    for one in before:
        asked(line, Ask(*one))
        work(line)
    mine = Ask("a", word)
    assert asked(line, mine)  # three others hold the places: there is always one for who has none
    waits, turns = mine not in work(line), Counter()
    for crowd in crowds:
        if not waits:
            break
        for one in crowd:
            asked(line, Ask(*one))
            assert mine in line.waiting  # who holds one place keeps it
        line.end(line.working[data.draw(st.integers(0, len(line.working) - 1))])
        begun = work(line)
        waits = mine not in begun
        turns.update(ask.asker for ask in begun if waits and (not word or ask.alone == word))
        assert max(turns.values(), default=0) <= 1

"""The whole matrix of who may do what, written out by hand beside the table that decides it."""

from __future__ import annotations

import pytest

from micropolis_map.domain.permission import RESIDENT, ROLES, RULES, Actor, Subject, may, require
from micropolis_map.errors import NotAllowed

KEY = "k" * 64
ACTORS = {
    "resident": RESIDENT,
    "author": Actor(keys=frozenset({KEY})),
    "other author": Actor(keys=frozenset({"o" * 64})),
    "organiser here": Actor("organiser", "a", frozenset({"wawer"})),
    "organiser of Anin": Actor("organiser", "b", frozenset({"wawer"}), frozenset({"wawer/Anin"})),
    "organiser of Falenica": Actor("organiser", "c", frozenset({"wawer"}), frozenset({"wawer/Falenica"})),
    "organiser elsewhere": Actor("organiser", "d", frozenset({"demo"}), frozenset({"demo/Anin"})),
    "planner": Actor("planner", "e", frozenset({"wawer"})),
    "planner elsewhere": Actor("planner", "g", frozenset({"demo"})),
    "planner of no named community": Actor("planner", "h"),
    "administrator": Actor("administrator", "f"),
}
PUBLIC = Subject("wawer", "Anin", public=True)
HIDDEN = Subject("wawer", "Anin")
OWN = Subject("wawer", "Anin", author_key=KEY)
OUTSIDE = Subject("wawer", "")  # in no district

EVERYBODY = set(ACTORS)
HERE = {"organiser here", "organiser of Anin", "administrator"}
WHOLE = {"organiser here", "administrator"}
AUTHOR = {"author"}
PLANNERS = {"planner", "planner of no named community"}
NOBODY: set[str] = set()

# action: who may with something public · hidden · one's own hidden · hidden and in no district
MATRIX = {
    "see": (EVERYBODY, HERE, HERE | AUTHOR, WHOLE),
    "propose": (EVERYBODY, EVERYBODY, EVERYBODY, EVERYBODY),
    "confirm": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "report": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "export": (EVERYBODY, HERE, HERE, WHOLE),
    "see_proposal": (HERE, HERE, HERE | AUTHOR, WHOLE),
    "answer": (NOBODY, NOBODY, AUTHOR, NOBODY),
    "withdraw": (NOBODY, NOBODY, AUTHOR, NOBODY),
    "delete": (NOBODY, NOBODY, AUTHOR, NOBODY),
    "still_true": (HERE, HERE, HERE | AUTHOR, WHOLE),
    "decide": (HERE, HERE, HERE, WHOLE),
    "hide": (HERE, HERE, HERE, WHOLE),
    "revise": (HERE, HERE, HERE, WHOLE),
    "see_history": (HERE, HERE, HERE, WHOLE),
    "restore": (HERE, HERE, HERE, WHOLE),
    "see_reports": (HERE, HERE, HERE, WHOLE),
    "reissue_link": (HERE, HERE, HERE, WHOLE),
    "import": (HERE, HERE, HERE, WHOLE),
    "plan": (HERE | PLANNERS, HERE | PLANNERS, HERE | PLANNERS, WHOLE | PLANNERS),
    "load": (HERE | PLANNERS, HERE | PLANNERS, HERE | PLANNERS, WHOLE | PLANNERS),
    "add_town": ({"administrator"},) * 4,
    "remove_town": ({"administrator"},) * 4,
    "manage_accounts": ({"administrator"},) * 4,
    "backup": ({"administrator"},) * 4,
    "guide": (HERE, HERE, HERE, WHOLE),
    "see_feedback": (HERE, HERE, HERE | AUTHOR, WHOLE),
    "survey": (HERE, HERE, HERE, WHOLE),
    "edit_tour": (HERE, HERE, HERE | AUTHOR, WHOLE),
    "see_tour_history": (HERE, HERE, HERE | AUTHOR, WHOLE),
    "invite": (NOBODY, NOBODY, AUTHOR, NOBODY),
}


def test_the_matrix_is_whole():
    assert set(MATRIX) == set(RULES)
    assert {actor.role for actor in ACTORS.values()} == set(ROLES)


@pytest.mark.parametrize("action", MATRIX)
def test_everybody_may_what_the_matrix_says_and_nothing_else(action):
    for subject, expected in zip((PUBLIC, HIDDEN, OWN, OUTSIDE), MATRIX[action], strict=True):
        assert {name for name, actor in ACTORS.items() if may(actor, action, subject)} == expected, subject


def test_about_nothing_in_particular_only_administrators_and_everybodys_rights_hold():
    for action in RULES:
        allowed = {name for name, actor in ACTORS.items() if may(actor, action)}
        if action == "propose":
            assert allowed == EVERYBODY
        else:
            assert "administrator" in allowed or RULES[action] in {("author",), ("anyone_if_public",)}
            assert not allowed - {"administrator", "planner of no named community"}


def test_an_unknown_action_is_forbidden_to_all():
    assert not any(may(actor, "fly", PUBLIC) for actor in ACTORS.values())


def test_nobodys_key_is_nobodys():
    assert not may(Actor(keys=frozenset({""})), "delete", Subject("wawer", author_key=""))


def test_require_says_so():
    with pytest.raises(NotAllowed, match="see history"):
        require(RESIDENT, "see_history", PUBLIC)

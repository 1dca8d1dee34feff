"""Passwords that are tried first open nothing; whatever else is long enough does."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.password import is_guessable
from micropolis_map.errors import InvalidInput
from micropolis_map.services import signing_in
from micropolis_map.settings import Settings

GUESSED = (
    " " * 12, "\u3000" * 12, "a" * 12, "aaaaaaaaaaab", "aAaAaAaAaAaA", "123456789012",
    "１２３４５６７８９０１２", "987654321098", "111122223333", "abcdefghijkl", "qwertyuiopas",
    "qwertzuiop12", "йцукенгшщзхї", "abcabcabcabc", "abcde abcde abcde",
    "password1234", "Password2026!", "passwordpassword", "haslo-haslo-1", "пароль123456", "micropolis-map-1",
    "1q2w3e4r5t6y",
)  # fmt: skip
WORDS = ("river", "candle", "tundra", "wóz", "klops", "marmolada")
GOOD = (
    "correct horse battery",
    "śliwka most 7 kot",
    "Tr0ub4dor&3xyz",
    "nurek las okno",
    "dx9!kQ2#mZ7b",
    "мак ліс вода п'ять",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return build_application(Settings(data=tmp_path_factory.mktemp("passwords"))).participation


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_tried_first_is_refused_and_not_repeated_in_the_answer(desk, password):
    token = signing_in.setup_link(desk)
    with pytest.raises(InvalidInput) as refused:
        signing_in.set_up(desk, token, "ada", "Ada", password)
    assert password not in str(refused.value)
    assert not desk.accounts.has_administrator()


@pytest.mark.parametrize("password", GOOD)
def test_other_words_are_good(password):
    assert not is_guessable(password)


@given(st.text(string.ascii_letters + string.digits, min_size=1, max_size=6), st.integers(2, 40))
def test_a_piece_again_and_again_is_as_good_as_the_piece(piece, times):
    assert is_guessable(piece * times)


@given(
    st.text(
        string.ascii_lowercase,
        min_size=14,
        max_size=30,
    )
)
def test_signs_and_case_beside_it_make_no_common_password_better(text):
    assert is_guessable("Password" + "".join(str(ord(char) % 10) for char in text))


@given(
    st.lists(
        st.sampled_from(WORDS),
        min_size=4,
        max_size=6,
        unique=True,
    )
)
def test_words_that_do_not_belong_together_are_good(words):
    assert not is_guessable(" ".join(words))

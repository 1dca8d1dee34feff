"""What is in the address is what is on the page, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.place import ACTIVITIES, KINDS
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.ui.view_state import MAX_TEXT, MINUTES, SHOWN, ViewState

SLUGS = st.from_regex(r"[a-z0-9-]{0,20}", fullmatch=True)
IDS = st.text(max_size=40).map(str.strip)


def some_of(options):
    return st.sets(st.sampled_from(options)).map(lambda chosen: tuple(o for o in options if o in chosen))


VIEWS = st.builds(
    ViewState,
    community=SLUGS,
    place=IDS,
    lang=st.sampled_from(["", *LANGUAGES]),
    kinds=some_of(KINDS),
    theme=IDS,
    activity=st.sampled_from(["", *ACTIVITIES]),
    q=st.text(max_size=MAX_TEXT).map(str.strip),
    years=st.sampled_from(["", "1900..1959", "..1949", "2000.."]),
    profile=st.sampled_from(["", *names()]),
    minutes=some_of(MINUTES),
    show=st.sampled_from(["", *SHOWN]),
)


@given(VIEWS)
def test_a_view_survives_its_address(view):
    assert ViewState.parse(view.query()) == view


@given(st.dictionaries(st.sampled_from([*ViewState().__dict__, "kind", "other"]), st.text(max_size=300)))
def test_any_address_is_some_view_and_its_address_is_stable(query):
    view = ViewState.parse(query)
    assert ViewState.parse(view.query()) == view


def test_an_untouched_view_has_a_bare_address():
    assert ViewState().query() == {}


def test_nonsense_counts_as_not_chosen():
    view = ViewState.parse(
        {"lang": "xx", "kind": "historical,dragon", "profile": "bird", "minutes": "5,7,²,x,9999999"}
    )
    assert view == ViewState(kinds=("historical",), minutes=(5,))


def test_the_filter_of_a_view_holds_what_the_view_says():
    wanted = ViewState(kinds=("natural",), theme="sea", activity="library", q="old oak").wanted
    assert (wanted.kinds, wanted.themes, wanted.activities, wanted.text) == (
        ("natural",),
        ("sea",),
        ("library",),
        "old oak",
    )

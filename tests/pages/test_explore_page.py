"""Explore under AppTest: the list follows the filters, the address follows the view."""

from __future__ import annotations

import json

import pytest
from page_scripts import MAIN
from streamlit.testing.v1 import AppTest

from micropolis_map.domain.place import KINDS


@pytest.fixture
def published(data):
    features = json.loads((data / "places.geojson").read_text(encoding="utf-8"))["features"]
    return [f for f in features if f["properties"]["community"] == "wawer"]


def address(app) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()}


def count_on(app) -> int:
    texts = [element.proto.body for element in app.get("html")]
    return next(int(text.split('data-count="')[1].split('"')[0]) for text in texts if "data-count" in text)


def page_text(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")) + "\n".join(
        m.value for m in app.markdown
    )


def test_it_opens_at_the_demo_town_and_says_that_it_is_invented(explore):
    app = explore()
    assert not app.exception
    assert address(app)["community"] == "demo"
    assert "mm-badge" in page_text(app)


def test_the_list_has_every_published_place(explore, published):
    app = explore(community="wawer")
    assert not app.exception
    assert count_on(app) == len(published)
    assert len([b for b in app.button if (b.key or "").startswith("w_open_")]) == min(50, len(published))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_in_the_address_is_the_kind_in_the_list(explore, published, kind):
    app = explore(community="wawer", kind=kind)
    assert count_on(app) == sum(f["properties"]["kind"] == kind for f in published)
    assert address(app)["kind"] == kind


def test_searching_goes_into_the_address_and_back(explore, published):
    app = explore(community="wawer")
    name = published[0]["properties"]["name"]["en"]
    app.text_input(key="w_q").input(name).run()
    assert address(app)["q"] == name
    assert 1 <= count_on(app) < len(published)
    app.button(key="w_clear").click().run()
    assert "q" not in address(app)
    assert count_on(app) == len(published)


def test_a_place_in_the_address_opens_its_story(explore, published):
    place = published[0]
    app = explore(place=place["id"])
    assert not app.exception
    assert address(app)["community"] == "wawer"
    assert place["properties"]["name"]["en"].split("&")[0] in page_text(app)
    app.button(key="w_back").click().run()
    assert "place" not in address(app)
    assert count_on(app) == len(published)


def test_choosing_from_the_list_opens_the_story(explore, published):
    app = explore(community="wawer")
    app.button(key=f"w_open_{published[1]['id']}").click().run()
    assert address(app)["place"] == published[1]["id"]


def test_a_place_that_is_not_there_says_so_and_shows_the_others(explore, published):
    app = explore(community="wawer", place="gone")
    assert not app.exception
    assert [info.value for info in app.info]
    assert count_on(app) == len(published)


def test_an_empty_list_says_what_to_do(explore):
    app = explore(community="wawer", q="xyzzy-nothing")
    assert count_on(app) == 0
    assert any("xyzzy" in m.value for m in app.markdown)
    assert app.button(key="w_clear")


def test_an_unknown_community_leads_to_one_that_exists(explore):
    app = explore(community="atlantis")
    assert not app.exception
    assert address(app)["community"] == "demo"


def test_the_language_of_the_address_is_spoken_and_another_one_can_be_chosen(explore):
    app = explore(community="wawer", lang="pl")
    assert "Szukaj miejsc i opowieści" in [t.placeholder for t in app.text_input]
    app.selectbox(key="w_lang").select("uk").run()
    assert address(app)["lang"] == "uk"
    assert "Шукати місця та історії" in [t.placeholder for t in app.text_input]


def test_changing_the_community_drops_filters_that_belong_to_the_old_one(explore):
    app = explore(community="wawer", kind="natural", theme="nature", q="las")
    app.selectbox(key="w_community").select("cagliari").run()
    assert address(app) == {"community": "cagliari"}


def test_hostile_addresses_show_a_page(explore):
    app = explore(
        community="../..", place="<script>", q="x" * 5000, kind="dragon", lang="??", activity="'; --"
    )
    assert not app.exception


def test_a_town_without_streets_says_what_waits_for_them_and_who_can_load_them(explore):
    app = explore(community="wawer", lang="en")
    assert "With them come: Coverage, Compare, Next café, Work centres." in page_text(app)
    assert "An administrator, a planner or an organiser of the town can load them." in page_text(app)


def test_the_menu_names_what_works_in_the_town(loaded):
    def named(slug: str) -> set[str]:
        app = AppTest.from_file(str(MAIN), default_timeout=300)
        app.query_params["community"] = slug
        app.run()
        pages = app.session_state["mm_pages"]
        return {name for name, page in pages.items() if page.visibility == "visible"}

    streets = {"coverage", "compare", "planner", "work_centres"}
    assert streets <= named("demo")
    assert not streets & named("wawer")


def test_meeting_places_nobody_told_about_are_a_list_and_may_leave_the_map(loaded):
    app = AppTest.from_file(str(MAIN), default_timeout=300)
    app.query_params["community"] = "demo"
    app.run()
    rows = next(element.proto.body for element in app.get("html") if "mm-known-list" in element.proto.body)
    assert rows.count("/pin/demo?lang=en&amp;osm=") > 0
    assert app.toggle(key="w_known").value is True
    app.toggle(key="w_known").set_value(False).run()
    assert not app.exception


def test_light_or_dark_is_chosen_beside_the_language_and_not_told_to_the_server(explore):
    app = explore()
    text = page_text(app)
    assert [f'<option value="{name}">' in text for name in ("auto", "light", "dark", "contrast")] == [
        True
    ] * 4

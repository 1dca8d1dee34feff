"""Who passes where, and what it costs them."""

from __future__ import annotations

import numpy as np
import pytest
from extracts import extract_of
from toy_city import lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis.profiles import Passage, add_profiles, profile, profiles
from micropolis_map.analysis.slope import irmischer_clarke, relative_speed, tobler
from micropolis_map.analysis.tag_numbers import incline_of, width_of
from micropolis_map.errors import InvalidInput, UnreadableFile

STREET = {"highway": "residential"}
GOOD = {"highway": "footway", "surface": "asphalt", "smoothness": "good"}
STEPS = {"highway": "steps"}


def test_the_four_profiles_are_there_with_their_sources():
    assert list(profiles()) == ["adult", "senior", "stroller", "wheelchair"]
    for who in profiles().values():
        assert who.sources
        assert who.about
    assert [who.is_step_free for who in profiles().values()] == [False, False, True, True]


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(InvalidInput, match=r"'runner'.*adult, senior, stroller, wheelchair"):
        profile("runner")


@pytest.mark.parametrize(
    ("who", "tags", "passage"),
    [
        ("adult", STEPS, Passage.PASSABLE),
        ("adult", {"highway": "path", "wheelchair": "no"}, Passage.PASSABLE),
        ("wheelchair", STEPS, Passage.IMPASSABLE),
        ("wheelchair", {**STEPS, "wheelchair": "yes"}, Passage.IMPASSABLE),
        ("wheelchair", {**STEPS, "ramp:wheelchair": "yes"}, Passage.IMPASSABLE),
        ("wheelchair", STREET, Passage.UNKNOWN),
        ("wheelchair", {**STREET, "wheelchair": "yes"}, Passage.PASSABLE),
        ("wheelchair", {**STREET, "wheelchair": "no"}, Passage.IMPASSABLE),
        ("wheelchair", {**GOOD, "wheelchair": "no"}, Passage.IMPASSABLE),
        ("wheelchair", {**STREET, "wheelchair": "limited"}, Passage.UNKNOWN),
        ("wheelchair", GOOD, Passage.PASSABLE),
        ("wheelchair", {**GOOD, "smoothness": "bad"}, Passage.IMPASSABLE),
        ("wheelchair", {**GOOD, "incline": "12%"}, Passage.IMPASSABLE),
        ("wheelchair", {**GOOD, "incline": "-12%"}, Passage.IMPASSABLE),
        ("wheelchair", {**GOOD, "incline": "6%"}, Passage.PASSABLE),
        ("wheelchair", {**GOOD, "incline": "up"}, Passage.PASSABLE),
        ("wheelchair", {**GOOD, "width": "0.6"}, Passage.IMPASSABLE),
        ("wheelchair", {**STREET, "surface": "sand", "wheelchair": "yes"}, Passage.PASSABLE),
        ("stroller", STEPS, Passage.IMPASSABLE),
        ("stroller", {**STREET, "surface": "gravel"}, Passage.UNKNOWN),
        ("stroller", {**STREET, "stroller": "no"}, Passage.IMPASSABLE),
    ],
)
def test_step_free_has_three_values(who, tags, passage):
    assert profile(who).passage(tags) is passage


def test_tags_with_numbers_are_read_or_left_alone():
    assert incline_of("8,5%") == pytest.approx(0.085)
    assert incline_of("45°") == pytest.approx(1.0)
    assert [incline_of(text) for text in ("up", "", "steep", "90°")] == [None] * 4
    assert width_of("1.2 m") == 1.2
    assert [width_of(text) for text in ("", "narrow", "> 0.6")] == [None] * 3


@pytest.fixture(autouse=True)
def _only_ours(tmp_path):
    yield
    (tmp_path / "none.toml").write_text("")
    add_profiles(tmp_path / "none.toml")


def test_people_add_their_own_profile(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('[child]\nspeed_m_s = 0.9\nslope = "tobler"\n[child.impassable]\nhighway = ["trunk"]\n')
    add_profiles(mine)
    child = profile("child")
    assert child.passage({"highway": "trunk"}) is Passage.IMPASSABLE
    assert child.passage(STEPS) is Passage.PASSABLE
    assert list(profiles()) == ["adult", "senior", "stroller", "wheelchair", "child"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[x]\nspeed = 1", "unknown fields"),
        ("[x]\nspeed_m_s = -1", "speed_m_s = -1"),
        ('[x]\nspeed_m_s = 1\nslope = "steep"', "slope = 'steep'"),
        ('[x]\nspeed_m_s = 1\nsteps = "maybe"', "steps = 'maybe'"),
        ("x = 3", "unknown fields"),
        ("[x]\nspeed_m_s = 1\nlabel = 3", "label = 3"),
        ("[adult]\nspeed_m_s = 1", "'adult'"),
        ('["X y"]\nspeed_m_s = 1', "'X y'"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(tmp_path, text, message):
    mine = tmp_path / "mine.toml"
    mine.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        add_profiles(mine)


def test_a_file_that_is_no_toml_says_so(tmp_path):
    for content in (b"[", b"\xff"):
        (tmp_path / "mine.toml").write_bytes(content)
        with pytest.raises(UnreadableFile, match="cannot read profiles"):
            add_profiles(tmp_path / "mine.toml")


def test_slope_functions_are_one_on_the_level_and_published_elsewhere():
    level = np.array([0.0])
    assert irmischer_clarke(level)[0] == tobler(level)[0] == 1.0
    assert tobler(np.array([-0.05]))[0] == pytest.approx(6.0 / 5.0367, rel=1e-3)  # Tobler: 6 and 5.04 km/h
    assert relative_speed("tobler", np.array([9.9]))[0] == relative_speed("tobler", np.array([0.5]))[0]


def hill(lon, lat):
    return (lon - lon_lat(0, 0)[0]) * 111_319.5 * 0.10  # 10 % towards the east


def test_uphill_takes_longer_than_downhill():
    walks = Walks(toy_city(side=13), elevation=hill)
    up = walks.matrix([lon_lat(2, 3)], [lon_lat(10, 3)])[0, 0]
    down = walks.matrix([lon_lat(10, 3)], [lon_lat(2, 3)])[0, 0]
    assert up == pytest.approx(800 / 1.34 / irmischer_clarke(np.array([0.1]))[0], rel=1e-3)
    assert down == pytest.approx(800 / 1.34 / irmischer_clarke(np.array([-0.1]))[0], rel=1e-3)
    assert walks.nearest([lon_lat(2, 3)], [lon_lat(10, 3)]).cost_s[0] == pytest.approx(up, abs=0.01)


STAIRS = {1: lon_lat(0, 0), 2: lon_lat(5, 0), 3: lon_lat(5.2, 0), 4: lon_lat(12, 0)}


def stairs(tags):
    return extract_of(STAIRS, [(1, [1, 2], STREET), (2, [2, 3], {**STEPS, **tags}), (3, [3, 4], STREET)])


@pytest.mark.parametrize(
    ("tags", "up_s", "down_s"),
    [
        ({}, 0.0, 0.0),
        ({"step_count": "100"}, 12.75, 12.75),
        ({"step_count": "100", "incline": "up"}, 25.5, 0.0),
        ({"step_count": "100", "incline": "down"}, 0.0, 25.5),
    ],
)
def test_steps_cost_a_rate_per_metre_climbed(tags, up_s, down_s):
    walks = Walks(stairs(tags))
    there = walks.matrix([lon_lat(1, 0)], [lon_lat(11, 0)])[0, 0]
    back = walks.matrix([lon_lat(11, 0)], [lon_lat(1, 0)])[0, 0]
    assert there == pytest.approx(1000 / 1.34 + up_s, abs=0.01)
    assert back == pytest.approx(1000 / 1.34 + down_s, abs=0.01)


def test_steps_climb_what_the_heights_say_where_nobody_counted():
    walks = Walks(stairs({}), elevation=lambda lon, _: np.where(lon > lon_lat(5.1, 0)[0], 8.0, 0.0))
    there = walks.matrix([lon_lat(1, 0)], [lon_lat(11, 0)])[0, 0]
    back = walks.matrix([lon_lat(11, 0)], [lon_lat(1, 0)])[0, 0]
    assert there - back == pytest.approx(8.0 * 1.5, abs=0.01)


def test_wheels_never_take_steps_and_stand_beside_them():
    walks = Walks(stairs({}), "wheelchair")
    assert np.isinf(walks.metres(lon_lat(1, 0), lon_lat(11, 0)))
    snapped = walks.snap(lon_lat(5.08, 0))
    assert snapped.gap_m[0] == pytest.approx(8.0, abs=0.01)
    assert snapped.lon[0] == pytest.approx(lon_lat(5, 0)[0])


def test_certain_walks_are_those_whose_every_metre_is_known():
    extract = extract_of(STAIRS, [(1, [1, 2], GOOD), (2, [2, 3], STREET), (3, [3, 4], GOOD)])
    sure, maybe = Walks(extract, "wheelchair", certain_only=True), Walks(extract, "wheelchair")
    for walks, beyond in ((sure, False), (maybe, True)):
        cost = walks.matrix([lon_lat(1, 0), lon_lat(5.1, 0)], [lon_lat(4, 0), lon_lat(11, 0)])
        assert np.isfinite(cost[0, 0])
        assert np.isfinite(cost[0, 1]) == beyond
        assert np.isfinite(cost[1]).all() == beyond
    np.testing.assert_array_equal(sure.snap(lon_lat(5.1, 0)).edge, maybe.snap(lon_lat(5.1, 0)).edge)

"""Rows as other programs write them: what they say comes in, what fits nowhere is told, all come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Period, Place
from micropolis_map.services import importing
from micropolis_map.services.importing import ImportPlan, plan_import
from micropolis_map.services.place_identity import stands_for_itself
from micropolis_map.sources.place_files import Row, RowFile, propose_mapping, read_rows
from micropolis_map.sources.place_files.plain_text import words_of

TOWN = Community(slug="town", name={"da": "By"}, centre=(9.75, 55.5), languages=("da", "en"))
SPOT = {"type": "Point", "coordinates": [9.75, 55.5]}


def plan(*rows: dict[str, Any], existing: Any = (), town: Community = TOWN) -> ImportPlan:
    made = tuple(
        Row(n, cells.pop("geometry", SPOT), cells, None, str(cells.pop("#", "")))
        for n, cells in enumerate(map(dict, rows), start=1)
    )
    columns = [key for row in made for key in row.properties]
    return plan_import(RowFile("t.csv", "csv", made, propose_mapping(columns)), town, existing)


def place(*rows: dict[str, Any]) -> Place:
    done = plan(*rows)
    assert len(done.places) == 1, done.as_json()
    return done.places[0]


# --- OpenStreetMap's tags ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "access", ["yes", "customers", True, 3, ["a"], {"foot": "yes"}, '{"foot": "no"}', 1.5]
)
def test_access_of_another_program_is_not_ours(access: Any) -> None:
    done = plan({"name": "Legeplads", "access": access, "wheelchair": "limited"}, {"name": "Bænk"})
    assert [row.outcome for row in done.rows] == ["added", "added"]
    found = next(one for one in done.places if one.name == {"da": "Legeplads"})
    assert found.access == {"step_free": "limited"}
    assert any("column 'access': values that fit no field are left out: 1" in note for note in done.notes)


@pytest.mark.parametrize("order", [("access", "step_free"), ("step_free", "access")])
def test_our_own_row_with_a_broken_access_is_skipped_by_name(order: tuple[str, str]) -> None:
    cells = {"access": "yes", "step_free": "no"}
    own = {"community": "town", "revision": "2", "kind": "natural", "name_da": "Skov"}
    done = plan({**own, **{key: cells[key] for key in order}, "#": "a-b1c"}, {"name": "Bænk"})
    assert [row.outcome for row in done.rows] == ["skipped", "added"]
    assert "access is 'yes'" in done.rows[0].reason


def test_tags_that_only_look_like_our_columns_make_no_row_ours() -> None:
    found = place(
        {"name": "Hal", "community": "yes", "revision": "second", "stories": "3", "photos": "a.jpg"}
    )
    assert (found.community, found.stories, found.photos) == ("town", (), ())


def test_our_own_access_object_comes_in_from_any_program() -> None:
    facts = {"step_free": "yes", "toilet": True}
    assert place({"name": "A", "access": facts}).access == facts
    assert place({"name": "A", "access": json.dumps(facts)}).access == facts


def test_a_row_nobody_thought_of_never_stops_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importing.row_fields

    def breaks(row: Row, *rest: Any, **more: Any) -> Any:
        if row.number == 2:
            raise TypeError("'str' object is not a mapping")
        return real(row, *rest, **more)

    monkeypatch.setattr(importing, "row_fields", breaks)
    done = plan({"name": "A"}, {"name": "B"}, {"name": "C"})
    assert [row.outcome for row in done.rows] == ["added", "skipped", "added"]
    assert "a mistake of this program (TypeError: 'str' object is not a mapping)" in done.rows[1].reason


# --- years, addresses, texts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "period"),
    [
        ("date", "2019-06-02", None),
        ("data", "02.06.2019", None),
        ("timestamp", "2019-06-02T08:00:00Z", None),
        ("begin", "2019-06-02T08:00:00Z", None),
        ("begin", "1790", Period(1790, None)),
        ("start_date", "1790-03-01", Period(1790, 1790)),
        ("start_date", "1790", Period(1790, 1790)),
        ("year", 1790, Period(1790, 1790)),
        ("year", 1790.0, Period(1790, 1790)),
        ("year", "1790.0", Period(1790, 1790)),
        ("rok", "1790–1812", Period(1790, 1812)),
        ("year", "1812-1790", None),
        ("year", "20190602", None),
        ("year", float("nan"), None),
        ("year", "c. 1790", None),
    ],
)
def test_only_years_become_a_period(column: str, value: Any, period: Period | None) -> None:
    assert place({"name": "Mølle", column: value}).period == period


@pytest.mark.parametrize(
    ("said", "website"),
    [
        ("facebook.com/klub", "https://facebook.com/klub"),
        ("www.example.org", "https://www.example.org"),
        ("HTTP://Example.org/A", "http://Example.org/A"),
        ("//example.org", "https://example.org"),
        ("https://a.example.org; https://b.example.org", "https://a.example.org"),
        ("example.org, example.com", "https://example.org"),
    ],
)
def test_a_website_gets_what_it_lacks(said: str, website: str) -> None:
    assert place({"name": "Klub", "website": said}).website == website


@pytest.mark.parametrize("said", ["none yet", "javascript:alert(1)", "ada@example.org", "https://", "1.5"])
def test_what_is_no_website_is_told(said: str) -> None:
    done = plan({"name": "Klub", "website": said})
    assert done.places[0].website == ""
    assert [note for note in done.notes if repr(said) in note and "'website'" in note]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("<p>En <b>bænk</b></p>", "En bænk"),
        ("&lt;p&gt;En b&aelig;nk&lt;/p&gt;", "En bænk"),
        ("line\x0btwo\u2028three\r\nfour", "line\ntwo\nthree\nfour"),
        ("Caf\x8e\x00\x07", "Caf"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<ada@example.org> <https://example.org/a>", "<ada@example.org> <https://example.org/a>"),
        ("NaN", ""),
        ("<Null>", ""),
        ("#N/D!", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_texts_are_plain(said: str, plain: str) -> None:
    assert words_of(said) == plain
    found = place({"name": "A", "description": said})
    assert found.description == ({"da": plain} if plain else {})


def test_not_a_number_is_nothing_in_any_field(tmp_path: Path) -> None:
    nan = float("nan")
    row = {
        "name": "A",
        "description": nan,
        "website": nan,
        "year": nan,
        "themes": nan,
        "kind": nan,
        "id": nan,
    }
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "geometry": SPOT, "properties": row}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    done = plan_import(read_rows(path), TOWN, [])
    found = done.places[0]
    assert (found.name, found.description, found.website, found.themes) == ({"da": "A"}, {}, "", ())
    assert "nan" not in str(done.notes).casefold()


@pytest.mark.parametrize("order", [("name", "name:da"), ("name:da", "name")])
def test_the_text_whose_language_is_said_counts_and_the_other_is_told(order: tuple[str, str]) -> None:
    cells = {"name": "Old Mill", "name:da": "Den gamle mølle"}
    done = plan({**{key: cells[key] for key in order}, "name_en": "The old mill"})
    assert done.places[0].name == {"da": "Den gamle mølle", "en": "The old mill"}
    assert any(
        "column 'name': values that fit no field" in note and "Old Mill" in note for note in done.notes
    )
    assert plan({"name": "Mølle", "name:da": "Mølle", "title": "Mølle"}).notes == ()


def test_a_second_description_is_not_dropped_without_a_word() -> None:
    done = plan({"name": "A", "description": "Ved søen", "notes": "Bro mangler"})
    assert done.places[0].description == {"da": "Ved søen"}
    assert any("column 'notes': values that fit no field are left out: 1" in note for note in done.notes)


@pytest.mark.parametrize("said", ["częściowo", "delvist", "parzialmente", "Частково", "partial"])
def test_partly_is_limited(said: str) -> None:
    assert place({"name": "A", "wheelchair": said}).access == {"step_free": "limited"}


def test_of_two_columns_the_first_that_is_understood_counts() -> None:
    found = place({"name": "A", "amenity": "toilets", "kind": "natural"})
    assert found.kind == "natural"
    assert place({"name": "", "title": "B"}).name == {"da": "B"}
    assert place({"name": "<img src='x'>", "addr:street": "Havnegade", "addr:housenumber": "7"}).name == {
        "da": "Havnegade 7"
    }


# --- ids that are only numbers of rows --------------------------------------------------------------------


@pytest.mark.parametrize(
    "identifier",
    [
        "17",
        "trees.3",
        "my_trees_2024.12",
        "ID_00001",
        "feature-3",
        "t.1",
        "Placemark 12",
        "roads.fid-2c1f_18a",
        "2.0",
    ],
)
def test_numbers_of_rows_do_not_stand_for_themselves(identifier: str) -> None:
    assert not stands_for_itself(identifier)


@pytest.mark.parametrize(
    "identifier",
    ["node/240109189", "way/1", "https://example.org/places/12", "Q1748", "b7f3c0de-11aa-4f00", "AbCdE",
     "PL.1.9.ZIPOZ.NID_N_14_BK.5521", "urn:x:3"],
)  # fmt: skip
def test_ids_of_registers_stand_for_themselves(identifier: str) -> None:
    assert stands_for_itself(identifier)


def at(n: int) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [9.75 + n / 1000, 55.5]}


@pytest.mark.parametrize(
    "numbered",
    ["{}", "{}.0", "stier.{}", "ID_{:05d}", "feature-{}", "lyr_0_{}", "M-{}-A", "FeatureServer/0/{}", "a{}b",
     "2024-05-01-{}", "stier [{}]", "fid--7a1c_18c_-{:x}"],
)  # fmt: skip
def test_a_later_export_with_one_row_less_renames_nobody(numbered: str) -> None:
    names = ["Bibliotek", "Café", "Park"]
    first = plan(
        *({"#": numbered.format(n + 1), "name": name, "geometry": at(n)} for n, name in enumerate(names))
    )
    later = [{"#": numbered.format(n), "name": names[n], "geometry": at(n)} for n in (1, 2)]
    assert plan(*later, existing=first.places).count("unchanged") == 2
    in_one_house = [{"#": numbered.format(n + 1), "name": name} for n, name in enumerate(names)]
    first = plan(*in_one_house)
    assert first.count("added") == 3
    assert plan(*in_one_house, existing=first.places).count("unchanged") == 3
    later = [{"#": numbered.format(n), "name": names[n]} for n in (1, 2)]
    assert plan(*later, existing=first.places).count("unchanged") == 2


@pytest.mark.parametrize("numbered", ["row_{}_a", "FeatureServer/2/{}", "stier.{}"])
def test_a_later_export_with_a_new_first_row_renames_nobody(numbered: str) -> None:
    names = ["Bibliotek", "Café", "Park"]
    first = plan(
        *({"#": numbered.format(n + 1), "name": name, "geometry": at(n)} for n, name in enumerate(names))
    )
    rows = [(9, "Badebro"), *enumerate(names)]
    later = [
        {"#": numbered.format(n), "name": name, "geometry": at(where)}
        for n, (where, name) in enumerate(rows, start=1)
    ]
    second = plan(*later, existing=first.places)
    assert [row.outcome for row in second.rows] == ["added", "unchanged", "unchanged", "unchanged"]
    there = {place.id: place for place in (*first.places, *second.places)}
    assert sorted(place.name["da"] for place in there.values()) == ["Badebro", *names]
    assert plan(*later, existing=there.values()).count("unchanged") == 4


def test_an_id_of_its_own_stays_where_somebody_moved_and_renamed_the_place() -> None:
    rows = [{"#": f"well-{n}-x", "name": name, "geometry": at(n)} for n, name in enumerate("ABC")]
    first = plan(*rows)
    rows[1] |= {"name": "The old B", "geometry": at(7)}
    again = plan(*rows, existing=first.places)
    assert [row.outcome for row in again.rows] == ["unchanged", "updated", "unchanged"]
    assert again.rows[1].place_id == "well-1-x"


def test_a_new_name_at_the_same_number_and_place_is_an_update() -> None:
    first = plan({"#": "stier.1", "name": "Sti"})
    again = plan({"#": "stier.1", "name": "Ny sti"}, existing=first.places)
    assert (again.count("updated"), again.places[0].id) == (1, first.places[0].id)


def test_a_place_of_the_same_number_and_name_has_moved_a_little() -> None:
    def east(metres: float) -> dict[str, Any]:
        return {"type": "Point", "coordinates": [9.75 + metres / 63_100, 55.5]}  # a degree of longitude there

    bench = {"#": "7", "name": "Bænk"}
    first = plan(bench | {"geometry": east(0)})
    moved = plan(bench | {"geometry": east(30)}, existing=first.places)
    assert [(row.outcome, row.place_id) for row in moved.rows] == [("updated", first.places[0].id)]
    assert plan(bench | {"geometry": east(30)}, existing=moved.places).count("unchanged") == 1
    assert plan(bench | {"geometry": east(300)}, existing=first.places).count("added") == 1
    both = ({"#": "8", "name": "Bænk", "geometry": east(0)}, bench | {"geometry": east(30)})
    assert [row.outcome for row in plan(*both, existing=first.places).rows] == ["unchanged", "added"]


def test_places_imported_before_under_such_a_number_are_found() -> None:
    before = Place("stier.2", "town", "co-created", {"da": "Park"}, SPOT, source="t.csv")
    assert plan({"#": "stier.1", "name": "Park"}, existing=[before]).count("unchanged") == 1
    assert plan({"#": "stier.2", "name": "Parken"}, existing=[before]).count("updated") == 1


@pytest.mark.parametrize("identifier", ["places.1", "library"])
def test_the_same_id_in_two_communities_is_two_places(identifier: str) -> None:
    first = plan({"#": identifier, "name": "Bibliotek"})
    other = Community(slug="other", name={"it": "Città"}, centre=(9.11, 39.22))
    there = {"type": "Point", "coordinates": [9.11, 39.22]}
    row = {"#": identifier, "name": "Biblioteca", "geometry": there}
    second = plan(row, existing=first.places, town=other)
    assert second.count("added") == 1
    assert plan(row, existing=[*first.places, *second.places], town=other).count("unchanged") == 1


def test_the_name_of_a_layer_is_no_id_of_its_rows() -> None:
    rows = [{"#": "stier", "name": name, "geometry": at(n)} for n, name in enumerate("ABC")]
    first = plan(*rows)
    assert first.count("added") == 3
    assert plan(*rows, existing=first.places).count("unchanged") == 3

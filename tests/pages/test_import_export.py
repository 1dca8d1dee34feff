"""Import and export under AppTest: look first, answer, bring in, take back; every format, the same count."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account, middle_of

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.errors import NotAllowed, UnreadableFile
from micropolis_map.i18n import translation
from micropolis_map.services import place_imports
from micropolis_map.settings import Settings
from micropolis_map.sources.place_files import read_rows
from micropolis_map.ui import people


@pytest.fixture
def application(data):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))


@pytest.fixture
def organiser(application, monkeypatch):
    account = an_account(application)
    token = a_session(application, account)
    monkeypatch.setattr(people, "session_token", lambda: token)
    return account


@pytest.fixture
def upload(run_page):
    """Open the page for the demo town and give it a file."""

    def upload(name: str, text: str):
        app = run_page("import_export", community="demo")
        app.file_uploader[0].set_value((name, text.encode(), "application/octet-stream"))
        return app.run()

    return upload


@pytest.fixture
def benches(data) -> str:
    lon, lat = middle_of(data, "demo")
    return f"Nazwa;heightish;lat;lon\nBench A;tall;{lat};{lon}\nBench B;low;{lat + 0.001};{lon}\nBench C;;;\n"


def text_of(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")) + "\n".join(
        element.value for element in (*app.markdown, *app.warning, *app.success, *app.info, *app.error)
    )


def demo_names(application) -> set[str]:
    return {next(iter(place.name.values())) for place in application.place_store.places("demo")}


def test_who_looks_after_nothing_can_export_but_not_import(application, run_page):
    app = run_page("import_export", community="demo")
    assert not app.exception
    assert "Organisers of this community" in text_of(app)
    assert len(app.get("download_button")) == 5
    assert any("/ogc)" in caption.value for caption in app.caption)


def test_the_export_follows_the_filters_and_says_how_many(application, run_page):
    app = run_page("import_export", community="demo", kind="natural")
    natural = sum(place.kind == "natural" for place in application.place_store.places("demo"))
    assert f'data-export="{natural}"' in text_of(app)
    app.radio(key="w_which").set_value("all").run()
    assert f'data-export="{len(application.place_store.places("demo"))}"' in text_of(app)


def test_a_file_is_looked_at_brought_in_and_taken_back(application, organiser, upload, benches):
    before = demo_names(application)
    app = upload("benches.csv", benches)
    assert not app.exception
    assert "<dd data-added>2</dd>" in text_of(app)
    assert "<dd data-skipped>1</dd>" in text_of(app)
    assert demo_names(application) == before

    app.button(key="w_bring_in").click().run()
    assert not app.exception
    assert demo_names(application) == before | {"Bench A", "Bench B"}
    assert "2 added" in text_of(app)
    assert "<dd data-unchanged>2</dd>" in text_of(app)

    app.button(key="w_take_back").click().run()
    assert not app.exception
    assert demo_names(application) == before
    assert "<dd data-added>2</dd>" in text_of(app)
    app.button(key="w_bring_in").click().run()
    assert demo_names(application) == before | {"Bench A", "Bench B"}


def test_a_column_goes_where_the_organiser_says(application, organiser, upload, benches):
    app = upload("benches.csv", benches)
    column = next(s for s in app.selectbox if (s.key or "").startswith("w_column_heightish"))
    assert column.value == ""
    column.select("description.pl").run()
    assert not app.exception
    app.button(key="w_bring_in").click().run()
    bench = next(p for p in application.place_store.places("demo") if "Bench A" in p.name.values())
    assert bench.description == {"pl": "tall"}


def test_swapped_coordinates_are_asked_about_and_the_answer_counts(application, organiser, upload, data):
    lon, lat = middle_of(data, "demo")
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lat, lon]}}
    feature["properties"] = {"name": "Turned round"}
    app = upload("swapped.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert not app.exception
    asked = next(s for s in app.selectbox if (s.key or "").startswith("w_ask_"))
    assert asked.value == "lat, lon"
    assert "<dd data-added>1</dd>" in text_of(app)
    asked.select("lon, lat").run()
    assert not app.exception
    assert "<dd data-added>0</dd>" in text_of(app)
    asked = next(s for s in app.selectbox if (s.key or "").startswith("w_ask_"))
    asked.select("lat, lon").run()
    assert "<dd data-added>1</dd>" in text_of(app)


def test_a_broken_file_gets_a_sentence(application, organiser, upload):
    app = upload("broken.gpx", "<gpx><wpt")
    assert not app.exception
    assert "broken" in text_of(app)
    assert "Traceback" not in text_of(app)


def test_what_was_changed_since_stays_when_an_import_is_taken_back(application, tmp_path, benches, organiser):
    desk = application.participation
    file = tmp_path / "benches.csv"
    file.write_text(benches, encoding="utf-8")
    rows, plan = place_imports.look_at(desk, LOCAL_ADMINISTRATOR, "demo", file)
    done = place_imports.bring_in(desk, LOCAL_ADMINISTRATOR, "demo", rows.name, plan)
    from dataclasses import replace

    changed = desk.places.get(done.written[0].place_id)
    desk.places.put(replace(changed, website="https://example.org"))
    result = place_imports.take_back(desk, LOCAL_ADMINISTRATOR, done)
    assert (result.places, result.left) == (1, (changed.id,))
    assert desk.places.get(changed.id).status == "published"


def test_importing_asks_the_permission_function(application, tmp_path, benches):
    file = tmp_path / "benches.csv"
    file.write_text(benches, encoding="utf-8")
    stranger = an_account(application, "ewa", communities=("wawer",)).actor
    with pytest.raises(NotAllowed):
        place_imports.look_at(application.participation, stranger, "demo", file)


def test_what_was_guessed_is_said_once_and_why_rows_are_left_out_beside_the_table(upload, organiser):
    app = upload("benches.csv", "name;width;length\nOne;x;y\nTwo;x;y\n")
    assert "comma ," in next(box for box in app.selectbox if "semicolon ;" in box.options).options
    said = text_of(app)
    assert said.count("separated by") == 1
    assert said.count("Row 1: ") == 1
    assert "Row 2: " not in said, "one reason is said once"
    assert app.dataframe[0].value.shape[0] == 2


def test_what_is_wrong_with_a_file_is_said_in_the_readers_language(tmp_path):
    half = tmp_path / "half.geojson"
    half.write_text('{"type":\n "Feat')
    with pytest.raises(UnreadableFile) as raised:
        read_rows(half)
    danish = raised.value.told(translation("da").gettext, "da")[0]
    assert danish == "'half.geojson' er ikke JSON: fra linje 2, tegn 2, kan den ikke læses"

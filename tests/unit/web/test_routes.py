"""Our routes: what they answer, to whom, and what they never do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from asgi import get
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place

from micropolis_map import __version__, errors, web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services import health
from micropolis_map.settings import Settings
from micropolis_map.web.answers import error_response

REPORT = LoadReport("wawer", 5, 4, 1.5, 0, 1, 1.0, 3, 7.0, "census", 2, 1, 0, 0.1)
STREETS = {"type": "FeatureCollection", "features": [{"type": "Feature", "id": str(n)} for n in range(99)]}


@pytest.fixture
def application(tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("wawer", {"en": "Wawer"}))
    application.community_store.save(Community("demo", {"en": "Demo"}))
    return application


@pytest.fixture
def server(application):
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


@pytest.fixture
def places(application):
    application.place_store.put_many(
        [
            a_place("a", kind="natural", themes=("trees",), name={"pl": "Łąka w Radości"}),
            a_place("b", kind="historical", activity="library", themes=("books", "trees")),
            a_place("c", kind="co-created", description={"en": "A garden of neighbours. " * 50}),
            a_place("secret", status="pending"),
            a_place("elsewhere", community="demo"),
        ]
    )


def test_a_small_address_says_which_version_is_public(server, application, places):
    first = get(server, "/data/wawer/version.json")
    assert len(first.body) < 200
    assert first.json == {"version": application.place_store.version()}
    again = get(server, "/data/wawer/version.json", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    application.place_store.put(a_place("d"))
    changed = get(server, "/data/wawer/version.json", if_none_match=first.headers["etag"])
    assert changed.json["version"] != first.json["version"]
    assert get(server, "/data/nowhere/version.json").status == 404


def build(application, **layers):
    store = application.community_store
    folder = store.begin_build("wawer")
    for name, layer in layers.items():
        store.put_layer(folder, name, layer)
    store.finish_build("wawer", folder, REPORT)
    return folder


def ids(answer):
    return [feature["id"] for feature in answer.json["features"]]


def test_health(server, application):
    answer = get(server, "/healthz")
    assert answer.status == 200
    assert answer.json == {
        "status": "ok",
        "version": __version__,
        "store": {"kind": "sqlite", "writable": True},
        "communities": ["demo", "wawer"],
        "problems": [],
    }


def test_health_says_what_is_wrong(server, application, monkeypatch):
    application.publishing.problem = "places.geojson cannot be written"
    answer = get(server, "/healthz")
    assert (answer.status, answer.json["status"]) == (200, "degraded")

    def fail():
        raise StoreUnavailable("the disk is full", "free some space")

    monkeypatch.setattr(application.place_store, "check", fail)
    answer = get(server, "/healthz")
    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    assert answer.json["problems"] == [
        "the disk is full; free some space",
        "places.geojson cannot be written",
    ]


def test_health_asks_no_store_while_the_server_runs(server, application, monkeypatch):
    """Nor does it take a thread: both may be busy with anything."""

    async def ask_for_a_thread(*_, **__):
        raise AssertionError("a thread was asked for")

    application.health._again()
    with monkeypatch.context() as patched:
        for store in (application.place_store, application.community_store, application.soundness):
            for name in ("check", "version", "slugs", "counts"):
                patched.setattr(store, name, lambda: pytest.fail("a store was asked"), raising=False)
        patched.setattr("anyio.to_thread.run_sync", ask_for_a_thread)
        answer = get(server, "/healthz")
        monkeypatch.setattr(health, "SILENT_S", -1.0)
        late = get(server, "/healthz")
    application.health.stop()
    assert (answer.status, answer.json["status"], answer.json["looked_s_ago"] >= 0) == (200, "ok", True)
    assert (late.status, late.json["status"]) == (503, "unavailable")
    assert "not answered" in late.json["problems"][-1]


def test_health_is_looked_at_again_and_again(server, application, monkeypatch):
    monkeypatch.setattr(health, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(application.health._repeating, "_first_after_s", 0.01)
    application.health.start()
    assert get(server, "/healthz").status == 200

    def fail():
        raise StoreUnavailable("the disk is full", "free some space")

    monkeypatch.setattr(application.place_store, "check", fail)
    while get(server, "/healthz").status == 200:
        pass
    application.health.stop()
    assert get(server, "/healthz").json["problems"] == ["the disk is full; free some space"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a", "b", "c"]),
        ("?kind=natural", ["a"]),
        ("?kind=natural,co-created", ["a", "c"]),
        ("?kind=natural&kind=historical", ["a", "b"]),
        ("?theme=trees", ["a", "b"]),
        ("?theme=trees&activity=library", ["b"]),
        ("?q=laka", ["a"]),
        ("?q=RADO%C5%9ACI+laka", ["a"]),
        ("?q=nothing+like+it", []),
        ("?ids=a,c,secret,elsewhere", ["a", "c"]),
        ("?unknown=1", ["a", "b", "c"]),
    ],
)
def test_places_and_their_filters(server, places, query, found):
    answer = get(server, f"/data/wawer/places.geojson{query}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert ids(answer) == found


def test_what_is_pending_or_elsewhere_or_unknown_gets_the_same_404(server, places):
    names = ("secret", "elsewhere", "nobody")
    answers = [get(server, f"/data/wawer/places/{name}.json") for name in names]
    assert [answer.status for answer in answers] == [404, 404, 404]
    words = {answer.text.replace(name, "…") for answer, name in zip(answers, names, strict=True)}
    assert len(words) == 1
    assert "secret" not in get(server, "/data/wawer/places.geojson").text


def test_one_place(server, places):
    answer = get(server, "/data/wawer/places/b.json")
    assert (answer.status, answer.json["id"], answer.json["type"]) == (200, "b", "Feature")


def test_an_answer_is_kept_until_something_changes(server, application, places):
    first = get(server, "/data/wawer/places.geojson")
    again = get(server, "/data/wawer/places.geojson", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert first.headers["cache-control"] == "no-cache"
    filtered = get(server, "/data/wawer/places.geojson?kind=natural")
    assert filtered.headers["etag"] != first.headers["etag"]
    application.place_store.put(a_place("new"))
    renewed = get(server, "/data/wawer/places.geojson", If_None_Match=first.headers["etag"])
    assert renewed.status == 200
    assert "new" in ids(renewed)


def test_gzip_for_who_takes_it(server, places):
    plain = get(server, "/data/wawer/places.geojson")
    packed = get(server, "/data/wawer/places.geojson", Accept_Encoding="br, gzip")
    refused = get(server, "/data/wawer/places.geojson", Accept_Encoding="gzip;q=0")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert len(packed.body) < len(plain.body)
    assert packed.json == plain.json == refused.json
    assert "content-encoding" not in refused.headers


def test_layers_of_the_current_build(server, application):
    assert get(server, "/data/wawer/layers/streets.geojson").status == 404
    build(application, streets=STREETS)
    plain = get(server, "/data/wawer/layers/streets.geojson")
    packed = get(server, "/data/wawer/layers/streets.geojson", Accept_Encoding="gzip")
    assert plain.json == packed.json == STREETS
    assert packed.headers["content-encoding"] == "gzip"
    assert (
        get(server, "/data/wawer/layers/streets.geojson", If_None_Match=plain.headers["etag"]).status == 304
    )
    build(application, streets={"type": "FeatureCollection", "features": []})
    renewed = get(server, "/data/wawer/layers/streets.geojson", If_None_Match=plain.headers["etag"])
    assert (renewed.status, ids(renewed)) == (200, [])


def test_districts(server):
    answer = get(server, "/data/wawer/districts.geojson")
    assert answer.json == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize(
    "address",
    [
        "/data/atlantis/places.geojson", "/data/atlantis/places/a.json", "/data/atlantis/districts.geojson",
        "/data/Wawer/places.geojson", "/data/..%2f..%2fetc/places.geojson", "/data/%2e%2e/districts.geojson",
        "/data/" + "a" * 5000 + "/districts.geojson", "/data/wawer/layers/..%2freport.geojson",
        "/data/wawer/layers/report.json", "/data/wawer/layers/..%2f..%2f..%2fcommunity.toml",
        "/data/wawer/layers/%00.geojson", "/data/wawer/layers/nothing.geojson", "/data/wawer/community.toml",
        "/data/wawer/places/" + "x" * 9000 + ".json", "/data/wawer/places/%00.json", "/data", "/data/",
        "/data/micropolis.sqlite", "/data/places.geojson", "/assets/nothing.js", "/assets/../web/assets.py",
        "/assets/%2e%2e/assets.py", "/assets/.hidden", "/assets/", "/assets//etc/passwd", "/vendor/",
        "/vendor/%2fetc%2fpasswd", "/vendor/..%2f..%2f__init__.py", "/vendor/images", "/vendor/%00",
    ],
)  # fmt: skip
def test_what_is_not_public_is_404_in_json(server, application, places, address):
    build(application)
    answer = get(server, address)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json) == {"error", "todo"}
    assert len(answer.body) < 700


@pytest.mark.parametrize(
    "query",
    ["kind=haunted", "q=" + "x" * 201, "ids=" + ",".join(map(str, range(501))), "kind=" + "natural,x" * 9999],
)
def test_parameters_that_make_no_sense_are_400_in_json(server, query):
    answer = get(server, f"/data/wawer/places.geojson?{query}")
    assert answer.status == 400
    assert answer.json["error"]
    assert answer.json["todo"]
    assert len(answer.body) < 700


def test_a_broken_description_is_told_and_not_a_crash(server, application):
    (application.community_store.folder / "wawer" / "community.toml").write_text("name = ")
    answer = get(server, "/data/wawer/districts.geojson")
    assert answer.status == 400
    assert "community.toml" in answer.json["error"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("leaflet.js", "text/javascript; charset=utf-8"),
        ("leaflet.css", "text/css; charset=utf-8"),
        ("images/layers.png", "image/png"),
        ("images/marker-icon.png", "image/png"),
        ("leaflet.markercluster.js", "text/javascript; charset=utf-8"),
        ("MarkerCluster.css", "text/css; charset=utf-8"),
        ("MarkerCluster.Default.css", "text/css; charset=utf-8"),
        ("jquery.min.js", "text/javascript; charset=utf-8"),
    ],
)
def test_vendor_files(server, name, media_type):
    answer = get(server, f"/vendor/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert "immutable" in get(server, f"/vendor/{name}?v=1").headers["cache-control"]
    assert get(server, f"/vendor/{name}", If_None_Match=answer.headers["etag"]).status == 304


def test_every_file_of_ours_is_served(server):
    from micropolis_map.web.assets import APP_FOLDER

    names = [p.relative_to(APP_FOLDER).as_posix() for p in APP_FOLDER.rglob("*.*") if p.is_file()]
    assert names
    assert {get(server, f"/assets/{name}").status for name in names} == {200}


def test_headers_that_keep_the_page_to_this_server(server):
    for address in ("/healthz", "/data/nothing", "/vendor/leaflet.js"):
        headers = get(server, address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "object-src 'none'" in headers["content-security-policy"]


def test_only_reading_is_answered(server):
    assert get(server, "/data/wawer/districts.geojson", method="POST").status == 405
    assert get(server, "/data/wawer/districts.geojson", method="HEAD").status == 200


@pytest.mark.parametrize("error", list(errors.ANSWERS))
def test_every_error_has_its_answer(error):
    answer = error_response(error("what 'x'", "do y"))
    assert answer.status_code == errors.ANSWERS[error].http_status
    assert json.loads(bytes(answer.body)) == {"error": "what 'x'", "todo": "do y"}

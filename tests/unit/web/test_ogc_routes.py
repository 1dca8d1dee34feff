"""OGC API - Features at ``/ogc``: the documents of the standard, what each collection holds, and to whom."""

from __future__ import annotations

import sys
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import jsonschema
import pytest
from asgi import get
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from place_builders import a_place
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_boundary, write_town
from town_loading import load_community

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community, District
from micropolis_map.domain.place import STATUSES, Period
from micropolis_map.domain.place_geojson import place_to_feature
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings
from micropolis_map.web.ogc.question import MOST, USUAL

NAMES = ("places", "tours", "districts", "activity_spots")
SQUARE = {"type": "Polygon", "coordinates": [[[12, 55], [12.1, 55], [12.1, 55.1], [12, 55.1], [12, 55]]]}
TOURS = """
[[tour]]
id = "round"
loop = true
languages = ["da"]
stops = [{ place = "mill" }, { place = "library" }, { place = "pending" }]
[tour.name]
da = "Rundt"
en = "Round"

[[tour]]
id = "alone"
stops = [{ place = "mill" }]
[tour.name]
en = "Alone"

[[tour]]
id = "nowhere"
stops = [{ place = "hidden" }]
[tour.name]
en = "Nowhere"
"""


def at(x, y):
    return {"type": "Point", "coordinates": [LON + x * BLOCK_LON, LAT + y * BLOCK_LAT]}


PLACES = [
    a_place("mill", community="tiny", geometry=at(0, 0), kind="historical", period=Period(1780, None)),
    a_place(
        "library",
        community="tiny",
        geometry=at(5, 5),
        kind="co-created",
        activity="library",
        themes=("books and films", "quiet"),
        name={"en": "Library", "pl": "Biblioteka"},
        updated="2026-06-01T12:00:00+02:00",
    ),
    a_place("meadow", community="bare", geometry=SQUARE, kind="natural", updated="2026-09-01T00:00:00Z"),
    a_place("undated", community="bare", kind="natural", created="", updated=""),
    a_place("fiji", community="bare", geometry={"type": "Point", "coordinates": [179.5, -17]}),
    a_place("samoa", community="bare", geometry={"type": "Point", "coordinates": [-172, -14]}),
    *(a_place(status, community="tiny", activity="sports", status=status) for status in STATUSES[:1]),
    *(a_place(status, community="tiny", activity="sports", status=status) for status in STATUSES[2:]),
]
PUBLIC = sorted(place.id for place in PLACES if place.status == "published")


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ogc")
    application = build_application(Settings(data=folder / "data"))
    request = LoadRequest(osm=(write_town(folder),), boundary=write_boundary(folder))
    load_community(application, "tiny", request)
    districts = (
        District("Północ", SQUARE, (12.05, 55.05)),
        District("Київ", SQUARE, (12.05, 55.05)),
        District("Północ", SQUARE, (12.05, 55.05)),
    )
    application.community_store.save(Community("bare", {"en": "Bare"}, districts=districts))
    application.place_store.put_many(PLACES)
    (folder / "data" / "tours").mkdir()
    (folder / "data" / "tours" / "tiny.toml").write_text(TOURS, encoding="utf-8")
    (folder / "data" / "tours" / "gone.toml").write_text(TOURS.replace('id = "', 'id = "gone-'), "utf-8")
    return application


@pytest.fixture(scope="module")
def server(application):
    return Starlette(routes=web.routes(application), middleware=web.middleware(application))


def items(server, name="places", /, *, expect=200, **query):
    answer = get(server, f"/ogc/collections/{name}/items?{urlencode(query, doseq=True)}")
    assert answer.status == expect, answer.text
    return answer.json


def ids(document):
    return sorted(feature["id"] for feature in document["features"])


def followed(server, address):
    """The features of all pages from `address` on, each page's counts checked."""
    found, document = [], None
    while address:
        parts = urlsplit(address)
        document = get(server, f"{parts.path}?{parts.query}").json
        assert document["numberReturned"] == len(document["features"])
        found += document["features"]
        address = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
    assert document["numberMatched"] == len(found)
    return found


def links(document):
    return {link["rel"]: link["href"] for link in document["links"]}


# ---- the documents of the standard ----


def test_the_landing_page_leads_everywhere(server):
    page = get(server, "/ogc", host="map.example").json
    assert links(page) == {
        "self": "http://map.example/ogc",
        "service-desc": "http://map.example/ogc/api",
        "conformance": "http://map.example/ogc/conformance",
        "data": "http://map.example/ogc/collections",
    }
    types = {link["rel"]: link["type"] for link in page["links"]}
    for rel, address in links(page).items():
        answer = get(server, urlsplit(address).path)
        assert (answer.status, answer.headers["content-type"]) == (200, types[rel]), rel
    assert get(server, "/ogc/", host="map.example").json == page


def test_behind_a_named_proxy_links_have_its_address(application):
    settings = Settings(data=application.settings.data, proxies=(ip_network("127.0.0.1"),))
    named = replace(application, settings=settings)
    server = Starlette(routes=web.routes(application), middleware=web.middleware(named))
    page = get(server, "/ogc", x_forwarded_proto="https", x_forwarded_host="map.example").json
    assert links(page)["data"] == "https://map.example/ogc/collections"


def test_it_declares_what_it_conforms_to(server):
    declared = get(server, "/ogc/conformance").json["conformsTo"]
    assert sorted(uri.rsplit("/", 1)[1] for uri in declared) == ["core", "geojson", "oas30"]


def test_each_collection_says_what_it_is(server):
    document = get(server, "/ogc/collections").json
    assert tuple(one["id"] for one in document["collections"]) == NAMES
    for one in document["collections"]:
        assert one == get(server, f"/ogc/collections/{one['id']}").json
        assert get(server, urlsplit(links(one)["items"]).path).json["numberMatched"] > 0
    places = document["collections"][0]
    assert places["extent"]["spatial"]["bbox"] == [[-172, -17, 179.5, 55.1]]
    assert places["extent"]["temporal"]["interval"] == [["2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z"]]


def test_the_definition_names_every_address_and_every_parameter(server):
    api = get(server, "/ogc/api").json
    assert api["openapi"].startswith("3.0.")
    operations = [path["get"]["operationId"] for path in api["paths"].values()]
    assert len(operations) == len(set(operations)) == 4 + 4 * len(NAMES)
    for path in api["paths"]:
        if "{" not in path:
            assert get(server, f"/ogc{path}").status == 200, path
    limit = api["components"]["parameters"]["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, MOST, USUAL)
    for name in NAMES:
        listed = api["paths"][f"/collections/{name}/items"]["get"]["parameters"]
        told = [
            api["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
            for one in listed
        ]
        assert {"limit", "offset", "bbox", "datetime", "community", "f", "lang"} <= {
            one["name"] for one in told
        }
        for parameter in told:
            value = {"string": "en", "integer": "1", "number": "1", "boolean": "true"}.get(
                parameter["schema"]["type"], "0,0,1,1"
            )
            value = {"f": "json", "datetime": "../.."}.get(parameter["name"], value)
            items(server, name, **{parameter["name"]: value})


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_is_as_the_schema_says(server, name):
    answer = get(server, f"/ogc/collections/{name}/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json
    schema["properties"]["geometry"] = {"type": "object", "required": ["type", "coordinates"]}
    named = set(schema["properties"]["properties"]["properties"])
    found = set()
    for feature in items(server, name)["features"]:
        jsonschema.validate(feature, schema)
        assert set(feature["properties"]) <= named
        found |= set(feature["properties"])
    assert named - found <= {"ascent_m", "descent_m", "period_to"}  # nobody knows them of the tiny town


# ---- who is in them ----


def test_places_are_the_public_ones_as_in_the_public_file(server, application):
    found = {feature["id"]: feature for feature in items(server)["features"]}
    assert sorted(found) == PUBLIC
    for place in application.place_store.places():
        written = place_to_feature(place)
        assert found[place.id]["geometry"] == written["geometry"]
        flat = {"title", "step_free", "period_from", "period_to"}
        properties = found[place.id]["properties"]
        assert {name: properties[name] for name in properties if name not in flat} == written["properties"]
    assert found["mill"]["properties"]["period_from"] == 1780
    assert "period_to" not in found["mill"]["properties"]


def test_what_is_not_public_is_nowhere(server):
    hidden = [place.id for place in PLACES if place.status != "published"]
    assert len(hidden) == len(STATUSES) - 1
    for name in NAMES:
        text = get(server, f"/ogc/collections/{name}/items?limit=10000").text
        for secret in hidden:
            assert f'"{secret}"' not in text
            assert get(server, f"/ogc/collections/{name}/items/{secret}").status == 404
    for tour in ("nowhere", "gone-round", "gone-alone"):
        assert get(server, f"/ogc/collections/tours/items/{tour}").status == 404
    missing, secret = (
        get(server, f"/ogc/collections/places/items/{one}").json["description"].replace(one, "")
        for one in ("nobody", "pending")
    )
    assert missing == secret


def test_what_is_hidden_leaves_every_collection_at_once(server, application):
    place = a_place("cafe", community="tiny", geometry=at(2, 2), activity="neighbourhood_cafe")
    application.place_store.put(place)
    everywhere = [("places", "cafe"), ("activity_spots", "cafe")]
    for name, feature in everywhere:
        assert get(server, f"/ogc/collections/{name}/items/{feature}").status == 200
    application.place_store.put(replace(place, status="hidden"))
    for name, feature in everywhere:
        assert get(server, f"/ogc/collections/{name}/items/{feature}").status == 404
        assert feature not in ids(items(server, name))


def test_tours_are_the_lines_that_are_walked(server):
    assert ids(items(server, "tours")) == ["alone", "round"]
    tour = get(server, "/ogc/collections/tours/items/round?lang=da").json
    assert tour["properties"]["title"] == "Rundt"
    assert tour["properties"]["stops"] == ["mill", "library"]
    line = tour["geometry"]["coordinates"]
    assert tour["geometry"]["type"] == "LineString"
    assert line[0] == line[-1] == pytest.approx([LON, LAT], abs=1e-6)
    assert tour["properties"]["length_m"] == pytest.approx(2000, rel=0.01)  # ten blocks there, ten back
    assert tour["properties"]["streets_loaded"] is True
    assert tour["properties"]["step_free"] is True
    alone = get(server, "/ogc/collections/tours/items/alone").json
    assert alone["geometry"] == {"type": "Point", "coordinates": pytest.approx([LON, LAT])}


def test_districts_of_any_script_have_ids_for_an_address(server):
    found = items(server, "districts", community="bare")["features"]
    assert [feature["properties"]["name"] for feature in found].count("Północ") == 2
    for feature in found:
        address = f"/ogc/collections/districts/items/{feature['id']}"
        assert quote(address) == address
        assert get(server, address).json["properties"] == feature["properties"]
    assert {"bare.polnoc", "bare.polnoc-2"} < {feature["id"] for feature in found}
    assert items(server, "districts", community="tiny")["numberMatched"] > 0


def test_activity_spots_are_openstreetmaps_and_the_pinned_ones_each_once(server):
    found = items(server, "activity_spots")["features"]
    pinned = [feature for feature in found if feature["properties"]["source"] == "residents"]
    assert [feature["id"] for feature in pinned] == ["library"]
    assert pinned[0]["properties"]["place"] == "library"
    others = [feature for feature in found if feature not in pinned]
    assert others
    for feature in others:
        element = feature["properties"]["osm_id"]
        assert feature["id"] == f"tiny.{element.replace('/', '.')}"
        assert "=" in feature["properties"]["tag"]


# ---- what a question selects ----


@pytest.mark.parametrize("limit", [1, 2, 5, 100, MOST + 1])
def test_pages_of_any_size_give_everything_once(server, limit):
    for name in NAMES:
        found = followed(server, f"/ogc/collections/{name}/items?limit={limit}")
        once = [feature["id"] for feature in found]
        assert len(once) == len(set(once))
        assert sorted(once) == ids(items(server, name, limit=MOST))


def test_pages_keep_the_question_and_turn_both_ways(server):
    first = items(server, kind="natural", bbox="0,0,90,90", lang="pl", limit=1)
    assert "prev" not in links(first)
    following = urlsplit(links(first)["next"])
    assert "kind=natural" in following.query
    assert "lang=pl" in following.query
    second = get(server, f"{following.path}?{following.query}").json
    assert [first["features"][0]["id"], second["features"][0]["id"]] == ["meadow", "undated"]
    assert "next" not in links(second)
    back = urlsplit(links(second)["prev"])
    assert get(server, f"{back.path}?{back.query}").json["features"] == first["features"]


def test_a_layer_begins_with_each_type_of_geometry(server):
    kinds = [feature["geometry"]["type"] for feature in items(server)["features"]]
    assert set(kinds[:2]) == {"Point", "Polygon"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "natural"}, ["meadow", "undated"]),
        ({"kind": ["natural", "co-created"]}, ["library", "meadow", "undated"]),
        ({"kind": "natural", "community": "tiny"}, []),
        ({"activity": "library"}, ["library"]),
        ({"themes": "quiet"}, ["library"]),
        ({"theme": "quiet"}, ["library"]),
        ({"name": "Biblioteka"}, ["library"]),
        ({"title": "Library"}, ["library"]),
        ({"title": "Biblioteka", "lang": "pl"}, ["library"]),
        ({"period_from": "1780"}, ["mill"]),
        ({"revision": "1", "community": "tiny"}, ["library", "mill"]),
        ({"revision": "2"}, []),
        ({"community": "nowhere"}, []),
        ({"bbox": "12.05,55.05,12.06,55.06"}, ["meadow"]),
        ({"bbox": "12.1,55.1,13,56"}, ["meadow"]),  # the corner touches
        ({"bbox": "12.05,55.05,-100,12.06,55.06,100"}, ["meadow"]),
        ({"bbox": "170,-20,-170,-10"}, ["fiji", "samoa"]),
        ({"bbox": "-170,-20,170,-10"}, []),
        ({"bbox": "179.5,-17,179.5,-17"}, ["fiji"]),
        ({"bbox": "-180,-90,180,90"}, PUBLIC),
        ({"bbox": "0,0,90,90", "kind": "natural", "limit": "1", "offset": "1"}, ["undated"]),
        ({"offset": "1000"}, []),
        ({"datetime": "../.."}, PUBLIC),
        ({"datetime": "/"}, PUBLIC),
        ({"datetime": "2026-06-01T10:00:00Z"}, ["library", "undated"]),
        ({"datetime": "2026-06-01T12:00:00+02:00"}, ["library", "undated"]),
        ({"datetime": "2026-06-01"}, ["library", "undated"]),
        ({"datetime": "2026-06-01T10:00:01Z/.."}, ["meadow", "undated"]),
        ({"datetime": "2026-06-01T10:00:01Z/"}, ["meadow", "undated"]),
        ({"datetime": "2026-06-01/2026-09-01"}, ["library", "meadow", "undated"]),
        ({"datetime": "2026-06-01T/2026-09-01T", "kind": "natural"}, ["meadow", "undated"]),  # GDAL's way
        ({"datetime": "../2026-06-01T09:59:59Z", "community": "tiny"}, ["mill"]),
        ({"datetime": "/2025-12-31"}, ["undated"]),
        ({"datetime": "9999-12-31/.."}, ["undated"]),
        ({"f": "json", "activity": "library"}, ["library"]),
    ],
)
def test_what_a_question_selects(server, query, found):
    document = items(server, **query)
    assert ids(document) == sorted(found)
    paged = "limit" in query or "offset" in query
    assert paged or document["numberMatched"] == document["numberReturned"] == len(found)


def test_booleans_are_asked_as_true_or_1(server):
    assert ids(items(server, "tours", loop="true")) == ids(items(server, "tours", loop="1")) == ["round"]
    assert ids(items(server, "tours", loop="false")) == ["alone"]
    assert ids(items(server, "tours", stops="library")) == ["round"]


@pytest.mark.parametrize(
    "query",
    [
        *({"limit": value} for value in ("0", "-1", "abc", "", "1.5", " 5", "٥", "1_0", ["1", "2"])),
        *({"offset": value} for value in ("-1", "x", "")),
        *({"bbox": value} for value in ("1,2,3", "1,2,3,4,5", "1,2,3,x", "", "1,2,3,4,5,6,7", "nan,0,1,1")),
        *({"bbox": value} for value in ("0,50,1,40", "0,0,9,1,1,1", "0,0,1,91", "200,0,210,1", "0,0,inf,1")),
        *({"bbox": value} for value in ("1e999,0,1,1", "1 2 3 4", ["0,0,1,1", "0,0,1,1"])),
        *({"datetime": value} for value in ("yesterday", "2020-13-01", "2026-02-30T00:00:00Z", "", "..")),
        *({"datetime": value} for value in ("a/b/c", "2021-01-01/2020-01-01", "2026-05-01T12:00:00", "2026")),
        *({"datetime": value} for value in ("0001-01-01T00:00:00+14:00", "2026-01-01T25:00:00Z")),
        {"revision": "abc"},
        {"lang": "xx"},
        {"f": "html"},
        {"colour": "blue"},
        {"description": "x"},
        {"KIND": "natural"},
        {"bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/3857"},
    ],
    ids=str,
)
def test_a_question_that_is_wrong_is_refused_with_its_value_and_what_to_do(server, query):
    told = items(server, expect=400, **query)
    assert told["code"] == "InvalidParameterValue"
    ((name, value),) = query.items()
    assert name in told["description"]
    assert "; " in told["description"]
    assert (
        isinstance(value, list) or name not in {"limit", "datetime", "bbox"} or value in told["description"]
    )


def test_every_address_refuses_parameters_it_does_not_know(server):
    for path in (
        "",
        "/api",
        "/conformance",
        "/collections",
        "/collections/places",
        "/collections/places/schema",
    ):
        assert get(server, f"/ogc{path}?limit=1").status == 400, path
        assert get(server, f"/ogc{path}?f=json&lang=pl").status == 200, path
    assert get(server, "/ogc/collections/places/items/mill?limit=1").status == 400


# ---- as all our routes ----


def test_what_is_not_there_is_404_in_json(server):
    for path in (
        "/collections/nothing",
        "/collections/nothing/items",
        "/collections/initiatives",
        "/collections/places/items/nobody",
        "/collections/places/items/../../../etc/passwd",
        "/collections/places/items/%2e%2e%2f%2e%2e",
        "/nothing",
        "/collections/places/nothing",
    ):
        answer = get(server, f"/ogc{path}")
        assert (answer.status, answer.headers["content-type"]) == (404, "application/json"), path
        assert answer.json["code"] == "NotFound", path


def test_etag_gzip_head_options_and_other_sites(server, application):
    address = "/ogc/collections/places/items"
    first = get(server, address, accept_encoding="gzip")
    assert first.headers["content-type"] == "application/geo+json"
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["access-control-allow-origin"] == "*"
    assert get(server, address, if_none_match=first.headers["etag"]).status == 304
    head = get(server, address, method="HEAD")
    assert (head.status, head.headers["etag"]) == (200, first.headers["etag"])
    application.place_store.put(a_place("new", community="bare"))
    assert get(server, address, if_none_match=first.headers["etag"]).status == 200
    application.place_store.put(a_place("new", community="bare", status="withdrawn"))
    options = get(server, address, method="OPTIONS")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert get(server, address, method="POST").status == 405
    assert get(server, f"{address}?limit=0").headers["access-control-allow-origin"] == "*"


def test_a_store_that_cannot_be_read_is_503(server, application, monkeypatch):
    def fail():
        raise StoreUnavailable("the disk is gone", "mount it")

    monkeypatch.setattr(application.place_store, "version", fail)
    fresh = Starlette(routes=web.routes(application))
    answer = get(fresh, "/ogc/collections/places/items")
    assert (answer.status, answer.json["code"]) == (503, "NoApplicableCode")
    assert answer.json["description"] == "the disk is gone; mount it"


def test_the_documentation_names_every_address_and_property(server):
    text = (Path(__file__).parents[3] / "docs" / "ogc.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"**{name}**" in text
        schema = get(server, f"/ogc/collections/{name}/schema").json
        properties = schema["properties"]["properties"]["properties"]
        assert [one for one in properties if f"`{one}`" not in text] == []
    assert f"1 to {MOST:,}, without it {USUAL}" in text

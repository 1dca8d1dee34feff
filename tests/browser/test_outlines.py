"""Streets and parks on the maps: drawn as lines and areas, clicked like pins, counted once."""

from __future__ import annotations

import json
import math
import random
import sys
import urllib.request
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account, submitted

from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings

PARK = "demo-sundengen"
STREET = "demo-sundbroen"


def published(server):
    with urllib.request.urlopen(f"{server.url}/data/demo/places.geojson", timeout=60) as answer:
        return json.load(answer)["features"]


def test_lines_and_areas_are_drawn_and_every_place_is_counted_once(visitor, server):
    features = published(server)
    outlines = [f for f in features if f["geometry"]["type"] not in {"Point", "MultiPoint"}]
    assert {f["geometry"]["type"] for f in outlines} == {"LineString", "Polygon"}
    one = visitor()
    one.open("/?community=demo")
    assert one.agreed_places() == len(features)
    assert one.in_map("Number(map.getContainer().dataset.outlines)") == len(outlines)
    drawn = one.in_map("[...document.querySelectorAll('[data-outline]')].map((path) => path.dataset.outline)")
    assert sorted(drawn) == sorted(f["id"] for f in outlines)
    kinds = {f["id"]: f["properties"]["kind"] for f in outlines}
    colours = one.in_map(
        "Object.fromEntries([...document.querySelectorAll('[data-outline]')]"
        ".map((path) => [path.dataset.outline, path.getAttribute('stroke')]))"
    )
    assert len({(kinds[place], colour) for place, colour in colours.items()}) == len(set(kinds.values()))


@pytest.mark.parametrize("place", [PARK, STREET])
def test_a_click_on_the_ground_opens_the_popup_and_the_story(visitor, server, place):
    name = next(f for f in published(server) if f["id"] == place)["properties"]["name"]["en"]
    one = visitor()
    one.open("/?community=demo")
    one.places_on_map()
    one.in_map(f"map.setView(map._mmPlaces.pins.get('{place}').getLatLng(), 18, {{ animate: false }}) && 1")
    spot = one.in_map(
        f"""(() => {{
            const pin = map._mmPlaces.pins.get('{place}');
            const at = map.latLngToContainerPoint(pin.getLatLng());
            for (let r = 40; r < 260; r += 4) for (let a = 0; a < 64; a += 1) {{
                const [x, y] = [at.x + r * Math.cos(a * Math.PI / 32), at.y + r * Math.sin(a * Math.PI / 32)];
                const hit = document.elementFromPoint(x, y);
                if (hit && hit.matches("path.leaflet-interactive")) return [x, y];
            }}
            return null;
        }})()"""
    )
    assert spot, "nothing of the outline can be clicked"
    one.map.locator("#map_div").click(position={"x": spot[0], "y": spot[1]})
    expect(one.page.locator(".mm-story-head h2")).to_have_text(name)
    expect(one.map.locator(".mm-popup strong")).to_have_text(name)


def test_the_point_that_stands_for_a_place_lies_on_it(visitor, server):
    rng = random.Random(3)
    shapes = []
    for _ in range(60):
        corners = sorted(rng.uniform(0, 2 * math.pi) for _ in range(rng.randint(3, 12)))
        ring = [(17.2 + 0.01 * rng.uniform(0.2, 1) * math.cos(a), 55.7 + 0.01 * math.sin(a)) for a in corners]
        polygon = shapely.Polygon(ring)
        shapes += [polygon] if polygon.is_valid and polygon.area > 1e-6 else []
        shapes.append(shapely.LineString(ring))
    shapes.append(shapely.Point(17.2, 55.7).buffer(0.01).difference(shapely.Point(17.2, 55.7).buffer(0.009)))
    one = visitor()
    one.open("/?community=demo")
    one.places_on_map()
    found = one.map.locator("#map_div").evaluate(
        "(_, shapes) => shapes.map(micropolis.anchor)", [shapely.geometry.mapping(shape) for shape in shapes]
    )
    for shape, at in zip(shapes, found, strict=True):
        assert shape.distance(shapely.Point(at)) < 1e-9, shape.wkt


def test_the_queue_shows_a_street_that_waits(visitor, server):
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))
    account = an_account(application, "una@example.org", communities=("demo",))
    line = {"type": "LineString", "coordinates": [[17.193, 55.703], [17.196, 55.704], [17.199, 55.703]]}
    feature = {
        "type": "Feature",
        "geometry": line,
        "properties": {"kind": "historical", "name": {"en": "The old tram line"}},
    }
    waiting = submitted(application, "place", "demo", feature, who="tram")
    una = visitor()
    token = a_session(application, account)
    una.context.add_cookies([{"name": "micropolis_session", "value": token, "url": una.base}])
    una.open("/moderation?community=demo")
    assert una.places_on_map() == 1
    drawn = una.map.locator(f"[data-outline='{waiting.id}']")
    expect(drawn).to_have_attribute("stroke", "#b04a00")


def test_an_area_is_shown_to_its_author_as_neighbours_will_see_it(visitor, server):
    one = visitor(viewport={"width": 390, "height": 844}, service_workers="block")
    one.page.goto(f"{one.base}/pin/demo")
    one.page.locator("#map[data-places]").wait_for(state="attached")
    one.page.get_by_text("An area", exact=True).click()
    box = one.page.locator("#map").bounding_box()
    before = one.page.locator("#map path.leaflet-interactive").count()
    assert before == 0  # areas that are there take no taps away from who pins within them
    for number, (across, down) in enumerate(((0.3, 0.3), (0.6, 0.3), (0.6, 0.5)), start=1):
        one.page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        expect(one.page.locator("#drawing-hint")).to_have_text(f"Corners: {number}")
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_label("Name", exact=True).fill("Triangle of thyme")
    one.page.get_by_role("button", name="See how it will look").click()
    expect(one.page.locator("#map .mm-marker.is-preview")).to_have_count(1)
    shown = one.page.locator(".leaflet-mm-areas-pane path, .leaflet-pane path").evaluate_all(
        "paths => paths.filter((p) => p.getAttribute('stroke') === '#00725a' && !p.dataset.outline).length"
    )
    assert shown >= 1

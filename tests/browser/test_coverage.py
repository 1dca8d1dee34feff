"""A planner finds who is left out: the map, figures under the pointer, obstacles, two maps side by side."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

READS_ONLY = True


def ready(one):
    """Wait until the map has drawn walking times, meeting places and worst-served homes."""
    for what in ("coverage", "spots", "worst"):
        one.map.locator(f"#map_div[data-{what}]").wait_for()


def command(server, *words):
    """Return what the command prints on the server's own data."""
    environ = os.environ | {"MICROPOLIS_DATA": str(server.data)}
    line = [sys.executable, "-m", "micropolis_map", "coverage", "demo", "--json", *words]
    done = subprocess.run(line, env=environ, check=True, capture_output=True, timeout=300)
    return json.loads(done.stdout)


@pytest.mark.journey("coverage")
def test_a_planner_finds_the_worst_served_district(visitor, server):
    figures = command(server, "--profile", "wheelchair", "--all")
    lived = [area for area in figures["districts"] if area["population"] > 0]
    worst = min(lived, key=lambda area: area["share_within"]["15"])

    one = visitor()
    one.open("/coverage?community=demo&lang=en")
    ready(one)
    one.page.get_by_role("radio", name="By wheelchair").click()
    one.page.wait_for_url(re.compile("profile=wheelchair"))
    said = one.page.get_by_text(re.compile("It is worst in"))
    expect(said).to_contain_text(worst["district"])
    beyond = f"{round(figures['total']['people_beyond']):,}"
    expect(one.page.locator(".mm-figures")).to_contain_text(beyond)
    expect(one.page.get_by_text(re.compile(f"{beyond} people, .* live farther away"))).to_be_visible()

    one.page.get_by_role("radio", name="Districts").click()
    one.page.wait_for_url(re.compile("show=districts"))
    count = len([area for area in figures["districts"] if not area["district"].startswith("(")])
    one.map.locator(f'#map_div[data-coverage="{count}"]').wait_for()
    expect(one.page.locator(".mm-legend")).to_contain_text("People farther than 15 min away")


def test_rings_are_exactly_the_spots_that_count(visitor, server):
    figures = command(server, "--kind", "library", "--kind", "sports", "--open-at", "Sa 10:00")
    one = visitor()
    one.open("/coverage?community=demo&spots=library,sports&open=Sa+10:00")
    ready(one)
    expect(one.map.locator(f'#map_div[data-spots="{figures["spots"]}"]')).to_be_attached()
    expect(one.map.locator(".mm-spot:not(.is-unknown)")).to_have_count(figures["spots"])


def tapped(one):
    """Tap the first thing the map colours; return what is known of it."""
    return one.in_map(
        "window.map._mmHeat.example().then(({ latlng, about }) => {"
        " window.map.fire('click', { latlng }); return about; })"
    )


def test_a_click_on_a_district_says_its_figures(visitor):
    one = visitor()
    one.open("/coverage?community=demo&show=districts&lang=en")
    ready(one)
    tapped(one)
    popup = one.map.locator(".leaflet-popup .mm-tip")
    expect(popup).to_contain_text("people live here")
    expect(popup).to_contain_text("within 15 min")


def test_hexagons_at_the_zoom_of_a_town_and_streets_nearer(visitor):
    one = visitor()
    one.open("/coverage?community=demo&lang=en")
    ready(one)
    one.map.locator('#map_div[data-layer="hexagons"][data-heat]').wait_for()
    about = tapped(one)
    popup = one.map.locator(".leaflet-popup .mm-tip").first
    expect(popup).to_contain_text(re.compile(r"^[\d.]+ min · .*live"))
    expect(popup).to_contain_text(f"{about['population']:,.0f} ")

    one.in_map("(window.map.closePopup(), window.map.setZoom(16, { animate: false }), 0)")
    one.map.locator('#map_div[data-layer="streets"][data-heat^="16/"]').wait_for()
    assert one.in_map("window.micropolis.coverageBy") == "worker"
    assert painted(one) > 0.01
    tapped(one)
    expect(popup).to_contain_text("to the nearest meeting place")

    one.page.get_by_role("radio", name="Hexagons").click()
    one.page.wait_for_url(re.compile("show=hexagons"))
    one.map.locator('#map_div[data-layer="hexagons"][data-heat^="16/"]').wait_for()


def painted(one):
    """Return the share of the coloured tiles' pixels that have a colour."""
    return one.in_map(
        "(() => { const tiles = [...document.querySelectorAll('.mm-heat canvas')].map((tile) => {"
        " const own = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });"
        " const ctx = own.getContext('2d'); ctx.drawImage(tile, 0, 0, 64, 64);"
        " return [...ctx.getImageData(0, 0, 64, 64).data].filter((v, i) => i % 4 === 3 && v > 0).length; });"
        " return tiles.reduce((a, b) => a + b, 0) / tiles.length / 64 ** 2; })()"
    )


@pytest.mark.parametrize("shown", ["streets", "homes", "hexagons"])
def test_the_page_paints_the_same_where_no_worker_is(visitor, shown):
    shares = []
    for broken in (False, True):
        one = visitor()
        if broken:
            one.page.route("**/coverage_worker.js*", lambda route: route.fulfill(status=404))
        one.open(f"/coverage?community=demo&lang=en&show={shown}")
        ready(one)
        one.map.locator(f'#map_div[data-layer="{shown}"][data-heat]').wait_for()
        assert one.in_map("window.micropolis.coverageBy") == ("page" if broken else "worker")
        shares.append(painted(one))
    assert shares[0] > 0.001
    assert shares[1] == pytest.approx(shares[0], abs=0.005)


def test_another_threshold_is_drawn_without_asking_the_server_again(visitor):
    one = visitor()
    asked = []
    one.page.on("request", lambda request: asked.append(request.url) if ".bin" in request.url else None)
    one.open("/coverage?community=demo&show=streets")
    ready(one)
    assert len(asked) == 1
    shown = int(one.map.locator("#map_div").get_attribute("data-shown"))
    one.page.get_by_role("button", name="20 min").click()
    one.page.wait_for_url(re.compile("minutes="))
    one.map.locator(f'#map_div[data-shown="{shown + 1}"]').wait_for()
    assert len(asked) == 1


def test_the_obstacle_that_matters_most_is_on_the_map(visitor):
    one = visitor()
    one.open("/coverage?community=demo&profile=wheelchair&lang=en")
    expect(one.page.get_by_text("A ramp would help here")).to_be_visible()
    one.map.locator("#map_div[data-barriers]").wait_for()
    expect(one.map.locator(".mm-barrier.is-open").first).to_be_attached()

    other = visitor()
    other.open("/coverage?community=demo&profile=wheelchair&obstacle=open-1&lang=en")
    other.map.locator("#map_div[data-barriers]").wait_for()
    expect(other.map.locator(".mm-barrier.is-open").first).to_be_in_viewport()


@pytest.mark.parametrize(
    "viewport",
    [
        pytest.param({"width": 1280, "height": 900}, marks=pytest.mark.journey("compare")),
        {"width": 390, "height": 844},
    ],
)
def test_two_maps_move_together(visitor, viewport):
    one = visitor(viewport)
    one.open("/compare?community=demo&compare=profiles&other=wheelchair&lang=en")
    ready(one)
    one.map.locator("#mm-other[data-coverage]").wait_for()
    expect(one.map.locator(".mm-title")).to_have_text(["Adult", "By wheelchair"])
    one.in_map("window.map.setView([55.7, 17.2], 16, { animate: false })")
    both = "[window.map, window.map._mmTwin].map((m) => [m.getZoom(), m.getCenter().lat, m.getCenter().lng])"
    left, right = one.in_map(both)
    assert left == pytest.approx(right, abs=1e-4)
    boxes = [one.map.locator(name).bounding_box() for name in ("#map_div", "#mm-other")]
    if viewport["width"] > 640:
        assert boxes[0]["x"] < boxes[1]["x"]
    else:
        assert boxes[0]["y"] < boxes[1]["y"]
    assert one.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    expect(one.page.get_by_role("heading", name="What differs")).to_be_visible()

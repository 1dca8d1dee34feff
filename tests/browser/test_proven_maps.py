"""What a map of a town must show, proved by facts from its renderer: for real, invented and awkward towns.

Twelve pictures were looked at and are kept; MICROPOLIS_RENEW_PICTURES=1 writes them anew, to be looked at.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seeded_towns
import shapely
from conftest import ROOT, Server, Visitor, serving
from PIL import Image

from micropolis_map.services.built_files import HOMES, read_points
from micropolis_map.services.people_groups import ALL, people_at

SIZES = [(390, 844), (1280, 900), (1920, 1080)]
REAL = {
    "monaco": ["monaco.osm.pbf", "--boundary", "monaco_boundary.geojson", "--elevation", "N43E007.hgt.zip"],
    "porto_alegre": ["poa_osm.pbf", "--population", "poa_hexgrid.csv", "--elevation", "poa_elevation.tif"],
    "andorra": ["andorra.osm.pbf", "--elevation", "N42E001.hgt.zip"],
}
LEAST_NAMES = {390: 6, 1280: 20, 1920: 20}
NEAR_COAST_DEG = 0.0012
DRAWN = """async points => {
  const map = document.querySelector("#map").mmMap;
  const frame = map.getContainer().getBoundingClientRect();
  const facts = await micropolis.drawn(map, points);
  const over = [...map.getContainer().querySelectorAll(".leaflet-marker-icon, .leaflet-control")]
    .map(node => node.getBoundingClientRect()).filter(r => r.width)
    .map(r => [r.left - frame.left, r.top - frame.top, r.right - frame.left, r.bottom - frame.top]);
  return {...facts, over};
}"""


RESTS = """() => {
  const box = document.querySelector("#map[data-fitted][data-view][data-painted][data-kept-free]");
  if (!box) return false;
  const frame = box.getBoundingClientRect();
  const pins = [...box.querySelectorAll(".leaflet-marker-icon")].map(node => node.getBoundingClientRect())
    .filter(r => r.width && r.right > frame.left && r.left < frame.right)
    .filter(r => r.bottom > frame.top && r.top < frame.bottom);
  return pins.length === Number(box.dataset.keptFree);
}"""


PICTURES = Path(__file__).parent / "pictures"
PICTURED = (960, 720)
KEPT_AT = 2
"""Each pixel that is kept is the mean of four: letters are drawn a little otherwise on each machine."""
STRIKING, STRIKING_SHARE, MEAN = 48, 0.03, 4.0
"""Pixels that differ by so many of 255 levels strike; how large a part may; what the mean may be."""
STREETS = 16.5
FADED_IN = """() => [...document.querySelectorAll(".leaflet-tile-pane canvas")].every(
  tile => getComputedStyle(tile).opacity === "1")"""


@dataclass(frozen=True)
class Proven:
    """The towns that are loaded, each with what the test itself knows of it."""

    server: Server
    known: dict[str, seeded_towns.SeededTown]

    def load(self, slug: str, real: Callable[[], Path]) -> None:
        """Load the streets of the town, once."""
        if (self.server.data / "geo" / address_of(slug) / "built").exists():
            return
        if slug in seeded_towns.TOWNS:
            self.known[slug] = seeded_towns.TOWNS[slug](self.server.data.parent)
            files = ["--osm", str(self.known[slug].osm), "--boundary", str(self.known[slug].boundary)]
        else:
            home = real() / slug
            files = ["--osm", *(part if part.startswith("--") else str(home / part) for part in REAL[slug])]
        command = [sys.executable, "-m", "micropolis_map", "load", address_of(slug), "--name", slug, *files]
        environ = os.environ | {"MICROPOLIS_DATA": str(self.server.data)}
        subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, timeout=600)


@pytest.fixture(scope="module")
def server(loaded_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own for towns that are loaded when a test asks for them."""
    with serving(loaded_town, tmp_path_factory.mktemp("proven") / "data", []) as one:
        yield one


@pytest.fixture(scope="module")
def proven(server: Server) -> Proven:
    """What is loaded so far."""
    return Proven(server, {})


def address_of(slug: str) -> str:
    """Return the town's slug: without an underscore."""
    return slug.replace("_", "-")


def lived_at(proven: Proven, slug: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return longitude, latitude and people of each home: of the plan, else of the build."""
    if slug in proven.known:
        lon, lat = np.array(proven.known[slug].homes).T
        return lon, lat, np.ones(len(lon))
    (file,) = (proven.server.data / "geo" / address_of(slug) / "built").glob(f"*/{HOMES}")
    homes = read_points(file)
    return homes.lon, homes.lat, people_at(homes, ALL)


def assert_people_are_in_view(proven: Proven, slug: str, shown: list[float]) -> None:
    """At least 95 % of the people are in view, and their homes fill half of its width or height."""
    lon, lat, people = lived_at(proven, slug)
    west, south, east, north = shown
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    assert people[inside].sum() >= 0.95 * people.sum()
    wide, high = np.ptp(lon[inside]) / (east - west), np.ptp(lat[inside]) / (north - south)
    assert max(wide, high) >= 0.5


def meet(one: list[float], other: list[float]) -> bool:
    """Say whether two boxes lie over each other, by more than a pixel's rounding."""
    return (
        one[0] + 0.5 < other[2]
        and other[0] + 0.5 < one[2]
        and one[1] + 0.5 < other[3]
        and other[1] + 0.5 < one[3]
    )


def assert_names_are_readable(facts: dict[str, Any], width: int) -> None:
    """There are enough of them, none over another, a pin or a control."""
    names = facts["names"]
    assert len({name["text"] for name in names}) >= LEAST_NAMES[width]
    for one, other in combinations(names, 2):
        assert not any(meet(a, b) for a in one["boxes"] for b in other["boxes"]), (one, other)
    for name in names:
        assert not any(meet(a, b) for a in name["boxes"] for b in facts["over"]), name


def points_to_ask(town: seeded_towns.SeededTown, shown: list[float]) -> list[tuple[float, float, bool]]:
    """Return longitude, latitude and whether it is sea, of points in view that are not near the coast."""
    west, south, east, north = shown
    if town.sea is None:
        return []
    near = town.sea.boundary.buffer(NEAR_COAST_DEG)
    steps = [(i / 12, j / 12) for i in range(1, 12) for j in range(1, 12)]
    grid = [(west + (east - west) * i, south + (north - south) * j) for i, j in steps]
    asked = [point for point in grid if not near.contains(shapely.Point(point))]
    inside = [point for point in asked if (town.sea | town.land).contains(shapely.Point(point))]
    return [(lon, lat, bool(town.sea.contains(shapely.Point(lon, lat)))) for lon, lat in inside]


def cases() -> list[Any]:
    """Return each town at each size, light and dark; one of them is tried by everybody."""
    found = []
    for slug in ("demo", *seeded_towns.TOWNS, *REAL):
        for size in SIZES:
            for scheme in ("light", "dark"):
                quick = (slug, size[0], scheme) == ("island", 390, "light")
                marks = [pytest.mark.journey] if quick else []
                found.append(pytest.param(slug, size, scheme, marks=marks, id=f"{slug}-{size[0]}-{scheme}"))
    return found


@pytest.mark.parametrize(("slug", "size", "scheme"), cases())
def test_a_map_shows_its_town(
    visitor: Callable[..., Visitor],
    proven: Proven,
    request: pytest.FixtureRequest,
    slug: str,
    size: tuple[int, int],
    scheme: str,
) -> None:
    proven.load(slug, lambda: request.getfixturevalue("test_data"))
    one = visitor({"width": size[0], "height": size[1]}, color_scheme=scheme)
    one.page.goto(f"{proven.server.url}/embed/{address_of(slug)}?lang=en")
    if slug == "demo":
        one.page.locator(".leaflet-marker-icon").first.wait_for()
    one.page.wait_for_function(RESTS)
    box = one.page.locator("#map")
    shown = [float(part) for part in str(box.get_attribute("data-view")).split(",")]
    asked = points_to_ask(proven.known[slug], shown) if slug in proven.known else []
    facts = one.page.evaluate(DRAWN, [[lat, lon] for lon, lat, _ in asked])
    assert (facts["theme"], facts["worker"]) == (scheme, True)
    assert (facts["unknown"], facts["failed"]) == ([], 0)
    assert facts["painted"]["covered"] == pytest.approx(1.0)
    assert_people_are_in_view(proven, slug, shown)
    assert_names_are_readable(facts, size[0])
    for (lon, lat, is_sea), kinds in zip(asked, facts["at"], strict=True):
        assert ("water/sea" in kinds) == is_sea, (lon, lat, kinds)


def picture(shot: bytes) -> np.ndarray:
    """Return a screenshot as it is kept, shape ``(height, width, 3)``."""
    image = Image.open(io.BytesIO(shot)).convert("RGB").reduce(KEPT_AT)
    return np.asarray(image, dtype=np.int16)


def unlike(one: np.ndarray, other: np.ndarray) -> str:
    """Return in what two pictures of one size differ more than machines do; nothing where they are alike."""
    apart = np.abs(one - other)
    striking, mean = float((apart.max(axis=2) > STRIKING).mean()), float(apart.mean())
    alike = striking <= STRIKING_SHARE and mean <= MEAN
    return "" if alike else f"{striking:.1%} of the picture strikes, {mean:.1f} levels on average"


PICTURED_TOWNS = [
    ("demo", "light", None),
    ("demo", "dark", None),
    ("demo", "contrast", None),
    ("demo", "light", STREETS),
    ("demo", "dark", STREETS),
    ("island", "light", None),
    ("island", "dark", None),
    ("strip", "light", None),
    ("parts", "light", None),
    ("monaco", "light", None),
    ("monaco", "dark", None),
    ("porto_alegre", "light", None),
]


@pytest.mark.parametrize(("slug", "theme", "zoom"), PICTURED_TOWNS)
def test_a_map_looks_as_it_was_liked(
    visitor: Callable[..., Visitor],
    proven: Proven,
    request: pytest.FixtureRequest,
    slug: str,
    theme: str,
    zoom: float | None,
) -> None:
    proven.load(slug, lambda: request.getfixturevalue("test_data"))
    one = visitor({"width": PICTURED[0], "height": PICTURED[1]})
    one.page.add_init_script(f"localStorage.setItem('mm-theme', '{theme}')")
    one.page.goto(f"{proven.server.url}/embed/{address_of(slug)}?lang=en")
    one.page.wait_for_function(RESTS)
    if zoom:
        one.page.evaluate(
            "zoom => document.querySelector('#map').mmMap.setZoom(zoom, {animate: false})", zoom
        )
        one.page.wait_for_function(
            "zoom => document.querySelector('#map').dataset.painted?.startsWith(`${zoom}/`)", arg=zoom
        )
        one.page.wait_for_function(RESTS)
    one.page.wait_for_function(FADED_IN)
    shown = picture(one.page.screenshot(animations="disabled"))
    kept = PICTURES / f"{slug}-{theme}{'-streets' if zoom else ''}.png"
    if os.environ.get("MICROPOLIS_RENEW_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        Image.fromarray(shown.astype(np.uint8)).quantize(96, dither=Image.Dither.NONE).save(
            kept, optimize=True
        )
        pytest.skip(f"{kept.name} is written: look at it")
    assert unlike(shown, np.asarray(Image.open(kept).convert("RGB"), dtype=np.int16)) == ""


def test_pictures_of_other_towns_and_themes_are_not_taken_for_alike() -> None:
    kept = {
        file.stem: np.asarray(Image.open(file).convert("RGB"), dtype=np.int16)
        for file in PICTURES.glob("*.png")
    }
    assert len(kept) == len(PICTURED_TOWNS)
    assert all(unlike(kept[one], kept[other]) for one, other in combinations(kept, 2))
    town = kept["island-light"]
    sea = np.abs(town - town[2, town.shape[1] // 2]).max(axis=2) < 12
    without = np.where(sea[..., None], np.array([244, 240, 232], dtype=np.int16), town)
    assert sea.mean() > 0.05
    assert unlike(town, without)

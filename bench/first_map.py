"""The first map that a phone gets of a town: `python -m bench.first_map [SLOWER]`.

Porto Alegre is loaded and served as the product does, and its map is opened on a phone's screen by a chromium
without GPU whose main thread is SLOWER (4) times as slow. A JSON line for our map and one for what a naive
page does, Folium's GeoJSON layer of the same streets: the kilobytes that came, by what they are; the seconds
until the map was painted; the longest task of the main thread; and, while the map pans for `PAN_S` seconds,
the frames a second and the longest wait for one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.browsing import CHROMIUM, MOST_MS, ROOT, WATCH, load, served

DATA = Path(os.environ.get("MICROPOLIS_TEST_DATA", ROOT.parent / "shared" / "data")) / "porto_alegre"
PHONE = {"width": 390, "height": 844}
MOST_KB = 400.0
"""Of script, style and tiles."""
PAN_S = 4.0
PANNED = """async ([map, seconds]) => {
  const waits = [];
  const end = performance.now() + seconds * 1000;
  let last = performance.now(), turn = 0;
  while (last < end) {
    const by = [turn % 120 < 60 ? 160 : -160, turn % 90 < 45 ? 90 : -90];
    if (turn % 30 === 0) map.panBy(by, { duration: 0.4 });
    turn += 1;
    await new Promise(requestAnimationFrame);
    waits.push(performance.now() - last);
    last = performance.now();
  }
  return waits;
}"""
OURS = "document.querySelector('#map').mmMap"
KINDS = {"js": "script", "css": "style", "json": "style", "woff2": "fonts"}


def kind(address: str) -> str:
    """Return what an address brings."""
    path = address.partition("?")[0]
    if "/tiles/" in path:
        return "tiles"
    return KINDS.get(path.rpartition(".")[2], "rest")


def naive_page(features: Path, folder: Path) -> Path:
    """Write what anybody would: Folium's map with the town's streets as one GeoJSON layer."""
    import folium
    import geopandas as gpd

    from micropolis_map.stores.map_features import read_map_features

    streets = read_map_features(features, layers=["streets"])
    frame = gpd.GeoDataFrame({"kind": streets.kind}, geometry=streets.geometry, crs=4326)
    west, south, east, north = frame.total_bounds
    page = folium.Map([(south + north) / 2, (west + east) / 2], zoom_start=13, tiles=None)
    folium.GeoJson(frame, name="streets").add_to(page)
    page.save(folder / "naive.html")
    return folder / "naive.html"


def looked_at(page: Any, of_map: str) -> dict[str, Any]:
    """Pan the map and return what was seen since the page was opened."""
    shown_ms = page.evaluate("mmLong.splice(0)")
    waits = page.evaluate(f"async seconds => ({PANNED})([{of_map}, seconds])", PAN_S)
    return {
        "longest_opening_ms": round(max(shown_ms, default=0.0)),
        "longest_panning_ms": round(max(page.evaluate("mmLong"), default=0.0)),
        "frames_per_s": round(len(waits) / PAN_S, 1),
        "longest_frame_ms": round(max(waits)),
    }


def opened(chromium: Any, slower: float) -> tuple[Any, Counter[str]]:
    """Return a phone's page, and the counter of the bytes that come to it."""
    page = chromium.new_page(viewport=PHONE, device_scale_factor=2, has_touch=True)
    page.add_init_script(WATCH)
    came: Counter[str] = Counter()

    def heard(request: Any) -> None:
        sizes = request.sizes()
        came[kind(request.url)] += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", heard)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return page, came


def ours(chromium: Any, address: str, slower: float) -> dict[str, Any]:
    """Open our map of the town, wait until it is painted, and pan it."""
    page, came = opened(chromium, slower)
    start = time.perf_counter()
    page.goto(f"{address}/embed/porto-alegre?lang=en")
    page.locator("#map[data-painted][data-kept-free]").wait_for(timeout=120_000)
    painted_s = time.perf_counter() - start
    kilobytes = {name: round(count / 1000) for name, count in sorted(came.items())}
    found = {"page": "ours", "painted_s": round(painted_s, 2), "kb": kilobytes} | looked_at(page, OURS)
    page.close()
    counted = sum(kilobytes.get(name, 0) for name in ("script", "style", "tiles"))
    longest = max(found["longest_opening_ms"], found["longest_panning_ms"])
    return found | {"counted_kb": counted, "well": counted <= MOST_KB and longest <= MOST_MS}


def naive(chromium: Any, file: Path, address: str, slower: float) -> dict[str, Any]:
    """Open the naive page, with our own copy of Leaflet in place of the other host's, and pan it."""
    page, _ = opened(chromium, slower)

    def answer(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in {"leaflet.js", "leaflet.css"}:
            route.fulfill(response=route.fetch(url=f"{address}/vendor/{name}"))
        else:
            route.fulfill(status=200, body="")

    page.route(lambda url: url.startswith("https:"), answer)
    start = time.perf_counter()
    page.goto(file.as_uri(), wait_until="load", timeout=300_000)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    painted_s = time.perf_counter() - start
    of_map = page.evaluate("Object.keys(window).find(name => name.startsWith('map_'))")
    found = {"page": "Folium's GeoJSON", "painted_s": round(painted_s, 2)} | looked_at(page, of_map)
    page.close()
    return found | {"kb": {"page": round(file.stat().st_size / 1000)}}


def main(slower: float) -> None:
    """Load, serve, look at both."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as browsers:
        home = Path(folder)
        files = ["--osm", str(DATA / "poa_osm.pbf"), "--elevation", str(DATA / "poa_elevation.tif")]
        load(home / "data", "porto-alegre", "--name", "Porto Alegre", *files)
        (features,) = (home / "data" / "geo" / "porto-alegre" / "built").glob("*/map_features.parquet")
        page = naive_page(features, home)
        with served(home / "data") as address:
            chromium = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for row in (ours(chromium, address, slower), naive(chromium, page, address, slower)):
                print(json.dumps({"slower": slower, **row}), flush=True)
            chromium.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)

"""The map of walking times of a large region in a browser: `python -m bench.coverage_map [NODES [SLOWER]]`.

A seeded network of NODES (300,000) nodes is loaded and served as the product does, and looked at with a
chromium whose main thread is SLOWER (1) times as slow; with ``--page`` no worker paints, but the page. A JSON
line each for what is coloured: the longest time in milliseconds that the map's scripts held the main thread
until it was drawn, and while zooming and panning, and the seconds to draw it anew at another zoom.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.browsing import CHROMIUM, MOST_MS, WATCH, load, served
from bench.networks import synthetic

SPOTS = 400
LOOKS = {
    "by zoom, the whole region": ("auto", None),
    "by zoom, streets at 16": ("auto", 16),
    "streets, the whole region": ("streets", None),
    "streets at 14": ("streets", 14),
    "homes, the whole region": ("homes", None),
}


def osm_file(path: Path, nodes: int) -> None:
    """Write the seeded network as OSM XML, with meeting places on some of its nodes and a named quarter."""
    town = synthetic(nodes)
    rng = np.random.default_rng(2)
    spots = set(rng.choice(town.node_id.size, SPOTS, replace=False).tolist())
    with path.open("w", encoding="utf-8") as file:
        file.write('<osm version="0.6">\n')
        for number, (lon, lat) in enumerate(zip(town.node_lon.tolist(), town.node_lat.tolist(), strict=True)):
            tag = '<tag k="amenity" v="community_centre"/>' if number in spots else ""
            file.write(f'<node id="{number + 1}" lon="{lon:.7f}" lat="{lat:.7f}">{tag}</node>\n')
        ends = town.way_offsets.tolist()
        for way, (a, b) in enumerate(pairwise(ends)):
            refs = "".join(f'<nd ref="{ref + 1}"/>' for ref in town.way_refs[a:b].tolist())
            file.write(f'<way id="{way + 1}">{refs}<tag k="highway" v="residential"/></way>\n')
        file.write("</osm>\n")


def look(page: Any, address: str, zoom: int | None) -> dict[str, Any]:
    """Open the map, wait until it is drawn, pan it, and return how long that held the main thread."""
    page.goto(address, timeout=300_000)
    page.frame_locator("iframe").first.locator("#map_div[data-heat]").wait_for(timeout=300_000)
    frame = next(one for one in page.frames if one.locator("#map_div").count())
    drawn = "#map_div[data-heat]"
    if zoom is not None:
        frame.evaluate(f"(window.map.setZoom({zoom}, {{ animate: false }}), 0)")
        frame.locator(f'#map_div[data-heat^="{zoom}/"]').wait_for(timeout=300_000)
    shown_ms = frame.evaluate("mmLong.splice(0)")
    start = time.perf_counter()
    key = frame.evaluate("(window.map.setZoom(window.map.getZoom() - 1, { animate: false }), 0)")
    frame.locator(drawn).wait_for(timeout=300_000)
    again_s = time.perf_counter() - start
    for _ in range(6):
        frame.evaluate("(window.map.panBy([400, 200], { animate: true }), 0)")
        page.wait_for_timeout(400)
    frame.locator(drawn).wait_for(timeout=300_000)
    return {
        "pieces": int(frame.locator("#map_div").get_attribute("data-coverage") or key),
        "by": frame.evaluate("window.micropolis.coverageBy"),
        "longest_drawing_ms": round(max(shown_ms, default=0.0)),
        "longest_panning_ms": round(max(frame.evaluate("mmLong"), default=0.0)),
        "drawn_anew_s": round(again_s, 2),
    }


def main(nodes: int, slower: float, *, worker: bool) -> None:
    """Load, serve and look."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as browsers:
        home = Path(folder)
        osm_file(home / "region.osm", nodes)
        load(home / "data", "region", "--name", "Region", "--osm", str(home / "region.osm"))
        with served(home / "data") as address:
            chromium = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for what, (shown, zoom) in LOOKS.items():
                page = chromium.new_page(viewport={"width": 1280, "height": 900})
                page.add_init_script(WATCH)
                if not worker:
                    page.route("**/coverage_worker.js*", lambda route: route.fulfill(status=404))
                page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
                found = look(page, f"{address}/coverage?community=region&lang=en&show={shown}", zoom)
                well = max(found["longest_drawing_ms"], found["longest_panning_ms"]) <= MOST_MS
                row = {"what": what, "nodes": nodes, "slower": slower, **found, "well": well}
                print(json.dumps(row), flush=True)
                page.close()
            chromium.close()


if __name__ == "__main__":
    given = [one for one in sys.argv[1:] if one != "--page"]
    main(
        int(given[0]) if given else 300_000,
        float(given[1]) if len(given) > 1 else 1.0,
        worker="--page" not in sys.argv,
    )

"""Make the sketches of the real towns: ``python -m tools.sketches SOURCES [--out FOLDER]``.

`SOURCES` is a folder with ``sketch/*.geojson`` (coasts and a river whose vertices may be kept, each with its
source) and ``FACTS.csv`` (positions of stations). Nothing else goes into ``data/geo/<town>/sketch.geojson``:
no vertex is made up, and a stretch that nobody proves ends.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

OSM = "ODbL 1.0, © OpenStreetMap contributors"
LINE = (
    *("Warszawa Gocławek", "Warszawa Wawer", "Warszawa Anin", "Warszawa Międzylesie"),
    *("Warszawa Radość", "Warszawa Miedzeszyn", "Warszawa Falenica"),
)
"""Stations of Wawer's railway as trains call at them from the north-west."""

COAST = {
    "en": "Sketch: coast of 2017, simplified; not for walking",
    "pl": "Szkic: brzeg z 2017 roku, uproszczony; nie do chodzenia",
    "da": "Skitse: kysten fra 2017, forenklet; ikke til at gå efter",
    "it": "Schizzo: costa del 2017, semplificata; non per camminare",
    "uk": "Ескіз: берег 2017 року, спрощений; не для прогулянок",
}
RIVER = {
    "en": "Sketch: the middle of the Vistula, a railway straight between stations; not for walking",
    "pl": "Szkic: środek Wisły, kolej w linii prostej między stacjami; nie do chodzenia",
    "da": "Skitse: midten af Wisła, jernbanen lige mellem stationerne; ikke til at gå efter",
    "it": "Schizzo: la linea mediana della Vistola, ferrovia dritta fra le stazioni; non per camminare",
    "uk": "Ескіз: середина Вісли, залізниця прямо між станціями; не для прогулянок",
}
FRAMES = {
    "cagliari": (9.0166, 39.14, 9.22, 39.2625),
    "middelfart": (9.55, 55.35, 10.05, 55.6),
    "wawer": (21.07, 52.125, 21.3, 52.26),
}
"""West, south, east, north: as far as the sources go, where they have a coast."""


def feature(layer: str, kind: str, geometry: dict[str, Any], source: str, licence: str, **more: Any) -> str:
    """Return one feature as a line of text."""
    properties = {"layer": layer, "kind": kind, **more, "source": source, "licence": licence}
    whole = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def sea(sources: Path, town: str) -> list[str]:
    """Return the sea of a town as its source has it."""
    found = json.loads((sources / "sketch" / f"{town}_sea.geojson").read_text("utf-8"))["features"]
    facts = [(one["geometry"], one["properties"]) for one in found]
    return [feature("water", "sea", shape, told["source"], told["licence"]) for shape, told in facts]


def wawer(sources: Path) -> list[str]:
    """Return the Vistula as a line, the stations, and the railway through them."""
    (river,) = json.loads((sources / "sketch" / "wawer_vistula.geojson").read_text("utf-8"))["features"]
    told, names = river["properties"], {"en": "Vistula", "da": "Wisła", "it": "Vistola", "uk": "Вісла"}
    rows = [
        feature(
            "waterways",
            "river",
            river["geometry"],
            told["source"],
            told["licence"],
            name="Wisła",
            names=names,
        )
    ]
    with (sources / "FACTS.csv").open(encoding="utf-8", newline="") as file:
        facts = {row["name"]: row for row in csv.DictReader(file) if row["what"] == "railway station"}
    stops = [[float(facts[name]["lon"]), float(facts[name]["lat"])] for name in LINE]
    source = "stations in FACTS.csv: © OpenStreetMap contributors"
    straight = f"{source}; straight from each to the next"
    rows.append(feature("railways", "rail", {"type": "LineString", "coordinates": stops}, straight, OSM))
    for name, stop in zip(LINE, stops, strict=True):
        rows.append(
            feature("labels", "station", {"type": "Point", "coordinates": stop}, source, OSM, name=name)
        )
    return rows


def document(town: str, note: dict[str, str], rows: list[str]) -> str:
    """Return the text of a town's ``sketch.geojson``: one feature a line."""
    head = json.dumps({"note": note, "frame": FRAMES[town]}, ensure_ascii=False, separators=(",", ":"))
    lines = ",\n".join(rows)
    return f'{{\n"type":"FeatureCollection",\n"micropolis":{head},\n"features":[\n{lines}\n]\n}}\n'


def main() -> None:
    """Write the three files; the same ones at every call."""
    parser = argparse.ArgumentParser(prog="python -m tools.sketches", description=__doc__)
    parser.add_argument("sources", type=Path, help="folder with sketch/ and FACTS.csv")
    parser.add_argument("--out", type=Path, default=Path("data/geo"), help="folder of the communities")
    options = parser.parse_args()
    island = {"type": "Point", "coordinates": [9.695, 55.485]}
    faenoe = "de.wikipedia.org and en.wikipedia.org, Fænø (marker in the middle of the island)"
    texts = {
        "cagliari": document("cagliari", COAST, sea(options.sources, "cagliari")),
        "middelfart": document(
            "middelfart",
            COAST,
            [
                *sea(options.sources, "middelfart"),
                feature("labels", "island", island, faenoe, "a position and a name: facts", name="Fænø"),
            ],
        ),
        "wawer": document("wawer", RIVER, wawer(options.sources)),
    }
    for town, text in texts.items():
        (options.out / town / "sketch.geojson").write_text(text, "utf-8")


if __name__ == "__main__":
    main()

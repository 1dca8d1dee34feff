"""Make the demo town: ``python -m tools.demo_town [--out FOLDER] [--places FILE] [--picture FILE]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.demo_town.drawing import draw
from tools.demo_town.osm_xml import write_osm
from tools.demo_town.places import write_places
from tools.demo_town.town import build
from tools.demo_town.writers import write_community, write_districts, write_elevation, write_residents


def main() -> None:
    """Write the files of the invented town; the same ones at every call."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo_town", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/geo/demo"), help="folder of the community")
    parser.add_argument("--places", type=Path, help="also write the places with stories, as GeoJSON")
    parser.add_argument("--picture", type=Path, help="also draw the town, as PNG")
    parser.add_argument("--box", help="part to draw: west,south,east,north in metres from the centre")
    options = parser.parse_args()
    town = build()
    options.out.mkdir(parents=True, exist_ok=True)
    write_community(town, options.out)
    write_districts(town, options.out / "districts.geojson")
    write_osm(town, options.out / "town.osm.gz")
    write_elevation(town, options.out / "elevation.tif")
    write_residents(town, options.out / "residents.csv")
    if options.places:
        write_places(town, options.places)
    if options.picture:
        if options.box:
            west, south, east, north = (float(value) for value in options.box.split(","))
            draw(town, options.picture, (west, south, east, north))
        else:
            draw(town, options.picture)
    people = sum(b.people[0] for b in town.buildings if b.people)
    homes = sum(1 for b in town.buildings if b.people)
    nodes = len({p for way in town.ways for p in way.line})
    print(f"Amberø: {nodes} street nodes, {homes} homes, {people} people → {options.out}")


if __name__ == "__main__":
    main()

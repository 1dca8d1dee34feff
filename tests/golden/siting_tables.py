"""Where the next cafés go in real towns, as tables; `python tests/golden/siting_tables.py` writes them anew.

A table is results only: no data of the towns is in it, not even where the sites are.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from pathlib import Path

from walk_tables import quarters, run

HERE = Path(__file__).parent
PROFILES = ("adult", "senior", "stroller", "wheelchair")
COLUMNS = (
    "profile", "objective", "existing", "population", "covered_before", "covered_after", "optimal", "value",
)  # fmt: skip
NEW, MINUTES = 3, 10


def monaco(data: Path, folder: Path) -> list[dict[str, str]]:
    """OpenStreetMap's homes and meeting places, SRTM heights, candidates along the streets."""
    town = data / "monaco"
    files = ("--osm", town / "monaco.osm.pbf", "--boundary", town / "monaco_boundary.geojson")
    run(folder, "load", "monaco", *files, "--elevation", town / "N43E007.hgt.zip", "--json")
    return rows(folder, "monaco")


def porto_alegre(data: Path, folder: Path) -> list[dict[str, str]]:
    """The residents of the hexagons at OpenStreetMap's homes, heights, and candidates along the streets."""
    town = data / "porto_alegre"
    files = ("--osm", town / "poa_osm.pbf", "--elevation", town / "poa_elevation.tif")
    people = ("--population", town / "poa_hexgrid.csv", "--districts", quarters(folder))
    run(folder, "load", "porto", *files, *people, "--json")
    return rows(folder, "porto")


TOWNS = {"monaco": monaco, "porto_alegre": porto_alegre}


def rows(folder: Path, slug: str) -> list[dict[str, str]]:
    """Most people near for every profile, with today's spots and without; the other goals for adults."""
    asked = [(profile, "coverage", kept) for profile in PROFILES for kept in ("stay", "none")]
    asked.append(("adult", "p-median", "stay"))
    table = []
    for profile, objective, existing in asked:
        words = ["--new", NEW, "--minutes", MINUTES, "--profile", profile, "--objective", objective]
        answer = run(
            folder, "site", slug, *words, *(["--no-existing"] if existing == "none" else []), "--json"
        )
        gained = sum(site["gained_population"] for site in answer["sites"])
        assert (
            abs(gained - (answer["covered_after"] - answer["covered_before"])) < 1e-6 * answer["population"]
        )
        table.append(
            {
                "profile": profile,
                "objective": objective,
                "existing": existing,
                **{name: f"{answer[name]:.0f}" for name in COLUMNS[3:6]},
                "optimal": str(answer["optimal"]).lower(),
                "value": f"{answer['value']:.0f}",
            }
        )
    return table


def read(town: str) -> list[dict[str, str]]:
    """The golden table of a town."""
    with (HERE / f"siting_{town}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def main() -> None:
    """Write all tables."""
    data = Path(os.environ.get("MICROPOLIS_TEST_DATA", HERE.parents[2] / "shared" / "data"))
    for town, make in TOWNS.items():
        with tempfile.TemporaryDirectory() as folder:
            table = make(data, Path(folder))
        with (HERE / f"siting_{town}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(
                f"# {(make.__doc__ or '').strip()} {NEW} new sites, near is {MINUTES} minutes. Made "
                f"by tests/golden/siting_tables.py from {town}/ of the real data, OpenStreetMap (c) "
                "contributors, ODbL 1.0. Tolerances: people 1 % of the population, value 2 %.\n"
            )
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    main()

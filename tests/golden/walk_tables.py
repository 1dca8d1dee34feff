"""Walking coverage of real towns as tables; `python tests/golden/walk_tables.py` writes them anew.

A table is results only: no data of the towns is in it. Each starts with where it comes from.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PROFILES = ("adult", "senior", "stroller", "wheelchair")
MINUTES = ("5", "10", "15")
COLUMNS = (
    "profile", "district", "population", *(f"within_{m}" for m in MINUTES),
    *(f"certain_{m}" for m in MINUTES), "median_s", "mean_s", "p90_s", "unreachable",
)  # fmt: skip


def quarters(folder: Path) -> Path:
    """Write the four quarters of Porto Alegre around its middle as districts; return the file."""
    west, middle, east, south, centre, north = -51.4, -51.19, -51.0, -30.3, -30.06, -29.9
    boxes = {
        "North-west": (west, centre, middle, north),
        "North-east": (middle, centre, east, north),
        "South-west": (west, south, middle, centre),
        "South-east": (middle, south, east, centre),
    }
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [[[a, b], [c, b], [c, d], [a, d], [a, b]]]},
        }
        for name, (a, b, c, d) in boxes.items()
    ]
    file = folder / "quarters.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def monaco(data: Path, folder: Path) -> list[dict[str, str]]:
    """OpenStreetMap's homes and meeting places, SRTM heights, Voronoi cells of the suburbs."""
    town = data / "monaco"
    files = ("--osm", town / "monaco.osm.pbf", "--boundary", town / "monaco_boundary.geojson")
    run(folder, "load", "monaco", *files, "--elevation", town / "N43E007.hgt.zip", "--json")
    return rows(folder, "monaco")


def porto_alegre(data: Path, folder: Path) -> list[dict[str, str]]:
    """Hexagons of residents walk to the 15 points of interest, with heights, in four quarters."""
    town = data / "porto_alegre"
    files = ("--osm", town / "poa_osm.pbf", "--elevation", town / "poa_elevation.tif")
    run(folder, "load", "porto", *files, "--districts", quarters(folder), "--json")
    points = ("--spots", town / "poa_points_of_interest.csv", "--origins", town / "poa_hexgrid.csv")
    return rows(folder, "porto", *points)


TOWNS = {"monaco": monaco, "porto_alegre": porto_alegre}


def rows(folder: Path, slug: str, *words: object) -> list[dict[str, str]]:
    """A row for the total and each district, for each profile."""
    table = []
    for profile in PROFILES:
        answer = run(folder, "coverage", slug, "--profile", profile, *words, "--json")
        for area in ({"district": "total", **answer["total"]}, *answer["districts"]):
            certain = area.get("share_within_certain", {})
            table.append(
                {
                    "profile": profile,
                    "district": area["district"],
                    "population": f"{area['population']:.0f}",
                    **{f"within_{m}": f"{area['share_within'][m]:.4f}" for m in MINUTES},
                    **{f"certain_{m}": f"{certain[m]:.4f}" if certain else "" for m in MINUTES},
                    **{k: seconds(area[k]) for k in ("median_s", "mean_s", "p90_s")},
                    "unreachable": f"{area['unreachable_share']:.4f}",
                }
            )
    return table


def seconds(value: float | None) -> str:
    """One decimal; empty for none."""
    return "" if value is None else f"{value:.1f}"


def run(folder: Path, *words: object) -> dict:
    """What the command prints as JSON."""
    from micropolis_map import cli

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = cli.main([*map(str, words), "--data", str(folder)])
    assert code == 0, words
    return json.loads(out.getvalue())


def read(town: str) -> list[dict[str, str]]:
    """The golden table of a town."""
    with (HERE / f"walk_{town}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def write(town: str, table: list[dict[str, str]], provenance: str) -> None:
    """Write the golden table of a town."""
    with (HERE / f"walk_{town}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {provenance}\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def main() -> None:
    """Write all tables."""
    data = Path(os.environ.get("MICROPOLIS_TEST_DATA", HERE.parents[2] / "shared" / "data"))
    for town, make in TOWNS.items():
        with tempfile.TemporaryDirectory() as folder:
            table = make(data, Path(folder))
        first_line = (make.__doc__ or "").strip()
        write(
            town,
            table,
            f"{first_line} Computed by tests/golden/walk_tables.py from {town}/ of the real data, "
            "OpenStreetMap (c) contributors, ODbL 1.0; reviewed against docs/analysis.md. "
            "Tolerances: shares 0.01, seconds 2 %.",
        )


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    main()

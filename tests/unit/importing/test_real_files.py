"""Every real file, and every one made to be like it, imports with a full account or one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest
from look_alikes.import_files import FILES, ZONE_FILES, ZONES, write_import_files

from micropolis_map.domain.community import Community
from micropolis_map.errors import MicropolisError
from micropolis_map.services.importing import plan_import
from micropolis_map.sources.place_files import read_rows

ROWS = {
    "bad_coord.csv": (1, 0),
    "degrees.csv": (1, 1),
    "geometry_null.csv": (1, 0),
    "minutes.csv": (1, 1),
    "space_column.csv": (1, 1),
    "line.csv": (3, 3),
    "duplicated_places.csv": (2, 2),
    "invalid_places.csv": (3, 1),
    "speaker_with_photo.csv": (1, 0),
    "story_with_trailing_whitespaces.csv": (3, 0),
    "bad.gpx": (4, 0),
    "bad.kml": (3, 0),
    "empty_trk.gpx": (1, 0),
    "garmin_extensions.gpx": (7, 4),
    "wpt.gpx": (40, 40),
    "networklink.kml": (1, 0),
    "ground_overlay.kml": (1, 0),
    "null_geometry.kml": (1, 0),
    "addresses.kml": (15, 7),
    "multigeometry.kml": (1, 1),
    "gxmultitrack.kml": (3, 3),
    "selfclosing.kml": (1, 0),
    "continents.geojson": (3, 3),
    "valid-polygon-projected.geojson": (3, 3),
    "valid-polygon-projected.gpkg": (3, 3),
}
"""How many rows the file has, and how many of them have a usable position; counted by hand."""
INVENTED = {name: (file.rows, file.usable) for name, file in FILES.items()} | dict.fromkeys(
    ZONE_FILES, (3, 3)
)


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of files made by the project."""
    return write_import_files(tmp_path_factory.mktemp("imports"))


def accounts(files: list[Path], counted: dict[str, tuple[int, int]]) -> tuple[list[str], list[str]]:
    """The names of the files read wrongly, and a line of what was read of each."""
    nowhere = Community(slug="anywhere", name={"en": "Anywhere"})
    table, wrong = [], []
    for path in files:
        try:
            rows = read_rows(path)
        except MicropolisError as error:
            table.append(f"{path.name:42} {error}")
            if path.name not in str(error) or not error.todo or path.name in counted:
                wrong.append(path.name)
            continue
        plan = plan_import(rows, nowhere, []).as_json()
        skipped = [skip["reason"] for skip in plan["skipped"]]
        table.append(
            f"{path.name:42} {plan['read']:4} read {plan['added']:4} added {plan['unchanged']:3} again "
            f"{len(skipped):4} skipped {skipped[:1]}"
        )
        parts = plan["added"] + plan["updated"] + plan["unchanged"] + len(skipped)
        usable = sum(row.geometry is not None for row in rows.rows)
        found = (plan["read"], usable)
        if parts != plan["read"] or not all(skipped) or counted.get(path.name, found) != found:
            wrong.append(path.name)
    return wrong, table


def test_every_file_has_a_full_account_or_one_clear_error(test_data: Path) -> None:
    files = sorted(path for path in (test_data / "imports").rglob("*") if path.is_file())
    assert len(files) > 80
    wrong, table = accounts(files, ROWS)
    assert not wrong, f"{wrong}\n" + "\n".join(table)


def test_every_invented_file_has_a_full_account(invented: Path) -> None:
    files = sorted(invented.iterdir())
    assert {path.name for path in files} == set(INVENTED)
    wrong, table = accounts(files, INVENTED)
    assert not wrong, f"{wrong}\n" + "\n".join(table)


def check_same_places(files: list[Path]) -> None:
    """Check that the polygons of all files are those of the first, within some metres."""
    plain, *others = [read_rows(file).rows for file in files]
    for rows in others:
        for mine, theirs in zip(rows, plain, strict=True):
            assert mine.geometry is not None
            assert theirs.geometry is not None
            for a, b in zip(mine.geometry["coordinates"][0], theirs.geometry["coordinates"][0], strict=True):
                assert abs(a[0] - b[0]) < 1e-4
                assert abs(a[1] - b[1]) < 1e-4


def test_the_projected_and_the_plain_file_are_the_same_places(test_data: Path) -> None:
    names = ("wgs84.geojson", "projected.geojson", "projected.gpkg")
    check_same_places([test_data / "imports" / "weird_r5" / f"valid-polygon-{name}" for name in names])


def test_the_projected_and_the_plain_zones_are_the_same_places(invented: Path) -> None:
    check_same_places([invented / name for name in ZONE_FILES])
    assert [row.properties["name"] for row in read_rows(invented / ZONE_FILES[0]).rows] == list(ZONES)


def test_invented_stories_join_the_places_they_name(invented: Path) -> None:
    island = Community(slug="island", name={"en": "Island"}, centre=(17.2, 55.7))
    plan = plan_import(read_rows(invented / "twice.csv"), island, [])
    assert (plan.count("added"), plan.count("unchanged")) == (1, 1)
    found, missing = plan_import(read_rows(invented / "stories.csv"), island, plan.places).rows
    assert found.outcome == "updated"
    assert "not on the map" in missing.reason


def test_stories_join_the_places_they_name(test_data: Path) -> None:
    belem = Community(slug="belem", name={"en": "Belem"}, centre=(-48.5, -1.45))
    folder = test_data / "imports" / "terrastories_csv"
    plan = plan_import(read_rows(folder / "duplicated_places.csv"), belem, [])
    assert (plan.count("added"), plan.count("unchanged")) == (1, 1)
    rows = read_rows(folder / "story_without_media.csv")
    missing = plan_import(rows, belem, plan.places)
    assert "not on the map" in missing.rows[0].reason

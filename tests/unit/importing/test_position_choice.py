"""Tables that say twice where a row is: the columns that lead near the community count, and that is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from row_reading import asked, point, read

from micropolis_map.errors import InvalidInput
from micropolis_map.sources.place_files import ReadOptions

TOWN = ReadOptions(centre=(9.75, 55.5), bounds=(9.6, 55.4, 9.9, 55.6))
NOWHERE = ReadOptions()


@pytest.mark.parametrize("options", [TOWN, NOWHERE])
@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("name,x,y,lat,lon", "A,120,45,55.5,9.75"),
        ("name,X,Y,Latitude,Longitude", "A,547393.2,6150972.1,55.5,9.75"),
        ("name,easting,northing,stop_lat,stop_lon", "A,0,0,55.5,9.75"),
        (
            "name,_location,_location_latitude,_location_longitude,_location_altitude",
            "A,55.5 9.75 8 5,55.5,9.75,8",
        ),
        ("name,location-Latitude,location-Longitude,location-Accuracy", "A,55.5,9.75,5"),
        ("name,location", "A,55.5 9.75 8.0 4.5"),
        ("name,where", "A,55.5 9.75 8.0 4.5"),
    ],
)
def test_latitude_and_longitude_come_before_x_and_y(
    tmp_path: Path, header: str, cells: str, options: ReadOptions
) -> None:
    assert point(read(tmp_path, "a.csv", f"{header}\n{cells}\n", options)) == (9.75, 55.5)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("name,lat,lon,x,y", "A,,,9.75,55.5"),
        ("name,lat,lon,x,y", "A,0,0,9.75,55.5"),
        ("name,lat,lon,x,y", "A,52.2,21.0,547392.8,6150825.3"),
        ("name,gps,y,x", "A,52.2 21.0,55.5,9.75"),
        ("name,start_lat,start_lon,end_lat,end_lon", "A,52.2,21.0,55.5,9.75"),
    ],
)
def test_the_pair_that_lies_near_the_community_counts(tmp_path: Path, header: str, cells: str) -> None:
    rows = read(tmp_path, "a.csv", f"{header}\n{cells}\n{cells.replace('A', 'B')}\n", TOWN)
    assert point(rows) == pytest.approx((9.75, 55.5), abs=2e-3)
    assert "columns" in asked(rows)


def test_another_pair_can_be_answered_and_each_row_takes_what_it_has(tmp_path: Path) -> None:
    text = "name,lat,lon,x,y\nA,55.5,9.75,9.7,55.45\nB,,,9.7,55.45\nC,55.5,9.75,,\n"
    rows = read(tmp_path, "a.csv", text, TOWN)
    assert [point(rows, n) for n in (1, 2, 3)] == [(9.75, 55.5), (9.7, 55.45), (9.75, 55.5)]
    question = next(one for one in rows.questions if one.kind == "columns")
    assert (question.proposed, question.choices) == ("lat, lon", ("lat, lon", "y, x"))
    answered = read(tmp_path, "a.csv", text, replace(TOWN, answers={"columns": "y, x"}))
    assert [point(answered, n) for n in (1, 2, 3)] == [(9.7, 55.45), (9.7, 55.45), (9.75, 55.5)]
    odd = "name,a,b\nA,55.5,9.75\nB,55.51,9.76\n"
    assert point(read(tmp_path, "b.csv", odd, replace(NOWHERE, answers={"columns": "a, b"}))) == (9.75, 55.5)
    with pytest.raises(InvalidInput, match="no column 'c' for the position"):
        read(tmp_path, "b.csv", odd, replace(NOWHERE, answers={"columns": "c, b"}))


def test_a_shape_is_taken_where_there_is_one_and_the_point_beside_it_where_not(tmp_path: Path) -> None:
    line = "LINESTRING (9.75 55.5, 9.76 55.5)"
    rows = read(tmp_path, "a.csv", f'name,lon,lat,geometry\nA,9.755,55.5,"{line}"\nB,9.7,55.45,\n', TOWN)
    assert [row.geometry["type"] for row in rows.rows if row.geometry] == ["LineString", "Point"]
    assert rows.questions == ()

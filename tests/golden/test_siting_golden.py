"""The next cafés of Monaco and Porto Alegre by profile and objective, against tables kept in this folder."""

from __future__ import annotations

import pytest
from siting_tables import COLUMNS, TOWNS, read

NEAR = 0.01
"""A share of everybody: two sites that reach as many within a few homes are as good, and which of them is
found first differs between processors and versions of the solver."""


@pytest.mark.parametrize("town", TOWNS)
def test_the_next_cafes_reach_as_many_as_they_did(test_data, tmp_path, town):
    golden, now = read(town), TOWNS[town](test_data, tmp_path)
    assert [tuple(row[name] for name in COLUMNS[:3]) for row in now] == [
        tuple(row[name] for name in COLUMNS[:3]) for row in golden
    ]
    for expected, row in zip(golden, now, strict=True):
        name = (town, row["profile"], row["objective"], row["existing"])
        everybody = float(expected["population"])
        assert float(row["population"]) == pytest.approx(everybody, rel=NEAR), name
        for column in ("covered_before", "covered_after"):
            assert float(row[column]) == pytest.approx(float(expected[column]), abs=NEAR * everybody), name
        assert float(row["value"]) == pytest.approx(
            float(expected["value"]), rel=0.02, abs=NEAR * everybody
        ), name
        if expected["objective"] == "coverage":
            assert row["optimal"] == expected["optimal"] == "true", name


@pytest.mark.parametrize("town", TOWNS)
def test_the_tables_obey_the_laws(town):
    table = {(row["profile"], row["objective"], row["existing"]): row for row in read(town)}
    for (profile, objective, existing), row in table.items():
        before, after = float(row["covered_before"]), float(row["covered_after"])
        assert before <= after <= float(row["population"])
        if existing == "none":
            assert before == 0.0
            assert after <= float(table[profile, objective, "stay"]["covered_after"]) + 1.0
    least_walking = float(table["adult", "p-median", "stay"]["covered_after"])
    assert least_walking <= float(table["adult", "coverage", "stay"]["covered_after"]) + 1.0

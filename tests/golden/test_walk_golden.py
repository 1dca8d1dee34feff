"""Walking coverage of Monaco and Porto Alegre by district and profile, against tables kept in this folder."""

from __future__ import annotations

import pytest
from walk_tables import MINUTES, TOWNS, read

SHARE, RELATIVE = 0.01, 0.02
"""How far a share and any other figure may be from the table: a home that another reader of heights or shapes
puts beyond a threshold is a hundredth of a small district; a processor's last bits are less."""
SHARES = [*(f"within_{m}" for m in MINUTES), *(f"certain_{m}" for m in MINUTES), "unreachable"]


@pytest.mark.parametrize("town", TOWNS)
def test_coverage_is_what_it_was(test_data, tmp_path, town):
    golden, now = read(town), TOWNS[town](test_data, tmp_path)
    assert [(r["profile"], r["district"]) for r in now] == [(r["profile"], r["district"]) for r in golden]
    for expected, row in zip(golden, now, strict=True):
        name = (town, row["profile"], row["district"])
        assert float(row["population"]) == pytest.approx(float(expected["population"]), rel=RELATIVE), name
        for column in SHARES:
            assert number(row[column]) == pytest.approx(number(expected[column]), abs=SHARE), (*name, column)
        for column in ("median_s", "mean_s", "p90_s"):
            assert number(row[column]) == pytest.approx(number(expected[column]), rel=RELATIVE), (
                *name,
                column,
            )


@pytest.mark.parametrize("town", TOWNS)
def test_the_tables_obey_the_laws(town):
    table = {(row["profile"], row["district"]): row for row in read(town)}
    for (profile, district), row in table.items():
        shares = [float(row[f"within_{m}"]) for m in MINUTES]
        assert shares == sorted(shares)
        if profile in ("stroller", "wheelchair"):
            assert all(float(row[f"certain_{m}"]) <= float(row[f"within_{m}"]) for m in MINUTES)
        adult = table["adult", district]
        assert float(row["within_15"]) <= float(adult["within_15"]) + 1e-9
        assert float(row["population"]) == float(adult["population"])
    assert float(table["wheelchair", "total"]["unreachable"]) >= float(table["adult", "total"]["unreachable"])


def number(text: str) -> float:
    """The number, -1 for an empty cell: an empty one must stay empty."""
    return float(text) if text else -1.0

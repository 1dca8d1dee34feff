"""`make test` goes through each page once in a real browser."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = {"frame", "gone", "look"}
"""Templates that are no page by themselves."""


def journeys() -> Counter[str]:
    """Return how many browser tests are the journey of each page."""
    calls = (
        node
        for file in sorted((ROOT / "tests" / "browser").glob("test_*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.journey"
    )
    return Counter(ast.literal_eval(page) for call in calls for page in call.args)


def test_each_page_has_one_journey_and_each_journey_a_page() -> None:
    pages = {file.stem for file in (ROOT / "micropolis_map" / "ui" / "pages").glob("*.py")} - {"__init__"}
    own = {file.stem for file in (ROOT / "micropolis_map" / "web" / "templates").glob("*.html")} - PARTS
    assert journeys() == Counter(pages | own)

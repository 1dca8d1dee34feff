"""What the README says works: its commands exist, its links lead somewhere, its pins are pins."""

from __future__ import annotations

import ast
import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from micropolis_map import cli

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_make_knows_the_two_commands() -> None:
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python -m micropolis_map (\w+)", README))))
def test_commands_named_in_the_readme_exist(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in re.findall(rf"micropolis_map {command} .*?(--[a-z]+)", README):
        assert option in shown


def test_links_and_pictures_are_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_first_screen_is_one_screen() -> None:
    assert README.index("make test") < 1200


def _pins(name: str) -> dict[str, set[str]]:
    """Return the hashes of each requirement of a file, by its whole pin."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    return {line[0]: {part for part in line if part.startswith("--hash=sha256:")} for line in lines}


def test_every_requirement_is_pinned_with_hashes() -> None:
    product, tests = _pins("requirements.txt"), _pins("requirements-dev.txt")
    for pins in (product, tests):
        assert pins
        assert [pin for pin, hashes in pins.items() if "==" not in pin or not hashes] == []
    assert product.items() <= tests.items()  # the same, whichever of the two is installed


def test_every_requirement_is_used() -> None:
    wanted = {
        re.split(r"[=\[<>~ ]", line)[0].lower()
        for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    unused = wanted - _imported_distributions() - _NOT_IMPORTED
    assert not unused


_NOT_IMPORTED = {
    "psycopg",  # SQLAlchemy's driver for PostgreSQL, named in the URL only
    "pyarrow",  # GeoPandas writes Parquet with it
    "uharfbuzz",  # fpdf2 joins the letters of Arabic with it
}


def _imported_distributions() -> set[str]:
    names: set[str] = set()
    for module in [*ROOT.glob("micropolis_map/**/*.py"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    distributions = packages_distributions()
    tops = {name.split(".")[0] for name in names}
    found = {d.lower().replace("_", "-") for top in tops for d in distributions.get(top, [])}
    return found | {
        "xstatic-" + name.split(".")[2].replace("_", ".") for name in names if name.startswith("xstatic.pkg.")
    }

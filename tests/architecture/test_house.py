"""The house keeps its own rules (HOUSE.md): sizes, names, docstrings, layers."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from micropolis_map.domain.permission import RULES

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "micropolis_map"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "versions" not in p.parts)
DRAWERS = {"utils", "util", "helpers", "common", "misc", "manager"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def body_lines(function: Function) -> int:
    doc = ast.get_docstring(function, clean=False)
    return (function.end_lineno or 0) - function.lineno + 1 - (doc.count("\n") + 1 if doc else 0)


def most_lines(function: Function) -> int:
    """Return how long a body may be: 60 lines, a compiled search loop more (docs/decisions/0007)."""
    return 140 if any("njit" in ast.unparse(decorator) for decorator in function.decorator_list) else 60


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_small_named_and_documented(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert module.stem not in DRAWERS
    assert ast.get_docstring(ast.parse(text))
    long = {f.name: body_lines(f) for f in functions(module) if body_lines(f) > most_lines(f)}
    assert not long


def test_the_median_module_is_short() -> None:
    sizes = [m.read_text(encoding="utf-8").count("\n") for m in MODULES if m.name != "__init__.py"]
    assert median(sizes) <= 200


def test_no_exception_is_swallowed() -> None:
    swallowed = [
        f"{module}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
        and all(isinstance(x, ast.Pass | ast.Continue) for x in node.body)
    ]
    assert not swallowed


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


ASKING = {"require": 1, "may": 1, "may_in": 0}
"""Functions that ask for a right, and where the right stands among what they are given."""


def test_every_right_is_asked_for_in_a_service_and_no_other_one() -> None:
    asked: dict[str, set[str]] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            at = ASKING.get(name, len(node.args))
            for part in ast.walk(node.args[at]) if at < len(node.args) else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    asked.setdefault(part.value, set()).add(module.parent.name)
    # load_community asks for what right_to_load names.
    loading = (PACKAGE / "services" / "loading.py").read_text(encoding="utf-8")
    assert "require(actor, right_to_load(" in loading
    for right in ("load", "add_town"):
        assert f'"{right}"' in loading
        asked.setdefault(right, set()).add("services")
    assert set(asked) == set(RULES)
    assert [right for right, where in asked.items() if "services" not in where] == []


def test_what_draws_itself_again_has_a_place_of_its_own() -> None:
    where = {m.name for m in MODULES if "st.fragment" in m.read_text(encoding="utf-8")}
    assert where == {"live.py"}


def test_app_is_only_the_server() -> None:
    assert (ROOT / "app.py").read_text(encoding="utf-8").count("\n") <= 40


def test_test_files_have_names_of_their_own() -> None:
    """Pytest puts their folders on the path, so a name that is there twice hides the other."""
    names = [
        file.name
        for file in (ROOT / "tests").rglob("*.py")
        if file.name not in {"conftest.py", "__init__.py"}
    ]
    assert sorted(names) == sorted(set(names))

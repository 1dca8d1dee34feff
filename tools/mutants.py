"""Change one thing in the product at a time and see whether the nearest tests notice: ``make mutants``.

A mutant is one module with one operator, comparison, number or returned value changed. ``--mutants N`` are
drawn by ``--seed`` from the folders given; each runs, in a copy of the checkout, the tests that import its
module and pass without the change. What none of them notices is printed with its line: a test is missing
there, or the line is not needed.

DeMillo, R. A., Lipton, R. J., Sayward, F. G. (1978). Hints on test data selection.
https://doi.org/10.1109/C-M.1978.218136
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "micropolis_map"
DEFAULT = ("analysis", "stores", "domain")
LONGEST_S = 600
REAL_DATA = {"MICROPOLIS_TEST_DATA": str(ROOT.parent / "shared" / "data")}
"""Where tests look for it beside the checkout; beside the copy there is none."""
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """The `number`-th thing that can be changed in `module`."""

    module: Path
    number: int


def _changes(tree: ast.Module) -> Iterator[tuple[ast.AST, Callable[[], None]]]:
    """Yield each node that can be changed, and what changes it; types and docstrings are left alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            yield node, lambda node=node: node.ops.__setitem__(0, SWAPPED[type(node.ops[0])]())
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPPED:
            yield node, lambda node=node: setattr(node, "op", SWAPPED[type(node.op)]())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, lambda node=node: setattr(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, lambda node=node: setattr(node, "value", not node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield node, lambda node=node: setattr(node, "value", node.value + 1)
        elif isinstance(node, ast.Return) and node.value is not None:
            yield node, lambda node=node: setattr(node, "value", ast.Constant(None))


def sites(module: Path) -> int:
    """Return how many things can be changed in `module`."""
    return sum(1 for _ in _changes(ast.parse(module.read_text(encoding="utf-8"))))


def mutated(text: str, number: int) -> tuple[str, str]:
    """Return the module's `text` with its `number`-th thing changed, and a line that says what and where."""
    tree = ast.parse(text)
    node, change = list(_changes(tree))[number]
    before = ast.unparse(node)
    change()
    return ast.unparse(tree), f"{getattr(node, 'lineno', 0)}: {before}  ->  {ast.unparse(node)}"


def nearest(module: Path, root: Path) -> list[str]:
    """Return the files of tests, browser ones aside, that import `module`."""
    name = module.relative_to(root).with_suffix("").as_posix().replace("/", ".")
    parent, _, last = name.rpartition(".")
    ways = rf"from {name} import|import {name}\b|from {parent} import .*\b{last}\b"
    files = (file for file in (root / "tests").rglob("test_*.py") if "browser" not in file.parts)
    return sorted(str(file.relative_to(root)) for file in files if re.search(ways, file.read_text("utf-8")))


def drawn(folders: list[str], count: int, seed: int) -> list[Mutant]:
    """Return `count` mutants of the modules in `folders` that some test imports, by chance of `seed`."""
    modules = sorted(
        file
        for folder in folders
        for file in (ROOT / PACKAGE / folder).rglob("*.py")
        if "versions" not in file.parts and nearest(file, ROOT)
    )
    everything = [Mutant(module, number) for module in modules for number in range(sites(module))]
    return random.Random(seed).sample(everything, min(count, len(everything)))


def fails(tests: list[str], copy: Path) -> bool:
    """Return whether any of the tests fails in `copy`, cannot be collected or does not end."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(  # noqa: S603 - pytest on files of our own
            command, cwd=copy, env=REAL_DATA | os.environ, capture_output=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def is_noticed(mutant: Mutant, copy: Path) -> tuple[bool, str]:
    """Return whether the nearest tests fail on the mutant in `copy`, and what it is."""
    here = copy / mutant.module.relative_to(ROOT)
    original = here.read_text(encoding="utf-8")
    text, said = mutated(original, mutant.number)
    here.write_text(text, encoding="utf-8")
    try:
        noticed = fails(nearest(here, copy), copy)
    finally:
        here.write_text(original, encoding="utf-8")
    return noticed, f"{mutant.module.relative_to(ROOT)}:{said}"


def main() -> int:
    """Return 0 if at least `--least` per cent of the mutants were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("folders", nargs="*", default=DEFAULT, help=f"folders of {PACKAGE}")
    parser.add_argument("--mutants", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=int, default=70, help="per cent")
    options = parser.parse_args()
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    chosen = drawn(list(options.folders), options.mutants, options.seed)
    noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        for name in files.stdout.splitlines():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        for module in sorted({mutant.module for mutant in chosen}):
            if fails(nearest(module, ROOT), copy):
                print(f"{module.relative_to(ROOT)}: its nearest tests fail without any change")
                return 2
        for mutant in chosen:
            found, said = is_noticed(mutant, copy)
            noticed += found
            print(f"{'noticed ' if found else 'SURVIVED'} {said}", flush=True)
    share = 100 * noticed / len(chosen)
    print(f"{noticed} of {len(chosen)} mutants were noticed ({share:.0f} %; seed {options.seed})")
    return 0 if share >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())

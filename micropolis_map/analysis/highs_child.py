"""HiGHS in a process of its own: models come on stdin, what the solver learns goes out on stdout.

Run by `highs_process` as a file, so it imports nothing of ours. Of a model comes a JSON line that names its
arrays, then their bytes; the answers are JSON lines ``{"bound", "value", "sites"}``, the last one with
``"status"``. The process ends when its stdin does, so it never outlives who started it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

import highspy
import numpy as np

ROWWISE = highspy.MatrixFormat.kRowwise


def main() -> None:
    """Solve one model after another until stdin ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the library prints is no answer
    while line := sys.stdin.buffer.readline():
        head = json.loads(line)
        arrays = {name: _array(shape, kind) for name, shape, kind in head["arrays"]}
        _solve(head, arrays, out)


def _array(shape: int, kind: str) -> Any:
    array = np.empty(shape, dtype=kind)
    array.view(np.uint8)[:] = np.frombuffer(sys.stdin.buffer.read(array.nbytes), dtype=np.uint8)
    return array


def _solve(head: dict[str, Any], arrays: dict[str, Any], out: Any) -> None:
    whole, solver = int(head["whole"]), _solver(head, arrays)
    writing = threading.Lock()

    def say(**facts: Any) -> None:
        with writing:
            out.write(json.dumps(facts) + "\n")
            out.flush()

    def better(event: Any) -> None:
        chosen = np.flatnonzero(np.asarray(event.data_out.mip_solution)[:whole] > 0.5)
        say(value=event.data_out.objective_function_value, sites=chosen.tolist())

    def told(event: Any) -> None:
        say(bound=event.data_out.mip_dual_bound)

    solver.cbMipImprovingSolution += better
    solver.cbMipLogging += told
    solver.run()
    info, status = solver.getInfo(), solver.modelStatusToString(solver.getModelStatus())
    sites = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        sites = np.flatnonzero(np.asarray(solver.getSolution().col_value)[:whole] > 0.5).tolist()
    say(status=status, bound=info.mip_dual_bound, value=info.objective_function_value, sites=sites)


def _solver(head: dict[str, Any], arrays: dict[str, Any]) -> Any:
    columns, rows = arrays["cost"].size, arrays["row_lower"].size
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = arrays["cost"]
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.ones(columns)
    model.row_lower_, model.row_upper_ = arrays["row_lower"], arrays["row_upper"]
    model.a_matrix_.format_ = ROWWISE
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = columns, rows
    model.a_matrix_.start_, model.a_matrix_.index_ = arrays["start"], arrays["index"]
    model.a_matrix_.value_ = arrays["value"]
    kinds = [highspy.HighsVarType.kInteger] * head["whole"]
    model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (columns - head["whole"])
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("log_to_console", "off")
    solver.setOptionValue("time_limit", float(head["seconds"]))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_min_logging_interval", 0.25)
    solver.passModel(model)
    return solver


if __name__ == "__main__":
    main()

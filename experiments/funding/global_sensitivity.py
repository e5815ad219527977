"""Which groups of inputs the ranking hangs on: Sobol's indices, by SALib.

First order: the share of the variance that goes if a group alone were known. Total: the share that
stays if all else were known. Their difference is what the group does together with others.

Sources: Saltelli et al. (2010) for the estimators; Herman and Usher (2017) for SALib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
COLUMNS = ["output", "group", "first", "first_half_width", "total", "total_half_width"]


def sobol(
    outputs: Callable[[Floats], Mapping[str, Floats]],
    groups: Sequence[str],
    base: int,
    seed: int,
    coverage: float = 0.95,
) -> pd.DataFrame:
    """Return Sobol's indices of every output by group of inputs.

    Parameters
    ----------
    outputs : callable
        Takes uniforms [point, input] and returns each output [point].
    groups : sequence of str
        The group of every input; inputs of a group move together.
    base : int
        Base sample, a power of two; (groups + 2) times as many points are evaluated.

    Returns
    -------
    DataFrame
        See `Uncertainty.sensitivity`; zeros for an output that nothing moves.
    """
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    names = [f"x{place}" for place in range(len(groups))]
    problem = {
        "num_vars": len(groups),
        "names": names,
        "bounds": [[0.0, 1.0]] * len(groups),
        "groups": list(groups),
    }
    points = np.asarray(sample.sample(problem, base, calc_second_order=False, seed=seed))
    order = list(dict.fromkeys(groups))
    rows: list[tuple[str, str, float, float, float, float]] = []
    for name, values in outputs(points).items():
        if np.ptp(values) == 0.0:
            rows += [(name, group, 0.0, 0.0, 0.0, 0.0) for group in order]
            continue
        found = analyze.analyze(
            problem, values, calc_second_order=False, conf_level=coverage, seed=seed
        )
        parts = [np.asarray(found[key], np.float64) for key in ("S1", "S1_conf", "ST", "ST_conf")]
        for place, group in enumerate(order):
            first, first_half, total, total_half = (float(part[place]) for part in parts)
            rows.append((name, group, first, first_half, total, total_half))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values(["output", "total"], ascending=[True, False], ignore_index=True)


def points_needed(groups: Sequence[str], base: int) -> int:
    """Return how many points `sobol` evaluates."""
    return base * (len(set(groups)) + 2)

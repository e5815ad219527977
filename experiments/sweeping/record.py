"""What a sweep leaves of itself: its record (``sweep.json``), and its rows in the store of all runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from experiments.store.run_rows import plain_input_row, run_rows, study_inputs, unstable_words
from experiments.store.write import RunRows
from experiments.study.inputs import unit_of_key
from experiments.study.run_record import run_record
from experiments.sweeping.axes import Axis
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.table import INTERVALS, SCHEMA_VERSION, axis_column


def sweep_record(
    sweep: Sweep, outcomes: Sequence[PointResult], wall_s: float, inert: Mapping[str, list[list[str]]]
) -> dict[str, Any]:
    """Return what ``sweep.json`` holds: the sweep first, then the record of its first point as ``run.json``.

    Parameters
    ----------
    inert : mapping
        Values of an axis that gave the same results at every point, by axis.
    """
    pairs = list(zip(sweep.points, outcomes, strict=True))
    about = {
        "schema_version": SCHEMA_VERSION,
        "title": sweep.title,
        "verb": sweep.verb,
        "overrides": list(sweep.overrides),
        "design": sweep.design,
        "axes": [_axis(axis, sweep) for axis in sweep.axes],
        "points": len(sweep.points),
        "distinct_points": len({point.content for point in sweep.points}),
        "measures": list(sweep.measures),
        "constraints": [f"{c.measure} {c.relation} {c.limit:g}" for c in sweep.constraints],
        "intervals": INTERVALS,
        "same_results": dict(inert),
        "unstable": {str(point.number): outcome.unstable for point, outcome in pairs if outcome.unstable},
        "failed": {
            str(point.number): {"overrides": list(point.overrides), "failure": outcome.failure}
            for point, outcome in pairs
            if outcome.failure
        },
    }
    record = run_record(sweep.baseline_study, wall_s) | {"verb": "sweep", "processes": sweep.processes}
    shared = {name: value for name, value in record.items() if name not in ("overrides", "unstable", "alternatives")}
    return {"sweep": about} | shared | {"first_point": {"alternatives": record["alternatives"]}}


def _axis(axis: Axis, sweep: Sweep) -> dict[str, Any]:
    numbers: list[Any] = list(axis.values)
    values = {"low": min(numbers), "high": max(numbers)} if axis.key in sweep.drawn else {"values": numbers}
    return {"key": axis.key, "column": axis_column(axis), "unit": unit_of_key(axis.key)} | values


def rows_of_sweep(sweep: Sweep, outcomes: Sequence[PointResult], metrics: pd.DataFrame, wall_s: float) -> RunRows:
    """Return the rows that the store keeps of a sweep.

    The inputs of the first point stand once, for all points; the value of every swept key stands with each point
    and alternative.

    Parameters
    ----------
    metrics : DataFrame
        METRICS of every (point, alternative, replication).
    wall_s : float
        Wall time so far [s].
    """
    points = pd.DataFrame(
        {
            "point": [point.number for point in sweep.points],
            "content": [point.content for point in sweep.points],
            "status": [outcome.status for outcome in outcomes],
            "overrides": [" ".join(point.overrides) for point in sweep.points],
            "unstable": [unstable_words(outcome.unstable) for outcome in outcomes],
        }
    )
    keys = [axis.key for axis in sweep.axes]
    shared = study_inputs(sweep.baseline_study)
    shared = shared[~shared["key"].isin(keys)].assign(point=None)
    swept = [
        plain_input_row(name, key, value, "swept") | {"point": point.number, "unit": unit_of_key(key)}
        for point in sweep.points
        for name in point.study.alternatives
        for key, value in zip(keys, point.values, strict=True)
    ]
    inputs = pd.concat([shared.astype(object), pd.DataFrame(swept).astype(object)], ignore_index=True)
    study = replace(sweep.baseline_study, verb="sweep", out=sweep.out)
    return run_rows(study, sweep.overrides, wall_s, (points, metrics, pd.DataFrame(), inputs))

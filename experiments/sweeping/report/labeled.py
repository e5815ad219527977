"""A sweep as readers meet it: the alternatives of every point under their labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from experiments.report.labeled import by_label, labeled_study
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult


def labeled_sweep(sweep: Sweep, outcomes: Sequence[PointResult]) -> tuple[Sweep, list[PointResult]]:
    """Return a sweep and what became of its points with labels in place of ids; it is not to be run."""
    studies = [point.study for point in sweep.points]
    shown = dataclasses.replace(
        sweep, points=tuple(dataclasses.replace(point, study=labeled_study(point.study)) for point in sweep.points)
    )
    results = [
        dataclasses.replace(outcome, unstable=by_label(study, outcome.unstable))
        for study, outcome in zip(studies, outcomes, strict=True)
    ]
    return shown, results

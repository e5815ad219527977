"""A sweep as readers meet it: the alternatives of every point, and the options of every axis, under their labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from experiments.report.labeled import by_label, labeled_study
from experiments.sweeping.points import Point
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.setting_words import chosen_text, option_labels


def labeled_sweep(sweep: Sweep, outcomes: Sequence[PointResult]) -> tuple[Sweep, list[PointResult]]:
    """Return a sweep and what became of its points with labels in place of ids; it is not to be run."""
    studies = [point.study for point in sweep.points]
    options = option_labels(sweep)
    axes = tuple(
        dataclasses.replace(axis, texts=tuple(options[axis.key][text] for text in axis.texts)) for axis in sweep.axes
    )
    shown = dataclasses.replace(sweep, axes=axes, points=tuple(_labeled_point(sweep, p, options) for p in sweep.points))
    results = [
        dataclasses.replace(outcome, unstable=by_label(study, outcome.unstable))
        for study, outcome in zip(studies, outcomes, strict=True)
    ]
    return shown, results


def _labeled_point(sweep: Sweep, point: Point, options: Mapping[str, Mapping[str, str]]) -> Point:
    """Return a point whose alternatives and options bear their labels."""
    chosen = (f"{axis.key}={options[axis.key][chosen_text(point, place)]}" for place, axis in enumerate(sweep.axes))
    return dataclasses.replace(point, study=labeled_study(point.study), overrides=tuple(chosen))

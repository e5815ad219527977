"""One measure at every point of a sweep, so that any weighted sum of points has its interval.

Points that failed, or cannot carry their weekly load, are in no reading: nothing averages over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.intervals import Difference, Sample, weighted_sum_interval
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.table import Samples, measure_samples
from sim.tables import METRICS, Metric

WAIT: Final = "wait_mean_min"
DETECTION: Final = "detection_expected"
METRIC: Final = {metric.name: metric for metric in METRICS}
WORDS: Final = {WAIT: "average wait", DETECTION: "expected detection"}

Terms = tuple[tuple[float, Sample], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure of one alternative, or its difference from the baseline, at the points where it can be had."""

    measure: str
    alternative: str
    baseline: str
    """Empty: the measure itself; else it is the difference from this alternative."""
    terms: dict[int, Terms]
    """By point: samples over replications, and the sign of each."""
    estimates: dict[int, Difference]
    """By point, with its interval."""
    coverage: float

    @property
    def metric(self) -> Metric:
        """Return how readers meet the measure."""
        return METRIC[self.measure]

    @property
    def words(self) -> str:
        """Return what it is called in a sentence."""
        name = WORDS.get(self.measure, self.measure)
        return f"{name} of {self.alternative} less that of {self.baseline}" if self.baseline else name

    def mean(self, point: int) -> float:
        """Return the estimate at a point in the unit that readers meet; NaN where there is none."""
        return self.metric.scale * self.estimates[point].mean if point in self.estimates else np.nan

    def weighted(self, weights: Mapping[int, float]) -> Difference:
        """Return a weighted sum over points, paired by replication, in the unit that readers meet."""
        flat = [(weight * sign, sample) for point, weight in weights.items() for sign, sample in self.terms[point]]
        scaled = [self.metric.scale * weight for weight, _ in flat]
        return weighted_sum_interval([sample for _, sample in flat], scaled, self.coverage)


def read_points(sweep: Sweep, outcomes: Sequence[PointResult]) -> list[Samples]:
    """Return what the replications of every point say of wait, detection and the measures of the sweep.

    Where points have different numbers of replications, those that all of them have: they can be paired.
    """
    measures = tuple(dict.fromkeys((WAIT, DETECTION, *sweep.measures)))
    common = min((len(outcome.metrics) for outcome in outcomes if not outcome.failure), default=0)
    return [
        {} if outcome.failure else measure_samples(point.study, outcome.metrics[:common], measures)
        for point, outcome in zip(sweep.points, outcomes, strict=True)
    ]


def reading_of(
    sweep: Sweep, outcomes: Sequence[PointResult], samples: Sequence[Samples], measure: str, names: tuple[str, str]
) -> Reading:
    """Return a measure at every point that is done and carries its load.

    Parameters
    ----------
    samples : sequence
        From `read_points`.
    names : tuple of str
        The alternative, and the one that it is compared with; empty for the measure itself.
    """
    coverage = sweep.baseline_study.coverage
    signs = {name: sign for name, sign in zip(names, (1.0, -1.0), strict=True) if name}
    terms: dict[int, Terms] = {}
    estimates = {}
    for number, (outcome, mine) in enumerate(zip(outcomes, samples, strict=True)):
        if any((name, measure) not in mine or name in outcome.unstable for name in signs):
            continue
        parts = tuple((sign, mine[name, measure]) for name, sign in signs.items())
        estimate = weighted_sum_interval([sample for _, sample in parts], [sign for sign, _ in parts], coverage)
        if np.isfinite(estimate.mean):
            terms[number], estimates[number] = parts, estimate
    return Reading(measure, *names, terms, estimates, coverage)

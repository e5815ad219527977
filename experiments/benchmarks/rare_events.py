"""Detection of rare loads: the expected-detection estimate against counting seizures.

How much longer would a run have to be for a count of seizures to be as sure as the estimate
(`detection_variances`)? And do both mean the same (`compare_with_loads`)? Trucks drawn by
P(carrying) get a load on board and are run again with the same random numbers; whom that run seizes
is held to what the estimate expected of these trucks in the run without their loads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.execution.replicate import ProcessCache
from experiments.study.study import Study
from sim.arrays import FloatArray
from sim.replication import OperatingPlan, Outcome, Replication, Scorer, draw_window_trucks, score_manifest
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.trucks.counterfactual import with_loads_on_board

Z: Final = 1.96
WEEKS: Final = 12
LOADED_WEEKS, LOADS = 6, 400
"""Weeks that are run with loads on board, and loads in each: one truck in a hundred."""


class ScoredWeek(NamedTuple):
    """The trucks of one replication and all that an alternative knows of them."""

    window: Window
    manifest: pd.DataFrame
    scores: pd.DataFrame
    plan: OperatingPlan


class SeizureComparison(NamedTuple):
    """Seizures of loads put on board, against what the estimate expected of their trucks."""

    loads: float
    detection: float
    """Share that the probes expect to be seized."""
    difference: float
    """Share seized in fact, less that."""
    half_width: float
    """Of the 95% interval of the difference: that of a count of so many loads."""
    bound: float
    """`detection_error_bound` of the runs without the loads, and what the loads' finds taught a
    policy that learns from them: each sends at most its clearance number more trucks to be scanned.
    """


def jackknife_variance(numerator: FloatArray, denominator: FloatArray) -> float:
    """Return the variance of a ratio of sums over replications, by deleting one at a time.

    Examples
    --------
    >>> jackknife_variance(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    0.25
    """
    without = (numerator.sum() - numerator) / (denominator.sum() - denominator)
    n = len(numerator)
    return float((n - 1) / n * ((without - without.mean()) ** 2).sum())


def detection_variances(metrics: pd.DataFrame) -> dict[str, float]:
    """Return how sure the estimate and counts are of detection, from METRICS of one alternative.

    Loads must have come in two replications at least. Returns ``expected`` and ``counted``
    detection, the standard error of each (``.._se``), and ``times``: the variance by counting over
    that of the estimate.
    """
    columns = {"expected": ("expected_caught", "expected_weight"), "counted": ("n_seized", "n_carrying")}
    found: dict[str, float] = {}
    for name, pair in columns.items():
        numerator, denominator = (metrics[column].to_numpy(np.float64) for column in pair)
        found[name] = float(numerator.sum() / denominator.sum())
        found[f"{name}_se"] = math.sqrt(jackknife_variance(numerator, denominator))
    found["times"] = (found["counted_se"] / found["expected_se"]) ** 2
    return found


def compare_with_loads(
    scenario: Scenario, weeks: Iterable[ScoredWeek], n_loads: int, seed: int = 1
) -> SeizureComparison:
    """Run every week as it is, and again with ``n_loads`` loads on board, few enough that they hardly meet."""
    both = [_both(scenario, week, n_loads, seed) for week in weeks]
    loads = sum(before["expected_weight"] for before, _ in both)
    share = sum(before["expected_caught"] for before, _ in both) / loads
    seized = sum(seized for _, seized in both) / loads
    trucks = sum(before["trucks"] for before, _ in both)
    taught = getattr(scenario.policy, "clearance_trucks", 0) * seized * loads / trucks
    bound = sum(before["expected_doubt"] for before, _ in both) / loads + taught
    half_width = Z * math.sqrt(max(share * (1.0 - share), 1.0 / loads) / loads)
    return SeizureComparison(loads, share, seized - share, half_width, bound)


def _both(scenario: Scenario, week: ScoredWeek, n_loads: int, seed: int) -> tuple[dict[str, float], int]:
    """Return METRICS of the week whose probes are the chosen trucks alone, and their seizures."""
    rng = np.random.default_rng((seed, week.window.seed, week.window.replication))
    weight = week.manifest["true_p_carrying"].to_numpy()
    chosen = np.sort(rng.choice(len(weight), n_loads, replace=False, p=weight / weight.sum()))
    alone = np.zeros(len(weight))
    alone[chosen] = 1.0
    before = _run(scenario, week, week.manifest.assign(true_p_carrying=alone))
    after = _run(scenario, week, with_loads_on_board(scenario, week.manifest, chosen))
    return before.metrics, int(after.ledger["seized"].to_numpy(dtype=bool)[chosen].sum())


def _run(scenario: Scenario, week: ScoredWeek, manifest: pd.DataFrame) -> Outcome:
    return Replication(scenario, week.window, manifest, week.scores, week.plan).run_metrics()


def measure_rare_threats(study: Study, scorer: Scorer, policies: Mapping[str, Scenario]) -> dict[str, Any]:
    """Return the answers at the study's port, as ``one_in``, ``weeks``, ``variances`` and ``against_loads``.

    ``policies`` holds the port under each policy that is compared with loads on board; variances
    are of the study's own policy.
    """
    own = study.alternatives[study.baseline]
    shared = ProcessCache()

    def week(scenario: Scenario, replication: int) -> ScoredWeek:
        window = study.window(replication)
        manifest = draw_window_trucks(scenario, window)
        scores = score_manifest(scenario, scorer, manifest)
        return ScoredWeek(window, manifest, scores, shared.plan(scenario, scorer, window))

    runs = [_run(own, one, one.manifest) for one in (week(own, r) for r in range(WEEKS))]
    held = {
        name: compare_with_loads(scenario, (week(scenario, r) for r in range(LOADED_WEEKS)), LOADS)
        for name, scenario in policies.items()
    }
    return {
        "one_in": 1.0 / own.threat.prevalence_per_truck,
        "weeks": WEEKS,
        "variances": detection_variances(pd.DataFrame([run.metrics for run in runs])),
        "against_loads": [{"policy": name, **one._asdict()} for name, one in held.items()],
    }

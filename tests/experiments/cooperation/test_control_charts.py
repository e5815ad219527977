"""Control charts: run lengths by simulation, and where nothing changed they signal as often as they say."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from experiments.cooperation import control_charts as charts


def _simulated(
    mean: float, reference: float, limit: float, *, upper: bool, seed: int, runs: int = 20_000
) -> tuple[float, float]:
    """Return the mean run length of as many charts and its standard error."""
    rng = np.random.default_rng(seed)
    total, length, alive = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool)
    while alive.any():
        moved = rng.poisson(mean, runs) - reference
        total = np.maximum(0.0, total + (moved if upper else -moved))
        length += alive
        alive &= total < limit - 1e-9
    return float(length.mean()), float(length.std() / math.sqrt(runs))


@pytest.mark.parametrize(
    ("mean", "reference", "limit", "upper"),
    [(0.55, 0.7, 3.5, True), (0.825, 0.678233, 3.0, True), (3.5, 4.0, 6.0, True), (3.5, 2.8, 6.0, False)],
)
def test_run_length_of_counts_by_simulation(mean: float, reference: float, limit: float, upper: bool) -> None:
    stated = charts.run_length_poisson(mean, reference=reference, limit=limit, upper=upper)
    seen, error = _simulated(mean, reference, limit, upper=upper, seed=7)
    assert seen == pytest.approx(stated, abs=4.0 * error + 0.002 * stated)


def test_the_chart_that_is_drawn_is_the_chart_whose_length_is_stated() -> None:
    rng = np.random.default_rng(13)
    counts = rng.poisson(1.1, 40_000)
    signals = int((charts.poisson_cusum(counts, reference=0.7, limit=3.5) >= 3.5).sum())
    stated = charts.run_length_poisson(1.1, reference=0.7, limit=3.5)
    assert len(counts) / signals == pytest.approx(stated, rel=0.04)


def test_a_chart_for_a_fall_that_cannot_happen_never_signals() -> None:
    assert charts.run_length_poisson(300.0, reference=0.01, limit=2.0, upper=False) == math.inf


def test_a_limit_further_away_takes_longer() -> None:
    lengths = [charts.run_length_cusum(0.0, reference=0.5, limit=limit) for limit in (3.0, 4.0, 5.0)]
    assert lengths == sorted(lengths)
    assert lengths[1] == pytest.approx(167.7, abs=0.1)  # Montgomery, 168


def test_both_directions_are_as_far() -> None:
    assert charts.run_length_cusum(1.0, reference=0.5, limit=5.0) == pytest.approx(
        charts.run_length_cusum(-1.0, reference=0.5, limit=5.0)
    )
    assert charts.run_length_ewma(0.7, weight=0.2, limit=2.9) == pytest.approx(
        charts.run_length_ewma(-0.7, weight=0.2, limit=2.9)
    )


def test_ewma_of_the_last_value_alone_is_a_shewhart_chart() -> None:
    assert charts.run_length_ewma(0.0, weight=1.0, limit=3.0) == pytest.approx(1.0 / (2.0 * norm.sf(3.0)), rel=1e-6)


@pytest.mark.parametrize("correction", [0.0, 0.3, 1.0, 1.5])
def test_tampering_by_simulation(correction: float) -> None:
    noise = np.random.default_rng(17).normal(size=200_000)
    setting, seen = 0.0, np.empty(len(noise))
    for period, shock in enumerate(noise):
        seen[period] = setting + shock
        setting -= correction * seen[period]
    assert seen.var() == pytest.approx(charts.controlled_variance(correction), rel=0.03)


def test_the_sequential_test_keeps_its_chances() -> None:
    test = charts.sprt_poisson(0.55, 1.1, alpha=0.05, beta=0.2)
    rng = np.random.default_rng(19)
    wrong = {0.55: 0, 1.1: 0}
    for mean in wrong:
        for _ in range(2000):
            total = period = 0
            while True:
                period, total = period + 1, total + int(rng.poisson(mean))
                line = test.slope * period
                if total >= line + test.accept_high or total <= line + test.accept_low:
                    break
            wrong[mean] += (total > line) != (mean > 1.0)
    assert wrong[0.55] / 2000 <= 0.05 + 0.012
    assert wrong[1.1] / 2000 <= 0.20 + 0.02


@pytest.mark.parametrize(
    "call",
    [
        lambda: charts.best_reference(1.0, 1.0),
        lambda: charts.run_length_poisson(0.0, reference=0.5, limit=3.0),
        lambda: charts.run_length_ewma(0.0, weight=0.0, limit=3.0),
        lambda: charts.run_length_cusum(0.0, reference=0.5, limit=0.0),
        lambda: charts.controlled_variance(2.0),
        lambda: charts.sprt_poisson(0.5, 1.0, alpha=0.6, beta=0.6),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="must"):
        call()

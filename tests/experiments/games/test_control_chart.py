"""Run lengths of the Poisson CUSUM: published cases, and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.games.control_chart import cusum_step, run_length_poisson


def test_published_run_lengths() -> None:
    found = [run_length_poisson(mean, reference=0.7, limit=3.5) for mean in (0.55, 0.825, 1.1)]
    assert found == pytest.approx([65.883, 17.131, 8.836], abs=1e-3)


@pytest.mark.parametrize(("mean", "upper"), [(0.9, True), (0.3, False)])
def test_the_chart_runs_as_long_as_the_formula_says(mean: float, upper: bool) -> None:
    numbers, lengths = np.random.default_rng(3), []
    for _ in range(3000):
        level, weeks = 0.0, 0
        while level < 2.0:
            level, weeks = cusum_step(level, float(numbers.poisson(mean)), reference=0.6, upper=upper), weeks + 1
        lengths.append(weeks)
    expected = run_length_poisson(mean, reference=0.6, limit=2.0, upper=upper)
    assert np.mean(lengths) == pytest.approx(expected, abs=5.0 * np.std(lengths) / np.sqrt(len(lengths)))


@pytest.mark.parametrize(("mean", "reference", "limit"), [(0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, -1.0)])
def test_numbers_that_are_not_above_0_are_refused(mean: float, reference: float, limit: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        run_length_poisson(mean, reference=reference, limit=limit)


def test_a_lattice_too_fine_to_solve_is_refused() -> None:
    with pytest.raises(ValueError, match="too many digits"):
        run_length_poisson(1.0, reference=0.1234, limit=900.0)

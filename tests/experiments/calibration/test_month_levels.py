"""What one month is off says something of its neighbors, and nothing where months do not go together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.calibration.month_levels import LEVEL_WEEKS, expected_offset, month_offsets
from tests.synthetic_waits import MONTHS, any_fit

LONGER = [-4.0, -4.0, -3.0, -2.0, 4.0, 3.0, 4.0]


def test_a_month_among_longer_ones_is_expected_to_be_longer() -> None:
    """January to April are shorter than simulated, May to July longer."""
    assert expected_offset(range(1, 8), np.array(LONGER), 8) > 1.0
    without_march = [x for month, x in enumerate(LONGER, start=1) if month != 3]
    assert expected_offset([1, 2, 4, 5, 6, 7], np.array(without_march), 3) < -1.0


def test_months_that_do_not_go_together_say_nothing() -> None:
    assert abs(expected_offset(range(1, 9), np.array([4.0, -4.0] * 4), 9)) < 1.0


def test_december_stands_beside_january() -> None:
    off = np.array([6.0, 5.0, 0.0, 0.0, 0.0, 0.0])
    assert expected_offset([1, 2, 5, 6, 7, 8], off, 12) > expected_offset([1, 2, 5, 6, 7, 8], off, 10) + 0.5


def test_an_offset_goes_with_what_others_are_off() -> None:
    one, two = (expected_offset([1, 2, 3], scale * np.array([3.0, 2.0, 3.0]), 4) for scale in (1.0, 2.0))
    assert two == pytest.approx(2.0 * one)
    assert expected_offset([1, 2], np.zeros(2), 3) == 0.0


def test_a_month_is_off_by_the_mean_of_its_observed_cells() -> None:
    fit, _ = any_fit()
    prediction = replace(fit.model, runs=LEVEL_WEEKS).predict(fit.theta)
    waits = np.full((len(MONTHS), 7, 24), np.nan)
    waits[:, :5, 8:15] = fit.likelihood.corrected(prediction)[:, :5, 8:15]
    waits[1, :5, 8:10] += np.array([6.0, 0.0])
    waits[2, :, 12:] = np.nan
    days = np.full_like(waits, 4.0)
    off = month_offsets(replace(fit, likelihood=replace(fit.likelihood, wait_min=waits, days=days)))
    assert off == pytest.approx([0.0, 6.0 / 7.0, 0.0, 0.0])
    days[1, :, 8] = 1.0
    off = month_offsets(replace(fit, likelihood=replace(fit.likelihood, wait_min=waits, days=days)))
    assert off == pytest.approx([0.0, 6.0 / 25.0, 0.0, 0.0])

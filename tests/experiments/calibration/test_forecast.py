"""A month that is left out is predicted by the others alone, and those near it say most of its level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.forecast import LEVEL_WEEKS, LeftOut, expected_offset, leave_months_out, month_offsets
from experiments.calibration.request import build_calibration
from experiments.calibration.steps import service_range
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all
from tests import synthetic_waits
from tests.synthetic_waits import any_fit

ROOT = Path(__file__).parents[3]
MONTHS = (1, 2, 3)


def left_out(path: Path, longer_min: Sequence[float]) -> LeftOut:
    """Leave three months of Ysleta out in turn, whose waits were so much longer, by month."""
    observed = pd.read_csv(ROOT / "configs/observed/ysleta.csv")
    observed = observed[observed["month"].isin(MONTHS)]
    observed["wait_min"] += observed["month"].map(dict(zip(MONTHS, longer_min, strict=True)))
    observed.to_csv(path, index=False)
    request = build_calibration(
        ["port=ysleta", f"observed={path}", "weeks=2", "processes=1", "daily_sd_min=10", f"out={path.parent}/out"],
        "calibrate",
    )
    (scorer,) = train_all(request.study, open_console()).values()
    return leave_months_out(request, service_range(request.study)[0], scorer, lambda done, of: None)


@pytest.mark.slow
def test_a_month_that_is_left_out_says_nothing_of_its_own_prediction(tmp_path: Path) -> None:
    as_it_was, longer = (left_out(tmp_path / f"{more:g}.csv", (0.0, 0.0, more)) for more in (0.0, 15.0))
    assert np.array_equal(as_it_was.simulated[2], longer.simulated[2])
    assert np.array_equal(as_it_was.hour_mean[2], longer.hour_mean[2], equal_nan=True)
    # the others are longer for it
    assert longer.simulated[:2].mean() > as_it_was.simulated[:2].mean() + 1.0


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
    waits = np.full((len(synthetic_waits.MONTHS), 7, 24), np.nan)
    waits[:, :5, 8:15] = fit.likelihood.corrected(prediction)[:, :5, 8:15]
    waits[1, :5, 8:10] += np.array([6.0, 0.0])
    waits[2, :, 12:] = np.nan
    days = np.full_like(waits, 4.0)
    off = month_offsets(replace(fit, likelihood=replace(fit.likelihood, wait_min=waits, days=days)))
    assert off == pytest.approx([0.0, 6.0 / 7.0, 0.0, 0.0])
    days[1, :, 8] = 1.0
    off = month_offsets(replace(fit, likelihood=replace(fit.likelihood, wait_min=waits, days=days)))
    assert off == pytest.approx([0.0, 6.0 / 25.0, 0.0, 0.0])

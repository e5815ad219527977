"""A month that is left out is predicted by the others alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.forecast import LeftOut, leave_months_out
from experiments.calibration.request import build_calibration
from experiments.calibration.steps import service_range
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all

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

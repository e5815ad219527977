"""When a calibration gives up."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.calibration.calibrate import refuse_hopeless
from sim.errors import ConfigError

DAYS = np.full((4, 7, 24), 4.0)


def test_scatter_of_cells_is_no_reason_to_give_up_and_hours_that_are_far_off_are() -> None:
    simulated = np.full((4, 7, 24), 30.0)
    observed = np.full((4, 7, 24), np.nan)
    observed[:, :5, 8:16] = 30.0
    # a day of each hour is an hour longer in one month, which a few days can be, and shorter in the others
    observed[:, 0, 8:16] += np.array([90.0, -30.0, -30.0, -30.0])[:, None]
    refuse_hopeless(simulated, observed, DAYS)
    observed[:, :5, 8:16] += 60.0
    with pytest.raises(ConfigError, match="at best the simulated waits of hours are 60 min"):
        refuse_hopeless(simulated, observed, DAYS)

from __future__ import annotations

import numpy as np
import pytest

from experiments.benchmarks.model_c import AT, MEAN_MIN, SHARE, draw_model_c_trucks, model_c_flow
from sim.engine.kernel import feed_forward
from sim.stations import SERVED


@pytest.mark.parametrize("exponential", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_services_have_the_means_that_are_stated(seed: int, exponential: bool) -> None:
    trucks = draw_model_c_trucks(20_000, seed, exponential=exponential)
    for minutes, mean in zip(trucks.service_min, MEAN_MIN, strict=True):
        error = minutes.std() / np.sqrt(len(minutes))
        assert abs(minutes.mean() - mean) < 5.0 * error


def test_trucks_go_on_in_the_shares_that_are_stated() -> None:
    n = 20_000
    record = feed_forward.run_feed_forward(model_c_flow(draw_model_c_trucks(n, 1)))
    assert record is not None
    came = [float((record.done[k] == SERVED).sum()) for k in AT]
    assert came[0] == n
    for before, after, share in zip(came[:-1], came[1:], SHARE[1:], strict=True):
        assert abs(after / before - share) < 5.0 * np.sqrt(share * (1.0 - share) / before)

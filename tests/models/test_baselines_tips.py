"""Tips raise a truck to where its chance belongs."""

from __future__ import annotations

import numpy as np
import pytest

from models.baselines import apply_tips
from models.calibration import Platt


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_a_tip_is_a_second_independent_reason(slope: float) -> None:
    platt = Platt(intercept=-8.0, slope=slope)
    judged, tip = np.linspace(-2.0, 2.0, 9), np.tile([0.0, 0.2, 0.9], 3)
    score, p_hit = apply_tips(platt, judged, tip)
    assert np.allclose(1.0 - p_hit, (1.0 - platt(judged)) * (1.0 - tip))
    assert np.allclose(platt(score), p_hit)
    assert (score[tip == 0.0] == judged[tip == 0.0]).all()
    assert (score[tip > 0.0] > judged[tip > 0.0]).all()


def test_a_certain_tip_and_a_mute_score_go_first() -> None:
    score, p_hit = apply_tips(Platt(intercept=-8.0, slope=1.0), np.zeros(1), np.ones(1))
    assert (score[0], p_hit[0]) == (np.inf, 1.0)
    score, p_hit = apply_tips(Platt(intercept=-8.0, slope=0.0), np.zeros(2), np.array([0.0, 0.2]))
    assert score.tolist() == [0.0, np.inf]
    assert p_hit[1] == pytest.approx(0.2, abs=1e-3)

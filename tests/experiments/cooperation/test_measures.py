"""What finds can tell: power by simulation, and the peak of seizures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from experiments.cooperation import measures


@pytest.mark.parametrize(("low", "high"), [(0.55, 0.825), (3.5, 5.25)])
def test_the_periods_stated_give_about_the_power_asked_for(low: float, high: float) -> None:
    periods = np.ceil(measures.periods_to_tell(low, high))
    assert measures.power_to_tell(low, high, periods=periods) == pytest.approx(0.8, abs=0.06)


def test_no_detection_rate_seizes_more_than_the_one_of_most_seizures() -> None:
    grid = np.linspace(0.0, 1.0, 100_001)
    seized, delivered = measures.deterred_outcomes(grid, reaction=12.0, midpoint=0.3)
    best = measures.detection_of_most_seizures(reaction=12.0, midpoint=0.3)
    assert best == pytest.approx(grid[np.argmax(seized)], abs=1e-5)
    assert (np.diff(delivered) < 0.0).all()


def test_flow_from_finds_is_the_flow_that_made_them() -> None:
    flow, detection = np.array([30.0, 50.0, 20.0]), np.array([0.1, 0.4, 0.9])
    np.testing.assert_allclose(measures.flow_from_finds(flow * detection, detection), flow / 100.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: measures.periods_to_tell(1.0, 0.5),
        lambda: measures.covert_tests(1.0, half_width=0.05),
        lambda: measures.covert_tests(0.5, half_width=0.05, confidence=1.0),
        lambda: measures.flow_from_finds([0, 0], [0.1, 0.2]),
        lambda: measures.flow_from_finds([1, 0], [0.0, 0.2]),
        lambda: measures.deterred_outcomes(1.2, reaction=1.0, midpoint=0.3),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"must|means"):
        call()

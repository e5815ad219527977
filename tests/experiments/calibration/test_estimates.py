"""Whether intervals of a calibration hold parameters that are known: drawn from what is held of them beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.synthetic_waits import run_trial

TRIALS = range(300, 330)
"""Seeds on which no change of the method was tried."""


def test_most_intervals_of_two_trials_hold_the_truth(tmp_path: Path) -> None:
    """Of 34 intervals 32 are to be expected; below 27 are one in four thousand, were they independent."""
    assert sum(sum(run_trial(tmp_path, seed).held.values()) for seed in range(2)) >= 27


@pytest.mark.slow
def test_most_intervals_hold_the_truth(tmp_path: Path) -> None:
    held = [inside for seed in TRIALS for inside in run_trial(tmp_path, seed).held.values()]
    assert 0.90 <= sum(held) / len(held) <= 0.98

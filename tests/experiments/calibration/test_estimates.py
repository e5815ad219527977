"""Whether intervals of a calibration hold parameters that are known: drawn from what is held of them beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.synthetic_waits import run_trial

TRIALS = 30


@pytest.mark.slow
@pytest.mark.xfail(strict=True, reason="not reached when last measured, on a few trials (docs/calibration.md)")
def test_most_intervals_hold_the_truth(tmp_path: Path) -> None:
    held = [inside for seed in range(TRIALS) for inside in run_trial(tmp_path, seed).held.values()]
    assert 0.90 <= sum(held) / len(held) <= 0.98

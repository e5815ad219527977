from __future__ import annotations

import json
import subprocess
import sys

import pytest

from experiments.benchmarks import scaling
from experiments.study.study import build_study


def test_a_year_is_fifty_two_weeks_on_one_core_with_boosted_trees_by_default() -> None:
    asked = scaling.year_overrides(["policy=top_share", "replications=3", "days=1", "out=there"])
    assert asked == ["policy=top_share", "risk=boosted", "replications=52", "days=7", "calendar=week", "processes=1"]
    for own in ("risk=constant", "experiment=risk_models"):
        assert "risk=boosted" not in scaling.year_overrides([own])


def test_of_an_experiment_the_baseline_alone_is_run() -> None:
    asked = build_study(["experiment=lanes", "calendar=week", "days=1", "replications=2"], "bench")
    assert len(asked.alternatives) > 1
    assert scaling.run_year(asked)["weeks"] == 2


def test_a_process_of_its_own_tells_time_and_memory() -> None:
    """Two days with a model that need not learn."""
    command = [sys.executable, "-m", "experiments.benchmarks.scaling", "risk=constant", "days=2"]
    done = subprocess.run([*command, "replications=2", "processes=1"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["weeks"] == 2
    assert found["trucks"] > 25_000
    assert 0.0 < found["run_cpu_s"] < 60.0
    assert 1e8 < found["peak_bytes"] < 3e9


@pytest.mark.slow
def test_a_year_stays_within_time_and_memory() -> None:
    """With room to spare for a slower machine; what it takes on this one, bench says."""
    found = scaling.time_year([])
    assert found["model"] == "boosted"
    assert found["trucks"] > 2.2e6
    assert found["run_cpu_s"] < 24.0
    assert found["peak_bytes"] < 3e9

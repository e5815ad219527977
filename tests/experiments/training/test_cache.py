from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ports import window_of

from experiments import train
from experiments.study.study import compose_scenario
from experiments.training import cache, find_or_train
from models.baselines import BaselineRisk
from models.fitted import FittedRisk
from sim.replication import draw_window_trucks
from sim.trucks import manifest

HEAVY = ("sklearn", "skops", "scipy.stats", "scipy.optimize", "joblib")
"""Libraries that a run of today's practice can do without; each takes a part of a second."""


def test_rules_are_made_once_and_then_read_without_the_libraries_of_learning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path))
    scenario = compose_scenario(["risk.history_years=5", "traffic.volume_scale=0.1"])
    first = find_or_train.fitted_scorer(scenario.risk, scenario, 1)
    assert isinstance(first, FittedRisk)
    again = find_or_train.fitted_scorer(scenario.risk, scenario, 1)
    assert isinstance(again, BaselineRisk)
    some = draw_window_trucks(scenario, window_of(1))
    assert again.score(some).equals(first.score(some))
    assert train.model_folders is cache.model_folders


def test_every_source_of_the_past_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model learns from simulated trucks: whatever draws them decides what it is."""
    files = {path.stem for path in cache.learnt_from()}
    assert {"simulated_history", "past_practice", "shared_draws", "replication", "train", "cache"} <= files
    assert {"trees", "store", "loop", "manifest"} <= files
    assert not {"answer", "terminal", "cli"} & files
    own = Path(str(manifest.__file__))
    before, read = cache.code_hash.__wrapped__(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"changed" if path == own else read(path))
    assert cache.code_hash.__wrapped__() != before


def test_a_comparison_is_imported_without_the_libraries_of_learning() -> None:
    code = (
        "import sys, experiments.compare, experiments.study.study as load;"
        "load.build_study(['days=1', 'replications=1'], 'run');"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

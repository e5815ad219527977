from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ports import window_of

from experiments import train, trained
from experiments.load import compose_scenario
from experiments.pipeline import trucks
from models.fitted import FittedRisk
from models.plain import PlainRisk
from sim import manifest

HEAVY = ("sklearn", "skops", "scipy.stats", "scipy.optimize", "joblib")
"""Libraries that a run of today's practice can do without; each takes a part of a second."""


def test_rules_are_made_once_and_then_read_without_the_libraries_of_learning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path))
    scenario = compose_scenario(["risk.history_years=5", "traffic.volume_scale=0.1"])
    first = trained.ensure(scenario.risk, scenario, 1)
    assert isinstance(first, FittedRisk)
    again = trained.ensure(scenario.risk, scenario, 1)
    assert isinstance(again, PlainRisk)
    some = trucks(scenario, window_of(1))
    assert again.score(some).equals(first.score(some))
    assert train.places is trained.places


def test_every_source_of_the_past_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model learns from simulated trucks: whatever draws them decides what it is."""
    files = {path.stem for path in trained.learnt_from()}
    assert {"history", "informed", "met", "pipeline", "train", "trained"} <= files
    assert {"trees", "store", "compiled", "manifest"} <= files
    assert not {"answer", "screen", "cli"} & files
    own = Path(str(manifest.__file__))
    before, read = trained.code_hash.__wrapped__(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"changed" if path == own else read(path))
    assert trained.code_hash.__wrapped__() != before


def test_a_comparison_is_imported_without_the_libraries_of_learning() -> None:
    code = (
        "import sys, experiments.compare, experiments.load as load;"
        "load.study(['days=1', 'replications=1'], 'run');"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

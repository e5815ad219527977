"""The kind of processor on record: what decides the last bits, and nothing about whose it is."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from experiments.study.run_record import numpy_features, processor

ROOT = Path(__file__).parents[3]


def features_without(disabled: str) -> str:
    """Return what the script of `make test-baseline` prints where some features are disabled."""
    call = [sys.executable, "-W", "error", ROOT / "tests/tools/numpy_features.py"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NPY_DISABLE_CPU_FEATURES": disabled}
    done = subprocess.run(call, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_record_names_machine_features_and_target() -> None:
    found = processor()
    assert list(found) == ["machine", "numpy_features", "numba_target"]
    assert found["machine"] == platform.machine()
    assert found["numpy_features"] == numpy_features()
    assert found["numba_target"]
    assert json.loads(json.dumps(found)) == found


def test_numpy_takes_the_list_and_leaves_those_features_out() -> None:
    names = features_without("")
    assert set(numpy_features()) <= set(names.split(","))
    assert features_without(names) == ""

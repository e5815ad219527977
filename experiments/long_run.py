"""A simulated year of the study's port in a process of its own: the time of one core, and memory.

Weeks from trucks to METRICS until they add up to a year; imports, loading the trained model and
the compiled engine are counted apart. ``python -m experiments.long_run [overrides]`` prints JSON.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from experiments.compose import parse
from experiments.load import Study, study
from experiments.met import risk_key
from experiments.pipeline import measured
from experiments.replicate import replicate
from experiments.train import ensure
from sim.scenario import Scenario

WEEKS: Final = 52
SETTLED: Final = ("replications", "days", "calendar", "processes", "out")
"""Settings that the year decides."""
ONE_CORE: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def settled(overrides: Sequence[str]) -> list[str]:
    """Return the overrides of the year: week by week, one core, boosted trees by default."""
    named = {override.key_or_group for override in parse(overrides)}
    # an experiment's alternatives may name models of their own
    risk = [] if named & {"risk", "experiment"} else ["risk=boosted"]
    kept = [
        str(override.input_line)
        for override in parse(overrides)
        if override.key_or_group not in SETTLED
    ]
    return [*kept, *risk, f"replications={WEEKS}", "days=7", "calendar=week", "processes=1"]


def year_of(asked: Study) -> dict[str, float]:
    """Run every week of the year in this process; see `a_year`."""
    scenario = _baseline(asked)
    asked = dataclasses.replace(asked, alternatives={asked.baseline: scenario})
    scorers = {risk_key(scenario): ensure(scenario.risk, scenario, 1)}
    ready = time.process_time()
    found = replicate(asked, scorers, way=measured).metrics
    return {
        "trucks": float(found["trucks"].sum()),
        "weeks": float(len(found)),
        "start_cpu_s": ready,
        "run_cpu_s": time.process_time() - ready,
        "peak_bytes": 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def a_year(overrides: Sequence[str]) -> dict[str, Any]:
    """Run a year in a fresh process on one core.

    Parameters
    ----------
    overrides : sequence of str
        Of the study; the model, if none is named, is ``boosted``, and is trained first if need be.

    Returns
    -------
    dict
        ``model``, ``trucks``, ``weeks``; ``start_cpu_s`` (imports, model, compiled code) and
        ``run_cpu_s`` (user and system time of everything from trucks to METRICS), ``peak_bytes``
        of the process.
    """
    wanted = settled(overrides)
    scenario = _baseline(study(wanted, "bench"))
    ensure(scenario.risk, scenario, os.cpu_count() or 1)
    command = [sys.executable, "-m", "experiments.long_run", *wanted]
    done = subprocess.run(  # noqa: S603  (this very program)
        command, env={**os.environ, **ONE_CORE}, capture_output=True, text=True, check=True
    )
    return {"model": scenario.risk.name, **json.loads(done.stdout)}


def _baseline(asked: Study) -> Scenario:
    return asked.alternatives[asked.baseline]


def bytes_a_truck(frames: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Return what each table takes, in bytes a truck.

    Examples
    --------
    >>> bytes_a_truck({"two": pd.DataFrame({"a": [1.0, 2.0], "b": [True, False]})})
    {'two': 9.0}
    """
    return {
        name: float(frame.memory_usage(index=False).sum()) / len(frame)
        for name, frame in frames.items()
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(year_of(study(sys.argv[1:], "bench"))) + "\n")

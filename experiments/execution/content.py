"""What decides a result, as text: code, versions, fitted models and scenarios.

A piece of work that is named after all of these need not be done again, whoever did it.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from experiments.study.study import Study
from sim.caching.source_hash import files_hash, package_files
from sim.replication import Scorer
from sim.scenario import Scenario
from sim.shared_draws import risk_key, scenario_key
from sim.tables import MANIFEST, visible_columns

DECIDING: Final = (
    "sim", "models", "experiments/execution", "experiments/study", "experiments/training", "experiments/funding",
    "experiments/sweeping", "experiments/calibration", "experiments/adaptation", "experiments/games",
    "experiments/diversion",
)  # fmt: skip
"""Folders whose sources decide results."""
COMPUTING: Final = ("numpy", "pandas", "scipy", "numba", "llvmlite", "scikit-learn", "simpy")
"""Packages whose versions may decide a last bit."""
N_PROBES: Final = 16


@functools.cache
def sources_hash() -> str:
    """Return a hash of all sources that decide results."""
    return files_hash(package_files(DECIDING))[:32]


@functools.cache
def program_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute, by name."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in COMPUTING}


def digest(*parts: object) -> str:
    """Return a short hash of what the parts say of themselves, in this order.

    Raises
    ------
    TypeError
        A part says where it stands in memory, which is no content.

    Examples
    --------
    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    whole = hashlib.sha256()
    for part in parts:
        text = str(part)
        if " at 0x" in text:
            raise TypeError(f"no content: {text[max(text.index(' at 0x') - 60, 0) :][:80]}")
        content = text.encode()
        whole.update(b"%d " % len(content) + content)
    return whole.hexdigest()[:32]


def model_fingerprint(scorer: Scorer) -> str:
    """Return a hash of what a fitted model does: its scale, and its scores of a few made-up trucks."""
    scores = scorer.score(_probes())[["p_hit", "risk_score"]].to_numpy(dtype=np.float64)
    scale = np.asarray(getattr(scorer, "scale", ()), dtype=np.float64)
    return digest(getattr(scorer, "platt", ""), scale.tobytes().hex(), scores.tobytes().hex())


def _probes() -> pd.DataFrame:
    row = np.arange(N_PROBES)
    kinds = {column.name: column.kind for column in MANIFEST}
    frame = pd.DataFrame({"truck": row})
    for place, name in enumerate(visible_columns("tip")):
        turn = (row * (place + 1)) % 8
        values = {"bool": turn % 2 == 0, "int": turn, "float": 1.5 ** (turn + place % 5)}
        frame[name] = values[kinds[name]]
    return frame


def scenarios_content(scenarios: Mapping[str, Scenario], scorers: Mapping[str, Scorer]) -> str:
    """Return a hash of alternatives, by name, with their fitted models."""
    models = {key: model_fingerprint(scorers[key]) for key in {risk_key(s) for s in scenarios.values()}}
    return digest(*(f"{name}: {scenario_key(s)} {models[risk_key(s)]}" for name, s in scenarios.items()))


def study_content(study: Study, scorers: Mapping[str, Scorer]) -> str:
    """Return a hash of all that decides a study's replications but the window of each.

    The engine is no part of it: both give the same ledger to the last bit.
    """
    trucks = None if study.manifest is None else hashlib.sha256(study.manifest.read_bytes()).hexdigest()
    return digest(scenarios_content(study.alternatives, scorers), study.high_risk_score, trucks)


def windows_content(study: Study) -> str:
    """Return what decides the windows of a study, of all its replications."""
    return repr((study.seed, study.start_date, study.days, study.calendar, study.replications))


def replication_keys(study: Study, scorers: Mapping[str, Scorer], *more: object) -> Sequence[str]:
    """Return a key of content for each replication of a study; ``more`` decides results too."""
    whole = study_content(study, scorers)
    return [digest(whole, study.window(r), *more) for r in range(study.replications)]

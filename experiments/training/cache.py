"""Where fitted models and the pasts that they learned from are kept: folders named by all that decides them."""

from __future__ import annotations

import functools
import hashlib
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from experiments.training.past_practice import port_before_change
from sim.caching import cache_files
from sim.caching.source_hash import ROOT, files_hash, package_files, source_files
from sim.scenario import Risk, Scenario
from sim.shared_draws import risk_as_trained

DRAWING: Final = ("experiments.training.simulated_history", "experiments.training.past_practice")
"""Modules that draw the past: they decide a model, and so does all that they import."""
TRAINING: Final = ("experiments.training.train", "experiments.training.cache")
"""Modules that train: they decide a model, what they say on the screen does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolders:
    """Where a model and the past that it learnt from are kept."""

    model: Path
    history: Path


def model_folders(risk: Risk, scenario: Scenario) -> ModelFolders:
    """Return the folders that this model and its past have, named by all that decides them."""
    past = (repr(port_before_change(risk, scenario)), risk.labels, code_hash())
    root = cache_files.cache().root
    return ModelFolders(
        model=root / "models" / _digest(*past, repr(risk_as_trained(risk, scenario.sharing))),
        history=root / "history" / f"{_digest(*past)}.parquet",
    )


@functools.cache
def code_hash() -> str:
    """Return a hash of every source file that a trained model depends on, and of scikit-learn.

    Once a process: what has been imported does not change when a file does.
    """
    versions = [metadata.version(name) for name in ("numpy", "numba", "scikit-learn")]
    return files_hash(learnt_from(), [*versions, sys.version])


def learnt_from(folder: Path = ROOT) -> list[Path]:
    """Return the source files that decide what a model has learnt.

    All of `sim` and `models`, what draws the past with all of `experiments` that it imports, and what trains.
    """
    drawing = source_files(DRAWING, folder, within=("experiments",))
    training = source_files(TRAINING, folder, within=())
    return [*package_files(("sim", "models"), folder), *drawing, *training]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]

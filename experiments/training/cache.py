"""Where fitted models and the pasts that they learned from are kept: folders named by all that decides them."""

from __future__ import annotations

import dataclasses
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
TRAINING: Final = tuple(f"experiments.training.{name}" for name in ("train", "cache", "relabel", "retrain"))
"""Modules that train: they decide a model, what they say on the screen does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolders:
    """Where a model and the past that it learnt from are kept."""

    model: Path
    history: Path
    inspected: Path
    """Whom the port inspected (`experiments.training.common_past`): the same for all labels and tiers."""


def model_folders(risk: Risk, scenario: Scenario) -> ModelFolders:
    """Return the folders that this model and its past have, named by all that decides them."""
    past = (repr(port_before_change(risk, scenario)), risk.labels, code_hash())
    own = repr(port_before_change(dataclasses.replace(risk, tier="own"), scenario))
    root = cache_files.cache().root
    return ModelFolders(
        model=root / "models" / name_by_content(*past, repr(risk_as_trained(risk, scenario.sharing))),
        history=root / "history" / f"{name_by_content(*past)}.parquet",
        inspected=root / "history" / f"{name_by_content(own, 'inspected', code_hash())}.parquet",
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


def name_by_content(*parts: str) -> str:
    """Return the name of what these texts decide: 20 hexadecimal digits."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]

"""The fitted risk model of a scenario: found at once where it was trained before.

What trains models brings libraries along that take longer to import than a small run takes. They
are asked for only where a model is to be trained, or one is read that has learnt something.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from experiments.informed import before, learnt_risk
from experiments.pipeline import Scorer
from models import plain
from sim import cache_files
from sim.scenario import Risk, Scenario
from sim.source_hash import ROOT, files_hash, package_files, source_files

Progress = Callable[[int, int], None]
DRAWING: Final = ("experiments.history", "experiments.informed")
"""Modules that draw the past: they decide a model, and so does all that they import."""
TRAINING: Final = ("experiments.train", "experiments.trained")
"""Modules that train: they decide a model, what they say on the screen does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a model and the past that it learnt from are kept."""

    model: Path
    history: Path


def ensure(
    risk: Risk, scenario: Scenario, processes: int, progress: Progress | None = None
) -> Scorer:
    """Return the fitted risk model, from the cache or trained now; see `experiments.train`.

    Raises
    ------
    ModelError
        Nothing to learn from.
    """
    found = plain.recall(places(risk, scenario).model) if risk.name in plain.KNOWN else None
    if found is not None:
        return dataclasses.replace(found, heeds_tips=risk.tier == "tip")
    from experiments import train

    return train.ensure(risk, scenario, processes, progress)


def places(risk: Risk, scenario: Scenario) -> Place:
    """Return the folders that this model and its past have, named by all that decides them."""
    past = (repr(before(risk, scenario)), risk.labels, code_hash())
    root = cache_files.cache().root
    return Place(
        model=root / "models" / _digest(*past, repr(learnt_risk(risk, scenario.sharing))),
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

    All of `sim` and `models`, what draws the past with all of `experiments` that it imports, and
    what trains.
    """
    drawing = source_files(DRAWING, folder, within=("experiments",))
    training = source_files(TRAINING, folder, within=())
    return [*package_files(("sim", "models"), folder), *drawing, *training]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]

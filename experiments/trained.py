"""The fitted risk model of a scenario: found at once where it was trained before.

What trains models brings libraries along that take longer to import than a small run takes. They
are asked for only where a model is to be trained, or one is read that has learnt something.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import models
import sim
from experiments.informed import before, learnt_risk
from experiments.pipeline import Scorer
from models import plain
from sim.jit import cache_root
from sim.scenario import Risk, Scenario

Progress = Callable[[int, int], None]


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
        Nothing to learn from, or the cache cannot be written.
    """
    found = plain.recall(places(risk, scenario).model) if risk.name in plain.KNOWN else None
    if found is not None:
        return dataclasses.replace(found, heeds_tips=risk.tier == "tip")
    from experiments import train

    return train.ensure(risk, scenario, processes, progress)


def places(risk: Risk, scenario: Scenario) -> Place:
    """Return the folders that this model and its past have, named by all that decides them."""
    past = (repr(before(risk, scenario)), risk.labels, code_hash())
    return Place(
        model=cache_root() / "models" / _digest(*past, repr(learnt_risk(risk, scenario.sharing))),
        history=cache_root() / "history" / f"{_digest(*past)}.parquet",
    )


@functools.cache
def code_hash() -> str:
    """Return a hash of every source file that a trained model depends on, and of scikit-learn.

    Once a process: what has been imported does not change when a file does.
    """
    digest = hashlib.sha256()
    for library in ("numpy", "numba", "scikit-learn"):
        digest.update(metadata.version(library).encode())
    folder = Path(__file__).parent
    own = [
        folder / f"{name}.py"
        for name in ("history", "informed", "met", "pipeline", "train", "trained")
    ]
    packages = [sorted(Path(package.__path__[0]).glob("*.py")) for package in (sim, models)]
    for path in (*packages[0], *packages[1], *own):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]

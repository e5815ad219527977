"""What a run leaves of itself: settings, inputs with sources, versions and hashes (``run.json``)."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from experiments.study import manifest_file
from experiments.study.compose import search_folders
from experiments.study.sources import CONFIGS, SourcedInput, option_files, path_label
from experiments.study.study import Study
from experiments.study.volume_years import volume_years

LIBRARIES: Final = (
    "simpy", "numpy", "pandas", "scipy", "numba", "scikit-learn", "skops", "hydra-core", "joblib", "pyarrow",
    "plotly",
)  # fmt: skip
RECORDED: Final = (
    "replications", "days", "start_date", "calendar", "coverage", "baseline", "engine", "ledger", "bottleneck",
    "high_risk_score",
)  # fmt: skip
"""Settings of a study that its record holds."""


def run_record(study: Study, wall_s: float, unstable: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what ``run.json`` holds: first what decides the numbers, then the machine.

    ``wall_s`` is the wall time of the run in seconds; ``unstable`` names the alternatives that
    cannot carry their load, and at which station.
    """
    return {
        "throughgate": package_version("throughgate"),
        "verb": study.verb,
        "experiment": study.experiment,
        "overrides": list(study.overrides),
        "seed": study.seed,
        "study": {name: getattr(study, name) for name in RECORDED}
        | {"robustness": dataclasses.asdict(study.robustness)},
        "alternatives": {name: study.mapping(name) for name in study.alternatives},
        "labels": {name: study.names.label(name) for name in study.alternatives},
        "assumed": {name: _ranges(study.inputs(name)) for name in study.alternatives},
        "unstable": dict(unstable or {}),
        "volume_years": volume_years(study),
        "trucks": None
        if study.manifest is None
        else manifest_file.manifest_file_record(study.manifest, study.window(0)),
        "input_sha256": _hashes(study),
        "versions": {name: package_version(name) for name in LIBRARIES},
        "commit": git_commit(CONFIGS.parent),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "cpus": os.cpu_count(),
        "processes": study.processes,
        "wall_s": round(wall_s, 3),
    }


def _ranges(inputs: Sequence[SourcedInput]) -> dict[str, list[float]]:
    """Return the range of every number that is assumed, [low, high] by key."""
    return {
        row.key: [row.low, row.high]
        for row in inputs
        if row.kind == "assumption" and row.low is not None and row.high is not None
    }


def _hashes(study: Study) -> dict[str, str]:
    """Return the SHA-256 of every file that the study reads, by its label."""
    folders = (CONFIGS, *search_folders(study.overrides))
    paths = {CONFIGS / "config.yaml"}
    for alternative in study.alternatives:
        for group, option in study.choices(alternative).items():
            paths.update(option_files(group, option, folders))
    if study.manifest is not None:
        paths.add(study.manifest)
    return {path_label(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def package_version(package: str) -> str | None:
    """Return the installed version of a package; None if it runs from a bare checkout."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def git_commit(root: Path) -> str | None:
    """Return the checkout's git commit, with ``+`` if files differ from it; None without git."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    call = [git, "-C", str(root), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return done.stdout.strip() or None


def numpy_features() -> list[str]:
    """Return the features of this processor that NumPy uses beyond those it was built for, sorted.

    For each of them NumPy has code of its own, whose last bits can differ. The environment variable
    ``NPY_DISABLE_CPU_FEATURES`` turns features off; those are left out.
    """
    # The public ``show_runtime`` prints these and returns nothing.
    built = importlib.import_module("numpy._core._multiarray_umath")
    return sorted(name for name in built.__cpu_dispatch__ if built.__cpu_features__[name])


def processor() -> dict[str, Any]:
    """Return the machine type, NumPy's features, and the processor that Numba compiles for."""
    # Late, because who only lists inputs needs no compiler.
    import llvmlite.binding

    asked = importlib.import_module("numba.core.config").CPU_NAME
    return {
        "machine": platform.machine(),
        "numpy_features": numpy_features(),
        "numba_target": asked or llvmlite.binding.get_host_cpu_name(),
    }

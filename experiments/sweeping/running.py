"""Carrying a sweep out: every distinct point once, in pieces, and what became of each point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from experiments.execution.parallel import results
from experiments.study.study import MONTHS, Study
from experiments.sweeping.pieces import COLUMNS, PointRun, cut_into_pieces, run_points
from experiments.sweeping.request import Sweep
from sim.arrays import FloatArray
from sim.tables import METRICS

Progress = Callable[[int, int], None]
Engine = Literal["compiled", "simpy"]


@dataclass(frozen=True, slots=True)
class PointResult:
    """What became of one point."""

    metrics: FloatArray
    """[replications, alternatives, len(COLUMNS)]; no rows where a replication failed."""
    unstable: dict[str, str]
    """Alternatives that cannot carry their weekly load, and at which station."""
    failure: str = ""

    @property
    def status(self) -> str:
        """Return ``done`` or ``failed``."""
        return "failed" if self.failure else "done"


def distinct_points(sweep: Sweep) -> list[int]:
    """Return, for each point, the first one with the same content."""
    first: dict[str, int] = {}
    return [first.setdefault(point.content, place) for place, point in enumerate(sweep.points)]


def run_sweep(sweep: Sweep, engine: Engine, seconds_per_run: Sequence[float], tell: Progress) -> list[PointResult]:
    """Run every distinct point; points of equal content share one result.

    Parameters
    ----------
    seconds_per_run : sequence of float
        Expected time of one replication of every point.
    tell : callable
        Told (runs done, runs in all).

    Returns
    -------
    list of PointResult
        One a point, in order.
    """
    first = distinct_points(sweep)
    places = sorted(set(first))
    studies = [dataclasses.replace(sweep.points[place].study, engine=engine) for place in places]
    pieces = cut_into_pieces(studies, [seconds_per_run[place] for place in places], sweep.processes)
    total = sum(study.replications for study in studies)
    runs: list[list[PointRun]] = [[] for _ in studies]
    done = 0
    for piece in results(run_points, pieces, sweep.processes):
        for run in piece:
            runs[run.point].append(run)
        done += len(piece)
        tell(done, total)
    gathered = {place: _gather(study, mine) for place, study, mine in zip(places, studies, runs, strict=True)}
    return [gathered[place] for place in first]


def _gather(study: Study, runs: Sequence[PointRun]) -> PointResult:
    """Put the replications of one point together, in their order."""
    ordered = sorted(runs, key=lambda run: run.replication)
    unstable = {name: words for run in reversed(ordered) for name, words in run.unstable.items()}
    failures = [f"replication {run.replication}: {run.failure}" for run in ordered if run.failure]
    if failures:
        return PointResult(np.empty((0, len(study.alternatives), len(COLUMNS))), unstable, failures[0])
    return PointResult(np.stack([run.metrics for run in ordered]), unstable)


def strata_of(study: Study) -> int | None:
    """Return into how many strata the replications fall: the months of a year, or none."""
    return MONTHS if study.calendar == "year" else None


def metrics_table(sweep: Sweep, outcomes: Sequence[PointResult]) -> pd.DataFrame:
    """Return METRICS of every (point, alternative, replication), rows in this order, typed as ``metrics.parquet``."""
    done = [(point, outcome) for point, outcome in zip(sweep.points, outcomes, strict=True) if not outcome.failure]
    sizes = [outcome.metrics.shape[:2] for _, outcome in done]
    rows = [outcome.metrics.swapaxes(0, 1).reshape(-1, len(COLUMNS)) for _, outcome in done]
    values = np.concatenate([np.empty((0, len(COLUMNS))), *rows])
    names = [np.repeat(list(point.study.alternatives), n) for (point, _), (n, _) in zip(done, sizes, strict=True)]
    keys = {
        "point": np.repeat([point.number for point, _ in done], [n * m for n, m in sizes]).astype(np.int64),
        "alternative": [name for mine in names for name in mine.tolist()],
        "replication": np.concatenate([np.empty(0, np.int64), *(np.tile(np.arange(n), m) for n, m in sizes)]),
    }
    kinds = {"float": np.float64, "int": np.int64, "bool": np.bool_}
    columns: dict[str, Any] = {m.name: values[:, place].astype(kinds[m.kind]) for place, m in enumerate(METRICS)}
    return pd.DataFrame(keys | columns)

"""Carrying a sweep out: every distinct point once, in pieces, and what became of each point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from experiments.execution.journal import results
from experiments.study.study import MONTHS, Study
from experiments.sweeping.pieces import COLUMNS, PointRun, Work, cut_into_pieces, run_points
from experiments.sweeping.request import Sweep
from sim.arrays import FloatArray
from sim.tables import METRICS
from sim.trucks.arrivals import rates_per_h

Progress = Callable[[int, int], None]
Engine = Literal["compiled", "simpy"]
S_PER_TRUCK: Final = 3e-6
"""About the time of a truck of one alternative: what a sweep is cut by, the same on every machine."""


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


def run_sweep(sweep: Sweep, engine: Engine, tell: Progress) -> list[PointResult]:
    """Run every distinct point; points of equal content share one result.

    Parameters
    ----------
    tell : callable
        Told (runs done, runs in all).

    Returns
    -------
    list of PointResult
        One a point, in order.
    """
    works = distinct_works(sweep, engine)
    pieces = cut_into_pieces(works)
    total = sum(work.study.replications for work in works)
    runs: dict[str, list[PointRun]] = {work.content: [] for work in works}
    done = 0
    for piece in results("sweep", run_points, pieces, sweep.processes, None, [piece.key for piece in pieces]):
        for run in piece.runs:
            runs[run.content].append(run)
        done += len(piece.runs)
        tell(done, total)
    gathered = {work.content: _gather(work.study, runs[work.content]) for work in works}
    return [gathered[point.content] for point in sweep.points]


def distinct_works(sweep: Sweep, engine: Engine) -> list[Work]:
    """Return every distinct point once, in the order of their first places."""
    first = {point.content: point.study for point in reversed(sweep.points)}
    return [
        Work(content, dataclasses.replace(first[content], engine=engine), trucks_per_run(first[content]) * S_PER_TRUCK)
        for content in dict.fromkeys(point.content for point in sweep.points)
    ]


def trucks_per_run(study: Study) -> float:
    """Return the trucks expected in a replication of a point, all alternatives together."""
    window = study.window(0)
    return float(sum(rates_per_h(scenario, window).sum() for scenario in study.alternatives.values()))


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

"""What a sweep will cost, and which of its axes change nothing, from a first replication of a few points."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.study.study import Study
from experiments.sweeping.acting_keys import key_that_would_act
from experiments.sweeping.pieces import COLUMNS, PIECE_S, Group, PointRun, Work, group_of, run_point
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import S_PER_TRUCK, Engine, distinct_works, trucks_per_run

WORTH_A_LOOK: Final = 5
"""Replications of a sweep for each one of the first look, from which on it is taken."""
PAGE_MB: Final = 5.0
"""Of the page, nearly all of it the library that draws its charts."""
BYTES_PER_NUMBER: Final = 5.0
"""Of METRICS on disk, compressed."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is to do."""

    points: int
    distinct: int
    runs: int
    """Replications of all distinct points."""
    alternatives: int
    trucks: float
    """Passages of trucks in all of them, every alternative counted."""
    groups: dict[Group, list[Study]]
    """Distinct points that meet the same trucks and models."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Times of one replication, in seconds, and what was noticed."""

    s_per_truck: float
    draw_s: float
    """To draw and score a replication's trucks."""
    past_s: float
    """To draw and score the past days that plans are made from."""
    memory_mb: float
    """Of this process so far."""
    inert: dict[str, tuple[str, ...]]
    """Axes of which these values gave the same METRICS as the first one."""


def amount_of(sweep: Sweep) -> Amount:
    """Count what a sweep has to do."""
    works = distinct_works(sweep, sweep.baseline_study.engine)
    studies = [work.study for work in works]
    groups: dict[Group, list[Study]] = {}
    for study in studies:
        groups.setdefault(group_of(study), []).append(study)
    return Amount(
        points=len(sweep.points),
        distinct=len(works),
        runs=sum(study.replications for study in studies),
        alternatives=max(len(study.alternatives) for study in studies),
        trucks=sum(study.replications * trucks_per_run(study) for study in studies),
        groups=groups,
    )


def take_first_look(sweep: Sweep, amount: Amount, engine: Engine) -> FirstLook:
    """Run a first replication of the first point and of its neighbors on every axis; results are thrown away.

    A sweep of few replications is not looked at: it would cost as much as running it.
    """
    probes = sum(map(len, sweep.probes.values()))
    if amount.runs < WORTH_A_LOOK * (3 + probes):
        return FirstLook(S_PER_TRUCK, 0.1, 1.0, _memory_mb(), {})
    study = replace(sweep.baseline_study, engine=engine)
    trucks = trucks_per_run(study)
    _timed(study, 0)
    run, warm_s = _timed(study, 0)
    cold_s = _timed(study, 1)[1] if study.replications > 1 else warm_s
    past_s = _past_s(study)
    times = [warm_s / trucks]
    inert: dict[str, tuple[str, ...]] = {}
    for key, neighbors in sweep.probes.items():
        runs = {}
        for text, neighbor in neighbors.items():
            runs[text], spent_s = _timed(replace(neighbor, engine=engine), 0)
            if group_of(neighbor) == group_of(study):
                times.append(spent_s / trucks_per_run(neighbor))
        alike = tuple(text for text, other in runs.items() if _equal(run, other))
        if alike and len(alike) == len(neighbors):
            inert[key] = alike
    return FirstLook(float(np.median(times)), max(cold_s - warm_s, 0.0), past_s, _memory_mb(), inert)


def _past_s(study: Study) -> float:
    """Return about how long the past days take: as many trucks as a fortnight has, drawn and scored."""
    per_day = trucks_per_run(study) / study.days / len(study.alternatives)
    return 14.0 * per_day * 8e-6


def _timed(study: Study, replication: int) -> tuple[PointRun, float]:
    begin = time.perf_counter()
    run = run_point(Work("", study, 0.0), group_of(study), replication)
    return run, time.perf_counter() - begin


def _equal(first: PointRun, second: PointRun) -> bool:
    return not first.failure and not second.failure and first.metrics.tobytes() == second.metrics.tobytes()


def expected_s(sweep: Sweep, amount: Amount, look: FirstLook) -> float:
    """Return the time that a sweep is expected to take on its processes."""
    total = amount.trucks * look.s_per_truck
    for studies in amount.groups.values():
        once_s = sum(trucks_per_run(study) for study in studies) * look.s_per_truck
        holders = sweep.processes if once_s >= PIECE_S else 1
        total += holders * (look.past_s + look.draw_s * max(study.replications for study in studies))
    return total / min(sweep.processes, max(amount.runs, 1))


def inert_lines(sweep: Sweep, inert: dict[str, tuple[str, ...]]) -> list[str]:
    """Return a line for each axis that changed nothing at a first look, with the key that would act."""
    study = sweep.baseline_study
    scenario = study.alternatives[study.baseline]
    first = {axis.key: axis.texts[0] for axis in sweep.axes}
    return [
        f"{key} changed nothing at a first look ({first[key]} and {', '.join(texts)} gave the same replication); "
        f"{key_that_would_act(key, scenario)}."
        for key, texts in inert.items()
    ]


def disk_mb(amount: Amount) -> float:
    """Return about how much the files of the sweep take, its page included [MB]."""
    return PAGE_MB + amount.runs * amount.alternatives * len(COLUMNS) * BYTES_PER_NUMBER / 1e6


def memory_gb(sweep: Sweep, amount: Amount, look: FirstLook) -> float:
    """Return about how much memory all processes take together, results included."""
    return (look.memory_mb * sweep.processes + amount.runs * amount.alternatives * len(COLUMNS) * 16 / 1e6) / 1e3


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def most_common_unstable(reasons: Sequence[str]) -> list[tuple[str, int]]:
    """Return the reasons for which points cannot carry their load, the most frequent first."""
    return Counter(reasons).most_common()

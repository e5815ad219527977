"""How long a study will take: by what its stages cost elsewhere, then by the pace of this machine.

A stage costs processor time for each passage of a truck, and where models are trained anew, for each training. The
costs were measured on one core of an x86-64 server (17 alternatives at World Trade Bridge, compiled engine, warm
caches); another machine is slower or faster by one factor, which is known as soon as the first stage is done.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from typing import Final

from experiments.execution.bottleneck import study_of_extra_resources
from experiments.execution.officer_gains import officer_passes
from experiments.study.study import Study
from models import baselines
from sim.shared_draws import risk_key
from sim.trucks.arrivals import rates_per_h

REPLICATIONS: Final = "replications"
EXTRAS: Final = "one more of each resource"
OFFICERS: Final = "one more officer"
LEVELS: Final = "at equal levels"
REDRAWS: Final = "redrawn assumptions"
PASSAGE_S: Final = {REPLICATIONS: 2.6e-6, EXTRAS: 2e-6, OFFICERS: 1e-6, LEVELS: 4e-6, REDRAWS: 5.5e-6}
"""Processor seconds for each passage of a truck, by stage: the last two run alternatives several times over."""
SEARCH_S: Final = 0.6
"""Processor seconds to find the settings at which one alternative is at the baseline's levels."""
TRAINING_S: Final = 0.8
"""Processor seconds to train one model anew in one set of assumptions."""
SIMPY_FACTOR: Final = 4.0
"""How much longer a passage takes where no compiled engine is at hand."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run: what is counted in it, how many there are, and processor seconds for all."""

    name: str
    total: int
    cost_s: float


def truck_passages(study: Study) -> float:
    """Return the passages of trucks in one replication of all alternatives, and of one more of each resource."""
    extras = study_of_extra_resources(study).alternatives if study.bottleneck else {}
    window, given = study.window(0), study.user_trucks()
    return sum(
        float(rates_per_h(scenario, window).sum()) if given is None else float(len(given))
        for scenario in (*study.alternatives.values(), *extras.values())
    )


def stages_of(study: Study) -> list[Stage]:
    """Return the stages of a run or comparison in their order."""
    whole = truck_passages(study)
    alone = truck_passages(dataclasses.replace(study, bottleneck=False))
    slow = SIMPY_FACTOR if study.engine == "simpy" else 1.0
    n, draws = study.replications, study.robustness.draws

    def cost(stage: str, passages: float) -> float:
        return slow * PASSAGE_S[stage] * passages

    stages = [Stage(REPLICATIONS, n, cost(REPLICATIONS, n * alone))]
    if study.bottleneck:
        stages.append(Stage(EXTRAS, n, cost(EXTRAS, n * (whole - alone))))
    base = study.alternatives[study.baseline]
    if study.bottleneck and base.staffing.roster is not None:
        weeks, runs = officer_passes(study)
        stages.append(Stage(OFFICERS, weeks, cost(OFFICERS, weeks * runs * alone / len(study.alternatives))))
    if study.equal_levels:
        stages.append(Stage(LEVELS, n, cost(LEVELS, n * alone) + SEARCH_S * len(study.alternatives)))
    if draws and n > 1:
        learned = {risk_key(s) for s in study.alternatives.values() if s.risk.name not in baselines.KNOWN_SETTINGS}
        training = TRAINING_S * draws * len(learned)
        passages = draws * study.robustness.replications * alone
        stages.append(Stage(REDRAWS, draws, cost(REDRAWS, passages) + training))
    return stages


def cores(processes: int) -> int:
    """Return how many processor cores do the work: the processes, but no more than there are."""
    return min(processes, len(os.sched_getaffinity(0)))


def expected_words(seconds: float, processes: int) -> str:
    """Return an expected time as a reader meets it.

    >>> expected_words(118.0, 1)
    'about 2 minutes on 1 core'
    """
    count = cores(processes)
    return f"{rounded_time(seconds)} on {count} core{'' if count == 1 else 's'}"


def rounded_time(seconds: float) -> str:
    """Return a length of time in round words: nobody knows it better.

    >>> rounded_time(3.0), rounded_time(44.0), rounded_time(200.0), rounded_time(9000.0)
    ('a few seconds', 'about 40 seconds', 'about 3 minutes', 'about 2.5 hours')
    """
    if seconds < 10.0:
        return "a few seconds"
    if seconds < 90.0:
        return f"about {10.0 * round(seconds / 10.0):.0f} seconds"
    if seconds < 5400.0:
        return f"about {seconds / 60.0:.0f} minutes"
    return f"about {seconds / 3600.0:.1f} hours"

"""How a study begins: nobody waits for a compiler whose work he would not see.

Both engines give the same ledger to the last bit, so that which of them runs is a matter of time
alone. Where the engine was compiled by an earlier run, it is loaded. Where it was not, a small
study is run in SimPy and a large one compiles first; either is said in one line.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from experiments.bottleneck import with_extras
from experiments.crew import call_up
from experiments.replicate import warm_up
from sim import compiled
from sim.traffic import rates_per_h

if TYPE_CHECKING:
    from experiments.load import Study

Say = Callable[[str], None]
SMALL_TRUCKS: Final = 120_000
"""Passages of trucks that SimPy runs in less time than compiling the engine takes: at about 30
microseconds each against 6 to 12 seconds."""


def ready(study: Study, say: Say) -> Study:
    """Return the study with the engine that it begins with, compiled and ready for all policies.

    Raises
    ------
    PolicyError
        A policy's hook cannot be compiled; nothing has been run or written then.
    """
    if study.engine == "compiled" and not compiled.is_kept():
        n = passages(study)
        if n <= SMALL_TRUCKS:
            say(
                f"Running {n:,.0f} passages of trucks in SimPy: the compiled engine is not on this "
                "machine yet, and compiling it would take longer. The results are the same."
            )
            return dataclasses.replace(study, engine="simpy")
        say("Compiling the engine, once for this version on this machine: 6 to 15 seconds.")
    warm_up(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    if study.replications > 1:
        policies = [scenario.policy for scenario in study.alternatives.values()]
        call_up(study.processes, functools.partial(warm_up, study.engine, policies))
    return study


def passages(study: Study) -> float:
    """Return how many trucks pass in all that the study runs, its redraws and ledger included."""
    whole = with_extras(study) if study.bottleneck else study
    weeks = study.replications
    draws = study.robustness.draws * study.robustness.replications if weeks > 1 else 0
    window = study.window(0)
    return sum(
        float(rates_per_h(scenario, window).sum()) * (weeks + 2.0 * draws)
        for scenario in whole.alternatives.values()
    )

"""Model c timed against itself: implementations interleaved in one run, then growth with trucks."""

from __future__ import annotations

import functools
import os
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from experiments.model_c import draw, flow_of, waits_in_theory
from experiments.rivals import Way, cpu_seconds, implementations
from sim import compiled, recursion

CHECK_RUNS: Final = 6
Z: Final = 5.0
"""A wait further than so many standard errors from theory stops the benchmark."""
CHECK_TRUCKS: Final = 20_000
ENOUGH_S: Final = 0.25
BYTES_A_TRUCK: Final = 800.0
"""What a run of the growth table takes at most; longer runs than memory allows are left out."""


def check(name: str, way: Way, n: int) -> None:
    """Hold an implementation's waits with exponential services to those of theory.

    Raises
    ------
    RuntimeError
        It does other work than the model asks for.
    """
    found = np.array([way(n, 100 + run, True) for run in range(CHECK_RUNS)])
    error = found.std(axis=0, ddof=1) / np.sqrt(CHECK_RUNS)
    # a run begins empty, which at n trucks shortens the mean wait by a few hundredths
    slack = Z * error + 0.05 * np.array(waits_in_theory())
    if (np.abs(found.mean(axis=0) - waits_in_theory()) > slack).any():
        waits = ", ".join(f"{wait:.2f}" for wait in found.mean(axis=0))
        due = ", ".join(f"{wait:.2f}" for wait in waits_in_theory())
        raise RuntimeError(f"{name} waits {waits} min where theory says {due}")


def race(n: int, rounds: int) -> dict[str, Any]:
    """Time every implementation of model c, in CPU time: medians, and ratios within each round.

    Returns
    -------
    dict
        By implementation: ``microseconds_a_truck`` (median) and ``times_simpy`` (median, least and
        greatest ratio of idiomatic SimPy's time to its own in the same round).
    """
    ways = implementations()
    for name, way in ways.items():
        check(name, way, min(n, CHECK_TRUCKS))
        way(n, 1, False)  # whatever is compiled or loaded for a run of this length
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            run = functools.partial(_run, way, n, 1 + 1000 * turn)
            seconds[name].append(seconds_a_run(run, functools.partial(cpu_seconds, name)))
    return {name: _row(seconds["SimPy, idiomatic"], own, n) for name, own in seconds.items()}


def _run(way: Way, n: int, seed: int, number: int) -> None:
    way(n, seed + number, False)


def seconds_a_run(
    work: Callable[[int], object], clock: Callable[[], float] = time.process_time
) -> float:
    """Return the time of a run, the mean of as many in a row as take `ENOUGH_S` together.

    A single run of a few milliseconds would tell what the one before it left of the caches, and
    how soon the system hands out memory; one that takes longer finds its own there.

    Parameters
    ----------
    work : callable
        Called with the number of the run, from 0.
    """
    begun, spent, runs = clock(), 0.0, 0
    while spent < ENOUGH_S:
        work(runs)
        spent, runs = clock() - begun, runs + 1
    return spent / runs


def _row(simpy: list[float], own: list[float], n: int) -> dict[str, Any]:
    ratios = [reference / mine for reference, mine in zip(simpy, own, strict=True)]
    return {
        "microseconds_a_truck": 1e6 * statistics.median(own) / n,
        "times_simpy": [statistics.median(ratios), min(ratios), max(ratios)],
    }


def growth(sizes: Iterable[int], rounds: int) -> dict[str, list[float]]:
    """Return microseconds a truck of both compiled ways by number of trucks, drawing left out.

    Medians of ``rounds``: the first run of a size pays for memory that the system has yet to give.
    """
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    fit = [n for n in sizes if n * BYTES_A_TRUCK < free]
    found: dict[str, list[float]] = {
        "trucks": [float(n) for n in fit],
        "events": [],
        "recursion": [],
    }
    for n in fit:
        flow = flow_of(draw(n, 1))
        for name, run in (("events", compiled.run_events), ("recursion", recursion.run)):
            times = []
            for _ in range(rounds):
                begun = time.process_time()
                run(flow)
                times.append(time.process_time() - begun)
            found[name].append(1e6 * statistics.median(times) / n)
    return found

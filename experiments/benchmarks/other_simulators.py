"""Model c in other simulators and in this project's engines: checked against theory, then timed.

Every implementation takes (n trucks, seed, exponential services or not) and returns the mean wait
at booths, scanners and docks, in minutes. Rounds are interleaved in one run.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import simpy

from experiments.benchmarks import model_c
from sim.compiling import keep_freed_memory
from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import feed_forward, loop
from sim.stations import SERVED

Waits = tuple[float, ...]
Implementation = Callable[[int, int, bool], Waits]


def _service(rng: random.Random, station: int, exponential: bool) -> float:
    mean = model_c.MEAN_MIN[station]
    if exponential:
        return rng.expovariate(1.0 / mean)
    if station == len(model_c.AT) - 1:
        return rng.gammavariate(model_c.DOCK_SHAPE, mean / model_c.DOCK_SHAPE)
    return rng.lognormvariate(np.log(mean) - model_c.LN_SD**2 / 2.0, model_c.LN_SD)


def model_c_in_simpy(n: int, seed: int, exponential: bool) -> Waits:
    """Run model c in idiomatic SimPy: a process for each truck, a Resource for each station."""
    env, luck = simpy.Environment(), random.Random(seed)  # noqa: S311
    posts = [simpy.Resource(env, capacity=servers) for servers in model_c.SERVERS]
    log: list[list[tuple[float, float, float]]] = [[] for _ in model_c.SERVERS]

    def truck() -> Generator[Any, Any, None]:
        for station, post in enumerate(posts):
            if luck.random() >= model_c.SHARE[station]:
                return
            came = env.now
            with post.request() as turn:
                yield turn
                began = env.now
                yield env.timeout(_service(luck, station, exponential))
            log[station].append((came, began, env.now))

    def arrivals() -> Generator[Any, Any, None]:
        for _ in range(n):
            yield env.timeout(luck.expovariate(model_c.ARRIVALS_PER_MIN))
            env.process(truck())

    env.process(arrivals())
    env.run()
    return tuple(sum(began - came for came, began, _ in rows) / len(rows) for rows in log)


def model_c_in_ciw(n: int, seed: int, exponential: bool) -> Waits:
    """Run model c in Ciw."""
    import ciw

    def work(station: int) -> object:
        mean = model_c.MEAN_MIN[station]
        if exponential:
            return ciw.dists.Exponential(1.0 / mean)
        if station == len(model_c.AT) - 1:
            return ciw.dists.Gamma(shape=model_c.DOCK_SHAPE, scale=mean / model_c.DOCK_SHAPE)
        return ciw.dists.Lognormal(np.log(mean) - model_c.LN_SD**2 / 2.0, model_c.LN_SD)

    never = [None] * (len(model_c.AT) - 1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(model_c.ARRIVALS_PER_MIN), *never],
        service_distributions=[work(station) for station in range(len(model_c.AT))],
        number_of_servers=list(model_c.SERVERS),
        routing=[[0.0, model_c.SHARE[1], 0.0], [0.0, 0.0, model_c.SHARE[2]], [0.0, 0.0, 0.0]],
    )
    ciw.seed(seed)
    day = ciw.Simulation(network)
    day.simulate_until_max_customers(n, method="Finish")
    records = day.get_all_records()
    return tuple(
        float(np.mean([one.waiting_time for one in records if one.node == station + 1]))
        for station in range(len(model_c.AT))
    )


def _mean_wait(record: Record, station: int) -> float:
    came, began = record.of(station)[:2]
    if np.isnan(began).any():
        there = np.flatnonzero(record.done[station] == SERVED)
        came, began = came[there], began[there]
    return float(np.mean(began - came))


def _ours(engine: Callable[[Flow], Record | None]) -> Implementation:
    def run(n: int, seed: int, exponential: bool) -> Waits:
        record = engine(model_c.model_c_flow(model_c.draw_model_c_trucks(n, seed, exponential=exponential)))
        if record is None:
            raise RuntimeError("model c was not swept")
        return tuple(_mean_wait(record, k) for k in model_c.AT)

    return run


def model_c_in_cimba(n: int, seed: int, exponential: bool) -> Waits:
    """Run model c in cimba, in a process of its own.

    cimba compiles its models only where it was imported before anything else was compiled. The
    process stays, and handing over a call takes a tenth of a millisecond.
    """
    return _own_process().submit(_in_cimba, n, seed, exponential).result()


def _in_cimba(n: int, seed: int, exponential: bool) -> Waits:
    from experiments.benchmarks.cimba_model import run_in_cimba

    keep_freed_memory()
    return run_in_cimba(n, seed, exponential)


@functools.cache
def _own_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def implementation_cpu_seconds(name: str) -> float:
    """Return the CPU time so far of the process in which an implementation runs.

    Whatever else the machine does would count as well if the clock on the wall were read.
    """
    if name == CIMBA:
        return _own_process().submit(time.process_time).result()
    return time.process_time()


CIMBA: Final = "cimba, server processes"
EXTRAS: Final[dict[str, tuple[str, Implementation]]] = {
    "Ciw": ("ciw", model_c_in_ciw),
    CIMBA: ("cimba", model_c_in_cimba),
}
"""Packages of the extra ``bench``, by their name in the table."""


def installed_implementations() -> dict[str, Implementation]:
    """Return every implementation that is installed, by its name in the table."""
    ways: dict[str, Implementation] = {"SimPy, idiomatic": model_c_in_simpy}
    ways |= {name: way for name, (package, way) in EXTRAS.items() if find_spec(package)}
    return ways | {
        "this project, engine=simpy": _ours(simpy_port.run),
        "this project, events compiled": _ours(loop.run_events),
        "this project, recursion": _ours(feed_forward.run_feed_forward),
    }


def missing_implementations() -> list[str]:
    """Return the names of those that are not installed: ``pip install -e ".[bench]"``."""
    return [name for name, (package, _) in EXTRAS.items() if not find_spec(package)]


CHECK_RUNS: Final = 6
Z: Final = 5.0
"""A wait further than so many standard errors from theory stops the benchmark."""
CHECK_TRUCKS: Final = 20_000
LEAST_TIMED_S: Final = 0.25
BYTES_A_TRUCK: Final = 800.0
"""What a run of the growth table takes at most; longer runs than memory allows are left out."""


def check_against_theory(name: str, implementation: Implementation, n: int) -> None:
    """Refuse (`RuntimeError`) an implementation whose waits with exponential services are not those of theory."""
    runs, theory = (
        np.array([implementation(n, 100 + run, True) for run in range(CHECK_RUNS)]),
        model_c.theoretical_waits(),
    )
    error = runs.std(axis=0, ddof=1) / np.sqrt(CHECK_RUNS)
    # a run begins empty, which at n trucks shortens the mean wait by a few hundredths
    slack = Z * error + 0.05 * np.array(theory)
    if (np.abs(runs.mean(axis=0) - theory) > slack).any():
        waits, due = (", ".join(f"{wait:.2f}" for wait in each) for each in (runs.mean(axis=0), theory))
        raise RuntimeError(f"{name} waits {waits} min where theory says {due}")


def race_model_c(n: int, rounds: int) -> dict[str, Any]:
    """Return the CPU time of every implementation of model c, by its name.

    ``microseconds_a_truck`` (median) and ``times_simpy`` (median, least and greatest ratio of
    idiomatic SimPy's time to its own in the same round).
    """
    ways = installed_implementations()
    for name, way in ways.items():
        check_against_theory(name, way, min(n, CHECK_TRUCKS))
        way(n, 1, False)  # whatever is compiled or loaded for a run of this length
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            work = functools.partial(_run, way, n, 1 + 1000 * turn)
            seconds[name].append(seconds_per_run(work, functools.partial(implementation_cpu_seconds, name)))
    return {
        name: {
            "microseconds_a_truck": 1e6 * statistics.median(own) / n,
            "times_simpy": ratios(seconds["SimPy, idiomatic"], own),
        }
        for name, own in seconds.items()
    }


def _run(implementation: Implementation, n: int, seed: int, number: int) -> None:
    implementation(n, seed + number, False)


def seconds_per_run(work: Callable[[int], object], clock: Callable[[], float] = time.process_time) -> float:
    """Return the seconds of ``work(run number)``: the mean of as many in a row as take `LEAST_TIMED_S`.

    A single run of a few milliseconds would tell what the one before it left of the caches, and
    how soon the system hands out memory; one that takes longer finds its own there.
    """
    begun, spent, runs = clock(), 0.0, 0
    while spent < LEAST_TIMED_S:
        work(runs)
        spent, runs = clock() - begun, runs + 1
    return spent / runs


def ratios(reference_s: Iterable[float], own_s: Iterable[float]) -> list[float]:
    """Return median, least and greatest of how many times as long the reference took, round by round."""
    each = [reference / own for reference, own in zip(reference_s, own_s, strict=True)]
    return [statistics.median(each), min(each), max(each)]


def cost_by_truck_count(sizes: Iterable[int], rounds: int) -> dict[str, list[float]]:
    """Return microseconds a truck of both compiled ways by number of trucks, drawing left out.

    Medians of ``rounds``: the first run of a size pays for memory that the system has yet to give.
    """
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    fit = [n for n in sizes if n * BYTES_A_TRUCK < free]
    found: dict[str, list[float]] = {"trucks": [float(n) for n in fit], "events": [], "recursion": []}
    for n in fit:
        flow = model_c.model_c_flow(model_c.draw_model_c_trucks(n, 1))
        for name, run in (("events", loop.run_events), ("recursion", feed_forward.run_feed_forward)):
            times = []
            for _ in range(rounds):
                begun = time.process_time()
                run(flow)
                times.append(time.process_time() - begun)
            found[name].append(1e6 * statistics.median(times) / n)
    return found

"""Model c in other people's simulators and in ours: the same work, each in its own idiom.

Every implementation takes (n trucks, seed, exponential services or not) and returns the mean wait
at booths, scanners and docks, in minutes.
"""

from __future__ import annotations

import functools
import multiprocessing
import random
import time
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import simpy

from experiments.model_c import (
    ARRIVALS_PER_MIN,
    AT,
    DOCK_SHAPE,
    LN_SD,
    MEAN_MIN,
    SERVERS,
    SHARE,
    draw,
    flow_of,
)
from sim import compiled, port, recursion
from sim.flow import Flow, Record
from sim.held_memory import hold_memory
from sim.order import SERVED

Waits = tuple[float, ...]
Way = Callable[[int, int, bool], Waits]


def _service(luck: random.Random, station: int, exponential: bool) -> float:
    mean = MEAN_MIN[station]
    if exponential:
        return luck.expovariate(1.0 / mean)
    if station == len(AT) - 1:
        return luck.gammavariate(DOCK_SHAPE, mean / DOCK_SHAPE)
    return luck.lognormvariate(np.log(mean) - LN_SD**2 / 2.0, LN_SD)


def in_simpy(n: int, seed: int, exponential: bool) -> Waits:
    """Run model c in idiomatic SimPy: a process for each truck, a Resource for each station."""
    env, luck = simpy.Environment(), random.Random(seed)  # noqa: S311
    posts = [simpy.Resource(env, capacity=servers) for servers in SERVERS]
    log: list[list[tuple[float, float, float]]] = [[] for _ in SERVERS]

    def truck() -> Generator[Any, Any, None]:
        for station, post in enumerate(posts):
            if luck.random() >= SHARE[station]:
                return
            came = env.now
            with post.request() as turn:
                yield turn
                began = env.now
                yield env.timeout(_service(luck, station, exponential))
            log[station].append((came, began, env.now))

    def arrivals() -> Generator[Any, Any, None]:
        for _ in range(n):
            yield env.timeout(luck.expovariate(ARRIVALS_PER_MIN))
            env.process(truck())

    env.process(arrivals())
    env.run()
    return tuple(sum(began - came for came, began, _ in rows) / len(rows) for rows in log)


def in_ciw(n: int, seed: int, exponential: bool) -> Waits:
    """Run model c in Ciw."""
    import ciw

    def work(station: int) -> Any:  # noqa: ANN401
        mean = MEAN_MIN[station]
        if exponential:
            return ciw.dists.Exponential(1.0 / mean)
        if station == len(AT) - 1:
            return ciw.dists.Gamma(shape=DOCK_SHAPE, scale=mean / DOCK_SHAPE)
        return ciw.dists.Lognormal(np.log(mean) - LN_SD**2 / 2.0, LN_SD)

    never = [None] * (len(AT) - 1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVALS_PER_MIN), *never],
        service_distributions=[work(station) for station in range(len(AT))],
        number_of_servers=list(SERVERS),
        routing=[[0.0, SHARE[1], 0.0], [0.0, 0.0, SHARE[2]], [0.0, 0.0, 0.0]],
    )
    ciw.seed(seed)
    day = ciw.Simulation(network)
    day.simulate_until_max_customers(n, method="Finish")
    records = day.get_all_records()
    return tuple(
        float(np.mean([one.waiting_time for one in records if one.node == station + 1]))
        for station in range(len(AT))
    )


def _mean_wait(record: Record, station: int) -> float:
    came, began = record.of(station)[:2]
    if np.isnan(began).any():
        there = np.flatnonzero(record.done[station] == SERVED)
        came, began = came[there], began[there]
    return float(np.mean(began - came))


def _ours(engine: Callable[[Flow], Record | None]) -> Way:
    def run(n: int, seed: int, exponential: bool) -> Waits:
        record = engine(flow_of(draw(n, seed, exponential=exponential)))
        if record is None:
            raise RuntimeError("model c was not swept")
        return tuple(_mean_wait(record, k) for k in AT)

    return run


def in_cimba(n: int, seed: int, exponential: bool) -> Waits:
    """Run model c in cimba, in a process of its own; see `experiments.rival_cimba`.

    cimba compiles its models only where it was imported before anything else was compiled. The
    process stays, and handing over a call takes a tenth of a millisecond.
    """
    return _own_process().submit(_in_cimba, n, seed, exponential).result()


def _in_cimba(n: int, seed: int, exponential: bool) -> Waits:
    from experiments import rival_cimba

    hold_memory()
    return rival_cimba.in_cimba(n, seed, exponential)


@functools.cache
def _own_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def cpu_seconds(name: str) -> float:
    """Return the CPU time so far of the process in which an implementation runs.

    Whatever else the machine does would count as well if the clock on the wall were read.
    """
    if name == CIMBA:
        return _own_process().submit(time.process_time).result()
    return time.process_time()


CIMBA: Final = "cimba, server processes"
EXTRAS: Final[dict[str, tuple[str, Way]]] = {
    "Ciw": ("ciw", in_ciw),
    CIMBA: ("cimba", in_cimba),
}
"""Packages of the extra ``bench``, by their name in the table."""


def implementations() -> dict[str, Way]:
    """Return every implementation that is installed, by its name in the table."""
    ways: dict[str, Way] = {"SimPy, idiomatic": in_simpy}
    ways |= {name: way for name, (package, way) in EXTRAS.items() if find_spec(package)}
    return ways | {
        "this project, engine=simpy": _ours(port.run),
        "this project, events compiled": _ours(compiled.run_events),
        "this project, recursion": _ours(recursion.run),
    }


def missing() -> list[str]:
    """Return the names of those that are not installed: ``pip install -e ".[bench]"``."""
    return [name for name, (package, _) in EXTRAS.items() if not find_spec(package)]

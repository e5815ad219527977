"""How the cost of a run grows: with stations, with policies, with alternatives, with workers.

Everything but workers is processor time, of rounds that take the cases in turn; each round is a
week of its own.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from experiments.compose import parse
from experiments.load import Study, compose_scenario
from experiments.met import risk_key
from experiments.pipeline import Scorer, flow_of, make_plan, measured, trucks
from experiments.replicate import Shared, one_replication, replicate, warm_up
from sim import compiled
from sim.order import STATIONS
from sim.scenario import Scenario

LADDER: Final[dict[str, tuple[str, ...]]] = {
    "booths": (
        "port.portal.servers=0",
        "port.analyst.servers=0",
        "port.secondary.servers=0",
        "port.dock.servers=0",
    ),
    "and docks": ("port.portal.servers=0", "port.analyst.servers=0", "port.secondary.servers=0"),
    "and scanners": ("port.portal.servers=0", "port.analyst.servers=0"),
    "and portals (the port)": (),
    "and dogs, low energy": ("port.canine.servers=2", "port.low_energy.servers=4"),
    "all eleven": (
        "port.canine.servers=2",
        "port.low_energy.servers=4",
        "port.origin.servers=30",
        "port.safety.servers=30",
    ),
}
"""Ports of more and more stations, as overrides of World Trade Bridge. The bridge and the posts
that resolve radiation alarms stand at all of them."""
POLICIES: Final = (
    "no_referral",
    "todays_practice",
    "top_share",
    "scan_everything",
    "queue_aware",
    "scan_budget",
    "skip_lot",
    "sensor_tree",
)
"""Each with its settings in ``configs/policy``."""
ALTERNATIVES: Final = (1, 2, 4, 8)
WORKER_WEEKS: Final = 16
PLENTY: Final = 8
"""More workers than this are not tried."""

Row = dict[str, Any]


def without(overrides: Sequence[str], group: str) -> list[str]:
    """Return the overrides that leave one group of settings alone.

    Examples
    --------
    >>> without(["policy=top_share", "policy.share=0.1", "seed=2"], "policy")
    ['seed=2']
    """
    return [
        str(override.input_line)
        for override in parse(overrides)
        if override.key_or_group.split(".")[0] != group
    ]


def by_stations(asked: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return the cost of ports of more and more stations, a row each."""
    kept = without(asked.overrides, "port")
    cases = {name: compose_scenario((*kept, *more)) for name, more in LADDER.items()}
    rows = _costs(asked, cases, scorer, rounds)
    return [row | {"stations": _stations(cases[row["case"]])} for row in rows]


def _stations(scenario: Scenario) -> int:
    standing = [s for s in STATIONS if s not in ("approach", "primary") and scenario.servers(s)]
    return 2 + len(standing)


def by_policies(asked: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return the cost of each policy at the study's port, a row each."""
    return _costs(asked, policies_of(asked), scorer, rounds)


def policies_of(asked: Study) -> dict[str, Scenario]:
    """Return the study's port under each of `POLICIES`."""
    kept = without(asked.overrides, "policy")
    return {name: compose_scenario((*kept, f"policy={name}")) for name in POLICIES}


def _costs(asked: Study, cases: Mapping[str, Scenario], scorer: Scorer, rounds: int) -> list[Row]:
    """Return microseconds a truck of the flow and of all from choices to METRICS, case by case."""
    warm_up("compiled", [scenario.policy for scenario in cases.values()])
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for replication in range(rounds + 1):
        for name, scenario in cases.items():
            found[name].append(_cost(asked, scenario, scorer, replication))
    middles = {
        # the first round warms caches up
        name: [statistics.median(part) for part in zip(*costs[1:], strict=True)]
        for name, costs in found.items()
    }
    return [{"case": name, "flow": flow, "path": path} for name, (flow, path) in middles.items()]


def _cost(
    asked: Study, scenario: Scenario, scorer: Scorer, replication: int
) -> tuple[float, float]:
    window = asked.window(replication)
    manifest = trucks(scenario, window)
    scores = scorer.score(manifest)
    plan = make_plan(scenario, manifest, scores)
    flow, _ = flow_of(scenario, window, manifest, scores, plan)
    hooks = (scenario.policy.route, scenario.policy.profile)
    seconds = (
        cpu_seconds(lambda: compiled.run(flow, *hooks)),
        cpu_seconds(lambda: measured(scenario, window, manifest, scores, plan)),
    )
    return 1e6 * seconds[0] / len(manifest), 1e6 * seconds[1] / len(manifest)


def cpu_seconds(work: Callable[[], Any]) -> float:
    """Return the processor time of this process that ``work`` takes, in seconds."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def by_alternatives(asked: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return what each of several alternatives costs from trucks to METRICS, a row a number.

    Trucks, scores and readings are shared, so that the more alternatives, the less each.
    """
    every = policies_of(asked)
    scorers = {risk_key(scenario): scorer for scenario in every.values()}
    shared, seconds = Shared(), {n: list[float]() for n in ALTERNATIVES}
    for turn in range(rounds + 1):
        for n in ALTERNATIVES:
            names = list(every)[:n]
            case = dataclasses.replace(asked, alternatives={name: every[name] for name in names})
            shared.met.clear()
            begun = time.process_time()
            rows, _ = one_replication(case, scorers, shared, turn, measured)
            spent = 1e6 * (time.process_time() - begun)
            trucks_met = float(str(rows[0]["trucks"]))
            # the first round plans from past days
            seconds[n] += [spent / trucks_met / n] if turn else []
    return [{"alternatives": n, "each": statistics.median(own)} for n, own in seconds.items()]


def by_workers(asked: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return how much sooner more workers are done with the same weeks, by the clock."""
    scenario = asked.alternatives[asked.baseline]
    scorers = {risk_key(scenario): scorer}
    counts = [n for n in (1, 2, 4, PLENTY) if n <= (os.cpu_count() or 1)]
    seconds: dict[int, list[float]] = {n: [] for n in counts}
    for turn in range(rounds + 1):
        for n in counts:
            # trucks of its own, because workers keep those that they met
            case = dataclasses.replace(
                asked, processes=n, replications=WORKER_WEEKS, seed=asked.seed + turn
            )
            begun = time.perf_counter()
            replicate(case, scorers, way=measured)
            # the first round starts the workers
            seconds[n] += [time.perf_counter() - begun] if turn else []
    return [_speed_up(n, seconds[1], own) for n, own in seconds.items()]


def _speed_up(workers: int, one: list[float], own: list[float]) -> Row:
    ratios = sorted(single / mine for single, mine in zip(one, own, strict=True))
    return {
        "workers": workers,
        "seconds": statistics.median(own),
        "times": [statistics.median(ratios), ratios[0], ratios[-1]],
    }

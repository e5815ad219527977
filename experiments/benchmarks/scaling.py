"""How the cost of a run grows with stations, policies, alternatives and workers; a year on one core.

All but workers is processor time, of rounds that take the cases in turn; each round is a week of
its own. The year runs in a fresh process: weeks from trucks to METRICS, with imports, the trained
model and compiled code counted apart.
``python -m experiments.benchmarks.scaling [overrides]`` prints the year as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from experiments.benchmarks.other_simulators import ratios
from experiments.execution.replicate import ProcessCache, compile_for_run, replicate, run_replication
from experiments.study.compose import parse_overrides
from experiments.study.study import Study, build_study, compose_scenario
from experiments.training.train import ensure_fitted
from sim.engine.kernel import loop
from sim.replication import Replication, Scorer, draw_window_trucks, make_plan
from sim.scenario import Scenario
from sim.shared_draws import risk_key
from sim.stations import STATIONS

LADDER: Final[dict[str, tuple[str, ...]]] = {
    "booths": ("port.portal.servers=0", "port.analyst.servers=0", "port.secondary.servers=0", "port.dock.servers=0"),
    "and docks": ("port.portal.servers=0", "port.analyst.servers=0", "port.secondary.servers=0"),
    "and scanners": ("port.portal.servers=0", "port.analyst.servers=0"),
    "and portals (the port)": (),
    "and dogs, low energy": ("port.canine.servers=2", "port.low_energy.servers=4"),
    "and checks of others": (
        "port.canine.servers=2",
        "port.low_energy.servers=4",
        "port.origin.servers=30",
        "port.safety.servers=30",
    ),
}
"""Ports of more and more stations, as overrides of World Trade Bridge. The bridge and the posts
that resolve radiation alarms stand at all of them."""
POLICIES: Final = (
    "no_referral", "todays_practice", "top_share", "scan_everything",
    "queue_aware", "scan_budget", "skip_lot", "sensor_tree",
)  # fmt: skip
"""Each with its settings in ``configs/policy``."""
ALTERNATIVES: Final = (1, 2, 4, 8)
WORKER_WEEKS: Final = 16
PLENTY: Final = 8
"""More workers than this are not tried."""

Row = dict[str, Any]


def without_group(overrides: Sequence[str], group: str) -> list[str]:
    """Return the overrides that leave one group of settings alone.

    Examples
    --------
    >>> without_group(["policy=top_share", "policy.share=0.1", "seed=2"], "policy")
    ['seed=2']
    """
    parsed = parse_overrides(overrides)
    return [str(override.input_line) for override in parsed if override.key_or_group.split(".")[0] != group]


def cost_by_stations(study: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return the cost of ports of more and more stations, a row each."""
    kept = without_group(study.overrides, "port")
    cases = {name: compose_scenario((*kept, *more)) for name, more in LADDER.items()}
    others = [station for station in STATIONS if station not in ("approach", "primary")]
    standing = {name: 2 + sum(bool(scenario.servers(s)) for s in others) for name, scenario in cases.items()}
    return [row | {"stations": standing[row["case"]]} for row in _costs(study, cases, scorer, rounds)]


def cost_by_policy(study: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return the cost of each policy at the study's port, a row each."""
    return _costs(study, scenario_by_policy(study), scorer, rounds)


def scenario_by_policy(study: Study) -> dict[str, Scenario]:
    """Return the study's port under each of `POLICIES`."""
    kept = without_group(study.overrides, "policy")
    return {name: compose_scenario((*kept, f"policy={name}")) for name in POLICIES}


def _costs(study: Study, cases: Mapping[str, Scenario], scorer: Scorer, rounds: int) -> list[Row]:
    """Return microseconds a truck of the flow and of all from choices to METRICS, case by case."""
    compile_for_run("compiled", [scenario.policy for scenario in cases.values()])
    found: dict[str, list[dict[str, float]]] = {name: [] for name in cases}
    for replication in range(rounds + 1):
        for name, scenario in cases.items():
            found[name].append(_cost(study, scenario, scorer, replication))
    # the first round warms caches up
    return [
        {"case": name} | {key: statistics.median(c[key] for c in costs[1:]) for key in ("flow", "path")}
        for name, costs in found.items()
    ]


def _cost(study: Study, scenario: Scenario, scorer: Scorer, replication: int) -> dict[str, float]:
    window = study.window(replication)
    manifest = draw_window_trucks(scenario, window)
    scores = scorer.score(manifest)
    plan = make_plan(scenario, manifest, scores)
    flow, _ = Replication(scenario, window, manifest, scores, plan).flow()
    hooks = (scenario.policy.route, scenario.policy.profile)
    times = [time.process_time()]
    loop.run(flow, *hooks)
    times.append(time.process_time())
    Replication(scenario, window, manifest, scores, plan).run_metrics()
    times.append(time.process_time())
    return {key: 1e6 * (times[i + 1] - times[i]) / len(manifest) for i, key in enumerate(("flow", "path"))}


def cost_by_alternatives(study: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return what each of several alternatives costs that share trucks, scores and readings, a row a number."""
    every = scenario_by_policy(study)
    scorers = {risk_key(scenario): scorer for scenario in every.values()}
    shared, seconds = ProcessCache(), {n: list[float]() for n in ALTERNATIVES}
    for turn in range(rounds + 1):
        for n in ALTERNATIVES:
            names = list(every)[:n]
            case = dataclasses.replace(study, alternatives={name: every[name] for name in names})
            shared.met.clear()
            begun = time.process_time()
            rows = run_replication(case, scorers, shared, turn, Replication.run_metrics).rows
            spent = 1e6 * (time.process_time() - begun)
            trucks_met = float(str(rows[0]["trucks"]))
            # the first round plans from past days
            seconds[n] += [spent / trucks_met / n] if turn else []
    return [{"alternatives": n, "each": statistics.median(own)} for n, own in seconds.items()]


def speed_up_by_workers(study: Study, scorer: Scorer, rounds: int) -> list[Row]:
    """Return how much sooner more workers are done with the same weeks, by the clock."""
    scenario = study.alternatives[study.baseline]
    scorers = {risk_key(scenario): scorer}
    counts = [n for n in (1, 2, 4, PLENTY) if n <= (os.cpu_count() or 1)]
    seconds: dict[int, list[float]] = {n: [] for n in counts}
    for turn in range(rounds + 1):
        for n in counts:
            # trucks of its own, because workers keep those that they met
            case = dataclasses.replace(study, processes=n, replications=WORKER_WEEKS, seed=study.seed + turn)
            begun = time.perf_counter()
            replicate(case, scorers, simulator=Replication.run_metrics)
            # the first round starts the workers
            seconds[n] += [time.perf_counter() - begun] if turn else []
    return [{"workers": n, "seconds": statistics.median(s), "times": ratios(seconds[1], s)} for n, s in seconds.items()]


WEEKS: Final = 52
FLOW_WEEKS: Final = 5
"""Weeks of the year whose flow stage is timed alone."""
FIXED_KEYS: Final = ("replications", "days", "calendar", "processes", "out")
"""Settings that the year decides."""
ONE_CORE: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def year_overrides(overrides: Sequence[str]) -> list[str]:
    """Return the overrides of the year: week by week, one core, boosted trees by default."""
    given = [(override.key_or_group, str(override.input_line)) for override in parse_overrides(overrides)]
    # an experiment's alternatives may name models of their own
    risk = [] if {key for key, _ in given} & {"risk", "experiment"} else ["risk=boosted"]
    kept = [line for key, line in given if key not in FIXED_KEYS]
    return [*kept, *risk, f"replications={WEEKS}", "days=7", "calendar=week", "processes=1"]


def run_year(study: Study) -> dict[str, float]:
    """Run every week of the year in this process; see `time_year`."""
    scenario = study.alternatives[study.baseline]
    study = dataclasses.replace(study, alternatives={study.baseline: scenario})
    scorers = {risk_key(scenario): ensure_fitted(scenario.risk, scenario, 1)}
    ready = time.process_time()
    found = replicate(study, scorers, simulator=Replication.run_metrics).metrics
    spent = time.process_time() - ready
    flow = [_cost(study, scenario, scorers[risk_key(scenario)], week)["flow"] for week in range(FLOW_WEEKS)]
    return {
        "trucks": float(found["trucks"].sum()),
        "weeks": float(len(found)),
        "start_cpu_s": ready,
        "run_cpu_s": spent,
        "times_flow": 1e6 * spent / float(found["trucks"].sum()) / statistics.median(flow),
        "peak_bytes": 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def time_year(overrides: Sequence[str]) -> dict[str, Any]:
    """Run a year in a fresh process on one core; a model that is missing is trained first.

    Returns ``model``, ``trucks``, ``weeks``; ``start_cpu_s`` (imports, model, compiled code) and
    ``run_cpu_s`` (user and system time of everything from trucks to METRICS) and how many times its flow stage
    that is (``times_flow``), ``peak_bytes`` of the process.
    """
    wanted = year_overrides(overrides)
    study = build_study(wanted, "bench")
    scenario = study.alternatives[study.baseline]
    ensure_fitted(scenario.risk, scenario, os.cpu_count() or 1)
    command = [sys.executable, "-m", "experiments.benchmarks.scaling", *wanted]
    done = subprocess.run(  # noqa: S603  (this very program)
        command, env={**os.environ, **ONE_CORE}, capture_output=True, text=True, check=True
    )
    return {"model": scenario.risk.name, **json.loads(done.stdout)}


def bytes_per_truck(frames: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Return what each table takes, in bytes a truck.

    Examples
    --------
    >>> bytes_per_truck({"two": pd.DataFrame({"a": [1.0, 2.0], "b": [True, False]})})
    {'two': 9.0}
    """
    return {name: float(frame.memory_usage(index=False).sum()) / len(frame) for name, frame in frames.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run_year(build_study(sys.argv[1:], "bench"))) + "\n")

"""``throughgate bench``: what every stage costs a truck, and how that compares and grows.

The parts are in `experiments.benchmarks`. Everything is measured in one run, interleaved, and reported
as medians and as ratios within each round: machines are noisy.
"""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.console import Console

from experiments import cli
from experiments.benchmarks import report, scaling
from experiments.benchmarks.other_simulators import (
    cost_by_truck_count,
    missing_implementations,
    race_model_c,
    ratios,
    seconds_per_run,
)
from experiments.benchmarks.over_flow import cost_over_flow
from experiments.benchmarks.rare_events import measure_rare_threats
from experiments.benchmarks.report import bench_figure
from experiments.benchmarks.scaling import bytes_per_truck, time_year
from experiments.execution.replicate import compile_for_run
from experiments.files import OutputFolder
from experiments.study.study import Study, build_study
from experiments.training.train import ensure_fitted
from sim import replication as sim_replication
from sim.engine import simpy_port
from sim.engine.kernel import loop
from sim.engine.ledger import build_ledger
from sim.engine.openings import record_openings
from sim.replication import Scorer
from sim.results.expected_detection import expected_detection
from sim.results.metrics import measure_replication
from sim.results.profiles import collect_profiles
from sim.scenario import Scenario
from sim.setting.window import Window

ROUNDS = 5
MODEL_C_TRUCKS = 50_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)

STATEFUL = ("todays_practice", "queue_aware", "scan_budget", "skip_lot", "sensor_tree")
"""Policies whose probes are held to loads on board; all but the first keep state or walk far."""

NO_UPLOAD = {"showSendToCloud": False, "displaylogo": False}


def time_stage(seconds: dict[str, list[float]], stage: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Run ``work``, note its processor time under ``stage``, and return what it returns.

    As in the race, the time is the mean of as many runs in a row as take a quarter of a second.
    """
    found: dict[str, Any] = {}
    seconds.setdefault(stage, []).append(seconds_per_run(lambda _: found.update(result=work())))
    return found["result"]


def time_week(study: Study, scorer: Scorer, replication: int, seconds: dict[str, list[float]]) -> int:
    """Run every stage once on the week of one replication; return its number of trucks."""
    scenario, window = study.alternatives[study.baseline], study.window(replication)
    given = study.user_trucks()
    manifest = time_stage(seconds, "manifest", lambda: sim_replication.draw_window_trucks(scenario, window, given))
    scores = time_stage(seconds, "scores", lambda: scorer.score(manifest))
    plan = sim_replication.make_plan(scenario, manifest, scores)
    flow, capacity = time_stage(
        seconds,
        "choices, capacity, arrays",
        lambda: sim_replication.Replication(scenario, window, manifest, scores, plan).flow(),
    )
    hooks = (scenario.policy.route, scenario.policy.profile)
    record = time_stage(seconds, "flow, engine=compiled", lambda: loop.run(flow, *hooks))
    time_stage(seconds, "flow, engine=simpy", lambda: simpy_port.run(flow, *hooks))
    ledger = time_stage(seconds, "ledger", lambda: build_ledger(flow, record, manifest))
    detection = time_stage(
        seconds,
        "expected detection over all trucks",
        lambda: expected_detection(scenario, plan.points, manifest, ledger, rooms_full=record.full),
    )
    openings = record_openings(scenario, window, flow, record)
    time_stage(
        seconds,
        "metrics",
        lambda: measure_replication(scenario, window, manifest, ledger, capacity, detection, openings=openings),
    )
    time_stage(seconds, "profiles", lambda: collect_profiles(ledger, window))
    return len(manifest)


def run_bench(study: Study, scorer: Scorer) -> dict[str, Any]:
    """Measure `ROUNDS` weeks and return medians: microseconds a truck by stage, and the ratio."""
    scenario = study.alternatives[study.baseline]
    compile_for_run("compiled", [scenario.policy])
    time_week(study, scorer, 0, {})
    seconds: dict[str, list[float]] = {}
    trucks = [time_week(study, scorer, 1 + r, seconds) for r in range(ROUNDS)]
    per_truck = {
        stage: statistics.median(1e6 * s / n for s, n in zip(times, trucks, strict=True))
        for stage, times in seconds.items()
    }
    times = ratios(seconds["flow, engine=simpy"], seconds["flow, engine=compiled"])
    return {
        "rounds": ROUNDS,
        "trucks_a_round": statistics.median(trucks),
        "microseconds_a_truck": per_truck,
        "simpy_over_compiled": dict(zip(("median", "min", "max"), times, strict=True)),
    }


def run_all_comparisons(study: Study, scorer: Scorer, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Return what every table of `experiments.benchmarks.report` prints; tell of each as it begins."""
    scenario, window = study.alternatives[study.baseline], study.window(0)
    policies = scaling.scenario_by_policy(study)
    stateful = {name: policies[name] for name in STATEFUL}
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "stages of a week": lambda: run_bench(study, scorer),
        "whole runs over the flow stage": lambda: {"over_flow": cost_over_flow(study, scorer, ROUNDS)},
        "a year on one core": lambda: {"year": time_year(study.overrides)},
        "memory": lambda: {"memory": memory_per_truck(scenario, scorer, window)},
        "model c in other simulators": lambda: {
            "model_c": race_model_c(MODEL_C_TRUCKS, ROUNDS),
            "model_c_trucks": MODEL_C_TRUCKS,
            "not_installed": missing_implementations(),
        },
        "growth with trucks": lambda: {"growth": cost_by_truck_count(SIZES, ROUNDS)},
        "stations": lambda: {"stations": scaling.cost_by_stations(study, scorer, ROUNDS)},
        "policies": lambda: {"policies": scaling.cost_by_policy(study, scorer, ROUNDS)},
        "alternatives": lambda: {"alternatives": scaling.cost_by_alternatives(study, scorer, ROUNDS)},
        "workers": lambda: {"workers": scaling.speed_up_by_workers(study, scorer, ROUNDS)},
        "rare threats": lambda: {"rare": measure_rare_threats(study, scorer, stateful)},
    }
    found: dict[str, Any] = {"worker_weeks": scaling.WORKER_WEEKS}
    for place, (what, step) in enumerate(steps.items(), 1):
        say(f"{place} of {len(steps)}: {what}")
        found |= step()
    return found


def memory_per_truck(scenario: Scenario, scorer: Scorer, window: Window) -> dict[str, float]:
    """Return what each table and each engine's arrays take of one replication, bytes a truck."""
    manifest = sim_replication.draw_window_trucks(scenario, window)
    scores = scorer.score(manifest)
    plan = sim_replication.make_plan(scenario, manifest, scores)
    flow, _ = sim_replication.Replication(scenario, window, manifest, scores, plan).flow()
    record = loop.run(flow, scenario.policy.route, scenario.policy.profile)
    found = bytes_per_truck({"MANIFEST": manifest, "SCORES": scores})
    for name, arrays in (("arrays that both engines read", flow), ("record", record)):
        found[name] = sum(part.nbytes for part in arrays if isinstance(part, np.ndarray)) / len(manifest)
    # of LEDGER the moments are the record's own
    return found | bytes_per_truck({"LEDGER, the record among it": build_ledger(flow, record, manifest)})


def main(overrides: Sequence[str]) -> int:
    """Run the benchmark on one alternative; see the module."""
    return carry_out(build_study(overrides, "bench"))


def carry_out(study: Study) -> int:
    """Measure everything on the study's baseline, write the figures and say them."""
    scenario = study.alternatives[study.baseline]
    output, console = OutputFolder(study.out), Console()
    scorer = ensure_fitted(scenario.risk, scenario, study.processes)
    found = run_all_comparisons(study, scorer, functools.partial(console.print, style="dim"))
    written = [output.write_json("bench.json", found)]
    with output.file("bench.html") as path:
        bench_figure(found).write_html(path, config=NO_UPLOAD)
    report.print_report(console, found)
    console.print(f"wrote {written[0]} and bench.html beside it")
    return 0


if __name__ == "__main__":
    cli.run_verb("bench")

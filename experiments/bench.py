"""``throughgate bench``: what every stage costs a truck, and how that compares and grows.

The stages of a study's own week and of a year on one core; model c (`experiments.model_c`) in this
project's engines and in other people's; growth with trucks, stations, policies and workers;
memory; and how much surer probes are of detection than counts.

Everything is measured in one run, interleaved, and reported as medians and as ratios within each
round: machines are noisy, and a figure from another day says nothing.
"""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.console import Console

from experiments import bench_words, cli, pipeline, scaling
from experiments.bench_figure import bench_figure
from experiments.load import Study, study
from experiments.long_run import a_year, bytes_a_truck
from experiments.output import Output
from experiments.pipeline import Scorer
from experiments.race import growth, race, seconds_a_run
from experiments.rare import rare_threats
from experiments.replicate import warm_up
from experiments.rivals import missing
from experiments.train import ensure
from experiments.trucks_file import of_study
from sim import compiled, port
from sim.ledger import table
from sim.metrics import measure
from sim.probe import expected_detection
from sim.profiles import collect
from sim.scenario import Scenario
from sim.window import Window

ROUNDS = 5
MODEL_C_TRUCKS = 50_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)

STATEFUL = ("todays_practice", "queue_aware", "scan_budget", "skip_lot", "sensor_tree")
"""Policies whose probes are held to loads on board; all but the first keep state or walk far."""

NO_UPLOAD = {"showSendToCloud": False, "displaylogo": False}


def timed(seconds: dict[str, list[float]], stage: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Run ``work``, note its processor time under ``stage``, and return what it returns.

    As in the race, the time is the mean of as many runs in a row as take a quarter of a second.
    """
    found: dict[str, Any] = {}
    seconds.setdefault(stage, []).append(seconds_a_run(lambda _: found.update(result=work())))
    return found["result"]


def one_round(
    asked: Study, scorer: Scorer, replication: int, seconds: dict[str, list[float]]
) -> int:
    """Run every stage once on the week of one replication; return its number of trucks."""
    scenario, window = asked.alternatives[asked.baseline], asked.window(replication)
    given = of_study(asked)
    manifest = timed(seconds, "manifest", lambda: pipeline.trucks(scenario, window, given))
    scores = timed(seconds, "scores", lambda: scorer.score(manifest))
    plan = pipeline.make_plan(scenario, manifest, scores)
    flow, capacity = timed(
        seconds,
        "choices, capacity, arrays",
        lambda: pipeline.flow_of(scenario, window, manifest, scores, plan),
    )
    hooks = (scenario.policy.route, scenario.policy.profile)
    record = timed(seconds, "flow, engine=compiled", lambda: compiled.run(flow, *hooks))
    timed(seconds, "flow, engine=simpy", lambda: port.run(flow, *hooks))
    ledger = timed(seconds, "ledger", lambda: table(flow, record, manifest))
    detection = timed(
        seconds,
        "detection, every truck a probe",
        lambda: expected_detection(scenario, plan.points, manifest, ledger, full=record.full),
    )
    timed(
        seconds,
        "metrics",
        lambda: measure(scenario, window, manifest, ledger, capacity, detection),
    )
    timed(seconds, "profiles", lambda: collect(ledger, window))
    return len(manifest)


def run_bench(asked: Study, scorer: Scorer) -> dict[str, Any]:
    """Measure `ROUNDS` weeks and return medians: microseconds a truck by stage, and the ratio."""
    scenario = asked.alternatives[asked.baseline]
    warm_up("compiled", [scenario.policy])
    one_round(asked, scorer, 0, {})
    seconds: dict[str, list[float]] = {}
    trucks = [one_round(asked, scorer, 1 + r, seconds) for r in range(ROUNDS)]
    per_truck = {
        stage: statistics.median(1e6 * s / n for s, n in zip(times, trucks, strict=True))
        for stage, times in seconds.items()
    }
    pairs = zip(seconds["flow, engine=simpy"], seconds["flow, engine=compiled"], strict=True)
    ratios = [simpy / fast for simpy, fast in pairs]
    return {
        "rounds": ROUNDS,
        "trucks_a_round": statistics.median(trucks),
        "microseconds_a_truck": per_truck,
        "simpy_over_compiled": {
            "median": statistics.median(ratios),
            "min": min(ratios),
            "max": max(ratios),
        },
    }


def compare_all(
    asked: Study, scorer: Scorer, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Return what every table of `experiments.bench_words` prints; tell of each as it begins."""
    scenario, window = asked.alternatives[asked.baseline], asked.window(0)
    policies = scaling.policies_of(asked)
    stateful = {name: policies[name] for name in STATEFUL}
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "stages of a week": lambda: run_bench(asked, scorer),
        "a year on one core": lambda: {"year": a_year(asked.overrides)},
        "memory": lambda: {"memory": memory(scenario, scorer, window)},
        "model c in other simulators": _model_c,
        "growth with trucks": lambda: {"growth": growth(SIZES, ROUNDS)},
        "stations": lambda: {"stations": scaling.by_stations(asked, scorer, ROUNDS)},
        "policies": lambda: {"policies": scaling.by_policies(asked, scorer, ROUNDS)},
        "alternatives": lambda: {"alternatives": scaling.by_alternatives(asked, scorer, ROUNDS)},
        "workers": lambda: {"workers": scaling.by_workers(asked, scorer, ROUNDS)},
        "rare threats": lambda: {"rare": rare_threats(asked, scorer, stateful)},
    }
    found: dict[str, Any] = {"worker_weeks": scaling.WORKER_WEEKS}
    for place, (what, step) in enumerate(steps.items(), 1):
        say(f"{place} of {len(steps)}: {what}")
        found |= step()
    return found


def _model_c() -> dict[str, Any]:
    """Return the race, how many trucks ran in it, and who is missing from it."""
    raced = race(MODEL_C_TRUCKS, ROUNDS)
    return {"model_c": raced, "model_c_trucks": MODEL_C_TRUCKS, "not_installed": missing()}


def memory(scenario: Scenario, scorer: Scorer, window: Window) -> dict[str, float]:
    """Return what each table and each engine's arrays take of one replication, bytes a truck."""
    manifest = pipeline.trucks(scenario, window)
    scores = scorer.score(manifest)
    plan = pipeline.make_plan(scenario, manifest, scores)
    flow, _ = pipeline.flow_of(scenario, window, manifest, scores, plan)
    record = compiled.run(flow, scenario.policy.route, scenario.policy.profile)
    found = bytes_a_truck({"MANIFEST": manifest, "SCORES": scores})
    for name, arrays in (("arrays that both engines read", flow), ("record", record)):
        parts = [part.nbytes for part in arrays if isinstance(part, np.ndarray)]
        found[name] = sum(parts) / len(manifest)
    # of LEDGER the moments are the record's own
    return found | bytes_a_truck({"LEDGER, the record among it": table(flow, record, manifest)})


def main(overrides: Sequence[str]) -> int:
    """Run the benchmark on one alternative; see the module."""
    asked = study(list(overrides), "bench")
    scenario = asked.alternatives[asked.baseline]
    output, console = Output(asked.out), Console()
    scorer = ensure(scenario.risk, scenario, asked.processes)
    found = compare_all(asked, scorer, functools.partial(console.print, style="dim"))
    written = [output.write_json("bench.json", found)]
    with output.file("bench.html") as path:
        bench_figure(found).write_html(path, config=NO_UPLOAD)
    for part in bench_words.PARTS:
        part(console, found)
    console.print(f"wrote {written[0]} and bench.html beside it")
    return 0


if __name__ == "__main__":
    cli.run_verb("bench")
